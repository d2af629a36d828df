/* models/plan.h -- what the components of the model are prepared from, once per run.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_PLAN_H
#define ZHOL_PLAN_H

#include "sim/core/calendar.h"
#include "sim/core/outcome.h"
#include "sim/core/setting.h"
#include "sim/core/store.h"
#include "sim/core/units.h"

struct world_steps;

struct plan {
    const struct world_steps *steps; /* what the world computes with; NULL: what was built with it */
    struct setting *root;            /* the scenario */
    struct store *store;             /* its quantities */
    struct units *units;             /* its units */
    const char *home;                /* run.home, the country whose accounts are kept; NULL: none. Set by the world */
    struct calendar calendar;
    uint64_t seed;
    const gsl_rng_type *generator; /* NULL: Philox */
    struct outcomes *outcomes;     /* components add theirs */
    struct fault *warnings;        /* what is allowed but worth saying; components append */
};

#endif
