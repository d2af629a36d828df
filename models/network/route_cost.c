/* models/network/route_cost.c -- see route_cost.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/network/route_cost.h"

#include <stdlib.h>

/* Money that does not follow a driver, of one route; subsidies have the sign -1. */
struct term {
    int slot;
    double sign;
};

/* A cost that follows a driver. */
struct following {
    size_t route;
    int slot;
    size_t ratio; /* in route_cost.ratio */
};

struct route_cost {
    const struct legs *legs;
    const struct routes *routes;
    struct term *term;
    size_t *first_term; /* [routes + 1] */
    struct following *following;
    size_t followings;
    size_t *driver; /* [ratios] whose ratio it is */
    size_t ratios;
    bool *time_moves;       /* [routes] whether times, their spread or what they are worth vary by month */
    bool *fixed_moves;      /* [routes] whether the part without drivers and congestion does */
    bool *moves;            /* [routes] whether anything does */
    bool *soft;             /* [routes] whether a leg on the way has soft congestion */
    double (*fixed)[LANES]; /* [routes] cost without drivers and congestion */
    double (*worth)[LANES]; /* [routes] the part of `fixed` that time and its spread are worth */
    double (*time)[LANES];  /* [routes] days without congestion */
    double (*cost)[LANES];  /* [routes] */
    double (*days)[LANES];  /* [routes] */
    double (*delay)[LANES]; /* [legs] days of soft congestion */
    double (*ratio)[LANES]; /* [ratios] */
};

static const enum leg_map money[] = {LEG_COST, LEG_FEE, LEG_SUBSIDY, LEG_PENALTY};

/* Whether the time of a route, its spread or what they are worth vary by month. */
static bool time_moves(const struct route_cost *cost, const struct store *store, size_t r)
{
    const struct route *route = &cost->routes->route[r];
    const struct route_flow *flow = &cost->routes->flow[route->flow];
    bool moves = store_varies_by_month(store, flow->time_value) || store_varies_by_month(store, flow->reliability);
    for (size_t i = 0; i < route->legs; i++) {
        const struct leg *leg = &cost->legs->leg[route->leg[i]];
        moves = moves || store_varies_by_month(store, leg->time) || store_varies_by_month(store, leg->sd);
    }
    return moves;
}

/* Whether money that follows no driver does. */
static bool money_moves(const struct route_cost *cost, const struct store *store, size_t r)
{
    bool moves = false;
    for (size_t t = cost->first_term[r]; t < cost->first_term[r + 1]; t++)
        moves = moves || store_varies_by_month(store, cost->term[t].slot);
    return moves;
}

static size_t ratio_of(struct route_cost *cost, size_t driver)
{
    size_t i = 0;
    while (i < cost->ratios && cost->driver[i] != driver) i++;
    cost->driver[i] = driver;
    if (i == cost->ratios) cost->ratios++;
    return i;
}

static void settle(struct route_cost *cost, const struct store *store, size_t r)
{
    const struct route *route = &cost->routes->route[r];
    const char *commodity = cost->routes->flow[route->flow].commodity;
    size_t terms = cost->first_term[r];
    for (size_t i = 0; i < route->legs; i++) {
        const struct leg *leg = &cost->legs->leg[route->leg[i]];
        if (leg->soft > 0.0) cost->soft[r] = true;
        for (size_t m = 0; m < sizeof money / sizeof *money; m++) {
            const int slot = leg_slot(leg, money[m], commodity);
            if (slot < 0) continue;
            if (money[m] == LEG_COST && leg->follows)
                cost->following[cost->followings++] =
                    (struct following){.route = r, .slot = slot, .ratio = ratio_of(cost, leg->cost_driver)};
            else
                cost->term[terms++] = (struct term){slot, money[m] == LEG_SUBSIDY ? -1.0 : 1.0};
        }
    }
    cost->first_term[r + 1] = terms;
    cost->time_moves[r] = time_moves(cost, store, r);
    cost->fixed_moves[r] = cost->time_moves[r] || money_moves(cost, store, r);
    cost->moves[r] = cost->fixed_moves[r] || cost->soft[r];
    for (size_t i = 0; i < cost->followings; i++)
        if (cost->following[i].route == r) cost->moves[r] = true;
}

