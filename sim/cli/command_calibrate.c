/* sim/cli/command_calibrate.c -- zhol calibrate: from series of figures to drivers, as a scenario that others extend.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/reader/values.h"
#include "sim/cli/calibrate_joint.h"
#include "sim/cli/calibrate_print.h"
#include "sim/cli/calibrate_series.h"
#include "sim/cli/command.h"
#include "sim/cli/output_path.h"
#include "sim/run/write_text.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SERIES = 16, PROCESSES_MOST = 16, SEED = 1 };
enum {
    OPTION_MODEL = 512,
    OPTION_COLUMN,
    OPTION_DATE,
    OPTION_UNIT,
    OPTION_WHERE,
    OPTION_FROM,
    OPTION_TO,
    OPTION_MEAN,
    OPTION_SPOT,
    OPTION_DEFLATE,
    OPTION_NAME,
    OPTION_RHO,
    OPTION_COMPARE,
    OPTION_CORRELATION,
    OPTION_ON,
    OPTION_FORCE
};

static const struct argp_option list[] = {
    {"model", OPTION_MODEL, "MODEL", 0,
     "gbm, walk, mean-reverting, mean-reverting-level, two-factor, growth, trend, var, var-growth or event-rate "
     "(default: the "
     "best forecaster of those that suit)",
     0},
    {"unit", OPTION_UNIT, "UNIT", 0, "Unit of the figures, such as USD/bbl; %/yr: growth rates", 0},
    {"column", OPTION_COLUMN, "NAME", 0, "Column with the figures (default: the only one)", 0},
    {"date", OPTION_DATE, "NAME", 0, "Column with the dates", 0},
    {"where", OPTION_WHERE, "COLUMN=VALUE", 0, "Rows that count; repeatable", 0},
    {"from", OPTION_FROM, "DATE", 0, "First figure: 1999, 1999-Q3 or 1999-07", 0},
    {"to", OPTION_TO, "DATE", 0, "Last figure", 0},
    {"mean", OPTION_MEAN, NULL, 0, "Figures are means over their periods (default, but of days)", 0},
    {"spot", OPTION_SPOT, NULL, 0, "Figures are values at the ends of their periods", 0},
    {"deflate", OPTION_DEFLATE, "FILE[:COLUMN]", 0, "Price index that makes figures real", 0},
    {"name", OPTION_NAME, "NAME", 0, "Name of the driver (default: that of the file)", 0},
    {"on", OPTION_ON, "FILE", 0, "Elasticity to this series instead, by log changes", 0},
    {"correlation", OPTION_CORRELATION, NULL, 0, "Correlations of the drivers' shocks as well", 0},
    {"compare", OPTION_COMPARE, NULL, 0, "Hold all processes against one another as well", 0},
    {"rho", OPTION_RHO, "R", 0, "Of two-factor: correlation of its shocks (default: 0)", 0},
    {NULL, 'o', "FILE", 0, "Write there (default: standard output)", 0},
    {"force", OPTION_FORCE, NULL, 0, "Replace an existing FILE", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

struct calibrate_options {
    struct calibrate_wish all; /* what was said before the first file */
    struct calibrate_wish wish[MOST_SERIES];
    size_t count;
    struct calibrate_wish *now;
    const char *output;
    double rho;
    bool compare, correlation, force, explained;
};

static void add_file(struct calibrate_options *options, const char *file, bool explains, struct argp_state *state)
{
    if (options->count == MOST_SERIES) argp_error(state, "more than %d series were named", MOST_SERIES);
    options->now = &options->wish[options->count++];
    *options->now = options->all;
    options->now->file = file;
    options->now->name = NULL;
    options->now->explains = explains;
}

static void add_filter(struct calibrate_wish *wish, const char *text, struct argp_state *state)
{
    if (wish->filters == CALIBRATE_FILTERS) argp_error(state, "--where stands more than %d times", CALIBRATE_FILTERS);
    wish->filter[wish->filters++].column = text;
}

static double read_rho(const char *text, struct argp_state *state)
{
    char *end = NULL;
    const double rho = strtod(text, &end);
    if (*text == '\0' || isspace((unsigned char)*text) || *end != '\0' || !(rho > -0.999 && rho < 0.999))
        argp_error(state, "--rho is '%s'; expected a correlation, above -0.999 and below 0.999", text);
    return rho;
}

