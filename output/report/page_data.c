/* output/report/page_data.c -- what the script of a page draws, as JSON. See page_parts.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/report/markup.h"
#include "output/report/page_parts.h"
#include "output/tables/table_cells.h"

#include <math.h>
#include <string.h>

#define UNKNOWN __builtin_nan("")

static void put_name(const char *name, FILE *to)
{
    fprintf(to, "\"%s\": ", name);
}

/* ---- statistics of all replications, by period: the years, then the horizon ---- */

enum statistic { MEAN, ERROR, COUNT, LOW, HIGH, QUANTILES /* the first of them */ };

static double statistic_of(const struct contents *contents, const struct contents_outcome *outcome, size_t result,
                           size_t period, size_t which)
{
    const struct result *of = &contents->result[result].of;
    const struct moments *moments = contents_moments(contents, outcome, result, period);
    if (moments == NULL) return UNKNOWN;
    if (which == COUNT) return moments->count;
    if (!(moments->count > 0.0)) return UNKNOWN;
    const size_t at = contents_at(outcome, result);
    if (which == LOW || which == HIGH) {
        const struct probability_estimate p = table_cell_probability(of, at, period);
        return which == LOW ? p.low : p.high;
    }
    if (which == MEAN) return moments->mean;
    if (which == ERROR) return TABLE_CELL_SIGMA * moments_standard_error(moments);
    return table_cell_quantiles(of, at, period)[which - QUANTILES].estimate;
}

static void put_series(const struct contents *contents, const struct contents_outcome *outcome, size_t result,
                       size_t which, FILE *to)
{
    const size_t years = contents->result[0].of.years;
    fputc('[', to);
    for (size_t p = outcome->of->kind->horizon_only ? years : 0; p <= years; p++) {
        if (p > 0 && !outcome->of->kind->horizon_only) fputc(',', to);
        markup_json_number(statistic_of(contents, outcome, result, p, which), to);
    }
    fputc(']', to);
}

static void put_statistics(const struct contents *contents, const struct contents_outcome *outcome, size_t result,
                           FILE *to)
{
    const struct result *of = &contents->result[result].of;
    if (outcome->at[result] == of->outcomes.count) {
        fputs("null", to);
        return;
    }
    fputs("{\"mean\": ", to);
    put_series(contents, outcome, result, MEAN, to);
    fputs(", \"error\": ", to);
    put_series(contents, outcome, result, ERROR, to);
    fputs(", \"count\": ", to);
    put_series(contents, outcome, result, COUNT, to);
    if (table_cell_is_probability(outcome->of)) {
        fputs(", \"low\": ", to);
        put_series(contents, outcome, result, LOW, to);
        fputs(", \"high\": ", to);
        put_series(contents, outcome, result, HIGH, to);
    }
    fputs(", \"quantile\": [", to);
    for (size_t q = 0; q < of->quantiles; q++) {
        if (q > 0) fputc(',', to);
        put_series(contents, outcome, result, QUANTILES + q, to);
    }
    fputs("]}", to);
}

/* ---- differences from the base ---- */

static double difference_of(const struct comparison *comparison, size_t at, size_t which)
{
    const struct paired *cell = &comparison->cell[at];
    if (!cell->known || !(cell->count > 0.0)) return UNKNOWN;
    const double none = cell->same || paired_is_rounding(cell) ? 0.0 : 1.0;
    const double value[] = {none * cell->mean, none * (cell->high - cell->mean), cell->better.estimate,
                            cell->equal.estimate};
    if (which < sizeof value / sizeof *value) return value[which];
    if (cell->paired == 0.0) return UNKNOWN;
    return comparison->quantile[at * comparison->quantiles + which - sizeof value / sizeof *value].estimate;
}

static void put_difference_series(const struct contents *contents, const struct contents_outcome *outcome,
                                  size_t variant, size_t which, FILE *to)
{
    const struct comparison *comparison = &contents->comparison;
    fputc('[', to);
    for (size_t p = outcome->of->kind->horizon_only ? comparison->years : 0; p <= comparison->years; p++) {
        if (p > 0 && !outcome->of->kind->horizon_only) fputc(',', to);
        markup_json_number(
            difference_of(comparison, comparison_index(comparison, outcome->compared, 0, variant, p), which), to);
    }
    fputc(']', to);
}

static void put_difference(const struct contents *contents, const struct contents_outcome *outcome, size_t variant,
                           FILE *to)
{
    static const char *const name[] = {"mean", "error", "better", "same"};
    const size_t names = sizeof name / sizeof *name;
    for (size_t i = 0; i < names; i++) {
        fprintf(to, "%s\"%s\": ", i == 0 ? "{" : ", ", name[i]);
        put_difference_series(contents, outcome, variant, i, to);
    }
    fputs(", \"quantile\": [", to);
    for (size_t q = 0; q < contents->comparison.quantiles; q++) {
        if (q > 0) fputc(',', to);
        put_difference_series(contents, outcome, variant, names + q, to);
    }
    fputs("]}", to);
}

