/* sim/cli/command_show.c -- zhol show: tables of a result in the terminal.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/result/result.h"
#include "output/tables/table.h"
#include "sim/cli/command.h"
#include "sim/cli/guard.h"
#include "sim/cli/options.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { OPTION_CSV = 256, OPTION_JSON, OPTION_YEAR, OPTION_LIST, OPTION_UNSEALED };

struct show_options {
    uint64_t memory; /* for reading a file; 0: as its size says */
    const char *result;
    const char **outcome;
    size_t outcomes;
    bool csv, json, names_only, unsealed;
    int year;
};

static const struct argp_option list[] = {
    {"csv", OPTION_CSV, NULL, 0, "As CSV, one row per outcome and period", 0},
    {"json", OPTION_JSON, NULL, 0, "As one JSON object", 0},
    {"list", OPTION_LIST, NULL, 0, "The names of all outcomes only", 0},
    {"year", OPTION_YEAR, "YEAR", 0, "This year only", 0},
    {"unsealed", OPTION_UNSEALED, NULL, 0, GUARD_MEANING, 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct show_options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &options->memory; break;
    case OPTION_CSV: options->csv = true; break;
    case OPTION_JSON: options->json = true; break;
    case OPTION_LIST: options->names_only = true; break;
    case OPTION_UNSEALED: options->unsealed = true; break;
    case OPTION_YEAR: {
        char *end = NULL;
        const long year = strtol(argument, &end, 10);
        if (*argument == '\0' || *end != '\0' || year < 1 || year > 9999)
            argp_error(state, "--year is '%s'; expected a year such as 2030", argument);
        options->year = (int)year;
        break;
    }
    case ARGP_KEY_ARG:
        if (options->result == NULL)
            options->result = argument;
        else if (!options_append(&options->outcome, &options->outcomes, argument))
            return ENOMEM;
        break;
    case ARGP_KEY_END:
        if (options->csv && options->json) argp_error(state, "--csv and --json were both given");
        if (options->names_only && (options->csv || options->json || options->year != 0 || options->outcomes > 0))
            argp_error(state, "--list lists all outcomes; leave out what else was given");
        break;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "no result file was named; expected one such as kazakhstan-2019.h5");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp_child children[] = {{&guard_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};
static const struct argp parser = {list,
                                   parse,
                                   "RESULT [OUTCOME...]",
                                   "Print a result: an overview, or the outcomes named (patterns such as 'flows.*').\v"
                                   "Example:\n\n  zhol show kazakhstan-2019.h5 drivers.brent 'flows.*.demand'",
                                   children,
                                   NULL,
                                   NULL};

int command_show(int argc, char **argv)
{
    struct show_options options = {0};
    struct result result = {0};
    struct fault *fault = command_parse(&parser, argc, argv, &options);
    if (fault == NULL) fault = guard_result(options.result, options.unsealed, options.memory);
    if (fault == NULL) fault = result_read_unchecked(options.result, &result);
    if (fault == NULL && options.names_only)
        fault = table_list(&result, stdout);
    else if (fault == NULL && options.csv)
        fault = table_csv(&result, options.outcome, options.outcomes, options.year, stdout);
    else if (fault == NULL && options.json)
        fault = table_json(&result, options.outcome, options.outcomes, options.year, stdout);
    else if (fault == NULL && options.outcomes == 0)
        fault = table_account(&result, options.year, stdout);
    else if (fault == NULL)
        fault = table_show(&result, options.outcome, options.outcomes, options.year, stdout);
    result_free(&result);
    free(options.outcome);
    return command_end(fault);
}
