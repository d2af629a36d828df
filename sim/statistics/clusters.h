/* sim/statistics/clusters.h -- what is known from figures that come in clusters, such as the years of one series: figures
 * of a cluster move together, so that it is clusters that count as independent.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_CLUSTERS_H
#define ZHOL_CLUSTERS_H

#include "sim/core/fault.h"

#include <stddef.h>
#include <stdint.h>

struct cluster_estimate {
    double estimate, low, high; /* the bounds of 95 % */
};

/* The share of hits among `figure[c]` figures of each cluster, of which `hit[c]` are hits; clusters without figures are
 * left out. The bounds are those of Clopper and Pearson for so many independent figures as say as much (Korn and Graubard
 * 1998): p (1 - p) over the variance of the share between clusters, times the square of the ratio of Student's t of all
 * figures less one to that of all clusters less one, and no more than there are; where all or none are hits, so many as
 * there are clusters. All NaN without figures; the bounds 0 and 1 of a single cluster. */
struct cluster_estimate cluster_share(size_t clusters, const double figure[], const double hit[]);

/* The mean of values, one of each cluster, of which NaN are left out; the bounds are the 2.5 and 97.5 % quantiles of the
 * means of CLUSTER_RESAMPLES samples of as many clusters, drawn with replacement from the stream of the seed (the
 * percentile bootstrap; Efron 1979). Fewer than CLUSTER_LEAST say too little for that: the bounds are NaN. */
enum { CLUSTER_RESAMPLES = 4000, CLUSTER_LEAST = 5 };
MUST_CHECK struct fault *cluster_mean(size_t clusters, const double value[], uint64_t seed,
                                      struct cluster_estimate *mean);

#endif
