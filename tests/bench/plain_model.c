/* tests/bench/plain_model.c -- see plain_model.h
 *
 * Written as one would with GSL and no thought of vectors: OpenMP over replications, in each its months, in each the
 * equations one after another in double precision, with libm. Seeds a Mersenne twister for each replication. What is
 * constant is computed once: of the run by plain_read.c, of a replication before its first month; routes add up only
 * what moves. The t copula's map is a linear table of 4096 knots, since the two special functions behind it would cost
 * more than all the rest.
 *
 * Compiled twice, with different options and a PLAIN_SUFFIX for the names.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/plain_model.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLAIN_JOIN(name, suffix) plain_##name##_##suffix
#define PLAIN_NAME(name, suffix) PLAIN_JOIN(name, suffix)
#define PLAIN(name)              PLAIN_NAME(name, PLAIN_SUFFIX)

#define D          (1.0 / 12.0)
#define MONTH_DAYS 30.4375
#define MOST_DELAY 12.0 /* months */
#define BARRED     1e9  /* utility that a closed route lacks where time is worth nothing */

struct driver_state {
    double x, y;                                 /* of one factor: x; chi and xi; or growth and ln Y */
    double mean, drift, sd[2], cross, own, slow; /* see driver_start */
    double base, log_base, level, log_ratio;
};

struct leg_state {
    double capacity;  /* of the month */
    double soft_load; /* a rho^b of last month */
    double delay, reported, load, part, used;
    double length, away, slope, steepest; /* of the step; away: the last that was not 0 */
    bool closed;
};

struct stop_state {
    double offered, through, waiting, lost;
    double arrived; /* what a late stop reckons with */
};

struct use_state {
    double each, share, routes; /* routes: of the flow, over the leg */
};

struct step_state {
    double money,
        days; /* of a moving step: cost at ratio 1, and value of the time that congestion adds at a rho^b = 1 */
};

struct route_state {
    double constant; /* a_r, with the offset */
    double fixed;    /* cost that neither drivers nor congestion move */
    double utility;  /* without queues */
    double e, share;
};

struct nest_state {
    double lambda, steepness, utility, e, sum; /* steepness: 1 / lambda */
};

struct flow_state {
    double volume, fixed_price, log_base_price, impact, lasting, update, memory;
    double theta, steepness, time_value, reliability;
    double demand; /* of a year */
    double max, sum, constant, cost;
};

struct work {
    const struct plain_model *model;
    bool lean;
    double *draw, *normal, *elasticity;
    struct driver_state *driver;
    struct leg_state *leg;
    struct use_state *use;
    struct stop_state *stop;
    struct step_state *step;
    struct route_state *route;
    struct nest_state *nest;
    struct flow_state *flow;
    double *sum, *weight; /* [outputs] of the year; [flows] volume of the year */
    double *cell;
};

static void *zeros(size_t count, size_t size)
{
    void *memory = calloc(count + 1, size);
    if (memory != NULL) return memory;
    fprintf(stderr, "plain_model: no memory\n");
    exit(EXIT_FAILURE);
}

static size_t incomes_of(const struct plain_model *model)
{
    size_t incomes = 0;
    for (size_t f = 0; f < model->flows; f++) incomes += model->flow[f].incomes;
    return incomes;
}

static struct work work_open(const struct plain_model *model, bool lean)
{
    return (struct work){
        .model = model,
        .lean = lean,
        .draw = zeros(model->draws, sizeof(double)),
        .normal = zeros(2 * model->innovations, sizeof(double)),
        .elasticity = zeros(incomes_of(model), sizeof(double)),
        .driver = zeros(model->drivers, sizeof(struct driver_state)),
        .leg = zeros(model->legs, sizeof(struct leg_state)),
        .use = zeros(model->uses, sizeof(struct use_state)),
        .stop = zeros(model->stops, sizeof(struct stop_state)),
        .step = zeros(model->steps, sizeof(struct step_state)),
        .route = zeros(model->routes, sizeof(struct route_state)),
        .nest = zeros(model->nests, sizeof(struct nest_state)),
        .flow = zeros(model->flows, sizeof(struct flow_state)),
        .sum = zeros(model->outputs, sizeof(double)),
        .weight = zeros(model->flows, sizeof(double)),
        .cell = zeros(plain_cells(model), sizeof(double)),
    };
}

static void work_close(struct work *work)
{
    free(work->draw);
    free(work->normal);
    free(work->elasticity);
    free(work->driver);
    free(work->leg);
    free(work->use);
    free(work->stop);
    free(work->step);
    free(work->route);
    free(work->nest);
    free(work->flow);
    free(work->sum);
    free(work->weight);
    free(work->cell);
}

