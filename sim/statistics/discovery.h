/* sim/statistics/discovery.h -- which of many p values are more than chance, at a stated rate of false discoveries.
 *
 * The step-up procedure of Benjamini and Hochberg (1995): of m hypotheses with p values p(1) <= ... <= p(m), those up to the
 * last k with p(k) <= k / m rate are discoveries. Of these a share of at most `rate` is false on average, where the tests
 * are independent or positively dependent (Benjamini and Yekutieli 2001); where nothing differs at all, the chance of any
 * discovery is at most `rate`.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_DISCOVERY_H
#define ZHOL_DISCOVERY_H

#include <stddef.h>

/* q[i]: the least rate of false discoveries at which hypothesis i is one, min over j >= i of p(j) m / j, at most 1. Discoveries
 * at 5 % are those of q <= 0.05. A p value that is NaN is no hypothesis, and its q is NaN. order is room for count. */
void discovery_rates(size_t count, const double p[], size_t order[], double q[]);

/* The two-sided p value of an estimate under the hypothesis that it is 0, by Student's t. 1 of an estimate of exactly 0
 * without an error; 0 of another without an error; NaN where the estimate, its error or the degrees are not known. */
double discovery_of_estimate(double estimate, double standard_error, double degrees);

/* The p value of a statistic against sorted values of the same without an effect: (1 + those that are at least as great) /
 * (1 + count) (Phipson and Smyth 2010). */
double discovery_p(double statistic, size_t count, const double sorted[]);

#endif
