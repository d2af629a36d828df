/* output/result/datasets.c -- see datasets.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/result/datasets.h"

#include <math.h>
#include <string.h>

/* A statistic that is a number in what is known of a cell. */
#define STORED(name, place)                                                                                            \
    static double name##_get(const struct dataset_cell *cell, size_t k)                                                \
    {                                                                                                                  \
        (void)k;                                                                                                       \
        return cell->place;                                                                                            \
    }                                                                                                                  \
    static void name##_set(const struct dataset_cell *cell, size_t k, double value)                                    \
    {                                                                                                                  \
        (void)k;                                                                                                       \
        cell->place = value;                                                                                           \
    }
/* One that is worked out. */
#define WORKED_OUT(name, value)                                                                                        \
    static double name##_get(const struct dataset_cell *cell, size_t k)                                                \
    {                                                                                                                  \
        (void)k;                                                                                                       \
        return value;                                                                                                  \
    }

STORED(count, moments->count)
STORED(mean, moments->mean)
STORED(minimum, moments->min)
STORED(maximum, moments->max)
STORED(quantile, quantile[k].estimate)
STORED(quantile_low, quantile[k].low)
STORED(quantile_high, quantile[k].high)
STORED(cvar, cvar[k].estimate)
STORED(cvar_error, cvar[k].standard_error)
STORED(cvar_points, cvar[k].points)
WORKED_OUT(sd, moments_sd(cell->moments))
WORKED_OUT(error, moments_standard_error(cell->moments))
WORKED_OUT(skewness, moments_skewness(cell->moments))
WORKED_OUT(kurtosis, moments_kurtosis(cell->moments))

/* The sums of powers from what a file holds of them, in the order of the table. */
static void sd_set(const struct dataset_cell *cell, size_t k, double value)
{
    (void)k;
    const double count = cell->moments->count;
    cell->moments->m2 = count > 1.0 ? value * value * (count - 1.0) : 0.0;
}

static double power_sum(const struct moments *moments, double standardised, double power)
{
    return moments->m2 > 0.0 ? standardised * pow(moments->m2 / moments->count, power) * moments->count : 0.0;
}

static void skewness_set(const struct dataset_cell *cell, size_t k, double value)
{
    (void)k;
    cell->moments->m3 = power_sum(cell->moments, value, 1.5);
}

static void kurtosis_set(const struct dataset_cell *cell, size_t k, double value)
{
    (void)k;
    cell->moments->m4 = power_sum(cell->moments, value, 2.0);
}

struct probability_estimate dataset_probability(const struct dataset_cell *cell)
{
    const struct moments *moments = cell->moments;
    switch (cell->chance) {
    case CHANCE_MEAN: return probability_of(round(moments->mean * moments->count), moments->count);
    case CHANCE_DEFINED: return probability_of(moments->count, moments->count + moments->undefined);
    case CHANCE_NONE: break;
    }
    return probability_of(0, 0);
}
WORKED_OUT(probability, dataset_probability(cell).estimate)
WORKED_OUT(probability_low, dataset_probability(cell).low)
WORKED_OUT(probability_high, dataset_probability(cell).high)

