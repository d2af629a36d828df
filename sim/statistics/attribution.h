/* sim/statistics/attribution.h -- what decides a number: how much of its variance each of many factors explains, with
 * errors, and which of them do so by more than chance.
 *
 * A factor is one column of numbers, or several that belong together. Shares are those of a linear regression on all columns
 * (shares.h), less what chance explains; they add up to what the regression explains without bias. Intervals of 95 % are +-
 * t times the standard deviation of ATTRIBUTION_RESAMPLES bootstraps, each of as many blocks of rows as there are, drawn with
 * replacement (Efron 1979; of blocks, because their products are known, gram.h).
 *
 * That a factor adds to all others is tested by its F, whose p-values are in turn ranked among those of all factors in
 * ATTRIBUTION_PERMUTATIONS orders of y, which no factor decides; rates of false discovery by discovery.h.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_ATTRIBUTION_H
#define ZHOL_ATTRIBUTION_H

#include "sim/statistics/shares.h"

#include "sim/core/fault.h"

#include <stdbool.h>

enum { ATTRIBUTION_RESAMPLES = 200, ATTRIBUTION_PERMUTATIONS = 400, ATTRIBUTION_ORDERS = 32 };

/* What there is to explain, and by what. */
struct attribution_table {
    size_t rows;
    struct shares_factors factors;
    const float *const *column; /* [factors.columns][rows], without NaN */
    const bool *known;          /* [factors.columns] what could be known, beside chance */
    const bool *single;         /* [factors] whether its first column stands for it in what is of one column */
    const double *y;            /* [rows] without NaN; varies */
    uint64_t seed;
};

/* An estimate with its interval of 95 %; NaN: not known. */
struct attribution_value {
    double estimate, low, high;
};

struct attribution_factor {
    struct attribution_value share;       /* of the variance; they add up */
    double last;                          /* share that it adds to all others, less what chance adds */
    struct attribution_value first_order; /* first_order.h; of its first column, if single */
    struct attribution_value
        partial; /* rank correlation, less what the others explain; of its first column, if single */
    double p, q; /* of adding nothing: p-value, and rate of false discovery */
};

struct attribution {
    size_t factors;
    struct attribution_factor *factor;
    struct attribution_value explained; /* by all columns */
    struct attribution_value knowledge; /* by those that could be known, alone */
    struct attribution_value chance;    /* by the others, beyond those */
    struct attribution_value left;      /* by none */
    double foreseen, ranks_foreseen;    /* share of the variance foreseen in rows left out: of values, of ranks */
    double ridge;                       /* at which it is */
};

/* How many rows so many columns need at least. */
size_t attribution_rows(size_t columns);
/* Works it out. rows is at least attribution_rows. Same table, same bits. */
MUST_CHECK struct fault *attribution_of(const struct attribution_table *table, struct attribution *attribution);
void attribution_free(struct attribution *attribution);

#endif
