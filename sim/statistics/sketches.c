/* sim/statistics/sketches.c -- see sketches.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/sketches.h"
#include "sim/core/ensemble.h"

#include <pthread.h>
#include <stdlib.h>

struct member {
    struct sketch *sketch;
    struct member *next;
};

struct sketches {
    size_t cells;
    pthread_mutex_t lock; /* over what follows */
    struct member *idle;  /* the last one used first: it is the most likely to be in a cache */
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
    if (pthread_mutex_init(&made->lock, NULL) == 0) return NULL;
    free(made);
    *sketches = NULL;
    return lock_fault();
}

static void member_free(struct member *member)
{
    sketch_close(member->sketch);
    free(member);
}

void sketches_close(struct sketches *sketches)
{
    if (sketches == NULL) return;
    for (struct member *member = sketches->idle, *next; member != NULL; member = next) {
        next = member->next;
        member_free(member);
    }
    (void)pthread_mutex_destroy(&sketches->lock); /* fails only while it is held */
    free(sketches);
}

static struct fault *member_make(size_t cells, struct member **member)
{
    *member = calloc(1, sizeof **member);
    if (*member == NULL) return fault_no_memory();
    struct fault *fault = sketch_open(cells, &(*member)->sketch);
    if (fault == NULL) return NULL;
    free(*member);
    *member = NULL;
    return fault;
}

/* A sketch that no other thread has; a new one if all are in use. */
static struct fault *member_take(struct sketches *sketches, struct member **member)
{
    if (pthread_mutex_lock(&sketches->lock) != 0) return lock_fault();
    *member = sketches->idle;
    if (*member != NULL) sketches->idle = (*member)->next;
    if (pthread_mutex_unlock(&sketches->lock) != 0) return lock_fault();
    return *member != NULL ? NULL : member_make(sketches->cells, member);
}

static struct fault *member_give(struct sketches *sketches, struct member *member)
{
    if (pthread_mutex_lock(&sketches->lock) != 0) {
        member_free(member);
        return lock_fault();
    }
    member->next = sketches->idle;
    sketches->idle = member;
    return pthread_mutex_unlock(&sketches->lock) == 0 ? NULL : lock_fault();
}

static struct fault *add_block(struct sketch *sketch, const struct block_result *result)
{
    double valid[LANES];
    for (int l = 0; l < LANES; l++) valid[l] = (size_t)l < result->lanes && result->failed_month[l] < 0 ? 1.0 : 0.0;
    for (size_t c = 0; c < result->cells; c++) {
        const double *row = result->cell[c];
        float narrow[LANES];
        EACH_LANE(l) narrow[l] = (float)(valid[l] != 0 ? row[l] : __builtin_nan(""));
        TRY(sketch_add(sketch, c, result->lanes, narrow));
    }
    return NULL;
}

static struct fault *sketches_block(void *self, const struct block_result *result)
{
    struct sketches *sketches = self;
    struct member *member = NULL;
    if (result->cells != sketches->cells || result->lanes > LANES)
        return fault_raise(FAULT_MACHINE, "a block of results at replication %llu does not fit the sketches",
                           (unsigned long long)result->first);
    TRY(member_take(sketches, &member));
    struct fault *fault = add_block(member->sketch, result);
    return fault_join(fault, member_give(sketches, member));
}

struct sink sketches_sink(struct sketches *sketches)
{
    return (struct sink){.self = sketches, .block = sketches_block};
}

size_t sketches_bytes(const struct sketches *sketches)
{
    size_t bytes = 0;
    for (const struct member *member = sketches->idle; member != NULL; member = member->next)
        bytes += sketch_bytes(member->sketch);
    return bytes;
}

struct fault *sketches_total(struct sketches *sketches, const struct sketch **total)
{
    struct member *all = NULL;
    TRY(member_take(sketches, &all));
    struct fault *fault = NULL;
    while (sketches->idle != NULL && fault == NULL) {
        struct member *member = sketches->idle;
        sketches->idle = member->next;
        fault = sketch_merge(all->sketch, member->sketch);
        member_free(member);
    }
    *total = all->sketch;
    return fault_join(fault, member_give(sketches, all));
}

struct fault *sketches_put(struct sketches *sketches, struct bytes *bytes)
{
    const struct sketch *total;
    TRY(sketches_total(sketches, &total));
    sketch_put(total, bytes);
    return NULL;
}

struct fault *sketches_take(struct sketches *sketches, struct bytes_left *left)
{
    struct member *member = NULL;
    TRY(member_take(sketches, &member));
    struct fault *fault = sketch_take(member->sketch, left);
    return fault_join(fault, member_give(sketches, member));
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
    struct member *member = NULL;
    TRY(member_take(sketches, &member));
    struct pour pour = {member->sketch, sketches->cells, source};
    const struct ensemble_body body = {pour_open, pour_cells, pour_close, &pour};
    const uint64_t items = sketches->cells / source->at_once + (sketches->cells % source->at_once != 0);
    struct fault *fault = ensemble_for(items, threads, &body, NULL);
    return fault_join(fault, member_give(sketches, member));
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
