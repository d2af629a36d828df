/* sim/statistics/pit.h -- where in its forecast a figure fell: the probability integral transform F(y), which is uniform
 * on 0 to 1 if the forecasts are the law of what happens (Dawid 1984).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_PIT_H
#define ZHOL_PIT_H

#include <stddef.h>

/* The share of draws, ascending, that are less than y, with half of those that are equal: 0 below all of them, 1 above.
 * NaN without a draw. */
double pit_of_ensemble(size_t count, const double ascending[], double y);

/* The place of y on the straight lines between quantiles, both ascending; below the first and above the last all that is
 * known is which: *beyond is then -1 or 1, else 0, and the value that of the end. NaN without quantiles. */
double pit_of_quantiles(size_t count, const double p[], const double quantile[], double y, int *beyond);

/* How many of the values, of which NaN are left out, fall into each of `bins` equal parts of 0 to 1. */
void pit_histogram(size_t count, const double value[], size_t bins, size_t held[]);

#endif