/* Not fmax and fmin, which ask for NaN. */
static inline double larger(double a, double b)
{
    return a > b ? a : b;
}

static inline double smaller(double a, double b)
{
    return a < b ? a : b;
}

enum { AT_BASE = -1 };

/* A number in a month from start. */
static double value(const struct work *work, const struct plain_number *number, int t)
{
    const double stated = number->at == NULL || t == AT_BASE ? number->base : number->at[t];
    return number->draw == 0 ? stated : stated * work->draw[number->draw - 1];
}

/* ---- drivers ---- */

static void driver_start(struct work *work, size_t d)
{
    const struct plain_driver *driver = &work->model->driver[d];
    struct driver_state *state = &work->driver[d];
    const double *sd = work->model->sd + driver->innovation;
    const double sigma = value(work, &driver->sigma, AT_BASE);
    double start = driver->family == PLAIN_GROWTH ? 1.0 : value(work, &driver->start, AT_BASE);
    *state = (struct driver_state){.base = start, .log_base = log(start), .sd = {sigma * sd[0]}};
    switch (driver->family) {
    case PLAIN_TWO_FACTOR: {
        const double lasting = value(work, &driver->sigma_long, AT_BASE);
        state->sd[1] = lasting * sd[1];
        state->drift = log1p(value(work, &driver->drift, AT_BASE)) * D;
        state->own = 0.5 * sigma * sigma; /* the month's constant is drift - half the growth of the variance */
        state->slow = 0.5 * lasting * lasting * D;
        state->cross = 0.5 * sigma * lasting;
        state->y = state->log_base;
        break;
    }
    case PLAIN_GROWTH: {
        const double k = driver->kappa, s = sigma * k / sqrt(1.0 - (1.0 - exp(-k)) / k);
        state->sd[0] = s * sd[0];
        state->sd[1] = s * sd[1];
        state->y = driver->before;
        start = exp(driver->before);
        break;
    }
    case PLAIN_MEAN_REVERTING: {
        const double mean = value(work, &driver->mean, AT_BASE);
        state->x = driver->level ? start : state->log_base;
        state->mean = driver->level ? mean : log(mean) - sigma * sigma / (4.0 * driver->kappa);
        break;
    }
    case PLAIN_TREND:
        state->x = start;
        state->drift = value(work, &driver->drift, AT_BASE) * D;
        break;
    }
    state->level = start;
}

/* Correlated innovations of a month, with the copula. */
static const double *innovations(struct work *work, gsl_rng *rng)
{
    const struct plain_model *model = work->model;
    const size_t n = model->innovations;
    double *z = work->normal, *e = z + n;
    for (size_t i = 0; i < n; i++) z[i] = gsl_ran_gaussian_ziggurat(rng, 1.0);
    for (size_t i = 0; i < n; i++) {
        double sum = 0.0;
        for (size_t j = 0; j <= i; j++) sum += model->factor[i * n + j] * z[j];
        e[i] = sum;
    }
    if (model->dof == 0) return e;
    const double per_unit = (PLAIN_KNOTS - 1.0) / PLAIN_REACH;
    const double stretch = sqrt(model->dof / gsl_ran_chisq(rng, model->dof)) * per_unit;
    for (size_t i = 0; i < n; i++) {
        const double y = smaller(fabs(e[i]) * stretch, PLAIN_KNOTS - 1.000001);
        const int knot = (int)y;
        e[i] = copysign(model->map[knot] + (y - knot) * (model->map[knot + 1] - model->map[knot]), e[i]);
    }
    return e;
}

static void driver_step(struct work *work, size_t d, const double e[], int t)
{
    const struct plain_driver *driver = &work->model->driver[d];
    struct driver_state *state = &work->driver[d];
    switch (driver->family) {
    case PLAIN_TWO_FACTOR:
        state->x = driver->keep * state->x + state->sd[0] * e[0];
        state->y += state->drift - state->own * driver->own[t] - state->slow - state->cross * driver->cross[t] +
                    state->sd[1] * e[1];
        state->level = exp(state->x + state->y);
        state->log_ratio = state->x + state->y - state->log_base;
        break;
    case PLAIN_GROWTH:
        state->y += driver->growth[t] + driver->carry * state->x + state->sd[1] * e[1];
        state->x = driver->keep * state->x + state->sd[0] * e[0];
        state->level = exp(state->y);
        state->log_ratio = state->y;
        break;
    case PLAIN_MEAN_REVERTING:
        state->x = state->mean + driver->keep * (state->x - state->mean) + state->sd[0] * e[0];
        state->level = driver->level ? state->x : exp(state->x);
        state->log_ratio = driver->level ? 0.0 : state->x - state->log_base;
        break;
    case PLAIN_TREND:
        state->x += state->drift + state->sd[0] * e[0];
        state->level = state->x;
        break;
    }
}

