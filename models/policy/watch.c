/* models/policy/watch.c -- see watch.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/policy/watch.h"

#include <math.h>
#include <stdlib.h>

static struct fault *no_outcome(const struct outcomes *outcomes, const struct setting *item)
{
    char hint[160];
    return fault_at(FAULT_SCENARIO, item->place,
                    "%s is '%s', which is no outcome of the scenario; expected a path such as drivers.NAME or "
                    "legs.NAME.delay%s",
                    item->path, item->text, outcomes_hint(outcomes, item->text, sizeof hint, hint));
}

struct fault *watch_read(struct setting *section, const struct plan *plan, struct watch *watch)
{
    struct setting *above = setting_find(section, "above"), *below = setting_find(section, "below"),
                   *months = setting_find(section, "for");
    if ((above == NULL) == (below == NULL))
        return fault_at(FAULT_SCENARIO, section->place, "%s has %s; expected `above` or `below`, with a level",
                        section->path, above == NULL ? "no level" : "two levels");
    *watch = (struct watch){.above = above != NULL,
                            .months = store_central(plan->store, months->slot, plan->calendar.start)};
    if (watch->months != rint(watch->months))
        return fault_at(FAULT_SCENARIO, months->place, "%s is %s; expected whole months", months->path, months->text);
    if (watch->months > plan->calendar.months)
        return fault_at(FAULT_SCENARIO, months->place, "%s is %s, longer than the run; expected at most %d mo",
                        months->path, months->text, plan->calendar.months);
    return NULL;
}

static struct fault *level_read(struct setting *section, const char *unit, const struct plan *plan, struct watch *watch)
{
    const struct setting *level = setting_find(section, watch->above ? "above" : "below");
    struct quantity quantity;
    struct fault *fault = quantity_read(plan->units, level->text, unit, &quantity);
    if (fault == NULL && quantity_is_drawn(&quantity)) {
        quantity_free(&quantity);
        fault = fault_raise(FAULT_SCENARIO, "%s is a distribution; expected a number", level->text);
    }
    if (fault != NULL) {
        struct fault *placed = fault_at(FAULT_SCENARIO, level->place, "%s: %s", level->path, fault->sentence);
        fault_free(fault);
        return placed;
    }
    watch->level = quantity.p[0];
    quantity_free(&quantity);
    return NULL;
}

struct fault *watch_outcome(struct setting *section, struct setting *outcome, const struct plan *plan,
                            struct watch *watch)
{
    const size_t index = outcomes_find(plan->outcomes, outcome->text);
    outcome->used = true;
    if (index == plan->outcomes->count) return no_outcome(plan->outcomes, outcome);
    const struct outcome *of = &plan->outcomes->item[index];
    if (of->kind->rule == OUTCOME_DERIVED || of->kind->horizon_only)
        return fault_at(FAULT_SCENARIO, outcome->place,
                        "%s: %s comes from the sums of %s, so it has no value in a month; expected another "
                        "outcome, such as fiscal.total",
                        outcome->path, outcome->text, of->kind->horizon_only ? "the whole run" : "a year");
    watch->outcome = index;
    watch->ratio = of->kind->rule == OUTCOME_RATIO;
    return level_read(section, of->unit, plan, watch);
}

struct fault *watch_driver(struct setting *section, struct setting *driver, const struct plan *plan,
                           const struct drivers *drivers, struct watch *watch)
{
    driver->used = true;
    watch->of_driver = true;
    TRY(drivers_refer(drivers, driver, &watch->driver));
    return level_read(section, drivers_unit(drivers, watch->driver), plan, watch);
}

void watch_step(const struct watch *watch, const struct outcome_rows *rows, const struct drivers_state *drivers,
                double counter[LANES])
{
    const double *row = watch->of_driver ? drivers_level(drivers, watch->driver) : rows->row[watch->outcome];
    const double level = watch->level;
    _Alignas(LANES_ALIGNMENT) double value[LANES];
    EACH_LANE(l) value[l] = row[l];
    if (!watch->of_driver && watch->ratio) {
        const double *weight = rows->weight[watch->outcome];
        EACH_LANE(l) value[l] = row[l] / weight[l];
    }
    if (watch->above)
        EACH_LANE(l) counter[l] = value[l] > level ? counter[l] + 1.0 : 0.0;
    else
        EACH_LANE(l) counter[l] = value[l] < level ? counter[l] + 1.0 : 0.0;
}
