/* output/sensitivity/information.c -- see information.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/sensitivity/information.h"
#include "output/comparison/pairing.h"
#include "output/sensitivity/values.h"
#include "sim/statistics/ranks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct informing {
    const struct information_wish *wish;
    struct information *to;
    struct stored **stored;  /* [files] */
    struct result *outline;  /* [files] the first is empty: it is information.outline */
    double *value, **values; /* [files][selected] of the futures with a value, more being better */
    float *rank, **ranks;    /* [columns][futures] */
};

void information_free(struct information *information)
{
    free(information->mean);
    free(information->row);
    frame_free(&information->frame);
    result_free(&information->outline);
    *information = (struct information){0};
}

static struct values_file file_of(const struct informing *in, size_t i)
{
    return (struct values_file){in->to->path[i], in->stored[i], i == 0 ? &in->to->outline : &in->outline[i]};
}

static struct fault *open_files(struct informing *in)
{
    struct information *to = in->to;
    for (size_t i = 0; i < to->files; i++) {
        struct result *outline = i == 0 ? &to->outline : &in->outline[i];
        TRY(result_read_outline(to->path[i], outline));
        TRY(stored_open(to->path[i], &in->stored[i]));
        const struct pairing pairing = {to->path[0], &to->outline, to->path[i], outline};
        TRY(pairing_check_subject(&pairing));
        TRY(pairing_check_draws(&pairing, "simulate one of them again, with the seed of the other"));
    }
    return NULL;
}

static struct fault *find_outcome(struct informing *in)
{
    struct information *to = in->to;
    const struct outcomes *outcomes = &to->outline.outcomes;
    const char *wanted = in->wish->outcome;
    const int first = to->outline.calendar.start / CALENDAR_MONTHS_PER_YEAR;
    char hint[160];
    to->outcome = outcomes_find(outcomes, wanted);
    if (to->outcome == outcomes->count)
        return fault_raise(FAULT_USAGE, "%s has no outcome '%s'; `zhol show RESULT --list` lists them%s", to->path[0],
                           wanted, outcomes_hint(outcomes, wanted, sizeof hint, hint));
    const struct outcome_kind *kind = outcomes->item[to->outcome].kind;
    to->less = kind->better == OUTCOME_LESS;
    if (kind->better == OUTCOME_NEITHER)
        return fault_raise(FAULT_USAGE,
                           "neither more nor less of %s is better by itself; expected an outcome by which one "
                           "would choose, such as npv.national",
                           wanted);
    if (to->year != 0 && kind->horizon_only)
        return fault_raise(FAULT_USAGE, "'%s' has a value over the whole horizon only; leave out --year", wanted);
    if (to->year != 0 && (to->year < first || to->year >= first + (int)to->outline.years))
        return fault_raise(FAULT_USAGE, "--year %d is not of %s, which has the years %d to %d", to->year, to->path[0],
                           first, first + (int)to->outline.years - 1);
    return NULL;
}

/* Values of all files, and ranks of all columns, in the futures in which all have a value. */
static struct fault *read_values(struct informing *in)
{
    struct information *to = in->to;
    const size_t count = to->frame.selection.count, files = to->files, columns = to->frame.columns;
    float *y = calloc(files * count + 1, sizeof *y), *x = calloc(count + 1, sizeof *x);
    size_t *kept = calloc(count + 1, sizeof *kept);
    uint64_t *sorting = calloc(2 * count + 1, sizeof *sorting);
    in->value = calloc(files * count + 1, sizeof *in->value);
    in->values = calloc(files + 1, sizeof *in->values);
    in->rank = calloc(columns * count + 1, sizeof *in->rank);
    in->ranks = calloc(columns + 1, sizeof *in->ranks);
    to->mean = calloc(files + 1, sizeof *to->mean);
    const bool made = y != NULL && x != NULL && kept != NULL && sorting != NULL && in->value != NULL &&
                      in->values != NULL && in->rank != NULL && in->ranks != NULL && to->mean != NULL;
    struct fault *fault = made ? NULL : fault_no_memory();
    for (size_t i = 0; i < files && fault == NULL; i++) {
        const struct values_file file = file_of(in, i);
        fault = values_read(&file, &to->frame.selection, to->year, in->wish->outcome, y + i * count);
    }
    for (size_t r = 0; r < count && fault == NULL; r++) {
        bool known = true;
        for (size_t i = 0; i < files; i++) known = known && isfinite(y[i * count + r]);
        if (known) kept[to->futures++] = r;
    }
    for (size_t i = 0; i < files && fault == NULL; i++) {
        in->values[i] = in->value + i * count;
        for (size_t k = 0; k < to->futures; k++) {
            const double is = (double)y[i * count + kept[k]];
            in->values[i][k] = to->less ? -is : is;
            to->mean[i] += is / (double)to->futures;
        }
    }
    for (size_t c = 0; c < columns && fault == NULL; c++) {
        in->ranks[c] = in->rank + c * count;
        for (size_t k = 0; k < to->futures; k++) x[k] = to->frame.column[c].value[kept[k]];
        ranks_of(to->futures, x, sorting, in->ranks[c]);
    }
    free(y);
    free(x);
    free(kept);
    free(sorting);
    return fault;
}

