/* sim/core/statistics.h -- statistics whose bits do not depend on who computed what first.
 *
 * Moments of n values are kept as (count, mean, sums of 2nd to 4th powers of deviations, least, greatest) and combined
 * pairwise (Chan, Golub and LeVeque 1979; Pebay 2008) along one fixed binary tree: node (level, index) covers leaves
 * index * 2^level to (index + 1) * 2^level - 1, and only siblings are combined.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_STATISTICS_H
#define ZHOL_STATISTICS_H

#include "sim/core/fault.h"

#include <stddef.h>
#include <stdint.h>

struct moments {
    double count; /* values that are defined */
    double mean;
    double m2, m3, m4; /* sums of powers of deviations from the mean */
    double least, greatest;
    double undefined; /* values that are NaN, left out of the above */
};

struct moments moments_none(void);
/* Of `count` values, mask[i] false left out altogether (an invalid replication), NaN counted as undefined. Fixed order. */
struct moments moments_of(size_t count, const double value[], const unsigned char mask[]);
struct moments moments_combine(struct moments left, struct moments right);
double moments_sd(const struct moments *moments);             /* with n - 1; NaN below 2 values */
double moments_standard_error(const struct moments *moments); /* of the mean */
double moments_skewness(const struct moments *moments);       /* m3/n / (m2/n)^1.5; NaN where m2 = 0 */
double moments_kurtosis(const struct moments *moments);       /* m4/n / (m2/n)^2, 3 for a normal */

/* The fixed reduction tree over nodes of `width` moments each. Leaves (chunks) may be delivered in any order and by any thread;
 * holds at most about 2 log2(leaves) nodes when they come nearly in order. */
struct reduction;
MUST_CHECK struct fault *reduction_open(size_t width, struct reduction **reduction);
void reduction_close(struct reduction *reduction);
/* Delivers node (level, index); copies node[width]. Each leaf must be covered exactly once. */
MUST_CHECK struct fault *reduction_deliver(struct reduction *reduction, unsigned level, uint64_t index,
                                           const struct moments node[]);
/* Delivers the last chunk, which is not full: never combined upward before reduction_total. At most one, after all. */
MUST_CHECK struct fault *reduction_deliver_last(struct reduction *reduction, const struct moments node[]);
/* The total of all that was delivered: the complete nodes from right to left, the incomplete chunk first. */
MUST_CHECK struct fault *reduction_total(struct reduction *reduction, struct moments total[]);
/* The complete nodes now held, in order of their leaves. For checkpoints and shards. */
size_t reduction_nodes(const struct reduction *reduction);
void reduction_node(const struct reduction *reduction, size_t which, unsigned *level, uint64_t *index,
                    const struct moments **node);

/* Quantiles of single-precision samples: order statistic ceil(n p), and the 95 % distribution-free bounds of model section
 * 8 (exact binomial where n p (1 - p) < 20). NaN entries are left out. Exact selection; reorders nothing; needs `work[count]`.
 * Ranks out of the sample give the extremes. With no values all are NaN. */
struct quantile_estimate {
    double estimate, low, high;
};
void statistics_quantiles(size_t count, const float sample[], float work[], size_t asked, const double p[],
                          struct quantile_estimate out[]);
/* The ranks (from 1) of the above for n values; low 0 or high n + 1 mean that the bound lies outside the sample. */
void statistics_quantile_ranks(uint64_t n, double p, uint64_t *rank, uint64_t *low, uint64_t *high);

#endif
