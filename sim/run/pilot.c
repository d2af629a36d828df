/* sim/run/pilot.c -- see pilot.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/pilot.h"
#include "sim/core/stopwatch.h"
#include "sim/run/judge.h"

#include <math.h>
#include <stdlib.h>

enum { PILOT = 2, PILOT_OF_MEANS = 5, PILOT_OF_TAILS = 21 }; /* chunks, the first of which warms caches */

#define PROGRAM_BYTES 25e6 /* of the program, its libraries and what is told of each cell */

static uint64_t pilot_chunks(const struct precision_goals *goals)
{
    uint64_t chunks = PILOT;
    for (size_t i = 0; i < goals->count && chunks < PILOT_OF_TAILS; i++) {
        const enum precision_statistic statistic = goals->item[i].goal.statistic;
        const bool whole = statistic == PRECISION_MEAN || statistic == PRECISION_PROBABILITY;
        chunks = whole ? PILOT_OF_MEANS : PILOT_OF_TAILS;
    }
    return chunks;
}

/* The first chunk, then the others, which are timed. */
static struct fault *fly(struct accumulator *accumulator, const struct precision_goals *goals, struct pilot *pilot)
{
    const struct invalid_replication *invalid;
    TRY(accumulator_simulate(accumulator, LANES_PER_CHUNK, LANES_PER_CHUNK, NULL));
    const double begin = stopwatch_now();
    TRY(accumulator_simulate(accumulator, pilot->replications, pilot->replications, NULL));
    pilot->seconds = (stopwatch_now() - begin) / (double)(chunks_of(pilot->replications) - 1);
    pilot->invalid = tally_invalid(accumulator->tally, &invalid);
    if (pilot->invalid > 0) {
        pilot->month = invalid->month;
        pilot->cause = (size_t)invalid->cause;
    }
    return judge(accumulator, goals, pilot->state);
}

/* Sketches what the pilot has samples of, for their memory alone. The range of values, and with it a sketch, grows by
 * about as much with each doubling of their number: as from the first half of the pilot to the whole. */
static struct fault *measure_sketch(const struct accumulator *accumulator, struct pilot *pilot)
{
    const uint64_t n = accumulator->replications;
    struct sketches *sketches = NULL;
    double half = 0.0;
    TRY(sketches_open(world_cells(accumulator->simulation->world), &sketches));
    struct fault *fault = sketches_pour(sketches, &accumulator->samples, 0, n / 2, 1);
    if (fault == NULL) {
        half = (double)sketches_bytes(sketches);
        fault = sketches_pour(sketches, &accumulator->samples, n / 2, n, 1);
    }
    if (fault == NULL) {
        const double all = (double)sketches_bytes(sketches), more = (double)pilot->expected / (double)n;
        pilot->sketch_bytes = all + (more > 1.0 ? (all - half) * log2(more) : 0.0);
    }
    sketches_close(sketches);
    return fault;
}

static struct fault *measure_state(const struct simulation *simulation, struct pilot *pilot)
{
    struct world_state *state = NULL;
    struct fault *fault = world_open(simulation->world, &state);
    if (fault == NULL) pilot->thread_bytes = world_state_bytes(state);
    world_close(state);
    return fault;
}

/* The run as the pilot expects it. */
static struct fault *expect(const struct simulation *simulation, const struct accumulator *accumulator,
                            struct pilot *pilot)
{
    if (simulation->goals.count > 0) pilot->expected = judge_expect(&simulation->goals, pilot->state);
    pilot->retention = retention_of(simulation, pilot->expected, simulation->memory);
    return pilot->retention.sketched ? measure_sketch(accumulator, pilot) : NULL;
}

struct fault *pilot_fly(const struct simulation *simulation, struct pilot *pilot)
{
    const struct precision_goals *goals = &simulation->goals;
    struct accumulator accumulator;
    *pilot =
        (struct pilot){.replications = pilot_chunks(goals) * LANES_PER_CHUNK, .expected = simulation->replications};
    pilot->state = calloc(goals->count + 1, sizeof *pilot->state);
    if (pilot->state == NULL) return fault_no_memory();
    /* so few are judged by their samples, whatever memory the run has */
    struct fault *fault = accumulator_open(simulation, 1, pilot->replications, UINT64_MAX, &accumulator);
    if (fault == NULL) fault = fly(&accumulator, goals, pilot);
    if (fault == NULL) fault = expect(simulation, &accumulator, pilot);
    if (fault == NULL) fault = measure_state(simulation, pilot);
    accumulator_close(&accumulator);
    return fault;
}

struct pilot_needs pilot_needs(const struct simulation *simulation, const struct pilot *pilot, uint64_t chunks,
                               int threads)
{
    const double share = (double)chunks / (double)chunks_of(pilot->expected);
    struct pilot_needs needs = {.seconds = pilot->seconds * (double)chunks / threads,
                                .samples = share * (double)retention_bytes(simulation, &pilot->retention),
                                .sketches = pilot->retention.sketched ? pilot->sketch_bytes : 0.0,
                                .thread = (double)pilot->thread_bytes};
    const bool all = !pilot->retention.sketched || simulation->goals.count > 0;
    needs.spooled = all ? fmax(0.0, retention_unwritten(simulation) * needs.samples - (double)SPOOL_MEMORY) : 0.0;
    needs.bytes = needs.samples + needs.sketches + threads * needs.thread + PROGRAM_BYTES;
    return needs;
}

void pilot_free(struct pilot *pilot)
{
    free(pilot->state);
    *pilot = (struct pilot){0};
}
