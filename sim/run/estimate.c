/* sim/run/estimate.c -- see estimate.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/estimate.h"

#include <stdlib.h>

struct fault *estimate_from(const struct accumulator *accumulator, struct estimate *estimate)
{
    *estimate = (struct estimate){.replications = accumulator->replications};
    if (accumulator->sketches != NULL) return sketches_total(accumulator->sketches, &estimate->sketch);
    estimate->samples = &accumulator->samples;
    return NULL;
}

void estimate_cell(const struct estimate *estimate, size_t cell, const struct moments *moments, float work[],
                   const struct quantiles_asked *asked, struct quantile_estimate quantile[],
                   struct cvar_estimate cvar[])
{
    if (estimate->samples != NULL) {
        quantiles_and_tails(estimate->replications, samples_of(estimate->samples, cell), work, asked, quantile, cvar);
        return;
    }
    sketch_quantiles(estimate->sketch, cell, moments, asked->quantiles, asked->p, quantile);
    for (size_t i = 0; i < asked->levels; i++) cvar[i] = sketch_cvar(estimate->sketch, cell, moments, asked->level[i]);
}

/* Cell by cell, in parallel: an item is a cell. */
struct loop {
    const struct estimate *estimate;
    struct result *result;
};

static struct fault *loop_open(void *context, void **thread_state)
{
    const struct loop *loop = context;
    const uint64_t room = loop->estimate->samples == NULL ? 0 : loop->estimate->replications;
    *thread_state = malloc((room + 1) * sizeof(float));
    return *thread_state == NULL ? fault_no_memory() : NULL;
}

static struct fault *loop_cell(void *context, void *thread_state, uint64_t cell)
{
    const struct loop *loop = context;
    struct result *result = loop->result;
    const struct quantiles_asked asked = {result->quantiles, result->probability, result->levels, result->level};
    estimate_cell(loop->estimate, cell, &result->moments[cell], thread_state, &asked,
                  result->quantile + cell * result->quantiles, result->cvar + cell * result->levels);
    return NULL;
}

static void loop_close(void *context, void *thread_state)
{
    (void)context;
    free(thread_state);
}

struct fault *estimate_all(const struct estimate *estimate, size_t cells, int threads, struct result *result)
{
    struct loop loop = {estimate, result};
    const struct ensemble_body body = {loop_open, loop_cell, loop_close, &loop};
    return ensemble_for(cells, threads, &body, NULL);
}
