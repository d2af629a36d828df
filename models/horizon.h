/* models/horizon.h -- dates that lie beyond the simulated months, and so do nothing: mostly a slip, which is warned of;
 * and tables that do not reach as far as the run.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_HORIZON_H
#define ZHOL_HORIZON_H

#include "models/plan.h"

/* Of a setting and all below it: what is to begin after the last month, or to end before the first, and profiles that are
 * constant in all months and at the base date, because their dates all come later, or all before; and tables that end
 * before the run does. */
void horizon_check(struct plan *plan, const struct setting *setting);

/* Tables that begin after the base date are faults. */
MUST_CHECK struct fault *horizon_cover(const struct plan *plan, const struct setting *setting);

#endif
