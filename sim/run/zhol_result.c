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
    return zhol_fault_of(trust_write(&result->result, path, force != 0, result->threads));
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

enum statistic {
    MEAN,
    SD,
    MINIMUM,
    MAXIMUM,
    STANDARD_ERROR,
    SKEWNESS,
    KURTOSIS,
    COUNT,
    QUANTILE,
    QUANTILE_LOW,
    QUANTILE_HIGH,
    CVAR_UPPER,
    CVAR_LOWER,
    CVAR_UPPER_ERROR,
    CVAR_LOWER_ERROR,
    PROBABILITY,
    PROBABILITY_LOW,
    PROBABILITY_HIGH
};
static const char *const statistics[] = {[MEAN] = "mean",
                                         [SD] = "sd",
                                         [MINIMUM] = "minimum",
                                         [MAXIMUM] = "maximum",
                                         [STANDARD_ERROR] = "standard_error",
                                         [SKEWNESS] = "skewness",
                                         [KURTOSIS] = "kurtosis",
                                         [COUNT] = "count",
                                         [QUANTILE] = "quantile",
                                         [QUANTILE_LOW] = "quantile_low",
                                         [QUANTILE_HIGH] = "quantile_high",
                                         [CVAR_UPPER] = "cvar_upper",
                                         [CVAR_LOWER] = "cvar_lower",
                                         [CVAR_UPPER_ERROR] = "cvar_upper_standard_error",
                                         [CVAR_LOWER_ERROR] = "cvar_lower_standard_error",
                                         [PROBABILITY] = "probability",
                                         [PROBABILITY_LOW] = "probability_low",
                                         [PROBABILITY_HIGH] = "probability_high",
                                         NULL};

static struct fault *statistic_of(const char *name, enum statistic *statistic)
{
    char hint[96];
    for (int s = 0; statistics[s] != NULL; s++)
        if (strcmp(statistics[s], name) == 0) {
            *statistic = (enum statistic)s;
            return NULL;
        }
    return fault_raise(FAULT_USAGE, "'%s' is no statistic; expected one such as mean, quantile or cvar_upper%s", name,
                       units_hint(name, statistics, sizeof hint, hint));
}

/* Where `at` is among the probabilities or levels of the result. */
static struct fault *place_of(const char *word, const double list[], size_t count, double at, size_t *place)
{
    char listed[256] = "";
    size_t length = 0;
    for (*place = 0; *place < count; ++*place) {
        if (list[*place] == at) return NULL;
        const int printed =
            snprintf(listed + length, sizeof listed - length, "%s%.12g", length == 0 ? "" : ", ", list[*place]);
        if (printed > 0 && length + (size_t)printed < sizeof listed) length += (size_t)printed;
    }
    return fault_raise(FAULT_USAGE, "the result has no %s at %.12g; expected one of %s", word, at, listed);
}

static struct fault *quantile_of(const struct result *result, size_t cell, enum statistic statistic, double at,
                                 double *value)
{
    size_t place;
    TRY(place_of("quantile", result->probability, result->quantiles, at, &place));
    const struct quantile_estimate *of = &result->quantile[cell * result->quantiles + place];
    *value = statistic == QUANTILE ? of->estimate : statistic == QUANTILE_LOW ? of->low : of->high;
    return NULL;
}

/* The levels of a result are those of upper tails, which are stated, after those of the lower. */
static struct fault *cvar_of(const struct result *result, size_t cell, enum statistic statistic, double at,
                             double *value)
{
    size_t place;
    const size_t stated = result->levels / 2;
    TRY(place_of("tail", result->level + stated, stated, at, &place));
    const bool upper = statistic == CVAR_UPPER || statistic == CVAR_UPPER_ERROR;
    const size_t level = upper ? stated + place : stated - 1 - place;
    const struct cvar_estimate *of = &result->cvar[cell * result->levels + level];
    *value = statistic == CVAR_UPPER || statistic == CVAR_LOWER ? of->estimate : of->standard_error;
    return NULL;
}

static struct fault *probability_at(const struct result *result, size_t index, size_t cell, enum statistic statistic,
                                    double *value)
{
    const struct outcome *outcome = &result->outcomes.item[index];
    if (outcome->kind->chance == CHANCE_NONE)
        return fault_raise(FAULT_USAGE,
                           "%s has no probability; expected an outcome that happens or does not, such as "
                           "one of thresholds.NAME",
                           outcome->path);
    const struct probability_estimate of = result_probability(result, cell);
    *value = statistic == PROBABILITY ? of.estimate : statistic == PROBABILITY_LOW ? of.low : of.high;
    return NULL;
}

struct zhol_fault *zhol_statistic(const struct zhol_result *result, const char *outcome, int year,
                                  const char *statistic, double at, double *value)
{
    const struct result *of = &result->result;
    enum statistic asked = MEAN;
    size_t index = 0, cell = 0;
    *value = (double)NAN;
    struct fault *fault = cell_of(result, outcome, year, &index, &cell);
    if (fault == NULL) fault = statistic_of(statistic, &asked);
    if (fault != NULL) return zhol_fault_of(fault);
    const struct moments *moments = &of->moments[cell];
    switch (asked) {
    case MEAN: *value = moments->mean; break;
    case SD: *value = moments_sd(moments); break;
    case MINIMUM: *value = moments->min; break;
    case MAXIMUM: *value = moments->max; break;
    case STANDARD_ERROR: *value = moments_standard_error(moments); break;
    case SKEWNESS: *value = moments_skewness(moments); break;
    case KURTOSIS: *value = moments_kurtosis(moments); break;
    case COUNT: *value = moments->count; break;
    case QUANTILE:
    case QUANTILE_LOW:
    case QUANTILE_HIGH: return zhol_fault_of(quantile_of(of, cell, asked, at, value));
    case CVAR_UPPER:
    case CVAR_LOWER:
    case CVAR_UPPER_ERROR:
    case CVAR_LOWER_ERROR: return zhol_fault_of(cvar_of(of, cell, asked, at, value));
    case PROBABILITY:
    case PROBABILITY_LOW:
    case PROBABILITY_HIGH: return zhol_fault_of(probability_at(of, index, cell, asked, value));
    }
    return NULL;
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
