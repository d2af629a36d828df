/* sim/statistics/first_order.h -- the share of the variance of y that one variable alone would remove, whatever the shape
 * of the dependence: the first-order index of Sobol' from given data.
 *
 *     S = Var(E(y | x)) / Var(y)
 *
 * By the means of y in bins of equally many values of x, equal ones in one bin (Plischke, Borgonovo and Smith 2013). What bins have
 * by chance, (bins - 1)/(n - 1) of the variance, is taken off; what the mean varies within a bin is added, a twelfth of the
 * square of its change from bin to bin. The error is that of the influence function of S.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_FIRST_ORDER_H
#define ZHOL_FIRST_ORDER_H

#include <stddef.h>

enum { FIRST_ORDER_BINS = 32 };

struct first_order {
    double index, standard_error;
};
/* Of `count` ranks of x from 1 (ranks.h) and values y. NaN where y does not vary. */
struct first_order first_order_of(size_t count, const float rank[], const double y[]);

#endif
