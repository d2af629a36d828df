/* sim/run/chunks.c -- see chunks.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/chunks.h"

struct loop {
    const struct chunks *chunks;
    const struct ensemble_watch *watch;
};

static struct fault *loop_open(void *context, void **thread_state)
{
    const struct loop *loop = context;
    struct world_state *state = NULL;
    struct fault *fault = world_open(loop->chunks->world, &state);
    *thread_state = state;
    return fault;
}

static void loop_close(void *context, void *thread_state)
{
    (void)context;
    world_close(thread_state);
}

static struct fault *loop_chunk(void *context, void *thread_state, uint64_t chunk)
{
    const struct loop *loop = context;
    for (uint64_t block = 0; block < BLOCKS_PER_CHUNK; block++) {
        const uint64_t first = (loop->chunks->first + chunk) * LANES_PER_CHUNK + block * LANES;
        if (first >= loop->chunks->replications) break;
        const uint64_t left = loop->chunks->replications - first;
        struct block_result result;
        world_simulate(thread_state, first, left < LANES ? left : LANES, &result);
        for (size_t s = 0; s < loop->chunks->sinks; s++)
            TRY(loop->chunks->sink[s].block(loop->chunks->sink[s].self, &result));
    }
    return NULL;
}

static bool loop_stop(void *context)
{
    const struct loop *loop = context;
    return loop->watch->stop != NULL && loop->watch->stop(loop->watch->context);
}

static void loop_progress(void *context, uint64_t done, uint64_t all)
{
    const struct loop *loop = context;
    (void)all;
    if (loop->watch->progress != NULL)
        loop->watch->progress(loop->watch->context, loop->chunks->done + done, loop->chunks->expected);
}

struct fault *chunks_simulate(const struct chunks *chunks, int threads, const struct ensemble_watch *watch)
{
    struct loop loop = {chunks, watch};
    const struct ensemble_body body = {loop_open, loop_chunk, loop_close, &loop};
    const struct ensemble_watch watched = {loop_stop, loop_progress, &loop};
    const uint64_t count = chunks_of(chunks->replications) - chunks->first;
    return ensemble_for(count, threads, &body, watch == NULL ? NULL : &watched);
}
