/* sim/statistics/probability.c -- see probability.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/probability.h"

#include <math.h>

#define NORMAL_975 1.959963984540054 /* the 0.975 quantile of the standard normal */

struct probability_estimate probability_within(double hits, double n, double z)
{
    const double unknown = __builtin_nan(""), square = z * z;
    if (!(n > 0)) return (struct probability_estimate){unknown, unknown, unknown};
    const double p = hits / n, center = (hits + square / 2) / (n + square);
    const double half = z / (n + square) * sqrt(hits * (1 - p) + square / 4);
    return (struct probability_estimate){p, hits <= 0 ? 0.0 : center - half, hits >= n ? 1.0 : center + half};
}

struct probability_estimate probability_of(double hits, double n)
{
    return probability_within(hits, n, NORMAL_975);
}
