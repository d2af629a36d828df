/* sim/statistics/probability.c -- see probability.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/probability.h"

#include <gsl/gsl_cdf.h>
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

/* The x at which the regularised incomplete beta function is p, by halving: gsl_cdf_beta_Pinv does not always converge. */
static double beta_inverse(double p, double a, double b)
{
    double low = 0.0, high = 1.0;
    for (int i = 0; i < 60; i++) {
        const double middle = (low + high) / 2.0;
        *(gsl_cdf_beta_P(middle, a, b) < p ? &low : &high) = middle;
    }
    return (low + high) / 2.0;
}

struct probability_estimate probability_exact(double hits, double n)
{
    if (!(n > 0.0)) return (struct probability_estimate){NAN, NAN, NAN};
    return (struct probability_estimate){.estimate = hits / n,
                                         .low = hits <= 0.0 ? 0.0 : beta_inverse(0.025, hits, n - hits + 1.0),
                                         .high = hits >= n ? 1.0 : beta_inverse(0.975, hits + 1.0, n - hits)};
}
