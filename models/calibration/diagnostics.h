/* models/calibration/diagnostics.h -- whether standardised innovations are what a fitted process says: independent and
 * normal. Pure functions of numbers, of which those that are NaN are left out.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_DIAGNOSTICS_H
#define ZHOL_DIAGNOSTICS_H

#include <stddef.h>

struct diagnostic {
    double statistic;
    size_t freedom; /* degrees of freedom of its chi^2 law */
    double p;       /* the probability of as much or more where the process is right; NaN: too few figures */
};

/* Ljung and Box 1978: Q = n (n + 2) sum_k r_k^2 / (n - k), k = 1 .. lags, chi^2 of lags - fitted degrees. A pair of
 * which one is lacking is left out of its r_k. */
struct diagnostic diagnostic_ljung_box(size_t count, const double e[], size_t lags, size_t fitted);

/* Jarque and Bera 1980: n (skewness^2 / 6 + excess kurtosis^2 / 24), chi^2 of 2 degrees. */
struct diagnostic diagnostic_jarque_bera(size_t count, const double e[]);

/* The lags of a portmanteau test: min(10, n / 5), at least 1. */
size_t diagnostic_lags(size_t n);

#endif
