/* sim/batch/batch_goals.c -- see batch_goals.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/batch/batch_goals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USUAL_LEVEL 0.95

static const char *const statistics[] = {[DIFFERENCE_MEAN] = "mean",
                                         [DIFFERENCE_QUANTILE] = "quantile",
                                         [DIFFERENCE_CVAR_UPPER] = "cvar-upper",
                                         [DIFFERENCE_CVAR_LOWER] = "cvar-lower",
                                         [DIFFERENCE_BETTER] = "better"};

static double number_of(const struct batch *batch, struct setting *setting, const char *name)
{
    const int slot = setting_slot(setting, name);
    return slot < 0 ? 0.0 : store_central(batch->document->store, slot, 0);
}

/* Which of the list is named; any, if none is. */
static struct fault *entry_read(struct setting *setting, const char *name, const struct setting *list, size_t *index)
{
    const struct setting *named = setting_find(setting, name);
    *index = BATCH_ANY;
    for (size_t i = 0; named != NULL && i < list->children; i++)
        if (strcmp(list->child[i]->text, named->text) == 0) *index = i;
    if (named == NULL || *index != BATCH_ANY) return NULL;
    return fault_at(FAULT_SCENARIO, named->place, "%s is '%s'; expected one of the %s, such as %s", named->path,
                    named->text, list->name, list->child[0]->text);
}

static struct fault *outcome_read(struct setting *setting, const struct outcomes *outcomes,
                                  const struct outcome **outcome)
{
    char hint[160];
    const struct setting *named = setting_find(setting, "outcome");
    const size_t index = outcomes_find(outcomes, named->text);
    *outcome = index < outcomes->count ? &outcomes->item[index] : NULL;
    if (*outcome != NULL) return NULL;
    return fault_at(FAULT_SCENARIO, named->place,
                    "%s: '%s' is no outcome of the base; expected a path such as npv.national%s", named->path,
                    named->text, outcomes_hint(outcomes, named->text, sizeof hint, hint));
}

/* Of a share, "1 %" is one of a hundred, not of the estimate. */
static struct fault *share_read(struct units *units, const char *text, struct precision_goal *goal)
{
    struct quantity quantity;
    TRY(quantity_read(units, text, "", &quantity));
    const bool fits = !quantity_is_drawn(&quantity) && quantity.p[0] > 0.0 && quantity.p[0] < 1.0;
    goal->absolute = quantity.p[0];
    quantity_free(&quantity);
    return fits ? NULL : fault_raise(FAULT_SCENARIO, "%s is no width of a share; expected one such as 1 %%", text);
}

static struct fault *widths_read(const struct batch *batch, struct setting *setting, struct batch_goal *goal)
{
    const struct setting *absolute = setting_find(setting, "absolute");
    const bool relative = setting_find(setting, "relative") != NULL;
    if (absolute == NULL && !relative)
        return fault_at(FAULT_SCENARIO, setting->place,
                        "%s does not say how well; expected `relative` or `absolute`, or both, of which one will do",
                        setting->path);
    if (relative) goal->goal.relative = number_of(batch, setting, "relative");
    if (absolute == NULL) return NULL;
    struct units *units = batch->document->units;
    if (goal->statistic != DIFFERENCE_BETTER && strchr(absolute->text, '%') != NULL)
        return fault_at(
            FAULT_SCENARIO, absolute->place,
            "%s is %s, a share of the estimate; expected `relative`, or a number in the unit of the outcome",
            absolute->path, absolute->text);
    struct fault *fault = goal->statistic == DIFFERENCE_BETTER
                              ? share_read(units, absolute->text, &goal->goal)
                              : precision_read_width(units, absolute->text, goal->unit, &goal->goal);
    if (fault == NULL || fault_is_memory(fault)) return fault;
    struct fault *placed = fault_at(FAULT_SCENARIO, absolute->place, "%s: %s", absolute->path, fault->sentence);
    fault_free(fault);
    return placed;
}

