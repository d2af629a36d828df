/* models/network/queue.h -- legs of limited capacity: the queue of a month, and how what has no room waits
 * (models/README.md, Queues).
 *
 * Offered load of leg l, X_l = sum_{f,r through l} a_lc (D_f P_r + B_fr), B what waits on a route; delay in months
 * u_l = max(0, X_l / K_l - 1), at most 12; a route is delayed by the worst of its legs, and shares depend on delays:
 * the capacity-constrained stochastic user equilibrium with queues, one implicit step of the queue, hence stable.
 * Solved by `sweeps` diagonal Newton steps from last month's u; where the greatest |u - its target| is then above the
 * tolerance, by up to `most_sweeps`, in each lane as many as it needs:
 *
 *   u_l <- clamp(u_l + 0.7 (X_l/K_l - 1 - u_l) / (1 + g_l), 0, 12), and 12 where K_l = 0
 *   g_l = sum_f theta_f/lam_f VOT_f 30.4375 D_f a_lc S_fl (1 - S_fl) / K_l
 *
 * S_fl the share of flow f that uses leg l, lam_f its smallest lambda. Nothing is decided by lanes: what is left out of
 * a sweep is what would come out the same, bit for bit, in every lane: choices none of whose delays moved, and loads
 * none of whose shares did.
 *
 * Rationing: of q = D P + B a route gets q / max_l max(1, X_l/K_l), and in a second pass the same of the rest from what
 * is left of the capacities. Of what is left over the share `renege` is lost, the rest waits:
 *
 *   q = A + B' + lost,  sum of A a <= K
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_QUEUE_H
#define ZHOL_QUEUE_H

#include "models/network/choice.h"

#define QUEUE_LONGEST 12.0 /* months of delay, at most */

/* A leg with capacity that routes use. */
struct queue_leg {
    size_t leg; /* in struct legs */
    size_t first_user, users;
};

/* The use of a leg by a flow. */
struct queue_user {
    size_t leg;             /* in struct queue */
    size_t flow;            /* in struct routes */
    int use;                /* slot */
    size_t first_way, ways; /* its routes over the leg, in struct queue */
    bool all;               /* every route of the flow */
};

struct queue {
    const struct legs *legs;
    const struct routes *routes;
    struct queue_leg *leg;
    size_t count;
    struct queue_user *user;
    size_t users;
    size_t *way;             /* routes, by user */
    size_t *first_on_route;  /* [routes + 1] */
    size_t *on_route;        /* queue legs, by route */
    int sweeps, most_sweeps; /* always, and where the residual is above the tolerance */
    double tolerance;        /* months */
    int renege;              /* slot, 1/mo */
};

MUST_CHECK struct fault *queue_prepare(const struct legs *legs, const struct routes *routes, struct queue *queue);
void queue_free(struct queue *queue);

struct queue_state; /* of a thread */
MUST_CHECK struct fault *queue_open(const struct queue *queue, struct queue_state **state);
void queue_close(struct queue_state *state);
size_t queue_rows(const struct queue *queue);

/* What a month is solved for. Rows: [routes] utility without queues; [flows] demand per month and the weight
 * theta VOT 30.4375 of a month's delay; [legs] capacity per month. */
struct queue_month {
    const double (*utility)[LANES];
    const double (*demand)[LANES];
    const double (*weight)[LANES];
    const double (*capacity)[LANES];
    const bool *moves; /* [flows] whether utilities may differ from last month's */
};

/* For a block: nothing waits, no delays. capacity [legs] per month at the base date. */
void queue_start(struct queue_state *state, const double (*capacity)[LANES]);
/* Solves the month and rations. Shares of all flows are as at the equilibrium, and `choice` is left there. */
void queue_step(struct queue_state *state, const struct rows *rows, struct choice *choice,
                const struct queue_month *month);

/* After queue_step, per month: [routes] shares, what was offered (demand and what waited), admitted, what waits and was
 * lost; [legs] load offered, used, and delay u in months; the greatest |u - its target|; the greatest excess of use
 * over capacity, as a share of its base. Before the first queue_step only `waiting` and `delay` are set. */
struct queue_result {
    const double (*share)[LANES];
    const double (*offered)[LANES];
    const double (*admitted)[LANES];
    const double (*waiting)[LANES];
    const double (*lost)[LANES];
    const double (*load)[LANES];
    const double (*used)[LANES];
    const double (*delay)[LANES];
    const double *residual;
    const double *excess;
};
struct queue_result queue_result(const struct queue_state *state);

#endif
