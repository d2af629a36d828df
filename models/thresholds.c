/* models/thresholds.c -- see thresholds.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/thresholds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { OUTCOMES_MOST = 64 };

static const struct key outcome_entry[] = {
    {.name = "*", .kind = KEY_TEXT, .meaning = "The path of an outcome, such as legs.dostyk.delay."}};
static const struct key threshold_keys[] = {
    {.name = "outcome",
     .kind = KEY_LIST,
     .least = 1,
     .most = OUTCOMES_MOST,
     .entry = outcome_entry,
     .shorthand = "",
     .meaning = "What is watched; of several, any one."},
    {.name = "above",
     .kind = KEY_TEXT,
     .usual = "",
     .meaning = "The level, with the unit of the outcome, for its value of a month (rates per year); or `below`."},
    {.name = "below", .kind = KEY_TEXT, .usual = "", .meaning = "The level, in place of `above`."},
    {.name = "for",
     .kind = KEY_QUANTITY,
     .unit = "mo",
     .usual = "1 mo",
     .least = 1,
     .most = 1200,
     .meaning = "Months in a row; whole."},
    {.name = NULL}};
const struct key thresholds_entry[] = {{.name = "*",
                                        .kind = KEY_SECTION,
                                        .keys = threshold_keys,
                                        .meaning = "Something that may happen, and whose probability is asked for."}};

enum { THRESHOLD_HAPPENED, THRESHOLD_PASSAGE };
const struct outcome_kind thresholds_outcomes[] = {
    [THRESHOLD_HAPPENED] = {.pattern = "thresholds.T",
                            .words = "whether T happened",
                            .unit = "1",
                            .rule = OUTCOME_MAXIMUM,
                            .headline = true,
                            .meaning = "1 if it happened in the year, else 0: the mean is its probability."},
    [THRESHOLD_PASSAGE] = {.pattern = "thresholds.T.first-passage",
                           .words = "month in which T first happened, from the start",
                           .unit = "mo",
                           .rule = OUTCOME_RATIO,
                           .meaning = "Of the replications in which it has happened by then; `count` says how many."},
    {.pattern = NULL}};

struct watched {
    size_t outcome;
    bool ratio;
    double level;
};

struct threshold {
    struct watched *watched;
    size_t count, first; /* first: where its counters begin */
    bool above;
    double months;
    size_t happened, passage; /* outcomes */
};

struct thresholds {
    struct threshold *threshold;
    size_t count;
    size_t counters;
};

/* Rows of a threshold. */
enum { NOW, SINCE, FIRST, THRESHOLD_ROWS };

struct thresholds_state {
    const struct thresholds *thresholds;
    double (*row)[LANES];     /* [count * THRESHOLD_ROWS] */
    double (*counter)[LANES]; /* [counters] months in a row */
};

static struct fault *no_outcome(const struct outcomes *outcomes, const struct setting *item)
{
    const char **words = calloc(outcomes->count + 1, sizeof *words);
    if (words == NULL) return fault_no_memory();
    for (size_t i = 0; i < outcomes->count; i++) words[i] = outcomes->item[i].path;
    char hint[160];
    struct fault *fault = fault_at(FAULT_SCENARIO, item->place,
                                   "%s is '%s', which is no outcome of the scenario; expected a path such as "
                                   "drivers.NAME or legs.NAME.delay%s",
                                   item->path, item->text, units_hint(item->text, words, sizeof hint, hint));
    free(words);
    return fault;
}

static struct fault *watched_read(struct watched *watched, struct setting *item, const struct setting *level,
                                  const struct plan *plan)
{
    const size_t outcome = outcomes_find(plan->outcomes, item->text);
    item->used = true;
    if (outcome == plan->outcomes->count || strncmp(item->text, "thresholds.", 11) == 0)
        return no_outcome(plan->outcomes, item);
    const struct outcome *of = &plan->outcomes->item[outcome];
    if (of->kind->rule == OUTCOME_DERIVED)
        return fault_at(FAULT_SCENARIO, item->place,
                        "%s: %s comes from the sums of a year, so it has no value in a month; expected another "
                        "outcome, such as fiscal.total",
                        item->path, item->text);
    struct quantity quantity;
    struct fault *fault = quantity_read(plan->units, level->text, of->unit, &quantity);
    if (fault == NULL && quantity_is_drawn(&quantity)) {
        quantity_free(&quantity);
        fault = fault_raise(FAULT_SCENARIO, "%s is a distribution; expected a number", level->text);
    }
    if (fault != NULL) {
        struct fault *placed = fault_at(FAULT_SCENARIO, level->place, "%s: %s", level->path, fault->sentence);
        fault_free(fault);
        return placed;
    }
    *watched = (struct watched){.outcome = outcome, .ratio = of->kind->rule == OUTCOME_RATIO, .level = quantity.p[0]};
    quantity_free(&quantity);
    return NULL;
}

