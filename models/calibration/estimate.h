/* models/calibration/estimate.h -- the phi of a process at which figures are the most likely.
 * beta and sigma have closed forms at any phi (kalman.h), so that one or two numbers are left to be looked for: on a
 * grid first, then by the simplex of Nelder and Mead 1965.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_ESTIMATE_H
#define ZHOL_ESTIMATE_H

#include "models/calibration/kalman.h"
#include "models/calibration/process.h"
#include "sim/core/fault.h"

struct estimate {
    double phi[PROCESS_PHIS];
    double beta, sigma2;
    double log_likelihood;
};

/* Maximum likelihood, within the bounds of phi, to 1e-7 of phi, or (`quick`) to 5e-3. FAULT_MACHINE where memory is
 * out or GSL fails; FAULT_SCENARIO where the figures have no likelihood, as those that never change. */
MUST_CHECK struct fault *estimate_maximum(const struct process *process, const struct process_given *given,
                                          const struct kalman_figures *figures, bool quick, struct estimate *estimate);

/* beta, sigma2 and the likelihood at a phi. The pass may be NULL. */
void estimate_at(const struct process *process, const struct process_given *given, const struct kalman_figures *figures,
                 const double phi[], struct kalman_pass *pass, struct estimate *estimate);

#endif
