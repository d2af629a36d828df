/* sim/statistics/quantiles.h -- quantiles of samples, with bounds that hold whatever the distribution, and the means of
 * their tails; moments.h, reduction.h, tail.h and probability.h are the rest of the statistics.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_QUANTILES_H
#define ZHOL_QUANTILES_H

#include "sim/core/fault.h"
#include "sim/statistics/moments.h"
#include "sim/statistics/probability.h"
#include "sim/statistics/reduction.h"
#include "sim/statistics/tail.h"

#include <stddef.h>
#include <stdint.h>

/* Quantiles of single-precision samples: order statistic ceil(n p), and the 95 % distribution-free bounds
 * (normal approximation of the ranks, exact binomial where n p (1 - p) < 20). NaN entries are left out, infinities are
 * values, -0 stands before +0. Exact selection; leaves the sample as it is; needs `work[count]`. A bound outside the
 * sample is -INFINITY or INFINITY: nothing is known there. With no values, or p not in [0, 1], all are NaN. */
#define QUANTILE_CONFIDENCE 0.95
struct quantile_estimate {
    double estimate, low, high;
};
void quantiles_estimate(size_t count, const float sample[], float work[], size_t asked, const double p[],
                        struct quantile_estimate out[]);
/* The same and the tails of the levels, in one selection. Of levels not in (0, 1), all is NaN. */
struct quantiles_asked {
    size_t quantiles;
    const double *p;
    size_t levels;
    const double *level;
};
void quantiles_and_tails(size_t count, const float sample[], float work[], const struct quantiles_asked *asked,
                         struct quantile_estimate quantile[], struct cvar_estimate cvar[]);
/* The ranks (from 1) of the above for n values and p in [0, 1]; low 0 or high n + 1 mean that the bound lies outside
 * the sample. n p within 2 DBL_EPSILON n p of a whole number counts as that number, because most decimal p (0.05, 0.07)
 * are not exact in binary: ceil(100 * 0.07) is meant to be 7. p = 0 gives rank 1. With n = 0: rank 0, low 0, high 1. */
void quantile_ranks(uint64_t n, double p, uint64_t *rank, uint64_t *low, uint64_t *high);

#endif
