/* sim/statistics/shares.h -- the variance that a regression explains, divided among factors of one or several columns.
 *
 * The share of a factor is the mean, over orders in which factors enter, of what it adds to R2 (Shapley 1953; of
 * regressors Lindeman, Merenda and Gold 1980): the shares add up to R2 whatever the correlations, and what factors have in
 * common is divided among them. The orders are drawn and each is also taken backwards: that is exact where no more than two
 * factors overlap at once (a game of pairs), and of factors without correlations in any case.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_SHARES_H
#define ZHOL_SHARES_H

#include <stddef.h>
#include <stdint.h>

/* The columns by factor: those of factor f are column[first[f]] .. column[first[f + 1] - 1]. */
struct shares_factors {
    size_t columns, factors;
    const size_t *first;  /* [factors + 1] */
    const size_t *column; /* [columns] */
};

/* Adds to share[factors] what each adds in an order, and in the order backwards. `correlation` is of the columns and y, the
 * last: [columns + 1][columns + 1]; `work` is room for (columns + 1) (columns + 2) numbers. */
void shares_add(const struct shares_factors *factors, const double correlation[], const uint32_t order[], double work[],
                double share[]);
/* R2 of some of the columns. The same room. */
double shares_explained(size_t columns, const double correlation[], size_t some, const size_t column[], double work[]);

#endif
