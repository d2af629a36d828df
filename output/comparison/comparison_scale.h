/* output/comparison/comparison_scale.h -- in which units tables of a comparison write its numbers.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_COMPARISON_SCALE_H
#define ZHOL_COMPARISON_SCALE_H

#include "output/comparison/comparison.h"

/* How numbers of an outcome are written. */
struct comparison_scale {
    char unit[48];
    double divisor;
};
/* The unit that suits all that is shown of an outcome, by year or over the horizon as the period is. */
struct comparison_scale comparison_scale(const struct comparison *comparison, size_t outcome, size_t period);

/* The size of a number that is shown; 0 where there is none. */
double comparison_scale_magnitude(double value);

#endif
