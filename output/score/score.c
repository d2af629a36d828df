/* output/score/score.c -- figures beside the futures of their year. See score.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/score/score.h"
#include "output/result/stored.h"
#include "output/score/score_groups.h"
#include "sim/statistics/pit.h"

#include <fnmatch.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const double score_probability[SCORE_QUANTILES] = {0.05, 0.25, 0.5, 0.75, 0.95};

enum { UNIT = 256 };

struct scoring {
    const struct stored *stored;
    const struct result *outline;
    const struct observed *observed;
    struct units *units;
    const struct score_wish *wish;
    struct score *score;
};

/* What is asked of a series of the result. */
struct parts {
    size_t outcome;
    double scale; /* of its values, into the unit of the series */
};

static int first_year(const struct scoring *scoring)
{
    return scoring->outline->calendar.start / CALENDAR_MONTHS_PER_YEAR;
}

/* ---- what is left out ---- */

static bool fits(const struct observed_series *series, const char *pattern)
{
    for (size_t m = 0; m < series->members; m++)
        if (fnmatch(pattern, series->member[m].outcome, 0) == 0) return true;
    return fnmatch(pattern, series->name, 0) == 0;
}

/* Whether a figure is left out, and why. */
static bool is_left(const struct scoring *scoring, const struct observed_figure *figure, enum score_reason *why)
{
    const struct score_wish *wish = scoring->wish;
    const bool later = wish->until != 0 && figure->year > wish->until;
    bool without = wish->onlies > 0;
    for (size_t i = 0; i < wish->onlies; i++)
        without = without && !fits(&scoring->observed->series[figure->series], wish->only[i]);
    for (size_t i = 0; i < wish->withouts; i++)
        without = without || fits(&scoring->observed->series[figure->series], wish->without[i]);
    *why = figure->nominal                      ? SCORE_LEFT_NOMINAL
           : figure->confirmed < wish->least    ? SCORE_LEFT_UNCONFIRMED
           : later || figure->year < wish->from ? SCORE_LEFT_YEARS
           : without                            ? SCORE_LEFT_WITHOUT
                                                : SCORE_REASONS;
    return *why < SCORE_REASONS;
}

static struct fault *check_pattern(const struct scoring *scoring, const char *option, const char *pattern)
{
    for (size_t s = 0; s < scoring->observed->series_count; s++)
        if (fits(&scoring->observed->series[s], pattern)) return NULL;
    return fault_raise(FAULT_USAGE, "%s '%s' fits no outcome of %s", option, pattern, scoring->score->observed);
}

static struct fault *check_patterns(const struct scoring *scoring)
{
    const struct score_wish *wish = scoring->wish;
    for (size_t i = 0; i < wish->onlies; i++) TRY(check_pattern(scoring, "--outcome", wish->only[i]));
    for (size_t i = 0; i < wish->withouts; i++) TRY(check_pattern(scoring, "--without", wish->without[i]));
    return NULL;
}

/* ---- whether a figure and the result are about the same ---- */

static struct fault *check_prices(const struct scoring *scoring, const struct observed_figure *figure)
{
    const char *of_result = scoring->outline->prices == NULL ? "" : scoring->outline->prices,
               *of_figure = figure->prices;
    const size_t all = strlen(of_result), part = strlen(of_figure);
    if (part == 0 || strcmp(of_result, of_figure) == 0) return NULL;
    if (all > part && of_result[all - part - 1] == ' ' && strcmp(of_result + all - part, of_figure) == 0) return NULL;
    return fault_at(
        FAULT_SCENARIO, observed_place(scoring->observed, figure, "prices"),
        "prices are '%s', those of the result '%s'; expected the same, or 'nominal' for what is to be left out",
        of_figure, of_result);
}

static struct fault *check_figure(const struct scoring *scoring, const struct observed_figure *figure)
{
    const int first = first_year(scoring), last = first + (int)scoring->outline->years - 1;
    TRY(check_prices(scoring, figure));
    if (figure->year >= first && figure->year <= last) return NULL;
    return fault_at(FAULT_SCENARIO, observed_place(scoring->observed, figure, "year"),
                    "%d is %s the result, which is of %d to %d; %s", figure->year,
                    figure->year < first ? "before" : "after", first, last,
                    figure->year < first ? "figures from before belong into --history" : "--years leaves others out");
}

