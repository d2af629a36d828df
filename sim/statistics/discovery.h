/* sim/statistics/discovery.h -- which of many p-values are more than chance.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_DISCOVERY_H
#define ZHOL_DISCOVERY_H

#include <stddef.h>

/* q[i]: the least rate of false discoveries at which hypothesis i would be one (Benjamini and Hochberg 1995), min over
 * j >= i of m p_(j) / j in the order of p. Discoveries at 5 % are those of q <= 0.05. order is room for count. */
void discovery_rates(size_t count, const double p[], size_t order[], double q[]);

/* The p-value of a statistic against sorted values of the same without an effect: (1 + those that are at least as great) /
 * (1 + count) (Phipson and Smyth 2010). */
double discovery_p(double statistic, size_t count, const double sorted[]);

#endif
