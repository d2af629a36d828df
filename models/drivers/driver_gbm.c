/* models/drivers/driver_gbm.c -- geometric Brownian motion.
 *   ln S' = ln S + (mu - sigma^2/2) D + sigma sqrt(D) e,   mu = ln(1 + drift)
 * drift is the growth of the expected price. Exact for any D. With jumps (Merton 1976) the month is compensated by
 * lambda (exp(mu_J + sigma_J^2/2) - 1) D, so that E S' = S exp(mu D) still holds.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/drivers/driver.h"

enum { START, DRIFT, SIGMA };
enum { LOG_PRICE, CONSTANT, SPREAD, ROWS };

static const struct key gbm_keys[] = {{.name = "start",
                                       .kind = KEY_QUANTITY,
                                       .unit = "$start",
                                       .min = 0,
                                       .max = 1e300,
                                       .min_open = true,
                                       .draws = true,
                                       .meaning = "Level at the start; its unit is the driver's unit."},
                                      {.name = "drift",
                                       .kind = KEY_QUANTITY,
                                       .unit = "1/yr",
                                       .default_value = "0 /yr",
                                       .draws = true,
                                       .compounds = true,
                                       .meaning = "Growth of the expected level."},
                                      {.name = "sigma",
                                       .kind = KEY_QUANTITY,
                                       .unit = "",
                                       .min = 0,
                                       .max = 5,
                                       .draws = true,
                                       .meaning = "Volatility of the log, per square root of a year."},
                                      DRIVER_WRAPPER_KEYS(driver_jump_keys),
                                      {.name = NULL}};

static struct fault *gbm_prepare(struct driver *driver, struct setting *setting, struct plan *plan)
{
    driver->exponential = true;
    driver->slot[START] = driver_parameter(driver, setting, plan, "start");
    driver->slot[DRIFT] = driver_parameter(driver, setting, plan, "drift");
    driver->slot[SIGMA] = driver_parameter(driver, setting, plan, "sigma");
    TRY(driver_add_innovation(driver, NULL, NULL));
    driver->innovation[0].terms = 1;
    driver->innovation[0].c[0] = 1.0;
    return NULL;
}

static void gbm_start(const struct driver *driver, struct driver_lanes *lanes)
{
    const double *start = rows_get(lanes->rows, driver->slot[START]);
    const double *drift = rows_get(lanes->rows, driver->slot[DRIFT]);
    const double *sigma = rows_get(lanes->rows, driver->slot[SIGMA]);
    double(*x)[LANES] = lanes->x;
    EACH_LANE(l)
    {
        x[LOG_PRICE][l] = lanes_log(start[l]);
        x[CONSTANT][l] = lanes_log1p(drift[l]) * CALENDAR_MONTH_YEARS;
        x[SPREAD][l] = sigma[l] * __builtin_sqrt(CALENDAR_MONTH_YEARS);
    }
    if (lanes->jump == NULL) return;
    const double *rate = lanes->jump[0], *mean = lanes->jump[1], *sd = lanes->jump[2];
    EACH_LANE(l) x[CONSTANT][l] -= rate[l] * (lanes_exp(mean[l] + 0.5 * sd[l] * sd[l]) - 1.0);
}

static void gbm_step(const struct driver *driver, struct driver_lanes *lanes)
{
    (void)driver;
    double(*x)[LANES] = lanes->x;
    const double *e = lanes->e[0], *volatility = lanes->volatility;
    EACH_LANE(l)
    {
        const double s = x[SPREAD][l] * volatility[l];
        x[LOG_PRICE][l] += x[CONSTANT][l] - 0.5 * s * s + s * e[l];
    }
}

const struct driver_family driver_gbm = {
    .variant = {"gbm", "Geometric Brownian motion: a price without a level to return to.", gbm_keys},
    .rows = ROWS,
    .prepare = gbm_prepare,
    .start = gbm_start,
    .step = gbm_step,
};
