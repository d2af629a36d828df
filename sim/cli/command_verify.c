/* sim/cli/command_verify.c -- zhol verify: whether a result is what its scenario gives.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/result/differences.h"
#include "sim/cli/command.h"
#include "sim/cli/guard.h"
#include "sim/cli/options.h"
#include "sim/cli/progress.h"
#include "sim/cli/verify.h"
#include "sim/run/reopen.h"

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { OPTION_BLOCKS = 256, OPTION_ALL, OPTION_FORCE, OPTION_ISA, USUAL_BLOCKS = 16 };

struct verify_options {
    uint64_t memory;        /* for reading a file; 0: as its size says */
    const char *path, *isa; /* isa NULL: the usual one */
    size_t blocks;          /* 0: the usual number */
    int threads;
    bool all, force;
};

static const struct argp_option list[] = {
    {"blocks", OPTION_BLOCKS, "K", 0, "Simulate so many blocks of 32 replications again (default: 16)", 0},
    {"all", OPTION_ALL, NULL, 0, "Simulate all again, and compare all that the file holds", 0},
    {NULL, 'j', "THREADS", 0, "Threads (default: all processors)", 0},
    {"isa", OPTION_ISA, "NAME", 0, OPTIONS_ISA_MEANING, 0},
    {"force", OPTION_FORCE, NULL, 0, "Also if another version or arithmetic made the result", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static bool read_whole(const char *text, long least, long most, long *number)
{
    char *end = NULL;
    errno = 0;
    if (*text < '0' || *text > '9') return false;
    *number = strtol(text, &end, 10);
    return *end == '\0' && errno == 0 && *number >= least && *number <= most;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct verify_options *options = state->input;
    long number = 0;
    switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &options->memory; break;
    case OPTION_BLOCKS:
        if (!read_whole(argument, 2, 1000000000, &number))
            argp_error(state, "--blocks is '%s'; expected a number of blocks, 2 or more", argument);
        options->blocks = (size_t)number;
        break;
    case OPTION_ALL: options->all = true; break;
    case OPTION_ISA:
        options_check_isa(argument, state);
        options->isa = argument;
        break;
    case 'j':
        if (!read_whole(argument, 1, 4096, &number))
            argp_error(state, "-j is '%s'; expected a number of threads from 1 to 4096", argument);
        options->threads = (int)number;
        break;
    case OPTION_FORCE: options->force = true; break;
    case ARGP_KEY_ARG:
        if (options->path != NULL) argp_error(state, "'%s' is one file too many; expected RESULT", argument);
        options->path = argument;
        break;
    case ARGP_KEY_END:
        if (options->all && options->blocks > 0) argp_error(state, "--blocks and --all were both given");
        break;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "no result file was named; expected one such as kazakhstan-2019.h5");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp_child children[] = {{&guard_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};
static const struct argp parser = {
    list,
    parse,
    "RESULT",
    "Check a result against itself and against what is simulated again, bit for bit. Exit status: 0 if all agrees, 4 "
    "if it is damaged or cannot be checked here, 5 if something differs.\v"
    "Example:\n\n  zhol verify kazakhstan-2019.h5 --blocks 100",
    children,
    NULL,
    NULL};

static void say_result(size_t different)
{
    if (different == 0)
        puts("; all agree");
    else
        printf("; %zu differ\n", different);
    fflush(stdout);
}

/* Says what was compared, and in how many datasets something differs. */
static void say(const char *what, const struct verify_count *count)
{
    printf("  %s: %zu outcomes over the horizon, %zu by year", what, count->horizon, count->annual);
    if (count->inputs > 0) printf(", %zu input%s", count->inputs, count->inputs == 1 ? "" : "s");
    say_result(count->different);
}

static struct fault *check_blocks(struct verify *verify, const struct verify_options *options,
                                  struct progress *progress)
{
    const struct ensemble_watch watch = progress_watch(progress);
    struct blocks blocks;
    struct samples again = {0};
    struct verify_count count;
    char what[96];
    const size_t wanted = options->blocks > 0 ? options->blocks : USUAL_BLOCKS;
    const uint64_t all = (verify->head->replications + LANES - 1) / LANES;
    struct fault *fault = blocks_spread(verify->head->replications, wanted, &blocks);
    if (fault == NULL) fault = blocks_simulate(&blocks, verify->simulation, options->threads, &watch, &again);
    progress_end(progress);
    if (fault == NULL) fault = verify_blocks(verify, &blocks, &again, &count);
    if (fault == NULL) {
        snprintf(what, sizeof what, "%zu of %" PRIu64 " blocks again, %zu replications", blocks.count, all,
                 blocks.samples);
        say(what, &count);
    }
    samples_free(&again);
    blocks_free(&blocks);
    return fault;
}

/* The statistics against the samples, and some of the samples against the scenario. */
static struct fault *check_some(const struct verify_options *options, const struct result *head,
                                const struct simulation *simulation, struct progress *progress, bool *checked,
                                struct fault **differences)
{
    struct verify verify = {.head = NULL};
    struct verify_count order;
    struct stored *stored = NULL;
    struct fault *fault = stored_open(options->path, &stored);
    if (fault == NULL) fault = verify_init(&verify, head, stored, simulation);
    size_t labels = 0, different = 0;
    if (fault == NULL) fault = verify_labels(&verify, &labels, &different);
    if (fault == NULL) {
        printf("  calendar, prices, coordinates and labels: %zu datasets", labels);
        say_result(different);
    }
    if (fault == NULL) fault = verify_order(&verify, &order);
    if (fault == NULL && order.horizon + order.annual > 0) {
        say(head->exact_quantiles ? "count, extremes, quantiles, tails and probabilities from the samples"
                                  : "count, extremes and probabilities from the samples",
            &order);
        fault = check_blocks(&verify, options, progress);
        *checked = true;
    }
    *differences = verify.differences;
    verify.differences = NULL;
    verify_free(&verify);
    return stored_close(stored, fault);
}

/* The whole file against the whole run. */
static struct fault *check_all(const struct verify_options *options, const struct result *head,
                               struct simulation *simulation, struct progress *progress, struct fault **faults)
{
    const struct ensemble_watch watch = progress_watch(progress);
    struct run_settings run = settings_usual();
    struct result again;
    struct differences differences = {.datasets = 0};
    run.threads = options->threads;
    struct fault *fault = simulation_run(simulation, &run, &watch, &again);
    progress_end(progress);
    again.untitled = head->untitled;
    if (fault == NULL) fault = differences_find(options->path, &again, &differences);
    if (fault == NULL) {
        printf("  all %" PRIu64 " replications again: %zu datasets, with their attributes", again.replications,
               differences.datasets);
        say_result(differences.different);
    }
    *faults = differences.faults;
    result_free(&again);
    return fault;
}

/* What was not compared. */
static void say_rest(const struct result *head, bool checked)
{
    if (!checked)
        puts("Not checked: any number, because the file holds no samples; see --all");
    else if (!head->exact_quantiles)
        puts("Not checked: means, quantiles, tails and what else is of all replications; see --all");
    else
        puts("Not checked: means and what else is a sum over all replications; see --all");
}

static struct fault *check_stored(const struct verify_options *options, const struct result *head,
                                  struct simulation *simulation)
{
    enum progress_style style;
    struct progress progress;
    struct fault *differences = NULL;
    bool checked = false;
    if (!progress_read_style("auto", &style)) style = PROGRESS_NONE;
    progress_begin(&progress, style, head->replications);
    progress_part(&progress, options->path, head->replications);
    struct fault *fault = options->all ? check_all(options, head, simulation, &progress, &differences)
                                       : check_some(options, head, simulation, &progress, &checked, &differences);
    if (fault == NULL && differences == NULL && !options->all) say_rest(head, checked);
    if (fault == NULL) return differences;
    fault_free(differences);
    return fault;
}

static struct fault *verify(const struct verify_options *options, struct result *head, struct simulation *simulation)
{
    TRY(guard_whole(options->path, options->memory));
    TRY(progress_catch_signals());
    TRY(result_read_outline(options->path, head));
    printf("%s: %" PRIu64 " replications, seed %" PRIu64 ", %s\n  content: as its SHA-256 says\n", options->path,
           head->replications, head->seed, head->source);
    TRY(reopen_check(options->path, head, options->force));
    TRY(reopen(options->path, head, options->isa, simulation));
    return check_stored(options, head, simulation);
}

int command_verify(int argc, char **argv)
{
    struct verify_options options = {.path = NULL};
    struct simulation simulation = {.file = NULL};
    struct result head = {0};
    struct fault *fault = command_parse(&parser, argc, argv, &options);
    if (fault == NULL) fault = verify(&options, &head, &simulation);
    if (fault == NULL && fflush(stdout) != 0)
        fault = fault_raise(FAULT_MACHINE, "standard output cannot be written: %s", strerror(errno));
    const bool interrupted = fault != NULL && fault->code == FAULT_INTERRUPTED;
    if (interrupted) fputs("zhol: interrupted\n", stderr);
    const int status = interrupted ? (fault_free(fault), FAULT_INTERRUPTED) : command_end(fault);
    simulation_close(&simulation);
    result_free(&head);
    return status;
}