static void drivers_step(struct work *work, gsl_rng *rng, int t)
{
    const double *e = innovations(work, rng);
    for (size_t d = 0; d < work->model->drivers; d++) driver_step(work, d, e + work->model->driver[d].innovation, t);
}

static void drivers_follow(struct work *work, const double level[])
{
    for (size_t d = 0; d < work->model->drivers; d++) {
        struct driver_state *state = &work->driver[d];
        state->level = level[d];
        state->log_ratio = work->model->driver[d].level ? 0.0 : log(level[d] / state->base);
    }
}

/* ---- cost of routes without queues ---- */

static double soft_load(const struct plain_leg *leg, double rho)
{
    double power = leg->soft;
    if (power == 0.0) return 0.0;
    for (int i = 0; i < leg->power; i++) power *= rho;
    return power;
}

/* What drivers and congestion do not move, and the coefficients of what they do. */
static void route_fix(struct work *work, const struct plain_flow *flow, const struct flow_state *shipper, size_t r,
                      struct step_state step_state[], int t)
{
    const struct plain_route *route = &flow->route[r];
    double money = 0.0, days = 0.0, variance = 0.0;
    for (size_t s = 0; s < route->steps; s++) {
        const struct plain_step *step = &route->step[s];
        const double sd = value(work, &step->sd, t), time = value(work, &step->time, t);
        const double cost = value(work, &step->cost, t);
        money += value(work, &step->fee, t) - value(work, &step->subsidy, t) + value(work, &step->penalty, t);
        if (step->cost_driver < 0) money += cost;
        days += time;
        variance += sd * sd;
        step_state[s] = (struct step_state){step->cost_driver < 0 ? 0.0 : cost, shipper->time_value * time};
    }
    work->route[flow->first_route + r].fixed =
        money + shipper->time_value * (days + shipper->reliability * sqrt(variance));
}

/* at_base: the drivers are at their bases. */
static double route_cost(const struct work *work, const struct plain_flow *flow, size_t r,
                         const struct step_state step_state[], bool at_base)
{
    const struct plain_route *route = &flow->route[r];
    double cost = work->route[flow->first_route + r].fixed;
    for (size_t i = 0; i < route->movings; i++) {
        const size_t s = route->moving[i];
        const struct plain_step *step = &route->step[s];
        const struct driver_state *driver = step->cost_driver < 0 ? NULL : &work->driver[step->cost_driver];
        if (driver != NULL) cost += step_state[s].money * (at_base ? 1.0 : driver->level / driver->base);
        cost += step_state[s].days * work->leg[step->leg].soft_load;
    }
    return cost;
}

static void costs_step(struct work *work, int t)
{
    const struct plain_model *model = work->model;
    for (size_t f = 0; f < model->flows; f++) {
        const struct plain_flow *flow = &model->flow[f];
        struct step_state *step = work->step + flow->first_step;
        for (size_t r = 0; r < flow->routes; r++) {
            struct route_state *route = &work->route[flow->first_route + r];
            if (flow->route[r].by_month) route_fix(work, flow, &work->flow[f], r, step, t);
            const double cost = route_cost(work, flow, r, step, false);
            /* a flow of one route has no theta: its utility is its cost */
            route->utility = flow->routes == 1 ? cost : route->constant - work->flow[f].theta * cost;
            step += flow->route[r].steps;
        }
    }
}

/* ---- choice ---- */

static bool is_closed(const struct work *work, const struct plain_flow *flow, size_t r)
{
    bool closed = false;
    for (size_t i = 0; i < flow->route[r].uses; i++)
        closed = closed || work->leg[flow->use[flow->route[r].use[i]].leg].closed;
    return closed;
}

