/* tests/models/random_network.h -- random networks for tests and benchmarks: 6 flows of 4 routes over 10 legs with
 * capacity.
 *
 * Routes use 1 to 5 legs; legs 8 and 9 come right behind 0 and 1 and have exactly their traffic. All pass them in one
 * order, not that of their numbers; in cyclic networks each route in an order of its own. With nests, the first two
 * routes of each flow, and the last two, are nests of lambda 0.3 to 0.9. A month's delay costs 1 to 10 in utility.
 * Capacities are 0.6 to 2 times the load at base shares without delays. Each lane is another network of the same layout.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_RANDOM_NETWORK_H
#define ZHOL_RANDOM_NETWORK_H

#include "models/network/queue.h"

#include <gsl/gsl_rng.h>

enum { NET_FLOWS = 6, NET_WAYS = 4, NET_ROUTES = NET_FLOWS * NET_WAYS, NET_LEGS = 10, NET_NESTS = 2 * NET_FLOWS };

struct random_network {
    struct store *store;
    struct arena arena; /* of rows, choice and state */
    struct rows *rows;
    struct legs legs;
    struct routes routes;
    struct queue queue;
    struct choice *choice;
    struct queue_state *state;
    double (*utility)[LANES];  /* [routes] */
    double (*demand)[LANES];   /* [flows] per month */
    double (*weight)[LANES];   /* [flows] */
    double (*capacity)[LANES]; /* [queue.count] per month */
    double use[NET_LEGS][NET_FLOWS];
    double lambda[NET_NESTS]; /* 1 without nests */
    bool nested, cyclic;
};

/* Draws a network; `renege` is the share of what waits that is lost each month. Ends the program without memory. */
void random_network_open(struct random_network *network, gsl_rng *rng, bool nested, bool cyclic, double renege,
                         int sweeps);
void random_network_close(struct random_network *network);
/* Nothing waits and all delays are 0. */
void random_network_restart(struct random_network *network);
/* A month with the rows as they are. */
void random_network_step(struct random_network *network);
/* The delay of a route in months: the sum of its legs. */
double random_network_delay(const struct random_network *network, size_t route, int lane);

#endif
