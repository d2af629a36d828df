/* models/drivers/season.c -- see season.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/drivers/season.h"

#include <math.h>

struct season season_none(void)
{
    struct season season = {0};
    for (size_t i = 0; i < CALENDAR_MONTHS_PER_YEAR; i++) season.factor[i] = 1.0;
    return season;
}

struct fault *season_read(struct setting *setting, struct plan *plan, struct season *season)
{
    *season = season_none();
    if (setting == NULL) return NULL;
    double sum = 0.0;
    for (size_t i = 0; i < CALENDAR_MONTHS_PER_YEAR; i++) {
        struct setting *factor = setting->child[i];
        factor->used = true;
        season->factor[i] = store_central(plan->store, factor->slot, plan->calendar.start);
        if (!(season->factor[i] > 0.0))
            return fault_at(FAULT_SCENARIO, factor->place, "%s is %s; expected a factor above 0", factor->path,
                            factor->text);
        sum += season->factor[i];
    }
    const double mean = sum / CALENDAR_MONTHS_PER_YEAR;
    if (fabs(mean - 1.0) > 1e-3)
        plan->warnings =
            fault_join(plan->warnings,
                       fault_at(FAULT_SCENARIO, setting->place,
                                "%s: the mean of the factors is %.4f; they are divided by it", setting->path, mean));
    for (size_t i = 0; i < CALENDAR_MONTHS_PER_YEAR; i++) {
        season->factor[i] /= mean;
        season->log_factor[i] = log(season->factor[i]);
    }
    return NULL;
}
