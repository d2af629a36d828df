/* sim/batch/batch_decide.h -- how many replications a batch needs to know its differences well enough: all cells are
 * judged at the same boundaries, and stop together.
 *
 * What is judged comes from the results that are there already, as far as they go, and is simulated from there on, the
 * asked outcomes alone.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_BATCH_DECIDE_H
#define ZHOL_BATCH_DECIDE_H

#include "sim/batch/batch_goals.h"
#include "sim/batch/batch_run.h"

/* The boundary at which all goals are met in all pairs that did not fail, or the limit: then run->replications. Says
 * what decided in run->stopped_by. */
MUST_CHECK struct fault *batch_decide(struct batch_run *run, const struct batch_goals *goals);

#endif
