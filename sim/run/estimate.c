/* sim/run/estimate.c -- see estimate.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/estimate.h"

#include <stdlib.h>

struct estimate estimate_from(const struct accumulator *accumulator)
{
    const bool sketched = accumulator->sketches != NULL;
    return (struct estimate){.replications = accumulator->replications,
                             .exact = sketched ? NULL : accumulator,
                             .sketch = sketched ? sketches_total(accumulator->sketches) : NULL};
}

struct fault *estimate_work_open(const struct estimate *estimate, size_t cells, struct estimate_work *work)
{
    *work = (struct estimate_work){0};
    if (estimate->exact == NULL) return NULL;
    work->select = malloc((estimate->replications + 1) * sizeof *work->select);
    work->read = malloc(cells * (estimate->replications + 1) * sizeof *work->read);
    work->row = malloc(cells * sizeof *work->row);
    return work->select == NULL || work->read == NULL || work->row == NULL ? fault_no_memory() : NULL;
}

void estimate_work_close(struct estimate_work *work)
{
    free(work->select);
    free(work->read);
    free(work->row);
    *work = (struct estimate_work){0};
}

struct fault *estimate_cells(const struct estimate *estimate, size_t cell, size_t end, const struct moments moments[],
                             struct estimate_work *work, const struct quantiles_asked *asked,
                             struct quantile_estimate quantile[], struct cvar_estimate cvar[])
{
    const uint64_t count = estimate->replications;
    const bool exact = estimate->exact != NULL;
    if (exact)
        TRY(accumulator_samples(estimate->exact, cell, end, estimate->exact->first, count, work->read, work->row));
    for (size_t c = cell; c < end; c++, quantile += asked->quantiles, cvar += asked->levels) {
        if (exact) {
            quantiles_and_tails(count, work->row[c - cell], work->select, asked, quantile, cvar);
            continue;
        }
        const struct moments *of = &moments[c - cell];
        sketch_quantiles(estimate->sketch, c, of, asked->quantiles, asked->p, quantile);
        for (size_t i = 0; i < asked->levels; i++) cvar[i] = sketch_cvar(estimate->sketch, c, of, asked->level[i]);
    }
    return NULL;
}

/* In parallel: an item is some cells. */
struct loop {
    const struct estimate *estimate;
    size_t cells, at_once;
    struct result *result;
};

static struct fault *loop_open(void *context, void **thread_state)
{
    const struct loop *loop = context;
    struct estimate_work *work = malloc(sizeof *work);
    *thread_state = work;
    return work == NULL ? fault_no_memory() : estimate_work_open(loop->estimate, loop->at_once, work);
}

static struct fault *loop_cells(void *context, void *thread_state, uint64_t item)
{
    const struct loop *loop = context;
    struct result *result = loop->result;
    const struct quantiles_asked asked = {result->quantiles, result->probability, result->levels, result->level};
    const size_t cell = item * loop->at_once, stop = cell + loop->at_once;
    return estimate_cells(loop->estimate, cell, stop < loop->cells ? stop : loop->cells, &result->moments[cell],
                          thread_state, &asked, result->quantile + cell * result->quantiles,
                          result->cvar + cell * result->levels);
}

static void loop_close(void *context, void *thread_state)
{
    (void)context;
    if (thread_state != NULL) estimate_work_close(thread_state);
    free(thread_state);
}

struct fault *estimate_all(const struct estimate *estimate, size_t cells, int threads, struct result *result)
{
    struct loop loop = {estimate, cells, spool_cells_at_once(estimate->replications), result};
    const struct ensemble_body body = {loop_open, loop_cells, loop_close, &loop};
    return ensemble_for(cells / loop.at_once + (cells % loop.at_once != 0), threads, &body, NULL);
}
