/* models/calibration/small_sample.h -- how far estimates of speeds are off where the figures are few.
 *
 * Maximum likelihood takes a process for faster than it is, by some 4 / (length in years) of a reverting one whose mean
 * is not known (Tang and Chen 2009; of an autoregression: Kendall 1954). The law of the estimate is simulated instead of
 * expanded; it depends on phi alone, not on beta, sigma or the level.
 *   one phi    its confidence law by inversion (Andrews 1993; Hansen 1999): the q-quantile is that phi of which simulated
 *              figures have their maximum at or above that of the data with probability q. The median is the estimate.
 *   two        the bootstrap: bias and covariance of what is estimated from figures simulated at the estimate.
 * Simulated figures have the gaps of the data. Same seed, same law.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_SMALL_SAMPLE_H
#define ZHOL_SMALL_SAMPLE_H

#include "models/calibration/estimate.h"

#include <stdint.h>

struct small_sample {
    double phi[PROCESS_PHIS];                     /* corrected */
    double low[PROCESS_PHIS], high[PROCESS_PHIS]; /* 95 % */
    double covariance[PROCESS_PHIS][PROCESS_PHIS];
    double
        slowest; /* the probability that the slowest process looked for shows a speed as great: small, if one is seen */
    double edge; /* of two phi: the share of simulated figures whose maximum lies at a bound */
};

/* Of a process with one phi or two. Faults are FAULT_MACHINE. */
MUST_CHECK struct fault *small_sample_of(const struct process *process, const struct process_given *given,
                                         const struct kalman_figures *figures, const struct estimate *estimate,
                                         uint64_t seed, struct small_sample *law);

/* Figures of the process with beta = 0 and sigma = 1, in the periods of `like` and with its gaps, into y[like->count];
 * what has no stationary law begins at 0. `number` says which of the seed's. */
MUST_CHECK struct fault *small_sample_simulate(const struct process *process, const struct process_given *given,
                                               const double phi[], const struct kalman_figures *like, uint64_t seed,
                                               uint64_t number, double y[]);

#endif
