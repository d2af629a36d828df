/* sim/cli/command_score.c -- zhol score: a result beside what happened.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/score/score.h"
#include "scenarios/reader/tree.h"
#include "sim/cli/command.h"
#include "sim/cli/guard.h"
#include "sim/cli/options.h"
#include "sim/run/continuation.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPTION_HISTORY = 256,
    OPTION_CONFIRMED,
    OPTION_OUTCOME,
    OPTION_WITHOUT,
    OPTION_YEARS,
    OPTION_CSV,
    OPTION_JSON,
    OPTION_UNSEALED
};

struct score_options {
    uint64_t memory; /* for reading a file; 0: as its size says */
    const char *result, *observed, *history;
    const char **only, **without;
    size_t onlies, withouts;
    struct score_wish wish;
    bool csv, json, unsealed;
};

static const struct argp_option list[] = {
    {"history", OPTION_HISTORY, "FILE.csv", 0,
     "Figures from before the run, in the same columns: what naive forecasts know (default: they are not known)", 0},
    {"confirmed", OPTION_CONFIRMED, "WORD", 0,
     "Figures that are confirmed so: yes, or derived for those too (default: derived)", 0},
    {"outcome", OPTION_OUTCOME, "PATTERN", 0, "Score outcomes such as 'drivers.*' only, and sums with them; repeatable",
     0},
    {"without", OPTION_WITHOUT, "PATTERN", 0, "Leave out outcomes such as 'trade.*', and sums with them; repeatable",
     0},
    {"years", OPTION_YEARS, "FROM-TO", 0, "Figures of these years, such as 2020-2022, only", 0},
    {"csv", OPTION_CSV, NULL, 0, "As CSV, a row per figure", 0},
    {"json", OPTION_JSON, NULL, 0, "As one JSON object, with all that is said of figures together", 0},
    {"unsealed", OPTION_UNSEALED, NULL, 0, GUARD_MEANING, 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static void read_confirmed(struct score_options *options, struct argp_state *state, const char *argument)
{
    if (strcmp(argument, "yes") == 0)
        options->wish.least = OBSERVED_YES;
    else if (strcmp(argument, "derived") == 0)
        options->wish.least = OBSERVED_DERIVED;
    else
        argp_error(state, "--confirmed is '%s'; expected yes or derived", argument);
}

static void read_years(struct score_options *options, struct argp_state *state, const char *argument)
{
    char rest = '\0';
    int from = 0, until = 0;
    const size_t digits = strspn(argument, "0123456789");
    const bool one = digits == 4 && argument[4] == '\0';
    const bool two =
        digits == 4 && argument[4] == '-' && strspn(argument + 5, "0123456789") == 4 && argument[9] == '\0';
    if (one || two) sscanf(argument, "%4d-%4d%c", &from, &until, &rest);
    if (one) until = from;
    if (from < 1 || until < from)
        argp_error(state, "--years is '%s'; expected a year or two such as 2020-2022", argument);
    options->wish.from = from;
    options->wish.until = until;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct score_options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &options->memory; break;
    case OPTION_HISTORY: options->history = argument; break;
    case OPTION_CONFIRMED: read_confirmed(options, state, argument); break;
    case OPTION_OUTCOME:
        if (!options_append(&options->only, &options->onlies, argument)) return ENOMEM;
        break;
    case OPTION_WITHOUT:
        if (!options_append(&options->without, &options->withouts, argument)) return ENOMEM;
        break;
    case OPTION_YEARS: read_years(options, state, argument); break;
    case OPTION_CSV: options->csv = true; break;
    case OPTION_JSON: options->json = true; break;
    case OPTION_UNSEALED: options->unsealed = true; break;
    case ARGP_KEY_ARG:
        if (options->observed != NULL)
            argp_error(state, "'%s' is a third file; expected a result and one of what happened", argument);
        *(options->result == NULL ? &options->result : &options->observed) = argument;
        break;
    case ARGP_KEY_END:
        if (options->observed == NULL)
            argp_error(state, "expected a result and a file of what happened, such as kazakhstan-2019.h5 observed.csv");
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
    "RESULT OBSERVED.csv",
    "A result beside what happened: the quantile of the futures on which each figure fell, how often ranges of futures "
    "held, "
    "and CRPS beside no change, a driftless walk and a trend.\v"
    "OBSERVED.csv has the columns outcome,year,value,unit,confirmed, of money prices too, and definition,source if you "
    "like:\n\n"
    "  outcome,year,value,unit,prices,confirmed\n"
    "  drivers.brent,2020,41.25,USD/bbl,2019 USD,derived\n"
    "  \"corridors.a.container*12 t/TEU,corridors.a.bulk\",2020,21.6,Mt/yr,,yes\n\n"
    "Example:\n\n  zhol score kazakhstan-2019.h5 observed.csv --history history.csv",
    children,
    NULL,
    NULL};

/* A file of figures, and all that its faults point into. */
struct figures {
    struct forest forest;
    struct table table;
    struct observed observed;
};

static struct fault *read_figures(const char *path, struct units *units, struct figures *figures)
{
    struct source *source = NULL;
    TRY(tree_read_file(&figures->forest, path, "a table of figures", &source));
    TRY(table_open(&figures->table, source));
    return observed_read(&figures->table, units, &figures->observed);
}

/* What to run so that all can be scored, by their samples. */
static void print_command(const struct score *score, FILE *to)
{
    if (score->save == NULL) return;
    fprintf(to, "With samples of every year all of them are scored:\n\n  %s --save ",
            score->command == NULL ? "zhol run SCENARIO" : score->command);
    continuation_quote_all(score->save, to);
    fputs("\n", to);
}

static struct fault *print(const struct score_options *options, const struct score *score)
{
    if (options->csv)
        score_csv(score, stdout);
    else if (options->json)
        score_json(score, stdout);
    else
        TRY(score_print(score, stdout));
    if (score->count > 0) print_command(score, options->csv || options->json ? stderr : stdout);
    return command_flush();
}

static struct fault *nothing(const struct score *score)
{
    print_command(score, stderr);
    return fault_raise(
        FAULT_SCENARIO,
        "none of the %zu figures of %s can be scored: %zu are nominal, %zu not confirmed, %zu of other years, %zu "
        "left out by --outcome or --without, %zu sums without yearly samples, %zu without a value in any future",
        score->read, score->observed, score->left[SCORE_LEFT_NOMINAL], score->left[SCORE_LEFT_UNCONFIRMED],
        score->left[SCORE_LEFT_YEARS], score->left[SCORE_LEFT_WITHOUT], score->left[SCORE_LEFT_UNSAVED],
        score->left[SCORE_LEFT_UNDEFINED]);
}

int command_score(int argc, char **argv)
{
    struct score_options options = {.wish = {.least = OBSERVED_DERIVED}};
    struct figures observed = {0}, history = {0};
    struct units *units = NULL;
    struct score score = {0};
    struct fault *fault = command_parse(&parser, argc, argv, &options);
    options.wish.only = options.only;
    options.wish.onlies = options.onlies;
    options.wish.without = options.without;
    options.wish.withouts = options.withouts;
    if (fault == NULL) fault = units_open(&units);
    if (fault == NULL) fault = read_figures(options.observed, units, &observed);
    if (fault == NULL && options.history != NULL) fault = read_figures(options.history, units, &history);
    if (fault == NULL) fault = guard_result(options.result, options.unsealed, options.memory);
    if (fault == NULL)
        fault = score_read(options.result, &observed.observed, options.history == NULL ? NULL : &history.observed,
                           units, &options.wish, &score);
    if (fault == NULL) fault = score.count == 0 ? nothing(&score) : print(&options, &score);
    const int status = command_end(fault);
    score_free(&score);
    observed_free(&observed.observed);
    observed_free(&history.observed);
    table_close(&observed.table);
    table_close(&history.table);
    tree_free(&observed.forest);
    tree_free(&history.forest);
    units_close(units);
    free(options.only);
    free(options.without);
    return status;
}
