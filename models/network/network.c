/* models/network/network.c -- see network.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/network/network_report.h"

#include <stdlib.h>
#include <string.h>

static const struct key network_keys[] = {
    {.name = "sweeps",
     .kind = KEY_INTEGER,
     .default_value = "4",
     .min = 1,
     .max = 1000,
     .meaning = "Newton steps that every month takes towards the equilibrium of choice and queues."},
    {.name = "most_sweeps",
     .kind = KEY_INTEGER,
     .default_value = "10000",
     .min = 1,
     .max = 100000,
     .meaning = "Steps at most where they are not near enough; no more than `sweeps`: always that many."},
    {.name = "tolerance",
     .kind = KEY_QUANTITY,
     .unit = "mo",
     .default_value = "0.03 d",
     .min = 0,
     .max = 12,
     .meaning = "How near is near enough, as the delay of a leg; `network.residual` says how near it came, "
                "`network.residual-cost` what that is in money."},
    {.name = "renege",
     .kind = KEY_QUANTITY,
     .unit = "1/mo",
     .default_value = "10 %/mo",
     .min = 0,
     .max = 1,
     .draws = true,
     .profile = true,
     .meaning = "Share of what waits that is lost each month."},
    {.name = NULL}};
const struct key network_key = {.name = "network",
                                .kind = KEY_SECTION,
                                .default_value = "{}",
                                .keys = network_keys,
                                .meaning = "How queues are worked out."};

/* ---- once per run ---- */

static void settings_read(struct network *network, struct plan *plan)
{
    struct setting *section = setting_find(plan->root, "network");
    network->queue.sweeps = (int)setting_find(section, "sweeps")->integer;
    network->queue.most_sweeps = (int)setting_find(section, "most_sweeps")->integer;
    network->queue.tolerance = store_central(plan->store, setting_slot(section, "tolerance"), plan->calendar.start);
    network->queue.renege = setting_slot(section, "renege");
}

struct fault *network_prepare(struct plan *plan, const struct drivers *drivers, const struct flows *flows,
                              struct network **out)
{
    struct network *network = calloc(1, sizeof *network);
    if (network == NULL) return fault_no_memory();
    *out = network;
    network->store = plan->store;
    network->flows = flows;
    struct fault *faults = legs_prepare(plan, drivers, &network->legs);
    if (fault_is_memory(faults)) return faults;
    faults = fault_join(faults, routes_prepare(plan, flows, &network->legs, &network->routes));
    if (faults != NULL) return faults;
    TRY(queue_prepare(&network->legs, &network->routes, &network->queue));
    settings_read(network, plan);
    return network_report_prepare(network, plan);
}

void network_free(struct network *network)
{
    if (network == NULL) return;
    network_report_free(network);
    queue_free(&network->queue);
    routes_free(&network->routes);
    legs_free(&network->legs);
    free(network);
}

const struct legs *network_legs(const struct network *network)
{
    return &network->legs;
}

const struct routes *network_routes(const struct network *network)
{
    return &network->routes;
}

/* ---- once per thread ---- */

/* The rows of a state by number, for their allocation. */
struct part {
    double (**rows)[LANES];
    size_t count;
};
enum { PARTS = 20 };

static void parts_of(struct network_state *state, const struct network *network, struct part parts[PARTS])
{
    const size_t routes = network->routes.count, flows = network->routes.flows, queues = network->queue.count;
    const struct part list[PARTS] = {
        {&state->base_cost, routes},
        {&state->constant, routes},
        {&state->utility, routes},
        {&state->demand, flows},
        {&state->weight, flows},
        {&state->mean_cost, flows},
        {&state->composite, flows},
        {&state->capacity, queues},
        {&state->base_capacity, network->heads},
        {&state->base_load, network->heads},
        {&state->rho, network->legs.count},
        {&state->before, flows},
        {&state->flow_row, flows * FLOW_OUTCOMES},
        {&state->route_row, routes * ROUTE_OUTCOMES},
        {&state->leg_row, network->reports * LEG_OUTCOMES},
        {&state->corridor_row, network->corridors.count},
        {&state->by_leg_row, network->by_leg.count * BY_LEG_OUTCOMES},
        {&state->entered, network->entries},
        {&state->open_cost, 1},
        {&state->imbalance, 1},
    };
    memcpy(parts, list, sizeof list);
}

/* What may vary by month, now that everything that moves a quantity is known. */
static struct fault *moves_settle(struct network_state *state, struct arena *arena)
{
    const struct network *network = state->network;
    const struct routes *routes = &network->routes;
    state->utility_moves = arena_take(arena, routes->count, sizeof *state->utility_moves);
    state->weight_moves = arena_take(arena, routes->flows, sizeof *state->weight_moves);
    state->choice_moves = arena_take(arena, routes->flows, sizeof *state->choice_moves);
    state->capacity_moves = arena_take(arena, network->queue.count, sizeof *state->capacity_moves);
    TRY(arena_check(arena));
    for (size_t f = 0; f < routes->flows; f++) {
        const struct route_flow *flow = &routes->flow[f];
        const bool sensitivity = flow->sensitivity >= 0 && store_varies_by_month(network->store, flow->sensitivity);
        state->weight_moves[f] = sensitivity || store_varies_by_month(network->store, flow->time_value);
        state->choice_moves[f] = state->weight_moves[f];
        for (size_t r = flow->first_route; r < flow->first_route + flow->routes; r++) {
            state->utility_moves[r] = sensitivity || route_cost_moves(state->cost, r);
            state->choice_moves[f] = state->choice_moves[f] || state->utility_moves[r];
        }
    }
    for (size_t i = 0; i < network->queue.count; i++) {
        state->capacity_moves[i] = leg_moves(&network->legs.leg[network->queue.leg[i].leg], network->store);
    }
    return NULL;
}

