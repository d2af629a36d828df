/* output/comparison/comparison.c -- see comparison.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/comparison/comparison.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* In double: the macro of math.h is a float. */
#define UNKNOWN __builtin_nan("")

static void free_names(char **names, size_t count)
{
    for (size_t i = 0; names != NULL && i < count; i++) free(names[i]);
    free(names);
}

static void free_origins(struct comparison_origin *origin, size_t count)
{
    for (size_t i = 0; origin != NULL && i < count; i++) {
        free(origin[i].title);
        free(origin[i].history);
        free(origin[i].content);
    }
    free(origin);
}

void comparison_free(struct comparison *comparison)
{
    char *const texts[] = {comparison->title, comparison->history, comparison->source,         comparison->base,
                           comparison->rng,   comparison->prices,  comparison->given.condition};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) free(texts[i]);
    free_names(comparison->world, comparison->worlds);
    free_names(comparison->variant, comparison->variants);
    free_origins(comparison->base_origin, comparison->worlds);
    free_origins(comparison->origin, comparison->worlds * comparison->variants);
    for (size_t o = 0; comparison->outcome != NULL && o < comparison->outcomes; o++) {
        free(comparison->outcome[o].path);
        free(comparison->outcome[o].unit);
        free(comparison->outcome[o].total);
        free(comparison->outcome[o].long_name);
        free(comparison->outcome[o].title);
    }
    free(comparison->outcome);
    free(comparison->probability);
    free(comparison->level);
    free(comparison->cell);
    free(comparison->quantile);
    free(comparison->quantile_difference);
    free(comparison->tail);
    free(comparison->dominance);
    free(comparison->benefit_cost);
    free_names(comparison->note, comparison->notes);
    *comparison = (struct comparison){.notes = 0};
}

size_t comparison_cells(const struct comparison *comparison)
{
    return comparison->outcomes * comparison->worlds * comparison->variants * comparison->periods;
}

size_t comparison_index(const struct comparison *comparison, size_t outcome, size_t world, size_t variant,
                        size_t period)
{
    const size_t row = (outcome * comparison->worlds + world) * comparison->variants + variant;
    return row * comparison->periods + (period - comparison->first);
}

void comparison_count(const struct comparison *comparison, bool shown, struct comparison_counts *counts)
{
    const size_t from = comparison->shown, to = from + comparison->shown_periods;
    *counts = (struct comparison_counts){0};
    for (size_t c = 0; c < comparison_cells(comparison); c++) {
        const size_t period = comparison->first + c % comparison->periods;
        if (!comparison->cell[c].known || (shown && (period < from || period >= to))) continue;
        counts->known++;
        counts->unpaired += comparison->cell[c].paired == 0.0;
    }
}

struct fault *comparison_note(struct comparison *comparison, const char *format, ...)
{
    va_list arguments;
    char *text = NULL, **grown = reallocarray(comparison->note, comparison->notes + 1, sizeof *grown);
    if (grown == NULL) return fault_no_memory();
    comparison->note = grown;
    va_start(arguments, format);
    const int made = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (made < 0) return fault_no_memory();
    grown[comparison->notes++] = text;
    return NULL;
}

int comparison_year(const struct comparison *comparison, size_t period)
{
    return comparison->calendar.start / CALENDAR_MONTHS_PER_YEAR + (int)period;
}

void comparison_period(const struct comparison *comparison, size_t period, char name[COMPARISON_PERIOD])
{
    char month[8];
    if (period == comparison->years) {
        strcpy(name, "horizon");
        return;
    }
    calendar_write(comparison->calendar.start + (int)period * CALENDAR_MONTHS_PER_YEAR, month);
    if (comparison->calendar.start % CALENDAR_MONTHS_PER_YEAR == 0) month[4] = '\0';
    strcpy(name, month);
}

const char *comparison_better(enum outcome_better better)
{
    return better == OUTCOME_MORE ? "more" : better == OUTCOME_LESS ? "less" : "neither";
}

enum {
    PAIRED,
    COUNT,
    BASE_MEAN,
    VARIANT_MEAN,
    MEAN,
    LOW,
    HIGH,
    ERROR,
    SD,
    ROUNDING,
    SAVING,
    BETTER,
    SAME = BETTER + 3,
    WORSE = SAME + 3,
    QUANTILE = WORSE + 3,
    QUANTILE_DIFFERENCE = QUANTILE + 3,
    TAIL = QUANTILE_DIFFERENCE + 3,
    BENEFIT_COST = TAIL + 4,
    DOMINANCE = BENEFIT_COST + 3
};

#define INTERVAL(at, of_name, where, unit, horizon, of_words)                                                          \
    [at] = {of_name, where, unit, horizon, false, of_words},                                                           \
    [(at) + 1] = {of_name "_low", where, unit, horizon, false, "lower 95 % bound of the " of_words},                   \
    [(at) + 2] = {of_name "_high", where, unit, horizon, false, "upper 95 % bound of the " of_words}
#define PLAIN(of_name, unit, of_words)                                                                                 \
    {                                                                                                                  \
        of_name, ALONG_NOTHING, unit, false, false, of_words                                                           \
    }
#define VERDICT(of_name, of_words)                                                                                     \
    {                                                                                                                  \
        of_name, ALONG_NOTHING, false, true, true, of_words                                                            \
    }

