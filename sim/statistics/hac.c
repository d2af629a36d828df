/* sim/statistics/hac.c -- see hac.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/hac.h"

#include <math.h>

size_t hac_lags(size_t count, size_t horizon)
{
    const size_t rule = (size_t)ceil(1.3 * sqrt((double)count)), overlap = horizon > 0 ? horizon - 1 : 0;
    const size_t lags = rule > overlap ? rule : overlap;
    return lags < count ? lags : count > 0 ? count - 1 : 0;
}

static double autocovariance(size_t count, const double value[], double mean, size_t lag)
{
    double sum = 0.0;
    for (size_t i = lag; i < count; i++) sum += (value[i] - mean) * (value[i - lag] - mean);
    return sum / (double)count;
}

struct hac_estimate hac_mean(size_t count, const double value[], size_t lags)
{
    const double n = (double)count, b = (double)(lags + 1) / n;
    double mean = count == 0 ? (double)NAN : 0.0;
    for (size_t i = 0; i < count; i++) mean += value[i] / n;
    if (count < 2) return (struct hac_estimate){mean, NAN, NAN, NAN, lags};
    double variance = autocovariance(count, value, mean, 0);
    for (size_t l = 1; l <= lags && l < count; l++)
        variance += 2.0 * (1.0 - (double)l / (double)(lags + 1)) * autocovariance(count, value, mean, l);
    const double error = sqrt(fmax(0.0, variance) / n);
    const double critical = 1.9600 + b * (2.9694 + b * (0.4160 - b * 0.5324));
    return (struct hac_estimate){mean, error, mean - critical * error, mean + critical * error, lags};
}