/* Shares of a flow at the delays of the legs. */
static void shares(struct work *work, size_t f)
{
    const struct plain_flow *flow = &work->model->flow[f];
    struct flow_state *shipper = &work->flow[f];
    struct route_state *route = work->route + flow->first_route;
    struct nest_state *nest = work->nest + flow->first_nest;
    const double weight = shipper->time_value * MONTH_DAYS * shipper->theta;
    if (flow->routes == 1) {
        route[0].share = 1.0;
        return;
    }
    bool open = false;
    for (size_t r = 0; r < flow->routes; r++) open = open || !is_closed(work, flow, r);
    for (size_t r = 0; r < flow->routes; r++) {
        double delay = 0.0;
        for (size_t i = 0; i < flow->route[r].uses; i++) delay += work->leg[flow->use[flow->route[r].use[i]].leg].delay;
        route[r].e = route[r].utility - weight * delay; /* V, until its exponential replaces it */
        if (weight == 0.0 && open && is_closed(work, flow, r)) route[r].e -= BARRED;
    }
    shipper->max = -INFINITY;
    for (size_t n = 0; n < flow->nests; n++) {
        const size_t first = flow->nest[n].first, end = first + flow->nest[n].count;
        nest[n].utility = route[first].e;
        nest[n].sum = 1.0;
        if (end - first == 1) {
            route[first].e = 1.0;
        } else {
            double most = route[first].e, sum = 0.0;
            for (size_t r = first + 1; r < end; r++)
                if (route[r].e > most) most = route[r].e;
            for (size_t r = first; r < end; r++) sum += route[r].e = exp((route[r].e - most) * nest[n].steepness);
            nest[n].utility = most + nest[n].lambda * log(sum);
            nest[n].sum = sum;
        }
        if (nest[n].utility > shipper->max) shipper->max = nest[n].utility;
    }
    shipper->sum = 0.0;
    for (size_t n = 0; n < flow->nests; n++)
        shipper->sum += nest[n].e = flow->nests == 1 ? 1.0 : exp(nest[n].utility - shipper->max);
    for (size_t n = 0; n < flow->nests; n++) {
        const double factor = nest[n].e / (shipper->sum * nest[n].sum);
        for (size_t r = flow->nest[n].first; r < flow->nest[n].first + flow->nest[n].count; r++)
            route[r].share = route[r].e * factor;
    }
}

/* As of the last shares. Of a flow of one route the cost of that route, with the delay that is reported, as in
 * zhol, not with the iterate. */
static double composite_cost(const struct work *work, size_t f)
{
    const struct plain_flow *flow = &work->model->flow[f];
    const struct flow_state *shipper = &work->flow[f];
    double delay = 0.0;
    if (flow->routes > 1) return shipper->constant - (shipper->max + log(shipper->sum)) / shipper->theta;
    for (size_t i = 0; i < flow->route[0].uses; i++) delay += work->leg[flow->use[flow->route[0].use[i]].leg].reported;
    return work->route[flow->first_route].utility + shipper->time_value * MONTH_DAYS * delay;
}

/* ---- queues ---- */

static void capacities_step(struct work *work, int t)
{
    const struct plain_model *model = work->model;
    for (size_t l = 0; l < model->legs; l++) {
        const struct plain_leg *leg = &model->leg[l];
        struct leg_state *state = &work->leg[l];
        if (!leg->limited) continue;
        state->capacity = larger(0.0, value(work, &leg->capacity, t)) * D;
        if (leg->draught_driver >= 0) {
            const double over = larger(0.0, work->driver[leg->draught_driver].level - value(work, &leg->offset, t));
            state->capacity *= smaller(1.0, larger(0.1, 1.0 - value(work, &leg->loss, t) * over));
        }
        if (state->closed && state->capacity > 0.0) state->delay = 0.0; /* it reopens */
        state->closed = state->capacity == 0.0;
    }
}

static void all_shares(struct work *work, bool also_idle)
{
    const struct plain_model *model = work->model;
    for (size_t f = 0; f < model->flows; f++)
        if (model->flow[f].routes > 0 && (model->flow[f].uses > 0 || also_idle)) shares(work, f);
}

/* What comes to a stop: demand, or what the stop before lets through. */
static double coming(const struct work *work, size_t s)
{
    const struct plain_stop *stop = &work->model->stop[s];
    if (!stop->first) return work->stop[s - 1].through;
    return work->flow[stop->flow].demand * D *
           work->route[work->model->flow[stop->flow].first_route + stop->route].share;
}

static double each_of(const struct work *work, const struct plain_stop *stop)
{
    return work->use[work->model->flow[stop->flow].first_use + stop->use].each;
}

/* One pass over the legs in their order: loads, and what is let through. */
static void load(struct work *work)
{
    const struct plain_model *model = work->model;
    for (size_t o = 0; o < model->limited; o++) {
        const struct plain_leg *leg = &model->leg[model->order[o]];
        struct leg_state *state = &work->leg[model->order[o]];
        state->load = 0.0;
        for (size_t i = 0; i < leg->stops; i++) {
            const size_t s = leg->stop[i];
            struct stop_state *stop = &work->stop[s];
            stop->offered = (model->stop[s].late ? stop->arrived : coming(work, s)) + stop->waiting;
            state->load += each_of(work, &model->stop[s]) * stop->offered;
        }
        state->part = state->load > state->capacity ? state->capacity / state->load : 1.0;
        for (size_t i = 0; i < leg->stops; i++)
            work->stop[leg->stop[i]].through = work->stop[leg->stop[i]].offered * state->part;
    }
}

