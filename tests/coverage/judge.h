/* tests/coverage/judge.h -- what coverage must be, where that is known, and whether it is what was found.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_JUDGE_H
#define ZHOL_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

/* The coverage of the bounds of a quantile q of which P(X <= q) is at_most and P(X < q) is less. */
double judge_quantile_coverage(size_t n, double p, double at_most, double less);
/* Of Wilson's bounds. */
bool judge_wilson_covers(size_t n, double p, double hits);
double judge_wilson_coverage(size_t n, double p);

/* Whether the truth lies within 1.96 standard errors. */
bool judge_covers(double estimate, double standard_error, double truth);

/* Prints in how many per cent of the runs the truth was covered, and judges where something is expected (not NaN): to
 * the binomial error of the runs. Without runs it prints "-". */
void judge(size_t runs, size_t covered, double expected);
/* The same of what may cover more often, but not less. */
void judge_at_least(size_t runs, size_t covered, double expected);
/* Whether anything was wrong so far. */
bool judge_failed(void);

#endif
