/* sim/cli/progress.c -- see progress.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/progress.h"
#include "output/tables/readable.h"
#include "sim/cli/terminal.h"
#include "sim/core/lanes.h"
#include "sim/core/stopwatch.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Set by a signal handler, read by all threads: a lock-free atomic is safe for both. */
static atomic_bool interrupted;

static void interrupt(int number)
{
    if (interrupted) {
        signal(number, SIG_DFL);
        raise(number);
    }
    interrupted = true;
}

struct fault *progress_catch_signals(void)
{
    struct sigaction action = {.sa_handler = interrupt, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    struct sigaction before;
    if (sigaction(SIGINT, &action, NULL) != 0 || sigaction(SIGTERM, &action, NULL) != 0 ||
        sigaction(SIGHUP, NULL, &before) != 0 ||
        (before.sa_handler != SIG_IGN && sigaction(SIGHUP, &action, NULL) != 0)) /* nohup has it ignored */
        return fault_raise(FAULT_MACHINE, "cannot catch signals: %s", strerror(errno));
    return NULL;
}

bool progress_interrupted(void)
{
    return interrupted;
}

bool progress_read_style(const char *text, enum progress_style *style)
{
    if (strcmp(text, "none") == 0)
        *style = PROGRESS_NONE;
    else if (strcmp(text, "plain") == 0)
        *style = PROGRESS_LINES;
    else if (strcmp(text, "auto") == 0)
        *style = isatty(STDERR_FILENO) ? PROGRESS_BAR : PROGRESS_LINES;
    else
        return false;
    return true;
}

void progress_begin(struct progress *progress, enum progress_style style, uint64_t replications)
{
    *progress = (struct progress){.style = style, .replications = replications};
    progress->begin = stopwatch_now();
}

void progress_part(struct progress *progress, const char *label, uint64_t replications)
{
    progress->label = label;
    progress->before += progress->part;
    progress->part = replications;
}

void progress_resume(struct progress *progress, uint64_t replications)
{
    progress->there += replications;
}

static void draw(struct progress *progress, double done, double all, double seconds)
{
    enum { WIDTH = 30 };
    const double part = all > 0.0 ? done / all : 0.0, made = done - (double)progress->there;
    const double rate = seconds > 0.0 && made > 0.0 ? made / seconds : 0.0;
    char left[READABLE_NUMBER];
    readable_time(rate > 0.0 ? (all - done) / rate : 0.0, left);
    if (progress->style == PROGRESS_LINES) {
        fprintf(stderr, "%s: %.0f of %s%.0f replications (%.0f %%), %.0f per second, %s left\n", progress->label, done,
                progress->replications == 0 ? "about " : "", all, 100.0 * part, rate, left);
        return;
    }
    char bar[WIDTH + 1];
    const int full = (int)(part * WIDTH);
    for (int i = 0; i < WIDTH; i++) bar[i] = i < full ? '#' : '.';
    bar[WIDTH] = '\0';
    terminal_move("\r");
    fprintf(stderr, "%s [%s] %3.0f %%  %.0f/s  %s left ", progress->label, bar, 100.0 * part, rate, left);
    terminal_move("\033[K");
    progress->drawn = true;
}

static void show(void *context, uint64_t done, uint64_t all)
{
    struct progress *progress = context;
    if (progress->style == PROGRESS_NONE) return;
    const double seconds = stopwatch_now() - progress->begin, wait = progress->style == PROGRESS_BAR ? 0.1 : 10.0;
    if (seconds - progress->shown < wait) return;
    progress->shown = seconds;
    const double part = progress->part > 0 ? (double)progress->part : (double)all * LANES_PER_CHUNK;
    const double simulated = (double)progress->before + part * (double)done / (double)all;
    draw(progress, simulated, progress->replications > 0 ? (double)progress->replications : part, seconds);
}

static bool stop(void *context)
{
    (void)context;
    return interrupted;
}

struct ensemble_watch progress_watch(struct progress *progress)
{
    return (struct ensemble_watch){.stop = stop, .progress = show, .context = progress};
}

void progress_end(struct progress *progress)
{
    if (progress->drawn) terminal_move("\r\033[K");
    progress->drawn = false;
}
