/* models/network/choice.c -- see choice.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/network/choice.h"

#include <string.h>

/* Rows of `width` lanes. */
struct choice {
    const struct routes *routes;
    size_t width;
    double *lambda;    /* [nests] */
    double *inverse;   /* [nests] 1 / lambda */
    double *steepness; /* [flows] */
    double *inclusive; /* [nests] I_n */
    double *top;       /* [flows] greatest I_n, taken out */
    double *sum;       /* [flows] sum of exp(I_n - top) */
    double *work;      /* [routes] arguments, then values, of a pass */
    double *sums;      /* [nests] sums of exponentials within a nest, then their logs */
};

struct fault *choice_open(const struct routes *routes, size_t width, struct arena *arena, struct choice **out)
{
    struct choice *choice = arena_take(arena, 1, sizeof *choice);
    if (choice == NULL) return fault_no_memory();
    *out = choice;
    choice->routes = routes;
    choice->width = width;
    choice->lambda = arena_narrow(arena, routes->nests, width);
    choice->inverse = arena_narrow(arena, routes->nests, width);
    choice->steepness = arena_narrow(arena, routes->flows, width);
    choice->inclusive = arena_narrow(arena, routes->nests, width);
    choice->top = arena_narrow(arena, routes->flows, width);
    choice->sum = arena_narrow(arena, routes->flows, width);
    choice->work = arena_narrow(arena, routes->count, width);
    choice->sums = arena_narrow(arena, routes->nests, width);
    return arena_check(arena);
}

/* a_r - theta C_r0 of the routes with a share in the base year. */
static void constants_of_shares(const struct choice *choice, double (*constant)[LANES])
{
    const struct routes *routes = choice->routes;
    _Alignas(LANES_ALIGNMENT) double part[LANES], whole[LANES];
    for (size_t n = 0; n < routes->nests; n++) {
        const double *lambda = choice->lambda + n * LANES, nest_share = routes_nest_share(routes, n);
        for (size_t i = 0; i < routes->nest[n].count; i++) {
            const size_t r = routes->nest[n].first + i;
            if (routes->route[r].like != r) continue;
            const double share = routes->route[r].share;
            EACH_LANE(l) part[l] = lanes_log(share / nest_share);
            EACH_LANE(l) whole[l] = lanes_log(nest_share);
            EACH_LANE(l) constant[r][l] = LANES_FMA(lambda[l], part[l], whole[l]);
        }
    }
}

void choice_start(struct choice *choice, const struct rows *rows, const double (*base_cost)[LANES],
                  double (*constant)[LANES])
{
    const struct routes *routes = choice->routes;
    for (size_t n = 0; n < routes->nests; n++) {
        const int slot = routes->nest[n].lambda;
        for (int l = 0; l < LANES; l++)
            choice->lambda[n * LANES + (size_t)l] = slot < 0 ? 1.0 : rows_get(rows, slot)[l];
        const double *lambda = choice->lambda + n * LANES;
        double *inverse = choice->inverse + n * LANES;
        EACH_LANE(l) inverse[l] = 1.0 / lambda[l];
    }
    for (size_t f = 0; f < routes->flows; f++) {
        double *steepness = choice->steepness + f * LANES;
        EACH_LANE(l) steepness[l] = 1.0;
        for (size_t n = routes->flow[f].first_nest; n < routes->flow[f].first_nest + routes->flow[f].nests; n++) {
            const double *inverse = choice->inverse + n * LANES;
            EACH_LANE(l) steepness[l] = inverse[l] > steepness[l] ? inverse[l] : steepness[l];
        }
    }
    constants_of_shares(choice, constant);
    for (size_t r = 0; r < routes->count; r++) {
        const struct route *route = &routes->route[r];
        const size_t like = route->like;
        if (like == r) continue;
        const double *sensitivity = rows_get(rows, routes->flow[route->flow].sensitivity);
        const double *cost = base_cost[r], *like_cost = base_cost[like], *from = constant[like];
        double *to = constant[r];
        EACH_LANE(l) to[l] = from[l] + sensitivity[l] * (like_cost[l] - cost[l]);
        if (route->offset < 0) continue;
        const double *offset = rows_get(rows, route->offset);
        EACH_LANE(l) to[l] -= sensitivity[l] * offset[l];
    }
}

/* Functions with a width are compiled for each that is asked for. */

/* Of what is taken off the greatest: none is above 0, and of their sums none below 1. */
static void exponentials(size_t count, double *x)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) x[i] = lanes_exp_nonpositive(x[i]);
}

static void logs(size_t count, double *x)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) x[i] = lanes_log_from_one(x[i]);
}