const struct comparison_number comparison_numbers[] = {
    [PAIRED] = PLAIN("paired", false, "1: paired by replication; 0: as of independent draws"),
    [COUNT] = PLAIN("count", false, "number of pairs with a value"),
    [BASE_MEAN] = PLAIN("base_mean", true, "mean in the base"),
    [VARIANT_MEAN] = PLAIN("variant_mean", true, "mean in the variant"),
    INTERVAL(MEAN, "mean_difference", ALONG_NOTHING, true, false, "mean difference, variant less base"),
    [ERROR] = PLAIN("standard_error", true, "standard error of the mean difference"),
    [SD] = PLAIN("sd", true, "standard deviation of the differences"),
    [ROUNDING] = PLAIN("rounding", true, "rounding of the mean difference, at most"),
    [SAVING] = PLAIN("variance_saving", false, "variance of the mean difference without pairs over that with pairs"),
    INTERVAL(BETTER, "share_better", ALONG_NOTHING, false, false, "share of pairs in which the variant is better"),
    INTERVAL(SAME, "share_same", ALONG_NOTHING, false, false, "share of pairs in which both are the same"),
    INTERVAL(WORSE, "share_worse", ALONG_NOTHING, false, false, "share of pairs in which the variant is worse"),
    [QUANTILE] = {"quantile_estimate", ALONG_QUANTILE, true, false, false, "quantiles of the differences"},
    [QUANTILE + 1] = {"quantile_low", ALONG_QUANTILE, true, false, false,
                      "lower 95 % bound of the quantiles of the differences"},
    [QUANTILE + 2] = {"quantile_high", ALONG_QUANTILE, true, false, false,
                      "upper 95 % bound of the quantiles of the differences"},
    INTERVAL(QUANTILE_DIFFERENCE, "quantile_difference", ALONG_QUANTILE, true, false, "difference of the quantiles"),
    INTERVAL(TAIL, "cvar_difference", ALONG_TAIL, true, false, "difference of the means of the tails"),
    [TAIL + 3] = {"cvar_difference_standard_error", ALONG_TAIL, true, false, false,
                  "standard error of the difference of the means of the tails"},
    INTERVAL(BENEFIT_COST, "benefit_cost_ratio", ALONG_NOTHING, false, true, "benefits over costs, of means"),
    [DOMINANCE] = VERDICT("dominance_first", "whether the variant dominates, of first order"),
    [DOMINANCE + 1] = VERDICT("dominance_second", "whether the variant dominates, of second order"),
    [DOMINANCE + 2] = VERDICT("dominated_first", "whether the base dominates, of first order"),
    [DOMINANCE + 3] = VERDICT("dominated_second", "whether the base dominates, of second order"),
    [DOMINANCE + 4] = {.name = NULL}};

size_t comparison_columns(const struct comparison *comparison, enum dataset_along along)
{
    return dataset_columns(along, comparison->quantiles, comparison->levels);
}

static double bound(const struct quantile_estimate *estimate, size_t part)
{
    return part == 0 ? estimate->estimate : part == 1 ? estimate->low : estimate->high;
}

static double share(const struct probability_estimate *estimate, size_t part)
{
    return part == 0 ? estimate->estimate : part == 1 ? estimate->low : estimate->high;
}

static double verdict(const struct comparison *comparison, size_t cell, size_t part)
{
    const struct dominance *d = &comparison->dominance[cell / comparison->periods];
    return (double)(part == 0 ? d->first : part == 1 ? d->second : part == 2 ? d->base_first : d->base_second);
}

static double ratio(const struct comparison *comparison, size_t cell, size_t part)
{
    if (comparison->benefit_cost == NULL) return UNKNOWN;
    const struct benefit_cost *of = &comparison->benefit_cost[cell / comparison->periods];
    return part == 0 ? of->ratio : part == 1 ? of->low : of->high;
}

double comparison_value(const struct comparison *comparison, size_t number, size_t cell, size_t k)
{
    const struct paired *p = &comparison->cell[cell];
    const double plain[] = {
        [PAIRED] = p->paired, [COUNT] = p->count,       [BASE_MEAN] = p->base_mean, [VARIANT_MEAN] = p->value_mean,
        [MEAN] = p->mean,     [LOW] = p->low,           [HIGH] = p->high,           [ERROR] = p->standard_error,
        [SD] = p->sd,         [ROUNDING] = p->rounding, [SAVING] = p->saving};
    if (number >= DOMINANCE) return verdict(comparison, cell, number - DOMINANCE);
    if (number >= BENEFIT_COST) return ratio(comparison, cell, number - BENEFIT_COST);
    if (!p->known) return number == COUNT ? 0.0 : UNKNOWN;
    if (number < BETTER) return plain[number];
    if (number < SAME) return share(&p->better, number - BETTER);
    if (number < WORSE) return share(&p->equal, number - SAME);
    if (number < QUANTILE) return share(&p->worse, number - WORSE);
    if (number < QUANTILE_DIFFERENCE)
        return bound(&comparison->quantile[cell * comparison->quantiles + k], number - QUANTILE);
    if (number < TAIL)
        return bound(&comparison->quantile_difference[cell * comparison->quantiles + k], number - QUANTILE_DIFFERENCE);
    const struct tail_difference *tail = &comparison->tail[cell * comparison->levels + k];
    const double parts[] = {tail->estimate, tail->low, tail->high, tail->standard_error};
    return parts[number - TAIL];
}
