/* sim/statistics/probability.h -- how probable something is that happened in some of n replications.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_PROBABILITY_H
#define ZHOL_PROBABILITY_H

/* hits / n with the 95 % bounds of Wilson (1927), the p at which a hit rate of hits / n lies 1.96 standard errors away.
 * They stay inside 0 and 1 and are no point where nothing or everything is hit: without hits they are exactly 0 and
 * 3.84 / (n + 3.84), which is wider than the 3 / n of a bound to one side (of which 95 % lie below, not 97.5 %); with
 * hits only, n / (n + 3.84) and exactly 1. All NaN with n = 0. */
struct probability_estimate {
    double estimate, low, high;
};
struct probability_estimate probability_of(double hits, double n);
/* The same with bounds z standard errors away. */
struct probability_estimate probability_within(double hits, double n, double z);

/* The same with the bounds of Clopper and Pearson (1934), which hold at least 95 % of the time: the p at which as many
 * hits or more, or as many or fewer, have 2.5 %. Neither number need be whole: some as_many independent trials may say as
 * much as others that depend on one another. */
struct probability_estimate probability_exact(double hits, double n);

#endif
