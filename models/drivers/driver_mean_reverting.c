/* models/drivers/driver_mean_reverting.c -- Ornstein and Uhlenbeck 1930; of a price: Schwartz 1997, one factor.
 *   X' = alpha + E (X - alpha) + sigma sqrt((1 - E^2) / (2 kappa)) e,   E = exp(-kappa D)
 * of: price   X = ln S, and `mean` is the long-run mean price M: alpha = ln M - sigma^2 / (4 kappa)
 * of: level   X is the level and alpha = M
 * Written with f(y) = (1 - exp(-y)) / y, f(0) = 1, so that kappa -> 0 is a random walk without a division by zero.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/drivers/driver.h"

#include <string.h>

enum { START, MEAN, KAPPA, SIGMA };
enum { STATE, KEEP, CONSTANT, SPREAD, ROWS };

static const struct key mean_reverting_keys[] = {
    {.name = "of",
     .kind = KEY_CHOICE,
     .choices = "price level",
     .default_value = "price",
     .meaning = "What reverts: the log of a price, or a level that may cross zero."},
    {.name = "start",
     .kind = KEY_QUANTITY,
     .unit = "$start",
     .draws = true,
     .meaning = "Level at the start; its unit is the driver's unit."},
    {.name = "mean",
     .kind = KEY_QUANTITY,
     .unit = "$start",
     .draws = true,
     .meaning = "Long-run mean of the level itself, not of its log; jumps move it by theirs."},
    {.name = "kappa",
     .kind = KEY_QUANTITY,
     .unit = "1/yr",
     .min = 0,
     .max = 100,
     .draws = true,
     .meaning = "Speed of return; ln 2 / kappa is the half-life."},
    {.name = "sigma",
     .kind = KEY_QUANTITY,
     .unit = "?of=level:$start",
     .min = 0,
     .max = 1e300,
     .draws = true,
     .meaning = "Volatility per square root of a year: of the log of a price (no unit), or of the level (its unit)."},
    DRIVER_WRAPPER_KEYS(driver_jump_keys),
    DRIVER_CLAMP_KEY,
    {.name = NULL}};

/* A price must be positive, in every replication. */
static struct fault *price_check(struct setting *setting, const struct plan *plan, const char *name, int slot)
{
    double min, max;
    store_range(plan->store, slot, &min, &max);
    if (min > 0.0) return NULL;
    const struct setting *value = setting_find(setting, name);
    return fault_at(FAULT_SCENARIO, value->place, "%s: %s can be %g %s, but a price must be above 0; use `of: level`",
                    value->path, value->text, min, store_unit(plan->store, slot));
}

static struct fault *mean_reverting_prepare(struct driver *driver, struct setting *setting, struct plan *plan)
{
    driver->exponential = strcmp(setting_find(setting, "of")->text, "price") == 0;
    driver->slot[START] = driver_parameter(driver, setting, plan, "start");
    driver->slot[MEAN] = driver_parameter(driver, setting, plan, "mean");
    driver->slot[KAPPA] = driver_parameter(driver, setting, plan, "kappa");
    driver->slot[SIGMA] = driver_parameter(driver, setting, plan, "sigma");
    TRY(driver_add_innovation(driver, NULL, NULL));
    driver->innovation[0].terms = 1;
    driver->innovation[0].c[0] = 1.0;
    driver->innovation[0].k[0] = store_central(plan->store, driver->slot[KAPPA], plan->calendar.start);
    if (!driver->exponential) return NULL;
    TRY(driver_check_log(setting_find(setting, "sigma"), plan));
    TRY(price_check(setting, plan, "start", driver->slot[START]));
    return price_check(setting, plan, "mean", driver->slot[MEAN]);
}

static void mean_reverting_start(const struct driver *driver, struct driver_lanes *lanes)
{
    const double D = CALENDAR_MONTH_YEARS;
    const double *start = rows_get(lanes->rows, driver->slot[START]);
    const double *mean = rows_get(lanes->rows, driver->slot[MEAN]);
    const double *kappa = rows_get(lanes->rows, driver->slot[KAPPA]);
    const double *sigma = rows_get(lanes->rows, driver->slot[SIGMA]);
    const double *mean_square = lanes->mean_square;
    double(*x)[LANES] = lanes->x;
    EACH_LANE(l)
    {
        const double part = D * lanes_decay(kappa[l] * D); /* (1 - E) / kappa */
        x[KEEP][l] = lanes_exp(-kappa[l] * D);
        x[SPREAD][l] = sigma[l] * __builtin_sqrt(D * lanes_decay(2.0 * kappa[l] * D));
        x[STATE][l] = start[l];
        x[CONSTANT][l] = kappa[l] * part * mean[l];
    }
    if (!driver->exponential) return;
    EACH_LANE(l)
    {
        const double part = D * lanes_decay(kappa[l] * D);
        x[STATE][l] = lanes_log(start[l]);
        x[CONSTANT][l] = part * (kappa[l] * lanes_log(mean[l]) - 0.25 * sigma[l] * sigma[l] * mean_square[l]);
    }
}

static void mean_reverting_step(const struct driver *driver, struct driver_lanes *lanes)
{
    (void)driver;
    double(*x)[LANES] = lanes->x;
    const double *e = lanes->e[0], *volatility = lanes->volatility;
    EACH_LANE(l) x[STATE][l] = x[KEEP][l] * x[STATE][l] + x[CONSTANT][l] + x[SPREAD][l] * volatility[l] * e[l];
}

const struct driver_family driver_mean_reverting = {
    .variant = {"mean-reverting", "A price or a level that returns to a long-run mean.", mean_reverting_keys},
    .rows = ROWS,
    .prepare = mean_reverting_prepare,
    .start = mean_reverting_start,
    .step = mean_reverting_step,
};
