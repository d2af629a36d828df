/* sim/statistics/benefit_cost.h -- the benefit-cost ratio of a variant against its base.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_BENEFIT_COST_H
#define ZHOL_BENEFIT_COST_H

#include <stddef.h>

/* With the interval of 95 %; all NaN: not known. */
struct benefit_cost {
    double ratio, low, high;
};

struct benefit_cost benefit_cost_unknown(void);

/* The path of the costs that a net value holds, such as npv.costs of npv.national; NULL: it is no such value. */
const char *benefit_cost_outcome(const char *net);

/* The samples of one outcome in the variant and in the base. */
struct benefit_cost_sides {
    const float *value, *base; /* [count] */
};

/* Over the pairs with a finite value in all four: c = costs of the variant less those of the base, b = what the net
 * value gains and c, R = mean of b / mean of c; R +- t sd(b - R c) / (sqrt(n) mean of c), n - 1 degrees of freedom, the
 * delta method for a ratio of means (Cochran 1977, 6.3 and 6.4). Not known unless the mean of c is surely positive:
 * beyond its interval of 95 % and the rounding of its samples.
 *   benefit, cost  [count], room */
struct benefit_cost benefit_cost_of(size_t count, struct benefit_cost_sides net, struct benefit_cost_sides costs,
                                    double benefit[], double cost[]);

#endif
