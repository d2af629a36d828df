/* sim/run/judge.c -- see judge.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/judge.h"
#include "sim/run/estimate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A quantile or a tail of one cell, and how many replications make it. Of sketches the estimate may lie anywhere in the
 * interval, and what buckets add to it does not shrink with the confidence: so it counts to its farther end, and no
 * confidence below 95 % makes it narrower. */
static struct fault *judge_order(const struct estimate *estimate, const struct wanted_precision *wanted, size_t cell,
                                 const struct moments *moments, struct estimate_work *work,
                                 struct precision_state *state)
{
    const struct precision_goal *goal = &wanted->goal;
    const bool quantile = goal->statistic == PRECISION_QUANTILE, sketched = estimate->exact == NULL;
    const double level = goal->statistic == PRECISION_CVAR_LOWER ? tail_share(goal->at) : goal->at;
    const struct quantiles_asked asked = {quantile ? 1 : 0, &goal->at, quantile ? 0 : 1, &level};
    const double z95 = precision_z(QUANTILE_CONFIDENCE);
    const double z = fmax(precision_z(goal->confidence), sketched ? z95 : 0.0);
    struct quantile_estimate at = {0};
    struct cvar_estimate tail = {0};
    TRY(estimate_cells(estimate, cell, cell + 1, moments, work, &asked, &at, &tail));
    if (!quantile) {
        *state = precision_judge(goal, tail.estimate, z * tail.standard_error, moments->count, tail.points);
        return NULL;
    }
    const double half = sketched ? fmax(at.high - at.estimate, at.estimate - at.low) : 0.5 * (at.high - at.low);
    *state = precision_judge(goal, at.estimate, half * z / z95, moments->count,
                             moments->count * fmin(goal->at, 1.0 - goal->at));
    return NULL;
}

static struct fault *judge_one(const struct estimate *estimate, const struct wanted_precision *wanted, size_t cell,
                               const struct moments *moments, struct estimate_work *work, struct precision_state *state)
{
    const struct precision_goal *goal = &wanted->goal;
    const double n = moments->count, confidence = goal->confidence;
    switch (goal->statistic) {
    case PRECISION_MEAN:
        *state = precision_judge(goal, moments->mean, precision_of_mean(moments, confidence), n, n);
        return NULL;
    case PRECISION_PROBABILITY:
        *state = precision_judge(goal, moments->mean, precision_of_probability(moments, confidence), n, n);
        return NULL;
    case PRECISION_QUANTILE:
    case PRECISION_CVAR_UPPER:
    case PRECISION_CVAR_LOWER: break;
    }
    return judge_order(estimate, wanted, cell, moments, work, state);
}

struct fault *judge(const struct accumulator *accumulator, const struct precision_goals *goals,
                    struct precision_state state[])
{
    const struct world *world = accumulator->simulation->world;
    const struct estimate estimate = estimate_from(accumulator);
    struct moments *moments = calloc(world_cells(world) + 1, sizeof *moments);
    struct estimate_work work;
    struct fault *fault = estimate_work_open(&estimate, 1, &work);
    if (fault == NULL) fault = moments == NULL ? fault_no_memory() : tally_total(accumulator->tally, moments);
    for (size_t i = 0; i < goals->count && fault == NULL; i++) {
        const struct wanted_precision *wanted = &goals->item[i];
        const size_t cell = wanted->outcome * (world_years(world) + 1) + wanted->period;
        fault = judge_one(&estimate, wanted, cell, &moments[cell], &work, &state[i]);
    }
    free(moments);
    estimate_work_close(&work);
    return fault;
}

bool judge_all_met(const struct precision_goals *goals, const struct precision_state state[])
{
    for (size_t i = 0; i < goals->count; i++)
        if (!state[i].met) return false;
    return true;
}

uint64_t judge_expect(const struct precision_goals *goals, const struct precision_state state[])
{
    double most = 1.0;
    for (size_t i = 0; i < goals->count; i++) most = fmax(most, state[i].replications);
    if (!(most < (double)goals->limit)) return goals->limit;
    const uint64_t boundary = precision_next(chunks_of((uint64_t)ceil(most)) - 1) * LANES_PER_CHUNK;
    return boundary < goals->limit ? boundary : goals->limit;
}

void judge_words(const struct wanted_precision *wanted, const struct precision_state *state, size_t size, char words[])
{
    const bool relative =
        wanted->goal.relative > 0.0 && wanted->goal.relative * fabs(state->estimate) >= wanted->goal.absolute;
    if (isnan(state->half_width))
        snprintf(words, size, "%s: not known", wanted->words);
    else if (relative && state->estimate != 0.0)
        snprintf(words, size, "%s: %.2g %%", wanted->words, 100.0 * state->half_width / fabs(state->estimate));
    else
        snprintf(words, size, "%s: %.2g%s%s", wanted->words, state->half_width, wanted->unit[0] == '\0' ? "" : " ",
                 wanted->unit);
}

char *judge_account(const struct precision_goals *goals, const struct precision_state state[])
{
    char *text = NULL, words[512];
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    if (to == NULL) return NULL;
    fputs(judge_all_met(goals, state) ? "precision: " : "limit: ", to);
    for (size_t i = 0; i < goals->count; i++) {
        judge_words(&goals->item[i], &state[i], sizeof words, words);
        fprintf(to, "%s%s%s", i == 0 ? "" : "; ", words, state[i].met ? "" : " (not met)");
    }
    return fclose(to) == 0 ? text : (free(text), NULL);
}
