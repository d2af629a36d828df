/* sim/run/accumulator.c -- see accumulator.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/accumulator.h"
#include "sim/run/chunks.h"

#include <stdlib.h>

struct fault *accumulator_open(const struct simulation *simulation, int threads, uint64_t limit, uint64_t memory,
                               struct accumulator *accumulator)
{
    *accumulator = (struct accumulator){.simulation = simulation, .threads = threads, .limit = limit, .memory = memory};
    return tally_open(0, world_cells(simulation->world), &accumulator->tally);
}

void accumulator_close(struct accumulator *accumulator)
{
    tally_close(accumulator->tally);
    sketches_close(accumulator->sketches);
    samples_free(&accumulator->samples);
}

/* Samples of what is to be kept, with room for as many replications as are kept alike; those that are in move over. */
static struct fault *keep_samples(struct accumulator *accumulator)
{
    const struct simulation *simulation = accumulator->simulation;
    const struct retention *retention = &accumulator->retention;
    struct samples *samples = &accumulator->samples;
    const size_t cells = world_cells(simulation->world);
    const size_t inputs = retention->inputs ? store_inputs(simulation->plan.store) : 0;
    const uint64_t room = retention_room(simulation, retention, accumulator->limit);
    if (retention_rows(simulation, retention) == 0) {
        samples_free(samples);
        return NULL;
    }
    bool *keep = calloc(cells + 1, sizeof *keep);
    if (keep == NULL) return fault_no_memory();
    retention_cells(simulation, retention, keep);
    const bool *some = retention->sketched ? keep : NULL;
    struct fault *fault = samples->count > 0 ? samples_refit(samples, room, some, inputs, accumulator->replications)
                          : some == NULL     ? samples_init(samples, room, cells, inputs)
                                             : samples_init_some(samples, room, cells, some, inputs);
    free(keep);
    return fault;
}

/* Makes room for what accumulator->retention says. */
static struct fault *make_room(struct accumulator *accumulator)
{
    const struct retention *retention = &accumulator->retention;
    const bool crosses = retention->sketched && accumulator->sketches == NULL;
    if (crosses) TRY(sketches_open(world_cells(accumulator->simulation->world), &accumulator->sketches));
    if (crosses && accumulator->replications > 0)
        TRY(sketches_pour(accumulator->sketches, &accumulator->samples, accumulator->replications,
                          accumulator->threads));
    if (!crosses && accumulator->samples.count >= retention->replications) return NULL;
    return keep_samples(accumulator);
}

struct fault *accumulator_simulate(struct accumulator *accumulator, uint64_t replications, uint64_t expected,
                                   const struct ensemble_watch *watch)
{
    const struct simulation *simulation = accumulator->simulation;
    accumulator->retention = retention_of(simulation, replications, accumulator->memory);
    TRY(make_room(accumulator));
    TRY(tally_extend(accumulator->tally, replications));
    struct chunks chunks = {.world = simulation->world,
                            .begun = accumulator->replications / LANES_PER_CHUNK,
                            .replications = replications,
                            .expected = chunks_of(expected)};
    chunks.sink[chunks.sinks++] = tally_sink(accumulator->tally);
    if (accumulator->samples.count > 0) chunks.sink[chunks.sinks++] = samples_sink(&accumulator->samples);
    if (accumulator->sketches != NULL) chunks.sink[chunks.sinks++] = sketches_sink(accumulator->sketches);
    TRY(chunks_simulate(&chunks, accumulator->threads, watch));
    accumulator->replications = replications;
    return NULL;
}
