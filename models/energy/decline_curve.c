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

void decline_curve_start(double state[DECLINE_CURVE_ROWS][LANES])
{
    EACH_LANE(l)
    {
        state[DECLINE_CURVE_GROWN][l] = 1.0;
        state[DECLINE_CURVE_GROWTH][l] = state[DECLINE_CURVE_DECLINE][l] = __builtin_nan(""); /* none was met */
    }
}

/* Whether a row is what it was, or else takes it over. */
static bool is_as_before(const double now[LANES], double before[LANES])
{
    double differ[LANES];
    bool any = false;
    EACH_LANE(l) differ[l] = now[l] == before[l] ? 0.0 : 1.0;
    for (int l = 0; l < LANES; l++) any = any || differ[l] != 0.0;
    if (any) EACH_LANE(l) before[l] = now[l];
    return !any;
}

/* Both as functions of the rows alone, so that it changes no bit when they are worked out. */
static void growth_meet(const double growth[LANES], double state[DECLINE_CURVE_ROWS][LANES])
{
    double *by = state[DECLINE_CURVE_GROWN_BY];
    if (is_as_before(growth, state[DECLINE_CURVE_GROWTH])) return;
    EACH_LANE(l) by[l] = lanes_exp(lanes_log1p(growth[l]) * CALENDAR_MONTH_YEARS);
}

static void decline_meet(const double decline[LANES], double state[DECLINE_CURVE_ROWS][LANES])
{
    double *hazard = state[DECLINE_CURVE_HAZARD], *mean = state[DECLINE_CURVE_MEAN];
    if (is_as_before(decline, state[DECLINE_CURVE_DECLINE])) return;
    EACH_LANE(l)
    {
        hazard[l] = -lanes_log1p(-decline[l]) * CALENDAR_MONTH_YEARS;
        mean[l] = lanes_decay(hazard[l]);
    }
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
                        int month, double state[DECLINE_CURVE_ROWS][LANES], double rate[LANES])
{
    const int now = calendar->start + month;
    double *grown = state[DECLINE_CURVE_GROWN];
    stepped(curve, rows, now, rate);
    EACH_LANE(l) rate[l] *= grown[l];
    if (curve->growth >= 0) {
        const double *by = state[DECLINE_CURVE_GROWN_BY];
        growth_meet(rows_get(rows, curve->growth), state);
        EACH_LANE(l) grown[l] *= by[l];
    }
    if (curve->decline >= 0 && now >= curve->decline_from) {
        const double *hazard = state[DECLINE_CURVE_HAZARD], *mean = state[DECLINE_CURVE_MEAN],
                     n = now - curve->decline_from;
        decline_meet(rows_get(rows, curve->decline), state);
        EACH_LANE(l) rate[l] *= lanes_exp(-n * hazard[l]) * mean[l];
    }
    rows_apply(rows, curve->value, now, rate);
}
