/* sim/run/simulate.c -- see simulation.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/describe.h"
#include "sim/run/estimate.h"
#include "sim/run/judge.h"
#include "sim/run/simulation.h"

#include <stdlib.h>
#include <string.h>

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
