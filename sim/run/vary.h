/* sim/run/vary.h -- the runs of a result again with one number of its scenario changed, on the same draws.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_VARY_H
#define ZHOL_VARY_H

#include "output/result/result.h"

/* Of which result, and what is wanted of it: samples of `cells` cells (outcome * (years + 1) + period) in the first
 * `replications`. */
struct vary_request {
    const char *path;
    const struct result *outline;
    uint64_t replications;
    int threads; /* 0: all */
    size_t cells;
    const size_t *cell;
};

/* With `set`, "PATH=VALUE" (NULL: as it is), into value[cells][replications]. A value that the scenario does not allow is a fault
 * of FAULT_SCENARIO. */
MUST_CHECK struct fault *vary_run(const struct vary_request *request, const char *set, float value[]);

/* A number with its unit, times a factor, as it would be written: "5 d" and 1.2 give "6 d". NULL of what is no number, or reads
 * as a date, and without memory. */
char *vary_scale(const char *text, double factor);

#endif
