/* sim/cli/batch_compare.c -- the results of a batch, pair by pair: policies in each world, then worlds.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/comparison.h"
#include "sim/cli/batch_run.h"
#include "sim/cli/write_text.h"

#include <stdlib.h>
#include <string.h>

static bool is_there(const struct batch_run *run, size_t index)
{
    return run->cell[index].state == CELL_DONE || run->cell[index].state == CELL_UNCHANGED;
}

static struct comparison_run named(const struct batch *batch, size_t index)
{
    return (struct comparison_run){batch->world[batch->cell[index].world], batch->policy[batch->cell[index].policy]};
}

/* Two results can be compared if they are of the same draws and in the same unit. */
static struct fault *check_pair(const char *path, const struct horizon *value, const char *against,
                                const struct horizon *base)
{
    if (value->seed != base->seed || value->replications != base->replications || strcmp(value->rng, base->rng) != 0)
        return fault_raise(FAULT_FILES, "%s and %s are not of the same random numbers, so that they cannot be compared",
                           path, against);
    if (value->value == NULL || base->value == NULL || strcmp(value->unit, base->unit) == 0) return NULL;
    return fault_raise(FAULT_FILES, "%s is in %s, %s in %s; expected the same unit", path, value->unit, against,
                       base->unit);
}

/* One outcome of one row; `base` was read already. */
static struct fault *fill_cell(const struct batch_run *run, size_t index, const struct wanted *wanted,
                               const char *against, const struct horizon *base, double *work,
                               struct comparison_cell *cell)
{
    struct horizon value;
    if (!is_there(run, index)) return NULL;
    const char *path = run->cell[index].output;
    struct fault *fault = result_read_horizon(path, wanted->path, &value);
    if (fault == NULL) fault = check_pair(path, &value, against, base);
    if (fault == NULL && value.value != NULL && base->value != NULL)
        *cell = (struct comparison_cell){true, paired_difference(base->replications, value.value, base->value, work)};
    horizon_free(&value);
    return fault;
}

/* One outcome of all rows. */
static struct fault *fill_column(const struct batch_run *run, size_t against, const size_t row[], size_t o,
                                 struct comparison *comparison)
{
    struct horizon base;
    if (!is_there(run, against)) return NULL;
    const char *path = run->cell[against].output;
    struct fault *fault = result_read_horizon(path, run->outcome[o].path, &base);
    double *work = fault == NULL ? malloc((base.replications + 1) * sizeof *work) : NULL;
    if (fault == NULL && work == NULL) fault = fault_no_memory();
    if (fault == NULL) comparison->replications = base.replications;
    for (size_t r = 0; r < comparison->rows && fault == NULL; r++)
        fault = fill_cell(run, row[r], &run->outcome[o], path, &base, work,
                          &comparison->cell[r * comparison->outcomes + o]);
    if (fault == NULL) {
        comparison->unit[o] = base.unit;
        base.unit = NULL;
    }
    free(work);
    horizon_free(&base);
    return fault;
}

/* The cells row[..] against one of them. */
static struct fault *compare(const struct batch_run *run, size_t against, const size_t row[], size_t rows,
                             const char *const outcome[], bool of_worlds, FILE *to, FILE *csv)
{
    struct comparison comparison;
    if (rows == 0) return NULL;
    struct fault *fault = comparison_init(&comparison, rows, run->outcomes);
    if (fault == NULL) {
        comparison.of_worlds = of_worlds;
        comparison.against = named(run->batch, against);
        comparison.outcome = outcome;
        for (size_t r = 0; r < rows; r++) comparison.run[r] = named(run->batch, row[r]);
    }
    for (size_t o = 0; o < run->outcomes && fault == NULL; o++) fault = fill_column(run, against, row, o, &comparison);
    if (fault == NULL) {
        comparison_print(&comparison, to);
        comparison_csv(&comparison, csv);
    }
    comparison_free(&comparison);
    return fault;
}

static struct fault *compare_all(const struct batch_run *run, const char *const outcome[], size_t row[], FILE *to,
                                 FILE *csv)
{
    const struct batch *batch = run->batch;
    const size_t worlds = batch->worlds->children, policies = batch->policies->children;
    comparison_csv_head(csv);
    if (run->outcomes == 0) return NULL;
    comparison_print_head(to);
    for (size_t w = 0; w < worlds; w++) {
        size_t rows = 0;
        for (size_t p = 0; p < policies; p++)
            if (p != batch->base_policy) row[rows++] = batch_index(batch, w, p);
        TRY(compare(run, batch_index(batch, w, batch->base_policy), row, rows, outcome, false, to, csv));
    }
    size_t rows = 0;
    for (size_t w = 0; w < worlds; w++)
        if (w != batch->base_world) row[rows++] = batch_index(batch, w, batch->base_policy);
    return compare(run, batch_index(batch, batch->base_world, batch->base_policy), row, rows, outcome, true, to, csv);
}

/* Whole or not at all; what was there of an earlier run is replaced. */
struct fault *batch_compare(const struct batch_run *run, FILE *to, const char *csv)
{
    char *table = NULL;
    size_t size = 0;
    const char **outcome = calloc(run->outcomes + 1, sizeof *outcome);
    size_t *row = calloc(run->cells + 1, sizeof *row);
    FILE *rows = open_memstream(&table, &size);
    struct fault *fault = outcome == NULL || row == NULL || rows == NULL ? fault_no_memory() : NULL;
    for (size_t o = 0; o < run->outcomes && fault == NULL; o++) outcome[o] = run->outcome[o].path;
    if (fault == NULL && run->outcomes == 0)
        fputs("Nothing is compared: no cell has npv.national, fiscal.total or trade.balance; expected others in "
              "compare.outcomes.\n",
              to);
    if (fault == NULL) fault = compare_all(run, outcome, row, to, rows);
    if (rows != NULL && fclose(rows) != 0 && fault == NULL) fault = fault_no_memory();
    if (fault == NULL && (fflush(to) != 0 || ferror(to)))
        fault = fault_raise(FAULT_MACHINE, "the comparison cannot be written");
    if (fault == NULL && csv != NULL) fault = write_text(csv, table);
    free(table);
    free(row);
    free(outcome);
    return fault;
}
