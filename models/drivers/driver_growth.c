/* models/drivers/driver_growth.c -- a growing volume: integrated Ornstein-Uhlenbeck, AR(1) growth done exactly.
 *   g = gbar(t) + G,  dG = -kappa G dt + s dW,  d ln Y = g dt,  E = exp(-kappa D)
 *   G'    = E G + e1
 *   ln Y' = ln Y + gbar D + G (1 - E) / kappa + e2
 *   Var e1 = s^2 (1 - E^2) / (2 kappa);  Cov = s^2 (1 - E)^2 / (2 kappa^2)
 *   Var e2 = s^2 / kappa^2 (D - 2 (1 - E) / kappa + (1 - E^2) / (2 kappa))
 * gbar = ln(1 + mean) is the growth of the median; `sigma` is the stationary sd of yearly log growth, so that
 *   s = sigma / sqrt((1 - (1 - exp(-kappa)) / kappa) / kappa^2).
 * Y is 1 at the base date. There G is drawn from its stationary law N(0, s^2 / (2 kappa)), or stated: `start` is the
 * deviation d of yearly growth from its mean, G = ln((1 + mean + d) / (1 + mean)).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/drivers/driver.h"

enum { MEAN, REVERSION, SIGMA, START };
enum { LOG_VOLUME, GROWTH, MONTH_GROWTH, KEEP, CARRY, SPREAD_GROWTH, SPREAD_VOLUME, TURN, HOLD, ROWS };

static const struct key growth_keys[] = {{.name = "mean",
                                          .kind = KEY_QUANTITY,
                                          .unit = "1/yr",
                                          .draws = true,
                                          .profile = true,
                                          .compounds = true,
                                          .meaning = "Growth of the median; of a profile, that of the date counts."},
                                         {.name = "reversion",
                                          .kind = KEY_QUANTITY,
                                          .unit = "1/yr",
                                          .min = 0.05,
                                          .max = 50,
                                          .draws = true,
                                          .meaning = "Speed at which growth returns to its mean."},
                                         {.name = "sigma",
                                          .kind = KEY_QUANTITY,
                                          .unit = "1/yr",
                                          .min = 0,
                                          .max = 1,
                                          .draws = true,
                                          .meaning = "Standard deviation of yearly growth."},
                                         {.name = "start",
                                          .kind = KEY_QUANTITY,
                                          .unit = "1/yr",
                                          .default_value = "",
                                          .min = -0.5,
                                          .max = 0.5,
                                          .draws = true,
                                          .meaning = "How far growth is above its mean at the base date; drawn from "
                                                     "its long-run law if absent."},
                                         DRIVER_WRAPPER_KEYS(driver_jump_keys),
                                         {.name = NULL}};

static struct fault *growth_prepare(struct driver *driver, struct setting *setting, struct plan *plan)
{
    driver->exponential = true;
    driver->growth = true;
    driver->unit = "1";
    driver->slot[MEAN] = driver_parameter(driver, setting, plan, "mean");
    driver->slot[REVERSION] = driver_parameter(driver, setting, plan, "reversion");
    driver->slot[SIGMA] = driver_parameter(driver, setting, plan, "sigma");
    driver->slot[START] = driver_parameter(driver, setting, plan, "start");
    const double kappa = store_central(plan->store, driver->slot[REVERSION], plan->calendar.start);
    TRY(driver_add_innovation(driver, NULL, NULL));
    TRY(driver_add_innovation(driver, "level", NULL));
    driver->innovation[0].terms = 1;
    driver->innovation[0].c[0] = 1.0;
    driver->innovation[0].k[0] = kappa;
    driver->innovation[1].terms = 2;
    driver->innovation[1].c[0] = 1.0;
    driver->innovation[1].c[1] = -1.0;
    driver->innovation[1].k[1] = kappa;
    return NULL;
}

static void growth_month(const struct driver *driver, struct driver_lanes *lanes)
{
    const double *mean = rows_get(lanes->rows, driver->slot[MEAN]);
    double *month = lanes->x[MONTH_GROWTH];
    EACH_LANE(l) month[l] = lanes_log1p(mean[l]) * CALENDAR_MONTH_YEARS;
}

static void growth_start(const struct driver *driver, struct driver_lanes *lanes)
{
    const double D = CALENDAR_MONTH_YEARS, inner = driver->inner;
    const double inner_rest = 1.0 / __builtin_sqrt(1.0 - inner * inner);
    const double *reversion = rows_get(lanes->rows, driver->slot[REVERSION]);
    const double *sigma = rows_get(lanes->rows, driver->slot[SIGMA]);
    const double *past = lanes->past, *mean_square = lanes->mean_square;
    double(*x)[LANES] = lanes->x;
    EACH_LANE(l)
    {
        const double kappa = reversion[l], square = 1.0 / (kappa * kappa);
        const double once = lanes_decay(kappa * D), twice = lanes_decay(2.0 * kappa * D);
        const double s = sigma[l] / __builtin_sqrt((1.0 - lanes_decay(kappa)) * square);
        const double variance1 = D * twice, variance2 = square * D * (1.0 - 2.0 * once + twice);
        const double r = 0.5 * D * once * D * once / __builtin_sqrt(variance1 * variance2);
        x[LOG_VOLUME][l] = 0.0;
        x[GROWTH][l] = s * __builtin_sqrt(0.5 * mean_square[l] / kappa) * past[l];
        x[KEEP][l] = lanes_exp(-kappa * D);
        x[CARRY][l] = D * once;
        x[SPREAD_GROWTH][l] = s * __builtin_sqrt(variance1);
        x[SPREAD_VOLUME][l] = s * __builtin_sqrt(variance2);
        x[HOLD][l] = __builtin_sqrt(1.0 - r * r) * inner_rest;
        x[TURN][l] = r - x[HOLD][l] * inner;
    }
    growth_month(driver, lanes);
    if (driver->slot[START] < 0) return;
    const double *mean = rows_get(lanes->rows, driver->slot[MEAN]), *start = rows_get(lanes->rows, driver->slot[START]);
    EACH_LANE(l) x[GROWTH][l] = lanes_log1p(start[l] / (1.0 + mean[l]));
}

static void growth_step(const struct driver *driver, struct driver_lanes *lanes)
{
    double(*x)[LANES] = lanes->x;
    const double *e1 = lanes->e[0], *e2 = lanes->e[1], *volatility = lanes->volatility;
    if (driver->reads_months) growth_month(driver, lanes);
    EACH_LANE(l)
    {
        const double growth = x[GROWTH][l];
        x[LOG_VOLUME][l] += x[MONTH_GROWTH][l] + x[CARRY][l] * growth +
                            x[SPREAD_VOLUME][l] * volatility[l] * (x[TURN][l] * e1[l] + x[HOLD][l] * e2[l]);
        x[GROWTH][l] = x[KEEP][l] * growth + x[SPREAD_GROWTH][l] * volatility[l] * e1[l];
    }
}

const struct driver_family driver_growth = {
    .variant = {"growth", "A volume, 1 at the base date, whose growth varies around a mean and returns to it.",
                growth_keys},
    .rows = ROWS,
    .prepare = growth_prepare,
    .start = growth_start,
    .step = growth_step,
};
