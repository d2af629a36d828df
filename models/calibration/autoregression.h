/* models/calibration/autoregression.h -- several series fitted jointly: x_{t+1} = c + A x_t + e, the driver `var`.
 * Least squares, which is maximum likelihood given the first figures. Where the series are few, A is biased towards
 * faster return: the estimate is that of the jackknife of two halves (Quenouille 1956), 2 A - (A_1 + A_2) / 2, as long
 * as it has a long run; c, the residuals and the standard errors are those that go with it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_AUTOREGRESSION_H
#define ZHOL_AUTOREGRESSION_H

#include "sim/core/fault.h"

#include <stdbool.h>
#include <stddef.h>

enum { AUTOREGRESSION_MOST = 8 };

struct autoregression {
    size_t n, steps; /* variables; pairs of months */
    bool corrected;  /* A is that of the jackknife */
    double a[AUTOREGRESSION_MOST][AUTOREGRESSION_MOST], se[AUTOREGRESSION_MOST][AUTOREGRESSION_MOST];
    double c[AUTOREGRESSION_MOST];
    double sigma[AUTOREGRESSION_MOST];                            /* standard deviations of e */
    double correlation[AUTOREGRESSION_MOST][AUTOREGRESSION_MOST]; /* of e */
    double radius;                                                /* the greatest modulus of an eigenvalue of A */
    double log_likelihood;
};

/* x[count][n]: the series side by side, without gaps. FAULT_SCENARIO: too few figures, series that depend on one
 * another, no long run (radius 1 or more). */
MUST_CHECK struct fault *autoregression_fit(size_t count, size_t n, const double x[],
                                            struct autoregression *autoregression);

#endif
