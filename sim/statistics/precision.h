/* sim/statistics/precision.h -- when a run knows enough: half-widths of intervals against what was asked for.
 *
 * Judged at fixed numbers of chunks, so that where a run stops depends on the scenario alone, never on threads or
 * speed: first after 40 chunks (20,480 replications), then every 20. Sequential intervals of fixed width hold
 * asymptotically (Chow and Robbins 1965) and cover a little less at small n, hence the first 40.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_PRECISION_H
#define ZHOL_PRECISION_H

#include "sim/statistics/moments.h"
#include "sim/statistics/quantiles.h"

#include <stdbool.h>
#include <stdint.h>

enum { PRECISION_FIRST = 40, PRECISION_STEP = 20 }; /* chunks */
#define PRECISION_TAIL_POINTS 100.0                 /* replications that a tail must hold before it is judged */

enum precision_statistic {
    PRECISION_MEAN,
    PRECISION_QUANTILE,
    PRECISION_CVAR_UPPER,
    PRECISION_CVAR_LOWER,
    PRECISION_PROBABILITY
};

/* What is asked for; a width of 0 is none, and one of the two has to be met. */
struct precision_goal {
    enum precision_statistic statistic;
    double at;         /* probability of the quantile, level of the CVaR */
    double confidence; /* of the interval, such as 0.95 */
    double relative;   /* half-width over the absolute estimate */
    double absolute;   /* half-width in the unit of the outcome */
};

struct precision_state {
    double estimate, half_width;
    double allowed; /* the half-width that would do; 0 where only a relative one of nothing is asked for */
    bool met;
    double replications; /* about how many are needed; infinite where no number is enough */
};

/* The boundary after `chunks`: the number of chunks at which a run is judged next. */
uint64_t precision_next(uint64_t chunks);

/* The quantile of the standard normal for a two-sided interval: 1.96 for 0.95. */
double precision_z(double confidence);

/* Judges an estimate from n replications, of which `tail` make it (n itself where it has no tail). */
struct precision_state precision_judge(const struct precision_goal *goal, double estimate, double half_width, double n,
                                       double tail);

/* Half-widths: of a mean; of a probability (Wilson 1927). */
double precision_of_mean(const struct moments *moments, double confidence);
double precision_of_probability(const struct moments *moments, double confidence);

#endif