const struct dataset datasets[] = {
    {.name = "count",
     .meaning = "number of replications with a value",
     .check = CHECK_EXACT,
     .get = count_get,
     .set = count_set},
    {.name = "mean", .meaning = "mean of the replications", .in_unit = true, .get = mean_get, .set = mean_set},
    {.name = "sd", .meaning = "standard deviation of the replications", .in_unit = true, .get = sd_get, .set = sd_set},
    {.name = "standard_error", .meaning = "standard error of the mean", .in_unit = true, .get = error_get},
    {.name = "skewness", .meaning = "skewness", .get = skewness_get, .set = skewness_set},
    {.name = "kurtosis",
     .meaning = "kurtosis; that of a normal distribution is 3",
     .get = kurtosis_get,
     .set = kurtosis_set},
    {.name = "minimum",
     .meaning = "least value",
     .in_unit = true,
     .check = CHECK_SINGLE,
     .get = minimum_get,
     .set = minimum_set},
    {.name = "maximum",
     .meaning = "greatest value",
     .in_unit = true,
     .check = CHECK_SINGLE,
     .get = maximum_get,
     .set = maximum_set},
    {.name = "quantile_estimate",
     .meaning = "quantiles: order statistics of the replications",
     .along = ALONG_QUANTILE,
     .in_unit = true,
     .check = CHECK_EXACT,
     .get = quantile_get,
     .set = quantile_set},
    {.name = "quantile_low",
     .meaning = "lower 95 % bound of the quantile, whatever the distribution",
     .along = ALONG_QUANTILE,
     .in_unit = true,
     .check = CHECK_EXACT,
     .get = quantile_low_get,
     .set = quantile_low_set},
    {.name = "quantile_high",
     .meaning = "upper 95 % bound of the quantile, whatever the distribution",
     .along = ALONG_QUANTILE,
     .in_unit = true,
     .check = CHECK_EXACT,
     .get = quantile_high_get,
     .set = quantile_high_set},
    {.name = "cvar",
     .meaning = "mean of a tail (conditional value at risk)",
     .along = ALONG_TAIL,
     .in_unit = true,
     .check = CHECK_EXACT,
     .get = cvar_get,
     .set = cvar_set},
    {.name = "cvar_standard_error",
     .meaning = "standard error of the mean of a tail",
     .along = ALONG_TAIL,
     .in_unit = true,
     .check = CHECK_EXACT,
     .get = cvar_error_get,
     .set = cvar_error_set},
    {.name = "cvar_points",
     .meaning = "number of values in a tail; the one at its edge may count in part",
     .along = ALONG_TAIL,
     .check = CHECK_EXACT,
     .get = cvar_points_get,
     .set = cvar_points_set},
    {.name = "probability",
     .meaning = "probability of what the threshold tells",
     .of_chance = true,
     .check = CHECK_EXACT,
     .get = probability_get},
    {.name = "probability_low",
     .meaning = "lower 95 % bound (Wilson) of the probability",
     .of_chance = true,
     .check = CHECK_EXACT,
     .get = probability_low_get},
    {.name = "probability_high",
     .meaning = "upper 95 % bound (Wilson) of the probability",
     .of_chance = true,
     .check = CHECK_EXACT,
     .get = probability_high_get},
    {.name = NULL},
};

/* ---- what describes an outcome ---- */

static const char *const aggregations[] = {
    [OUTCOME_SUM] = "sum",         [OUTCOME_MEAN] = "mean",       [OUTCOME_LAST] = "last",
    [OUTCOME_MINIMUM] = "minimum", [OUTCOME_MAXIMUM] = "maximum", [OUTCOME_RATIO] = "ratio of sums",
    [OUTCOME_DERIVED] = "derived"};
static const char *const betters[] = {[OUTCOME_NEITHER] = "neither", [OUTCOME_MORE] = "more", [OUTCOME_LESS] = "less"};
static const char *const chances[] = {
    [CHANCE_NONE] = "none", [CHANCE_MEAN] = "mean", [CHANCE_DEFINED] = "share with a value"};

/* The number of a name; `count` if there is none. */
static size_t find_name(const char *name, const char *const names[], size_t count)
{
    size_t i = 0;
    while (i < count && strcmp(names[i], name) != 0) i++;
    return i;
}

static const char *units_text(const struct outcome *outcome, bool annual)
{
    const char *unit = annual ? outcome->unit : outcome->total;
    return unit[0] == '\0' ? "1" : unit;
}
static const char *long_name_text(const struct outcome *outcome, bool annual)
{
    (void)annual;
    return outcome->long_name;
}
static const char *title_text(const struct outcome *outcome, bool annual)
{
    (void)annual;
    return outcome->title;
}
static const char *aggregation_text(const struct outcome *outcome, bool annual)
{
    (void)annual;
    return aggregations[outcome->kind->rule];
}
static const char *better_text(const struct outcome *outcome, bool annual)
{
    (void)annual;
    return betters[outcome->kind->better];
}
static const char *chance_text(const struct outcome *outcome, bool annual)
{
    (void)annual;
    return chances[outcome->kind->chance];
}
static const char *subject_text(const struct outcome *outcome, bool annual)
{
    (void)annual;
    return outcome_subjects[outcome->kind->subject].name;
}
static unsigned headline_number(const struct outcome *outcome)
{
    return outcome->kind->headline;
}
static unsigned main_number(const struct outcome *outcome)
{
    return outcome->kind->main;
}
static unsigned rank_number(const struct outcome *outcome)
{
    return outcome->kind->rank;
}
static unsigned account_number(const struct outcome *outcome)
{
    return outcome->kind->account;
}