static void check_models(const struct calibrate_options *options, struct argp_state *state)
{
    static const char *const others[] = {"var", "var-growth", "event-rate"};
    const char *names[PROCESSES_MOST + 4] = {NULL};
    char hint[80];
    size_t n = 0;
    while (process_at(n) != NULL && n < PROCESSES_MOST) {
        names[n] = process_at(n)->name;
        n++;
    }
    for (size_t i = 0; i < 3; i++) names[n++] = others[i];
    for (size_t i = 0; i < options->count; i++) {
        const char *model = options->wish[i].model;
        bool known = model == NULL;
        for (size_t k = 0; k < n && !known; k++) known = strcmp(names[k], model) == 0;
        if (!known)
            argp_error(state, "--model is '%s', which is not known%s", model,
                       units_hint(model, names, sizeof hint, hint));
    }
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct calibrate_options *options = state->input;
    switch (key) {
    case OPTION_MODEL: options->now->model = argument; break;
    case OPTION_COLUMN: options->now->column = argument; break;
    case OPTION_DATE: options->now->date = argument; break;
    case OPTION_UNIT: options->now->unit = argument; break;
    case OPTION_WHERE: add_filter(options->now, argument, state); break;
    case OPTION_FROM: options->now->from = argument; break;
    case OPTION_TO: options->now->to = argument; break;
    case OPTION_MEAN: options->now->means = 1; break;
    case OPTION_SPOT: options->now->means = 0; break;
    case OPTION_DEFLATE: options->now->deflator = argument; break;
    case OPTION_NAME: options->now->name = argument; break;
    case OPTION_RHO: options->rho = read_rho(argument, state); break;
    case OPTION_COMPARE: options->compare = true; break;
    case OPTION_CORRELATION: options->correlation = true; break;
    case OPTION_ON:
        if (options->explained) argp_error(state, "--on stands twice; expected one series that explains");
        options->explained = true;
        add_file(options, argument, true, state);
        break;
    case OPTION_FORCE: options->force = true; break;
    case 'o': options->output = argument; break;
    case ARGP_KEY_ARG: add_file(options, argument, false, state); break;
    case ARGP_KEY_END:
        if (options->count == (options->explained ? 1 : 0))
            argp_error(state, "no series was named; expected a file such as brent_monthly.csv");
        if (options->correlation && options->count < 2) argp_error(state, "--correlation needs two series or more");
        check_models(options, state);
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp parser = {
    list,
    parse,
    "SERIES.csv...",
    "Fit processes to series of figures, and print them as a scenario to extend.\vOptions after a file are about that "
    "file, "
    "those before the first about all. Example:\n\n  zhol calibrate brent.csv --model gbm --unit USD/bbl -o brent.yaml",
    NULL,
    NULL,
    NULL};

/* What is at work: the series as read, and their fits. */
struct work {
    const struct calibrate_options *options;
    struct forest forest;
    struct units *units;
    struct calibrate_series series[MOST_SERIES];
    struct calibration_fit fit[MOST_SERIES];
    size_t opened;
    FILE *to; /* the text that comes out */
};

/* A fault without a place says of which file it is. */
static struct fault *of_series(const struct calibrate_series *series, struct fault *fault)
{
    if (fault == NULL || fault->code != FAULT_SCENARIO || fault->place.source != NULL) return fault;
    struct fault *told = fault_raise(fault->code, "%s, column %s: %s", series->wish->file,
                                     series->column == NULL ? "?" : series->column, fault->sentence);
    fault_free(fault);
    return told;
}

static struct calibration_settings settings_of(const struct work *work)
{
    return (struct calibration_settings){.given = {.rho = work->options->rho}, .seed = SEED};
}

/* Whether a process has anything to say of figures: logs of those that are positive; a speed of what is not growth. */
static bool suits(const struct process *process, const struct calibrate_series *series)
{
    bool positive = true;
    for (size_t i = 0; i < series->figures.count; i++) positive = positive && !(series->figures.value[i] <= 0.0);
    if (series->rates) return strcmp(process->name, "growth") == 0;
    return process->log == positive;
}

/* All that suit, side by side; *best: the best forecaster of a year ahead, NULL if none could be fitted. */
static struct fault *compare(struct work *work, const struct calibrate_series *series, const struct process **best)
{
    struct rival rival[PROCESSES_MOST];
    const struct calibration_settings settings = settings_of(work);
    struct fault *fault = NULL;
    size_t count = 0;
    double least = INFINITY;
    *best = NULL;
    for (size_t i = 0; process_at(i) != NULL && count < PROCESSES_MOST && fault == NULL; i++) {
        if (!suits(process_at(i), series)) continue;
        fault = rival_of(process_at(i), &series->figures, &settings, &rival[count]);
        count++;
    }
    for (size_t i = 0; i < count && fault == NULL; i++) {
        const double score = isnan(rival[i].crps[1]) ? rival[i].crps[0] : rival[i].crps[1];
        if (rival[i].refusal != NULL || !(score < least)) continue;
        least = score;
        *best = rival[i].process;
    }
    if (fault == NULL) calibrate_print_rivals(work->to, series, count, rival);
    for (size_t i = 0; i < count; i++) rival_free(&rival[i]);
    return fault;
}

/* The process of a series, after the comparison if one is asked for. */
static struct fault *choose(struct work *work, const struct calibrate_series *series, const struct process **process)
{
    const char *model = series->wish->model;
    const struct process *best = NULL;
    if (model == NULL || work->options->compare) TRY(compare(work, series, &best));
    *process = model == NULL ? best : process_find(model);
    if (*process == NULL)
        return fault_raise(FAULT_SCENARIO, "none of the processes can be fitted to so few or such figures");
    if ((*process)->starts && series->unit == NULL)
        return fault_raise(FAULT_USAGE,
                           "--unit is missing: the driver of %s starts at a level; expected one such as "
                           "USD/bbl, or 1 of an index",
                           series->wish->file);
    return NULL;
}

static struct fault *fit_all(struct work *work)
{
    const struct calibration_settings settings = settings_of(work);
    for (size_t i = 0; i < work->opened; i++) {
        const struct process *process;
        TRY(of_series(&work->series[i], choose(work, &work->series[i], &process)));
        TRY(of_series(&work->series[i], calibration_fit(process, &work->series[i].figures, &settings, &work->fit[i])));
    }
    return NULL;
}

static struct fault *print_drivers(struct work *work)
{
    size_t pairs = 0;
    fputs("drivers:\n", work->to);
    for (size_t i = 0; i < work->opened; i++) {
        calibrate_print_driver(work->to, &work->series[i], &work->fit[i]);
        pairs += calibrate_print_pairs(NULL, &work->series[i], &work->fit[i]);
    }
    if (work->options->correlation) TRY(calibrate_joint_correlation(work->to, work->opened, work->series, work->fit));
    if (pairs > 0)
        fputs("inputs:   # estimates of the same figures hang together\n  correlation:\n    pairs:\n", work->to);
    for (size_t i = 0; i < work->opened; i++) (void)calibrate_print_pairs(work->to, &work->series[i], &work->fit[i]);
    return NULL;
}

static struct fault *estimate_event(struct work *work)
{
    struct event_rate rate;
    for (size_t i = 0; i < work->opened; i++) {
        const struct calibrate_series *series = &work->series[i];
        if (work->opened > 1)
            return fault_raise(FAULT_USAGE, "event-rate takes one series at a time; expected one file");
        if (series->unit != NULL && !units_are_pure(work->units, series->unit))
            return fault_raise(FAULT_USAGE, "--unit of %s is '%s', but starts of events are counted; expected no unit",
                               series->wish->file, series->unit);
        TRY(of_series(series,
                      event_rate_fit(series->figures.count, series->figures.value, series->figures.months, &rate)));
        calibrate_print_event(work->to, series, &rate);
    }
    return NULL;
}

static struct fault *estimate_elasticity(struct work *work)
{
    const struct calibrate_series *driver = NULL, *flow = NULL;
    for (size_t i = 0; i < work->opened; i++) {
        if (work->series[i].wish->explains)
            driver = &work->series[i];
        else if (flow == NULL)
            flow = &work->series[i];
        else
            return fault_raise(FAULT_USAGE, "--on takes one series beside the one that explains; expected one file");
    }
    return flow == NULL || driver == NULL ? NULL : calibrate_joint_elasticity(work->to, flow, driver);
}

/* Whether any of the files, all of which must be, is to be fitted by one of these models. */
static struct fault *is_of(const struct calibrate_options *options, const char *model, bool *is)
{
    size_t of = 0;
    for (size_t i = 0; i < options->count; i++)
        of += options->wish[i].model != NULL && strcmp(options->wish[i].model, model) == 0 ? 1 : 0;
    *is = of > 0;
    if (of == 0 || of == options->count) return NULL;
    return fault_raise(FAULT_USAGE, "--model %s is about all series at once; expected it before the first file", model);
}

static struct fault *calibrate_all(struct work *work)
{
    const struct calibrate_options *options = work->options;
    const char *name = options->all.name == NULL ? "joint" : options->all.name;
    bool levels, growth, events;
    TRY(is_of(options, "var", &levels));
    TRY(is_of(options, "var-growth", &growth));
    TRY(is_of(options, "event-rate", &events));
    if (options->explained) return estimate_elasticity(work);
    if (events) return estimate_event(work);
    if (levels || growth) return calibrate_joint_var(work->to, name, growth, work->opened, work->series);
    TRY(fit_all(work));
    return print_drivers(work);
}

/* Opens the series, makes the text. */
static struct fault *work_run(struct work *work)
{
    TRY(units_open(&work->units));
    for (size_t i = 0; i < work->options->count; i++) {
        work->opened = i + 1;
        TRY(calibrate_series_open(&work->forest, work->units, &work->options->wish[i], &work->series[i]));
        for (size_t k = 0; k < i; k++)
            if (strcmp(work->series[k].name, work->series[i].name) == 0)
                return fault_raise(FAULT_USAGE, "two series are called %s; expected --name after one of the files",
                                   work->series[i].name);
    }
    return calibrate_all(work);
}

static struct fault *deliver_text(const struct calibrate_options *options, const char *text)
{
    if (options->output != NULL) return write_text(options->output, text);
    fputs(text, stdout);
    return command_flush();
}

static struct fault *check_output(const struct calibrate_options *options)
{
    if (options->all.name != NULL && !value_is_name(options->all.name))
        return fault_raise(FAULT_USAGE, "--name is '%s'; expected lower-case letters, digits and single hyphens",
                           options->all.name);
    if (options->output == NULL) return NULL;
    TRY(output_path_check(options->output));
    for (size_t i = 0; i < options->count; i++)
        if (output_path_is_same(options->output, options->wish[i].file))
            return fault_raise(FAULT_USAGE, "%s would replace a series; expected another name", options->output);
    return options->force ? NULL : output_path_check_free(options->output);
}

static struct fault *calibrate(const struct calibrate_options *options, struct work *work)
{
    char *text = NULL;
    size_t size = 0;
    work->options = options;
    work->to = open_memstream(&text, &size);
    if (work->to == NULL) return fault_no_memory();
    struct fault *fault = work_run(work);
    const bool whole = !ferror(work->to);
    if ((fclose(work->to) != 0 || !whole) && fault == NULL) fault = fault_no_memory();
    if (fault == NULL) fault = deliver_text(options, text);
    free(text);
    return fault;
}

int command_calibrate(int argc, char **argv)
{
    struct calibrate_options *options = calloc(1, sizeof *options);
    struct work *work = calloc(1, sizeof *work);
    struct fault *fault = options == NULL || work == NULL ? fault_no_memory() : NULL;
    if (fault == NULL) {
        options->all.means = -1;
        options->now = &options->all;
        fault = command_parse_in_order(&parser, argc, argv, options);
    }
    if (fault == NULL) fault = check_output(options);
    if (fault == NULL) fault = calibrate(options, work);
    const int status = command_end(fault);
    if (work != NULL) {
        for (size_t i = 0; i < work->opened; i++) calibrate_series_close(&work->series[i]);
        units_close(work->units);
        tree_free(&work->forest);
    }
    free(work);
    free(options);
    return status;
}
