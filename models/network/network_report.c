/* models/network/network_report.c -- see network_report.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/network/network_report.h"

#include <stdio.h>
#include <stdlib.h>

/* Of how well the month was solved. */
enum { SOLVER_RESIDUAL, SOLVER_COST, SOLVER_IMBALANCE };

const struct outcome_kind network_flow_outcomes[] = {
    [FLOW_SHIPPED] = {.pattern = "flows.F.shipped",
                      .subject = SUBJECT_FLOWS,
                      .words = "volume shipped of flow F",
                      .heading = "F: volume shipped",
                      .entities = "flows.F",
                      .unit = "$commodity.unit/yr",
                      .rule = OUTCOME_SUM,
                      .better = OUTCOME_MORE,
                      .meaning = "What got through to the end of its route, over all routes."},
    [FLOW_LOST] = {.pattern = "flows.F.lost",
                   .subject = SUBJECT_FLOWS,
                   .words = "volume lost from queues of flow F",
                   .heading = "F: volume lost from queues",
                   .entities = "flows.F",
                   .unit = "$commodity.unit/yr",
                   .rule = OUTCOME_SUM,
                   .better = OUTCOME_LESS,
                   .meaning = "What gave up waiting."},
    [FLOW_BACKLOG] = {.pattern = "flows.F.backlog",
                      .subject = SUBJECT_FLOWS,
                      .words = "volume of flow F waiting",
                      .heading = "F: volume waiting",
                      .entities = "flows.F",
                      .unit = "$commodity.unit",
                      .rule = OUTCOME_LAST,
                      .better = OUTCOME_LESS,
                      .meaning = "What waits at the end of the year, before all legs."},
    [FLOW_COST] = {.pattern = "flows.F.cost",
                   .subject = SUBJECT_FLOWS,
                   .words = "composite cost of transport of flow F",
                   .heading = "F: composite cost of transport",
                   .entities = "flows.F",
                   .unit = "USD/$commodity.unit",
                   .rule = OUTCOME_RATIO,
                   .better = OUTCOME_LESS,
                   .meaning = "Money, time, reliability and queues of all routes in one, mean weighted by volume."},
    [FLOW_TRANSIT] = {.pattern = "flows.F.in-transit",
                      .subject = SUBJECT_FLOWS,
                      .words = "volume of flow F on the way",
                      .heading = "F: volume on the way",
                      .entities = "flows.F",
                      .unit = "$commodity.unit",
                      .rule = OUTCOME_MEAN,
                      .meaning = "Volume times the days it is on the way; what waits is not in it."},
    {.pattern = NULL}};
const struct outcome_kind network_route_outcomes[] = {
    [ROUTE_VOLUME] = {.pattern = "routes.F.R.volume",
                      .subject = SUBJECT_ROUTES,
                      .words = "volume of flow F by route R",
                      .heading = "F, R: volume",
                      .entities = "flows.F flows.F.routes.R",
                      .unit = "$commodity.unit/yr",
                      .rule = OUTCOME_SUM,
                      .meaning = "What got through to the end of the route."},
    [ROUTE_SHARE] = {.pattern = "routes.F.R.share",
                     .subject = SUBJECT_ROUTES,
                     .words = "share of flow F that goes by route R",
                     .heading = "F, R: share",
                     .entities = "flows.F flows.F.routes.R",
                     .unit = "1",
                     .rule = OUTCOME_RATIO,
                     .meaning = "Volume of the route over that of all routes of the flow."},
    [ROUTE_DELAY] = {.pattern = "routes.F.R.delay",
                     .subject = SUBJECT_ROUTES,
                     .words = "delay by queues on route R of flow F",
                     .heading = "F, R: delay by queues",
                     .entities = "flows.F flows.F.routes.R",
                     .unit = "d",
                     .rule = OUTCOME_RATIO,
                     .better = OUTCOME_LESS,
                     .meaning = "Sum of the delays of its legs, at most 12 months each, mean weighted by volume."},
    {.pattern = NULL}};
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

struct fault *network_report_prepare(struct network *network, struct plan *plan)
{
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
    TRY(corridors_prepare(plan, network->flows, &network->routes, &network->corridors));
    TRY(by_leg_prepare(plan, network->flows, &network->legs, &network->routes, &network->by_leg));
    if (network->routes.count == 0) return NULL;
    TRY(outcomes_declare(plan->outcomes, &network_solver_outcomes[SOLVER_RESIDUAL], NULL, "mo", &network->residual));
    TRY(outcomes_declare(plan->outcomes, &network_solver_outcomes[SOLVER_COST], NULL, "USD/yr",
                         &network->residual_cost));
    return outcomes_declare(plan->outcomes, &network_solver_outcomes[SOLVER_IMBALANCE], NULL, "1", &network->imbalance);
}

void network_report_free(struct network *network)
{
    corridors_free(&network->corridors);
    by_leg_free(&network->by_leg);
    free(network->leg);
    free(network->head);
    free(network->toll);
    free(network->entry);
    free(network->entry_of);
    free(network->first_way);
    free(network->behind);
    free(network->flow_outcome);
    free(network->route_outcome);
}

