/* sim/cli/simulate.c -- see simulate.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/simulate.h"
#include "sim/cli/describe.h"
#include "sim/cli/estimate.h"

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
static struct fault *conclude(struct simulation *simulation, const struct options *options, struct intake *intake,
                              struct result *result)
{
    struct estimate estimate;
    const size_t cells = world_cells(simulation->world);
    TRY(prepare_statistics(simulation, cells, result));
    TRY(tally_total(intake->tally, result->moments));
    TRY(estimate_from(intake, &estimate));
    TRY(estimate_all(&estimate, cells, options->threads, result));
    samples_cut(&intake->samples, intake->replications);
    result->samples = intake->samples;
    intake->samples = (struct samples){0};
    return describe(simulation, options, intake->tally, result);
}

struct fault *simulation_run(struct simulation *simulation, const struct options *options,
                             const struct ensemble_watch *watch, struct result *result)
{
    const uint64_t replications = simulation->replications;
    struct intake intake;
    *result = (struct result){0};
    struct fault *fault = intake_open(simulation, options->threads, replications, &intake);
    if (fault == NULL) fault = intake_simulate(&intake, replications, replications, watch);
    if (fault == NULL) fault = conclude(simulation, options, &intake, result);
    intake_close(&intake);
    return fault;
}

static void pilot_note(struct pilot *pilot, const struct block_result *result)
{
    for (int l = 0; l < LANES; l++) {
        if (result->failed_month[l] < 0) continue;
        if (pilot->invalid++ > 0) continue;
        pilot->month = result->failed_month[l];
        pilot->cause = (size_t)result->failed_cause[l];
    }
}

struct fault *simulation_pilot(const struct simulation *simulation, struct pilot *pilot)
{
    struct world_state *state = NULL;
    struct block_result result;
    struct timespec begin, end;
    *pilot = (struct pilot){0};
    struct fault *fault = world_open(simulation->world, &state);
    if (fault == NULL) {
        world_simulate(state, 0, LANES, &result); /* warms caches */
        clock_gettime(CLOCK_MONOTONIC, &begin);
        for (uint64_t block = 0; block < BLOCKS_PER_CHUNK; block++) {
            world_simulate(state, block * LANES, LANES, &result);
            pilot_note(pilot, &result);
        }
        clock_gettime(CLOCK_MONOTONIC, &end);
        pilot->seconds = (double)(end.tv_sec - begin.tv_sec) + 1e-9 * (double)(end.tv_nsec - begin.tv_nsec);
    }
    world_close(state);
    return fault;
}
