/* sim/run/blocks.c -- see blocks.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/blocks.h"

#include <stdlib.h>

struct fault *blocks_spread(uint64_t replications, size_t count, struct blocks *blocks)
{
    const uint64_t all = (replications + LANES - 1) / LANES;
    *blocks = (struct blocks){.count = count < all ? count : (size_t)all};
    blocks->block = calloc(blocks->count + 1, sizeof *blocks->block);
    blocks->replication = calloc(blocks->count * LANES + 1, sizeof *blocks->replication);
    if (blocks->block == NULL || blocks->replication == NULL) return fault_no_memory();
    for (size_t i = 0; i < blocks->count; i++) {
        blocks->block[i] = blocks->count == 1 ? 0 : i * (all - 1) / (blocks->count - 1);
        for (uint64_t r = blocks->block[i] * LANES; r < replications && r < (blocks->block[i] + 1) * LANES; r++)
            blocks->replication[blocks->samples++] = r;
    }
    return NULL;
}

void blocks_free(struct blocks *blocks)
{
    free(blocks->block);
    free(blocks->replication);
    *blocks = (struct blocks){0};
}

/* An item is a block, a thread's state a world's. */
struct loop {
    const struct blocks *blocks;
    const struct world *world;
    struct sink sink;
};

static struct fault *loop_open(void *context, void **thread_state)
{
    const struct loop *loop = context;
    struct world_state *state = NULL;
    struct fault *fault = world_open(loop->world, &state);
    *thread_state = state;
    return fault;
}

static void loop_close(void *context, void *thread_state)
{
    (void)context;
    world_close(thread_state);
}

/* Only the last block may have fewer replications, so that the samples of each begin at a multiple of LANES. */
static struct fault *loop_block(void *context, void *thread_state, uint64_t item)
{
    const struct loop *loop = context;
    const uint64_t first = item * LANES, left = loop->blocks->samples - first;
    struct block_result result;
    world_simulate(thread_state, loop->blocks->block[item] * LANES, left < LANES ? left : LANES, &result);
    result.first = first;
    return loop->sink.block(loop->sink.self, &result);
}

struct fault *blocks_simulate(const struct blocks *blocks, const struct simulation *simulation, int threads,
                              const struct ensemble_watch *watch, struct samples *samples)
{
    TRY(samples_init(samples, blocks->samples, world_cells(simulation->world), store_inputs(simulation->plan.store)));
    struct loop loop = {blocks, simulation->world, simulation->kernels->samples(samples)};
    const struct ensemble_body body = {loop_open, loop_block, loop_close, &loop};
    return ensemble_for(blocks->count, threads, &body, watch);
}
