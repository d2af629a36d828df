/* models/network/network.c -- see network.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/network/network.h"
#include "models/network/choice.h"
#include "models/network/corridors.h"
#include "models/network/queue.h"
#include "models/network/route_cost.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MONTH_DAYS 30.4375
#define PER_YEAR   ((double)CALENDAR_MONTHS_PER_YEAR)

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
/* The outcomes of a flow, a route and a leg. */
enum { FLOW_SHIPPED, FLOW_LOST, FLOW_BACKLOG, FLOW_COST, FLOW_TRANSIT, FLOW_OUTCOMES };
enum { ROUTE_VOLUME, ROUTE_SHARE, ROUTE_DELAY, ROUTE_OUTCOMES };
const struct outcome_kind network_flow_outcomes[] = {
    [FLOW_SHIPPED] = {.pattern = "flows.F.shipped",
                      .subject = SUBJECT_FLOWS,
                      .words = "volume shipped of flow F",
                      .unit = "$commodity.unit/yr",
                      .rule = OUTCOME_SUM,
                      .better = OUTCOME_MORE,
                      .meaning = "What got through to the end of its route, over all routes."},
    [FLOW_LOST] = {.pattern = "flows.F.lost",
                   .subject = SUBJECT_FLOWS,
                   .words = "volume lost from queues of flow F",
                   .unit = "$commodity.unit/yr",
                   .rule = OUTCOME_SUM,
                   .better = OUTCOME_LESS,
                   .meaning = "What gave up waiting."},
    [FLOW_BACKLOG] = {.pattern = "flows.F.backlog",
                      .subject = SUBJECT_FLOWS,
                      .words = "volume of flow F waiting",
                      .unit = "$commodity.unit",
                      .rule = OUTCOME_LAST,
                      .better = OUTCOME_LESS,
                      .meaning = "What waits at the end of the year, before all legs."},
    [FLOW_COST] = {.pattern = "flows.F.cost",
                   .subject = SUBJECT_FLOWS,
                   .words = "composite cost of transport of flow F",
                   .unit = "USD/$commodity.unit",
                   .rule = OUTCOME_RATIO,
                   .better = OUTCOME_LESS,
                   .meaning = "Money, time, reliability and queues of all routes in one, mean weighted by volume."},
    [FLOW_TRANSIT] = {.pattern = "flows.F.in-transit",
                      .subject = SUBJECT_FLOWS,
                      .words = "volume of flow F on the way",
                      .unit = "$commodity.unit",
                      .rule = OUTCOME_MEAN,
                      .meaning = "Volume times the days it is on the way; what waits is not in it."},
    {.pattern = NULL}};
const struct outcome_kind network_route_outcomes[] = {
    [ROUTE_VOLUME] = {.pattern = "routes.F.R.volume",
                      .subject = SUBJECT_ROUTES,
                      .words = "volume of flow F by route R",
                      .unit = "$commodity.unit/yr",
                      .rule = OUTCOME_SUM,
                      .meaning = "What got through to the end of the route."},
    [ROUTE_SHARE] = {.pattern = "routes.F.R.share",
                     .subject = SUBJECT_ROUTES,
                     .words = "share of flow F that goes by route R",
                     .unit = "1",
                     .rule = OUTCOME_RATIO,
                     .meaning = "Volume of the route over that of all routes of the flow."},
    [ROUTE_DELAY] = {.pattern = "routes.F.R.delay",
                     .subject = SUBJECT_ROUTES,
                     .words = "delay by queues on route R of flow F",
                     .unit = "d",
                     .rule = OUTCOME_RATIO,
                     .better = OUTCOME_LESS,
                     .meaning = "Sum of the delays of its legs, at most 12 months each, mean weighted by volume."},
    {.pattern = NULL}};
