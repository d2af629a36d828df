/* sim/statistics/hac.h -- the mean of a series whose values depend on those before, such as the scores of forecasts that
 * overlap: an interval that is consistent under heteroskedasticity and autocorrelation.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_HAC_H
#define ZHOL_HAC_H

#include <stddef.h>

struct hac_estimate {
    double mean, standard_error, low, high; /* the bounds of 95 %; NaN below 2 values */
    size_t lags;
};

/* The variance of the mean is the sum over lags of autocovariances with Bartlett's weights 1 - l / (lags + 1), over n
 * (Newey and West 1987). The critical value is the one that takes the share b = (lags + 1) / n for what it is (Kiefer and
 * Vogelsang 2005: 1.9600 + 2.9694 b + 0.4160 b^2 - 0.5324 b^3), not that of the normal, which is too small. */
struct hac_estimate hac_mean(size_t count, const double value[], size_t lags);

struct hac_share {
    double share, low, high; /* the bounds of 95 % */
    double as_many;          /* independent values that say as much */
};

/* The share of values that are 1, of values that are 0 or 1, of forecasts `horizon` steps ahead. The bounds are those of
 * Clopper and Pearson for so many independent values as say as much: share (1 - share) over the variance of the mean,
 * times the square of 1.96 over the critical value above, no more than there are; where all or none are 1, so many as do
 * not overlap. NaN below 2 values. */
struct hac_share hac_share_of(size_t count, const double value[], size_t lags, size_t horizon);

/* How many lags: 1.3 sqrt(n), rounded up (Lazarus, Lewis, Stock and Watson 2018), no fewer than those in which forecasts
 * `horizon` steps ahead overlap, and fewer than n. */
size_t hac_lags(size_t count, size_t horizon);

#endif