/* How many exponentials a choice between `count` takes: between two one is enough. */
static size_t exponentials_of(size_t count)
{
    return count <= 2 ? count - 1 : count;
}

/* The greatest of the values, and the arguments of the exponentials, `scaled` or as they are. */
LANES_INLINE void arguments_of(size_t count, const double *value, bool scaled, const double *scale, double *top,
                               double *argument, size_t width)
{
    const double *a = value, *b = LANES_ROW(value, 1, width), *c = LANES_ROW(value, 2, width);
    if (count == 1) {
        EACH_OF(l, width) top[l] = a[l];
        return;
    }
    if (count == 2) {
        EACH_OF(l, width)
        {
            const double apart = -__builtin_fabs(b[l] - a[l]);
            top[l] = b[l] > a[l] ? b[l] : a[l];
            argument[l] = scaled ? apart * scale[l] : apart;
        }
        return;
    }
    EACH_OF(l, width)
    {
        const double greater = b[l] > a[l] ? b[l] : a[l];
        top[l] = c[l] > greater ? c[l] : greater;
    }
    for (size_t i = 3; i < count; i++) {
        const double *v = LANES_ROW(value, i, width);
        EACH_OF(l, width) top[l] = v[l] > top[l] ? v[l] : top[l];
    }
    for (size_t i = 0; i < count; i++) {
        const double *v = LANES_ROW(value, i, width);
        double *out = LANES_ROW(argument, i, width);
        EACH_OF(l, width) out[l] = scaled ? (v[l] - top[l]) * scale[l] : v[l] - top[l];
    }
}

/* The shares from the exponentials, and their sum. */
LANES_INLINE void shares_of(size_t count, const double *value, const double *exponential, double *share, double *sum,
                            size_t width)
{
    const double *e = exponential, *second = LANES_ROW(exponential, 1, width),
                 *third = LANES_ROW(exponential, 2, width);
    double *p = share, *q = LANES_ROW(share, 1, width);
    if (count == 1) {
        EACH_OF(l, width) share[l] = sum[l] = 1.0;
        return;
    }
    if (count == 2) {
        const double *a = value, *b = LANES_ROW(value, 1, width);
        EACH_OF(l, width)
        {
            const double whole = 1.0 + e[l], greater = 1.0 / whole, lesser = e[l] / whole;
            sum[l] = whole;
            p[l] = b[l] > a[l] ? lesser : greater;
            q[l] = b[l] > a[l] ? greater : lesser;
        }
        return;
    }
    EACH_OF(l, width) sum[l] = e[l] + second[l] + third[l];
    for (size_t i = 3; i < count; i++) {
        const double *next = LANES_ROW(exponential, i, width);
        EACH_OF(l, width) sum[l] += next[l];
    }
    for (size_t i = 0; i < count; i++) {
        const double *of_route = LANES_ROW(exponential, i, width);
        double *to = LANES_ROW(share, i, width);
        EACH_OF(l, width) to[l] = of_route[l] / sum[l];
    }
}

/* Without nests: each route is one by itself, with its utility as the inclusive value and all of the nest's share. */
static bool is_plain(const struct route_flow *flow)
{
    return flow->nests == flow->routes;
}

/* Within the nests of the flows that have some: conditional shares and inclusive values. */
LANES_INLINE void nests_pass(struct choice *choice, size_t flows, const size_t flow[], const double *utility,
                             double *share, size_t width)
{
    const struct routes *routes = choice->routes;
    size_t used = 0, logged = 0;
    for (size_t f = 0; f < flows; f++) {
        const struct route_flow *of = &routes->flow[flow[f]];
        if (is_plain(of)) continue;
        for (size_t n = of->first_nest; n < of->first_nest + of->nests; n++) {
            const struct nest *nest = &routes->nest[n];
            arguments_of(nest->count, LANES_ROW(utility, nest->first, width), true,
                         LANES_ROW(choice->inverse, n, width), LANES_ROW(choice->inclusive, n, width),
                         LANES_ROW(choice->work, used, width), width);
            used += exponentials_of(nest->count);
        }
    }
    exponentials(used * width, choice->work);
    used = 0;
    for (size_t f = 0; f < flows; f++) {
        const struct route_flow *of = &routes->flow[flow[f]];
        if (is_plain(of)) continue;
        for (size_t n = of->first_nest; n < of->first_nest + of->nests; n++) {
            const struct nest *nest = &routes->nest[n];
            if (nest->count == 1) continue; /* all of what goes to the nest */
            shares_of(nest->count, LANES_ROW(utility, nest->first, width), LANES_ROW(choice->work, used, width),
                      LANES_ROW(share, nest->first, width), LANES_ROW(choice->sums, logged, width), width);
            used += exponentials_of(nest->count);
            logged++;
        }
    }
    logs(logged * width, choice->sums);
    logged = 0;
    for (size_t f = 0; f < flows; f++) {
        const struct route_flow *of = &routes->flow[flow[f]];
        if (is_plain(of)) continue;
        for (size_t n = of->first_nest; n < of->first_nest + of->nests; n++) {
            if (routes->nest[n].count == 1) continue;
            const double *lambda = LANES_ROW(choice->lambda, n, width),
                         *log_sum = LANES_ROW(choice->sums, logged, width);
            double *inclusive = LANES_ROW(choice->inclusive, n, width);
            logged++;
            EACH_OF(l, width) inclusive[l] = LANES_FMA(lambda[l], log_sum[l], inclusive[l]);
        }
    }
}

