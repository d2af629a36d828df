/* tests/bench/plain_model.h -- the model of a scenario as plain scalar C: what zhol is checked and measured against.
 *
 * Drivers, demand, route choice, queues and rationing, written from the specification of the model and not from the
 * code of models; shares zhol's reading of scenarios and its distributions, but no arithmetic of the model.
 * plain_read.c makes the constants of a run, plain_model.c simulates: replications one after another, months inside,
 * one number at a time.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_BENCH_PLAIN_MODEL_H
#define ZHOL_BENCH_PLAIN_MODEL_H

#include "scenarios/reader/reader.h"

#include <stdbool.h>
#include <stddef.h>

/* A number of the scenario: its value times a draw of the replication. */
struct plain_number {
    double base;      /* at the base date */
    const double *at; /* [-lead .. months-1] from start; NULL: no profile */
    size_t draw;      /* 1 + its index; 0: none */
};

struct plain_draw {
    char *name; /* as zhol names the input */
    struct quantity quantity;
};

enum plain_family { PLAIN_TWO_FACTOR, PLAIN_GROWTH, PLAIN_MEAN_REVERTING, PLAIN_TREND };

/* Time constants are those of the family: of a growth driver `keep` is e^{-kappa D} and `carry` (1 - keep) / kappa. */
struct plain_driver {
    enum plain_family family;
    const char *name;
    bool level; /* the state is the level, not its log */
    size_t innovation;
    double kappa, rho, keep, carry;
    double before; /* of growth: ln Y at start */
    struct plain_number start, mean, drift, sigma, sigma_long;
    /* By month. Of growth: its mean. Of two factors: the variance of the log grows by short^2 own + long^2 D
     * + short long cross. */
    double *growth, *own, *cross;
};

struct plain_leg {
    const char *name;
    bool limited;       /* has a capacity, and routes */
    size_t output;      /* of a limited leg: its first */
    int draught_driver; /* -1: none */
    struct plain_number capacity, loss, offset;
    double soft;  /* a of the soft congestion */
    int power;    /* b */
    size_t *stop; /* [stops] of the model, those at the leg */
    size_t stops;
};

/* A leg on the way of a route. */
struct plain_step {
    size_t leg;
    int cost_driver; /* -1: none */
    struct plain_number cost, fee, subsidy, penalty, time, sd;
};

/* The use of a limited leg by a flow. */
struct plain_use {
    size_t leg;
    struct plain_number each;
};

/* A route at a limited leg. */
struct plain_stop {
    size_t leg, flow, route, use; /* the route and the use among those of the flow */
    bool first;                   /* of its route */
    bool late;                    /* the stop before stands at a leg that is loaded later */
};

struct plain_route {
    const char *name;
    size_t first_stop; /* of the model; [uses] of them, as of the uses, in the order of the way */
    double share;      /* in the base year */
    size_t like;       /* the route that it is like; itself if it has a share */
    bool by_month;     /* its fixed cost varies by month */
    size_t nest;       /* of the flow */
    size_t *use;       /* [uses] of the flow, those on its way */
    size_t uses;
    size_t *moving; /* [movings] steps whose cost or time moves with drivers and congestion */
    size_t movings;
    struct plain_step *step;
    size_t steps;
    struct plain_number offset;
};

/* Routes of a nest stand together. */
struct plain_nest {
    size_t first, count; /* routes of the flow */
    struct plain_number lambda;
};

struct plain_income {
    size_t driver;
    struct plain_number elasticity;
};

struct plain_flow {
    const char *name;
    struct plain_number volume, value, tariff, wedge, impact, long_run, speed, theta, time_value, reliability;
    bool responds;
    bool price_by_month;
    double season[12];
    struct plain_income *income;
    size_t incomes;
    struct plain_route *route;
    size_t routes;
    struct plain_nest *nest;
    size_t nests;
    struct plain_use *use;
    size_t uses;
    size_t first_route, first_nest, first_use, first_step; /* in a replication's arrays */
    size_t output;                                         /* its first */
};

/* What is reported of a flow (the last two only with routes), a route, and a limited leg. */
enum { PLAIN_DEMAND, PLAIN_SHIPPED, PLAIN_LOST, PLAIN_BACKLOG, PLAIN_COST, PLAIN_FLOW_OUTPUTS };
enum { PLAIN_USED, PLAIN_UTILISATION, PLAIN_DELAY, PLAIN_LEG_OUTPUTS };

enum { PLAIN_KNOTS = 4096, PLAIN_REACH = 40 }; /* of the t copula's map */

struct plain_model {
    int base, start, months;
    size_t innovations;
    double *factor; /* [innovations * innovations], lower */
    double *sd;     /* [innovations] of a month at a volatility of 1 */
    int dof;        /* 0: Gaussian copula */
    double *map;    /* [PLAIN_KNOTS] of the t copula */
    struct plain_draw *draw;
    size_t draws;
    struct plain_driver *driver;
    size_t drivers;
    struct plain_leg *leg;
    size_t legs;
    struct plain_flow *flow;
    size_t flows;
    size_t routes, nests, uses, steps; /* of all flows */
    struct plain_stop *stop;
    size_t stops;
    size_t *order; /* [limited] legs as they are loaded */
    size_t limited;
    bool crosses; /* some stop is late */
    int sweeps, most_sweeps;
    double tolerance; /* months */
    struct plain_number renege;
    char **output; /* [outputs] as zhol names the outcome */
    size_t outputs;
    char *left_out; /* sections of the scenario that are not in here; "": none */
    void **owned;   /* what else is to be freed */
    size_t owns;
};

/* Reads what it needs from a scenario that the world has accepted. A fault says what of it is not in the reference.
 * *model is to be freed even then. */
MUST_CHECK struct fault *plain_open(const struct scenario *scenario, struct plain_model **model);
void plain_close(struct plain_model *model);
size_t plain_cells(const struct plain_model *model); /* output * years + year */

struct plain_moments {
    double count, mean, squares; /* squares of deviations from the mean, summed */
};

/* lean: sweeps are left out once no delay changes, which changes no number; else all of them are made. */
struct plain_options {
    unsigned long seed;
    size_t replications;
    int threads;
    bool lean;
};

/* moments[cells]. Two of one text, compiled with different options. */
typedef void plain_run(const struct plain_model *model, const struct plain_options *options,
                       struct plain_moments moments[]);
plain_run plain_run_o2, plain_run_native;

/* One replication at given draws and levels of the drivers, level[month * drivers + driver]: cell[cells]. */
typedef void plain_follow(const struct plain_model *model, const double draw[], const double level[], double cell[]);
plain_follow plain_follow_o2, plain_follow_native;

#endif
