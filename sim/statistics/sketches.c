/* sim/statistics/sketches.c -- see sketches.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/sketches.h"
#include "sim/core/ensemble.h"

#include <pthread.h>
#include <stdlib.h>

/* Cells that are added to under one lock, of so many: blocks begin at different ones, so that they seldom meet. */
enum { STRIPES = 64 };

struct sketches {
    size_t cells;
    struct sketch *sketch;
    pthread_mutex_t lock[STRIPES];
    size_t locks; /* that were made */
};

static struct fault *lock_fault(void)
{
    return fault_raise(FAULT_MACHINE, "a lock of the sketches failed, which should never happen");
}

struct fault *sketches_open(size_t cells, struct sketches **sketches)
{
    struct sketches *made = calloc(1, sizeof *made);
    *sketches = made;
    if (made == NULL) return fault_no_memory();
    made->cells = cells;
    struct fault *fault = sketch_open(cells, &made->sketch);
    for (; made->locks < STRIPES && fault == NULL; made->locks++)
        if (pthread_mutex_init(&made->lock[made->locks], NULL) != 0) {
            fault = lock_fault();
            break;
        }
    if (fault == NULL) return NULL;
    sketches_close(made);
    *sketches = NULL;
    return fault;
}

void sketches_close(struct sketches *sketches)
{
    if (sketches == NULL) return;
    sketch_close(sketches->sketch);
    for (size_t i = 0; i < sketches->locks; i++)
        (void)pthread_mutex_destroy(&sketches->lock[i]); /* fails only while it is held */
    free(sketches);
}

/* Adds the cells from `cell` to before `end`. */
static struct fault *add_cells(struct sketch *sketch, const struct block_result *result, const double valid[LANES],
                               size_t cell, size_t end)
{
    for (size_t c = cell; c < end; c++) {
        float narrow[LANES];
        samples_narrow(result->cell[c], valid, narrow);
        TRY(sketch_add(sketch, c, result->lanes, narrow));
    }
    return NULL;
}

static struct fault *sketches_block(void *self, const struct block_result *result)
{
    struct sketches *sketches = self;
    double valid[LANES];
    if (result->cells != sketches->cells || result->lanes > LANES)
        return fault_raise(FAULT_MACHINE, "a block of results at replication %llu does not fit the sketches",
                           (unsigned long long)result->first);
    samples_valid(result, valid);
    for (size_t i = 0; i < STRIPES; i++) {
        const size_t stripe = (result->first / LANES * 37 + i) % STRIPES;
        const size_t cell = stripe * sketches->cells / STRIPES, end = (stripe + 1) * sketches->cells / STRIPES;
        if (pthread_mutex_lock(&sketches->lock[stripe]) != 0) return lock_fault();
        struct fault *fault = add_cells(sketches->sketch, result, valid, cell, end);
        if (pthread_mutex_unlock(&sketches->lock[stripe]) != 0) fault = fault_join(fault, lock_fault());
        TRY(fault);
    }
    return NULL;
}

struct sink sketches_sink(struct sketches *sketches)
{
    return (struct sink){.self = sketches, .block = sketches_block};
}

size_t sketches_bytes(const struct sketches *sketches)
{
    return sketch_bytes(sketches->sketch);
}

const struct sketch *sketches_total(const struct sketches *sketches)
{
    return sketches->sketch;
}

void sketches_put(const struct sketches *sketches, struct bytes *bytes)
{
    sketch_put(sketches->sketch, bytes);
}

struct fault *sketches_take(struct sketches *sketches, struct bytes_left *left)
{
    return sketch_take(sketches->sketch, left);
}

/* An item is some cells, which nobody else adds to. */
struct pour {
    struct sketch *sketch;
    size_t cells;
    const struct sketches_source *source;
};

/* What a thread works with. */
struct pour_work {
    float *value;
    const float **row;
};

static void pour_close(void *context, void *thread_state)
{
    struct pour_work *work = thread_state;
    (void)context;
    if (work == NULL) return;
    free(work->value);
    free(work->row);
    free(work);
}

static struct fault *pour_open(void *context, void **thread_state)
{
    const struct pour *pour = context;
    const struct sketches_source *source = pour->source;
    struct pour_work *work = calloc(1, sizeof *work);
    *thread_state = work;
    if (work == NULL) return fault_no_memory();
    work->value = malloc(source->at_once * (source->count + 1) * sizeof *work->value);
    work->row = malloc(source->at_once * sizeof *work->row);
    return work->value == NULL || work->row == NULL ? fault_no_memory() : NULL;
}

static struct fault *pour_cells(void *context, void *thread_state, uint64_t item)
{
    const struct pour *pour = context;
    const struct sketches_source *source = pour->source;
    const struct pour_work *work = thread_state;
    const size_t cell = item * source->at_once, stop = cell + source->at_once;
    const size_t end = stop < pour->cells ? stop : pour->cells;
    TRY(source->rows(source->context, cell, end, work->value, work->row));
    for (size_t c = cell; c < end; c++) TRY(sketch_add(pour->sketch, c, source->count, work->row[c - cell]));
    return NULL;
}

struct fault *sketches_pour_from(struct sketches *sketches, const struct sketches_source *source, int threads)
{
    struct pour pour = {sketches->sketch, sketches->cells, source};
    const struct ensemble_body body = {pour_open, pour_cells, pour_close, &pour};
    const uint64_t items = sketches->cells / source->at_once + (sketches->cells % source->at_once != 0);
    return ensemble_for(items, threads, &body, NULL);
}

struct stretch {
    const struct samples *samples;
    uint64_t begin;
};

static struct fault *stretch_rows(void *context, size_t cell, size_t end, float work[], const float *row[])
{
    const struct stretch *stretch = context;
    (void)work;
    for (size_t c = cell; c < end; c++) row[c - cell] = samples_of(stretch->samples, c) + stretch->begin;
    return NULL;
}

struct fault *sketches_pour(struct sketches *sketches, const struct samples *samples, uint64_t first, uint64_t end,
                            int threads)
{
    if (samples->cells != sketches->cells || samples->row != NULL || first > end || first < samples->first ||
        end - samples->first > samples->count)
        return fault_raise(FAULT_MACHINE, "%llu samples of %zu cells do not fit the sketches",
                           (unsigned long long)(end - first), samples->cells);
    struct stretch stretch = {samples, first - samples->first};
    const struct sketches_source source = {end - first, 1, stretch_rows, &stretch};
    return sketches_pour_from(sketches, &source, threads);
}