static struct fault *threshold_read(struct thresholds *thresholds, struct threshold *threshold, struct setting *setting,
                                    struct plan *plan)
{
    struct setting *outcome = setting_find(setting, "outcome"), *above = setting_find(setting, "above"),
                   *below = setting_find(setting, "below"), *months = setting_find(setting, "for");
    struct fault *faults = NULL;
    const char *name = setting->name;
    setting->used = true;
    if ((above == NULL) == (below == NULL))
        return fault_at(FAULT_SCENARIO, setting->place, "%s has %s; expected `above` or `below`, with a level",
                        setting->path, above == NULL ? "no level" : "two levels");
    threshold->above = above != NULL;
    threshold->months = store_central(plan->store, months->slot, plan->calendar.start);
    if (threshold->months != rint(threshold->months))
        return fault_at(FAULT_SCENARIO, months->place, "%s is %s; expected whole months", months->path, months->text);
    if (threshold->months > plan->calendar.months)
        return fault_at(FAULT_SCENARIO, months->place, "%s is %s, longer than the run; expected at most %d mo",
                        months->path, months->text, plan->calendar.months);
    threshold->first = thresholds->counters;
    threshold->watched = calloc(outcome->children + 1, sizeof *threshold->watched);
    if (threshold->watched == NULL) return fault_no_memory();
    for (size_t i = 0; i < outcome->children; i++)
        faults = fault_join(faults, watched_read(&threshold->watched[threshold->count++], outcome->child[i],
                                                 above != NULL ? above : below, plan));
    thresholds->counters += threshold->count;
    if (faults != NULL) return faults;
    TRY(outcomes_declare(plan->outcomes, &thresholds_outcomes[THRESHOLD_HAPPENED], &name, "1", &threshold->happened));
    return outcomes_declare(plan->outcomes, &thresholds_outcomes[THRESHOLD_PASSAGE], &name, "mo", &threshold->passage);
}

struct fault *thresholds_prepare(struct plan *plan, struct thresholds **out)
{
    struct thresholds *thresholds = calloc(1, sizeof *thresholds);
    struct setting *outcomes = setting_find(plan->root, "outcomes");
    struct setting *section = outcomes == NULL ? NULL : setting_find(outcomes, "thresholds");
    const size_t count = section == NULL ? 0 : section->children;
    struct fault *faults = NULL;
    if (thresholds == NULL) return fault_no_memory();
    *out = thresholds;
    thresholds->threshold = calloc(count + 1, sizeof *thresholds->threshold);
    if (thresholds->threshold == NULL) return fault_no_memory();
    for (size_t i = 0; i < count; i++)
        faults = fault_join(
            faults, threshold_read(thresholds, &thresholds->threshold[thresholds->count++], section->child[i], plan));
    return faults;
}

void thresholds_free(struct thresholds *thresholds)
{
    if (thresholds == NULL) return;
    for (size_t i = 0; i < thresholds->count; i++) free(thresholds->threshold[i].watched);
    free(thresholds->threshold);
    free(thresholds);
}

size_t thresholds_rows(const struct thresholds *thresholds)
{
    return thresholds->count * THRESHOLD_ROWS + thresholds->counters;
}

struct fault *thresholds_open(const struct thresholds *thresholds, struct thresholds_state **out)
{
    struct thresholds_state *state = calloc(1, sizeof *state);
    if (state == NULL) return fault_no_memory();
    *out = state;
    state->thresholds = thresholds;
    state->row = lanes_rows(thresholds->count * THRESHOLD_ROWS);
    state->counter = lanes_rows(thresholds->counters);
    return state->row == NULL || state->counter == NULL ? fault_no_memory() : NULL;
}

void thresholds_close(struct thresholds_state *state)
{
    if (state == NULL) return;
    free(state->row);
    free(state->counter);
    free(state);
}

void thresholds_start(struct thresholds_state *state)
{
    const struct thresholds *thresholds = state->thresholds;
    for (size_t i = 0; i < thresholds->count * THRESHOLD_ROWS; i++) EACH_LANE(l) state->row[i][l] = 0.0;
    for (size_t i = 0; i < thresholds->counters; i++) EACH_LANE(l) state->counter[i][l] = 0.0;
}

/* Whether the outcome is beyond its level; one that is undefined is not. */
static void count_on(const struct watched *watched, bool above, const struct outcome_rows *rows, double counter[LANES])
{
    const double *row = rows->row[watched->outcome], level = watched->level;
    _Alignas(LANES_ALIGNMENT) double value[LANES];
    EACH_LANE(l) value[l] = row[l];
    if (watched->ratio) {
        const double *weight = rows->weight[watched->outcome];
        EACH_LANE(l) value[l] = row[l] / weight[l];
    }
    if (above)
        EACH_LANE(l) counter[l] = value[l] > level ? counter[l] + 1.0 : 0.0;
    else
        EACH_LANE(l) counter[l] = value[l] < level ? counter[l] + 1.0 : 0.0;
}

void thresholds_step(struct thresholds_state *state, const struct outcome_rows *rows, int month)
{
    for (size_t i = 0; i < state->thresholds->count; i++) {
        const struct threshold *threshold = &state->thresholds->threshold[i];
        double *now = state->row[i * THRESHOLD_ROWS + NOW], *since = state->row[i * THRESHOLD_ROWS + SINCE],
               *first = state->row[i * THRESHOLD_ROWS + FIRST];
        const double months = threshold->months, number = month + 1;
        EACH_LANE(l) now[l] = 0.0;
        for (size_t w = 0; w < threshold->count; w++) {
            double *counter = state->counter[threshold->first + w];
            count_on(&threshold->watched[w], threshold->above, rows, counter);
            EACH_LANE(l) now[l] = counter[l] >= months ? 1.0 : now[l];
        }
        EACH_LANE(l)
        {
            first[l] = since[l] == 0.0 && now[l] > 0.0 ? number : first[l];
            since[l] = now[l] > 0.0 ? 1.0 : since[l];
        }
    }
}

void thresholds_report(const struct thresholds_state *state, struct outcome_rows *rows)
{
    for (size_t i = 0; i < state->thresholds->count; i++) {
        const struct threshold *threshold = &state->thresholds->threshold[i];
        rows->row[threshold->happened] = state->row[i * THRESHOLD_ROWS + NOW];
        rows->row[threshold->passage] = state->row[i * THRESHOLD_ROWS + FIRST];
        rows->weight[threshold->passage] = state->row[i * THRESHOLD_ROWS + SINCE];
    }
}