/* ---- a month ---- */

void network_report_delay(const struct network_state *state, const struct queue_result *result, size_t route,
                          double delay[LANES])
{
    const struct queue *queue = &state->network->queue;
    EACH_LANE(l) delay[l] = 0.0;
    for (size_t s = queue->first_stop[route]; s < queue->first_stop[route + 1]; s++) {
        const double *of_leg = result->delay[queue->stop[s].leg];
        if (!result->clear[queue->stop[s].leg]) EACH_LANE(l) delay[l] += of_leg[l];
    }
}

/* What comes to a stop of a route, or to its end, per year. */
static void entered_at(const struct network_state *state, const struct queue_result *result, size_t route, size_t stop,
                       double per_year[LANES])
{
    const double *demand = state->demand[state->network->routes.route[route].flow], *share = result->share[route];
    if (stop == state->network->queue.first_stop[route])
        EACH_LANE(l) per_year[l] = demand[l] * share[l] * NETWORK_PER_YEAR;
    else
        EACH_LANE(l) per_year[l] = result->through[stop - 1][l] * NETWORK_PER_YEAR;
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
        network_report_delay(state, result, r, delay);
        EACH_LANE(l)
        {
            delayed[l] = volume[l] * delay[l] * NETWORK_MONTH_DAYS;
            shipped[l] += volume[l];
            transit[l] += volume[l] / NETWORK_PER_YEAR * time[l] / NETWORK_MONTH_DAYS;
        }
        for (size_t s = queue->first_stop[r]; s < queue->first_stop[r + 1]; s++) {
            const double *gone = result->lost[s], *waiting = result->waiting[s];
            if (!result->held[s]) continue;
            EACH_LANE(l)
            {
                lost[l] += gone[l] * NETWORK_PER_YEAR;
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
                per_year[l] = used[l] * NETWORK_PER_YEAR;
                part[l] = capacity[l] > 0.0 ? used[l] / capacity[l] : 0.0;
                late[l] = delay[l] * NETWORK_MONTH_DAYS;
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

/* What legs cost and take, times the volume of their routes. */
static void report_by_leg(struct network_state *state, const struct rows *rows, const struct queue_result *result)
{
    const struct network *network = state->network;
    _Alignas(LANES_ALIGNMENT) double usd[LANES], days[LANES];
    for (size_t i = 0; i < network->by_leg.count; i++) {
        const struct by_leg_part *part = &network->by_leg.part[i];
        double(*row)[LANES] = state->by_leg_row + i * BY_LEG_OUTCOMES;
        double *cost = row[BY_LEG_COST], *time = row[BY_LEG_TIME], *late = row[BY_LEG_DELAY];
        const double *volume = state->route_row[part->route * ROUTE_OUTCOMES + ROUTE_VOLUME];
        by_leg_cost(part, &network->legs, state->cost, rows, usd, days);
        EACH_LANE(l)
        {
            cost[l] = volume[l] * usd[l];
            time[l] = volume[l] * days[l];
            late[l] = 0.0;
        }
        if (network->legs.leg[part->leg].capacity < 0) continue;
        const size_t queue = network->queue.stop[stop_behind(network, part->route, part->way) - 1].leg;
        if (result->clear[queue]) continue;
        const double *delay = result->delay[queue];
        EACH_LANE(l) late[l] = volume[l] * delay[l] * NETWORK_MONTH_DAYS;
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
        EACH_LANE(l) sum[l] += demand[l] * share[l] * off[l] * value[l] * (NETWORK_MONTH_DAYS * NETWORK_PER_YEAR);
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
            const double in = demand[l] + before[l], out = (shipped[l] + lost[l]) / NETWORK_PER_YEAR + backlog[l];
            const double error = in > 0.0 ? __builtin_fabs(in - out) / in : __builtin_fabs(out);
            imbalance[l] = error > imbalance[l] ? error : imbalance[l];
        }
    }
}

void network_report_month(struct network_state *state, const struct rows *rows, const struct queue_result *result)
{
    report_routes(state, result);
    report_legs(state, rows, result);
    report_by_leg(state, rows, result);
    open_cost(state, rows, result);
    balance(state, result);
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
    for (size_t i = 0; i < network->by_leg.count; i++)
        for (size_t o = 0; o < BY_LEG_OUTCOMES; o++) {
            const struct by_leg_part *part = &network->by_leg.part[i];
            rows->row[part->outcome[o]] = state->by_leg_row[i * BY_LEG_OUTCOMES + o];
            rows->weight[part->outcome[o]] = state->route_row[part->route * ROUTE_OUTCOMES + ROUTE_VOLUME];
        }
    if (routes->count == 0) return;
    rows->row[network->residual] = queue_result(state->queue).error;
    rows->row[network->residual_cost] = state->open_cost[0];
    rows->row[network->imbalance] = state->imbalance[0];
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
