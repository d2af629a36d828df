/* models/network/queue_lanes.h -- replications whose queues are solved side by side; see queue.h.
 *
 * The equilibrium of a month is worked out for replications side by side: for all lanes of a block, and then, since some
 * need many more steps than others, for a few of them that are gathered from it. Rows of either have `width` lanes and
 * stand one right after another: the i-th begins at i * width.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_QUEUE_LANES_H
#define ZHOL_QUEUE_LANES_H

#include "models/network/queue.h"

struct queue_lanes {
    const struct queue *queue;
    const struct queue_class *class; /* that is being solved */
    struct choice *choice;
    size_t width;
    double *copy; /* of what a few lanes are given; NULL: all are, and share it */
    /* of the month */
    const double *utility;   /* [routes] without queues */
    const double *demand;    /* [flows] */
    const double *weight;    /* [flows] */
    const double **capacity; /* [legs] for this class */
    const double **use;      /* [users] */
    double *steep;           /* [flows] theta/lam VOT 30.4375 */
    double *waiting;         /* [stops] B; while the month is solved, that of last month */
    /* of the steps */
    double *u;        /* [legs] iterate */
    double *step;     /* [legs] s */
    double *before;   /* [legs] the last d that was not 0, times K */
    double *pull;     /* [users] theta/lam VOT 30.4375 D a, of a leg that is `begun` */
    double *farthest; /* [legs] that a step of 1 goes, likewise */
    double *load;     /* [legs] X */
    double *part;     /* [legs] 1/phi */
    double *delay;    /* [legs] reported */
    double *off;      /* [legs] reported */
    double *offered;  /* [stops] q */
    double *through;  /* [stops] A */
    double *arrived;  /* [lates] what late stops reckon with */
    double *value;    /* [routes] utility with queue */
    double *share;    /* [routes] */
    double *error;    /* [1] */
    /* in some lane */
    bool *u_moved;     /* [legs] whether the last sweep moved the delay */
    bool *queued;      /* [legs] whether there is a delay, or it is shut */
    bool *filled;      /* [legs] whether the load is beyond the capacity */
    bool *clear;       /* [legs] whether `delay` and `off` are 0 in all lanes */
    bool *shut;        /* [legs] whether it has no capacity */
    bool *held;        /* [stops] whether something waits or is lost */
    bool *fresh_offer; /* [stops] whether what is offered is to be reckoned again */
    bool *fresh_leg;   /* [legs] whether it is at some stop of the leg */
    bool *begun;       /* [legs] whether `pull` and `farthest` are those of the month */
    bool *stale;       /* [flows] whether shares are not those of the delays and utilities at hand */
    bool *barred;      /* [flows] whether closed routes are no choice */
    size_t *list;      /* [flows] those to be worked out again */
};

/* The legs of the class, from first_leg on up to here. */
static inline size_t queue_legs_end(const struct queue_lanes *lanes)
{
    return lanes->class->first_leg + lanes->class->legs;
}

/* Whether a stop, or a flow, is of the class; flows that never queue are of the first. */
static inline bool queue_has_stop(const struct queue_lanes *lanes, size_t s)
{
    const size_t leg = lanes->queue->stop[s].leg;
    return leg >= lanes->class->first_leg && leg < queue_legs_end(lanes);
}

static inline bool queue_has_flow(const struct queue_lanes *lanes, size_t f)
{
    const struct routes *routes = lanes->queue->routes;
    return f < routes->queued ? routes->flow[f].priority == lanes->class->priority
                              : lanes->class == lanes->queue->class;
}

/* Takes memory for all lanes of a block, or for LANES_FEW of them. */
MUST_CHECK struct fault *queue_lanes_open(const struct queue *queue, size_t width, struct arena *arena,
                                          struct queue_lanes *lanes);

/* Solves the month for the class, from the delays at hand; `few` is room for lanes that go on alone. */
void queue_solve(struct queue_lanes *all, struct queue_lanes *few);

/* Copies of `all` what solving a few of its lanes needs; the way back of what was found out, for the first `count`. */
void queue_lanes_gather(struct queue_lanes *few, const struct queue_lanes *all, const size_t lane[LANES_FEW]);
void queue_lanes_scatter(const struct queue_lanes *few, struct queue_lanes *all, const size_t lane[LANES_FEW],
                         size_t count);

#endif