/* What late stops reckon with from here on; false where nothing changes. */
static bool arrive(struct work *work)
{
    const struct plain_model *model = work->model;
    bool changed = false;
    for (size_t s = 0; s < model->stops && model->crosses; s++) {
        if (!model->stop[s].late) continue;
        changed = changed || work->stop[s].arrived != work->stop[s - 1].through;
        work->stop[s].arrived = work->stop[s - 1].through;
    }
    return changed;
}

static void slopes(struct work *work)
{
    const struct plain_model *model = work->model;
    for (size_t l = 0; l < model->legs; l++) work->leg[l].slope = work->leg[l].steepest = 0.0;
    for (size_t f = 0; f < model->flows; f++) {
        const struct plain_flow *flow = &model->flow[f];
        const struct flow_state *shipper = &work->flow[f];
        struct use_state *use = work->use + flow->first_use;
        if (flow->routes < 2 || flow->uses == 0) continue;
        for (size_t u = 0; u < flow->uses; u++) use[u].share = use[u].routes = 0.0;
        for (size_t r = 0; r < flow->routes; r++)
            for (size_t i = 0; i < flow->route[r].uses; i++) {
                use[flow->route[r].use[i]].share += work->route[flow->first_route + r].share;
                use[flow->route[r].use[i]].routes += 1.0;
            }
        const double steep = shipper->theta * shipper->steepness * shipper->time_value * MONTH_DAYS;
        for (size_t u = 0; u < flow->uses; u++) {
            struct leg_state *leg = &work->leg[flow->use[u].leg];
            if (use[u].routes == (double)flow->routes) continue; /* there is no way round it */
            leg->slope += use[u].each * steep * shipper->demand * D * use[u].share * (1.0 - use[u].share);
            leg->steepest = larger(leg->steepest, steep);
        }
    }
}

/* A Newton step of every leg; false if no leg is away from its target. */
static bool sweep(struct work *work)
{
    const struct plain_model *model = work->model;
    bool goes_on = false;
    slopes(work);
    for (size_t l = 0; l < model->legs; l++) {
        struct leg_state *leg = &work->leg[l];
        if (!model->leg[l].limited) continue;
        if (leg->closed) {
            goes_on = goes_on || leg->delay != MOST_DELAY;
            leg->delay = MOST_DELAY;
            continue;
        }
        const double apart = leg->load / leg->capacity - 1.0 - leg->delay;
        const bool at_end = (leg->delay == 0.0 && apart < 0.0) || (leg->delay == MOST_DELAY && apart > 0.0);
        if (!at_end && apart != 0.0) {
            if (apart * leg->away < 0.0) leg->length = larger(0.1, 0.5 * leg->length);
            if (apart * leg->away > 0.0) leg->length = smaller(2.0, 1.3 * leg->length);
            leg->away = apart;
            goes_on = true;
        }
        const double newton = apart / (1.0 + leg->slope / leg->capacity), most = 4.0 / leg->steepest;
        const double next = leg->delay + leg->length * smaller(most, larger(-most, newton));
        leg->delay = smaller(MOST_DELAY, larger(0.0, next));
    }
    return goes_on;
}

/* Sets the reported delays. */
static double error_of(struct work *work)
{
    const struct plain_model *model = work->model;
    double most = 0.0, late = 0.0;
    for (size_t l = 0; l < model->legs; l++) {
        struct leg_state *leg = &work->leg[l];
        if (!model->leg[l].limited) continue;
        const double aim = leg->closed ? MOST_DELAY : smaller(MOST_DELAY, larger(0.0, leg->load / leg->capacity - 1.0));
        leg->reported = leg->closed && leg->load == 0.0 ? 0.0 : aim;
        most = larger(most, fabs(aim - leg->delay));
    }
    for (size_t s = 0; s < model->stops && model->crosses; s++) {
        const struct plain_stop *stop = &model->stop[s];
        if (!stop->late || work->leg[stop->leg].closed) continue;
        late += each_of(work, stop) * fabs(work->stop[s - 1].through - work->stop[s].arrived) /
                work->leg[stop->leg].capacity;
    }
    return most + late;
}