/* "TEU/yr" times "t/TEU", as one unit. */
static void multiply_units(const char *one, const char *other, char text[UNIT])
{
    const bool pure = one[0] == '\0' || strcmp(one, "1") == 0;
    if (other[0] == '\0' || strcmp(other, "1") == 0)
        snprintf(text, UNIT, "%s", one);
    else if (pure)
        snprintf(text, UNIT, "%s", other);
    else
        snprintf(text, UNIT, "%s%s%s", one, other[0] == '/' ? "" : "*", other);
}

static struct fault *match_member(const struct scoring *scoring, const struct observed_series *series,
                                  const struct observed_figure *first, size_t m, struct parts *part)
{
    const struct outcomes *outcomes = &scoring->outline->outcomes;
    const struct observed_member *member = &series->member[m];
    double multiply = 1.0, divide = 1.0;
    char hint[128], unit[UNIT];
    part->outcome = outcomes_find(outcomes, member->outcome);
    if (part->outcome == outcomes->count)
        return fault_at(FAULT_SCENARIO, observed_place(scoring->observed, first, "outcome"),
                        "the result has no outcome '%s'%s", member->outcome,
                        outcomes_hint(outcomes, member->outcome, sizeof hint, hint));
    const struct outcome *outcome = &outcomes->item[part->outcome];
    if (outcome->kind->horizon_only)
        return fault_at(FAULT_SCENARIO, observed_place(scoring->observed, first, "outcome"),
                        "%s has a value over the whole horizon only; expected outcomes that have one by year",
                        member->outcome);
    multiply_units(outcome->unit, member->unit, unit);
    struct fault *fault =
        strcmp(unit, series->unit) == 0 ? NULL : units_ratio(scoring->units, unit, series->unit, &multiply, &divide);
    if (fault != NULL && !fault_is_memory(fault)) {
        struct fault *placed = fault_at(FAULT_SCENARIO, observed_place(scoring->observed, first, "unit"),
                                        "%s is in %s%s%s: %s", member->outcome, outcome->unit,
                                        member->unit[0] == '\0' ? "" : " times ", member->unit, fault->sentence);
        fault_free(fault);
        return placed;
    }
    part->scale = member->times * multiply / divide;
    return fault;
}

/* ---- scores ---- */

static void hold(struct score_figure *figure)
{
    const double *q = figure->quantile, y = figure->of->value;
    figure->in_50 = isnan(q[SCORE_Q25]) || isnan(q[SCORE_Q75]) ? (double)NAN : q[SCORE_Q25] <= y && y <= q[SCORE_Q75];
    figure->in_90 = isnan(q[SCORE_Q05]) || isnan(q[SCORE_Q95]) ? (double)NAN : q[SCORE_Q05] <= y && y <= q[SCORE_Q95];
}

/* By the futures, whose order changes. */
static void score_by_samples(struct score_figure *figure, size_t count, double value[])
{
    size_t known = 0;
    uint64_t rank, low, high;
    for (size_t r = 0; r < count; r++)
        if (!isnan(value[r])) value[known++] = value[r];
    gsl_sort(value, 1, known);
    figure->sampled = true;
    figure->futures = known;
    figure->place = pit_of_ensemble(known, value, figure->of->value);
    figure->crps = crps_of_ensemble(known, value, figure->of->value);
    for (enum score_quantile q = 0; q < SCORE_QUANTILES && known > 0; q++) {
        quantile_ranks(known, score_probability[q], &rank, &low, &high);
        figure->quantile[q] = value[rank - 1];
    }
    hold(figure);
}

/* By the quantiles of the file, in its own order; `value` is scaled, and turned round by a negative scale. */
static void score_by_quantiles(struct score_figure *figure, size_t count, const double p[], const double of_year[],
                               double scale, double work[])
{
    double *at = work, *value = work + count;
    for (size_t i = 0; i < count; i++) {
        const size_t from = scale < 0.0 ? count - 1 - i : i;
        at[i] = scale < 0.0 ? 1.0 - p[from] : p[from];
        value[i] = scale * of_year[from];
    }
    figure->futures = count > 0 && !isnan(value[0]) ? 1 : 0;
    figure->place = pit_of_quantiles(count, at, value, figure->of->value, &figure->beyond);
    for (size_t i = 0; i < count; i++)
        for (enum score_quantile q = 0; q < SCORE_QUANTILES; q++)
            if (fabs(at[i] - score_probability[q]) < 1e-9) figure->quantile[q] = value[i];
    hold(figure);
}

