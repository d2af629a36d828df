/* output/score/score_groups.h -- what is said of many figures at once: all, those of a subject, so many years ahead, of one
 * outcome.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_SCORE_GROUPS_H
#define ZHOL_SCORE_GROUPS_H

#include "output/score/score.h"

/* Makes the groups of a score whose figures and series are complete. */
MUST_CHECK struct fault *score_groups_make(struct score *score);

#endif
