/* sim/statistics/precision.c -- see precision.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/precision.h"
#include "sim/statistics/probability.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

uint64_t precision_next(uint64_t chunks)
{
    if (chunks < PRECISION_FIRST) return PRECISION_FIRST;
    return (chunks / PRECISION_STEP + 1) * PRECISION_STEP;
}

double precision_z(double confidence)
{
    return gsl_cdf_ugaussian_Pinv(0.5 + 0.5 * confidence);
}

double precision_of_mean(const struct moments *moments, double confidence)
{
    return precision_z(confidence) * moments_standard_error(moments);
}

double precision_of_probability(const struct moments *moments, double confidence)
{
    const double n = moments->count;
    const struct probability_estimate wilson = probability_within(moments->mean * n, n, precision_z(confidence));
    return 0.5 * (wilson.high - wilson.low);
}

struct precision_state precision_judge(const struct precision_goal *goal, double estimate, double half_width, double n,
                                       double tail)
{
    struct precision_state state = {.estimate = estimate, .half_width = half_width, .replications = (double)INFINITY};
    state.allowed = fmax(goal->relative * fabs(estimate), goal->absolute);
    const double tails = PRECISION_TAIL_POINTS / tail;
    if (isnan(half_width) || !(state.allowed > 0.0)) {
        state.met = half_width == 0.0 && tail >= PRECISION_TAIL_POINTS; /* nothing varies */
        if (state.met) state.replications = n;
        return state;
    }
    if (isinf(half_width) && tails > 1.0) { /* the bounds of a quantile lie outside of so few */
        state.replications = n * tails;
        return state;
    }
    const double ratio = half_width / state.allowed;
    state.met = ratio <= 1.0 && tail >= PRECISION_TAIL_POINTS;
    state.replications = n * fmax(ratio * ratio, tails < 1.0 ? 0.0 : tails);
    return state;
}
