/* sim/statistics/first_order.c -- see first_order.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/first_order.h"

#include <math.h>

struct bins {
    double mean, square;                                  /* of y, and the sum of squares about it */
    double count[FIRST_ORDER_BINS], of[FIRST_ORDER_BINS]; /* values, and their mean less that of all */
    double used;
};

static size_t bin_of(size_t count, float rank)
{
    const size_t bin = (size_t)(((double)rank - 0.5) / (double)count * FIRST_ORDER_BINS);
    return bin < FIRST_ORDER_BINS ? bin : FIRST_ORDER_BINS - 1;
}

static struct bins bins_of(size_t count, const float rank[], const double y[])
{
    struct bins bins = {0};
    for (size_t i = 0; i < count; i++) bins.mean += y[i];
    bins.mean /= (double)count;
    for (size_t i = 0; i < count; i++) {
        const double from_mean = y[i] - bins.mean;
        const size_t bin = bin_of(count, rank[i]);
        bins.square += from_mean * from_mean;
        bins.count[bin] += 1.0;
        bins.of[bin] += from_mean;
    }
    for (size_t k = 0; k < FIRST_ORDER_BINS; k++) {
        bins.used += bins.count[k] > 0.0;
        if (bins.count[k] > 0.0) bins.of[k] /= bins.count[k];
    }
    return bins;
}

/* The part of the variance that is within bins though it is of the mean, where all bins are about as full; less what it is by
 * chance, for a variance `noise` of single values. */
static double within(const struct bins *bins, size_t count, double noise)
{
    const double full = (double)count / FIRST_ORDER_BINS;
    double sum = 0.0;
    for (size_t k = 0; k < FIRST_ORDER_BINS; k++)
        if (fabs(bins->count[k] - full) > 0.5 * full + 1.0) return 0.0;
    for (size_t k = 0; k < FIRST_ORDER_BINS; k++) {
        const size_t before = k == 0 ? 0 : k - 1, after = k + 1 == FIRST_ORDER_BINS ? k : k + 1;
        const double steps = (double)(after - before), slope = (bins->of[after] - bins->of[before]) / steps;
        const double chance = noise * (1.0 / bins->count[after] + 1.0 / bins->count[before]) / (steps * steps);
        sum += bins->count[k] * (slope * slope - chance) / 12.0;
    }
    return sum;
}

struct first_order first_order_of(size_t count, const float rank[], const double y[])
{
    const struct bins bins = bins_of(count, rank, y);
    const double n = (double)count;
    double between = 0.0, squares = 0.0;
    if (!(bins.square > 0.0) || n <= bins.used) return (struct first_order){NAN, NAN};
    for (size_t k = 0; k < FIRST_ORDER_BINS; k++) between += bins.count[k] * bins.of[k] * bins.of[k];
    const double noise = (bins.square - between) / (n - bins.used);
    const double index = (between - (bins.used - 1.0) * noise + within(&bins, count, noise)) / bins.square;
    const double variance = bins.square / n;
    for (size_t i = 0; i < count; i++) {
        const double m = bins.of[bin_of(count, rank[i])], d = y[i] - bins.mean;
        const double influence = (2.0 * d * m - m * m - index * d * d) / variance;
        squares += influence * influence;
    }
    /* The second term is what is left where the influence vanishes, at 0. */
    return (struct first_order){index, sqrt(squares / n / n + 2.0 * (bins.used - 1.0) / n / n)};
}
