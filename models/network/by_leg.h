/* models/network/by_leg.h -- what the routes of some flows cost and take leg by leg, for reporting only: where it is asked
 * for, because a result would otherwise be a third larger.
 *
 * Of leg l on the way of route r, with the quantities of route_cost.h and the delay u of queue.h:
 *
 *   cost_l = cost ratio + fee - subsidy + penalty,   time_l = t_l (1 + a_l rho_l^b_l),   delay_l = 30.4375 u_l
 * each weighted by the volume of the route, so that the delays of the legs add up to routes.F.R.delay.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_BY_LEG_H
#define ZHOL_BY_LEG_H

#include "models/network/route_cost.h"

enum { BY_LEG_COST, BY_LEG_TIME, BY_LEG_DELAY, BY_LEG_OUTCOMES };
enum { BY_LEG_FIXED = 3 }; /* fee, subsidy, penalty */

/* A leg on the way of a route that is reported. */
struct by_leg_part {
    size_t route, way; /* its place on the way */
    size_t leg;        /* in struct legs */
    int cost, fixed[BY_LEG_FIXED];
    size_t outcome[BY_LEG_OUTCOMES];
};

struct by_leg {
    struct by_leg_part *part;
    size_t count;
};

/* The key `by_leg` of the section `outcomes`. */
extern const struct key by_leg_entry[];
extern const struct outcome_kind by_leg_outcomes[];

/* Reads outcomes.by_leg and declares the outcomes. All faults at once; *by_leg is to be freed even then. */
MUST_CHECK struct fault *by_leg_prepare(struct plan *plan, const struct flows *flows, const struct legs *legs,
                                        const struct routes *routes, struct by_leg *by_leg);
void by_leg_free(struct by_leg *by_leg);

/* What a part costs, USD per unit, and takes without its queue, days, in the month that `cost` was stepped to. */
void by_leg_cost(const struct by_leg_part *part, const struct legs *legs, const struct route_cost *cost,
                 const struct rows *rows, double usd[LANES], double days[LANES]);

#endif
