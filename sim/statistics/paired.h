/* sim/statistics/paired.h -- how two runs on the same random numbers differ, replication by replication; and how two
 * differ of which only the statistics are known.
 *
 * All differences are value - base, all intervals are of 95 %.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_PAIRED_H
#define ZHOL_PAIRED_H

#include "sim/core/outcome.h"
#include "sim/statistics/quantiles.h"

#include <stdbool.h>
#include <stddef.h>

/* Parts of the replications for the error of a difference of quantiles. */
enum { PAIRED_SECTIONS = 16 };

/* Of the pairs: replications that have a value in both. Numbers that are not known are NaN. */
struct paired {
    bool known;    /* there is anything to compare */
    bool same;     /* there are pairs, and every one is exactly equal */
    double paired; /* 1: by replication; 0: from the statistics of both, as if their draws were independent */
    double count;  /* pairs; of what is not paired the values of the side that has fewer */
    double base_mean, value_mean;
    double mean;           /* of the differences */
    double low, high;      /* its interval, by Student's t */
    double standard_error; /* sd / sqrt(count); NaN below 2 pairs */
    double sd;             /* of the differences */
    double rounding;       /* what the single precision of the samples can make of the mean, at most */
    double saving;         /* (s_base^2 + s_value^2) / sd^2 */
    /* Shares of the pairs, by Wilson; NaN where neither more nor less is better, but for `equal`: closer than the
     * rounding of both. */
    struct probability_estimate better, equal, worse;
};

/* The difference of the means of a tail. */
struct tail_difference {
    double estimate, low, high, standard_error;
};

/* What is asked, and where what depends on it goes. */
struct paired_parts {
    struct quantile_estimate *quantile;            /* [quantiles] of the differences, rounded to single precision */
    struct quantile_estimate *quantile_difference; /* [quantiles] of the value less that of the base */
    struct tail_difference *tail;                  /* [levels] */
};

/* Room for pairs of up to `count` replications. */
struct paired_work {
    float *value, *base, *difference, *select;              /* [count] */
    double *number[3];                                      /* [count] */
    double *edge, *squares;                                 /* [quantiles + levels] */
    struct quantile_estimate *of_value, *of_base, *section; /* [quantiles + levels] */
    struct cvar_estimate *tail_value, *tail_base;           /* [levels] */
};
MUST_CHECK struct fault *paired_work_init(struct paired_work *work, size_t count, const struct quantiles_asked *asked);
void paired_work_free(struct paired_work *work);

/* Compares samples in single precision, subtracted in double. A replication that is NaN in either leaves the pair.
 *   mean        by Student's t
 *   quantiles of the differences: order statistics with distribution-free bounds (quantiles.h)
 *   differences of quantiles: sectioning (Asmussen and Glynn 2007, III.5; Nakayama 2014): the same of each of
 *               PAIRED_SECTIONS runs of consecutive pairs, D_j; D +- t sqrt(sum (D_j - D)^2 / (k (k - 1))), k - 1
 *               degrees of freedom; NaN where a section has fewer than 3 values beyond the quantile
 *   tails       D +- 1.96 sd(psi_value - psi_base) / sqrt(n), psi = (x - q)^+ / share of a tail above q: the influence
 *               function of the mean of a tail (Trindade, Uryasev, Shapiro and Zrazhevsky 2007); q the quantile of the
 *               level; NaN below two points
 * `work` has room for `count`. */
struct paired paired_compare(size_t count, const float value[], const float base[], enum outcome_better better,
                             const struct quantiles_asked *asked, struct paired_work *work,
                             const struct paired_parts *parts);

/* What is known of one outcome in one period of a run without its samples. */
struct summary {
    double count, mean, standard_error;
    const struct quantile_estimate *quantile; /* [quantiles]; NULL: not known at the probabilities asked */
    const struct cvar_estimate *tail;         /* [levels]; NULL: likewise */
};

/* Compares two runs of independent draws: means with the degrees of freedom of Welch (1947); quantiles by the bounds of
 * both, sqrt of the sum of squares of what they leave on each side (Zou and Donner 2008); tails by the sum of squared
 * standard errors. Where the draws are the same after all the errors are mostly too wide, since what is common to both
 * is counted. */
struct paired paired_unpaired(const struct summary *value, const struct summary *base,
                              const struct quantiles_asked *asked, const struct paired_parts *parts);

/* Whether the mean difference is no more than rounding. */
bool paired_is_rounding(const struct paired *paired);

#endif
