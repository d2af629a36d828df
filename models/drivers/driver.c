/* models/drivers/driver.c -- see driver.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/drivers/driver.h"

#include <stdio.h>

struct fault *driver_add_innovation(struct driver *driver, const char *suffix, const char *shock_suffix)
{
    const size_t i = driver->innovations;
    char **name = &driver->innovation_name[2 * i];
    const int made1 =
        suffix == NULL ? asprintf(&name[0], "%s", driver->name) : asprintf(&name[0], "%s.%s", driver->name, suffix);
    const int made2 = shock_suffix == NULL ? asprintf(&name[1], "%s", driver->name)
                                           : asprintf(&name[1], "%s.%s", driver->name, shock_suffix);
    if (made1 < 0) name[0] = NULL;
    if (made2 < 0) name[1] = NULL;
    if (made1 < 0 || made2 < 0) return fault_no_memory();
    driver->innovation[i] = (struct innovation){.name = name[0], .shock = name[1]};
    driver->innovations++;
    return NULL;
}

int driver_parameter(struct driver *driver, struct setting *setting, const struct plan *plan, const char *name)
{
    const int slot = setting_slot(setting, name);
    if (slot >= 0 && store_varies_by_month(plan->store, slot)) driver->reads_months = true;
    return slot;
}

struct fault *driver_check_log(const struct setting *setting, const struct plan *plan)
{
    double min, max;
    store_range(plan->store, setting->slot, &min, &max);
    if (max <= DRIVER_LOG_MOST && min >= -DRIVER_LOG_MOST) return NULL;
    return fault_at(FAULT_SCENARIO, setting->place,
                    "%s is %s; expected at most %g, because it is of the log; per cent have their sign, such as 35 %%",
                    setting->path, setting->text, DRIVER_LOG_MOST);
}
