/* sim/statistics/clusters.c -- see clusters.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/clusters.h"
#include "sim/core/stream.h"
#include "sim/statistics/probability.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>

/* As many independent figures as say as much of a share p between 0 and 1. */
static double effective(double p, double n, double clusters, double squares)
{
    const double variance = clusters / (clusters - 1.0) * squares / (n * n);
    const double t_of_figures = gsl_cdf_tdist_Pinv(0.975, n - 1.0),
                 t_of_clusters = gsl_cdf_tdist_Pinv(0.975, clusters - 1.0);
    const double ratio = t_of_figures / t_of_clusters;
    return variance > 0.0 ? fmin(n, p * (1.0 - p) / variance * ratio * ratio) : n;
}

struct cluster_estimate cluster_share(size_t clusters, const double figure[], const double hit[])
{
    double n = 0.0, hits = 0.0, count = 0.0, squares = 0.0;
    for (size_t c = 0; c < clusters; c++) {
        n += figure[c];
        hits += hit[c];
        count += figure[c] > 0.0 ? 1.0 : 0.0;
    }
    if (n == 0.0) return (struct cluster_estimate){NAN, NAN, NAN};
    const double p = hits / n;
    if (count < 2.0) return (struct cluster_estimate){p, 0.0, 1.0};
    for (size_t c = 0; c < clusters; c++) {
        const double over = hit[c] - p * figure[c];
        squares += over * over;
    }
    const double as_many = hits == 0.0 || hits == n ? count : effective(p, n, count, squares);
    const struct probability_estimate exact = probability_exact(hits == n ? as_many : p * as_many, as_many);
    return (struct cluster_estimate){p, exact.low, exact.high};
}

/* The mean of as many values, drawn with replacement, of each of LANES samples from number `first` on. */
static void resample(size_t count, const double value[], const struct stream *stream, uint64_t first, double mean[])
{
    struct stream_state state = {.lane = {NULL}};
    _Alignas(64) double u[2][LANES];
    for (size_t l = 0; l < LANES; l++) mean[l] = 0.0;
    for (size_t i = 0; i < count; i += 2) {
        stream_uniforms(stream, &state, first, STREAM_BEFORE, (uint32_t)(i / 2), u);
        for (size_t k = 0; k < 2 && i + k < count; k++)
            for (size_t l = 0; l < LANES; l++) mean[l] += value[(size_t)(u[k][l] * (double)count)] / (double)count;
    }
}

struct fault *cluster_mean(size_t clusters, const double value[], uint64_t seed, struct cluster_estimate *out)
{
    const struct stream stream = stream_named(seed, "resamples of clusters", NULL);
    double *known = calloc(clusters + 1, sizeof *known), *mean = calloc(CLUSTER_RESAMPLES + LANES, sizeof *mean);
    struct fault *fault = known == NULL || mean == NULL ? fault_no_memory() : NULL;
    size_t count = 0;
    *out = (struct cluster_estimate){NAN, NAN, NAN};
    for (size_t c = 0; c < clusters && fault == NULL; c++)
        if (!isnan(value[c])) known[count++] = value[c];
    if (count > 0) out->estimate = 0.0;
    for (size_t i = 0; i < count; i++) out->estimate += known[i] / (double)count;
    for (size_t b = 0; b < CLUSTER_RESAMPLES && count >= CLUSTER_LEAST; b += LANES)
        resample(count, known, &stream, b, mean + b);
    if (count >= CLUSTER_LEAST) {
        gsl_sort(mean, 1, CLUSTER_RESAMPLES);
        out->low = mean[CLUSTER_RESAMPLES / 40 - 1];
        out->high = mean[CLUSTER_RESAMPLES - CLUSTER_RESAMPLES / 40];
    }
    free(known);
    free(mean);
    return fault;
}
