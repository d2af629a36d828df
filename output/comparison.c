/* output/comparison.c -- see comparison.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/comparison.h"
#include "output/readable.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 3, /* beside one another */ MEAN = 10, ERROR = 9 /* characters */ };

struct fault *comparison_init(struct comparison *comparison, size_t rows, size_t outcomes)
{
    *comparison = (struct comparison){.rows = rows, .outcomes = outcomes};
    comparison->run = calloc(rows + 1, sizeof *comparison->run);
    comparison->unit = calloc(outcomes + 1, sizeof *comparison->unit);
    comparison->cell = calloc(rows * outcomes + 1, sizeof *comparison->cell);
    return comparison->run == NULL || comparison->unit == NULL || comparison->cell == NULL ? fault_no_memory() : NULL;
}

void comparison_free(struct comparison *comparison)
{
    for (size_t o = 0; o < comparison->outcomes && comparison->unit != NULL; o++) free(comparison->unit[o]);
    free(comparison->run);
    free(comparison->unit);
    free(comparison->cell);
    *comparison = (struct comparison){0};
}

static const struct comparison_cell *cell_at(const struct comparison *comparison, size_t row, size_t outcome)
{
    return &comparison->cell[row * comparison->outcomes + outcome];
}

static const char *row_name(const struct comparison *comparison, size_t row)
{
    return comparison->of_worlds ? comparison->run[row].world : comparison->run[row].policy;
}

/* How an outcome's column is written. */
struct column {
    char unit[64];
    double scale;
    int width;
};

static struct column column_of(const struct comparison *comparison, size_t outcome)
{
    struct column column = {.scale = 1.0};
    double most = 0.0;
    for (size_t r = 0; r < comparison->rows; r++) {
        const struct comparison_cell *cell = cell_at(comparison, r, outcome);
        if (cell->known && isfinite(cell->difference.mean)) most = fmax(most, fabs(cell->difference.mean));
    }
    const char *unit = comparison->unit[outcome];
    if (unit != NULL && strcmp(unit, "1") != 0)
        column.scale = readable_unit(unit, most, sizeof column.unit, column.unit);
    const int name = (int)strlen(comparison->outcome[outcome]), least = MEAN + 3 + ERROR;
    column.width = name > least ? name : least;
    return column;
}

static void print_cell(const struct comparison_cell *cell, const struct column *column, FILE *to)
{
    const struct paired *difference = &cell->difference;
    fprintf(to, "  %*s", column->width - (MEAN + 3 + ERROR), "");
    if (!cell->known || difference->pairs == 0)
        fprintf(to, "%*s%*s", MEAN, "-", 3 + ERROR, "");
    else if (difference->same)
        fprintf(to, "%*s no change  ", MEAN, "0");
    else if (fabs(difference->mean) <= difference->rounding)
        fprintf(to, "%*s rounding   ", MEAN, "0");
    else
        fprintf(to, "%*.4g ± %-*.2g", MEAN, difference->mean / column->scale, ERROR,
                difference->standard_error / column->scale);
}

/* The replications that could not be compared. */
static void print_fewer(const struct comparison *comparison, FILE *to)
{
    for (size_t r = 0; r < comparison->rows; r++)
        for (size_t o = 0; o < comparison->outcomes; o++) {
            const struct comparison_cell *cell = cell_at(comparison, r, o);
            if (cell->known && cell->difference.pairs < comparison->replications)
                fprintf(to, "  %s, %s: of the %zu of %" PRIu64 " replications with a value in both\n",
                        row_name(comparison, r), comparison->outcome[o], cell->difference.pairs,
                        comparison->replications);
        }
}

/* The outcomes from `first` up to `end`. */
static void print_columns(const struct comparison *comparison, int width, size_t first, size_t end, FILE *to)
{
    struct column column[COLUMNS];
    fprintf(to, "  %-*s", width, "");
    for (size_t o = first; o < end; o++) {
        column[o - first] = column_of(comparison, o);
        fprintf(to, "  %*s", column[o - first].width, comparison->outcome[o]);
    }
    fprintf(to, "\n  %-*s", width, comparison->of_worlds ? "world" : "policy");
    for (size_t o = first; o < end; o++) fprintf(to, "  %*s", column[o - first].width, column[o - first].unit);
    fputc('\n', to);
    for (size_t r = 0; r < comparison->rows; r++) {
        fprintf(to, "  %-*s", width, row_name(comparison, r));
        for (size_t o = first; o < end; o++) print_cell(cell_at(comparison, r, o), &column[o - first], to);
        fputc('\n', to);
    }
}

void comparison_print_head(FILE *to)
{
    fputs("Mean difference over the futures ± error of the simulation (one standard error), over the whole horizon; "
          "pairs of the same random numbers.\n"
          "0 no change: equal in every future; 0 rounding: no more than the single precision of what is stored.\n",
          to);
}

void comparison_print(const struct comparison *comparison, FILE *to)
{
    int width = 16;
    for (size_t r = 0; r < comparison->rows; r++) {
        const int length = (int)strlen(row_name(comparison, r));
        if (length > width) width = length;
    }
    if (comparison->of_worlds)
        fprintf(to, "\nWorlds against %s, with %s:\n", comparison->against.world, comparison->against.policy);
    else
        fprintf(to, "\nIn the world %s, policies against %s:\n", comparison->against.world, comparison->against.policy);
    for (size_t first = 0; first < comparison->outcomes; first += COLUMNS) {
        const size_t end = first + COLUMNS < comparison->outcomes ? first + COLUMNS : comparison->outcomes;
        print_columns(comparison, width, first, end, to);
    }
    print_fewer(comparison, to);
}

void comparison_csv_head(FILE *to)
{
    fputs("world,policy,against_world,against_policy,outcome,unit,mean_difference,standard_error,replications\n", to);
}

/* Names and units never hold a comma or a quote. */
void comparison_csv(const struct comparison *comparison, FILE *to)
{
    for (size_t r = 0; r < comparison->rows; r++)
        for (size_t o = 0; o < comparison->outcomes; o++) {
            const struct comparison_cell *cell = cell_at(comparison, r, o);
            const struct comparison_run *run = &comparison->run[r], *against = &comparison->against;
            fprintf(to, "%s,%s,%s,%s,%s,%s,", run->world, run->policy, against->world, against->policy,
                    comparison->outcome[o], comparison->unit[o] == NULL ? "" : comparison->unit[o]);
            if (cell->known)
                fprintf(to, "%.17g,%.17g,%zu\n", cell->difference.mean, cell->difference.standard_error,
                        cell->difference.pairs);
            else
                fputs(",,0\n", to);
        }
}
