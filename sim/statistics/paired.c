/* sim/statistics/paired.c -- see paired.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/paired.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#define ROUNDING     0x1p-24           /* half a unit in the last place, over the number */
#define LEAST_BEYOND 3.0               /* values of a section beyond a quantile */
#define NORMAL_975   1.959963984540054 /* the 0.975 quantile of the standard normal */
/* In double: the macro of math.h is a float. */
#define UNKNOWN __builtin_nan("")

struct fault *paired_work_init(struct paired_work *work, size_t count, const struct quantiles_asked *asked)
{
    const size_t points = asked->quantiles + asked->levels + 1;
    bool whole = true;
    *work = (struct paired_work){.value = NULL};
    float **const single[] = {&work->value, &work->base, &work->difference, &work->select};
    struct quantile_estimate **const quantile[] = {&work->of_value, &work->of_base, &work->section};
    struct cvar_estimate **const tail[] = {&work->tail_value, &work->tail_base};
    for (size_t i = 0; i < 4; i++) whole = (*single[i] = calloc(count + 1, sizeof(float))) != NULL && whole;
    for (size_t i = 0; i < 3; i++) whole = (work->number[i] = calloc(count + 1, sizeof(double))) != NULL && whole;
    for (size_t i = 0; i < 3; i++) whole = (*quantile[i] = calloc(points, sizeof **quantile[i])) != NULL && whole;
    for (size_t i = 0; i < 2; i++) whole = (*tail[i] = calloc(points, sizeof **tail[i])) != NULL && whole;
    work->edge = calloc(points, sizeof *work->edge);
    work->squares = calloc(points, sizeof *work->squares);
    if (!whole || work->edge == NULL || work->squares == NULL) return fault_no_memory();
    for (size_t q = 0; q < asked->quantiles; q++) work->edge[q] = asked->p[q];
    for (size_t l = 0; l < asked->levels; l++) work->edge[asked->quantiles + l] = asked->level[l];
    return NULL;
}

void paired_work_free(struct paired_work *work)
{
    free(work->value);
    free(work->base);
    free(work->difference);
    free(work->select);
    for (size_t i = 0; i < 3; i++) free(work->number[i]);
    free(work->edge);
    free(work->squares);
    free(work->of_value);
    free(work->of_base);
    free(work->section);
    free(work->tail_value);
    free(work->tail_base);
    *work = (struct paired_work){.value = NULL};
}

bool paired_is_rounding(const struct paired *paired)
{
    return fabs(paired->mean) <= paired->rounding;
}

static struct paired nothing_known(void)
{
    const struct probability_estimate none = {UNKNOWN, UNKNOWN, UNKNOWN};
    return (struct paired){.paired = UNKNOWN,
                           .base_mean = UNKNOWN,
                           .value_mean = UNKNOWN,
                           .mean = UNKNOWN,
                           .low = UNKNOWN,
                           .high = UNKNOWN,
                           .standard_error = UNKNOWN,
                           .sd = UNKNOWN,
                           .rounding = UNKNOWN,
                           .saving = UNKNOWN,
                           .better = none,
                           .equal = none,
                           .worse = none};
}

static void parts_unknown(const struct quantiles_asked *asked, const struct paired_parts *parts)
{
    for (size_t q = 0; q < asked->quantiles; q++)
        parts->quantile[q] = parts->quantile_difference[q] = (struct quantile_estimate){UNKNOWN, UNKNOWN, UNKNOWN};
    for (size_t l = 0; l < asked->levels; l++)
        parts->tail[l] = (struct tail_difference){UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN};
}

/* Of equal samples, whatever they are. */
static void parts_nothing(const struct quantiles_asked *asked, const struct paired_parts *parts)
{
    for (size_t q = 0; q < asked->quantiles; q++)
        parts->quantile_difference[q] = (struct quantile_estimate){0.0, 0.0, 0.0};
    for (size_t l = 0; l < asked->levels; l++) parts->tail[l] = (struct tail_difference){0.0, 0.0, 0.0, 0.0};
}

/* How the pairs lie to each other. */
struct counts {
    double greater, equal, less; /* beyond or within the rounding of both */
    double roundings;            /* sum of |value| + |base|, where both are finite */
    bool same;
};

