/* sim/run/simulate.c -- see simulation.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/describe.h"
#include "sim/run/estimate.h"
#include "sim/run/judge.h"
#include "sim/run/simulation.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct fault *prepare_statistics(const struct simulation *simulation, size_t cells, struct result *result)
{
    result->moments = calloc(cells + 1, sizeof *result->moments);
    result->quantile = calloc(cells * simulation->quantiles + 1, sizeof *result->quantile);
    result->probability = calloc(simulation->quantiles + 1, sizeof *result->probability);
    result->cvar = calloc(cells * simulation->levels + 1, sizeof *result->cvar);
    result->level = calloc(simulation->levels + 1, sizeof *result->level);
    if (result->moments == NULL || result->quantile == NULL || result->probability == NULL || result->cvar == NULL ||
        result->level == NULL)
        return fault_no_memory();
    result->quantiles = simulation->quantiles;
    result->levels = simulation->levels;
    memcpy(result->probability, simulation->probability, simulation->quantiles * sizeof *result->probability);
    memcpy(result->level, simulation->level, simulation->levels * sizeof *result->level);
    return NULL;
}

/* What came in, as a result: its samples move there. */
static struct fault *conclude(const struct simulation *simulation, const struct run_settings *settings,
                              struct accumulator *accumulator, struct result *result)
{
    struct estimate estimate;
    const size_t cells = world_cells(simulation->world);
    TRY(prepare_statistics(simulation, cells, result));
    TRY(tally_total(accumulator->tally, result->moments));
    TRY(estimate_from(accumulator, &estimate));
    TRY(estimate_all(&estimate, cells, settings->threads, result));
    samples_cut(&accumulator->samples, accumulator->replications);
    result->samples = accumulator->samples;
    accumulator->samples = (struct samples){0};
    return describe(accumulator, settings, result);
}

/* Round by round, until all goals are met or the limit is reached; state[goals] is of the last. */
static struct fault *simulate_until(struct accumulator *accumulator, const struct precision_goals *goals,
                                    const struct ensemble_watch *watch, struct precision_state state[])
{
    uint64_t expected = 0;
    do {
        const uint64_t chunks = precision_next(accumulator->replications / LANES_PER_CHUNK);
        const uint64_t next = chunks * LANES_PER_CHUNK < goals->limit ? chunks * LANES_PER_CHUNK : goals->limit;
        TRY(accumulator_simulate(accumulator, next, expected > next ? expected : next, watch));
        TRY(judge(accumulator, goals, state));
        expected = judge_expect(goals, state);
    } while (!judge_all_met(goals, state) && accumulator->replications < goals->limit);
    return NULL;
}

static struct fault *simulate_precisely(const struct simulation *simulation, const struct run_settings *settings,
                                        const struct ensemble_watch *watch, struct accumulator *accumulator,
                                        struct result *result)
{
    const struct precision_goals *goals = &simulation->goals;
    struct precision_state *state = calloc(goals->count, sizeof *state);
    struct fault *fault = state == NULL ? fault_no_memory() : simulate_until(accumulator, goals, watch, state);
    if (fault == NULL) fault = conclude(simulation, settings, accumulator, result);
    if (fault == NULL && (result->stopped_by = judge_account(goals, state)) == NULL) fault = fault_no_memory();
    free(state);
    return fault;
}

struct fault *simulation_run(const struct simulation *simulation, const struct run_settings *settings,
                             const struct ensemble_watch *watch, struct result *result)
{
    const uint64_t replications = simulation->replications;
    struct accumulator accumulator;
    *result = (struct result){0};
    struct fault *fault =
        accumulator_open(simulation, settings->threads, replications, simulation->memory, &accumulator);
    if (fault == NULL && simulation->goals.count > 0) {
        fault = simulate_precisely(simulation, settings, watch, &accumulator, result);
    } else if (fault == NULL) {
        fault = accumulator_simulate(&accumulator, replications, replications, watch);
        if (fault == NULL) fault = conclude(simulation, settings, &accumulator, result);
    }
    accumulator_close(&accumulator);
    return fault;
}

enum { PILOT = 2, PILOT_OF_MEANS = 5, PILOT_OF_TAILS = 21 }; /* chunks, the first of which warms caches */

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

static double seconds_since(const struct timespec *begin)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - begin->tv_sec) + 1e-9 * (double)(now.tv_nsec - begin->tv_nsec);
}

/* The first chunk, then the others, which are timed. */
static struct fault *fly(struct accumulator *accumulator, const struct precision_goals *goals, struct pilot *pilot)
{
    struct timespec begin;
    const struct invalid_replication *invalid;
    TRY(accumulator_simulate(accumulator, LANES_PER_CHUNK, LANES_PER_CHUNK, NULL));
    clock_gettime(CLOCK_MONOTONIC, &begin);
    TRY(accumulator_simulate(accumulator, pilot->replications, pilot->replications, NULL));
    pilot->seconds = seconds_since(&begin) / (double)(chunks_of(pilot->replications) - 1);
    pilot->invalid = tally_invalid(accumulator->tally, &invalid);
    if (pilot->invalid > 0) {
        pilot->month = invalid->month;
        pilot->cause = (size_t)invalid->cause;
    }
    return judge(accumulator, goals, pilot->state);
}

/* Sketches what the pilot has samples of, for their memory alone. */
static struct fault *measure_sketch(const struct accumulator *accumulator, struct pilot *pilot)
{
    struct sketches *sketches = NULL;
    TRY(sketches_open(world_cells(accumulator->simulation->world), &sketches));
    struct fault *fault = sketches_pour(sketches, &accumulator->samples, accumulator->replications, 1);
    if (fault == NULL) pilot->sketch_bytes = sketches_bytes(sketches);
    sketches_close(sketches);
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

struct fault *simulation_pilot(const struct simulation *simulation, struct pilot *pilot)
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
    accumulator_close(&accumulator);
    return fault;
}

void pilot_free(struct pilot *pilot)
{
    free(pilot->state);
    *pilot = (struct pilot){0};
}