/* ---- what happened ---- */

/* A figure of a single outcome, in the outcome's own unit. */
static void put_observed(const struct contents *contents, const struct contents_outcome *outcome, FILE *to)
{
    const struct score *score = &contents->score;
    const char *between = "";
    fputs(", \"observed\": [", to);
    for (size_t f = 0; f < score->count; f++) {
        const struct score_figure *figure = &score->figure[f];
        const struct score_series *series = &score->series[figure->series];
        if (series->of->members != 1 || strcmp(series->of->member[0].outcome, outcome->of->path) != 0) continue;
        fprintf(to, "%s[%d, ", between, figure->ahead - 1);
        markup_json_number(figure->of->value / series->scale, to);
        fprintf(to, ", %d]", figure->of->confirmed == OBSERVED_YES);
        between = ", ";
    }
    fputc(']', to);
}

/* ---- outcomes ---- */

static void put_scale(const char *name, const struct page_scale *scale, FILE *to)
{
    fprintf(to, ", \"%s\": [", name);
    markup_json_string(scale->unit, to);
    fprintf(to, ", %.17g]", scale->divisor);
}

static void put_outcome(const struct contents *contents, const struct contents_outcome *outcome, FILE *to)
{
    const struct outcome_kind *kind = outcome->of->kind;
    const struct page_scale year = page_parts_scale(contents, outcome, false),
                            horizon = page_parts_scale(contents, outcome, true);
    fputs("{\"path\": ", to);
    markup_json_string(outcome->of->path, to);
    fputs(", \"name\": ", to);
    markup_json_string(contents_name(outcome->of), to);
    fputs(", \"subject\": ", to);
    markup_json_string(outcome_subjects[kind->subject].title, to);
    fprintf(to, ", \"driver\": %s, \"key\": %s, \"probability\": %s, \"better\": %d",
            kind->subject == SUBJECT_DRIVERS ? "true" : "false", outcome->key ? "true" : "false",
            table_cell_is_probability(outcome->of) ? "true" : "false",
            kind->better == OUTCOME_MORE   ? 1
            : kind->better == OUTCOME_LESS ? -1
                                           : 0);
    if (!kind->horizon_only) put_scale("yearUnit", &year, to);
    put_scale("horizonUnit", &horizon, to);
    fputs(",\n \"statistics\": [", to);
    for (size_t r = 0; r < contents->results; r++) {
        if (r > 0) fputs(",\n  ", to);
        put_statistics(contents, outcome, r, to);
    }
    fputc(']', to);
    if (contents->results > 1 && outcome->compared < contents->comparison.outcomes) {
        const struct page_scale of_year = page_parts_scale_of_difference(contents, outcome, false),
                                of_horizon = page_parts_scale_of_difference(contents, outcome, true);
        put_scale("yearUnitOfDifference", &of_year, to);
        put_scale("horizonUnitOfDifference", &of_horizon, to);
        fputs(",\n \"differences\": [null", to);
        for (size_t v = 0; v < contents->comparison.variants; v++) {
            fputs(",\n  ", to);
            put_difference(contents, outcome, v, to);
        }
        fputc(']', to);
    }
    if (contents->score.count > 0) put_observed(contents, outcome, to);
    fputc('}', to);
}

void page_parts_data(const struct contents *contents, FILE *to)
{
    const struct result *base = &contents->result[0].of;
    put_name("years", to);
    for (size_t p = 0; p < base->years; p++) {
        char name[12];
        table_cell_period(base, p, name);
        fprintf(to, "%s\"%s\"", p == 0 ? "[" : ", ", name);
    }
    fprintf(to, "],\n\"firstYear\": %d, \"year\": %zu,\n\"results\": [",
            base->calendar.start / CALENDAR_MONTHS_PER_YEAR, contents->year);
    for (size_t r = 0; r < contents->results; r++) {
        fputs(r == 0 ? "{\"name\": " : ", {\"name\": ", to);
        markup_json_string(contents->result[r].name, to);
        fprintf(to, ", \"futures\": %.0f}", table_cell_futures(&contents->result[r].of));
    }
    fputs("],\n\"probability\": [", to);
    for (size_t q = 0; q < base->quantiles; q++) fprintf(to, "%s%.10g", q == 0 ? "" : ", ", base->probability[q]);
    fputs("],\n\"outcomes\": [\n", to);
    for (size_t o = 0; o < contents->outcomes; o++) {
        if (o > 0) fputs(",\n", to);
        put_outcome(contents, &contents->outcome[o], to);
    }
    fputs("]", to);
}