struct fault *network_open(const struct network *network, struct arena *arena, struct network_state **out)
{
    struct network_state *state = arena_take(arena, 1, sizeof *state);
    if (state == NULL) return fault_no_memory();
    *out = state;
    state->network = network;
    TRY(route_cost_open(network->store, &network->legs, &network->routes, arena, &state->cost));
    TRY(choice_open(&network->routes, LANES, arena, &state->choice));
    TRY(queue_open(&network->queue, arena, &state->queue));
    struct part parts[PARTS];
    parts_of(state, network, parts);
    for (size_t i = 0; i < PARTS; i++)
        if ((*parts[i].rows = arena_rows(arena, parts[i].count)) == NULL) return fault_no_memory();
    return moves_settle(state, arena);
}

void network_connect(const struct network_state *state, struct flows_state *flows)
{
    for (size_t f = 0; f < state->network->routes.flows; f++)
        flows_connect(flows, state->network->routes.flow[f].flow, state->composite[f]);
}

/* ---- a block ---- */

/* The capacity of a month, after the draught. */
static void capacities(struct network_state *state, const struct rows *rows, const struct drivers_state *drivers,
                       bool at_base)
{
    const struct network *network = state->network;
    for (size_t i = 0; i < network->queue.count; i++) {
        if (!at_base && !state->fresh && !state->capacity_moves[i]) continue;
        const struct leg *leg = &network->legs.leg[network->queue.leg[i].leg];
        double *capacity = state->capacity[i];
        leg_capacity(leg, rows, drivers, at_base, capacity);
        EACH_LANE(l) capacity[l] /= NETWORK_PER_YEAR;
    }
}

/* Adds the load of base volumes at base shares. */
static void base_load_add(const struct network *network, const struct rows *rows, const struct queue_leg *leg,
                          double load[LANES])
{
    const struct routes *routes = &network->routes;
    for (size_t p = leg->first_user; p < leg->first_user + leg->users; p++) {
        const struct queue_user *user = &network->queue.user[p];
        double share = 0.0;
        for (size_t w = user->first_at; w < user->first_at + user->stops; w++)
            share += routes->route[network->queue.stop[network->queue.at[w]].route].share;
        const double *use = rows_get(rows, user->use);
        const double *volume = rows_get(rows, flows_volume(network->flows, routes->flow[user->flow].flow));
        EACH_LANE(l) load[l] += use[l] * volume[l] * share;
    }
}

/* Loads of base volumes at base shares, as shares of the base capacities, and rho of the first month. */
static void base_loads(struct network_state *state, const struct rows *rows)
{
    const struct network *network = state->network;
    for (size_t h = 0; h < network->heads; h++) {
        const size_t i = network->head[h];
        const double *capacity = state->capacity[i];
        double *per_year = state->base_capacity[h], *load = state->base_load[h],
               *rho = state->rho[network->queue.leg[i].leg];
        EACH_LANE(l)
        {
            per_year[l] = capacity[l] * NETWORK_PER_YEAR;
            load[l] = 0.0;
        }
        for (size_t q = i;; q = network->queue.leg[q].after) {
            base_load_add(network, rows, &network->queue.leg[q], load);
            if (network->queue.leg[q].after == q) break;
        }
        EACH_LANE(l)
        {
            load[l] = per_year[l] > 0.0 ? load[l] / per_year[l] : 0.0;
            rho[l] = load[l] < 1.0 ? load[l] : 1.0;
        }
    }
}

static void weights(struct network_state *state, const struct rows *rows, bool all)
{
    const struct routes *routes = &state->network->routes;
    for (size_t f = 0; f < routes->flows; f++) {
        if (!all && !state->weight_moves[f]) continue;
        const struct route_flow *flow = &routes->flow[f];
        const double *value = rows_get(rows, flow->time_value);
        double *weight = state->weight[f];
        if (flow->sensitivity < 0) { /* there is nothing to choose */
            EACH_LANE(l) weight[l] = 0.0;
            continue;
        }
        const double *sensitivity = rows_get(rows, flow->sensitivity);
        EACH_LANE(l) weight[l] = sensitivity[l] * value[l] * NETWORK_MONTH_DAYS;
    }
}

