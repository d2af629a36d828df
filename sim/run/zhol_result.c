/* sim/run/zhol_result.c -- see zhol.h: what a result tells, and its file.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/trust.h"
#include "sim/run/zhol_handles.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void zhol_result_free(struct zhol_result *result)
{
    if (result == NULL) return;
    result_free(&result->result);
    free(result);
}

struct zhol_fault *zhol_write(const struct zhol_result *result, const char *path, int force)
{
    if (result->is_read)
        return zhol_fault_of(fault_raise(FAULT_USAGE,
                                         "%s is to be written from a result that was itself read from a "
                                         "file; expected one of zhol_simulate",
                                         path));
    struct fault *fault = trust_write(&result->result, path, force != 0, result->threads);
    if (fault == NULL && result->strict && result->result.warnings != NULL) fault = trust_refuse_warnings(path);
    return zhol_fault_of(fault);
}

struct zhol_fault *zhol_read(const char *path, int with_samples, struct zhol_result **result)
{
    *result = NULL;
    struct zhol_result *made = calloc(1, sizeof *made);
    if (made == NULL) return zhol_fault_of(fault_no_memory());
    made->is_read = true;
    struct fault *fault = result_read(path, with_samples != 0, &made->result);
    if (fault == NULL)
        *result = made;
    else
        zhol_result_free(made);
    return zhol_fault_of(fault);
}

const char *zhol_warnings(const struct zhol_result *result)
{
    return result->result.warnings == NULL ? "" : result->result.warnings;
}

uint64_t zhol_seed(const struct zhol_result *result)
{
    return result->result.seed;
}

uint64_t zhol_replications(const struct zhol_result *result)
{
    return result->result.replications;
}

uint64_t zhol_invalid(const struct zhol_result *result)
{
    return result->result.invalids;
}

int zhol_first_year(const struct zhol_result *result)
{
    return result->result.calendar.start / CALENDAR_MONTHS_PER_YEAR;
}

int zhol_years(const struct zhol_result *result)
{
    return (int)result->result.years;
}

size_t zhol_outcomes(const struct zhol_result *result)
{
    return result->result.outcomes.count;
}

static const struct outcome *outcome_at(const struct zhol_result *result, size_t index)
{
    return index < result->result.outcomes.count ? &result->result.outcomes.item[index] : NULL;
}

const char *zhol_outcome_path(const struct zhol_result *result, size_t index)
{
    const struct outcome *outcome = outcome_at(result, index);
    return outcome == NULL ? NULL : outcome->path;
}

const char *zhol_outcome_name(const struct zhol_result *result, size_t index)
{
    const struct outcome *outcome = outcome_at(result, index);
    return outcome == NULL ? NULL : outcome->long_name;
}

const char *zhol_outcome_unit(const struct zhol_result *result, size_t index, int year)
{
    const struct outcome *outcome = outcome_at(result, index);
    if (outcome == NULL) return NULL;
    return year == ZHOL_HORIZON || outcome->kind->horizon_only ? outcome->total : outcome->unit;
}

/* The cell of an outcome in a year or over the horizon. */
static struct fault *cell_of(const struct zhol_result *result, const char *path, int year, size_t *index, size_t *cell)
{
    char hint[160];
    const struct outcomes *outcomes = &result->result.outcomes;
    const int first = zhol_first_year(result), years = zhol_years(result);
    *index = outcomes_find(outcomes, path);
    if (*index == outcomes->count)
        return fault_raise(FAULT_USAGE, "'%s' is no outcome of the result; expected a path such as fiscal.total%s",
                           path, outcomes_hint(outcomes, path, sizeof hint, hint));
    *cell = *index * ((size_t)years + 1) + (size_t)years;
    if (year == ZHOL_HORIZON) return NULL;
    if (outcomes->item[*index].kind->horizon_only)
        return fault_raise(FAULT_USAGE, "%s has a value over the whole horizon only; expected no year", path);
    if (year < first || year >= first + years)
        return fault_raise(FAULT_USAGE, "%d is no year of the result; expected %d to %d, or %d for the whole horizon",
                           year, first, first + years - 1, ZHOL_HORIZON);
    *cell = *index * ((size_t)years + 1) + (size_t)(year - first);
    return NULL;
}

/* What a name asks for: a dataset of the file, of tails with the end that is meant. */
struct asked {
    const struct dataset *of;
    bool upper;
};

/* Whether the name is that of the dataset; of tails "cvar_lower", "cvar_upper". */
static bool is_named(const struct dataset *of, const char *name, bool *upper)
{
    const size_t length = strlen(of->name);
    if (of->along != ALONG_TAIL) return strcmp(of->name, name) == 0;
    if (strncmp(of->name, name, length) != 0) return false;
    *upper = strcmp(name + length, "_upper") == 0;
    return *upper || strcmp(name + length, "_lower") == 0;
}

