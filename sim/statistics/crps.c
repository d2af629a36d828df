/* sim/statistics/crps.c -- see crps.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/crps.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>

struct crps crps_of_ensemble(size_t count, const double ascending[], double y)
{
    const double n = (double)count;
    double away = 0.0, apart = 0.0; /* sums of |x - y|, and of the differences of all pairs */
    for (size_t i = 0; i < count; i++) {
        away += fabs(ascending[i] - y);
        apart += (2.0 * (double)i - (n - 1.0)) * (ascending[i] - ascending[0]);
    }
    if (count == 0) return (struct crps){NAN, NAN};
    return (struct crps){away / n - apart / (n * n), count < 2 ? (double)NAN : away / n - apart / (n * (n - 1.0))};
}

double crps_of_normal(double mean, double sd, double y)
{
    if (sd == 0.0) return fabs(y - mean);
    const double z = (y - mean) / sd;
    return sd * (z * (2.0 * gsl_cdf_ugaussian_P(z) - 1.0) + 2.0 * gsl_ran_ugaussian_pdf(z) - M_2_SQRTPI / 2.0);
}

double crps_of_lognormal(double mu, double sigma, double y)
{
    if (sigma == 0.0) return fabs(y - exp(mu));
    const double mean = exp(mu + sigma * sigma / 2.0), half = gsl_cdf_ugaussian_P(sigma * M_SQRT1_2);
    if (y <= 0.0) return 2.0 * mean * (1.0 - half) - y;
    const double z = (log(y) - mu) / sigma;
    return y * (2.0 * gsl_cdf_ugaussian_P(z) - 1.0) - 2.0 * mean * (gsl_cdf_ugaussian_P(z - sigma) + half - 1.0);
}
