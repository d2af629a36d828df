/* models/network/routes.h -- the routes that flows choose from, in the order in which the network works on them.
 *
 * A flow with routes has a row in `flow`; flows of which some route uses a leg with capacity come first (`queued` of
 * them), because only their choice is repeated within a month. Routes of a flow, and within it of a nest, stand
 * together.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_ROUTES_H
#define ZHOL_ROUTES_H

#include "models/network/flows.h"
#include "models/network/legs.h"

struct route {
    const char *name;
    struct place place;
    size_t flow; /* in struct routes */
    size_t nest; /* in struct routes */
    size_t *leg; /* [legs] in struct legs, in the order of the way */
    size_t legs;
    double share; /* in the base year; 0 where it is `like` another */
    size_t like;  /* the route whose attraction it has; itself where it has a share */
    int offset;   /* slot: cost beyond that of `like`; -1: none */
};

struct nest {
    size_t first, count; /* its routes */
    int lambda;          /* slot; -1: 1 */
};

struct route_flow {
    size_t flow; /* in struct flows */
    const char *commodity;
    size_t first_route, routes;
    size_t first_nest, nests;
    int sensitivity;             /* slot, 1/USD; -1 where there is one route only */
    int time_value, reliability; /* slots of its commodity */
    int priority;                /* 0 goes first */
};

struct routes {
    struct route *route;
    size_t count;
    struct nest *nest;
    size_t nests;
    struct route_flow *flow;
    size_t flows, queued;
};

enum { ROUTES_PRIORITIES = 10 };
/* The keys `choice`, `priority` and `routes` of a flow. */
extern const struct key routes_choice_keys[], routes_entry[];
#define ROUTES_KEYS                                                                                                    \
    {.name = "choice",                                                                                                 \
     .kind = KEY_SECTION,                                                                                              \
     .default_value = "",                                                                                              \
     .keys = routes_choice_keys,                                                                                       \
     .meaning = "How shippers choose between routes; needed where there are several."},                                \
        {.name = "priority",                                                                                           \
         .kind = KEY_INTEGER,                                                                                          \
         .default_value = "0",                                                                                         \
         .min = 0,                                                                                                     \
         .max = ROUTES_PRIORITIES - 1,                                                                                 \
         .meaning = "Whose cargo goes first at legs that are full: 0 before 1, and so on; the same number shares."},   \
    {                                                                                                                  \
        .name = "routes", .kind = KEY_ENTRIES, .default_value = "", .entry = routes_entry,                             \
        .meaning = "The ways it can take; their shares sum to 1. Without routes only demand is simulated."             \
    }

/* All faults at once; *routes is filled even then, to be freed. */
MUST_CHECK struct fault *routes_prepare(struct plan *plan, const struct flows *flows, const struct legs *legs,
                                        struct routes *routes);
void routes_free(struct routes *routes);
/* The route of that name of a flow, whose name it follows after a dot; routes->count if there is none. */
size_t routes_find(const struct routes *routes, const struct flows *flows, const char *flow_and_route);
/* The share of the base year that goes over the routes of a nest. */
double routes_nest_share(const struct routes *routes, size_t nest);

#endif
