/* models/drivers/driver_two_factor.c -- Schwartz and Smith 2000: a short-lived deviation and a lasting level.
 *   ln S = chi + xi;   chi' = E chi + e1,  xi' = xi + c_t + e2,  E = exp(-kappa D)
 *   Var e1 = sigma_short^2 (1 - E^2) / (2 kappa),  Var e2 = sigma_long^2 D
 *   Cov = rho sigma_short sigma_long (1 - E) / kappa
 * `drift` is that of the expected price: c_t = ln(1 + drift) D - (v(t+D) - v(t)) / 2 with v(t) = Var ln S_t, so that
 * E S_t = start (1 + drift)^t whatever kappa and the sigmas are. Jumps land on chi at the end of a month; their expected
 * effect is taken off in the same way, exactly: month t adds lambda D (M(E^t) - 1),
 * M(a) = exp(a mu_J + a^2 sigma_J^2 / 2).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/drivers/driver.h"

enum { START, KAPPA, SIGMA_SHORT, DRIFT, SIGMA_LONG, RHO };
enum {
    SHORT,
    LONG,
    KEEP,
    SPREAD_SHORT,
    SPREAD_LONG,
    TURN,
    HOLD,
    DRIFT_MONTH,
    POWER,
    VAR_SHORT,
    VAR_LONG,
    COVARIANCE,
    ROWS
};

static const struct key two_factor_keys[] = {
    {.name = "start",
     .kind = KEY_QUANTITY,
     .unit = "$start",
     .min = 0,
     .max = 1e300,
     .min_open = true,
     .draws = true,
     .meaning = "Level at the start; its unit is the driver's unit."},
    {.name = "kappa",
     .kind = KEY_QUANTITY,
     .unit = "1/yr",
     .min = 0,
     .max = 100,
     .draws = true,
     .meaning = "Speed at which the short-lived part fades."},
    {.name = "sigma_short",
     .kind = KEY_QUANTITY,
     .unit = "",
     .min = 0,
     .max = 5,
     .draws = true,
     .meaning = "Volatility of the short-lived part of the log, per square root of a year."},
    {.name = "drift",
     .kind = KEY_QUANTITY,
     .unit = "1/yr",
     .default_value = "0 /yr",
     .draws = true,
     .compounds = true,
     .meaning = "Growth of the expected level."},
    {.name = "sigma_long",
     .kind = KEY_QUANTITY,
     .unit = "",
     .min = 0,
     .max = 5,
     .draws = true,
     .meaning = "Volatility of the lasting part of the log, per square root of a year."},
    {.name = "rho",
     .kind = KEY_QUANTITY,
     .unit = "",
     .default_value = "0",
     .min = -0.999,
     .max = 0.999,
     .draws = true,
     .meaning = "Correlation of the two shocks."},
    DRIVER_WRAPPER_KEYS(driver_jump_keys),
    {.name = NULL}};

static struct fault *two_factor_prepare(struct driver *driver, struct setting *setting, struct plan *plan)
{
    static const char *const names[] = {"start", "kappa", "sigma_short", "drift", "sigma_long", "rho"};
    driver->exponential = true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        driver->slot[i] = driver_parameter(driver, setting, plan, names[i]);
    TRY(driver_add_innovation(driver, "short", "short"));
    TRY(driver_add_innovation(driver, "long", "long"));
    for (int i = 0; i < 2; i++) {
        driver->innovation[i].terms = 1;
        driver->innovation[i].c[0] = 1.0;
    }
    driver->inner_rho = store_central(plan->store, driver->slot[RHO], plan->calendar.start);
    driver->innovation[0].k[0] = store_central(plan->store, driver->slot[KAPPA], plan->calendar.start);
    return NULL;
}

static void two_factor_start(const struct driver *driver, struct driver_lanes *lanes)
{
    const double D = CALENDAR_MONTH_YEARS, inner = driver->inner;
    const double inner_rest = 1.0 / __builtin_sqrt(1.0 - inner * inner);
    const double *p[6];
    for (int i = 0; i < 6; i++) p[i] = rows_get(lanes->rows, driver->slot[i]);
    const double *mean_square = lanes->mean_square;
    double(*x)[LANES] = lanes->x;
    EACH_LANE(l)
    {
        const double kappa = p[KAPPA][l], sigma1 = p[SIGMA_SHORT][l], sigma2 = p[SIGMA_LONG][l];
        const double once = lanes_decay(kappa * D), twice = lanes_decay(2.0 * kappa * D);
        const double r = p[RHO][l] * once / __builtin_sqrt(twice); /* correlation of the discrete innovations */
        x[SHORT][l] = 0.0;
        x[LONG][l] = lanes_log(p[START][l]);
        x[KEEP][l] = lanes_exp(-kappa * D);
        x[SPREAD_SHORT][l] = sigma1 * __builtin_sqrt(D * twice);
        x[SPREAD_LONG][l] = sigma2 * __builtin_sqrt(D);
        x[HOLD][l] = __builtin_sqrt(1.0 - r * r) * inner_rest;
        x[TURN][l] = r - x[HOLD][l] * inner;
        x[DRIFT_MONTH][l] = lanes_log1p(p[DRIFT][l]) * D;
        x[POWER][l] = 1.0;
        x[VAR_SHORT][l] = mean_square[l] * sigma1 * sigma1 * D * twice;
        x[VAR_LONG][l] = mean_square[l] * sigma2 * sigma2 * D;
        x[COVARIANCE][l] = mean_square[l] * 2.0 * p[RHO][l] * sigma1 * sigma2 * D * once;
    }
}

static void two_factor_step(const struct driver *driver, struct driver_lanes *lanes)
{
    (void)driver;
    double(*x)[LANES] = lanes->x;
    const double *e1 = lanes->e[0], *e2 = lanes->e[1], *volatility = lanes->volatility;
    if (lanes->jump != NULL) {
        const double *rate = lanes->jump[0], *mean = lanes->jump[1], *sd = lanes->jump[2];
        EACH_LANE(l)
        {
            const double a = x[POWER][l];
            x[LONG][l] -= rate[l] * (lanes_exp(a * (mean[l] + 0.5 * a * sd[l] * sd[l])) - 1.0);
        }
    }
    EACH_LANE(l)
    {
        const double power = x[POWER][l];
        const double rise = power * power * x[VAR_SHORT][l] + x[VAR_LONG][l] + power * x[COVARIANCE][l];
        x[SHORT][l] = x[KEEP][l] * x[SHORT][l] + x[SPREAD_SHORT][l] * volatility[l] * e1[l];
        x[LONG][l] += x[DRIFT_MONTH][l] - 0.5 * rise +
                      x[SPREAD_LONG][l] * volatility[l] * (x[TURN][l] * e1[l] + x[HOLD][l] * e2[l]);
        x[POWER][l] = power * x[KEEP][l];
    }
}

static void two_factor_output(const struct driver *driver, const struct driver_lanes *lanes, size_t output,
                              double level[LANES])
{
    (void)driver, (void)output;
    const double *chi = lanes->x[SHORT], *xi = lanes->x[LONG];
    EACH_LANE(l) level[l] = chi[l] + xi[l];
}

const struct driver_family driver_two_factor = {
    .variant = {"two-factor", "A price with short-lived deviations from a lasting level.", two_factor_keys},
    .rows = ROWS,
    .prepare = two_factor_prepare,
    .start = two_factor_start,
    .step = two_factor_step,
    .output = two_factor_output,
};
