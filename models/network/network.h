/* models/network/network.h -- trade flows through legs of limited capacity (models/README.md, Legs and routes): joins
 * the cost of routes (route_cost.h), the choice between them (choice.h) and the queues (queue.h), month by month, and
 * reports.
 *
 * In the order of a month: costs without queues, from last month's congestion; the equilibrium of choice and queues at
 * this month's demand; the composite cost, which moves next month's demand. Cargo that waits nowhere does its whole way
 * in a month, and is booked where it gets through; what is on the way is volume times time (Little 1961).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_NETWORK_H
#define ZHOL_NETWORK_H

#include "models/drivers/drivers.h"
#include "models/network/flows.h"
#include "models/network/legs.h"
#include "models/network/routes.h"

struct network;
struct network_state; /* of a thread */

/* The declaration of the top-level key `network`. */
extern const struct key network_key;
extern const struct outcome_kind network_flow_outcomes[], network_route_outcomes[], network_solver_outcomes[];

/* Reads legs, routes, corridors and settings, and declares the outcomes. All faults at once; *network is set even then,
 * to be freed. Without routes an empty network. */
MUST_CHECK struct fault *network_prepare(struct plan *plan, const struct drivers *drivers, const struct flows *flows,
                                         struct network **network);
void network_free(struct network *network);
const struct legs *network_legs(const struct network *network);
const struct routes *network_routes(const struct network *network);

MUST_CHECK struct fault *network_open(const struct network *network, struct arena *arena, struct network_state **state);
/* Gives flows their composite costs. */
void network_connect(const struct network_state *state, struct flows_state *flows);
/* For a block, at the rows of the base date and the drivers at their start. */
void network_start(struct network_state *state, const struct rows *rows, const struct drivers_state *drivers);
/* A month, after the flows. */
void network_step(struct network_state *state, const struct rows *rows, const struct drivers_state *drivers,
                  const struct flows_state *flows, int month);
/* Enters the rows of flows.F.shipped, .lost, .backlog, .cost, .in-transit, routes.F.R..., legs.L... and corridors. */
void network_report(const struct network_state *state, struct outcome_rows *rows);

/* After network_step, rows of the month in units per year: what a flow shipped (its number in network_routes), what got
 * through to the end of a route, and what passed a leg of it, by its place on the way (only of a leg that charges or pays
 * for the commodity). */
const double *network_shipped(const struct network_state *state, size_t flow);
const double *network_volume(const struct network_state *state, size_t route);
const double *network_passed(const struct network_state *state, size_t route, size_t way);

/* After network_step, the row of what flows take of the capacity of a leg, stock per year; by its index among
 * network_queues. */
const double *network_used(const struct network_state *state, size_t queue);

/* The base year, after network_start: generalised cost of a route (USD per unit); for each leg with capacity that
 * routes use, its index in network_legs, its capacity (stock per year) and the share of it that base volumes take. */
const double *network_base_cost(const struct network_state *state, size_t route);
size_t network_queues(const struct network *network);
size_t network_queue_leg(const struct network *network, size_t queue);
const double *network_base_capacity(const struct network_state *state, size_t queue);
const double *network_base_load(const struct network_state *state, size_t queue);

#endif