enum { SOLVER_RESIDUAL, SOLVER_COST, SOLVER_IMBALANCE };
const struct outcome_kind network_solver_outcomes[] = {
    [SOLVER_RESIDUAL] = {.pattern = "network.residual",
                         .subject = SUBJECT_OTHER,
                         .words = "distance from the equilibrium of choice and queues",
                         .unit = "mo",
                         .rule = OUTCOME_MAXIMUM,
                         .better = OUTCOME_LESS,
                         .diagnostic = true,
                         .meaning = "Greatest difference over legs and months between the delay used and the one that "
                                    "follows from it.",
                         .tolerated = 0.5,
                         .warning = "the queues of the worst month are not solved; network.most_sweeps gives them "
                                    "more steps"},
    [SOLVER_COST] = {.pattern = "network.residual-cost",
                     .subject = SUBJECT_OTHER,
                     .words = "users' cost that the distance from the equilibrium leaves open",
                     .unit = "USD/yr",
                     .rule = OUTCOME_SUM,
                     .better = OUTCOME_LESS,
                     .diagnostic = true,
                     .meaning = "Demand times the value of the time by which the delay of its route may be off: a "
                                "bound, to first order, of the error of `flows.F.surplus`."},
    [SOLVER_IMBALANCE] = {.pattern = "network.imbalance",
                          .subject = SUBJECT_OTHER,
                          .words = "error of the conservation of cargo",
                          .unit = "1",
                          .rule = OUTCOME_MAXIMUM,
                          .better = OUTCOME_LESS,
                          .diagnostic = true,
                          .meaning = "Greatest over months of cargo that appears, vanishes or exceeds a capacity, as a "
                                     "share of it."},
    {.pattern = NULL}};

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
    double (*entered)[LANES];       /* [entries] what comes to a stop, per year */
    double (*open_cost)[LANES];     /* [1] users' cost that the residual leaves open */
    double (*imbalance)[LANES];     /* [1] */
    bool *utility_moves;            /* [routes] */
    bool *weight_moves;             /* [flows] */
    bool *choice_moves;             /* [flows] whether utilities or their weights do */
    bool *capacity_moves;           /* [queues] */
    bool fresh;                     /* no month was stepped in this block */
};

/* ---- once per run ---- */

static struct fault *flows_declare(struct network *network, struct plan *plan)
{
    for (size_t f = 0; f < network->routes.flows; f++) {
        const size_t flow = network->routes.flow[f].flow;
        const char *name = flows_name(network->flows, flow), *counted = flows_counted_in(network->flows, flow);
        char per_unit[160];
        unit_per("USD", counted, sizeof per_unit, per_unit);
        const char *const units[FLOW_OUTCOMES] = {
            [FLOW_SHIPPED] = flows_unit(network->flows, flow),
            [FLOW_LOST] = flows_unit(network->flows, flow),
            [FLOW_BACKLOG] = counted,
            [FLOW_COST] = per_unit,
            [FLOW_TRANSIT] = counted,
        };
        for (size_t o = 0; o < FLOW_OUTCOMES; o++)
            TRY(outcomes_declare(plan->outcomes, &network_flow_outcomes[o], &name, units[o],
                                 &network->flow_outcome[f][o]));
    }
    for (size_t r = 0; r < network->routes.count; r++) {
        const struct route *route = &network->routes.route[r];
        const size_t flow = network->routes.flow[route->flow].flow;
        const char *const names[] = {flows_name(network->flows, flow), route->name};
        const char *const units[ROUTE_OUTCOMES] = {
            [ROUTE_VOLUME] = flows_unit(network->flows, flow), [ROUTE_SHARE] = "1", [ROUTE_DELAY] = "d"};
        for (size_t o = 0; o < ROUTE_OUTCOMES; o++)
            TRY(outcomes_declare(plan->outcomes, &network_route_outcomes[o], names, units[o],
                                 &network->route_outcome[r][o]));
    }
    return NULL;
}

/* Finds who pays fees on the leg. */
static void tolls_find(struct network *network, struct leg_report *report)
{
    const struct leg *leg = &network->legs.leg[report->leg];
    report->first_toll = network->tolls;
    for (size_t r = 0; r < network->routes.count; r++)
        for (size_t i = 0; i < network->routes.route[r].legs; i++) {
            if (network->routes.route[r].leg[i] != report->leg) continue;
            const int fee = leg_slot(leg, LEG_FEE, network->routes.flow[network->routes.route[r].flow].commodity);
            if (fee >= 0) network->toll[network->tolls++] = (struct toll){r, i, fee};
        }
    report->tolls = network->tolls - report->first_toll;
    report->charges = report->tolls > 0;
}

