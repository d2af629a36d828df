/* models/calibration/linear_process.h -- a linear process in continuous time, and what it does over a period.
 *
 *   dz = (A z + b beta) dt + dW,   Cov dW = sigma^2 Q dt,   y = h' z
 * Every process that is fitted is of this kind on the log of a price or volume, or on a level: beta is its one linear
 * parameter (a drift or a mean), sigma its scale. Beside z stands J, the integral of y since the period began, so that
 * the mean of y over the period is J / T: figures that are means are modelled as means. They are not as the process at
 * points: averaging a random walk gives its differences an autocorrelation of 1/4 (Working 1960).
 * Knows nothing of data, files or drivers.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_LINEAR_PROCESS_H
#define ZHOL_LINEAR_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

enum { LINEAR_STATES = 2, LINEAR_SIZE = LINEAR_STATES + 1 };

struct linear_process {
    size_t states;                              /* 1 or 2 */
    double a[LINEAR_STATES][LINEAR_STATES];     /* A, 1/yr */
    double q[LINEAR_STATES][LINEAR_STATES];     /* Q, of a year, for sigma = 1 */
    double observe[LINEAR_STATES];              /* h */
    bool has_beta;                              /* false: no linear parameter */
    double column[LINEAR_STATES];               /* b */
    double prior[LINEAR_STATES][LINEAR_STATES]; /* covariance of what has a stationary law, for sigma = 1 */
    double diffuse[LINEAR_STATES];              /* the direction of which nothing is known before the first figure */
};

/* Over a period: s' = F (z, 0) + c beta + e, Cov e = sigma^2 V, of s = (z, J). Rows and columns beyond `states` but for
 * J, which stands last at LINEAR_STATES, are 0. */
struct linear_transition {
    double years; /* T, the length of the period */
    double f[LINEAR_SIZE][LINEAR_SIZE];
    double c[LINEAR_SIZE];
    double v[LINEAR_SIZE][LINEAR_SIZE];
};

/* Exact for a period of so many months: a month by the matrix exponential (Van Loan 1978), further ones by composition. */
void linear_process_over(const struct linear_process *process, int months, struct linear_transition *transition);

#endif
