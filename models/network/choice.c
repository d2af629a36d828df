/* models/network/choice.c -- see choice.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/network/choice.h"

#include <stdlib.h>

struct choice {
    const struct routes *routes;
    double (*lambda)[LANES];    /* [nests] */
    double (*inverse)[LANES];   /* [nests] 1 / lambda */
    double (*steepness)[LANES]; /* [flows] */
    double (*inclusive)[LANES]; /* [nests] I_n */
    double (*top)[LANES];       /* [flows] greatest I_n, taken out */
    double (*sum)[LANES];       /* [flows] sum of exp(I_n - top) */
    double (*work)[LANES];      /* [routes] arguments, then values, of a pass */
    double (*sums)[LANES];      /* [nests] sums of exponentials within a nest, then their logs */
};

struct fault *choice_open(const struct routes *routes, struct arena *arena, struct choice **out)
{
    struct choice *choice = arena_take(arena, 1, sizeof *choice);
    if (choice == NULL) return fault_no_memory();
    *out = choice;
    choice->routes = routes;
    choice->lambda = arena_rows(arena, routes->nests);
    choice->inverse = arena_rows(arena, routes->nests);
    choice->steepness = arena_rows(arena, routes->flows);
    choice->inclusive = arena_rows(arena, routes->nests);
    choice->top = arena_rows(arena, routes->flows);
    choice->sum = arena_rows(arena, routes->flows);
    choice->work = arena_rows(arena, routes->count);
    choice->sums = arena_rows(arena, routes->nests);
    return arena_check(arena);
}

