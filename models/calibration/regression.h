/* models/calibration/regression.h -- a line through pairs of figures, such as the elasticity of one to another.
 *   y_t = a + b x_t + e_t
 * by least squares; the standard error of b allows for residuals that vary in size and hang together in time (Newey and
 * West 1987): with u_t = (x_t - mean) e_t and Bartlett weights,
 *   Var b = n/(n-2) (G_0 + 2 sum_{k=1..L} (1 - k/(L+1)) G_k) / (sum (x_t - mean)^2)^2,   G_k = sum_t u_t u_{t-k}
 * L is the whole part of 4 (n/100)^(2/9) (Newey and West 1994).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_REGRESSION_H
#define ZHOL_REGRESSION_H

#include <stdbool.h>
#include <stddef.h>

enum { REGRESSION_LEAST = 10 };

struct regression {
    size_t n, lags;   /* pairs, and L */
    double slope, se; /* b */
    double low, high; /* 95 %: Student's t of n - 2 degrees of freedom */
    double r2;
};

/* False: x or y do not vary, or there are fewer than REGRESSION_LEAST pairs. */
bool regression_line(size_t n, const double x[], const double y[], struct regression *regression);

/* The correlation of pairs and its interval of 95 %, tanh(atanh r -+ 1.96 / sqrt(n - 3)) (Fisher 1921). False as above. */
struct regression_correlation {
    size_t n;
    double r, low, high;
};
bool regression_correlate(size_t n, const double x[], const double y[], struct regression_correlation *correlation);

#endif
