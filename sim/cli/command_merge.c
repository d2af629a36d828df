/* sim/cli/command_merge.c -- zhol merge: from the shards of a run to its result.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/command.h"
#include "sim/cli/options.h"
#include "sim/cli/output_path.h"
#include "sim/cli/report.h"
#include "sim/core/stopwatch.h"
#include "sim/run/checkpoint.h"
#include "sim/run/merge.h"
#include "sim/run/trust.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPTION_FORCE = 512, OPTION_PRECISION };

static const struct argp_option list[] = {
    {NULL, 'o', "PATH", 0, "Result file", 0},
    {NULL, 'j', "THREADS", 0, "Threads (default: all processors); no effect on the result", 0},
    {"precision", OPTION_PRECISION, "GOAL", 0,
     "Say whether it is met: 'npv.national=1 %'; repeatable (default: the goals of the scenario)", 0},
    {"force", OPTION_FORCE, NULL, 0, "Replace an existing result", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

struct merge_options {
    const char *output;
    const char **shard, **goal;
    size_t shards, goals;
    int threads;
    bool force;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct merge_options *options = state->input;
    bool kept = true;
    switch (key) {
    case 'o': options->output = argument; break;
    case 'j':
        if (!options_read_threads(argument, &options->threads))
            argp_error(state, "-j is '%s'; expected a number of threads from 1 to %d", argument, SETTINGS_MOST_THREADS);
        break;
    case OPTION_PRECISION: kept = options_append(&options->goal, &options->goals, argument); break;
    case OPTION_FORCE: options->force = true; break;
    case ARGP_KEY_ARG: kept = options_append(&options->shard, &options->shards, argument); break;
    case ARGP_KEY_END:
        if (options->shards == 0)
            argp_error(state, "no shard was named; expected all of a run, such as kazakhstan-2019.shard-*-of-8");
        if (options->output == NULL) argp_error(state, "-o PATH is missing; expected the name of the result");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return kept ? 0 : ENOMEM;
}

static const struct argp parser = {list,
                                   parse,
                                   "-o PATH SHARD...",
                                   "Join the shards of a run, all of them, in any order: the same bytes as one run.\v"
                                   "Example:\n\n  zhol merge -o kazakhstan-2019.h5 kazakhstan-2019.shard-*-of-8",
                                   NULL,
                                   NULL,
                                   NULL};

static struct fault *check_output(const struct merge_options *options)
{
    TRY(output_path_check(options->output));
    for (size_t i = 0; i < options->shards; i++)
        if (output_path_is_same(options->output, options->shard[i]))
            return fault_raise(FAULT_USAGE, "the result %s would replace a shard; expected another name",
                               options->output);
    return options->force ? NULL : output_path_check_free(options->output);
}

static void report(const struct merge *merge, const struct result *result, const char *output, double seconds)
{
    (void)report_result(result, output, seconds);
    if (merge->account == NULL)
        report_needed(result);
    else
        fprintf(stderr, "%s%s", merge->met ? "" : "zhol: warning: the run is not as precise as was asked for\n",
                merge->account);
}

static struct fault *merge_into(struct merge *merge, const struct merge_options *options)
{
    struct result result;
    const double begin = stopwatch_now();
    struct fault *fault = merge_run(merge, options->threads, options->goals, options->goal, &result);
    if (fault == NULL) fault = trust_write(&result, options->output, options->force, options->threads);
    if (fault == NULL) report(merge, &result, options->output, stopwatch_now() - begin);
    result_free(&result);
    return fault;
}

/* Holds the lock of the result, as a run does that is at work on it. */
static struct fault *merge_all(struct merge *merge, const struct merge_options *options)
{
    struct checkpoint lock;
    char *folder = checkpoint_folder(options->output);
    struct fault *fault = folder == NULL ? fault_no_memory() : NULL;
    if (fault != NULL) return fault;
    fault = checkpoint_open(folder, true, &lock);
    const bool held = fault == NULL;
    if (fault == NULL) fault = merge_into(merge, options);
    /* what a run has kept there is not the merge's */
    if (held && access(lock.state, F_OK) < 0 && errno == ENOENT) fault = fault_join(fault, checkpoint_remove(&lock));
    checkpoint_close(&lock);
    free(folder);
    return fault;
}

int command_merge(int argc, char **argv)
{
    struct merge_options options = {.output = NULL};
    struct merge merge = {0};
    struct fault *fault = command_parse(&parser, argc, argv, &options);
    if (fault == NULL) fault = check_output(&options);
    if (fault == NULL) fault = merge_open(options.shards, options.shard, &merge);
    if (fault == NULL) fault = merge_all(&merge, &options);
    const int status = command_end(fault);
    merge_close(&merge);
    free(options.shard);
    free(options.goal);
    return status;
}
