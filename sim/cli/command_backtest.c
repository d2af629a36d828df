/* sim/cli/command_backtest.c -- zhol backtest: what a calibrated driver would have forecast.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/backtest_print.h"
#include "sim/cli/command.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 1, PROCESSES_MOST = 16 };
enum {
    OPTION_MODEL = 256,
    OPTION_HORIZON,
    OPTION_FROM,
    OPTION_TO,
    OPTION_WINDOW,
    OPTION_REFIT,
    OPTION_PLAIN,
    OPTION_COLUMN,
    OPTION_DATE,
    OPTION_WHERE,
    OPTION_UNIT,
    OPTION_MEAN,
    OPTION_SPOT,
    OPTION_DEFLATE,
    OPTION_CSV,
    OPTION_JSON
};

struct backtest_options {
    struct calibrate_wish wish;
    const char *from;
    size_t horizon, window, refit; /* 0: not said */
    bool plain, csv, json;
};

static const struct argp_option list[] = {
    {"model", OPTION_MODEL, "MODEL", 0, "Process that is fitted, as by zhol calibrate: gbm, walk, mean-reverting ...",
     0},
    {"horizon", OPTION_HORIZON, "N", 0, "Periods ahead (default: those of a year)", 0},
    {"from", OPTION_FROM, "DATE", 0, "First origin (default: when half of the figures are known)", 0},
    {"to", OPTION_TO, "DATE", 0, "Last figure", 0},
    {"window", OPTION_WINDOW, "N", 0, "Only the last N figures are known at an origin (default: all before)", 0},
    {"refit", OPTION_REFIT, "N", 0, "Fit again every N periods (default: those of a year)", 0},
    {"plain", OPTION_PLAIN, NULL, 0, "By maximum likelihood alone, which is quicker: speeds are not corrected", 0},
    {"column", OPTION_COLUMN, "NAME", 0, "Column with the figures (default: the only one)", 0},
    {"date", OPTION_DATE, "NAME", 0, "Column with the dates", 0},
    {"where", OPTION_WHERE, "COLUMN=VALUE", 0, "Rows that count; repeatable", 0},
    {"unit", OPTION_UNIT, "UNIT", 0, "Unit of the figures, such as USD/bbl; %/yr: growth rates", 0},
    {"mean", OPTION_MEAN, NULL, 0, "Figures are means over their periods (default, but of days)", 0},
    {"spot", OPTION_SPOT, NULL, 0, "Figures are values at the ends of their periods", 0},
    {"deflate", OPTION_DEFLATE, "FILE[:COLUMN]", 0, "Price index that makes figures real", 0},
    {"csv", OPTION_CSV, NULL, 0, "As CSV, a row per forecast", 0},
    {"json", OPTION_JSON, NULL, 0, "As one JSON object", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static size_t read_count(struct argp_state *state, const char *name, const char *argument)
{
    const size_t digits = strspn(argument, "0123456789");
    const long number = digits > 0 && digits < 6 && argument[digits] == '\0' ? strtol(argument, NULL, 10) : 0;
    if (number < 1) argp_error(state, "--%s is '%s'; expected a number of periods from 1 to 99999", name, argument);
    return (size_t)number;
}

static void check_model(const struct backtest_options *options, struct argp_state *state)
{
    const char *names[PROCESSES_MOST + 1] = {NULL};
    char hint[80];
    for (size_t i = 0; i < PROCESSES_MOST && process_at(i) != NULL; i++) names[i] = process_at(i)->name;
    if (options->wish.model == NULL) argp_error(state, "no process was named; expected --model, such as --model gbm");
    if (process_find(options->wish.model) == NULL)
        argp_error(state, "--model is '%s', which is not known%s", options->wish.model,
                   units_hint(options->wish.model, names, sizeof hint, hint));
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct backtest_options *options = state->input;
    struct calibrate_wish *wish = &options->wish;
    switch (key) {
    case OPTION_MODEL: wish->model = argument; break;
    case OPTION_HORIZON: options->horizon = read_count(state, "horizon", argument); break;
    case OPTION_FROM: options->from = argument; break;
    case OPTION_TO: wish->to = argument; break;
    case OPTION_WINDOW: options->window = read_count(state, "window", argument); break;
    case OPTION_REFIT: options->refit = read_count(state, "refit", argument); break;
    case OPTION_PLAIN: options->plain = true; break;
    case OPTION_COLUMN: wish->column = argument; break;
    case OPTION_DATE: wish->date = argument; break;
    case OPTION_WHERE:
        if (wish->filters == CALIBRATE_FILTERS)
            argp_error(state, "--where stands more than %d times", CALIBRATE_FILTERS);
        wish->filter[wish->filters++].column = argument;
        break;
    case OPTION_UNIT: wish->unit = argument; break;
    case OPTION_MEAN: wish->means = 1; break;
    case OPTION_SPOT: wish->means = 0; break;
    case OPTION_DEFLATE: wish->deflator = argument; break;
    case OPTION_CSV: options->csv = true; break;
    case OPTION_JSON: options->json = true; break;
    case ARGP_KEY_ARG:
        if (wish->file != NULL) argp_error(state, "'%s' is a second file; expected one series", argument);
        wish->file = argument;
        break;
    case ARGP_KEY_END:
        if (wish->file == NULL) argp_error(state, "no series was named; expected a file such as brent_monthly.csv");
        if (options->csv && options->json) argp_error(state, "--csv and --json exclude each other");
        check_model(options, state);
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp parser = {list,
                                   parse,
                                   "SERIES.csv",
                                   "Fit a process to what was known at one origin after another, forecast from there, "
                                   "and score the forecasts beside a "
                                   "driftless walk.\vExample:\n\n  zhol backtest brent_monthly.csv --model gbm "
                                   "--horizon 12 --from 2005-01 --window 120",
                                   NULL,
                                   NULL,
                                   NULL};

/* The index of the first origin. */
static struct fault *find_first(const struct backtest_options *options, const struct calibrate_series *series,
                                size_t *first)
{
    struct period period;
    char begin[PERIOD_TEXT], end[PERIOD_TEXT];
    *first = series->figures.count / 2;
    if (options->window > *first + 1) *first = options->window - 1;
    if (options->from == NULL) return NULL;
    if (!period_read(options->from, &period))
        return fault_raise(FAULT_USAGE, "--from is '%s'; expected a date such as 2005, 2005-Q1 or 2005-01",
                           options->from);
    period_write(&series->first, begin);
    period_write(&series->last, end);
    const int months = period.month - series->first.month;
    if (months < 0 || period.month > series->last.month)
        return fault_raise(FAULT_USAGE, "--from is '%s'; the series is of %s to %s", options->from, begin, end);
    *first = (size_t)(months / series->first.months);
    return NULL;
}

static struct fault *print(const struct backtest_options *options, const struct backtest_told *told)
{
    if (options->csv)
        backtest_print_csv(told, stdout);
    else if (options->json)
        backtest_print_json(told, stdout);
    else
        backtest_print(told, stdout);
    return command_flush();
}

static struct fault *run(const struct backtest_options *options, const struct calibrate_series *series,
                         struct backtest *backtest)
{
    const size_t year = (size_t)(12 / series->figures.months);
    struct backtest_request request = {.process = process_find(options->wish.model),
                                       .settings = {.seed = SEED, .plain = options->plain},
                                       .ahead = options->horizon == 0 ? year : options->horizon,
                                       .window = options->window,
                                       .refit = options->refit == 0 ? year : options->refit};
    TRY(find_first(options, series, &request.first));
    TRY(backtest_run(&request, &series->figures, backtest));
    const struct backtest_told told = {series, &request, backtest};
    return print(options, &told);
}

int command_backtest(int argc, char **argv)
{
    struct backtest_options options = {.wish = {.means = -1}};
    struct forest forest = {0};
    struct units *units = NULL;
    struct calibrate_series series = {0};
    struct backtest backtest = {0};
    struct fault *fault = command_parse(&parser, argc, argv, &options);
    if (fault == NULL) fault = units_open(&units);
    if (fault == NULL) fault = calibrate_series_open(&forest, units, &options.wish, &series);
    if (fault == NULL) fault = run(&options, &series, &backtest);
    const int status = command_end(fault);
    backtest_free(&backtest);
    calibrate_series_close(&series);
    units_close(units);
    tree_free(&forest);
    return status;
}
