/* models/calibration/regression.c -- see regression.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/calibration/regression.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

static double mean_of(size_t n, const double x[])
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) sum += x[i];
    return sum / (double)n;
}

/* The sums of squares and of products about the means. */
static void sums_of(size_t n, const double x[], const double y[], double *xx, double *xy, double *yy)
{
    const double x0 = mean_of(n, x), y0 = mean_of(n, y);
    *xx = *xy = *yy = 0.0;
    for (size_t i = 0; i < n; i++) {
        *xx += (x[i] - x0) * (x[i] - x0);
        *xy += (x[i] - x0) * (y[i] - y0);
        *yy += (y[i] - y0) * (y[i] - y0);
    }
}

bool regression_line(size_t n, const double x[], const double y[], struct regression *regression)
{
    double xx, xy, yy, variance = 0.0;
    if (n < REGRESSION_LEAST) return false;
    sums_of(n, x, y, &xx, &xy, &yy);
    if (!(xx > 0.0) || !(yy > 0.0)) return false;
    const double x0 = mean_of(n, x), y0 = mean_of(n, y), b = xy / xx, size = (double)n;
    *regression = (struct regression){.n = n, .lags = (size_t)(4.0 * pow(size / 100.0, 2.0 / 9.0)), .slope = b};
    regression->r2 = xy * xy / (xx * yy);
    for (size_t k = 0; k <= regression->lags; k++) {
        double g = 0.0;
        for (size_t t = k; t < n; t++)
            g += (x[t] - x0) * (y[t] - y0 - b * (x[t] - x0)) * (x[t - k] - x0) * (y[t - k] - y0 - b * (x[t - k] - x0));
        variance += k == 0 ? g : 2.0 * (1.0 - (double)k / ((double)regression->lags + 1.0)) * g;
    }
    regression->se = sqrt(variance * size / (size - 2.0)) / xx;
    const double t = gsl_cdf_tdist_Pinv(0.975, size - 2.0);
    regression->low = b - t * regression->se;
    regression->high = b + t * regression->se;
    return true;
}

bool regression_correlate(size_t n, const double x[], const double y[], struct regression_correlation *correlation)
{
    double xx, xy, yy;
    if (n < REGRESSION_LEAST) return false;
    sums_of(n, x, y, &xx, &xy, &yy);
    if (!(xx > 0.0) || !(yy > 0.0)) return false;
    const double r = xy / sqrt(xx * yy), half = 1.959963984540054 / sqrt((double)n - 3.0);
    *correlation = (struct regression_correlation){n, r, tanh(atanh(r) - half), tanh(atanh(r) + half)};
    return true;
}
