/* models/network/queue.h -- legs of limited capacity: residual point queues in series (models/README.md, Queues).
 *
 * A stop (r, k) is route r at its k-th leg with capacity, in the order of its way; B_rk waits there. In a month
 *
 *   q_r1 = D_f P_r + B_r1,  q_r,k+1 = A_rk + B_r,k+1     offered: demand, then what the stop before let through
 *   X_l = sum of a_lf q_rk over the stops of leg l       load
 *   phi_l = max(1, X_l/K_l),  A_rk = q_rk / phi_l        everybody the same part: sum of a A <= K, in full where X > K
 *   u_l = min(12, max(0, X_l/K_l - 1))                   delay in months; 12 where K_l = 0
 *   lost_rk = renege (q_rk - A_rk),  B'_rk = q_rk - A_rk - lost_rk
 *
 * A route is delayed by the sum of its legs, and shares depend on delays: a stochastic user equilibrium with queues in
 * the same month (relatives: Bliemer, Raadsen, Smits, Zhou and Bell 2014). Legs are taken in topological order of the
 * ways, so that one pass loads all exactly but the late stops: those whose stop before lies on a leg later in that order
 * (ways that cross in opposite order); they get what it let through in the pass before, of which a sweep then has three.
 *
 * Solved by `sweeps` diagonal Newton steps from last month's u (0 for a leg that reopens), then, lane by lane, until
 * the error is at most the tolerance, by `most_sweeps` at most:
 *
 *   g_l = sum_f theta_f/lam_f VOT_f 30.4375 D_f a_lf S_fl (1 - S_fl) / K_l
 *   d = X_l/K_l - 1 - u_l, but 0 where u_l is held at 0 or 12
 *   s_l <- max(0.1, s_l/2) where d changed its sign, else min(2, 1.3 s_l); at first 0.8
 *   u_l <- clamp(u_l + s_l (X_l/K_l - 1 - u_l) / (1 + g_l), 0, 12), and 12 where K_l = 0
 *   error = max_l |clamp(X_l/K_l - 1, 0, 12) - u_l| + sum over late stops of a |A now - A used| / K
 *
 * Flows of priority 0 are solved first, those of 1 with what is left of the capacities, and so on.
 *
 * S_fl the share of flow f that uses leg l, lam_f its smallest lambda. Nothing is decided by lanes together: what is
 * left out of a sweep is what would come out the same, bit for bit, in every lane. Some replications need ten times the
 * steps of others: when few of a block are still open they go on side by side, gathered from it (queue_lanes.h).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_QUEUE_H
#define ZHOL_QUEUE_H

#include "models/network/choice.h"

#define QUEUE_LONGEST 12.0 /* months of delay of a leg, at most */

/* A leg with capacity that routes use, as flows of one priority find it: those before them have taken their part. */
struct queue_leg {
    size_t leg; /* in struct legs */
    size_t first_user, users;
    size_t first_at, stops; /* those of all users, in struct queue */
    size_t before, after;   /* the same leg for those who go right before and after; itself: none */
};

/* Flows of one priority: solved with what those before them left of the capacities. */
struct queue_class {
    int priority;
    size_t first_leg, legs; /* in struct queue */
};

/* The use of a leg by a flow. */
struct queue_user {
    size_t leg;             /* in struct queue */
    size_t flow;            /* in struct routes */
    int use;                /* slot */
    size_t first_at, stops; /* its stops at the leg, in struct queue */
    bool all;               /* every route of the flow */
};

/* A route at a leg with capacity. */
struct queue_stop {
    size_t route;   /* in struct routes */
    size_t flow;    /* in struct routes */
    size_t leg;     /* in struct queue */
    bool first;     /* of its route */
    bool leads;     /* to a stop of the route that is not late */
    bool late;      /* the stop before it is loaded after it */
    size_t arrival; /* of a late one: its number among them */
};

struct queue {
    const struct legs *legs;
    const struct routes *routes;
    struct queue_class *class; /* those who go first in front */
    size_t classes;
    struct queue_leg *leg; /* class by class, in the order of the file */
    size_t count;
    size_t *order; /* [count] in which they are loaded, class by class */
    struct queue_user *user;
    size_t users;
    struct queue_stop *stop; /* by route, in the order of the way */
    size_t stops;
    size_t *first_stop; /* [routes + 1] */
    size_t *at;         /* [stops] by user */
    size_t *at_route;   /* [stops] the routes of those */
    size_t *late;       /* stops */
    size_t lates;
    int sweeps, most_sweeps; /* always, and where the error is above the tolerance */
    double tolerance;        /* months */
    int renege;              /* slot, 1/mo */
};

MUST_CHECK struct fault *queue_prepare(const struct legs *legs, const struct routes *routes, struct queue *queue);
void queue_free(struct queue *queue);

struct queue_state; /* of a thread */
MUST_CHECK struct fault *queue_open(const struct queue *queue, struct arena *arena, struct queue_state **state);

/* What a month is solved for. Rows: [routes] utility without queues; [flows] demand per month and the weight
 * theta VOT 30.4375 of a month's delay; [legs] the whole capacity per month. Where the weight is 0 a route with a closed leg is no
 * choice while another is open. */
struct queue_month {
    const double (*utility)[LANES];
    const double (*demand)[LANES];
    const double (*weight)[LANES];
    const double (*capacity)[LANES];
    const bool *moves; /* [flows] whether utilities may differ from last month's */
};

/* For a block: nothing waits, no delays. capacity [legs] per month at the base date. */
void queue_start(struct queue_state *state, const double (*capacity)[LANES]);
/* After queue_start: what waits [stops] and the delays [legs] that the first month begins with. */
void queue_resume(struct queue_state *state, const double (*waiting)[LANES], const double (*delay)[LANES]);
/* Solves the month. Shares of all flows are as at the last delays, and `choice` is left there. */
void queue_step(struct queue_state *state, const struct rows *rows, struct choice *choice,
                const struct queue_month *month);

/* After queue_step, per month: [routes] shares; [stops] what was let through, waits and was lost, of which only those
 * `held` differ from 0; [legs] load offered, used, delay u in months, and how far the delay that choices know is from
 * it, both 0 of those that are `clear`; the error of the solution in months; the greatest excess of use over capacity, as a share of its base. */
struct queue_result {
    const double (*share)[LANES];
    const double (*through)[LANES];
    const double (*waiting)[LANES];
    const double (*lost)[LANES];
    const bool *held;
    const double (*load)[LANES];
    const double (*used)[LANES];
    const double (*delay)[LANES];
    const double (*off)[LANES];
    const bool *clear;
    const double *error;
    const double *excess;
};
struct queue_result queue_result(const struct queue_state *state);

#endif
