/* models/accounts/thresholds.h -- whether something happened: an outcome above or below a level for some months in a
 * row (models/README.md, Indices and thresholds). thresholds.T is 1 in a month in which it has, so that the mean of a
 * year is the probability that it happened in that year; thresholds.T.first-passage is the month, counted from the
 * start, in which it first had.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_THRESHOLDS_H
#define ZHOL_THRESHOLDS_H

#include "models/plan.h"

struct thresholds;
struct thresholds_state; /* of a thread */

/* The key `thresholds` of the section `outcomes`, and what is reported. */
extern const struct key thresholds_entry[];
extern const struct outcome_kind thresholds_outcomes[];

/* After all other outcomes were declared, of which it may name any that has a value each month. */
MUST_CHECK struct fault *thresholds_prepare(struct plan *plan, struct thresholds **thresholds);
void thresholds_free(struct thresholds *thresholds);

MUST_CHECK struct fault *thresholds_open(const struct thresholds *thresholds, struct arena *arena,
                                         struct thresholds_state **state);
void thresholds_start(struct thresholds_state *state);
/* A month, after everything else; `rows` are those of all outcomes. */
void thresholds_step(struct thresholds_state *state, const struct outcome_rows *rows, int month);
void thresholds_report(const struct thresholds_state *state, struct outcome_rows *rows);

#endif
