/* models/titles.h -- what outcomes are called where people read of them: the key `title` of a leg, a flow and the like, and
 * what of it is told.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_TITLES_H
#define ZHOL_TITLES_H

#include "models/plan.h"

/* Gives each outcome the title that follows from the titles of what it is of. When all are declared. */
MUST_CHECK struct fault *titles_read(struct plan *plan);

#endif