struct fault *route_cost_open(const struct store *store, const struct legs *legs, const struct routes *routes,
                              struct arena *arena, struct route_cost **out)
{
    size_t ways = 0;
    struct route_cost *cost = arena_take(arena, 1, sizeof *cost);
    if (cost == NULL) return fault_no_memory();
    *out = cost;
    for (size_t r = 0; r < routes->count; r++) ways += routes->route[r].legs;
    cost->legs = legs;
    cost->routes = routes;
    cost->term = arena_take(arena, ways * (sizeof money / sizeof *money), sizeof *cost->term);
    cost->first_term = arena_take(arena, routes->count + 1, sizeof *cost->first_term);
    cost->following = arena_take(arena, ways, sizeof *cost->following);
    cost->driver = arena_take(arena, ways, sizeof *cost->driver);
    cost->time_moves = arena_take(arena, routes->count, sizeof *cost->time_moves);
    cost->fixed_moves = arena_take(arena, routes->count, sizeof *cost->fixed_moves);
    cost->moves = arena_take(arena, routes->count, sizeof *cost->moves);
    cost->soft = arena_take(arena, routes->count, sizeof *cost->soft);
    TRY(arena_check(arena));
    for (size_t r = 0; r < routes->count; r++) settle(cost, store, r);
    cost->fixed = arena_rows(arena, routes->count);
    cost->worth = arena_rows(arena, routes->count);
    cost->time = arena_rows(arena, routes->count);
    cost->cost = arena_rows(arena, routes->count);
    cost->days = arena_rows(arena, routes->count);
    cost->delay = arena_rows(arena, legs->count);
    cost->ratio = arena_rows(arena, cost->ratios);
    return arena_check(arena);
}

/* The time of a route, and what it and its spread are worth. */
static void time_sum(struct route_cost *cost, const struct rows *rows, size_t r)
{
    const struct route *route = &cost->routes->route[r];
    const struct route_flow *flow = &cost->routes->flow[route->flow];
    const double *value = rows_get(rows, flow->time_value), *ratio = rows_get(rows, flow->reliability);
    double *worth = cost->worth[r], *time = cost->time[r];
    _Alignas(LANES_ALIGNMENT) double variance[LANES];
    EACH_LANE(l) variance[l] = time[l] = 0.0;
    for (size_t i = 0; i < route->legs; i++) {
        const struct leg *leg = &cost->legs->leg[route->leg[i]];
        const double *t = rows_get(rows, leg->time), *sd = rows_get(rows, leg->sd);
        EACH_LANE(l)
        {
            time[l] += t[l];
            variance[l] += sd[l] * sd[l];
        }
    }
    EACH_LANE(l) worth[l] = value[l] * (time[l] + ratio[l] * __builtin_sqrt(variance[l]));
}

/* The fixed part of a route. */
static void fixed_sum(struct route_cost *cost, const struct rows *rows, size_t r)
{
    const double *worth = cost->worth[r];
    double *fixed = cost->fixed[r];
    _Alignas(LANES_ALIGNMENT) double sum[LANES];
    EACH_LANE(l) sum[l] = 0.0;
    for (size_t i = cost->first_term[r]; i < cost->first_term[r + 1]; i++) {
        const double *amount = rows_get(rows, cost->term[i].slot), sign = cost->term[i].sign;
        EACH_LANE(l) sum[l] += sign * amount[l];
    }
    EACH_LANE(l) fixed[l] = sum[l] + worth[l];
}

