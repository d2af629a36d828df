/* sim/cli/command_diff.c -- zhol diff: what two runs differ in.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/diff/diff.h"
#include "sim/cli/command.h"
#include "sim/cli/guard.h"
#include "sim/cli/options.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTION_RATE = 256, OPTION_CSV, OPTION_JSON, OPTION_NAMES, OPTION_UNSEALED };

struct diff_options {
    uint64_t memory; /* for reading a file; 0: as its size says */
    const char *path[2];
    double rate;
    bool csv, json, names, unsealed;
    int threads;
};

static const struct argp_option list[] = {
    {"false-discoveries", OPTION_RATE, "RATE", 0,
     "Share of the outcomes told of that may be false, on average (default: 5 %)", 0},
    {"csv", OPTION_CSV, NULL, 0, "As CSV, a row per value and outcome", 0},
    {"json", OPTION_JSON, NULL, 0, "As one JSON object", 0},
    {"names", OPTION_NAMES, NULL, 0, "Names of outcomes in place of their titles", 0},
    {NULL, 'j', "THREADS", 0, "Threads (default: all processors); no effect on the result", 0},
    {"unsealed", OPTION_UNSEALED, NULL, 0, GUARD_MEANING, 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static double read_rate(struct argp_state *state, const char *argument)
{
    char *end = NULL;
    double rate = strtod(argument, &end);
    const bool digits = (*argument >= '0' && *argument <= '9') || *argument == '.';
    while (*end == ' ') end++;
    if (*end == '%') {
        rate /= 100.0;
        end++;
    }
    if (!digits || *end != '\0' || !(rate > 0.0 && rate < 1.0))
        argp_error(state, "--false-discoveries is '%s'; expected a share between 0 and 1, such as 5 %% or 0.05",
                   argument);
    return rate;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct diff_options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &options->memory; break;
    case OPTION_RATE: options->rate = read_rate(state, argument); break;
    case OPTION_CSV: options->csv = true; break;
    case OPTION_JSON: options->json = true; break;
    case OPTION_NAMES: options->names = true; break;
    case OPTION_UNSEALED: options->unsealed = true; break;
    case 'j':
        if (!options_read_threads(argument, &options->threads))
            argp_error(state, "-j is '%s'; expected a number of threads from 1 to 4096", argument);
        break;
    case ARGP_KEY_ARG:
        if (options->path[1] != NULL) argp_error(state, "'%s' is a third file; expected two results", argument);
        options->path[options->path[0] == NULL ? 0 : 1] = argument;
        break;
    case ARGP_KEY_END:
        if (options->path[1] == NULL) argp_error(state, "expected two results, such as before.h5 after.h5");
        if (options->csv && options->json) argp_error(state, "--csv and --json exclude each other");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp_child children[] = {{&guard_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};
static const struct argp parser = {
    list,
    parse,
    "BEFORE AFTER",
    "What two results differ in: the values of their scenarios, and the outcomes whose "
    "means over the horizon moved beyond "
    "the error of the simulation, at a stated rate of false discoveries.\v"
    "Example:\n\n  zhol diff kazakhstan-2019.h5 nurly-zhol-sreb.h5 --false-discoveries '1 %'",
    children,
    NULL,
    NULL};

static struct fault *print(const struct diff_options *options, const struct diff *diff)
{
    if (!options->csv && !options->json) return diff_print(diff, stdout);
    if (options->csv)
        diff_csv(diff, stdout);
    else
        diff_json(diff, stdout);
    TRY(command_flush());
    return comparison_print_notes(&diff->comparison, stderr);
}

int command_diff(int argc, char **argv)
{
    struct diff_options options = {.rate = 0.05};
    struct diff diff = {.values = 0};
    struct fault *fault = command_parse(&parser, argc, argv, &options);
    for (size_t i = 0; i < 2 && fault == NULL; i++)
        fault = guard_result(options.path[i], options.unsealed, options.memory);
    if (fault == NULL) {
        fault = diff_read(options.path, options.rate, options.threads, &diff);
        diff.comparison.names = options.names;
        if (fault == NULL)
            fault = print(&options, &diff);
        else if (diff.values > 0 && !options.csv && !options.json && !fault_is_memory(fault)) /* all that can be told */
            diff_print_values(&diff, stdout);
    }
    const int status = command_end(fault);
    diff_free(&diff);
    return status;
}
