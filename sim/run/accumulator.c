/* sim/run/accumulator.c -- see accumulator.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/accumulator.h"
#include "sim/run/chunks.h"
#include "sim/run/retention.h"

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
    struct chunks chunks = {.world = simulation->world,
                            .begun = intake->replications / LANES_PER_CHUNK,
                            .replications = replications,
                            .expected = chunks_of(expected)};
    chunks.sink[chunks.sinks++] = tally_sink(intake->tally);
    if (intake->samples.count > 0) chunks.sink[chunks.sinks++] = samples_sink(&intake->samples);
    if (intake->sketches != NULL) chunks.sink[chunks.sinks++] = sketches_sink(intake->sketches);
    TRY(chunks_simulate(&chunks, intake->threads, watch));
    intake->replications = replications;
    return NULL;
}
