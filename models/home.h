/* models/home.h -- whether the country whose accounts are kept is one of the scenario's.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_HOME_H
#define ZHOL_HOME_H

#include "models/plan.h"

/* A home to which no leg, flow or field belongs is a fault where legs or fields have other countries, whose fees and
 * sales it would have been meant to get; where flows alone have, it is warned of that the accounts stay empty. */
MUST_CHECK struct fault *home_check(struct plan *plan);

#endif
