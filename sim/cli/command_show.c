/* sim/cli/command_show.c -- zhol show: tables of a result in the terminal.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/given/given.h"
#include "output/tables/table.h"
#include "sim/cli/command.h"
#include "sim/cli/guard.h"
#include "sim/cli/options.h"
#include "sim/cli/output_path.h"
#include "sim/run/continuation.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    OPTION_CSV = 256,
    OPTION_JSON,
    OPTION_YEAR,
    OPTION_LIST,
    OPTION_GIVEN,
    OPTION_FUTURES,
    OPTION_NAMES,
    OPTION_XLSX,
    OPTION_FORCE,
    OPTION_UNSEALED
};

struct show_options {
    uint64_t memory; /* for reading a file; 0: as its size says */
    const char *result;
    const char **outcome;
    size_t outcomes;
    const char *given, *workbook;
    const char *typed; /* the command */
    bool force, csv, json, list, names, futures, unsealed;
    int year;
};

static const struct argp_option list[] = {
    {"csv", OPTION_CSV, NULL, 0, "As CSV, one row per outcome and period", 0},
    {"json", OPTION_JSON, NULL, 0, "As one JSON object", 0},
    {"xlsx", OPTION_XLSX, "FILE", 0, "Write a workbook (Excel, LibreOffice) too", 0},
    {"force", OPTION_FORCE, NULL, 0, "Replace that file if it is there", 0},
    {"list", OPTION_LIST, NULL, 0, "The names of all outcomes with their titles only", 0},
    {"names", OPTION_NAMES, NULL, 0, "In the overview, names of outcomes in place of their titles", 0},
    {"year", OPTION_YEAR, "YEAR", 0, "This year only", 0},
    {"given", OPTION_GIVEN, "CONDITION", 0,
     "In these futures only: outcomes by year or over the horizon and inputs, with < <= > >= between, and, or, not and "
     "parentheses",
     0},
    {"futures", OPTION_FUTURES, NULL, 0, "The numbers of the replications in which --given holds only", 0},
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
    case OPTION_XLSX: options->workbook = argument; break;
    case OPTION_FORCE: options->force = true; break;
    case OPTION_LIST: options->list = true; break;
    case OPTION_NAMES: options->names = true; break;
    case OPTION_GIVEN: options->given = argument; break;
    case OPTION_FUTURES: options->futures = true; break;
    case OPTION_UNSEALED: options->unsealed = true; break;
    case OPTION_YEAR: options_read_year(state, argument, &options->year); break;
    case ARGP_KEY_ARG:
        if (options->result == NULL)
            options->result = argument;
        else if (!options_append(&options->outcome, &options->outcomes, argument))
            return ENOMEM;
        break;
    case ARGP_KEY_END:
        if (options->csv && options->json) argp_error(state, "--csv and --json were both given");
        if (options->names &&
            (options->csv || options->json || options->list || options->outcomes > 0 || options->futures))
            argp_error(state, "--names is for the overview; leave out what else was given");
        if (options->list && (options->csv || options->json || options->year != 0 || options->outcomes > 0 ||
                              options->given != NULL || options->futures || options->workbook != NULL))
            argp_error(state, "--list lists all outcomes; leave out what else was given");
        if (options->futures && options->given == NULL) argp_error(state, "--futures needs --given");
        if (options->futures &&
            (options->csv || options->json || options->year != 0 || options->outcomes > 0 || options->workbook != NULL))
            argp_error(state, "--futures lists numbers of replications; leave out all but --given");
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
    "RESULT [OUTCOME...]",
    "Print a result: an overview, or the outcomes named (patterns such as 'flows.*').\v"
    "Example:\n\n  zhol show kazakhstan-2019.h5 --given 'drivers.brent@2030 < 40 USD/bbl'",
    children,
    NULL,
    NULL};

static struct fault *print_tables(const struct show_options *options, const struct result *result)
{
    if (options->list) return table_list(result, stdout);
    if (options->json) return table_json(result, options->outcome, options->outcomes, options->year, stdout);
    if (options->csv) {
        table_given(result, stderr);
        return table_csv(result, options->outcome, options->outcomes, options->year, stdout);
    }
    if (options->outcomes == 0) return table_account(result, options->year, options->names, stdout);
    return table_show(result, options->outcome, options->outcomes, options->year, stdout);
}

/* What cannot be written is told before the work, not after. */
static struct fault *check_workbook(const struct show_options *options)
{
    return options->workbook == NULL
               ? NULL
               : output_path_check_apart("--xlsx", options->workbook, options->force, 1, &options->result);
}

static struct fault *write_workbook(const struct show_options *options, const struct result *result)
{
    const struct table_origin origin = {.file = options->result, .command = options->typed};
    if (options->workbook == NULL) return NULL;
    return table_spreadsheet(result, options->outcome, options->outcomes, options->year, &origin, options->workbook,
                             options->force);
}

static struct fault *print_result(const struct show_options *options, const struct given *given)
{
    struct result result = {0};
    struct fault *fault = given == NULL
                              ? result_read_unchecked(options->result, &result)
                              : given_read(options->result, given, options->outcome, options->outcomes, &result);
    if (fault == NULL) fault = write_workbook(options, &result);
    if (fault == NULL) fault = print_tables(options, &result);
    result_free(&result);
    return fault;
}

/* A number a line, under its name. */
static struct fault *print_futures(const struct show_options *options, const struct given *given)
{
    struct result outline = {0};
    struct stored *stored = NULL;
    struct given_futures futures = {0};
    struct fault *fault = result_read_outline(options->result, &outline);
    if (fault == NULL) fault = stored_open(options->result, &stored);
    if (fault == NULL) fault = given_find(given, stored, &outline, &futures);
    if (fault == NULL) puts("replication");
    for (size_t i = 0; i < futures.count && fault == NULL; i++) printf("%zu\n", futures.replication[i]);
    given_futures_free(&futures);
    fault = stored_close(stored, fault);
    result_free(&outline);
    return fault == NULL ? command_flush() : fault;
}

int command_show(int argc, char **argv)
{
    struct show_options options = {0};
    struct given *given = NULL;
    char *typed = continuation_typed(argc, argv); /* before its words are put in another order */
    struct fault *fault = typed == NULL ? fault_no_memory() : command_parse(&parser, argc, argv, &options);
    options.typed = typed;
    if (fault == NULL && options.given != NULL) fault = given_parse(options.given, &given);
    if (fault == NULL) fault = check_workbook(&options);
    if (fault == NULL) fault = guard_result(options.result, options.unsealed, options.memory);
    if (fault == NULL) fault = options.futures ? print_futures(&options, given) : print_result(&options, given);
    const int status = command_end(fault); /* whose places are in the condition */
    given_free(given);
    free(options.outcome);
    free(typed);
    return status;
}
