/* models/inputs.h -- drawn inputs that belong together (models/README.md, Inputs that belong together).
 *
 * The normal scores of the inputs' uniforms get the stated correlations: u' = Phi(L Phi^-1(u)), L the Cholesky factor
 * of a connected group in order of name (drivers/correlation.h). Margins stay as they are, and an input in no pair
 * keeps its bits.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_INPUTS_H
#define ZHOL_INPUTS_H

#include "models/plan.h"

/* The declaration of the top-level key `inputs`. */
extern const struct key inputs_key;

/* Reads the pairs and joins the inputs in the store; after all components, since they say what is not drawn, and before
 * the store is sealed. What ties a project's overrun to its delay counts as a pair where one of the two is in one. */
MUST_CHECK struct fault *inputs_prepare(struct plan *plan);

#endif