static const struct dataset *quantile_dataset(void)
{
    const struct dataset *dataset = datasets;
    while (dataset->name != NULL && strcmp(dataset->name, "quantile_estimate") != 0) dataset++;
    return dataset;
}

static struct fault *read_quantiles(const struct scoring *scoring, const struct parts *part, size_t count,
                                    struct score_figure figure[])
{
    const struct result *outline = scoring->outline;
    const size_t years = outline->years, quantiles = outline->quantiles;
    double *value = calloc(years * quantiles + 1, sizeof *value), *work = calloc(2 * quantiles + 1, sizeof *work);
    struct fault *fault = value == NULL || work == NULL ? fault_no_memory() : NULL;
    if (fault == NULL)
        fault = stored_statistic(scoring->stored, true, quantile_dataset(), outline->outcomes.item[part->outcome].path,
                                 years, quantiles, value);
    for (size_t f = 0; f < count && fault == NULL; f++)
        score_by_quantiles(&figure[f], quantiles, outline->probability,
                           value + quantiles * (size_t)(figure[f].ahead - 1), part->scale, work);
    free(value);
    free(work);
    return fault;
}

static struct fault *read_samples(const struct scoring *scoring, size_t members, const struct parts part[],
                                  size_t count, struct score_figure figure[])
{
    const size_t replications = stored_replications(scoring->stored), years = scoring->outline->years;
    float *row = calloc(replications * years, sizeof *row);
    double *sum = calloc(replications * count, sizeof *sum);
    struct fault *fault = row == NULL || sum == NULL ? fault_no_memory() : NULL;
    for (size_t m = 0; m < members && fault == NULL; m++) {
        fault =
            stored_samples(scoring->stored, true, scoring->outline->outcomes.item[part[m].outcome].path, years, row);
        for (size_t f = 0; f < count && fault == NULL; f++) {
            const float *of_year = row + replications * (size_t)(figure[f].ahead - 1);
            for (size_t r = 0; r < replications; r++) sum[f * replications + r] += part[m].scale * (double)of_year[r];
        }
    }
    for (size_t f = 0; f < count && fault == NULL; f++)
        score_by_samples(&figure[f], replications, sum + f * replications);
    free(row);
    free(sum);
    return fault;
}

static bool has_samples(const struct scoring *scoring, const struct observed_series *series)
{
    bool all = stored_kept(scoring->stored) > 0;
    for (size_t m = 0; m < series->members; m++)
        all = all && stored_has_samples(scoring->stored, true, series->member[m].outcome);
    return all;
}

/* The figures of a series, which are all of the result by now. */
static struct fault *score_series(struct scoring *scoring, const struct observed_series *series,
                                  const struct parts part[], size_t count, struct score_figure figure[])
{
    struct score *score = scoring->score;
    if (!has_samples(scoring, series) && series->members > 1) {
        score->left[SCORE_LEFT_UNSAVED] += count;
        return NULL;
    }
    if (has_samples(scoring, series))
        TRY(read_samples(scoring, series->members, part, count, figure));
    else
        TRY(read_quantiles(scoring, part, count, figure));
    const struct outcome *outcome = &scoring->outline->outcomes.item[part[0].outcome];
    struct score_series *scored = &score->series[score->series_count];
    *scored = (struct score_series){
        .of = series, .subject = outcome->kind->subject, .scale = series->members == 1 ? part[0].scale : (double)NAN};
    const size_t before = score->count;
    for (size_t f = 0; f < count; f++) {
        if (figure[f].futures == 0) {
            score->left[SCORE_LEFT_UNDEFINED]++;
            continue;
        }
        figure[f].series = score->series_count;
        score->confirmed[figure[f].of->confirmed]++;
        score->interpolated += figure[f].sampled ? 0 : 1;
        score->figure[score->count++] = figure[f];
    }
    if (score->count == before) return NULL;
    score->series_count++;
    if (series->members > 1) return NULL;
    scored->title = strdup(outcome->title);
    return scored->title == NULL ? fault_no_memory() : NULL;
}

/* ---- series by series ---- */

static int by_year(const void *one, const void *other)
{
    const struct score_figure *a = one, *b = other;
    return a->of->year - b->of->year;
}

