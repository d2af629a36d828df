/* models/drivers/copula.h -- the t copula with normal margins (models/README.md, Correlation).
 *
 * y = e sqrt(nu / W) with W ~ chi^2_nu, one per month for all innovations; z* = Phi^-1(T_nu(y)) is standard normal
 * again, but joined in the tails. The map y -> z* is odd and is tabulated: 1024 knots on 0..40, monotone cubic between,
 * held beyond.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_COPULA_H
#define ZHOL_COPULA_H

#include "sim/core/fault.h"
#include "sim/core/lanes.h"
#include "sim/core/stream.h"

struct copula;

/* dof >= 3, a whole number. */
MUST_CHECK struct fault *copula_prepare(int dof, struct copula **copula);
void copula_free(struct copula *copula);

/* sqrt(nu / W) of a month. W = -2 ln(u_1 ... u_k), k = floor(nu / 2), plus z^2 if nu is odd; slot s holds u_{2s+1} and
 * u_{2s+2}, the slot after them z. */
void copula_stretch(const struct copula *copula, const struct stream *stream, struct stream_state *state,
                    uint64_t first, int month, double stretch[LANES]);

/* e -> Phi^-1(T_nu(e stretch)), in place. */
void copula_normalise(const struct copula *copula, const double stretch[LANES], double e[LANES]);

/* The map y -> Phi^-1(T_nu(y)) by the table. */
double copula_map(const struct copula *copula, double y);

#endif