static bool solve_step(struct work *work)
{
    const bool away = sweep(work), late = arrive(work);
    if (work->lean && !away && !late) return false;
    all_shares(work, false);
    load(work);
    for (int i = 0; i < 2 && work->model->crosses && arrive(work); i++) load(work);
    return away || late;
}

static void solve(struct work *work)
{
    const struct plain_model *model = work->model;
    for (size_t l = 0; l < model->legs; l++) {
        work->leg[l].length = 0.8;
        work->leg[l].away = 0.0;
    }
    all_shares(work, true);
    arrive(work);
    load(work);
    for (int i = 0; i < model->sweeps; i++)
        if (!solve_step(work) && work->lean) break;
    for (int i = model->sweeps; i < model->most_sweeps && error_of(work) > model->tolerance; i++)
        if (!solve_step(work)) break;
    error_of(work);
}

/* What got through, waits and is lost; where late stops are not quite solved, no more than legs reckoned with. */
static void settle(struct work *work, double renege)
{
    const struct plain_model *model = work->model;
    for (size_t l = 0; l < model->legs; l++) work->leg[l].used = 0.0;
    for (size_t s = 0; s < model->stops; s++) {
        struct stop_state *stop = &work->stop[s];
        struct leg_state *leg = &work->leg[model->stop[s].leg];
        const double offered = coming(work, s) + stop->waiting;
        stop->through = smaller(offered, stop->offered) * leg->part;
        stop->lost = renege * (offered - stop->through);
        stop->waiting = offered - stop->through - stop->lost;
        leg->used += each_of(work, &model->stop[s]) * stop->through;
    }
}

/* ---- a replication ---- */

/* Costs, constants and prices of the base year. */
static void flow_start(struct work *work, size_t f)
{
    const struct plain_flow *flow = &work->model->flow[f];
    struct flow_state *state = &work->flow[f];
    struct route_state *route = work->route + flow->first_route;
    struct nest_state *nest = work->nest + flow->first_nest;
    struct step_state *step = work->step + flow->first_step;
    double base_cost = 0.0;
    for (size_t r = 0; r < flow->routes; r++) {
        route_fix(work, flow, state, r, step, AT_BASE);
        route[r].e = route_cost(work, flow, r, step, true);
        base_cost += flow->route[r].share * route[r].e;
        step += flow->route[r].steps;
    }
    for (size_t n = 0; n < flow->nests; n++) {
        const size_t first = flow->nest[n].first, end = first + flow->nest[n].count;
        double share = 0.0;
        for (size_t r = first; r < end; r++) share += flow->route[r].share;
        for (size_t r = first; r < end; r++)
            if (flow->route[r].like == r)
                route[r].constant =
                    nest[n].lambda * log(flow->route[r].share / share) + log(share) + state->theta * route[r].e;
    }
    for (size_t r = 0; r < flow->routes; r++)
        if (flow->route[r].like != r)
            route[r].constant =
                route[flow->route[r].like].constant - state->theta * value(work, &flow->route[r].offset, AT_BASE);
    for (size_t r = 0; r < flow->routes; r++)
        route[r].utility = flow->routes == 1 ? route[r].e : route[r].constant - state->theta * route[r].e;
    state->constant = 0.0;
    state->cost = 0.0;
    if (flow->routes == 0) return;
    shares(work, f);
    /* the log-sum of the routes of the base year is 0; those `like` others come on top, from the first month */
    if (flow->routes > 1) state->constant = base_cost;
    state->cost = base_cost;
}

static double goods_price(const struct work *work, const struct plain_flow *flow, int t)
{
    return value(work, &flow->value, t) * (1.0 + value(work, &flow->tariff, t)) * (1.0 + value(work, &flow->wedge, t));
}

static void flow_parameters(struct work *work, size_t f)
{
    const struct plain_flow *flow = &work->model->flow[f];
    struct flow_state *state = &work->flow[f];
    struct nest_state *nest = work->nest + flow->first_nest;
    *state = (struct flow_state){
        .volume = value(work, &flow->volume, AT_BASE),
        .fixed_price = goods_price(work, flow, AT_BASE),
        .theta = value(work, &flow->theta, AT_BASE),
        .time_value = value(work, &flow->time_value, AT_BASE),
        .reliability = value(work, &flow->reliability, AT_BASE),
        .steepness = 1.0,
    };
    if (flow->responds) {
        state->impact = value(work, &flow->impact, AT_BASE);
        state->lasting = value(work, &flow->long_run, AT_BASE) - state->impact;
        state->update = -expm1(-value(work, &flow->speed, AT_BASE) * D);
    }
    for (size_t n = 0; n < flow->nests; n++) {
        nest[n].lambda = value(work, &flow->nest[n].lambda, AT_BASE);
        nest[n].steepness = 1.0 / nest[n].lambda;
        state->steepness = larger(state->steepness, nest[n].steepness);
    }
    for (size_t u = 0; u < flow->uses; u++)
        work->use[flow->first_use + u].each = value(work, &flow->use[u].each, AT_BASE);
}

