/* models/energy/decline_curve.c -- see decline_curve.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/energy/decline_curve.h"

#include <stdlib.h>

const struct key decline_curve_keys[] = {{.name = "from",
                                          .kind = KEY_MONTH,
                                          .default_value = "",
                                          .meaning = "When the decline begins; at the start if absent or earlier."},
                                         {.name = "rate",
                                          .kind = KEY_QUANTITY,
                                          .unit = "1/yr",
                                          .min = 0,
                                          .max = 1,
                                          .max_open = true,
                                          .draws = true,
                                          .meaning = "Share lost per year."},
                                         {.name = NULL}};

struct fault *decline_curve_prepare(struct setting *setting, int value, const struct plan *plan,
                                    struct decline_curve *curve)
{
    struct setting *decline = setting_find(setting, "decline"), *steps = setting_find(setting, "steps");
    *curve = (struct decline_curve){
        .value = value, .growth = setting_slot(setting, "growth"), .decline = -1, .decline_from = plan->calendar.start};
    if (decline != NULL) {
        struct setting *from = setting_find(decline, "from");
        curve->decline = setting_slot(decline, "rate");
        if (from != NULL && from->integer > curve->decline_from) curve->decline_from = (int)from->integer;
    }
    if (value >= 0) store_defer(plan->store, value); /* effects act on what has grown or declined */
    const struct setting *delay = setting_find(setting, "delay");
    curve->delay = delay == NULL ? -1 : delay->slot;
    if (delay != NULL && (steps == NULL || steps->children == 0))
        return fault_at(FAULT_SCENARIO, delay->place,
                        "%s stands without `steps` that it could delay; expected them too", delay->path);
    if (steps == NULL) return NULL;
    curve->step_month = calloc(steps->children + 1, sizeof *curve->step_month);
    curve->step_slot = calloc(steps->children + 1, sizeof *curve->step_slot);
    if (curve->step_month == NULL || curve->step_slot == NULL) return fault_no_memory();
    for (size_t i = 0; i < steps->children; i++) {
        struct setting *step = steps->child[i];
        size_t at = curve->steps++;
        step->used = true;
        for (; at > 0 && curve->step_month[at - 1] > step->month; at--) {
            curve->step_month[at] = curve->step_month[at - 1];
            curve->step_slot[at] = curve->step_slot[at - 1];
        }
        curve->step_month[at] = step->month;
        curve->step_slot[at] = step->slot;
    }
    return NULL;
}

void decline_curve_free(struct decline_curve *curve)
{
    free(curve->step_month);
    free(curve->step_slot);
}

void decline_curve_start(double grown[LANES])
{
    EACH_LANE(l) grown[l] = 1.0;
}

/* The rate before growth and decline. */
static void stepped(const struct decline_curve *curve, const struct rows *rows, int now, double rate[LANES])
{
    if (curve->delay < 0) {
        int slot = curve->value;
        for (size_t i = 0; i < curve->steps && curve->step_month[i] <= now; i++) slot = curve->step_slot[i];
        const double *value = rows_get(rows, slot);
        EACH_LANE(l) rate[l] = value[l];
        return;
    }
    const double *value = rows_get(rows, curve->value), *delay = rows_get(rows, curve->delay);
    EACH_LANE(l) rate[l] = value[l];
    for (size_t i = 0; i < curve->steps && curve->step_month[i] <= now; i++) {
        const double *step = rows_get(rows, curve->step_slot[i]), since = now + 1 - curve->step_month[i];
        EACH_LANE(l)
        {
            const double months = since - delay[l], part = months > 0.0 ? months : 0.0;
            rate[l] = part < 1.0 ? rate[l] + part * (step[l] - rate[l]) : step[l];
        }
    }
}

void decline_curve_step(const struct decline_curve *curve, const struct rows *rows, const struct calendar *calendar,
                        int month, double grown[LANES], double rate[LANES])
{
    const int now = calendar->start + month;
    stepped(curve, rows, now, rate);
    EACH_LANE(l) rate[l] *= grown[l];
    if (curve->growth >= 0) {
        const double *growth = rows_get(rows, curve->growth);
        EACH_LANE(l) grown[l] *= lanes_exp(lanes_log1p(growth[l]) * CALENDAR_MONTH_YEARS);
    }
    if (curve->decline >= 0 && now >= curve->decline_from) {
        const double *decline = rows_get(rows, curve->decline), n = now - curve->decline_from;
        EACH_LANE(l)
        {
            const double h = -lanes_log1p(-decline[l]) * CALENDAR_MONTH_YEARS;
            rate[l] *= lanes_exp(-n * h) * lanes_decay(h);
        }
    }
    rows_apply(rows, curve->value, now, rate);
}
