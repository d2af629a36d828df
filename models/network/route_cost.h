/* models/network/route_cost.h -- the generalised cost of a route without its queue (models/README.md, Legs and routes),
 * USD per unit:
 *
 *   C_r = sum_l (cost ratio + fee - subsidy + penalty) + VOT (sum_l t_l (1 + a_l rho_l^b_l) + RR sqrt(sum_l sd_l^2))
 * ratio: of the leg's cost driver to its base; VOT value of time and RR reliability ratio of the commodity; rho: share
 * of the leg's capacity used last month, at most 1. The queues add VOT 30.4375 sum_l u_l (queue.h).
 * Only what something moves is added up again each month.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_ROUTE_COST_H
#define ZHOL_ROUTE_COST_H

#include "models/network/routes.h"

struct route_cost; /* of a thread */

/* After the store is sealed: which sums vary by month is settled here. */
MUST_CHECK struct fault *route_cost_open(const struct store *store, const struct legs *legs,
                                         const struct routes *routes, struct arena *arena, struct route_cost **cost);

/* For a block, at the rows of the base date; load[legs] is rho there (read for legs with soft congestion only). */
void route_cost_start(struct route_cost *cost, const struct rows *rows, const double (*load)[LANES]);
/* A month. Costs and times are those of the rows, of the drivers' ratios, and of last month's rho. */
void route_cost_step(struct route_cost *cost, const struct rows *rows, const struct drivers_state *drivers,
                     const double (*load)[LANES]);

/* C_r [routes], and the time on the way with soft congestion, days [routes]. */
const double (*route_cost_of(const struct route_cost *cost))[LANES];
const double (*route_cost_days(const struct route_cost *cost))[LANES];
/* The ratio of a driver that costs of routes follow, and the days of soft congestion of a leg that has some. */
const double *route_cost_ratio(const struct route_cost *cost, size_t driver);
const double *route_cost_soft(const struct route_cost *cost, size_t leg);
/* Whether the cost of the route varies by month. */
bool route_cost_moves(const struct route_cost *cost, size_t route);

#endif