/* a_r - theta C_r0 of the routes with a share in the base year. */
static void constants_of_shares(const struct choice *choice, double (*constant)[LANES])
{
    const struct routes *routes = choice->routes;
    _Alignas(LANES_ALIGNMENT) double part[LANES], whole[LANES];
    for (size_t n = 0; n < routes->nests; n++) {
        const double *lambda = choice->lambda[n], nest_share = routes_nest_share(routes, n);
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
        for (int l = 0; l < LANES; l++) choice->lambda[n][l] = slot < 0 ? 1.0 : rows_get(rows, slot)[l];
        EACH_LANE(l) choice->inverse[n][l] = 1.0 / choice->lambda[n][l];
    }
    for (size_t f = 0; f < routes->flows; f++) {
        double *steepness = choice->steepness[f];
        EACH_LANE(l) steepness[l] = 1.0;
        for (size_t n = routes->flow[f].first_nest; n < routes->flow[f].first_nest + routes->flow[f].nests; n++) {
            const double *inverse = choice->inverse[n];
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

static void exponentials(size_t count, double (*row)[LANES])
{
    double *x = row[0];
#pragma omp simd
    for (size_t i = 0; i < count * LANES; i++) x[i] = lanes_exp(x[i]);
}

static void logs(size_t count, double (*row)[LANES])
{
    double *x = row[0];
#pragma omp simd
    for (size_t i = 0; i < count * LANES; i++) x[i] = lanes_log(x[i]);
}

/* How many exponentials a choice between `count` takes: between two one is enough. */
static size_t exponentials_of(size_t count)
{
    return count <= 2 ? count - 1 : count;
}

/* The greatest of the values, and the arguments of the exponentials, scaled (NULL: not). */
static void arguments_of(size_t count, const double (*value)[LANES], const double *scale, double top[LANES],
                         double (*argument)[LANES])
{
    EACH_LANE(l) top[l] = value[0][l];
    for (size_t i = 1; i < count; i++) EACH_LANE(l) top[l] = value[i][l] > top[l] ? value[i][l] : top[l];
    if (count == 2) {
        const double *a = value[0], *b = value[1];
        double *out = argument[0];
        EACH_LANE(l) out[l] = -__builtin_fabs(b[l] - a[l]);
    } else {
        for (size_t i = 0; count > 2 && i < count; i++) {
            const double *v = value[i];
            double *out = argument[i];
            EACH_LANE(l) out[l] = v[l] - top[l];
        }
    }
    if (scale == NULL) return;
    for (size_t i = 0; i < exponentials_of(count); i++) {
        double *out = argument[i];
        EACH_LANE(l) out[l] *= scale[l];
    }
}

/* The shares from the exponentials, and their sum. */
static void shares_of(size_t count, const double (*value)[LANES], const double (*exponential)[LANES],
                      double (*share)[LANES], double sum[LANES])
{
    if (count == 1) {
        EACH_LANE(l) share[0][l] = sum[l] = 1.0;
        return;
    }
    if (count == 2) {
        const double *a = value[0], *b = value[1], *e = exponential[0];
        double *p = share[0], *q = share[1];
        EACH_LANE(l)
        {
            const double whole = 1.0 + e[l], greater = 1.0 / whole, lesser = e[l] / whole;
            sum[l] = whole;
            p[l] = b[l] > a[l] ? lesser : greater;
            q[l] = b[l] > a[l] ? greater : lesser;
        }
        return;
    }
    EACH_LANE(l) sum[l] = exponential[0][l];
    for (size_t i = 1; i < count; i++) EACH_LANE(l) sum[l] += exponential[i][l];
    for (size_t i = 0; i < count; i++) {
        const double *e = exponential[i];
        double *p = share[i];
        EACH_LANE(l) p[l] = e[l] / sum[l];
    }
}

/* Within the nests of the flows: conditional shares and inclusive values. */
static void nests_pass(struct choice *choice, size_t flows, const size_t flow[], const double (*utility)[LANES],
                       double (*share)[LANES])
{
    const struct routes *routes = choice->routes;
    size_t used = 0, logged = 0;
    for (size_t f = 0; f < flows; f++) {
        const struct route_flow *of = &routes->flow[flow[f]];
        for (size_t n = of->first_nest; n < of->first_nest + of->nests; n++) {
            const struct nest *nest = &routes->nest[n];
            arguments_of(nest->count, utility + nest->first, choice->inverse[n], choice->inclusive[n],
                         choice->work + used);
            used += exponentials_of(nest->count);
        }
    }
    exponentials(used, choice->work);
    used = 0;
    for (size_t f = 0; f < flows; f++) {
        const struct route_flow *of = &routes->flow[flow[f]];
        for (size_t n = of->first_nest; n < of->first_nest + of->nests; n++) {
            const struct nest *nest = &routes->nest[n];
            shares_of(nest->count, utility + nest->first, (const double(*)[LANES])(choice->work + used),
                      share + nest->first, choice->sums[logged]);
            used += exponentials_of(nest->count);
            logged += nest->count > 1;
        }
    }
    logs(logged, choice->sums);
    logged = 0;
    for (size_t f = 0; f < flows; f++) {
        const struct route_flow *of = &routes->flow[flow[f]];
        for (size_t n = of->first_nest; n < of->first_nest + of->nests; n++) {
            if (routes->nest[n].count == 1) continue;
            const double *lambda = choice->lambda[n], *log_sum = choice->sums[logged++];
            double *inclusive = choice->inclusive[n];
            EACH_LANE(l) inclusive[l] = LANES_FMA(lambda[l], log_sum[l], inclusive[l]);
        }
    }
}

/* Between the nests of the flows. */
static void flows_pass(struct choice *choice, size_t flows, const size_t flow[], double (*share)[LANES])
{
    const struct routes *routes = choice->routes;
    double(*of_nest)[LANES] = choice->sums;
    size_t used = 0;
    for (size_t f = 0; f < flows; f++) {
        const struct route_flow *of = &routes->flow[flow[f]];
        const double(*value)[LANES] = (const double(*)[LANES])(choice->inclusive + of->first_nest);
        arguments_of(of->nests, value, NULL, choice->top[flow[f]], choice->work + used);
        used += exponentials_of(of->nests);
    }
    exponentials(used, choice->work);
    used = 0;
    for (size_t f = 0; f < flows; f++) {
        const struct route_flow *of = &routes->flow[flow[f]];
        const double(*value)[LANES] = (const double(*)[LANES])(choice->inclusive + of->first_nest);
        shares_of(of->nests, value, (const double(*)[LANES])(choice->work + used), of_nest, choice->sum[flow[f]]);
        used += exponentials_of(of->nests);
        for (size_t n = 0; n < of->nests && of->nests > 1; n++) {
            const struct nest *nest = &routes->nest[of->first_nest + n];
            const double *whole = of_nest[n];
            for (size_t r = nest->first; r < nest->first + nest->count; r++) {
                double *p = share[r];
                EACH_LANE(l) p[l] *= whole[l];
            }
        }
    }
}

void choice_shares(struct choice *choice, size_t flows, const size_t flow[], const double (*utility)[LANES],
                   double (*share)[LANES])
{
    nests_pass(choice, flows, flow, utility, share);
    flows_pass(choice, flows, flow, share);
}

void choice_log_sums(struct choice *choice, double (*log_sum)[LANES])
{
    const size_t flows = choice->routes->flows;
    for (size_t f = 0; f < flows; f++) {
        const double *sum = choice->sum[f];
        EACH_LANE(l) log_sum[f][l] = sum[l];
    }
    logs(flows, log_sum);
    for (size_t f = 0; f < flows; f++) {
        const double *top = choice->top[f];
        EACH_LANE(l) log_sum[f][l] += top[l];
    }
}

const double *choice_steepness(const struct choice *choice, size_t flow)
{
    return choice->steepness[flow];
}
