/* models/world_steps.h -- the functions of a world that compute. A program may hold them more than once, each built for
 * the instructions of other processors: the bits are the same, the time is not. The functions of world.h go by those
 * that the world was prepared with.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_WORLD_STEPS_H
#define ZHOL_WORLD_STEPS_H

#include "models/world.h"

/* Each as the function of world.h of that name. */
struct world_steps {
    struct fault *(*prepare)(struct plan *plan, struct world **world);
    struct fault *(*open)(const struct world *world, struct world_state **state);
    void (*simulate_watched)(struct world_state *state, uint64_t first, size_t lanes, const struct month_watch *watch,
                             struct block_result *result);
    void (*begin)(struct world_state *state, uint64_t first);
    void (*month)(struct world_state *state, int month);
    void (*start_central)(struct world_state *state);
    void (*energy_central)(struct world_state *state, int month);
};

/* Those that were built with whatever asks. */
extern const struct world_steps world_steps_built;

/* Those that a world, or the world of a state, was prepared with. */
const struct world_steps *world_steps_of(const struct world *world);
const struct world_steps *world_steps_of_state(const struct world_state *state);

#endif
