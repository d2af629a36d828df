/* sim/statistics/naive.c -- see naive.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/naive.h"
#include "sim/statistics/crps.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

static double level(const struct naive *naive, double value)
{
    return naive->logarithms ? log(value) : value;
}

/* The mean square of changes beyond `growth` a unit of time, over `free` of them. */
static double spread(const struct naive *naive, const double time[], const double value[], double growth, double free)
{
    double squares = 0.0;
    for (size_t i = 1; i < naive->count; i++) {
        const double step = time[i] - time[i - 1];
        const double change = level(naive, value[i]) - level(naive, value[i - 1]) - growth * step;
        squares += change * change / step;
    }
    return sqrt(squares / free);
}

struct naive naive_of(size_t count, const double time[], const double value[])
{
    struct naive naive = {
        .count = count, .logarithms = true, .last = NAN, .at = NAN, .walk_sd = NAN, .trend_sd = NAN, .growth = NAN};
    for (size_t i = 0; i < count; i++) naive.logarithms = naive.logarithms && value[i] > 0.0;
    if (count == 0) return naive;
    naive.last = value[count - 1];
    naive.at = time[count - 1];
    naive.span = time[count - 1] - time[0];
    const double changes = (double)count - 1.0;
    if (changes < NAIVE_CHANGES) return naive;
    naive.growth = (level(&naive, naive.last) - level(&naive, value[0])) / naive.span;
    naive.walk_sd = spread(&naive, time, value, 0.0, changes);
    naive.trend_sd = spread(&naive, time, value, naive.growth, changes - 1.0);
    return naive;
}

/* The mean and the standard deviation of a forecast, of the logarithm where the history is in logarithms. */
static bool law(const struct naive *naive, enum naive_forecast forecast, double time, double *mean, double *sd)
{
    const double ahead = time - naive->at;
    if (naive->count == 0 || !(ahead > 0.0)) return false;
    *mean = level(naive, naive->last);
    *sd = 0.0;
    if (forecast == NAIVE_NO_CHANGE) return true;
    if (isnan(naive->walk_sd)) return false;
    if (forecast == NAIVE_WALK) *sd = naive->walk_sd * sqrt(ahead);
    if (forecast == NAIVE_TREND) {
        *mean += naive->growth * ahead;
        *sd = naive->trend_sd * sqrt(ahead + ahead * ahead / naive->span);
    }
    return true;
}

double naive_quantile(const struct naive *naive, enum naive_forecast forecast, double time, double p)
{
    double mean, sd;
    if (!law(naive, forecast, time, &mean, &sd)) return NAN;
    if (forecast == NAIVE_NO_CHANGE) return naive->last;
    const double at = mean + sd * gsl_cdf_ugaussian_Pinv(p);
    return naive->logarithms ? exp(at) : at;
}

double naive_place(const struct naive *naive, enum naive_forecast forecast, double time, double y)
{
    double mean, sd;
    if (!law(naive, forecast, time, &mean, &sd)) return NAN;
    if (sd == 0.0) {
        const double point = naive->logarithms ? exp(mean) : mean;
        return y < point ? 0.0 : y > point ? 1.0 : 0.5;
    }
    if (naive->logarithms && y <= 0.0) return 0.0;
    return gsl_cdf_ugaussian_P((level(naive, y) - mean) / sd);
}

double naive_crps(const struct naive *naive, enum naive_forecast forecast, double time, double y)
{
    double mean, sd;
    if (!law(naive, forecast, time, &mean, &sd)) return NAN;
    if (forecast == NAIVE_NO_CHANGE) return fabs(y - naive->last);
    return naive->logarithms ? crps_of_lognormal(mean, sd, y) : crps_of_normal(mean, sd, y);
}