/* Moves the pairs to the front of the work; returns how many they are. */
static size_t gather(size_t count, const float value[], const float base[], struct paired_work *work,
                     struct counts *counts)
{
    size_t pairs = 0;
    *counts = (struct counts){.same = true};
    for (size_t i = 0; i < count; i++) {
        if (isnan(value[i]) || isnan(base[i])) continue;
        const double x = (double)value[i], y = (double)base[i];
        const bool equal = value[i] == base[i]; /* also where both are infinite */
        const double difference = equal ? 0.0 : x - y;
        const double size = isfinite(value[i]) && isfinite(base[i]) ? fabs(x) + fabs(y) : 0.0;
        counts->same = counts->same && equal;
        counts->roundings += size;
        counts->greater += difference > ROUNDING * size;
        counts->less += difference < -ROUNDING * size;
        work->value[pairs] = value[i];
        work->base[pairs] = base[i];
        work->difference[pairs] = (float)difference;
        work->number[0][pairs] = difference;
        work->number[1][pairs] = x;
        work->number[2][pairs] = y;
        pairs++;
    }
    counts->equal = (double)pairs - counts->greater - counts->less;
    return pairs;
}

/* An interval of half so many standard errors. */
static void mean_interval(struct paired *paired, double freedom)
{
    const double half = freedom > 0.0 ? gsl_cdf_tdist_Pinv(0.975, freedom) * paired->standard_error : UNKNOWN;
    paired->low = paired->mean - half;
    paired->high = paired->mean + half;
}

static void set_means(struct paired *paired, size_t pairs, const struct paired_work *work)
{
    const struct moments d = moments_of(pairs, work->number[0], NULL), value = moments_of(pairs, work->number[1], NULL),
                         base = moments_of(pairs, work->number[2], NULL);
    const double value_sd = moments_sd(&value), base_sd = moments_sd(&base);
    paired->value_mean = value.mean;
    paired->base_mean = base.mean;
    paired->mean = d.mean;
    paired->sd = moments_sd(&d);
    paired->standard_error = moments_standard_error(&d);
    paired->saving = paired->same ? UNKNOWN : (value_sd * value_sd + base_sd * base_sd) / (paired->sd * paired->sd);
    mean_interval(paired, (double)pairs - 1.0);
}

static void set_shares(struct paired *paired, const struct counts *counts, enum outcome_better better)
{
    paired->equal = probability_of(counts->equal, paired->count);
    if (better == OUTCOME_NEITHER) return;
    const bool more = better == OUTCOME_MORE;
    paired->better = probability_of(more ? counts->greater : counts->less, paired->count);
    paired->worse = probability_of(more ? counts->less : counts->greater, paired->count);
}

/* Differences of quantiles by sections of consecutive pairs. */
static void set_quantiles(size_t pairs, const struct quantiles_asked *asked, struct paired_work *work,
                          const struct paired_parts *parts)
{
    const double sections = PAIRED_SECTIONS;
    struct quantile_estimate *of_value = work->section, *out = parts->quantile_difference;
    double *squares = work->squares;
    for (size_t q = 0; q < asked->quantiles; q++) {
        const double difference = work->of_value[q].estimate - work->of_base[q].estimate;
        out[q] = (struct quantile_estimate){difference, UNKNOWN, UNKNOWN};
    }
    if (pairs < PAIRED_SECTIONS) return;
    for (size_t q = 0; q < asked->quantiles; q++) squares[q] = 0.0;
    for (size_t s = 0; s < PAIRED_SECTIONS; s++) {
        const size_t first = pairs * s / PAIRED_SECTIONS, size = pairs * (s + 1) / PAIRED_SECTIONS - first;
        quantiles_estimate(size, work->value + first, work->select, asked->quantiles, asked->p, of_value);
        quantiles_estimate(size, work->base + first, work->select, asked->quantiles, asked->p, parts->quantile);
        for (size_t q = 0; q < asked->quantiles; q++) {
            const double apart = of_value[q].estimate - parts->quantile[q].estimate - out[q].estimate;
            squares[q] += apart * apart;
        }
    }
    for (size_t q = 0; q < asked->quantiles; q++) {
        const double p = asked->p[q], beyond = (double)pairs / sections * (p < 0.5 ? p : 1.0 - p);
        const double half = beyond < LEAST_BEYOND ? UNKNOWN
                                                  : gsl_cdf_tdist_Pinv(0.975, sections - 1.0) *
                                                        sqrt(squares[q] / (sections * (sections - 1.0)));
        out[q].low = out[q].estimate - half;
        out[q].high = out[q].estimate + half;
    }
}

