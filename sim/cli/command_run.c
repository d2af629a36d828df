/* sim/cli/command_run.c -- zhol run: from scenario files to result files.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/diagnostics.h"
#include "sim/cli/command.h"
#include "sim/cli/progress.h"
#include "sim/cli/simulate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPTION_PROGRESS = 512, OPTION_FORCE };

/* More than this share of invalid replications makes a result unfit for use. */
#define MOST_INVALID 1e-4
/* Bounds of a level that bind more often are worth a warning. */
#define MOST_CLAMPED 1e-2

static const struct argp_option list[] = {
    {NULL, 'o', "PATH", 0, "Result file (default: NAME.h5 here); a single scenario only", 0},
    {"progress", OPTION_PROGRESS, "STYLE", 0, "auto (default), plain or none", 0},
    {"force", OPTION_FORCE, NULL, 0, "Replace an existing result", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    enum progress_style style;
    switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = options; break;
    case 'o': options->output = argument; break;
    case OPTION_PROGRESS:
        if (!progress_read_style(argument, &style))
            argp_error(state, "--progress is '%s'; expected auto, plain or none", argument);
        options->progress = argument;
        break;
    case OPTION_FORCE: options->force = true; break;
    case ARGP_KEY_END:
        if (options->output != NULL && options->scenarios > 1)
            argp_error(state, "-o names one file, but %zu scenarios are to be run", options->scenarios);
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp_child children[] = {{&options_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};
static const struct argp parser = {list,
                                   parse,
                                   "SCENARIO...",
                                   "Simulate; one result file per scenario, all on the same seed.\v"
                                   "Example:\n\n  zhol run scenarios/kazakhstan-2019.yaml -n 10000 -o kazakhstan.h5",
                                   children,
                                   NULL,
                                   NULL};

/* Says what came out and how sure it is. */
static struct fault *report(const struct result *result, const char *output, double seconds)
{
    fprintf(stderr, "%s: %" PRIu64 " replications, %zu outcomes, %.1f s", output, result->replications,
            result->outcomes.count, seconds);
    if (result->invalids > 0) fprintf(stderr, "; %zu replications invalid and left out", result->invalids);
    fputs("\n", stderr);
    for (size_t i = 0; i < result->outcomes.count; i++) {
        const struct outcome *outcome = &result->outcomes.item[i];
        const double share = result->moments[i * (result->years + 1) + result->years].mean;
        if (strcmp(outcome->kind->pattern, DRIVERS_CLAMPED) == 0 && share > MOST_CLAMPED)
            fprintf(stderr,
                    "warning: %s: the bounds bind in %.2g %% of the months, so that they are part of the model\n",
                    outcome->path, 100.0 * share);
    }
    return NULL;
}

static struct fault *check_invalid(const struct result *result, const char *output)
{
    if (result->invalids == 0) return NULL;
    const struct invalid_replication *first = &result->invalid[0];
    if ((double)result->invalids <= MOST_INVALID * (double)result->replications) return NULL;
    return fault_raise(FAULT_UNTRUSTED,
                       "%zu of %" PRIu64 " replications went non-finite, more than 1 in 10,000; the first is %" PRIu64
                       ", in month %d of %s; the result is kept as %s",
                       result->invalids, result->replications, first->replication, first->month + 1,
                       result->cause[first->cause], output);
}

static struct fault *write_result(const struct result *result, const char *output, bool force)
{
    const bool trusted = (double)result->invalids <= MOST_INVALID * (double)result->replications;
    if (trusted) return result_write(result, output, force);
    char *failed = NULL;
    if (asprintf(&failed, "%s.failed", output) < 0) return fault_no_memory();
    struct fault *fault = result_write(result, failed, true);
    if (fault == NULL) fault = check_invalid(result, failed);
    free(failed);
    return fault;
}

static struct fault *run_one(struct simulation *simulation, const struct options *options, const char *output)
{
    enum progress_style style;
    struct progress progress;
    struct result result;
    struct timespec begin, end;
    if (!progress_read_style(options->progress, &style)) style = PROGRESS_NONE;
    progress_begin(&progress, style, simulation_name(simulation), simulation->replications);
    const struct ensemble_watch watch = progress_watch(&progress);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    struct fault *fault = simulation_run(simulation, options, &watch, &result);
    progress_end(&progress);
    if (fault == NULL) fault = write_result(&result, output, options->force);
    clock_gettime(CLOCK_MONOTONIC, &end);
    if (fault == NULL)
        fault =
            report(&result, output, (double)(end.tv_sec - begin.tv_sec) + 1e-9 * (double)(end.tv_nsec - begin.tv_nsec));
    result_free(&result);
    return fault;
}

/* Where the result goes; refused before anything is simulated if it is there already. */
static struct fault *choose_output(const struct options *options, const char *file, char **output)
{
    *output = options->output == NULL ? simulation_output(file) : strdup(options->output);
    if (*output == NULL) return fault_no_memory();
    if (!options->force && access(*output, F_OK) == 0)
        return fault_raise(FAULT_USAGE, "%s is there already; use --force to replace it, or -o for another place",
                           *output);
    return NULL;
}

int command_run(int argc, char **argv)
{
    struct options options;
    options_init(&options);
    argp_parse(&parser, argc, argv, 0, NULL, &options);
    struct simulation *simulation = calloc(options.scenarios, sizeof *simulation);
    char **output = calloc(options.scenarios, sizeof *output);
    struct fault *fault = simulation == NULL || output == NULL ? fault_no_memory() : progress_catch_signals();
    size_t opened = 0;
    for (; opened < options.scenarios && fault == NULL; opened++) {
        fault = simulation_open(options.scenario[opened], &options, &simulation[opened]);
        if (fault == NULL) fault = choose_output(&options, options.scenario[opened], &output[opened]);
        diagnostics_print(simulation[opened].plan.warnings, "warning", stderr);
    }
    for (size_t i = 0; i < options.scenarios && fault == NULL; i++)
        fault = run_one(&simulation[i], &options, output[i]);
    if (fault != NULL && fault->code == FAULT_INTERRUPTED) fputs("zhol: interrupted; nothing was written\n", stderr);
    const int status =
        fault != NULL && fault->code == FAULT_INTERRUPTED ? (fault_free(fault), FAULT_INTERRUPTED) : command_end(fault);
    for (size_t i = 0; i < opened; i++) {
        simulation_close(&simulation[i]);
        free(output[i]);
    }
    free(simulation);
    free(output);
    options_free(&options);
    return status;
}
