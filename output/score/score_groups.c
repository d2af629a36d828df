/* output/score/score_groups.c -- see score_groups.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/score/score_groups.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 1 }; /* of what is resampled: the same figures give the same bounds */

/* Which figures a group has: those with `key`, by its kind; of SCORE_ALL those that are confirmed at least so. */
struct wanted {
    enum score_kind kind;
    size_t key;
};

static bool is_in(const struct score *score, const struct score_figure *figure, const struct wanted *wanted)
{
    switch (wanted->kind) {
    case SCORE_ALL: return (size_t)figure->of->confirmed >= wanted->key;
    case SCORE_SUBJECT: return (size_t)score->series[figure->series].subject == wanted->key;
    case SCORE_AHEAD: return (size_t)figure->ahead == wanted->key;
    case SCORE_SERIES: return figure->series == wanted->key;
    }
    return false;
}

/* Sums over the figures of each series. */
struct sums {
    double *figures, *known, *in_50, *in_90; /* `known`: those of which it is known whether a range holds them */
    double *own[NAIVE_FORECASTS], *naive[NAIVE_FORECASTS], *ratio;
    double *all; /* what holds them */
};

static struct fault *sums_init(struct sums *sums, size_t series)
{
    double **part[] = {&sums->figures, &sums->known,    &sums->in_50,    &sums->in_90,    &sums->own[0], &sums->own[1],
                       &sums->own[2],  &sums->naive[0], &sums->naive[1], &sums->naive[2], &sums->ratio};
    const size_t parts = sizeof part / sizeof *part;
    sums->all = calloc(parts * (series + 1), sizeof *sums->all);
    if (sums->all == NULL) return fault_no_memory();
    for (size_t i = 0; i < parts; i++) *part[i] = sums->all + i * (series + 1);
    return NULL;
}
_Static_assert(NAIVE_FORECASTS == 3, "sums_init names each of them");

static void add(struct sums *sums, const struct score_figure *figure, struct score_group *group)
{
    const size_t s = figure->series;
    sums->figures[s] += 1.0;
    group->figures++;
    group->below += figure->of->value < figure->quantile[SCORE_Q05] ? 1 : 0;
    group->above += figure->of->value > figure->quantile[SCORE_Q95] ? 1 : 0;
    if (!isnan(figure->in_50) && !isnan(figure->in_90)) {
        sums->known[s] += 1.0;
        sums->in_50[s] += figure->in_50;
        sums->in_90[s] += figure->in_90;
    }
    for (enum naive_forecast n = 0; n < NAIVE_FORECASTS; n++) {
        if (isnan(figure->crps.fair) || isnan(figure->naive[n])) continue;
        sums->own[n][s] += figure->crps.fair;
        sums->naive[n][s] += figure->naive[n];
    }
}

static struct fault *compare(struct sums *sums, size_t series, enum naive_forecast n, struct score_group *group)
{
    struct cluster_estimate *ratio = &group->ratio[n];
    for (size_t s = 0; s < series; s++) {
        const bool both = sums->own[n][s] > 0.0 && sums->naive[n][s] > 0.0;
        sums->ratio[s] = both ? log(sums->own[n][s] / sums->naive[n][s]) : (double)NAN;
        group->compared[n] += both ? 1 : 0;
    }
    TRY(cluster_mean(series, sums->ratio, SEED, ratio));
    *ratio = (struct cluster_estimate){exp(ratio->estimate), exp(ratio->low), exp(ratio->high)};
    return NULL;
}

/* The mean of the fair scores of a group whose figures are of one series; NaN where one is not known. */
static double mean_crps(const struct score *score, const struct wanted *wanted)
{
    double sum = 0.0, count = 0.0;
    for (size_t f = 0; f < score->count; f++) {
        if (!is_in(score, &score->figure[f], wanted)) continue;
        sum += score->figure[f].crps.fair;
        count += 1.0;
    }
    return wanted->kind == SCORE_SERIES ? sum / count : (double)NAN;
}

static struct fault *fill(const struct score *score, const struct wanted *wanted, struct score_group *group)
{
    struct sums sums;
    TRY(sums_init(&sums, score->series_count));
    for (size_t f = 0; f < score->count; f++)
        if (is_in(score, &score->figure[f], wanted)) add(&sums, &score->figure[f], group);
    for (size_t s = 0; s < score->series_count; s++) group->series += sums.figures[s] > 0.0 ? 1 : 0;
    group->in_50 = cluster_share(score->series_count, sums.known, sums.in_50);
    group->in_90 = cluster_share(score->series_count, sums.known, sums.in_90);
    group->crps = mean_crps(score, wanted);
    struct fault *fault = NULL;
    for (enum naive_forecast n = 0; n < NAIVE_FORECASTS && fault == NULL; n++)
        fault = compare(&sums, score->series_count, n, group);
    free(sums.all);
    return fault;
}

/* A group with at least one figure is added; the name is copied. */
static struct fault *make(struct score *score, enum score_kind kind, size_t key, const char *name)
{
    const struct wanted wanted = {kind, key};
    bool any = false;
    for (size_t f = 0; f < score->count; f++) any = any || is_in(score, &score->figure[f], &wanted);
    if (!any) return NULL;
    struct score_group *grown = reallocarray(score->group, score->groups + 1, sizeof *grown);
    if (grown == NULL) return fault_no_memory();
    score->group = grown;
    struct score_group *group = &grown[score->groups];
    *group = (struct score_group){.kind = kind, .name = strdup(name)};
    if (group->name == NULL) return fault_no_memory();
    score->groups++;
    return fill(score, &wanted, group);
}

struct fault *score_groups_make(struct score *score)
{
    char name[64];
    int most = 0;
    for (size_t f = 0; f < score->count; f++) most = score->figure[f].ahead > most ? score->figure[f].ahead : most;
    TRY(make(score, SCORE_ALL, OBSERVED_YES, "confirmed"));
    if (score->confirmed[OBSERVED_DERIVED] > 0) TRY(make(score, SCORE_ALL, OBSERVED_DERIVED, "confirmed or derived"));
    for (enum outcome_subject s = 0; s < SUBJECTS; s++)
        TRY(make(score, SCORE_SUBJECT, (size_t)s, outcome_subjects[s].title == NULL ? "" : outcome_subjects[s].title));
    for (int ahead = 1; ahead <= most; ahead++) {
        snprintf(name, sizeof name, "%d year%s ahead", ahead, ahead == 1 ? "" : "s");
        TRY(make(score, SCORE_AHEAD, (size_t)ahead, name));
    }
    for (size_t s = 0; s < score->series_count; s++) TRY(make(score, SCORE_SERIES, s, score->series[s].of->name));
    return NULL;
}
