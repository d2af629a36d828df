/* sim/cli/intake.c -- see intake.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/intake.h"
#include "sim/cli/keep.h"

#include <stdlib.h>

struct fault *intake_open(struct simulation *simulation, int threads, uint64_t limit, struct intake *intake)
{
    *intake = (struct intake){.simulation = simulation, .threads = threads, .limit = limit};
    return tally_open(0, world_cells(simulation->world), &intake->tally);
}

void intake_close(struct intake *intake)
{
    tally_close(intake->tally);
    sketches_close(intake->sketches);
    samples_free(&intake->samples);
}

/* The parallel loop: an item is a chunk, a thread's state a world's. */
struct loop {
    const struct world *world;
    uint64_t begun; /* chunks before the first */
    uint64_t replications;
    struct sink sink[3];
    size_t sinks;
    const struct ensemble_watch *watch;
    uint64_t expected; /* chunks */
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

static struct fault *loop_chunk(void *context, void *thread_state, uint64_t chunk)
{
    const struct loop *loop = context;
    for (uint64_t block = 0; block < BLOCKS_PER_CHUNK; block++) {
        const uint64_t first = (loop->begun + chunk) * LANES_PER_CHUNK + block * LANES;
        if (first >= loop->replications) break;
        const uint64_t left = loop->replications - first;
        struct block_result result;
        world_simulate(thread_state, first, left < LANES ? left : LANES, &result);
        for (size_t s = 0; s < loop->sinks; s++) TRY(loop->sink[s].block(loop->sink[s].self, &result));
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
    if (loop->watch->progress != NULL) loop->watch->progress(loop->watch->context, loop->begun + done, loop->expected);
}

/* Samples of what is to be kept, with room for as many replications as are kept alike; those that are in move over. */
static struct fault *keep_samples_of(struct intake *intake)
{
    const struct simulation *simulation = intake->simulation;
    struct samples *samples = &intake->samples;
    const size_t cells = world_cells(simulation->world);
    const size_t inputs = simulation->inputs_saved ? store_inputs(simulation->plan.store) : 0;
    const uint64_t room = keep_room(simulation, intake->limit);
    if (keep_rows(simulation) == 0) {
        samples_free(samples);
        return NULL;
    }
    bool *keep = calloc(cells + 1, sizeof *keep);
    if (keep == NULL) return fault_no_memory();
    keep_cells(simulation, keep);
    const bool *some = simulation->sketched ? keep : NULL;
    struct fault *fault = samples->count > 0 ? samples_refit(samples, room, some, inputs, intake->replications)
                          : some == NULL     ? samples_init(samples, room, cells, inputs)
                                             : samples_init_some(samples, room, cells, some, inputs);
    free(keep);
    return fault;
}

/* Makes room for what a run of simulation->replications keeps. */
static struct fault *make_room(struct intake *intake)
{
    const struct simulation *simulation = intake->simulation;
    const bool crosses = simulation->sketched && intake->sketches == NULL;
    if (crosses) TRY(sketches_open(world_cells(simulation->world), &intake->sketches));
    if (crosses && intake->replications > 0)
        TRY(sketches_pour(intake->sketches, &intake->samples, intake->replications, intake->threads));
    if (!crosses && intake->samples.count >= simulation->replications) return NULL;
    return keep_samples_of(intake);
}

struct fault *intake_simulate(struct intake *intake, uint64_t replications, uint64_t expected,
                              const struct ensemble_watch *watch)
{
    struct simulation *simulation = intake->simulation;
    simulation->replications = replications;
    TRY(keep_choose(simulation));
    TRY(make_room(intake));
    TRY(tally_extend(intake->tally, replications));
    struct loop loop = {.world = simulation->world,
                        .begun = intake->replications / LANES_PER_CHUNK,
                        .replications = replications,
                        .watch = watch,
                        .expected = chunks_of(expected)};
    loop.sink[loop.sinks++] = tally_sink(intake->tally);
    if (intake->samples.count > 0) loop.sink[loop.sinks++] = samples_sink(&intake->samples);
    if (intake->sketches != NULL) loop.sink[loop.sinks++] = sketches_sink(intake->sketches);
    const struct ensemble_body body = {loop_open, loop_chunk, loop_close, &loop};
    const struct ensemble_watch watched = {loop_stop, loop_progress, &loop};
    TRY(ensemble_for(chunks_of(replications) - loop.begun, intake->threads, &body, watch == NULL ? NULL : &watched));
    intake->replications = replications;
    return NULL;
}
