/* sim/run/simulate.c -- see simulation.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/simulate.h"
#include "sim/run/describe.h"
#include "sim/run/estimate.h"
#include "sim/run/judge.h"

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

/* see simulate.h */
struct fault *simulate_conclude(const struct simulation *simulation, const struct run_settings *settings,
                                struct accumulator *accumulator, struct result *result)
{
    const struct estimate estimate = estimate_from(accumulator);
    const size_t cells = world_cells(simulation->world);
    TRY(prepare_statistics(simulation, cells, result));
    TRY(tally_total(accumulator->tally, result->moments));
    TRY(estimate_all(&estimate, cells, settings->threads, result));
    samples_cut(&accumulator->samples, accumulator->replications);
    result->samples = accumulator->samples;
    accumulator->samples = (struct samples){0};
    spool_close(accumulator->spool);
    accumulator->spool = NULL;
    return describe(accumulator, settings, result);
}

/* The last replications of a run are not kept, but can stand beside samples of those that are. */
static void keep_at_end(const struct accumulator *accumulator)
{
    const struct accumulator_keeper *keeper = accumulator->keeper;
    if (keeper == NULL || !keeper->at_end || (accumulator->sketches != NULL && accumulator_has_last(accumulator)))
        return;
    keeper->keep(keeper->context, accumulator);
}

/* Round by round, until all goals are met or the limit is reached; state[goals] is of the last. One that was resumed
 * where a round ends may have been killed before it was judged. */
static struct fault *simulate_until(struct accumulator *accumulator, const struct precision_goals *goals,
                                    const struct ensemble_watch *watch, struct precision_state state[])
{
    uint64_t expected = 0, begun = accumulator->replications / LANES_PER_CHUNK;
    if (begun > 0) begun--;
    do {
        const uint64_t chunks = precision_next(begun);
        const uint64_t next = chunks * LANES_PER_CHUNK < goals->limit ? chunks * LANES_PER_CHUNK : goals->limit;
        TRY(accumulator_simulate(accumulator, next, expected > next ? expected : next, watch));
        TRY(judge(accumulator, goals, state));
        expected = judge_expect(goals, state);
        begun = chunks;
    } while (!judge_all_met(goals, state) && accumulator->replications < goals->limit);
    keep_at_end(accumulator);
    return NULL;
}

static struct fault *simulate_precisely(const struct simulation *simulation, const struct run_settings *settings,
                                        const struct ensemble_watch *watch, struct accumulator *accumulator,
                                        struct result *result)
{
    const struct precision_goals *goals = &simulation->goals;
    struct precision_state *state = calloc(goals->count, sizeof *state);
    struct fault *fault = state == NULL ? fault_no_memory() : simulate_until(accumulator, goals, watch, state);
    if (fault == NULL) fault = simulate_conclude(simulation, settings, accumulator, result);
    if (fault == NULL && (result->stopped_by = judge_account(goals, state)) == NULL) fault = fault_no_memory();
    free(state);
    return fault;
}

/* A number of replications. */
static struct fault *simulate_all(const struct simulation *simulation, const struct run_settings *settings,
                                  const struct ensemble_watch *watch, struct accumulator *accumulator,
                                  struct result *result)
{
    const uint64_t replications = simulation->replications;
    TRY(accumulator_simulate(accumulator, replications, replications, watch));
    keep_at_end(accumulator);
    return simulate_conclude(simulation, settings, accumulator, result);
}

/* Samples that no result holds are in a file beside those that are kept. */
static struct spool_place place_of(const struct checkpoint *checkpoint)
{
    return (struct spool_place){checkpoint->folder, SPOOL_MEMORY};
}

struct fault *simulate_kept(const struct simulation *simulation, const struct run_settings *settings,
                            struct checkpoint *checkpoint, const struct ensemble_watch *watch, struct result *result)
{
    struct accumulator accumulator;
    struct accumulator_keeper keeper;
    *result = (struct result){0};
    struct fault *fault =
        accumulator_open(simulation, settings->threads, simulation->replications, simulation->memory, &accumulator);
    accumulator.crew = settings->crew;
    if (checkpoint != NULL && fault == NULL) {
        keeper = checkpoint_keeper(checkpoint);
        accumulator.keeper = &keeper;
        accumulator.place = place_of(checkpoint);
        fault = checkpoint_resume(checkpoint, &accumulator);
    }
    if (fault == NULL)
        fault = simulation->goals.count > 0 ? simulate_precisely(simulation, settings, watch, &accumulator, result)
                                            : simulate_all(simulation, settings, watch, &accumulator, result);
    accumulator_close(&accumulator);
    return fault;
}

struct fault *simulate_accumulate(const struct simulation *simulation, int threads, struct checkpoint *checkpoint,
                                  const struct ensemble_watch *watch, struct accumulator *accumulator)
{
    const uint64_t replications = simulation->replications;
    const struct accumulator_keeper keeper = checkpoint_keeper(checkpoint);
    TRY(accumulator_open(simulation, threads, replications, simulation->memory, accumulator));
    accumulator->place = place_of(checkpoint);
    TRY(checkpoint_resume(checkpoint, accumulator));
    accumulator->keeper = &keeper;
    struct fault *fault = accumulator_simulate(accumulator, replications, replications, watch);
    if (fault == NULL) keep_at_end(accumulator);
    accumulator->keeper = NULL;
    return fault;
}

struct fault *simulation_run(const struct simulation *simulation, const struct run_settings *settings,
                             const struct ensemble_watch *watch, struct result *result)
{
    return simulate_kept(simulation, settings, NULL, watch, result);
}

struct fault *simulate_shard(const struct simulation *simulation, const struct run_settings *settings,
                             struct checkpoint *checkpoint, const struct ensemble_watch *watch, const char *path)
{
    const struct accumulator_keeper keeper = checkpoint_keeper(checkpoint);
    const uint64_t whole = simulation->replications;
    struct parcel_head head = {.finished = true, .identity = checkpoint->identity};
    struct accumulator accumulator;
    uint64_t first, end;
    identity_range(&checkpoint->identity.shard, whole, &first, &end);
    struct fault *fault = accumulator_open_part(simulation, settings->threads, first, end, whole, &accumulator);
    accumulator.keeper = &keeper;
    accumulator.crew = settings->crew;
    accumulator.place = place_of(checkpoint);
    if (fault == NULL) fault = checkpoint_resume(checkpoint, &accumulator);
    if (fault == NULL) fault = accumulator_simulate(&accumulator, end, end, watch);
    if (fault == NULL) {
        keep_at_end(&accumulator);
        head.done = end - first;
        fault = parcel_write(path, &head, &accumulator, NULL);
    }
    accumulator_close(&accumulator);
    return fault;
}
