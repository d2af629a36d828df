/* sim/statistics/least_squares.h -- how much of the variance of one column the others explain, together and each in
 * addition to all others, from correlations.
 *
 * Of standardised columns x with correlations R among each other and r with y, and n rows:
 *   coefficients   b = R^-1 r
 *   explained      R2 = r' b, biased by what chance explains; R2 - (1 - R2) p / (n - p - 1) is not (Ezekiel 1930)
 *   last share     of a group g of columns: R2 less that without g, b_g' (R^-1)_gg^-1 b_g
 *   partial        correlation of y with x_j, both less what the others explain of them: b_j / sqrt(b_j^2 + (R^-1)_jj (1 - R2))
 *                  (of ranks: PRCC; Iman and Conover 1979, Helton and Davis 2003)
 * A little is added to the diagonal (ridge; Hoerl and Kennard 1970), so that what is the same twice does no harm.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_LEAST_SQUARES_H
#define ZHOL_LEAST_SQUARES_H

#include "sim/core/fault.h"
#include "sim/statistics/gram.h"

#include <stdbool.h>
#include <stddef.h>

#define LEAST_SQUARES_RIDGE 1e-7

struct least_squares {
    size_t size;     /* p */
    double *inverse; /* [size][size] */
    double *b;       /* [size] */
    double explained;
};

/* From the correlations of the columns, of which the last is y: [size + 1][size + 1]. */
MUST_CHECK struct fault *least_squares_init(size_t size, const double correlation[], double ridge,
                                            struct least_squares *fit);
void least_squares_free(struct least_squares *fit);
/* The partial correlation of column j. */
double least_squares_partial(const struct least_squares *fit, size_t j);

/* Replaces the matrix [size][size], of which what is on and above the diagonal counts, by U with U'U = matrix there. A pivot that
 * vanishes beside what it was becomes a column of 0. */
void least_squares_factorise(size_t size, double matrix[]);

/* What is unbiased: R2 less what p columns explain by chance in n rows. */
double least_squares_unbiased(double explained, size_t p, double n);

/* The share that a group of columns adds to all others. U of (R^-1)_gg is kept, so that many y are soon done. */
struct least_squares_group {
    size_t size;
    const size_t *column;
    double *factor; /* [size][size] */
};
MUST_CHECK struct fault *least_squares_group_init(const struct least_squares *fit, size_t size, const size_t column[],
                                                  struct least_squares_group *group);
void least_squares_group_free(struct least_squares_group *group);
/* For the coefficients b, [p] in all. `work` has room for the group. */
double least_squares_last(const struct least_squares_group *group, const double b[], double work[]);

/* The share of the variance of y that is foreseen in rows that the fit does not know: tenths of the blocks are left out in turn (Stone
 * 1974), for the best of a few ridges, which is given too. */
enum { LEAST_SQUARES_FOLDS = 10 };
struct least_squares_foresight {
    double explained, ridge;
};
MUST_CHECK struct fault *least_squares_foresee(const struct gram *gram, struct least_squares_foresight *foresight);

#endif
