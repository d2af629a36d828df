/* models/world_steps.c -- from the functions of world.h to those that the world was prepared with; see world_steps.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/world_steps.h"

struct fault *world_prepare(struct plan *plan, struct world **world)
{
    const struct world_steps *steps = plan->steps == NULL ? &world_steps_built : plan->steps;
    return steps->prepare(plan, world);
}

struct fault *world_open(const struct world *world, struct world_state **state)
{
    return world_steps_of(world)->open(world, state);
}

void world_simulate(struct world_state *state, uint64_t first, size_t lanes, struct block_result *result)
{
    world_simulate_watched(state, first, lanes, NULL, result);
}

void world_simulate_watched(struct world_state *state, uint64_t first, size_t lanes, const struct month_watch *watch,
                            struct block_result *result)
{
    world_steps_of_state(state)->simulate_watched(state, first, lanes, watch, result);
}

void world_begin(struct world_state *state, uint64_t first)
{
    world_steps_of_state(state)->begin(state, first);
}

void world_month(struct world_state *state, int month)
{
    world_steps_of_state(state)->month(state, month);
}

void world_start_central(struct world_state *state)
{
    world_steps_of_state(state)->start_central(state);
}

void world_energy_central(struct world_state *state, int month)
{
    world_steps_of_state(state)->energy_central(state, month);
}
