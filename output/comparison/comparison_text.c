/* output/comparison/comparison_text.c -- a comparison as CSV and as JSON.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/comparison/comparison.h"

#include <inttypes.h>
#include <math.h>

/* In double: the macro of math.h is a float. */
#define UNKNOWN __builtin_nan("")

/* A cell with the names of what it is of. */
struct row {
    size_t outcome, world, variant, period, cell;
};

static void each_row(const struct comparison *comparison, FILE *to,
                     void (*print)(const struct comparison *, const struct row *, FILE *))
{
    for (size_t w = 0; w < comparison->worlds; w++)
        for (size_t v = 0; v < comparison->variants; v++)
            for (size_t o = 0; o < comparison->outcomes; o++)
                for (size_t p = comparison->shown; p < comparison->shown + comparison->shown_periods; p++) {
                    if (p < comparison->years && comparison->outcome[o].horizon_only) continue;
                    const struct row row = {o, w, v, p, comparison_index(comparison, o, w, v, p)};
                    print(comparison, &row, to);
                }
}

static size_t columns_of(const struct comparison *comparison, size_t number)
{
    const enum comparison_along along = comparison_numbers[number].along;
    return along == ALONG_QUANTILE ? comparison->quantiles : along == ALONG_LEVEL ? comparison->levels : 1;
}

/* Whether a number is told of a period. */
static bool tells(const struct comparison *comparison, size_t number, size_t period)
{
    return !comparison_numbers[number].of_horizon || period == comparison->years;
}

static const char *unit_of(const struct comparison *comparison, const struct row *row)
{
    const struct comparison_outcome *outcome = &comparison->outcome[row->outcome];
    return row->period == comparison->years ? outcome->total : outcome->unit;
}

void comparison_csv_head(const struct comparison *comparison, FILE *to)
{
    fputs("world,variant,against_world,against_variant,outcome,period,unit,better_is", to);
    for (size_t n = 0; comparison_numbers[n].name != NULL; n++) {
        const struct comparison_number *number = &comparison_numbers[n];
        for (size_t k = 0; k < columns_of(comparison, n); k++)
            if (number->along == ALONG_NOTHING)
                fprintf(to, ",%s", number->name);
            else
                fprintf(to, ",%s_%g", number->name,
                        number->along == ALONG_QUANTILE ? comparison->probability[k] : comparison->level[k]);
    }
    fputc('\n', to);
}

/* Names and units never hold a comma or a quote. */
static void csv_row(const struct comparison *comparison, const struct row *row, FILE *to)
{
    const struct comparison_outcome *outcome = &comparison->outcome[row->outcome];
    const char *world = comparison->world[row->world], *variant = comparison->variant[row->variant];
    char period[COMPARISON_PERIOD];
    comparison_period(comparison, row->period, period);
    fprintf(to, "%s,%s,%s,%s,%s,%s,%s,%s", comparison->of_worlds ? variant : world,
            comparison->of_worlds ? comparison->base : variant, world, comparison->base, outcome->path, period,
            unit_of(comparison, row), comparison_better(outcome->better));
    for (size_t n = 0; comparison_numbers[n].name != NULL; n++)
        for (size_t k = 0; k < columns_of(comparison, n); k++) {
            const double value =
                tells(comparison, n, row->period) ? comparison_value(comparison, n, row->cell, k) : UNKNOWN;
            fputc(',', to);
            if (!isnan(value)) fprintf(to, "%.17g", value);
        }
    fputc('\n', to);
}

void comparison_csv(const struct comparison *comparison, FILE *to)
{
    each_row(comparison, to, csv_row);
}

static void json_text(const char *text, FILE *to)
{
    fputc('"', to);
    for (const char *c = text == NULL ? "" : text; *c != '\0'; c++)
        if (*c == '"' || *c == '\\')
            fprintf(to, "\\%c", *c);
        else if ((unsigned char)*c < 0x20)
            fprintf(to, "\\u%04x", (unsigned)*c);
        else
            fputc(*c, to);
    fputc('"', to);
}

static void json_member(const char *name, const char *text, FILE *to)
{
    fprintf(to, "\"%s\": ", name);
    json_text(text, to);
}

static void json_names(const char *name, size_t count, char *const names[], FILE *to)
{
    fprintf(to, "  \"%s\": [", name);
    for (size_t i = 0; i < count; i++) {
        if (i > 0) fputs(", ", to);
        json_text(names[i], to);
    }
    fputs("],\n", to);
}

static void json_number(double value, FILE *to)
{
    if (isfinite(value))
        fprintf(to, "%.17g", value);
    else
        fputs("null", to);
}

static void json_numbers(const char *name, size_t count, const double value[], FILE *to)
{
    fprintf(to, "  \"%s\": [", name);
    for (size_t i = 0; i < count; i++) {
        if (i > 0) fputs(", ", to);
        json_number(value[i], to);
    }
    fputs("],\n", to);
}

static void json_row(const struct comparison *comparison, const struct row *row, FILE *to)
{
    const struct comparison_outcome *outcome = &comparison->outcome[row->outcome];
    const bool is_first = row->outcome == 0 && row->world == 0 && row->variant == 0 && row->period == comparison->shown;
    char period[COMPARISON_PERIOD];
    comparison_period(comparison, row->period, period);
    fputs(is_first ? "\n    {" : ",\n    {", to);
    json_member("world", comparison->world[row->world], to);
    fputs(", ", to);
    json_member("variant", comparison->variant[row->variant], to);
    fputs(", ", to);
    json_member("outcome", outcome->path, to);
    fputs(", ", to);
    json_member("period", period, to);
    fputs(", ", to);
    json_member("unit", unit_of(comparison, row), to);
    fputs(", ", to);
    json_member("better_is", comparison_better(outcome->better), to);
    for (size_t n = 0; comparison_numbers[n].name != NULL; n++) {
        const bool is_list = comparison_numbers[n].along != ALONG_NOTHING;
        if (!tells(comparison, n, row->period)) continue;
        fprintf(to, ", \"%s\": %s", comparison_numbers[n].name, is_list ? "[" : "");
        for (size_t k = 0; k < columns_of(comparison, n); k++) {
            if (k > 0) fputs(", ", to);
            json_number(comparison_value(comparison, n, row->cell, k), to);
        }
        if (is_list) fputc(']', to);
    }
    fputc('}', to);
}

void comparison_json(const struct comparison *comparison, FILE *to)
{
    fputs("{\n  ", to);
    json_member("title", comparison->title, to);
    fputs(",\n  ", to);
    json_member("history", comparison->history, to);
    fputs(",\n  ", to);
    json_member("base", comparison->base, to);
    fprintf(to, ",\n  \"seed\": \"%" PRIu64 "\",\n  \"replications\": %" PRIu64 ",\n", comparison->seed,
            comparison->replications);
    json_names("world", comparison->worlds, comparison->world, to);
    json_names("variant", comparison->variants, comparison->variant, to);
    json_numbers("quantile", comparison->quantiles, comparison->probability, to);
    json_numbers("level", comparison->levels, comparison->level, to);
    json_names("notes", comparison->notes, comparison->note, to);
    fputs("  \"differences\": [", to);
    each_row(comparison, to, json_row);
    fputs("\n  ]\n}\n", to);
}
