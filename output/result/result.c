/* output/result/result.c -- see result.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/result/result.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void result_free(struct result *result)
{
    char *const texts[] = {result->title, result->history,    result->source, result->scenario,
                           result->rng,   result->arithmetic, result->prices, result->stopped_by};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) free(texts[i]);
    outcomes_free(&result->outcomes);
    free(result->moments);
    free(result->probability);
    free(result->quantile);
    free(result->level);
    free(result->cvar);
    for (size_t i = 0; i < result->samples.inputs && result->input != NULL; i++) {
        free(result->input[i].path);
        free(result->input[i].unit);
        free(result->input[i].long_name);
    }
    free(result->input);
    samples_free(&result->samples);
    free(result->annual_saved);
    free(result->horizon_saved);
    free(result->invalid);
    for (size_t i = 0; i < result->causes; i++) free(result->cause[i]);
    free(result->cause);
    for (size_t i = 0; i < result->diagnostics; i++) {
        free(result->diagnostic[i].path);
        free(result->diagnostic[i].unit);
        free(result->diagnostic[i].meaning);
    }
    free(result->diagnostic);
    *result = (struct result){0};
}

void result_name(const char *path, char name[RESULT_NAME_MOST])
{
    size_t i = 0;
    for (; path[i] != '\0' && i + 1 < RESULT_NAME_MOST; i++)
        name[i] = path[i] == '.' || path[i] == '-' || path[i] == '/' ? '_' : path[i];
    name[i] = '\0';
}

struct probability_estimate result_probability(const struct result *result, size_t cell)
{
    const struct moments *moments = &result->moments[cell];
    switch (result->outcomes.item[cell / (result->years + 1)].kind->chance) {
    case CHANCE_MEAN: return probability_of(round(moments->mean * moments->count), moments->count);
    case CHANCE_DEFINED: return probability_of(moments->count, moments->count + moments->undefined);
    case CHANCE_NONE: break;
    }
    return probability_of(0, 0);
}

static const char *const chances[] = {
    [CHANCE_NONE] = "none", [CHANCE_MEAN] = "mean", [CHANCE_DEFINED] = "share with a value"};

const char *result_chance_name(enum outcome_chance chance)
{
    return chances[chance];
}

enum outcome_chance result_chance(const char *name)
{
    for (size_t chance = 0; chance < sizeof chances / sizeof *chances; chance++)
        if (strcmp(name, chances[chance]) == 0) return (enum outcome_chance)chance;
    return CHANCE_NONE;
}

static const char *const cell_methods[] = {[OUTCOME_SUM] = "time: sum",
                                           [OUTCOME_MEAN] = "time: mean",
                                           [OUTCOME_LAST] = "time: point",
                                           [OUTCOME_MINIMUM] = "time: minimum",
                                           [OUTCOME_MAXIMUM] = "time: maximum",
                                           [OUTCOME_RATIO] = "time: mean (comment: ratio of sums)",
                                           [OUTCOME_DERIVED] = "time: mean (comment: from sums)"};

const char *result_cell_methods(enum outcome_rule rule)
{
    return cell_methods[rule];
}

enum outcome_rule result_rule(const char *methods)
{
    for (size_t rule = 0; rule < sizeof cell_methods / sizeof *cell_methods; rule++)
        if (strcmp(methods, cell_methods[rule]) == 0) return (enum outcome_rule)rule;
    return OUTCOME_MEAN;
}
