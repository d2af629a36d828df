/* sim/cli/explain_effects.h -- what a quantity is worth in a month, and which effects of policies, regimes and events
 * make it so.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_EXPLAIN_EFFECTS_H
#define ZHOL_EXPLAIN_EFFECTS_H

#include "sim/run/simulation.h"

/* Prints, for each quantity at the path (of a map, of each of its entries), its own value in the calendar month, then
 * the value after each effect that is in force, drawn inputs at their medians and without chance; then the effects that
 * are not, and why. Nothing for a path without a quantity, or a month outside the run. */
MUST_CHECK struct fault *explain_effects(struct simulation *simulation, const char *path, int month);

#endif
