/* sim/core/statistics.h -- statistics whose bits do not depend on who computed what first.
 *
 * Moments of n values are kept as (count, mean, sums of 2nd to 4th powers of deviations, least, greatest) and combined
 * pairwise (Chan, Golub and LeVeque 1979; Pebay 2008) along one fixed binary tree: node (level, index) covers leaves
 * index * 2^level to (index + 1) * 2^level - 1, and only siblings are combined.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_STATISTICS_H
#define ZHOL_STATISTICS_H

#include "sim/core/fault.h"
#include "sim/core/lanes.h"

#include <stddef.h>
#include <stdint.h>

/* With count 0 the mean, the least and the greatest are NaN. An infinite value makes the mean and the sums infinite or NaN. */
struct moments {
    double count; /* values that are defined */
    double mean;
    double m2, m3, m4; /* sums of powers of deviations from the mean; exactly 0 where all values are equal */
    double least, greatest;
    double undefined; /* values that are NaN, left out of the above */
};

struct moments moments_none(void);
/* Of `count` values, mask[i] false left out altogether (an invalid replication; mask NULL: none), NaN counted as undefined.
 * Fixed order: lane i mod LANES is summed over i, then the lanes in halves. */
struct moments moments_of(size_t count, const double value[], const unsigned char mask[]);
/* The same bits as out[c] = moments_of(LANES, value[c], mask) for each cell, faster. */
void moments_of_lanes(size_t cells, const double (*value)[LANES], const unsigned char mask[LANES], struct moments out[]);
/* A side without values gives the other bit for bit (the undefined are added). */
struct moments moments_combine(struct moments left, struct moments right);
double moments_sd(const struct moments *moments);             /* with n - 1; NaN below 2 values */
double moments_standard_error(const struct moments *moments); /* of the mean */
double moments_skewness(const struct moments *moments);       /* m3/n / (m2/n)^1.5; NaN where m2 = 0 */
double moments_kurtosis(const struct moments *moments);       /* m4/n / (m2/n)^2, 3 for a normal; NaN where m2 = 0 */

/* The fixed reduction tree over nodes of `width` moments each. Leaves (chunks) may be delivered in any order and by any thread;
 * holds at most about 2 log2(leaves) nodes when they come nearly in order. */
struct reduction;
MUST_CHECK struct fault *reduction_open(size_t width, struct reduction **reduction);
void reduction_close(struct reduction *reduction);
/* Delivers node (level, index); copies node[width]. Each leaf must be covered exactly once: a node that overlaps one that
 * is held is a fault (overlaps with a node that is being combined at that moment are not seen). */
MUST_CHECK struct fault *reduction_deliver(struct reduction *reduction, unsigned level, uint64_t index,
                                           const struct moments node[]);
/* The same without the copy: ask for a node to fill, [width] with any contents, then hand it over. The handing over ends the
 * caller's ownership, whatever it returns; a node that is not handed over is freed by free(). */
MUST_CHECK struct fault *reduction_borrow(struct reduction *reduction, struct moments **node);
MUST_CHECK struct fault *reduction_hand_over(struct reduction *reduction, unsigned level, uint64_t index,
                                             struct moments *node);
/* Delivers the last chunk, which is not full: never combined upward before reduction_total. At most one. */
MUST_CHECK struct fault *reduction_deliver_last(struct reduction *reduction, const struct moments node[]);
/* The total of all that was delivered: the complete nodes from right to left, the incomplete chunk first. */
MUST_CHECK struct fault *reduction_total(struct reduction *reduction, struct moments total[]);
/* Forgets all that was delivered and keeps the memory. */
void reduction_clear(struct reduction *reduction);
/* The complete nodes now held, in order of their leaves. For checkpoints and shards. Not beside a delivery. */
size_t reduction_nodes(const struct reduction *reduction);
void reduction_node(const struct reduction *reduction, size_t which, unsigned *level, uint64_t *index,
                    const struct moments **node);

/* Quantiles of single-precision samples: order statistic ceil(n p), and the 95 % distribution-free bounds of model section
 * 8 (exact binomial where n p (1 - p) < 20). NaN entries are left out, infinities are values, -0 stands before +0. Exact
 * selection; leaves the sample as it is; needs `work[count]`. A bound outside the sample is -INFINITY or INFINITY: nothing
 * is known there. With no values, or p not in [0, 1], all are NaN. */
struct quantile_estimate {
    double estimate, low, high;
};
void statistics_quantiles(size_t count, const float sample[], float work[], size_t asked, const double p[],
                          struct quantile_estimate out[]);
/* The ranks (from 1) of the above for n values and p in [0, 1]; low 0 or high n + 1 mean that the bound lies outside the
 * sample. n p within 2 DBL_EPSILON n p of a whole number counts as that number, because most decimal p (0.05, 0.07) are not
 * exact in binary: ceil(100 * 0.07) is meant to be 7. p = 0 gives rank 1. With n = 0: rank 0, low 0, high 1. */
void statistics_quantile_ranks(uint64_t n, double p, uint64_t *rank, uint64_t *low, uint64_t *high);

#endif
