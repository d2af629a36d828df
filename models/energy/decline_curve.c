/* models/energy/decline_curve.c -- see decline_curve.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/energy/decline_curve.h"

#include <stdlib.h>

const struct key course_decline_keys[] = {{.name = "from",
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

struct fault *course_prepare(struct setting *setting, int value, const struct plan *plan, struct course *course)
{
    struct setting *decline = setting_find(setting, "decline"), *steps = setting_find(setting, "steps");
    *course = (struct course){
        .value = value, .growth = setting_slot(setting, "growth"), .decline = -1, .decline_from = plan->calendar.start};
    if (decline != NULL) {
        struct setting *from = setting_find(decline, "from");
        course->decline = setting_slot(decline, "rate");
        if (from != NULL && from->integer > course->decline_from) course->decline_from = (int)from->integer;
    }
    if (value >= 0) store_defer(plan->store, value); /* effects act on what has grown or declined */
    if (steps == NULL) return NULL;
    course->step_month = calloc(steps->children + 1, sizeof *course->step_month);
    course->step_slot = calloc(steps->children + 1, sizeof *course->step_slot);
    if (course->step_month == NULL || course->step_slot == NULL) return fault_no_memory();
    for (size_t i = 0; i < steps->children; i++) {
        struct setting *step = steps->child[i];
        size_t at = course->steps++;
        step->used = true;
        for (; at > 0 && course->step_month[at - 1] > step->month; at--) {
            course->step_month[at] = course->step_month[at - 1];
            course->step_slot[at] = course->step_slot[at - 1];
        }
        course->step_month[at] = step->month;
        course->step_slot[at] = step->slot;
    }
    return NULL;
}

void course_free(struct course *course)
{
    free(course->step_month);
    free(course->step_slot);
}

void course_start(double grown[LANES])
{
    EACH_LANE(l) grown[l] = 1.0;
}

void course_step(const struct course *course, const struct rows *rows, const struct calendar *calendar, int month,
                 double grown[LANES], double rate[LANES])
{
    const int now = calendar->start + month;
    int slot = course->value;
    for (size_t i = 0; i < course->steps && course->step_month[i] <= now; i++) slot = course->step_slot[i];
    const double *value = rows_get(rows, slot);
    EACH_LANE(l) rate[l] = value[l] * grown[l];
    if (course->growth >= 0) {
        const double *growth = rows_get(rows, course->growth);
        EACH_LANE(l) grown[l] *= lanes_exp(lanes_log1p(growth[l]) * CALENDAR_MONTH_YEARS);
    }
    if (course->decline >= 0 && now >= course->decline_from) {
        const double *decline = rows_get(rows, course->decline), n = now - course->decline_from;
        EACH_LANE(l)
        {
            const double h = -lanes_log1p(-decline[l]) * CALENDAR_MONTH_YEARS;
            rate[l] *= lanes_exp(-n * h) * lanes_decay(h);
        }
    }
    rows_apply(rows, course->value, now, rate);
}