/* Its figures that are not left out, by year. */
static struct fault *take_figures(struct scoring *scoring, size_t s, size_t *count, struct score_figure figure[])
{
    struct fault *faults = NULL;
    *count = 0;
    for (size_t i = 0; i < scoring->observed->count; i++) {
        const struct observed_figure *of = &scoring->observed->figure[i];
        enum score_reason why;
        if (of->series != s) continue;
        if (is_left(scoring, of, &why)) {
            scoring->score->left[why]++;
            continue;
        }
        struct score_figure *taken = &figure[(*count)++];
        *taken = (struct score_figure){.of = of, .ahead = of->year - first_year(scoring) + 1, .crps = {NAN, NAN}};
        for (enum score_quantile q = 0; q < SCORE_QUANTILES; q++) taken->quantile[q] = NAN;
        for (enum naive_forecast n = 0; n < NAIVE_FORECASTS; n++) taken->naive[n] = NAN;
        faults = fault_join(faults, check_figure(scoring, of));
    }
    qsort(figure, *count, sizeof *figure, by_year);
    return faults;
}

static struct fault *take_series(struct scoring *scoring, size_t s, struct score_figure figure[])
{
    const struct observed_series *series = &scoring->observed->series[s];
    struct parts *part = calloc(series->members + 1, sizeof *part);
    size_t count = 0;
    if (part == NULL) return fault_no_memory();
    struct fault *fault = take_figures(scoring, s, &count, figure);
    for (size_t m = 0; m < series->members && count > 0; m++)
        fault = fault_join(fault, match_member(scoring, series, figure[0].of, m, &part[m]));
    if (fault == NULL && count > 0) fault = score_series(scoring, series, part, count, figure);
    free(part);
    return fault;
}

static struct fault *take_all(struct scoring *scoring)
{
    const struct observed *observed = scoring->observed;
    struct score_figure *figure = calloc(observed->count + 1, sizeof *figure);
    struct fault *faults = figure == NULL ? fault_no_memory() : NULL;
    for (size_t s = 0; s < observed->series_count && !fault_enough(faults) && !fault_is_memory(faults); s++)
        faults = fault_join(faults, take_series(scoring, s, figure));
    free(figure);
    return faults;
}

/* ---- the samples that are wanting ---- */

/* Every outcome of the figures that are not left out, once: --save takes the place of what is saved by itself. */
static struct fault *name_wanted(struct scoring *scoring)
{
    const struct observed *observed = scoring->observed;
    const size_t outcomes = scoring->outline->outcomes.count;
    bool *wanted = calloc(outcomes + 1, sizeof *wanted);
    size_t size = 0;
    FILE *to = open_memstream(&scoring->score->save, &size);
    for (size_t i = 0; i < observed->count && wanted != NULL; i++) {
        enum score_reason why;
        const struct observed_series *series = &observed->series[observed->figure[i].series];
        for (size_t m = 0; m < series->members && !is_left(scoring, &observed->figure[i], &why); m++)
            wanted[outcomes_find(&scoring->outline->outcomes, series->member[m].outcome)] = true;
    }
    const char *between = "";
    for (size_t o = 0; o < outcomes && wanted != NULL && to != NULL; o++) {
        if (!wanted[o]) continue;
        fprintf(to, "%s%s", between, scoring->outline->outcomes.item[o].path);
        between = ",";
    }
    const bool written = to != NULL && fclose(to) == 0 && wanted != NULL;
    free(wanted);
    return written ? NULL : fault_no_memory();
}

/* ---- naive forecasts ---- */

/* The past of a series: the figures of the history before the run, in the unit of those that are scored. */
static struct fault *read_past(const struct scoring *scoring, const struct observed *history,
                               struct score_series *series)
{
    const size_t s = observed_find(history, series->of->name);
    double multiply = 1.0, divide = 1.0;
    if (s == history->series_count) return NULL;
    double *time = calloc(history->count + 1, sizeof *time), *value = calloc(history->count + 1, sizeof *value);
    struct fault *fault = time == NULL || value == NULL ? fault_no_memory() : NULL;
    if (fault == NULL && strcmp(history->series[s].unit, series->of->unit) != 0)
        fault = units_ratio(scoring->units, history->series[s].unit, series->of->unit, &multiply, &divide);
    for (size_t i = 0; i < history->count && fault == NULL; i++) {
        const struct observed_figure *figure = &history->figure[i];
        if (figure->series != s || figure->nominal || figure->confirmed < scoring->wish->least) continue;
        if (figure->year >= first_year(scoring)) continue;
        size_t at = series->known++;
        while (at > 0 && time[at - 1] > figure->year) {
            time[at] = time[at - 1];
            value[at] = value[at - 1];
            at--;
        }
        time[at] = figure->year;
        value[at] = figure->value * multiply / divide;
    }
    if (fault == NULL) series->naive = naive_of(series->known, time, value);
    free(time);
    free(value);
    return fault;
}

