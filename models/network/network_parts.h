/* models/network/network_parts.h -- what the network is made of, for the files that work it out and report it; see
 * network.h.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_NETWORK_PARTS_H
#define ZHOL_NETWORK_PARTS_H

#include "models/network/by_leg.h"
#include "models/network/choice.h"
#include "models/network/corridors.h"
#include "models/network/network.h"
#include "models/network/queue.h"
#include "models/network/route_cost.h"

#define NETWORK_MONTH_DAYS 30.4375
#define NETWORK_PER_YEAR   ((double)CALENDAR_MONTHS_PER_YEAR)

/* What is reported of a flow and a route. */
enum { FLOW_SHIPPED, FLOW_LOST, FLOW_BACKLOG, FLOW_COST, FLOW_TRANSIT, FLOW_OUTCOMES };
enum { ROUTE_VOLUME, ROUTE_SHARE, ROUTE_DELAY, ROUTE_OUTCOMES };

/* Fees of a leg on a flow. */
struct toll {
    size_t route, way; /* every route over the leg by itself; its place on the way */
    int fee;           /* slot */
};

struct leg_report {
    size_t leg;           /* in struct legs */
    bool queues, charges; /* has a capacity that routes use; has fees */
    size_t queue;         /* in struct queue, for those who go first */
    size_t first_toll, tolls;
    size_t outcome[LEG_OUTCOMES];
};

struct network {
    const struct store *store;
    const struct flows *flows;
    struct legs legs;
    struct routes routes;
    struct queue queue;
    struct corridors corridors;
    struct by_leg by_leg;
    struct leg_report *leg; /* [reports] */
    size_t reports;
    size_t *head; /* [heads] legs in struct queue, for those who go first */
    size_t heads;
    struct toll *toll;
    size_t tolls;
    size_t *entry; /* [entries] stops: what comes to them has passed a leg that charges or pays */
    size_t entries;
    size_t *entry_of;                        /* [queue.stops] */
    size_t *first_way;                       /* [routes.count + 1] places on the ways of routes */
    size_t *behind;                          /* [ways] the stop behind each, or the end of those of its route */
    size_t (*flow_outcome)[FLOW_OUTCOMES];   /* [routes.flows] */
    size_t (*route_outcome)[ROUTE_OUTCOMES]; /* [routes.count] */
    size_t residual, residual_cost, imbalance;
};

struct network_state {
    const struct network *network;
    struct route_cost *cost;
    struct choice *choice;
    struct queue_state *queue;
    double (*base_cost)[LANES];     /* [routes] C_r0 */
    double (*constant)[LANES];      /* [routes] a_r - theta C_r0 */
    double (*utility)[LANES];       /* [routes] without queues */
    double (*demand)[LANES];        /* [flows] per month */
    double (*weight)[LANES];        /* [flows] theta VOT 30.4375 */
    double (*mean_cost)[LANES];     /* [flows] share-weighted cost of the base year */
    double (*composite)[LANES];     /* [flows] C_f */
    double (*capacity)[LANES];      /* [queues] per month */
    double (*base_capacity)[LANES]; /* [heads] per year */
    double (*base_load)[LANES];     /* [heads] share of it */
    double (*rho)[LANES];           /* [legs] share of capacity used last month */
    double (*before)[LANES];        /* [flows] what waited, for the balance */
    double (*flow_row)[LANES];      /* [flows * FLOW_OUTCOMES] what is reported */
    double (*route_row)[LANES];     /* [routes * ROUTE_OUTCOMES] */
    double (*leg_row)[LANES];       /* [reports * LEG_OUTCOMES] */
    double (*corridor_row)[LANES];  /* [corridors] */
    double (*by_leg_row)[LANES];    /* [by_leg * BY_LEG_OUTCOMES] */
    double (*entered)[LANES];       /* [entries] what comes to a stop, per year */
    double (*open_cost)[LANES];     /* [1] users' cost that the residual leaves open */
    double (*imbalance)[LANES];     /* [1] */
    bool *utility_moves;            /* [routes] */
    bool *weight_moves;             /* [flows] */
    bool *choice_moves;             /* [flows] whether utilities or their weights do */
    bool *capacity_moves;           /* [queues] */
    bool fresh;                     /* no month was stepped in this block */
};

#endif
