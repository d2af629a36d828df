/* sim/statistics/dominance.h -- whether one run's distribution of an outcome is better than another's wherever they
 * differ.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_DOMINANCE_H
#define ZHOL_DOMINANCE_H

#include "sim/core/outcome.h"

enum dominance_verdict { DOMINANCE_NOT_ASKED = -2, DOMINANCE_NO = -1, DOMINANCE_UNDECIDED = 0, DOMINANCE_YES = 1 };

struct dominance {
    enum dominance_verdict first, second;           /* of the value over the base, of first and second order */
    enum dominance_verdict base_first, base_second; /* of the base over the value */
};

/* Where more is better, the value dominates if its distribution function is nowhere above that of the base (first
 * order), or its integral from below is not (second order: whoever shuns risk prefers it); where less is better, of the
 * numbers with their signs turned. Both functions lie within e = sqrt(ln(4 / 0.05) / (2 n)) of those of the samples
 * with 95 % (Dvoretzky, Kiefer and Wolfowitz 1956, with the constant of Massart 1990, for two samples at once, whatever
 * their dependence). So
 *   no         the value's function is above that of the base by more than 2 e somewhere
 *   yes        it is below by more than 2 e somewhere, and above nowhere
 *   undecided  otherwise
 * and for integrals 2 e times the distance from the least of all values. First order implies second. Where neither is
 * better, or there are no pairs, nothing is asked.
 *   value, base  [count], no NaN
 *   work         [2 count] */
struct dominance dominance_of(size_t count, const float value[], const float base[], enum outcome_better better,
                              float work[]);

#endif
