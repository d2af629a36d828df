/* sim/statistics/value_of_information.h -- what it would be worth to know the future before one chooses.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_VALUE_OF_INFORMATION_H
#define ZHOL_VALUE_OF_INFORMATION_H

#include <stdbool.h>
#include <stddef.h>

/* The expected value of perfect information (Raiffa and Schlaifer 1961), in the unit of the values:
 *   V = E max_a Y_a - max_a E Y_a = min_a E R_a,   R_a = max_b Y_b - Y_a, the regret of choice a,
 * with Y turned round where less is better. The mean regret of the choice with the best mean of the same sample,
 * `unsplit`, is too low where the choice is close, because the greatest of estimated means is too great. So each half of
 * the futures (even and odd numbers) chooses, and the other half gives the regret of that choice: `estimate`, which is no
 * less than V in expectation.
 *   high  estimate + z standard errors, with z at 0.975, or, where several may have the best mean (within 3 standard
 *         errors of it), at 0.025 over their number beyond it: which of them looks best is by chance, and its regret small
 *   low   the least of `estimate` - 1.96 standard errors and of the same of every choice's mean regret, one of which
 *         is V; no less than 0
 * Where one choice is the best in every future all are exactly 0. All are NaN below 4 futures, or 2 choices. */
struct value_of_information {
    double estimate, low, high;
    double standard_error;
    double unsplit;
};
/*   value  [choices][count], no NaN
 *   best   [count] by alternatives_best
 *   work   [count] */
struct value_of_information value_of_information(size_t choices, size_t count, const float *const value[],
                                                 const float best[], bool more, double work[]);

#endif