/* t a rho^b of the legs with soft congestion. */
static void soft_delays(struct route_cost *cost, const struct rows *rows, const double (*load)[LANES])
{
    for (size_t i = 0; i < cost->legs->count; i++) {
        const struct leg *leg = &cost->legs->leg[i];
        if (!(leg->soft > 0.0)) continue;
        const double *rho = load[i], *time = rows_get(rows, leg->time), a = leg->soft;
        double *delay = cost->delay[i];
        EACH_LANE(l) delay[l] = a * time[l];
        for (int b = 0; b < leg->power; b++) EACH_LANE(l) delay[l] *= rho[l];
    }
}

/* Costs and times from the fixed parts, the drivers' ratios and the congestion. */
static void add_up(struct route_cost *cost, const struct rows *rows, bool all)
{
    const struct routes *routes = cost->routes;
    for (size_t r = 0; r < routes->count; r++) {
        if (!all && !cost->moves[r]) continue;
        const double *fixed = cost->fixed[r], *time = cost->time[r];
        double *sum = cost->cost[r], *days = cost->days[r];
        EACH_LANE(l)
        {
            sum[l] = fixed[l];
            days[l] = time[l];
        }
        if (!cost->soft[r]) continue;
        const double *value = rows_get(rows, routes->flow[routes->route[r].flow].time_value);
        for (size_t i = 0; i < routes->route[r].legs; i++) {
            const size_t leg = routes->route[r].leg[i];
            if (!(cost->legs->leg[leg].soft > 0.0)) continue;
            const double *delay = cost->delay[leg];
            EACH_LANE(l)
            {
                sum[l] += value[l] * delay[l];
                days[l] += delay[l];
            }
        }
    }
    for (size_t i = 0; i < cost->followings; i++) {
        const struct following *following = &cost->following[i];
        const double *amount = rows_get(rows, following->slot), *ratio = cost->ratio[following->ratio];
        double *sum = cost->cost[following->route];
        EACH_LANE(l) sum[l] = LANES_FMA(amount[l], ratio[l], sum[l]);
    }
}

void route_cost_start(struct route_cost *cost, const struct rows *rows, const double (*load)[LANES])
{
    for (size_t r = 0; r < cost->routes->count; r++) {
        time_sum(cost, rows, r);
        fixed_sum(cost, rows, r);
    }
    for (size_t i = 0; i < cost->ratios; i++) EACH_LANE(l) cost->ratio[i][l] = 1.0;
    soft_delays(cost, rows, load);
    add_up(cost, rows, true);
}

void route_cost_step(struct route_cost *cost, const struct rows *rows, const struct drivers_state *drivers,
                     const double (*load)[LANES])
{
    for (size_t r = 0; r < cost->routes->count; r++) {
        if (cost->time_moves[r]) time_sum(cost, rows, r);
        if (cost->fixed_moves[r]) fixed_sum(cost, rows, r);
    }
    for (size_t i = 0; i < cost->ratios; i++) {
        const double *log_ratio = drivers_log_ratio(drivers, cost->driver[i]);
        double *ratio = cost->ratio[i];
        EACH_LANE(l) ratio[l] = lanes_exp(log_ratio[l]);
    }
    soft_delays(cost, rows, load);
    add_up(cost, rows, false);
}

const double (*route_cost_of(const struct route_cost *cost))[LANES]
{
    return (const double(*)[LANES])cost->cost;
}

const double (*route_cost_days(const struct route_cost *cost))[LANES]
{
    return (const double(*)[LANES])cost->days;
}

const double *route_cost_ratio(const struct route_cost *cost, size_t driver)
{
    size_t i = 0;
    while (cost->driver[i] != driver) i++;
    return cost->ratio[i];
}

const double *route_cost_soft(const struct route_cost *cost, size_t leg)
{
    return cost->delay[leg];
}

bool route_cost_moves(const struct route_cost *cost, size_t route)
{
    return cost->moves[route];
}