const struct dataset_label dataset_labels[] = {
    {.name = "units", .meaning = "unit of the values", .text = units_text},
    {.name = "long_name", .meaning = "the outcome in words", .text = long_name_text},
    {.name = "aggregation", .meaning = "how months make a year, and years the horizon", .text = aggregation_text},
    {.name = "better", .meaning = "more, less or neither: which is better", .text = better_text},
    {.name = "chance",
     .meaning = "what of it is a probability: none, the mean, or the share of replications with a value",
     .text = chance_text},
    {.name = "subject", .meaning = "what it is about", .text = subject_text},
    {.name = "headline", .meaning = "1: among those to look at first", .number = headline_number},
    {.name = "main",
     .meaning =
         "whether a comparison has it: 0 no, 1 if it is among those of its subject that change most, 2 if it changes",
     .number = main_number},
    {.name = "rank",
     .meaning = "how soon a reader asks for it: 1 first; 0 after all that have a rank",
     .number = rank_number},
    {.name = "account",
     .meaning = "1: the account of a year has it though it is no headline",
     .number = account_number},
    {.name = "title", .meaning = "what it is called where people read of it", .text = title_text, .optional = true},
    {.name = NULL},
};

#define FIND(name, names) find_name(name, names, sizeof(names) / sizeof *(names))
#define COUNT(names)      (sizeof(names) / sizeof *(names))

bool dataset_take_text(struct dataset_outcome *outcome, const char *label, const char *text)
{
    if (strcmp(label, "units") == 0) outcome->unit = text;
    if (strcmp(label, "long_name") == 0) outcome->long_name = text;
    if (strcmp(label, "title") == 0) outcome->title = text;
    if (strcmp(label, "aggregation") == 0) {
        const size_t rule = FIND(text, aggregations);
        if (rule == COUNT(aggregations)) return false;
        outcome->kind.rule = (enum outcome_rule)rule;
    }
    if (strcmp(label, "better") == 0) {
        const size_t better = FIND(text, betters);
        if (better == COUNT(betters)) return false;
        outcome->kind.better = (enum outcome_better)better;
    }
    if (strcmp(label, "chance") == 0) {
        const size_t chance = FIND(text, chances);
        if (chance == COUNT(chances)) return false;
        outcome->kind.chance = (enum outcome_chance)chance;
    }
    if (strcmp(label, "subject") == 0) {
        outcome->kind.subject = outcome_subject_named(text);
        return outcome->kind.subject != SUBJECT_NONE;
    }
    return true;
}

bool dataset_take_number(struct dataset_outcome *outcome, const char *label, int value)
{
    const int most = strcmp(label, "rank") == 0 ? OUTCOME_RANKS : strcmp(label, "main") == 0 ? MAIN_ALWAYS : 1;
    if (value < 0 || value > most) return false;
    if (strcmp(label, "headline") == 0) outcome->kind.headline = value != 0;
    if (strcmp(label, "main") == 0) outcome->kind.main = (enum outcome_main)value;
    if (strcmp(label, "rank") == 0) outcome->kind.rank = (unsigned)value;
    if (strcmp(label, "account") == 0) outcome->kind.account = value != 0;
    return true;
}

size_t dataset_tail(size_t levels, bool upper, size_t i)
{
    return upper ? levels / 2 + i : levels / 2 - 1 - i;
}

size_t dataset_columns(enum dataset_along along, size_t quantiles, size_t levels)
{
    return along == ALONG_QUANTILE ? quantiles : along == ALONG_TAIL ? levels : 1;
}

size_t dataset_column(enum dataset_along along, size_t levels, size_t k)
{
    return along == ALONG_TAIL ? dataset_tail(levels, k >= levels / 2, k % (levels / 2)) : k;
}
