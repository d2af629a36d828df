/* models/drivers/shocks.h -- shocks of markets: what moves the demand of a flow beyond its drivers (models/README.md,
 * Demand).
 *   x' = E x + sigma sqrt(1 - E^2) e,   E = exp(-kappa D)
 * x = ln S reverts to 0 with the speed kappa (`reversion`), exactly over a month, and has the standard deviation sigma
 * from the first month on: at the base date it is drawn from its stationary law. The shock of flow F is the innovation
 * flows.F.shock, which may be correlated with those of drivers; it is stepped with them (drivers.h).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_SHOCKS_H
#define ZHOL_SHOCKS_H

#include "models/drivers/correlation.h"
#include "models/plan.h"

struct shock {
    const char *flow;
    int sigma, reversion; /* slots */
    char *name;           /* "flows.F.shock" */
    struct innovation innovation;
    size_t past, before; /* in the correlations of its history */
};

struct shocks {
    struct shock *shock;
    size_t count;
};

/* Rows of a shock. */
enum { SHOCK_LOG, SHOCK_KEEP, SHOCK_SPREAD, SHOCK_ROWS };

/* The keys of `shock` of a flow. */
extern const struct key shocks_keys[];

/* Reads the shocks of all flows. *shocks is filled even after a fault, to be freed. */
MUST_CHECK struct fault *shocks_prepare(const struct plan *plan, struct shocks *shocks);
void shocks_free(struct shocks *shocks);

/* Coefficients, and x at the base date by the standard normal `past`; x[SHOCK_ROWS]. */
void shocks_start(const struct shock *shock, const struct rows *rows, const double past[LANES], double x[][LANES]);
/* A month, by the innovation e. */
void shocks_step(const double e[LANES], double x[][LANES]);

#endif
