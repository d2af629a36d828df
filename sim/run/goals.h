/* sim/run/goals.h -- what a run is to find out how well, from `run.precision` of the scenario or --precision.
 *
 *   --precision 'npv.national=1 %'              half-width of the mean over the horizon, of the estimate
 *   --precision 'fiscal.total@2030=0.1 GUSD/yr' of the mean of a year, in the outcome's unit
 *   --precision 'fiscal.total@2030:quantile:0.05=2 %'   also cvar-upper, cvar-lower (level), probability
 *   --precision limit=200000                    replications at most
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_GOALS_H
#define ZHOL_GOALS_H

#include "models/plan.h"
#include "sim/statistics/precision.h"

struct wanted_precision {
    size_t outcome;
    size_t period; /* a year of the run, or the number of years for the horizon */
    struct precision_goal goal;
    char *words; /* "mean of npv.national over the horizon within 1 %" */
    char *unit;  /* of the estimate; "" of a pure number */
};

struct precision_goals {
    struct wanted_precision *item;
    size_t count;
    uint64_t limit; /* replications at most */
};

/* The goals of the scenario, or of the command line, which come in their place; "none" there is none. `plan` is
 * prepared: its outcomes are declared. All faults at once. Free it in any case. */
MUST_CHECK struct fault *goals_read(const struct plan *plan, size_t years, const char *const option[], size_t options,
                                    struct precision_goals *goals);
/* A width as text: "1 %" is of the estimate, all else in `unit`. Faults have no place. */
MUST_CHECK struct fault *goals_read_width(struct units *units, const char *text, const char *unit,
                                          struct precision_goal *goal);
void goals_free(struct precision_goals *goals);

#endif
