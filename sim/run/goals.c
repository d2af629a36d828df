/* sim/run/goals.c -- see goals.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/goals.h"
#include "models/keys.h"
#include "sim/core/units.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT      1000000
#define CONFIDENCE 0.95
#define LIMIT_IS   "limit="

static const char *const statistics[] = {[PRECISION_MEAN] = "mean",
                                         [PRECISION_QUANTILE] = "quantile",
                                         [PRECISION_CVAR_UPPER] = "cvar-upper",
                                         [PRECISION_CVAR_LOWER] = "cvar-lower",
                                         [PRECISION_PROBABILITY] = "probability",
                                         NULL};

/* A goal as text, from wherever it comes. `place` without a source: the command line. */
struct asked {
    struct place place;
    const char *where;                        /* "run.precision.goals.1", "--precision ..." */
    char path[256], statistic[32], width[64]; /* no width: relative alone */
    double relative;                          /* 0: as the width says */
    int year;                                 /* 0: the whole horizon */
    double at;                                /* 0: not said */
    double confidence;
};

static A_FAULT __attribute__((format(printf, 2, 3))) struct fault *wrong(const struct asked *asked, const char *format,
                                                                         ...)
{
    char sentence[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(sentence, sizeof sentence, format, arguments);
    va_end(arguments);
    if (asked->place.source == NULL) return fault_raise(FAULT_USAGE, "%s: %s", asked->where, sentence);
    return fault_at(FAULT_SCENARIO, asked->place, "%s: %s", asked->where, sentence);
}

static struct fault *statistic_read(const struct asked *asked, enum precision_statistic *statistic)
{
    char hint[96];
    for (int s = 0; statistics[s] != NULL; s++)
        if (strcmp(statistics[s], asked->statistic) == 0) {
            *statistic = (enum precision_statistic)s;
            return NULL;
        }
    return wrong(asked, "'%s' is no statistic; expected mean, quantile, cvar-upper, cvar-lower or probability%s",
                 asked->statistic, units_hint(asked->statistic, statistics, sizeof hint, hint));
}

static struct fault *outcome_read(const struct asked *asked, const struct outcomes *outcomes, size_t *outcome)
{
    char hint[160];
    *outcome = outcomes_find(outcomes, asked->path);
    if (*outcome < outcomes->count) return NULL;
    return wrong(asked, "'%s' is no outcome of the scenario; expected a path such as npv.national%s", asked->path,
                 outcomes_hint(outcomes, asked->path, sizeof hint, hint));
}

static struct fault *period_read(const struct asked *asked, const struct outcome *outcome,
                                 const struct calendar *calendar, size_t years, size_t *period)
{
    const int first = calendar->start / CALENDAR_MONTHS_PER_YEAR, last = first + (int)years - 1;
    *period = years;
    if (asked->year == 0) return NULL;
    if (outcome->kind->horizon_only)
        return wrong(asked, "%s has a value over the whole horizon only; expected no year", outcome->path);
    if (asked->year < first || asked->year > last)
        return wrong(asked, "%d is no year of the run; expected %d to %d", asked->year, first, last);
    *period = (size_t)(asked->year - first);
    return NULL;
}

struct fault *goals_read_width(struct units *units, const char *text, const char *unit, struct precision_goal *goal)
{
    struct quantity quantity;
    const size_t length = strlen(text);
    const bool relative = length > 0 && text[length - 1] == '%';
    TRY(quantity_read(units, text, relative ? "" : unit, &quantity));
    const bool fits = !quantity_is_drawn(&quantity) && quantity.p[0] > 0.0;
    *(relative ? &goal->relative : &goal->absolute) = quantity.p[0];
    quantity_free(&quantity);
    return fits ? NULL : fault_raise(FAULT_SCENARIO, "%s is no width; expected a number above 0, such as 1 %%", text);
}

static struct fault *width_read(const struct asked *asked, struct units *units, const char *unit,
                                struct precision_goal *goal)
{
    struct fault *fault = goals_read_width(units, asked->width, unit, goal);
    if (fault == NULL || fault_is_memory(fault)) return fault;
    struct fault *placed = wrong(asked, "%s", fault->sentence);
    fault_free(fault);
    return placed;
}

/* What is asked for in words, and the unit of its estimate, both of the wanted. */
static struct fault *describe(const struct asked *asked, const struct outcome *outcome, struct wanted_precision *wanted)
{
    const char *unit = asked->year == 0 ? outcome->total : outcome->unit;
    char period[24], level[32] = "", relative[32] = "";
    snprintf(period, sizeof period, asked->year == 0 ? "the horizon" : "%d", asked->year);
    if (wanted->goal.at > 0.0) snprintf(level, sizeof level, " at %g", wanted->goal.at);
    if (asked->relative > 0.0)
        snprintf(relative, sizeof relative, "%s%.12g %%", asked->width[0] == '\0' ? "" : " or ",
                 100.0 * asked->relative);
    if (asprintf(&wanted->words, "%s%s of %s over %s within %s%s", asked->statistic, level, outcome->path, period,
                 asked->width, relative) < 0)
        wanted->words = NULL;
    wanted->unit = strdup(strcmp(unit, "1") == 0 ? "" : unit);
    return wanted->words == NULL || wanted->unit == NULL ? fault_no_memory() : NULL;
}

static void wanted_free(struct wanted_precision *wanted)
{
    free(wanted->words);
    free(wanted->unit);
}

static struct fault *at_read(const struct asked *asked, struct precision_goal *goal)
{
    const bool tail = goal->statistic == PRECISION_CVAR_UPPER || goal->statistic == PRECISION_CVAR_LOWER;
    const bool has = goal->statistic == PRECISION_QUANTILE || tail;
    goal->at = asked->at;
    if (!has && asked->at != 0.0) return wrong(asked, "a %s is of no level; expected none", asked->statistic);
    if (!has) return NULL;
    if (asked->at == 0.0 && tail) goal->at = CONFIDENCE;
    if (tail && goal->at <= 0.5)
        return wrong(asked,
                     "a %s at %g; expected a level above 0.5, such as 0.95: the mean of the last 5 %% at that end",
                     asked->statistic, goal->at);
    if (goal->at > 0.0 && goal->at < 1.0) return NULL;
    return wrong(asked, "a %s needs its %s; expected one between 0 and 1, such as 0.95", asked->statistic,
                 tail ? "level" : "probability");
}

static struct fault *goal_add(const struct asked *asked, const struct plan *plan, size_t years,
                              struct precision_goals *goals)
{
    struct wanted_precision wanted = {.goal = {.confidence = asked->confidence, .relative = asked->relative}};
    TRY(statistic_read(asked, &wanted.goal.statistic));
    TRY(outcome_read(asked, plan->outcomes, &wanted.outcome));
    const struct outcome *outcome = &plan->outcomes->item[wanted.outcome];
    TRY(period_read(asked, outcome, &plan->calendar, years, &wanted.period));
    if (asked->width[0] != '\0')
        TRY(width_read(asked, plan->units, asked->year == 0 ? outcome->total : outcome->unit, &wanted.goal));
    TRY(at_read(asked, &wanted.goal));
    if (wanted.goal.statistic == PRECISION_PROBABILITY && outcome->kind->chance != CHANCE_MEAN)
        return wrong(asked, "%s is no threshold, so it has no probability; expected one of thresholds.NAME",
                     outcome->path);
    struct wanted_precision *grown = reallocarray(goals->item, goals->count + 1, sizeof *grown);
    struct fault *fault = grown == NULL ? fault_no_memory() : NULL;
    if (grown != NULL) goals->item = grown;
    if (fault == NULL) fault = describe(asked, outcome, &wanted);
    if (fault != NULL) {
        wanted_free(&wanted);
        return fault;
    }
    grown[goals->count++] = wanted;
    return NULL;
}

/* "PATH[@YEAR][:STATISTIC[:AT]]=WIDTH" */
static struct fault *option_read(const char *text, struct asked *asked)
{
    char *end = NULL;
    const char *width = strrchr(text, '=');
    *asked = (struct asked){.where = "--precision", .statistic = "mean", .confidence = CONFIDENCE};
    if (width == NULL || width == text || strlen(text) >= sizeof asked->path)
        return wrong(asked, "'%s' is not of the form PATH=WIDTH; expected one such as 'npv.national=1 %%'", text);
    snprintf(asked->width, sizeof asked->width, "%s", width + 1);
    snprintf(asked->path, sizeof asked->path, "%.*s", (int)(width - text), text);
    char *statistic = strchr(asked->path, ':');
    if (statistic != NULL) {
        *statistic++ = '\0';
        char *at = strchr(statistic, ':');
        if (at != NULL) {
            *at++ = '\0';
            asked->at = strtod(at, &end);
            if (*at == '\0' || *end != '\0' || !(asked->at > 0.0))
                return wrong(asked, "'%s' in '%s' is no probability; expected one such as 0.95", at, text);
        }
        snprintf(asked->statistic, sizeof asked->statistic, "%.31s", statistic);
    }
    char *year = strchr(asked->path, '@');
    if (year == NULL) return NULL;
    *year++ = '\0';
    const long number = strtol(year, &end, 10);
    asked->year = number > 0 && number <= 9999 ? (int)number : 0;
    if (*year == '\0' || *end != '\0' || asked->year == 0)
        return wrong(asked, "'%s' in '%s' is no year; expected one such as 2030", year, text);
    return NULL;
}

static struct fault *option_add(const char *text, const struct plan *plan, size_t years, struct precision_goals *goals)
{
    struct asked asked;
    TRY(option_read(text, &asked));
    return goal_add(&asked, plan, years, goals);
}

/* "limit=200000" */
static struct fault *limit_read(const char *text, struct precision_goals *goals)
{
    char *end = NULL;
    const char *number = text + strlen(LIMIT_IS);
    const unsigned long long limit = *number >= '1' && *number <= '9' ? strtoull(number, &end, 10) : 0;
    goals->limit = limit;
    if (limit > 0 && *end == '\0' && limit <= KEYS_MOST_REPLICATIONS) return NULL;
    return fault_raise(FAULT_USAGE, "--precision: '%s' is no limit; expected a number of replications from 1 to %ld",
                       text, KEYS_MOST_REPLICATIONS);
}

static void text_of(struct setting *goal, const char *name, size_t size, char text[])
{
    const struct setting *setting = setting_find(goal, name);
    if (setting != NULL) snprintf(text, size, "%s", setting->text);
}

static double number_of(const struct plan *plan, struct setting *goal, const char *name)
{
    const int slot = setting_slot(goal, name);
    return slot < 0 ? 0.0 : store_central(plan->store, slot, plan->calendar.start);
}

/* A goal of the scenario; one with two widths is two texts of the same. */
static struct fault *setting_read(struct setting *setting, const struct plan *plan, size_t years,
                                  struct precision_goals *goals)
{
    struct asked asked = {.place = setting->place, .where = setting->path};
    const struct setting *year = setting_find(setting, "year"), *relative = setting_find(setting, "relative"),
                         *absolute = setting_find(setting, "absolute");
    setting->used = true;
    text_of(setting, "outcome", sizeof asked.path, asked.path);
    text_of(setting, "statistic", sizeof asked.statistic, asked.statistic);
    asked.year = year == NULL ? 0 : (int)year->integer;
    asked.at = number_of(plan, setting, "at");
    asked.confidence = number_of(plan, setting, "confidence");
    if (relative == NULL && absolute == NULL)
        return wrong(&asked, "does not say how well; expected `relative` or `absolute`, or both, of which one will do");
    text_of(setting, "absolute", sizeof asked.width, asked.width);
    if (strchr(asked.width, '%') != NULL)
        return wrong(&asked,
                     "`absolute` is %s, a share of the estimate; expected `relative`, or a number in the unit "
                     "of the outcome",
                     asked.width);
    asked.relative = number_of(plan, setting, "relative");
    return goal_add(&asked, plan, years, goals);
}

struct fault *goals_read(const struct plan *plan, size_t years, const char *const option[], size_t options,
                         struct precision_goals *goals)
{
    struct setting *run = setting_find(plan->root, "run");
    struct setting *precision = run == NULL ? NULL : setting_find(run, "precision");
    struct setting *list = precision == NULL ? NULL : setting_find(precision, "goals");
    struct fault *faults = NULL;
    *goals = (struct precision_goals){.limit = LIMIT};
    if (precision != NULL) goals->limit = (uint64_t)setting_find(precision, "limit")->integer;
    size_t asked = 0;
    for (size_t i = 0; i < options; i++) {
        if (strcmp(option[i], "none") == 0) return faults;
        const bool limit = strncmp(option[i], LIMIT_IS, strlen(LIMIT_IS)) == 0;
        faults = fault_join(faults, limit ? limit_read(option[i], goals) : option_add(option[i], plan, years, goals));
        asked += limit ? 0 : 1;
    }
    for (size_t i = 0; asked == 0 && list != NULL && i < list->children; i++)
        faults = fault_join(faults, setting_read(list->child[i], plan, years, goals));
    if (faults == NULL && options > 0 && goals->count == 0)
        return fault_raise(FAULT_USAGE,
                           "--precision '%s' limits nothing, for there is no goal; expected one too, such as "
                           "'npv.national=1 %%'",
                           option[0]);
    return faults;
}

void goals_free(struct precision_goals *goals)
{
    for (size_t i = 0; i < goals->count; i++) wanted_free(&goals->item[i]);
    free(goals->item);
    *goals = (struct precision_goals){0};
}
