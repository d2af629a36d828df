/* models/calibration/process.c -- see process.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/calibration/process.h"

#include <math.h>
#include <string.h>

/* What speeds are looked among: half-lives of a week and of two centuries. */
#define LN_SLOW (-5.7)
#define LN_FAST 3.6

/* d x = beta dt + sigma dW */
static void walk_form(const double phi[], const struct process_given *given, struct linear_process *linear)
{
    (void)phi, (void)given;
    *linear = (struct linear_process){
        .states = 1, .q = {{1.0}}, .observe = {1.0}, .has_beta = true, .column = {1.0}, .diffuse = {1.0}};
}

static void driftless_form(const double phi[], const struct process_given *given, struct linear_process *linear)
{
    walk_form(phi, given, linear);
    linear->has_beta = false;
}

static void gbm_values(const double phi[], double beta, double sigma, double value[])
{
    (void)phi;
    value[0] = expm1(beta + 0.5 * sigma * sigma);
    value[1] = sigma;
}

static void driftless_values(const double phi[], double beta, double sigma, double value[])
{
    (void)phi, (void)beta;
    value[0] = sigma;
}

static void trend_values(const double phi[], double beta, double sigma, double value[])
{
    (void)phi;
    value[0] = beta;
    value[1] = sigma;
}

/* dX = kappa (beta - X) dt + sigma dW, from where the first figure says: a driver starts where it is told to. */
static void reverting_form(const double phi[], const struct process_given *given, struct linear_process *linear)
{
    (void)given;
    const double kappa = exp(phi[0]);
    walk_form(phi, given, linear);
    linear->a[0][0] = -kappa;
    linear->column[0] = kappa;
}

/* alpha = ln M - sigma^2 / (4 kappa) */
static void price_values(const double phi[], double beta, double sigma, double value[])
{
    value[0] = exp(beta + 0.25 * sigma * sigma / exp(phi[0]));
    value[1] = exp(phi[0]);
    value[2] = sigma;
}

static void level_values(const double phi[], double beta, double sigma, double value[])
{
    value[0] = beta;
    value[1] = exp(phi[0]);
    value[2] = sigma;
}

/* dchi = -kappa chi dt + sigma sqrt(w) dW1, dxi = beta dt + sigma sqrt(1 - w) dW2; phi = ln kappa, logit w */
static void two_factor_form(const double phi[], const struct process_given *given, struct linear_process *linear)
{
    const double kappa = exp(phi[0]), w = 1.0 / (1.0 + exp(-phi[1])), both = given->rho * sqrt(w * (1.0 - w));
    *linear = (struct linear_process){.states = 2,
                                      .a = {{-kappa, 0.0}, {0.0, 0.0}},
                                      .q = {{w, both}, {both, 1.0 - w}},
                                      .observe = {1.0, 1.0},
                                      .has_beta = true,
                                      .column = {0.0, 1.0},
                                      .prior = {{0.5 * w / kappa, 0.0}, {0.0, 0.0}},
                                      .diffuse = {0.0, 1.0}};
}

static void two_factor_values(const double phi[], double beta, double sigma, double value[])
{
    const double w = 1.0 / (1.0 + exp(-phi[1])), sigma_long = sigma * sqrt(1.0 - w);
    value[0] = exp(phi[0]);
    value[1] = sigma * sqrt(w);
    value[2] = expm1(beta + 0.5 * sigma_long * sigma_long);
    value[3] = sigma_long;
}

/* d ln Y = (beta + G) dt, dG = -kappa G dt + s dW, G stationary at first */
static void growth_form(const double phi[], const struct process_given *given, struct linear_process *linear)
{
    (void)given;
    const double kappa = exp(phi[0]);
    *linear = (struct linear_process){.states = 2,
                                      .a = {{0.0, 1.0}, {0.0, -kappa}},
                                      .q = {{0.0, 0.0}, {0.0, 1.0}},
                                      .observe = {1.0, 0.0},
                                      .has_beta = true,
                                      .column = {1.0, 0.0},
                                      .prior = {{0.0, 0.0}, {0.0, 0.5 / kappa}},
                                      .diffuse = {1.0, 0.0}};
}

static void growth_values(const double phi[], double beta, double sigma, double value[])
{
    const double kappa = exp(phi[0]);
    value[0] = expm1(beta);
    value[1] = kappa;
    value[2] = sigma * sqrt((1.0 + expm1(-kappa) / kappa) / (kappa * kappa));
}

