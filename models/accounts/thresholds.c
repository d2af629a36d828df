/* models/accounts/thresholds.c -- see thresholds.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/accounts/thresholds.h"
#include "models/policy/watch.h"

#include <stdlib.h>
#include <string.h>

enum { OUTCOMES_MOST = 64 };

static const struct key outcome_entry[] = {
    {.name = "*", .kind = KEY_TEXT, .meaning = "The path of an outcome, such as legs.dostyk.delay."}};
static const struct key threshold_keys[] = {TITLE_KEY,
                                            {.name = "outcome",
                                             .kind = KEY_LIST,
                                             .min = 1,
                                             .max = OUTCOMES_MOST,
                                             .entry = outcome_entry,
                                             .shorthand = "",
                                             .meaning = "What is watched; of several, any one."},
                                            WATCH_KEYS,
                                            {.name = NULL}};
const struct key thresholds_entry[] = {{.name = "*",
                                        .kind = KEY_SECTION,
                                        .keys = threshold_keys,
                                        .meaning = "Something that may happen, and whose probability is asked for."}};

enum { THRESHOLD_HAPPENED, THRESHOLD_PASSAGE };
const struct outcome_kind thresholds_outcomes[] = {
    [THRESHOLD_HAPPENED] = {.pattern = "thresholds.T",
                            .subject = SUBJECT_THRESHOLDS,
                            .main = MAIN_CHANGED,
                            .rank = 7,
                            .words = "whether T happened",
                            .heading = "T: probability",
                            .entities = "outcomes.thresholds.T",
                            .unit = "1",
                            .rule = OUTCOME_MAXIMUM,
                            .chance = CHANCE_MEAN,
                            .headline = true,
                            .meaning = "1 if it happened in the year, else 0: the mean is its probability."},
    [THRESHOLD_PASSAGE] = {.pattern = "thresholds.T.first-passage",
                           .subject = SUBJECT_THRESHOLDS,
                           .words = "month in which T first happened, from the start",
                           .heading = "T: month in which it first happens, from the start",
                           .entities = "outcomes.thresholds.T",
                           .unit = "mo",
                           .rule = OUTCOME_RATIO,
                           .chance = CHANCE_DEFINED,
                           .meaning = "Of the replications in which it has happened by then; `count` says how many, "
                                      "`probability` what part."},
    {.pattern = NULL}};

struct threshold {
    struct watch *watch;
    size_t count, first;      /* first: where its counters begin */
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

static struct fault *threshold_read(struct thresholds *thresholds, struct threshold *threshold, struct setting *setting,
                                    struct plan *plan)
{
    struct setting *outcome = setting_find(setting, "outcome");
    struct fault *faults = NULL;
    struct watch watch;
    setting->used = true;
    TRY(watch_read(setting, plan, &watch));
    threshold->first = thresholds->counters;
    threshold->watch = calloc(outcome->children + 1, sizeof *threshold->watch);
    if (threshold->watch == NULL) return fault_no_memory();
    for (size_t i = 0; i < outcome->children; i++) {
        threshold->watch[threshold->count] = watch;
        faults =
            fault_join(faults, watch_outcome(setting, outcome->child[i], plan, &threshold->watch[threshold->count++]));
    }
    thresholds->counters += threshold->count;
    return faults;
}

/* Only when all are read, since none may watch another. */
static struct fault *threshold_declare(struct threshold *threshold, const char *name, struct plan *plan)
{
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
    for (size_t i = 0; i < count && faults == NULL; i++)
        faults = threshold_declare(&thresholds->threshold[i], section->child[i]->name, plan);
    return faults;
}

void thresholds_free(struct thresholds *thresholds)
{
    if (thresholds == NULL) return;
    for (size_t i = 0; i < thresholds->count; i++) free(thresholds->threshold[i].watch);
    free(thresholds->threshold);
    free(thresholds);
}

struct fault *thresholds_open(const struct thresholds *thresholds, struct arena *arena, struct thresholds_state **out)
{
    struct thresholds_state *state = arena_take(arena, 1, sizeof *state);
    if (state == NULL) return fault_no_memory();
    *out = state;
    state->thresholds = thresholds;
    state->row = arena_rows(arena, thresholds->count * THRESHOLD_ROWS);
    state->counter = arena_rows(arena, thresholds->counters);
    return arena_check(arena);
}

void thresholds_start(struct thresholds_state *state)
{
    const struct thresholds *thresholds = state->thresholds;
    for (size_t i = 0; i < thresholds->count * THRESHOLD_ROWS; i++) EACH_LANE(l) state->row[i][l] = 0.0;
    for (size_t i = 0; i < thresholds->counters; i++) EACH_LANE(l) state->counter[i][l] = 0.0;
}

void thresholds_step(struct thresholds_state *state, const struct outcome_rows *rows, int month)
{
    for (size_t i = 0; i < state->thresholds->count; i++) {
        const struct threshold *threshold = &state->thresholds->threshold[i];
        double *now = state->row[i * THRESHOLD_ROWS + NOW], *since = state->row[i * THRESHOLD_ROWS + SINCE],
               *first = state->row[i * THRESHOLD_ROWS + FIRST];
        const double number = month + 1;
        EACH_LANE(l) now[l] = 0.0;
        for (size_t w = 0; w < threshold->count; w++) {
            double *counter = state->counter[threshold->first + w];
            const double months = threshold->watch[w].months;
            watch_step(&threshold->watch[w], rows, NULL, counter);
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