/* The share of capacities that base volumes take, without season. */
static void base_congestion(struct work *work)
{
    const struct plain_model *model = work->model;
    for (size_t l = 0; l < model->legs; l++) work->leg[l].used = 0.0;
    for (size_t f = 0; f < model->flows; f++) {
        const struct plain_flow *flow = &model->flow[f];
        for (size_t r = 0; r < flow->routes; r++)
            for (size_t i = 0; i < flow->route[r].uses; i++) {
                const size_t u = flow->route[r].use[i];
                work->leg[flow->use[u].leg].used +=
                    work->use[flow->first_use + u].each * work->flow[f].volume * D * flow->route[r].share;
            }
    }
    for (size_t l = 0; l < model->legs; l++) {
        struct leg_state *leg = &work->leg[l];
        if (model->leg[l].limited && leg->capacity > 0.0)
            leg->soft_load = soft_load(&model->leg[l], smaller(1.0, leg->used / leg->capacity));
    }
}

static void replication_start(struct work *work)
{
    const struct plain_model *model = work->model;
    double *elasticity = work->elasticity;
    for (size_t d = 0; d < model->drivers; d++) driver_start(work, d);
    for (size_t l = 0; l < model->legs; l++) work->leg[l] = (struct leg_state){0};
    for (size_t s = 0; s < model->stops; s++) work->stop[s] = (struct stop_state){0};
    capacities_step(work, AT_BASE);
    for (size_t f = 0; f < model->flows; f++) flow_parameters(work, f);
    base_congestion(work);
    for (size_t f = 0; f < model->flows; f++) {
        const struct plain_flow *flow = &model->flow[f];
        flow_start(work, f);
        work->flow[f].log_base_price = log(work->flow[f].fixed_price + work->flow[f].cost);
        for (size_t i = 0; i < flow->incomes; i++) *elasticity++ = value(work, &flow->income[i].elasticity, AT_BASE);
    }
}

static void demands_step(struct work *work, int t)
{
    const struct plain_model *model = work->model;
    const double *elasticity = work->elasticity;
    for (size_t f = 0; f < model->flows; f++) {
        const struct plain_flow *flow = &model->flow[f];
        struct flow_state *state = &work->flow[f];
        double exponent = 0.0;
        for (size_t i = 0; i < flow->incomes; i++)
            exponent += *elasticity++ * work->driver[flow->income[i].driver].log_ratio;
        if (flow->responds) {
            const double goods = flow->price_by_month ? goods_price(work, flow, t) : state->fixed_price;
            const double x = log(goods + state->cost) - state->log_base_price;
            exponent -= state->impact * x + state->lasting * state->memory;
            state->memory += state->update * (x - state->memory);
        }
        state->demand = state->volume * flow->season[(model->start + t) % 12] * exp(exponent);
    }
}

/* Adds the month to the year's sums. */
static void flow_report(struct work *work, size_t f, bool last)
{
    const struct plain_flow *flow = &work->model->flow[f];
    const struct flow_state *state = &work->flow[f];
    double *sum = work->sum + flow->output;
    double shipped = 0.0, lost = 0.0, waiting = 0.0;
    sum[PLAIN_DEMAND] += state->demand * D;
    if (flow->routes == 0) return;
    for (size_t r = 0; r < flow->routes; r++) {
        const struct stop_state *stop = work->stop + flow->route[r].first_stop;
        const size_t stops = flow->route[r].uses;
        const double volume =
            stops > 0 ? stop[stops - 1].through : state->demand * D * work->route[flow->first_route + r].share;
        for (size_t k = 0; k < stops; k++) {
            lost += stop[k].lost;
            waiting += stop[k].waiting;
        }
        shipped += volume;
        sum[PLAIN_FLOW_OUTPUTS + r] += volume;
    }
    sum[PLAIN_SHIPPED] += shipped;
    sum[PLAIN_LOST] += lost;
    sum[PLAIN_COST] += state->cost * shipped;
    if (last) sum[PLAIN_BACKLOG] = waiting;
}