/* Utilities without queues, a_r - theta C_r. */
static void utilities(struct network_state *state, const struct rows *rows, bool all)
{
    const struct routes *routes = &state->network->routes;
    const double(*costs)[LANES] = route_cost_of(state->cost);
    for (size_t r = 0; r < routes->count; r++) {
        if (!all && !state->utility_moves[r]) continue;
        const struct route_flow *flow = &routes->flow[routes->route[r].flow];
        const double *constant = state->constant[r], *base = state->base_cost[r], *cost = costs[r];
        double *utility = state->utility[r];
        if (flow->sensitivity < 0) {
            EACH_LANE(l) utility[l] = 0.0;
            continue;
        }
        const double *sensitivity = rows_get(rows, flow->sensitivity);
        EACH_LANE(l) utility[l] = constant[l] - sensitivity[l] * (cost[l] - base[l]);
    }
}

void network_start(struct network_state *state, const struct rows *rows, const struct drivers_state *drivers)
{
    const struct network *network = state->network;
    const struct routes *routes = &network->routes;
    if (routes->count == 0) return;
    capacities(state, rows, drivers, true);
    base_loads(state, rows);
    route_cost_start(state->cost, rows, (const double(*)[LANES])state->rho);
    memcpy(state->base_cost, route_cost_of(state->cost), routes->count * sizeof *state->base_cost);
    choice_start(state->choice, rows, (const double(*)[LANES])state->base_cost, state->constant);
    weights(state, rows, true);
    utilities(state, rows, true);
    for (size_t f = 0; f < routes->flows; f++) {
        const struct route_flow *flow = &routes->flow[f];
        double *mean = state->mean_cost[f], *composite = state->composite[f];
        EACH_LANE(l) mean[l] = 0.0;
        for (size_t r = flow->first_route; r < flow->first_route + flow->routes; r++) {
            const double share = routes->route[r].share, *cost = state->base_cost[r];
            EACH_LANE(l) mean[l] += share * cost[l];
        }
        EACH_LANE(l) composite[l] = mean[l];
    }
    queue_start(state->queue, (const double(*)[LANES])state->capacity);
    for (size_t i = 0; i < network->reports; i++)
        for (size_t o = 0; o < LEG_OUTCOMES; o++) EACH_LANE(l) state->leg_row[i * LEG_OUTCOMES + o][l] = 0.0;
}

/* C_f of the month. */
static void composites(struct network_state *state, const struct rows *rows, const struct queue_result *result)
{
    const struct routes *routes = &state->network->routes;
    choice_log_sums(state->choice, state->composite);
    for (size_t f = 0; f < routes->flows; f++) {
        const struct route_flow *flow = &routes->flow[f];
        const double *mean = state->mean_cost[f];
        double *composite = state->composite[f];
        if (flow->sensitivity >= 0) {
            const double *sensitivity = rows_get(rows, flow->sensitivity);
            EACH_LANE(l) composite[l] = mean[l] - composite[l] / sensitivity[l];
            continue;
        }
        /* the only route, with its queue */
        const double *cost = route_cost_of(state->cost)[flow->first_route], *value = rows_get(rows, flow->time_value);
        _Alignas(LANES_ALIGNMENT) double delay[LANES];
        network_report_delay(state, result, flow->first_route, delay);
        EACH_LANE(l) composite[l] = cost[l] + value[l] * NETWORK_MONTH_DAYS * delay[l];
    }
}

void network_step(struct network_state *state, const struct rows *rows, const struct drivers_state *drivers,
                  const struct flows_state *flows, int month)
{
    const struct network *network = state->network;
    const struct routes *routes = &network->routes;
    if (routes->count == 0) return;
    state->fresh = month == 0;
    capacities(state, rows, drivers, false);
    route_cost_step(state->cost, rows, drivers, (const double(*)[LANES])state->rho);
    weights(state, rows, false);
    utilities(state, rows, false);
    for (size_t f = 0; f < routes->flows; f++) {
        const double *per_year = flows_demand(flows, routes->flow[f].flow);
        const double *backlog = state->flow_row[f * FLOW_OUTCOMES + FLOW_BACKLOG];
        double *demand = state->demand[f], *before = state->before[f];
        EACH_LANE(l)
        {
            demand[l] = per_year[l] / NETWORK_PER_YEAR;
            before[l] = month == 0 ? 0.0 : backlog[l];
        }
    }
    const struct queue_month asked = {.utility = (const double(*)[LANES])state->utility,
                                      .demand = (const double(*)[LANES])state->demand,
                                      .weight = (const double(*)[LANES])state->weight,
                                      .capacity = (const double(*)[LANES])state->capacity,
                                      .moves = state->choice_moves};
    queue_step(state->queue, rows, state->choice, &asked);
    const struct queue_result result = queue_result(state->queue);
    composites(state, rows, &result);
    network_report_month(state, rows, &result);
}

const double *network_base_cost(const struct network_state *state, size_t route)
{
    return state->base_cost[route];
}

size_t network_queues(const struct network *network)
{
    return network->heads;
}

size_t network_queue_leg(const struct network *network, size_t queue)
{
    return network->queue.leg[network->head[queue]].leg;
}

const double *network_base_capacity(const struct network_state *state, size_t queue)
{
    return state->base_capacity[queue];
}

const double *network_base_load(const struct network_state *state, size_t queue)
{
    return state->base_load[queue];
}
