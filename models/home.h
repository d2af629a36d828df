/* models/home.h -- whether the country whose accounts are kept is one of the scenario's.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_HOME_H
#define ZHOL_HOME_H

#include "models/plan.h"

/* A home to which no leg, flow or field belongs, where others do, is a fault: the accounts would all be empty. */
MUST_CHECK struct fault *home_check(const struct plan *plan);

#endif
