/* sim/batch/batch_decide.h -- how many replications a batch needs to know its differences well enough: all cells are
 * judged at the same boundaries, and stop together.
 *
 * What is judged comes from the results that are there already, if they go as far; else the cells are simulated, and
 * their checkpoints stay, to go on from at the next boundary and to write the results from. A cell whose run would not
 * keep the samples that are judged is simulated for these alone, and once more for its result.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_BATCH_DECIDE_H
#define ZHOL_BATCH_DECIDE_H

#include "sim/batch/batch_goals.h"
#include "sim/batch/batch_run.h"

/* The boundary at which all goals are met in all pairs that did not fail, or the limit: then run->replications. Says
 * what decided in run->stopped_by. */
MUST_CHECK struct fault *batch_decide(struct batch_run *run, const struct batch_goals *goals);

#endif
