/* models/drivers/driver_trend.c -- a level with a drift and a random walk: x' = x + drift D + sigma sqrt(D) e, exact
 * for any D.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/drivers/driver.h"

enum { START, DRIFT, SIGMA };
enum { LEVEL, CONSTANT, SPREAD, ROWS };

static const struct key trend_keys[] = {
    {.name = "start",
     .kind = KEY_QUANTITY,
     .unit = "$start",
     .draws = true,
     .meaning = "Level at the start; its unit is the driver's unit."},
    {.name = "drift",
     .kind = KEY_QUANTITY,
     .unit = "$start/yr",
     .draws = true,
     .meaning = "Change of the level per year."},
    {.name = "sigma",
     .kind = KEY_QUANTITY,
     .unit = "$start",
     .min = 0,
     .max = 1e300,
     .draws = true,
     .meaning = "Standard deviation of the level after a year; grows with the square root of time."},
    DRIVER_WRAPPER_KEYS(driver_level_jump_keys),
    DRIVER_CLAMP_KEY,
    {.name = NULL}};

static struct fault *trend_prepare(struct driver *driver, struct setting *setting, struct plan *plan)
{
    driver->slot[START] = driver_parameter(driver, setting, plan, "start");
    driver->slot[DRIFT] = driver_parameter(driver, setting, plan, "drift");
    driver->slot[SIGMA] = driver_parameter(driver, setting, plan, "sigma");
    TRY(driver_add_innovation(driver, NULL, NULL));
    driver->innovation[0].terms = 1;
    driver->innovation[0].c[0] = 1.0;
    return NULL;
}

static void trend_start(const struct driver *driver, struct driver_lanes *lanes)
{
    const double *start = rows_get(lanes->rows, driver->slot[START]);
    const double *drift = rows_get(lanes->rows, driver->slot[DRIFT]);
    const double *sigma = rows_get(lanes->rows, driver->slot[SIGMA]);
    double(*x)[LANES] = lanes->x;
    EACH_LANE(l)
    {
        x[LEVEL][l] = start[l];
        x[CONSTANT][l] = drift[l] * CALENDAR_MONTH_YEARS;
        x[SPREAD][l] = sigma[l] * __builtin_sqrt(CALENDAR_MONTH_YEARS);
    }
}

static void trend_step(const struct driver *driver, struct driver_lanes *lanes)
{
    (void)driver;
    double(*x)[LANES] = lanes->x;
    const double *e = lanes->e[0], *volatility = lanes->volatility;
    EACH_LANE(l) x[LEVEL][l] += x[CONSTANT][l] + x[SPREAD][l] * volatility[l] * e[l];
}

const struct driver_family driver_trend = {
    .variant = {"trend", "A level that drifts and wanders, such as the fall of a sea.", trend_keys},
    .rows = ROWS,
    .prepare = trend_prepare,
    .start = trend_start,
    .step = trend_step,
};
