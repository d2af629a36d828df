/* models/calibration/diagnostics.c -- see diagnostics.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/calibration/diagnostics.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

/* The r-th central moment of those that are there (r = 1: the mean), and how many they are. */
static double moment(size_t count, const double e[], int r, double mean, size_t *n)
{
    double sum = 0.0;
    *n = 0;
    for (size_t i = 0; i < count; i++) {
        if (isnan(e[i])) continue;
        sum += r == 1 ? e[i] : pow(e[i] - mean, r);
        ++*n;
    }
    return sum / (double)*n;
}

size_t diagnostic_lags(size_t n)
{
    return n / 5 > 10 ? 10 : n < 5 ? 1 : n / 5;
}

struct diagnostic diagnostic_ljung_box(size_t count, const double e[], size_t lags, size_t fitted)
{
    size_t n;
    const double mean = moment(count, e, 1, 0.0, &n), variance = moment(count, e, 2, mean, &n);
    struct diagnostic result = {.freedom = lags > fitted ? lags - fitted : 1, .p = NAN};
    for (size_t k = 1; k <= lags && k < n; k++) {
        double product = 0.0;
        for (size_t i = k; i < count; i++)
            if (!isnan(e[i]) && !isnan(e[i - k])) product += (e[i] - mean) * (e[i - k] - mean);
        const double r = product / ((double)n * variance);
        result.statistic += (double)n * ((double)n + 2.0) * r * r / ((double)n - (double)k);
    }
    if (n > lags + 1) result.p = gsl_cdf_chisq_Q(result.statistic, (double)result.freedom);
    return result;
}

struct diagnostic diagnostic_jarque_bera(size_t count, const double e[])
{
    size_t n;
    const double mean = moment(count, e, 1, 0.0, &n), variance = moment(count, e, 2, mean, &n);
    const double skewness = moment(count, e, 3, mean, &n) / pow(variance, 1.5);
    const double excess = moment(count, e, 4, mean, &n) / (variance * variance) - 3.0;
    struct diagnostic result = {.freedom = 2, .p = NAN};
    result.statistic = (double)n * (skewness * skewness / 6.0 + excess * excess / 24.0);
    if (n > 7) result.p = gsl_cdf_chisq_Q(result.statistic, 2.0);
    return result;
}
