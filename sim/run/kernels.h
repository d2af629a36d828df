/* sim/run/kernels.h -- what computes, as built for one instruction set. The program holds the models and statistics once
 * for each; which of them runs is chosen when a simulation is opened, and has no effect on the result.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_KERNELS_H
#define ZHOL_KERNELS_H

#include "models/world_steps.h"
#include "sim/core/outcome.h"
#include "sim/statistics/samples.h"
#include "sim/statistics/sketches.h"
#include "sim/statistics/tally.h"

struct kernels {
    const char *name; /* "v3", "v4": levels of x86-64; elsewhere what the program was built for, such as "default" */
    const struct world_steps *world;
    struct sink (*tally)(struct tally *tally);
    struct sink (*samples)(struct samples *samples);
    struct sink (*sketches)(struct sketches *sketches);
};

/* Those that were built with whatever asks. */
extern const struct kernels kernels_built;

/* Those in the program, the most demanding last; NULL beyond. */
const struct kernels *kernels_at(size_t i);
/* Whether this processor has what they were built for. */
bool kernels_run_here(const struct kernels *kernels);
/* Those of that name; NULL: of the name in the environment (ZHOL_ISA), or else the most demanding that run here.
 * FAULT_USAGE if there are none of that name, or they do not run here. */
MUST_CHECK struct fault *kernels_choose(const char *name, const struct kernels **kernels);

#endif
