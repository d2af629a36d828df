/* sim/statistics/evppi.h -- what it would be worth to know something before choosing: the expected value of partial perfect
 * information.
 *
 *     EVPPI(x) = E_x max_a E(Y_a | x) - max_a E(Y_a)
 *
 * of alternatives a with the values Y_a, on the same draws; more is better (Strong, Oakley and Brennan 2014). E(Y_a | x) is a
 * regression of what each alternative is better than the first by on splines of the ranks of x, a sum over the columns of x, whose
 * number of knots is chosen by cross-validation. One half of the rows chooses, the other values the choice, and the other way round:
 * so that what chance makes look best is not counted as gain. The estimate is that of the choice that was found, and so at
 * most the EVPPI in the mean; where x does not matter it is 0 but for chance. It can be less than 0.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_EVPPI_H
#define ZHOL_EVPPI_H

#include "sim/core/fault.h"

#include <stddef.h>

/* Of more columns the regression is linear in ranks. */
enum { EVPPI_BENT = 24 };

struct evppi {
    double value, standard_error;
};
/* value[alternatives][rows], rank[columns][rows] from 1 (ranks.h), no NaN; rows at least 10 (columns + 1). */
MUST_CHECK struct fault *evppi_of(size_t rows, size_t alternatives, const double *const value[], size_t columns,
                                  const float *const rank[], struct evppi *evppi);

#endif
