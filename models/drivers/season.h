/* models/drivers/season.h -- twelve factors on a level, January first, normalised to mean 1.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_SEASON_H
#define ZHOL_SEASON_H

#include "models/plan.h"

struct season {
    double factor[CALENDAR_MONTHS_PER_YEAR];
    double log_factor[CALENDAR_MONTHS_PER_YEAR];
};

/* No season: factors of 1. */
struct season season_none(void);

/* Reads the factors of a KEY_FACTORS setting (NULL: none). Where their mean is off 1 by more than 0.1 % a warning says
 * so. */
MUST_CHECK struct fault *season_read(struct setting *setting, struct plan *plan, struct season *season);

#endif
