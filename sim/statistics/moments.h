/* sim/statistics/moments.h -- moments of values, and of two sets of values together.
 *
 * Kept as (count, mean, sums of 2nd to 4th powers of deviations, least, greatest); two are combined without seeing the
 * values again (Chan, Golub and LeVeque 1979; Pebay 2008).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_MOMENTS_H
#define ZHOL_MOMENTS_H

#include "sim/core/lanes.h"

#include <stddef.h>

/* With count 0 the mean, the least and the greatest are NaN. An infinite value makes the mean and the sums infinite or
 * NaN. */
struct moments {
    double count; /* values that are defined */
    double mean;
    double m2, m3, m4; /* sums of powers of deviations from the mean; exactly 0 where all values are equal */
    double min, max;
    double undefined; /* values that are NaN, left out of the above */
};

struct moments moments_none(void);
/* Of `count` values, mask[i] false left out altogether (an invalid replication; mask NULL: none), NaN counted as
 * undefined. Fixed order: lane i mod LANES is summed over i, then the lanes in halves. */
struct moments moments_of(size_t count, const double value[], const unsigned char mask[]);
/* The same bits as out[c] = moments_of(LANES, value[c], mask) for each cell, faster. */
void moments_of_lanes(size_t cells, const double (*value)[LANES], const unsigned char mask[LANES],
                      struct moments out[]);
/* A side without values gives the other bit for bit (the undefined are added). */
struct moments moments_combine(struct moments left, struct moments right);
/* The same into *out, which may be one of the two. */
void moments_merge(const struct moments *left, const struct moments *right, struct moments *out);
double moments_sd(const struct moments *moments);             /* with n - 1; NaN below 2 values */
double moments_standard_error(const struct moments *moments); /* of the mean */
double moments_skewness(const struct moments *moments);       /* m3/n / (m2/n)^1.5; NaN where m2 = 0 */
double moments_kurtosis(const struct moments *moments);       /* m4/n / (m2/n)^2, 3 for a normal; NaN where m2 = 0 */

#endif