#define NO_MOST 1e300
static const struct process processes[] = {
    {.name = "walk",
     .meaning = "A price without drift, what other forecasts are held against.",
     .model = "gbm",
     .log = true,
     .starts = true,
     .least = 8,
     .parameters = 1,
     .parameter = {{"sigma", PROCESS_PURE, PROCESS_LOG, 0.0, 5.0}},
     .form = driftless_form,
     .values = driftless_values},
    {.name = "gbm",
     .meaning = "Geometric Brownian motion: a price without a level to return to.",
     .model = "gbm",
     .log = true,
     .starts = true,
     .least = 8,
     .parameters = 2,
     .parameter = {{"drift", PROCESS_GROWTH, PROCESS_PLAIN, -0.9, 10.0},
                   {"sigma", PROCESS_PURE, PROCESS_LOG, 0.0, 5.0}},
     .form = walk_form,
     .values = gbm_values},
    {.name = "mean-reverting",
     .meaning = "A price that returns to a long-run mean.",
     .model = "mean-reverting",
     .log = true,
     .starts = true,
     .least = 20,
     .phis = 1,
     .phi_min = {LN_SLOW},
     .phi_max = {LN_FAST},
     .parameters = 3,
     .parameter = {{"mean", PROCESS_LEVEL, PROCESS_LOG, 0.0, NO_MOST},
                   {"kappa", PROCESS_PER_YEAR, PROCESS_LOG, 0.0, 100.0},
                   {"sigma", PROCESS_PURE, PROCESS_LOG, 0.0, 5.0}},
     .form = reverting_form,
     .values = price_values},
    {.name = "mean-reverting-level",
     .meaning = "A level, which may cross zero, that returns to a long-run mean.",
     .model = "mean-reverting",
     .extra = "of: level",
     .starts = true,
     .least = 20,
     .phis = 1,
     .phi_min = {LN_SLOW},
     .phi_max = {LN_FAST},
     .parameters = 3,
     .parameter = {{"mean", PROCESS_LEVEL, PROCESS_PLAIN, -NO_MOST, NO_MOST},
                   {"kappa", PROCESS_PER_YEAR, PROCESS_LOG, 0.0, 100.0},
                   {"sigma", PROCESS_LEVEL, PROCESS_LOG, 0.0, NO_MOST}},
     .form = reverting_form,
     .values = level_values},
    {.name = "two-factor",
     .meaning = "A price with short-lived deviations from a lasting level.",
     .model = "two-factor",
     .log = true,
     .starts = true,
     .least = 60,
     .phis = 2,
     .phi_min = {LN_SLOW + 4.0, -6.0},
     .phi_max = {LN_FAST, 6.0},
     .parameters = 4,
     .parameter = {{"kappa", PROCESS_PER_YEAR, PROCESS_LOG, 0.0, 100.0},
                   {"sigma_short", PROCESS_PURE, PROCESS_LOG, 0.0, 5.0},
                   {"drift", PROCESS_GROWTH, PROCESS_PLAIN, -0.9, 10.0},
                   {"sigma_long", PROCESS_PURE, PROCESS_LOG, 0.0, 5.0}},
     .form = two_factor_form,
     .values = two_factor_values},
    {.name = "growth",
     .meaning = "A volume whose growth varies around a mean and returns to it.",
     .model = "growth",
     .log = true,
     .least = 15,
     .phis = 1,
     .phi_min = {-2.9957322735539909}, /* ln 0.05, the least that the driver takes */
     .phi_max = {LN_FAST},
     .parameters = 3,
     .parameter = {{"mean", PROCESS_GROWTH, PROCESS_PLAIN, -0.9, 10.0},
                   {"reversion", PROCESS_PER_YEAR, PROCESS_LOG, 0.05, 50.0},
                   {"sigma", PROCESS_GROWTH, PROCESS_LOG, 0.0, 1.0}},
     .form = growth_form,
     .values = growth_values},
    {.name = "trend",
     .meaning = "A level that drifts and wanders.",
     .model = "trend",
     .starts = true,
     .least = 8,
     .parameters = 2,
     .parameter = {{"drift", PROCESS_LEVEL_PER_YEAR, PROCESS_PLAIN, -NO_MOST, NO_MOST},
                   {"sigma", PROCESS_LEVEL, PROCESS_LOG, 0.0, NO_MOST}},
     .form = walk_form,
     .values = trend_values},
};
enum { PROCESSES = sizeof processes / sizeof *processes };

const struct process *process_at(size_t i)
{
    return i < PROCESSES ? &processes[i] : NULL;
}

const struct process *process_find(const char *name)
{
    for (size_t i = 0; i < PROCESSES; i++)
        if (strcmp(processes[i].name, name) == 0) return &processes[i];
    return NULL;
}