static struct fault *at_read(const struct batch *batch, struct setting *setting, struct batch_goal *goal)
{
    const bool tail = goal->statistic == DIFFERENCE_CVAR_UPPER || goal->statistic == DIFFERENCE_CVAR_LOWER;
    goal->goal.at = number_of(batch, setting, "at");
    if (goal->goal.at > 0.0 && !tail && goal->statistic != DIFFERENCE_QUANTILE)
        return fault_at(FAULT_SCENARIO, setting->place, "%s: '%s' is of no level; expected no `at`", setting->path,
                        statistics[goal->statistic]);
    if (tail && goal->goal.at == 0.0) goal->goal.at = USUAL_LEVEL;
    if (tail && goal->goal.at <= 0.5)
        return fault_at(
            FAULT_SCENARIO, setting->place,
            "%s: `at` is %g; expected a level above 0.5, such as 0.95: the mean of the last 5 %% at that end",
            setting->path, goal->goal.at);
    if (goal->statistic != DIFFERENCE_QUANTILE || goal->goal.at > 0.0) return NULL;
    return fault_at(FAULT_SCENARIO, setting->place, "%s: a quantile needs its probability; expected `at`, such as 0.05",
                    setting->path);
}

static struct fault *words_make(struct setting *setting, struct batch_goal *goal)
{
    const struct setting *absolute = setting_find(setting, "absolute");
    char level[32] = "", relative[32] = "";
    if (goal->goal.at > 0.0) snprintf(level, sizeof level, " at %g", goal->goal.at);
    if (goal->goal.relative > 0.0)
        snprintf(relative, sizeof relative, "%s%.12g %%", absolute == NULL ? "" : " or ", 100.0 * goal->goal.relative);
    const int length = asprintf(&goal->words, "%s%s of %s within %s%s", statistics[goal->statistic], level,
                                goal->outcome, absolute == NULL ? "" : absolute->text, relative);
    if (length < 0) goal->words = NULL;
    return length < 0 ? fault_no_memory() : NULL;
}

static struct fault *goal_read(const struct batch *batch, const struct simulation *base, struct setting *setting,
                               struct batch_goal *goal)
{
    const struct outcome *outcome = NULL;
    const char *statistic = setting_find(setting, "statistic")->text;
    while (strcmp(statistics[goal->statistic], statistic) != 0) goal->statistic++;
    TRY(outcome_read(setting, &base->outcomes, &outcome));
    goal->outcome = setting_find(setting, "outcome")->text;
    goal->better = outcome->kind->better;
    goal->goal.confidence = QUANTILE_CONFIDENCE;
    if (goal->statistic == DIFFERENCE_BETTER && goal->better == OUTCOME_NEITHER)
        return fault_at(FAULT_SCENARIO, setting->place,
                        "%s: neither more nor less of %s is better; expected another "
                        "outcome or statistic",
                        setting->path, outcome->path);
    const bool pure = goal->statistic == DIFFERENCE_BETTER || strcmp(outcome->total, "1") == 0;
    goal->unit = strdup(pure ? "" : outcome->total);
    if (goal->unit == NULL) return fault_no_memory();
    TRY(widths_read(batch, setting, goal));
    TRY(at_read(batch, setting, goal));
    TRY(entry_read(setting, "world", batch->worlds, &goal->world));
    TRY(entry_read(setting, "policy", batch->policies, &goal->policy));
    return words_make(setting, goal);
}

struct fault *batch_goals_read(const struct batch *batch, const struct simulation *base, struct batch_goals *goals)
{
    const struct setting *list = setting_find(batch->precision, "goals");
    struct fault *faults = NULL;
    *goals = (struct batch_goals){.limit = (uint64_t)setting_find(batch->precision, "limit")->integer};
    goals->item = calloc(list->children + 1, sizeof *goals->item);
    if (goals->item == NULL) return fault_no_memory();
    for (size_t i = 0; i < list->children; i++)
        faults = fault_join(faults, goal_read(batch, base, list->child[i], &goals->item[goals->count++]));
    return faults;
}

void batch_goals_free(struct batch_goals *goals)
{
    for (size_t i = 0; i < goals->count; i++) {
        free(goals->item[i].words);
        free(goals->item[i].unit);
    }
    free(goals->item);
    *goals = (struct batch_goals){0};
}