static struct tail_difference tail_interval(double estimate, double standard_error)
{
    const double half = NORMAL_975 * standard_error;
    return (struct tail_difference){estimate, estimate - half, estimate + half, standard_error};
}

static double influence(double x, double edge, bool upper)
{
    const double beyond = upper ? x - edge : edge - x;
    return beyond <= 0.0 ? 0.0 : upper ? beyond : -beyond;
}

static void set_tails(size_t pairs, const struct quantiles_asked *asked, struct paired_work *work,
                      const struct paired_parts *parts)
{
    for (size_t l = 0; l < asked->levels; l++) {
        const double level = asked->level[l], q_value = work->of_value[asked->quantiles + l].estimate,
                     q_base = work->of_base[asked->quantiles + l].estimate;
        const bool upper = tail_is_upper(level);
        for (size_t i = 0; i < pairs; i++)
            work->number[0][i] =
                influence((double)work->value[i], q_value, upper) - influence((double)work->base[i], q_base, upper);
        const struct moments apart = moments_of(pairs, work->number[0], NULL);
        const double error = moments_standard_error(&apart) / tail_share(level);
        parts->tail[l] = tail_interval(work->tail_value[l].estimate - work->tail_base[l].estimate,
                                       work->tail_value[l].points < 2.0 ? UNKNOWN : error);
    }
}

struct paired paired_compare(size_t count, const float value[], const float base[], enum outcome_better better,
                             const struct quantiles_asked *asked, struct paired_work *work,
                             const struct paired_parts *parts)
{
    struct counts counts;
    struct paired paired = nothing_known();
    const size_t pairs = gather(count, value, base, work, &counts);
    parts_unknown(asked, parts);
    paired.known = true;
    paired.paired = 1.0;
    paired.count = (double)pairs;
    if (pairs == 0) return paired;
    const struct quantiles_asked all = {asked->quantiles + asked->levels, work->edge, asked->levels, asked->level};
    paired.same = counts.same;
    paired.rounding = ROUNDING * counts.roundings / (double)pairs;
    set_means(&paired, pairs, work);
    set_shares(&paired, &counts, better);
    if (paired.same) {
        parts_nothing(asked, parts);
    } else {
        quantiles_and_tails(pairs, work->value, work->select, &all, work->of_value, work->tail_value);
        quantiles_and_tails(pairs, work->base, work->select, &all, work->of_base, work->tail_base);
        set_quantiles(pairs, asked, work, parts);
        set_tails(pairs, asked, work, parts);
    }
    quantiles_estimate(pairs, work->difference, work->select, asked->quantiles, asked->p, parts->quantile);
    return paired;
}

static double squared(double x)
{
    return x * x;
}

static struct quantile_estimate quantile_interval(const struct quantile_estimate *value,
                                                  const struct quantile_estimate *base)
{
    const double difference = value->estimate - base->estimate;
    const double below = sqrt(squared(value->estimate - value->low) + squared(base->high - base->estimate)),
                 above = sqrt(squared(value->high - value->estimate) + squared(base->estimate - base->low));
    return (struct quantile_estimate){difference, difference - below, difference + above};
}

struct paired paired_unpaired(const struct summary *value, const struct summary *base,
                              const struct quantiles_asked *asked, const struct paired_parts *parts)
{
    struct paired paired = nothing_known();
    parts_unknown(asked, parts);
    paired.known = true;
    paired.paired = 0.0;
    paired.count = fmin(value->count, base->count);
    paired.value_mean = value->mean;
    paired.base_mean = base->mean;
    paired.mean = value->mean - base->mean;
    const double v = squared(value->standard_error), b = squared(base->standard_error);
    paired.standard_error = sqrt(v + b);
    mean_interval(&paired, v + b > 0.0 ? squared(v + b) / (v * v / (value->count - 1.0) + b * b / (base->count - 1.0))
                                       : paired.count - 1.0);
    for (size_t q = 0; q < asked->quantiles && value->quantile != NULL && base->quantile != NULL; q++)
        parts->quantile_difference[q] = quantile_interval(&value->quantile[q], &base->quantile[q]);
    for (size_t l = 0; l < asked->levels && value->tail != NULL && base->tail != NULL; l++) {
        const struct cvar_estimate *x = &value->tail[l], *y = &base->tail[l];
        parts->tail[l] =
            tail_interval(x->estimate - y->estimate, sqrt(squared(x->standard_error) + squared(y->standard_error)));
    }
    return paired;
}
