/* models/drivers/driver_path.c -- a given path: values at dates, one random factor for the whole of it if wanted.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/drivers/driver.h"

enum { VALUES };
enum { LEVEL, ROWS };

static const struct key path_keys[] = {
    {.name = "unit", .kind = KEY_UNIT, .default_value = "1", .meaning = "Unit of the values."},
    {.name = "values",
     .kind = KEY_QUANTITY,
     .unit = "$unit",
     .profile = true,
     .meaning = "Values at dates, linear between them and constant outside; `times:` is one factor for all."},
    DRIVER_SEASON_KEY,
    {.name = NULL}};

static struct fault *path_prepare(struct driver *driver, struct setting *setting, struct plan *plan)
{
    driver->unit = setting_find(setting, "unit")->text;
    driver->slot[VALUES] = driver_parameter(driver, setting, plan, "values");
    return NULL;
}

static void path_read(const struct driver *driver, struct driver_lanes *lanes)
{
    const double *values = rows_get(lanes->rows, driver->slot[VALUES]);
    double *x = lanes->x[LEVEL];
    EACH_LANE(l) x[l] = values[l];
}

const struct driver_family driver_path = {
    .variant = {"path", "A given path, such as a published outlook.", path_keys},
    .rows = ROWS,
    .prepare = path_prepare,
    .start = path_read,
    .step = path_read,
};