static struct fault *find_statistic(const char *name, struct asked *asked)
{
    enum { NAMES = 48 };
    const char *names[NAMES + 1] = {NULL};
    char hint[96], tail[NAMES][48];
    size_t count = 0;
    for (const struct dataset *of = datasets; of->name != NULL; of++) {
        *asked = (struct asked){.of = of};
        if (is_named(of, name, &asked->upper)) return NULL;
        for (size_t end = 0; end < (of->along == ALONG_TAIL ? 2u : 1u) && count < NAMES; end++, count++) {
            snprintf(tail[count], sizeof tail[count], "%s_%s", of->name, end == 0 ? "lower" : "upper");
            names[count] = of->along == ALONG_TAIL ? tail[count] : of->name;
        }
    }
    return fault_raise(FAULT_USAGE,
                       "'%s' is no statistic; expected one such as mean, quantile_estimate or cvar_upper%s", name,
                       units_hint(name, names, sizeof hint, hint));
}

/* Where `at` is among the probabilities or levels of the result. */
static struct fault *find_column(const char *word, const double list[], size_t count, double at, size_t *column)
{
    char listed[256] = "";
    size_t length = 0;
    for (*column = 0; *column < count; ++*column) {
        if (list[*column] == at) return NULL;
        const int printed =
            snprintf(listed + length, sizeof listed - length, "%s%.12g", length == 0 ? "" : ", ", list[*column]);
        if (printed > 0 && length + (size_t)printed < sizeof listed) length += (size_t)printed;
    }
    return fault_raise(FAULT_USAGE, "the result has no %s at %.12g; expected one of %s", word, at, listed);
}

/* The place of the value among those of a cell. */
static struct fault *column_of(const struct result *result, const struct asked *asked, double at, size_t *column)
{
    const size_t stated = result->levels / 2;
    *column = 0;
    if (asked->of->along == ALONG_QUANTILE)
        return find_column("quantile", result->probability, result->quantiles, at, column);
    if (asked->of->along != ALONG_TAIL) return NULL;
    TRY(find_column("tail", result->level + stated, stated, at, column));
    *column = dataset_tail(result->levels, asked->upper, *column);
    return NULL;
}

static struct fault *statistic_of(const struct result *result, size_t index, size_t cell, const char *name, double at,
                                  double *value)
{
    const size_t periods = result->years + 1;
    struct asked asked;
    size_t column;
    TRY(find_statistic(name, &asked));
    if (asked.of->of_chance && result->outcomes.item[index].kind->chance == CHANCE_NONE)
        return fault_raise(FAULT_USAGE,
                           "%s has no probability; expected an outcome that happens or does not, such as "
                           "one of thresholds.NAME",
                           result->outcomes.item[index].path);
    TRY(column_of(result, &asked, at, &column));
    const struct dataset_cell of = result_cell(result, index, cell % periods);
    *value = asked.of->get(&of, column);
    return NULL;
}

struct zhol_fault *zhol_statistic(const struct zhol_result *result, const char *outcome, int year,
                                  const char *statistic, double at, double *value)
{
    size_t index = 0, cell = 0;
    *value = (double)NAN;
    struct fault *fault = cell_of(result, outcome, year, &index, &cell);
    if (fault == NULL) fault = statistic_of(&result->result, index, cell, statistic, at, value);
    return fault == NULL ? NULL : zhol_fault_of(fault);
}

/* What was read of a file has room for samples that are not in it. */
static bool is_kept(const struct zhol_result *result, size_t index, size_t cell, bool horizon)
{
    const struct result *of = &result->result;
    if (of->samples.count == 0) return false;
    if (result->is_read && !(horizon ? of->horizon_saved[index] : of->annual_saved[index])) return false;
    return samples_of(&of->samples, cell) != NULL;
}

struct zhol_fault *zhol_samples(const struct zhol_result *result, const char *outcome, int year, const float **value,
                                uint64_t *count)
{
    size_t index = 0, cell = 0;
    *value = NULL;
    *count = 0;
    struct fault *fault = cell_of(result, outcome, year, &index, &cell);
    if (fault == NULL && !is_kept(result, index, cell, year == ZHOL_HORIZON))
        fault = fault_raise(FAULT_USAGE,
                            "the result does not hold those samples of %s; expected an outcome that was "
                            "saved, in memory that suffices, or read with samples",
                            outcome);
    if (fault != NULL) return zhol_fault_of(fault);
    *value = samples_of(&result->result.samples, cell);
    *count = result->result.samples.count;
    return NULL;
}