/* Figures of one year at prices of two years would be two of a year. */
static struct fault *check_history(const struct scoring *scoring, const struct observed *history)
{
    struct fault *faults = NULL;
    for (size_t i = 0; i < history->count; i++) {
        const struct observed_figure *figure = &history->figure[i];
        if (figure->year >= first_year(scoring)) scoring->score->later++;
        if (figure->nominal || fault_enough(faults)) continue;
        struct scoring of_history = *scoring;
        of_history.observed = history;
        faults = fault_join(faults, check_prices(&of_history, figure));
    }
    return faults;
}

static struct fault *add_naive(struct scoring *scoring, const struct observed *history)
{
    struct score *score = scoring->score;
    if (history == NULL) return NULL;
    TRY(check_history(scoring, history));
    for (size_t s = 0; s < score->series_count; s++) TRY(read_past(scoring, history, &score->series[s]));
    for (size_t f = 0; f < score->count; f++) {
        struct score_figure *figure = &score->figure[f];
        const struct score_series *series = &score->series[figure->series];
        for (enum naive_forecast n = 0; n < NAIVE_FORECASTS && series->known > 0; n++)
            figure->naive[n] = naive_crps(&series->naive, n, figure->of->year, figure->of->value);
    }
    return NULL;
}

/* ---- the whole ---- */

static struct fault *check_run(const struct scoring *scoring, const char *path)
{
    char start[8];
    calendar_write(scoring->outline->calendar.start, start);
    if (scoring->outline->calendar.start % CALENDAR_MONTHS_PER_YEAR != 0)
        return fault_raise(
            FAULT_FILES,
            "the years of %s begin in %s; expected a run from a January on, whose years are those of figures", path,
            start);
    return NULL;
}

static struct fault *take_in(struct scoring *scoring, const struct observed *history, const char *path)
{
    struct score *score = scoring->score;
    const struct result *outline = scoring->outline;
    score->calendar = outline->calendar;
    score->replications = outline->replications;
    score->prices = strdup(outline->prices == NULL ? "" : outline->prices);
    score->read = scoring->observed->count;
    score->figure = calloc(score->read + 1, sizeof *score->figure);
    score->series = calloc(scoring->observed->series_count + 1, sizeof *score->series);
    if (score->prices == NULL || score->figure == NULL || score->series == NULL) return fault_no_memory();
    TRY(check_run(scoring, path));
    TRY(check_patterns(scoring));
    TRY(take_all(scoring));
    if (score->left[SCORE_LEFT_UNSAVED] > 0 || score->interpolated > 0) TRY(name_wanted(scoring));
    TRY(add_naive(scoring, history));
    return score_groups_make(score);
}

struct fault *score_read(const char *path, const struct observed *observed, const struct observed *history,
                         struct units *units, const struct score_wish *wish, struct score *score)
{
    struct result outline = {0};
    struct stored *stored = NULL;
    *score = (struct score){0};
    struct fault *fault = result_read_outline(path, &outline);
    if (fault == NULL) fault = stored_open(path, &stored);
    struct scoring scoring = {
        .stored = stored, .outline = &outline, .observed = observed, .units = units, .wish = wish, .score = score};
    score->result = strndup(path, result_stem(path));
    score->observed = strdup(observed->table->source->name);
    score->history = history == NULL ? NULL : strdup(history->table->source->name);
    if (fault == NULL &&
        (score->result == NULL || score->observed == NULL || (history != NULL && score->history == NULL)))
        fault = fault_no_memory();
    if (fault == NULL) fault = take_in(&scoring, history, path);
    if (fault == NULL && outline.history != NULL) {
        score->command = strdup(outline.history);
        if (score->command == NULL) fault = fault_no_memory();
    }
    fault = stored_close(stored, fault);
    result_free(&outline);
    return fault;
}

void score_free(struct score *score)
{
    for (size_t g = 0; g < score->groups; g++) free(score->group[g].name);
    free(score->group);
    free(score->figure);
    for (size_t s = 0; s < score->series_count; s++) free(score->series[s].title);
    free(score->series);
    free(score->result);
    free(score->observed);
    free(score->history);
    free(score->prices);
    free(score->save);
    free(score->command);
    *score = (struct score){0};
}