static void legs_report(struct work *work)
{
    const struct plain_model *model = work->model;
    for (size_t l = 0; l < model->legs; l++) {
        struct leg_state *leg = &work->leg[l];
        double *sum = work->sum + model->leg[l].output;
        if (!model->leg[l].limited) continue;
        const double utilisation = leg->closed ? 0.0 : leg->used / leg->capacity;
        leg->soft_load = soft_load(&model->leg[l], smaller(1.0, utilisation));
        sum[PLAIN_USED] += leg->used;
        sum[PLAIN_UTILISATION] += utilisation / 12.0;
        sum[PLAIN_DELAY] += leg->reported * MONTH_DAYS / 12.0;
    }
}

static void year_report(struct work *work, int year)
{
    const struct plain_model *model = work->model;
    const int years = model->months / 12;
    for (size_t f = 0; f < model->flows; f++) {
        double *sum = work->sum + model->flow[f].output;
        if (model->flow[f].routes > 0) sum[PLAIN_COST] /= sum[PLAIN_SHIPPED];
    }
    for (size_t o = 0; o < model->outputs; o++) {
        work->cell[o * (size_t)years + (size_t)year] = work->sum[o];
        work->sum[o] = 0.0;
    }
}

/* What comes after the drivers of a month. */
static void month_step(struct work *work, int t)
{
    const struct plain_model *model = work->model;
    demands_step(work, t);
    capacities_step(work, t);
    costs_step(work, t);
    solve(work);
    settle(work, value(work, &model->renege, t));
    for (size_t d = 0; d < model->drivers; d++) work->sum[d] += work->driver[d].level / 12.0;
    for (size_t f = 0; f < model->flows; f++) {
        if (model->flow[f].routes > 0) work->flow[f].cost = composite_cost(work, f);
        flow_report(work, f, t % 12 == 11);
    }
    legs_report(work);
    if (t % 12 == 11) year_report(work, t / 12);
}

static void replicate(struct work *work, gsl_rng *rng)
{
    const struct plain_model *model = work->model;
    for (size_t i = 0; i < model->draws; i++)
        work->draw[i] = quantity_inverse(&model->draw[i].quantity, gsl_rng_uniform_pos(rng));
    replication_start(work);
    for (int t = 0; t < model->months; t++) {
        drivers_step(work, rng, t);
        month_step(work, t);
    }
}

static void moments_add(size_t cells, const double cell[], struct plain_moments moments[])
{
    for (size_t c = 0; c < cells; c++) {
        if (isnan(cell[c])) continue;
        const double apart = cell[c] - moments[c].mean;
        moments[c].count += 1.0;
        moments[c].mean += apart / moments[c].count;
        moments[c].squares += apart * (cell[c] - moments[c].mean);
    }
}

static void moments_join(size_t cells, const struct plain_moments other[], struct plain_moments moments[])
{
    for (size_t c = 0; c < cells; c++) {
        const double count = moments[c].count + other[c].count, apart = other[c].mean - moments[c].mean;
        if (other[c].count == 0.0) continue;
        moments[c].squares += other[c].squares + apart * apart * moments[c].count * other[c].count / count;
        moments[c].mean += apart * other[c].count / count;
        moments[c].count = count;
    }
}

/* Seeds that lie far apart: of neighbouring seeds, the twister's first numbers are not independent. (splitmix64) */
static unsigned long seed_of(unsigned long seed, size_t replication)
{
    uint64_t x = ((uint64_t)seed << 32) + replication + 1;
    x *= 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return (unsigned long)((x ^ (x >> 31)) >> 32);
}

void PLAIN(run)(const struct plain_model *model, const struct plain_options *options, struct plain_moments moments[])
{
    const size_t cells = plain_cells(model);
    memset(moments, 0, cells * sizeof *moments);
#pragma omp parallel num_threads(options->threads)
    {
        struct work work = work_open(model, options->lean);
        struct plain_moments *own = zeros(cells, sizeof *own);
        gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
        if (rng == NULL) abort();
#pragma omp for schedule(dynamic, 16)
        for (size_t r = 0; r < options->replications; r++) {
            gsl_rng_set(rng, seed_of(options->seed, r));
            replicate(&work, rng);
            moments_add(cells, work.cell, own);
        }
#pragma omp critical
        moments_join(cells, own, moments);
        gsl_rng_free(rng);
        free(own);
        work_close(&work);
    }
}

void PLAIN(follow)(const struct plain_model *model, const double draw[], const double level[], double cell[])
{
    struct work work = work_open(model, false);
    memcpy(work.draw, draw, model->draws * sizeof *draw);
    replication_start(&work);
    for (int t = 0; t < model->months; t++) {
        drivers_follow(&work, level + (size_t)t * model->drivers);
        month_step(&work, t);
    }
    memcpy(cell, work.cell, plain_cells(model) * sizeof *cell);
    work_close(&work);
}
