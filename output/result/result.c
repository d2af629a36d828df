/* output/result/result.c -- see result.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/result/result.h"

#include <stdlib.h>
#include <string.h>

size_t result_stem(const char *path)
{
    const size_t length = strlen(path);
    return length > 3 && strcmp(path + length - 3, ".h5") == 0 ? length - 3 : length;
}

void result_free(struct result *result)
{
    char *const texts[] = {result->title,    result->history,    result->source,          result->scenario,
                           result->rng,      result->arithmetic, result->prices,          result->stopped_by,
                           result->warnings, result->discount,   result->given.condition, result->sources};
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

struct dataset_cell result_cell(const struct result *result, size_t outcome, size_t period)
{
    const size_t cell = outcome * (result->years + 1) + period;
    return (struct dataset_cell){result->outcomes.item[outcome].kind->chance, result->moments + cell,
                                 result->quantile + cell * result->quantiles, result->cvar + cell * result->levels};
}

const struct moments *result_horizon(const struct result *result, const char *path)
{
    const size_t outcome = outcomes_find(&result->outcomes, path);
    if (outcome == result->outcomes.count) return NULL;
    return &result->moments[outcome * (result->years + 1) + result->years];
}
