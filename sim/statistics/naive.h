/* sim/statistics/naive.h -- forecasts that know nothing but the past of a series, which any other has to beat.
 *
 * Of a history x_0 ... x_k at the times t_0 < ... < t_k, in logarithms where all of it is positive, and y at the time
 * t_k + h:
 *   no change  a point, x_k
 *   walk       normal with mean x_k and variance s^2 h, s^2 the mean of (x_i - x_i-1)^2 / (t_i - t_i-1): without drift
 *   trend      normal with mean x_k + m h and variance s^2 (h + h^2 / T), T = t_k - t_0, m = (x_k - x_0) / T, s^2 the
 *              mean of (x_i - x_i-1 - m (t_i - t_i-1))^2 / (t_i - t_i-1), for the k - 1 that are free: what continues as
 *              it grew, with the error of that growth
 * In logarithms the medians are x_k and x_k exp(m h).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_NAIVE_H
#define ZHOL_NAIVE_H

#include <stdbool.h>
#include <stddef.h>

enum naive_forecast { NAIVE_NO_CHANGE, NAIVE_WALK, NAIVE_TREND, NAIVE_FORECASTS };

/* Fewer changes say too little of a spread: walk and trend are then not known. */
enum { NAIVE_CHANGES = 3 };

struct naive {
    size_t count; /* of the history */
    bool logarithms;
    double last, at; /* x_k as it is, not its logarithm, and t_k */
    double growth, span;
    double walk_sd, trend_sd; /* s of each, by the root of a unit of time; NaN: not known */
};

/* Of `count` values at ascending times. */
struct naive naive_of(size_t count, const double time[], const double value[]);

/* The median of a forecast for a time, and its quantile at 0 < p < 1; NaN where it is not known, or the time is not after
 * the history. */
double naive_quantile(const struct naive *naive, enum naive_forecast forecast, double time, double p);
/* The quantile of a forecast for a time on which y falls, 0 to 1, of a point 0, 1/2 or 1; NaN likewise. */
double naive_place(const struct naive *naive, enum naive_forecast forecast, double time, double y);
/* The CRPS of a forecast for a time against y; NaN likewise. */
double naive_crps(const struct naive *naive, enum naive_forecast forecast, double time, double y);

#endif