/* Finds the first stop of its route behind every place on a way. */
static void ways_find(struct network *network)
{
    for (size_t r = 0; r < network->routes.count; r++) {
        const struct route *route = &network->routes.route[r];
        size_t *behind = network->behind + network->first_way[r], s = network->queue.first_stop[r];
        for (size_t i = 0; i < route->legs; i++) {
            s += network->legs.leg[route->leg[i]].capacity >= 0;
            behind[i] = s;
        }
        network->first_way[r + 1] = network->first_way[r] + route->legs;
    }
}

/* The first stop of the route behind a place on its way; the end of its stops where there is none. */
static size_t stop_behind(const struct network *network, size_t route, size_t way)
{
    return network->behind[network->first_way[route] + way];
}

/* Finds the stops at which what comes must be known, because it has passed a leg that charges or pays and waits here. */
static void entries_find(struct network *network)
{
    for (size_t s = 0; s < network->queue.stops; s++) network->entry_of[s] = network->queue.stops;
    for (size_t r = 0; r < network->routes.count; r++)
        for (size_t i = 0; i < network->routes.route[r].legs; i++) {
            const struct leg *leg = &network->legs.leg[network->routes.route[r].leg[i]];
            const char *commodity = network->routes.flow[network->routes.route[r].flow].commodity;
            const size_t s = stop_behind(network, r, i);
            if (leg_slot(leg, LEG_FEE, commodity) < 0 && leg_slot(leg, LEG_SUBSIDY, commodity) < 0) continue;
            if (s == network->queue.first_stop[r + 1] || network->entry_of[s] < network->queue.stops) continue;
            network->entry_of[s] = network->entries;
            network->entry[network->entries++] = s;
        }
}

static struct fault *legs_declare(struct network *network, struct plan *plan)
{
    for (size_t i = 0; i < network->legs.count; i++) {
        struct leg_report *report = &network->leg[network->reports];
        const struct leg *leg = &network->legs.leg[i];
        *report = (struct leg_report){.leg = i};
        tolls_find(network, report);
        while (report->queue < network->queue.count && network->queue.leg[report->queue].leg != i) report->queue++;
        report->queues = report->queue < network->queue.count;
        if (report->queues) network->head[network->heads++] = report->queue;
        if (!report->queues && !report->charges) continue;
        network->reports++;
        char used[160];
        snprintf(used, sizeof used, "%s/yr", leg->stock == NULL ? "1" : leg->stock);
        const char *const units[LEG_OUTCOMES] = {
            [LEG_USED] = used, [LEG_UTILISATION] = "1", [LEG_DELAY] = "d", [LEG_REVENUE] = "USD/yr"};
        for (size_t o = 0; o < LEG_OUTCOMES; o++)
            if (o == LEG_REVENUE ? report->charges : report->queues)
                TRY(outcomes_declare(plan->outcomes, &legs_outcomes[o], &leg->name, units[o], &report->outcome[o]));
    }
    return NULL;
}

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
    size_t ways = 0;
    for (size_t r = 0; r < network->routes.count; r++) ways += network->routes.route[r].legs;
    network->leg = calloc(network->legs.count + 1, sizeof *network->leg);
    network->head = calloc(network->legs.count + 1, sizeof *network->head);
    network->toll = calloc(ways + 1, sizeof *network->toll);
    network->entry = calloc(network->queue.stops + 1, sizeof *network->entry);
    network->entry_of = calloc(network->queue.stops + 1, sizeof *network->entry_of);
    network->first_way = calloc(network->routes.count + 1, sizeof *network->first_way);
    network->behind = calloc(ways + 1, sizeof *network->behind);
    network->flow_outcome = calloc(network->routes.flows + 1, sizeof *network->flow_outcome);
    network->route_outcome = calloc(network->routes.count + 1, sizeof *network->route_outcome);
    if (network->leg == NULL || network->head == NULL || network->toll == NULL || network->entry == NULL ||
        network->entry_of == NULL || network->first_way == NULL || network->behind == NULL ||
        network->flow_outcome == NULL || network->route_outcome == NULL)
        return fault_no_memory();
    ways_find(network);
    entries_find(network);
    TRY(flows_declare(network, plan));
    TRY(legs_declare(network, plan));
    TRY(corridors_prepare(plan, flows, &network->routes, &network->corridors));
    if (network->routes.count == 0) return NULL;
    TRY(outcomes_declare(plan->outcomes, &network_solver_outcomes[SOLVER_RESIDUAL], NULL, "mo", &network->residual));
    TRY(outcomes_declare(plan->outcomes, &network_solver_outcomes[SOLVER_COST], NULL, "USD/yr",
                         &network->residual_cost));
    return outcomes_declare(plan->outcomes, &network_solver_outcomes[SOLVER_IMBALANCE], NULL, "1", &network->imbalance);
}

