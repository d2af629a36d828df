/* sim/statistics/hac.c -- see hac.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/hac.h"
#include "sim/statistics/probability.h"

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

static double critical_value(double n, size_t lags)
{
    const double b = (double)(lags + 1) / n;
    return 1.9600 + b * (2.9694 + b * (0.4160 - b * 0.5324));
}

struct hac_estimate hac_mean(size_t count, const double value[], size_t lags)
{
    const double n = (double)count;
    double mean = count == 0 ? (double)NAN : 0.0;
    for (size_t i = 0; i < count; i++) mean += value[i] / n;
    if (count < 2) return (struct hac_estimate){mean, NAN, NAN, NAN, lags};
    double variance = autocovariance(count, value, mean, 0);
    for (size_t l = 1; l <= lags && l < count; l++)
        variance += 2.0 * (1.0 - (double)l / (double)(lags + 1)) * autocovariance(count, value, mean, l);
    const double error = sqrt(fmax(0.0, variance) / n);
    const double critical = critical_value(n, lags);
    return (struct hac_estimate){mean, error, mean - critical * error, mean + critical * error, lags};
}

struct hac_share hac_share_of(size_t count, const double value[], size_t lags, size_t horizon)
{
    const struct hac_estimate mean = hac_mean(count, value, lags);
    const double n = (double)count;
    double hits = 0.0, as_many = n;
    for (size_t i = 0; i < count; i++) hits += value[i];
    const double p = hits / n;
    if (count < 2) return (struct hac_share){p, NAN, NAN, NAN};
    if (hits == 0.0 || hits == n)
        as_many = fmax(1.0, floor(n / (double)(horizon > 0 ? horizon : 1)));
    else if (mean.standard_error > 0.0) {
        const double ratio = 1.96 / critical_value(n, lags);
        as_many = fmin(n, p * (1.0 - p) / (mean.standard_error * mean.standard_error) * ratio * ratio);
    }
    const struct probability_estimate exact = probability_exact(hits == n ? as_many : p * as_many, as_many);
    return (struct hac_share){p, exact.low, exact.high, as_many};
}
