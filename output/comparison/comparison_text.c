/* output/comparison/comparison_text.c -- a comparison as CSV and as JSON.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/comparison/comparison.h"
#include "output/tables/some_futures.h"
#include "output/tables/text.h"

#include <inttypes.h>
#include <math.h>

/* In double: the macro of math.h is a float. */
#define UNKNOWN __builtin_nan("")

/* A cell with the names of what it is of. */
struct row {
    size_t outcome, world, variant, period, cell;
    bool first; /* of all that are printed */
};

static void each_row(const struct comparison *comparison, FILE *to,
                     void (*print)(const struct comparison *, const struct row *, FILE *))
{
    bool first = true;
    for (size_t w = 0; w < comparison->worlds; w++)
        for (size_t v = 0; v < comparison->variants; v++)
            for (size_t o = 0; o < comparison->outcomes; o++)
                for (size_t p = comparison->shown; p < comparison->shown + comparison->shown_periods; p++) {
                    if (p < comparison->years && comparison->outcome[o].horizon_only) continue;
                    const struct row row = {o, w, v, p, comparison_index(comparison, o, w, v, p), first};
                    print(comparison, &row, to);
                    first = false;
                }
}

static struct text_columns columns_of(const struct comparison *comparison)
{
    return (struct text_columns){comparison->quantiles, comparison->levels, comparison->probability, comparison->level};
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

static const char *period_of(const struct comparison *comparison, const struct row *row)
{
    return row->period == comparison->years ? "horizon" : "annual";
}

void comparison_csv_head(const struct comparison *comparison, FILE *to)
{
    const struct text_columns columns = columns_of(comparison);
    fputs("world,variant,against_world,against_variant,outcome,period,year,units,better", to);
    for (size_t n = 0; comparison_numbers[n].name != NULL; n++)
        text_csv_names(&columns, comparison_numbers[n].name, comparison_numbers[n].along, to);
    fputs(",title\n", to);
}

/* Names and units never hold a comma or a quote; titles may. */
static void csv_row(const struct comparison *comparison, const struct row *row, FILE *to)
{
    const struct comparison_outcome *outcome = &comparison->outcome[row->outcome];
    const char *world = comparison->world[row->world], *variant = comparison->variant[row->variant];
    fprintf(to, "%s,%s,%s,%s,%s,%s,", comparison->of_worlds ? variant : world,
            comparison->of_worlds ? comparison->base : variant, world, comparison->base, outcome->path,
            period_of(comparison, row));
    if (row->period < comparison->years) fprintf(to, "%d", comparison_year(comparison, row->period));
    fprintf(to, ",%s,%s", unit_of(comparison, row), comparison_better(outcome->better));
    for (size_t n = 0; comparison_numbers[n].name != NULL; n++)
        for (size_t k = 0; k < comparison_columns(comparison, comparison_numbers[n].along); k++)
            text_csv_value(tells(comparison, n, row->period) ? comparison_value(comparison, n, row->cell, k) : UNKNOWN,
                           to);
    fputc(',', to);
    text_csv_text(outcome->title, to);
    fputc('\n', to);
}

void comparison_csv(const struct comparison *comparison, FILE *to)
{
    each_row(comparison, to, csv_row);
}

static void json_names(const char *name, size_t count, char *const names[], FILE *to)
{
    fprintf(to, "  \"%s\": [", name);
    for (size_t i = 0; i < count; i++) {
        if (i > 0) fputs(", ", to);
        text_json_string(names[i], to);
    }
    fputs("],\n", to);
}

/* A number of a cell. */
struct number {
    const struct comparison *comparison;
    size_t number, cell;
};

static double number_of(const void *of, size_t k)
{
    const struct number *number = of;
    return comparison_value(number->comparison, number->number, number->cell, k);
}

static void json_row(const struct comparison *comparison, const struct row *row, FILE *to)
{
    const struct comparison_outcome *outcome = &comparison->outcome[row->outcome];
    const struct text_columns columns = columns_of(comparison);
    fputs(row->first ? "\n    {" : ",\n    {", to);
    text_json_member("world", comparison->world[row->world], to);
    fputs(", ", to);
    text_json_member("variant", comparison->variant[row->variant], to);
    fputs(", ", to);
    text_json_member("outcome", outcome->path, to);
    fputs(", ", to);
    text_json_member("title", outcome->title, to);
    fputs(", ", to);
    text_json_member("period", period_of(comparison, row), to);
    if (row->period < comparison->years) fprintf(to, ", \"year\": %d", comparison_year(comparison, row->period));
    fputs(", ", to);
    text_json_member("units", unit_of(comparison, row), to);
    fputs(", ", to);
    text_json_member("better", comparison_better(outcome->better), to);
    for (size_t n = 0; comparison_numbers[n].name != NULL; n++) {
        const struct number of = {comparison, n, row->cell};
        if (!tells(comparison, n, row->period)) continue;
        fputs(", ", to);
        text_json_values(&columns, comparison_numbers[n].name, comparison_numbers[n].along, number_of, &of, to);
    }
    fputc('}', to);
}

void comparison_json(const struct comparison *comparison, FILE *to)
{
    const struct text_columns columns = columns_of(comparison);
    fputs("{\n  ", to);
    text_json_member("title", comparison->title, to);
    fputs(",\n  ", to);
    text_json_member("history", comparison->history, to);
    fputs(",\n  ", to);
    text_json_member("base", comparison->base, to);
    fprintf(to, ",\n  \"seed\": \"%" PRIu64 "\",\n  \"replications\": %" PRIu64 ",\n", comparison->seed,
            comparison->replications);
    some_futures_json(&comparison->given, "futures", to);
    json_names("world", comparison->worlds, comparison->world, to);
    json_names("variant", comparison->variants, comparison->variant, to);
    fputs("  ", to);
    text_json_columns(&columns, to);
    fputs(",\n", to);
    json_names("notes", comparison->notes, comparison->note, to);
    fputs("  \"differences\": [", to);
    each_row(comparison, to, json_row);
    fputs("\n  ]\n}\n", to);
}