/* Between the nests of the flows. */
LANES_INLINE void flows_pass(struct choice *choice, size_t flows, const size_t flow[], const double *utility,
                             double *share, size_t width)
{
    const struct routes *routes = choice->routes;
    double *of_nest = choice->sums;
    size_t used = 0;
    for (size_t f = 0; f < flows; f++) {
        const struct route_flow *of = &routes->flow[flow[f]];
        const double *value = is_plain(of) ? LANES_ROW(utility, of->first_route, width)
                                           : LANES_ROW(choice->inclusive, of->first_nest, width);
        arguments_of(of->nests, value, false, NULL, LANES_ROW(choice->top, flow[f], width),
                     LANES_ROW(choice->work, used, width), width);
        used += exponentials_of(of->nests);
    }
    exponentials(used * width, choice->work);
    used = 0;
    for (size_t f = 0; f < flows; f++) {
        const struct route_flow *of = &routes->flow[flow[f]];
        const bool plain = is_plain(of);
        const double *value =
            plain ? LANES_ROW(utility, of->first_route, width) : LANES_ROW(choice->inclusive, of->first_nest, width);
        shares_of(of->nests, value, LANES_ROW(choice->work, used, width),
                  plain ? LANES_ROW(share, of->first_route, width) : of_nest, LANES_ROW(choice->sum, flow[f], width),
                  width);
        used += exponentials_of(of->nests);
        for (size_t n = 0; n < of->nests && !plain && of->nests > 1; n++) {
            const struct nest *nest = &routes->nest[of->first_nest + n];
            const double *whole = LANES_ROW(of_nest, n, width);
            for (size_t r = nest->first; r < nest->first + nest->count; r++) {
                double *p = LANES_ROW(share, r, width);
                if (nest->count == 1)
                    EACH_OF(l, width) p[l] = whole[l];
                else
                    EACH_OF(l, width) p[l] *= whole[l];
            }
        }
    }
}

LANES_INLINE void both_passes(struct choice *choice, size_t flows, const size_t flow[], const double *utility,
                              double *share, size_t width)
{
    nests_pass(choice, flows, flow, utility, share, width);
    flows_pass(choice, flows, flow, utility, share, width);
}

void choice_shares(struct choice *choice, size_t flows, const size_t flow[], const double *utility, double *share)
{
    if (choice->width == LANES)
        both_passes(choice, flows, flow, utility, share, LANES);
    else
        both_passes(choice, flows, flow, utility, share, LANES_FEW);
}

void choice_log_sums(struct choice *choice, double (*log_sum)[LANES])
{
    const size_t flows = choice->routes->flows;
    memcpy(log_sum, choice->sum, flows * sizeof *log_sum);
    logs(flows * LANES, log_sum[0]);
    for (size_t f = 0; f < flows; f++) {
        const double *top = choice->top + f * LANES;
        EACH_LANE(l) log_sum[f][l] += top[l];
    }
}

const double *choice_steepness(const struct choice *choice, size_t flow)
{
    return choice->steepness + flow * LANES;
}

void choice_gather(struct choice *few, const struct choice *all, const size_t lane[LANES_FEW])
{
    const struct routes *routes = all->routes;
    lanes_gather(routes->nests, few->lambda, all->lambda, lane);
    lanes_gather(routes->nests, few->inverse, all->inverse, lane);
    lanes_gather(routes->nests, few->inclusive, all->inclusive, lane);
    lanes_gather(routes->flows, few->top, all->top, lane);
    lanes_gather(routes->flows, few->sum, all->sum, lane);
}

void choice_scatter(const struct choice *few, struct choice *all, const size_t lane[LANES_FEW], size_t lanes)
{
    const struct routes *routes = all->routes;
    lanes_scatter(routes->nests, few->inclusive, all->inclusive, lane, lanes);
    lanes_scatter(routes->flows, few->top, all->top, lane, lanes);
    lanes_scatter(routes->flows, few->sum, all->sum, lane, lanes);
}