static struct fault *value(const struct informing *in, size_t columns, const float *const rank[],
                           struct information_row *row)
{
    row->columns = columns;
    return evppi_of(in->to->futures, in->to->files, (const double *const *)in->values, columns, rank, &row->worth);
}

static int by_worth(const void *left, const void *right)
{
    const struct information_row *a = left, *b = right;
    if (a->worth.value > b->worth.value) return -1;
    return a->worth.value < b->worth.value ? 1 : strcmp(a->name, b->name);
}

static struct fault *value_inputs(struct informing *in)
{
    const struct frame *frame = &in->to->frame;
    const float **rank = calloc(frame->columns + 1, sizeof *rank);
    size_t count = 0;
    if (rank == NULL) return fault_no_memory();
    for (size_t c = 0; c < frame->columns; c++)
        if (frame->column[c].kind == FRAME_INPUT) rank[count++] = in->ranks[c];
    struct fault *fault = NULL;
    if (count > 0) {
        in->to->row[in->to->rows] = (struct information_row){.name = "all inputs together", .kind = FRAME_GROUP};
        fault = value(in, count, rank, &in->to->row[in->to->rows++]);
    }
    free(rank);
    return fault;
}

static struct fault *value_all(struct informing *in)
{
    struct information *to = in->to;
    const size_t least = 10 * (to->frame.columns + 1);
    if (to->futures < least)
        return fault_raise(
            FAULT_FILES,
            "%zu replications have a value of %s in all results, for %zu columns of inputs, drivers, events and "
            "regimes; expected at least %zu: simulate more, or name fewer with --by",
            to->futures, in->wish->outcome, to->frame.columns, least);
    to->row = calloc(to->frame.factors + 2, sizeof *to->row);
    if (to->row == NULL) return fault_no_memory();
    TRY(value_inputs(in));
    const size_t before = to->rows;
    for (size_t f = 0, c = 0; f < to->frame.factors; c += to->frame.factor[f++].columns) {
        const struct frame_factor *factor = &to->frame.factor[f];
        struct information_row *row = &to->row[to->rows++];
        *row = (struct information_row){.name = factor->name, .kind = factor->kind};
        TRY(value(in, factor->columns, (const float *const *)in->ranks + c, row));
    }
    qsort(to->row + before, to->rows - before, sizeof *to->row, by_worth);
    for (size_t i = 1; i < to->files; i++)
        if (to->less ? to->mean[i] < to->mean[to->best] : to->mean[i] > to->mean[to->best]) to->best = i;
    return NULL;
}

static struct fault *read_all(struct informing *in)
{
    struct information *to = in->to;
    in->stored = calloc(to->files + 1, sizeof *in->stored);
    in->outline = calloc(to->files + 1, sizeof *in->outline);
    if (in->stored == NULL || in->outline == NULL) return fault_no_memory();
    TRY(open_files(in));
    TRY(find_outcome(in));
    for (size_t i = 0; i < to->files; i++) {
        const struct values_file file = file_of(in, i);
        if (stored_kept(file.stored) == 0) return values_missing(&file, to->year, in->wish->outcome);
    }
    TRY(frame_read(to->path[0], in->stored[0], &to->outline, to->files - 1,
                   (const struct stored *const *)in->stored + 1, &in->wish->frame, &to->frame));
    TRY(read_values(in));
    return value_all(in);
}

struct fault *information_read(size_t files, const char *const path[], const struct information_wish *wish,
                               struct information *information)
{
    struct informing in = {.wish = wish, .to = information};
    *information = (struct information){.files = files, .path = path, .year = wish->year};
    struct fault *fault = read_all(&in);
    for (size_t i = 0; i < files; i++) {
        if (in.stored != NULL) fault = stored_close(in.stored[i], fault);
        if (in.outline != NULL) result_free(&in.outline[i]);
    }
    free(in.stored);
    free(in.outline);
    free(in.value);
    free(in.values);
    free(in.rank);
    free(in.ranks);
    return fault;
}