void network_free(struct network *network)
{
    if (network == NULL) return;
    corridors_free(&network->corridors);
    queue_free(&network->queue);
    routes_free(&network->routes);
    legs_free(&network->legs);
    free(network->leg);
    free(network->head);
    free(network->toll);
    free(network->entry);
    free(network->entry_of);
    free(network->first_way);
    free(network->behind);
    free(network->flow_outcome);
    free(network->route_outcome);
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
enum { PARTS = 19 };

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

void network_report(const struct network_state *state, struct outcome_rows *rows)
{
    const struct network *network = state->network;
    const struct routes *routes = &network->routes;
    for (size_t f = 0; f < routes->flows; f++)
        for (size_t o = 0; o < FLOW_OUTCOMES; o++) {
            const size_t outcome = network->flow_outcome[f][o];
            rows->row[outcome] = state->flow_row[f * FLOW_OUTCOMES + o];
            if (o == FLOW_COST) rows->weight[outcome] = state->flow_row[f * FLOW_OUTCOMES + FLOW_SHIPPED];
        }
    for (size_t r = 0; r < routes->count; r++) {
        const size_t *outcome = network->route_outcome[r], first = r * ROUTE_OUTCOMES;
        const double *shipped = state->flow_row[routes->route[r].flow * FLOW_OUTCOMES + FLOW_SHIPPED];
        rows->row[outcome[ROUTE_VOLUME]] = rows->row[outcome[ROUTE_SHARE]] = state->route_row[first + ROUTE_VOLUME];
        rows->weight[outcome[ROUTE_SHARE]] = shipped;
        rows->row[outcome[ROUTE_DELAY]] = state->route_row[first + ROUTE_DELAY];
        rows->weight[outcome[ROUTE_DELAY]] = state->route_row[first + ROUTE_VOLUME];
    }
    for (size_t i = 0; i < network->reports; i++)
        for (size_t o = 0; o < LEG_OUTCOMES; o++)
            if (o == LEG_REVENUE ? network->leg[i].charges : network->leg[i].queues)
                rows->row[network->leg[i].outcome[o]] = state->leg_row[i * LEG_OUTCOMES + o];
    for (size_t i = 0; i < network->corridors.count; i++)
        rows->row[network->corridors.corridor[i].outcome] = state->corridor_row[i];
    if (routes->count == 0) return;
    rows->row[network->residual] = queue_result(state->queue).error;
    rows->row[network->residual_cost] = state->open_cost[0];
    rows->row[network->imbalance] = state->imbalance[0];
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
        EACH_LANE(l) capacity[l] /= PER_YEAR;
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
            per_year[l] = capacity[l] * PER_YEAR;
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
        EACH_LANE(l) weight[l] = sensitivity[l] * value[l] * MONTH_DAYS;
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

/* The sum of the delays of a route's legs, months. */
static void route_delay(const struct network_state *state, const struct queue_result *result, size_t route,
                        double delay[LANES])
{
    const struct queue *queue = &state->network->queue;
    EACH_LANE(l) delay[l] = 0.0;
    for (size_t s = queue->first_stop[route]; s < queue->first_stop[route + 1]; s++) {
        const double *of_leg = result->delay[queue->stop[s].leg];
        if (!result->clear[queue->stop[s].leg]) EACH_LANE(l) delay[l] += of_leg[l];
    }
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
        route_delay(state, result, flow->first_route, delay);
        EACH_LANE(l) composite[l] = cost[l] + value[l] * MONTH_DAYS * delay[l];
    }
}

/* What comes to a stop of a route, or to its end, per year. */
static void entered_at(const struct network_state *state, const struct queue_result *result, size_t route, size_t stop,
                       double per_year[LANES])
{
    const double *demand = state->demand[state->network->routes.route[route].flow], *share = result->share[route];
    if (stop == state->network->queue.first_stop[route])
        EACH_LANE(l) per_year[l] = demand[l] * share[l] * PER_YEAR;
    else
        EACH_LANE(l) per_year[l] = result->through[stop - 1][l] * PER_YEAR;
}

/* Volumes and delays of routes, and what flows ship, lose and leave waiting. */
static void report_routes(struct network_state *state, const struct queue_result *result)
{
    const struct routes *routes = &state->network->routes;
    const struct queue *queue = &state->network->queue;
    const double(*days)[LANES] = route_cost_days(state->cost);
    _Alignas(LANES_ALIGNMENT) double delay[LANES];
    for (size_t i = 0; i < routes->flows * FLOW_OUTCOMES; i++) EACH_LANE(l) state->flow_row[i][l] = 0.0;
    for (size_t r = 0; r < routes->count; r++) {
        double(*flow)[LANES] = state->flow_row + routes->route[r].flow * FLOW_OUTCOMES;
        double *shipped = flow[FLOW_SHIPPED], *lost = flow[FLOW_LOST], *backlog = flow[FLOW_BACKLOG],
               *transit = flow[FLOW_TRANSIT];
        double *volume = state->route_row[r * ROUTE_OUTCOMES + ROUTE_VOLUME],
               *delayed = state->route_row[r * ROUTE_OUTCOMES + ROUTE_DELAY];
        const double *time = days[r];
        entered_at(state, result, r, queue->first_stop[r + 1], volume);
        route_delay(state, result, r, delay);
        EACH_LANE(l)
        {
            delayed[l] = volume[l] * delay[l] * MONTH_DAYS;
            shipped[l] += volume[l];
            transit[l] += volume[l] / PER_YEAR * time[l] / MONTH_DAYS;
        }
        for (size_t s = queue->first_stop[r]; s < queue->first_stop[r + 1]; s++) {
            const double *gone = result->lost[s], *waiting = result->waiting[s];
            if (!result->held[s]) continue;
            EACH_LANE(l)
            {
                lost[l] += gone[l] * PER_YEAR;
                backlog[l] += waiting[l];
            }
        }
    }
    for (size_t i = 0; i < state->network->entries; i++) {
        const size_t s = state->network->entry[i];
        entered_at(state, result, queue->stop[s].route, s, state->entered[i]);
    }
    for (size_t f = 0; f < routes->flows; f++) {
        const double *composite = state->composite[f], *shipped = state->flow_row[f * FLOW_OUTCOMES + FLOW_SHIPPED];
        double *weighted = state->flow_row[f * FLOW_OUTCOMES + FLOW_COST];
        EACH_LANE(l) weighted[l] = composite[l] * shipped[l];
    }
}

/* What all priorities use of a leg, and the greatest of their delays. */
static void leg_report_of(const struct queue *queue, const struct queue_result *result, size_t first,
                          double used[LANES], double delay[LANES])
{
    EACH_LANE(l)
    {
        used[l] = result->used[first][l];
        delay[l] = result->delay[first][l];
    }
    for (size_t q = first; queue->leg[q].after != q;) {
        q = queue->leg[q].after;
        EACH_LANE(l)
        {
            used[l] += result->used[q][l];
            delay[l] = result->delay[q][l] > delay[l] ? result->delay[q][l] : delay[l];
        }
    }
}

static void report_legs(struct network_state *state, const struct rows *rows, const struct queue_result *result)
{
    const struct network *network = state->network;
    for (size_t i = 0; i < network->reports; i++) {
        const struct leg_report *report = &network->leg[i];
        double(*row)[LANES] = state->leg_row + i * LEG_OUTCOMES;
        if (report->queues) {
            const double *capacity = state->capacity[report->queue];
            _Alignas(LANES_ALIGNMENT) double used[LANES], delay[LANES];
            leg_report_of(&network->queue, result, report->queue, used, delay);
            double *per_year = row[LEG_USED], *part = row[LEG_UTILISATION], *late = row[LEG_DELAY],
                   *rho = state->rho[report->leg];
            EACH_LANE(l)
            {
                per_year[l] = used[l] * PER_YEAR;
                part[l] = capacity[l] > 0.0 ? used[l] / capacity[l] : 0.0;
                late[l] = delay[l] * MONTH_DAYS;
                rho[l] = part[l] < 1.0 ? part[l] : 1.0;
            }
        }
        double *revenue = row[LEG_REVENUE];
        for (size_t t = report->first_toll; t < report->first_toll + report->tolls; t++) {
            const double *fee = rows_get(rows, network->toll[t].fee),
                         *volume = network_passed(state, network->toll[t].route, network->toll[t].way);
            if (t == report->first_toll)
                EACH_LANE(l) revenue[l] = fee[l] * volume[l];
            else
                EACH_LANE(l) revenue[l] = LANES_FMA(fee[l], volume[l], revenue[l]);
        }
    }
    for (size_t i = 0; i < network->corridors.count; i++) {
        const struct corridor *corridor = &network->corridors.corridor[i];
        double *sum = state->corridor_row[i];
        EACH_LANE(l) sum[l] = 0.0;
        for (size_t r = 0; r < corridor->routes; r++) {
            const double *volume = state->route_row[corridor->route[r] * ROUTE_OUTCOMES + ROUTE_VOLUME];
            EACH_LANE(l) sum[l] += volume[l];
        }
    }
}

/* Demand times the value of the time by which the delay of a route may be off, USD per year. */
static void open_cost(struct network_state *state, const struct rows *rows, const struct queue_result *result)
{
    const struct routes *routes = &state->network->routes;
    const struct queue *queue = &state->network->queue;
    double *sum = state->open_cost[0];
    uint64_t some = 0;
    EACH_LANE(l) sum[l] = 0.0;
#pragma omp simd reduction(| : some)
    for (int l = 0; l < LANES; l++) some |= result->error[l] != 0.0;
    if (some == 0) return;
    for (size_t s = 0; s < queue->stops; s++) {
        if (result->clear[queue->stop[s].leg]) continue;
        const size_t r = queue->stop[s].route, f = queue->stop[s].flow;
        const double *value = rows_get(rows, routes->flow[f].time_value), *demand = state->demand[f],
                     *share = result->share[r], *off = result->off[queue->stop[s].leg];
        EACH_LANE(l) sum[l] += demand[l] * share[l] * off[l] * value[l] * (MONTH_DAYS * PER_YEAR);
    }
}

/* Cargo of each flow before and after: D + B = shipped + lost + B'. */
static void balance(struct network_state *state, const struct queue_result *result)
{
    const struct routes *routes = &state->network->routes;
    const double *excess = result->excess;
    double *imbalance = state->imbalance[0];
    EACH_LANE(l) imbalance[l] = excess[l];
    for (size_t f = 0; f < routes->flows; f++) {
        const double(*row)[LANES] = (const double(*)[LANES])(state->flow_row + f * FLOW_OUTCOMES);
        const double *demand = state->demand[f], *before = state->before[f], *shipped = row[FLOW_SHIPPED],
                     *lost = row[FLOW_LOST], *backlog = row[FLOW_BACKLOG];
        EACH_LANE(l)
        {
            const double in = demand[l] + before[l], out = (shipped[l] + lost[l]) / PER_YEAR + backlog[l];
            const double error = in > 0.0 ? __builtin_fabs(in - out) / in : __builtin_fabs(out);
            imbalance[l] = error > imbalance[l] ? error : imbalance[l];
        }
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
            demand[l] = per_year[l] / PER_YEAR;
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
    report_routes(state, &result);
    report_legs(state, rows, &result);
    open_cost(state, rows, &result);
    balance(state, &result);
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

const double *network_shipped(const struct network_state *state, size_t flow)
{
    return state->flow_row[flow * FLOW_OUTCOMES + FLOW_SHIPPED];
}

const double *network_volume(const struct network_state *state, size_t route)
{
    return state->route_row[route * ROUTE_OUTCOMES + ROUTE_VOLUME];
}

const double *network_used(const struct network_state *state, size_t queue)
{
    const struct network *network = state->network;
    size_t i = 0;
    while (!network->leg[i].queues || network->leg[i].queue != queue) i++;
    return state->leg_row[i * LEG_OUTCOMES + LEG_USED];
}

const double *network_passed(const struct network_state *state, size_t route, size_t way)
{
    const struct network *network = state->network;
    const size_t stop = stop_behind(network, route, way);
    if (stop == network->queue.first_stop[route + 1]) return network_volume(state, route);
    return state->entered[network->entry_of[stop]];
}
