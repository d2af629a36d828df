/* sim/cli/deliver.h -- from a simulation that is ready to its result file.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_DELIVER_H
#define ZHOL_DELIVER_H

#include "sim/cli/progress.h"
#include "sim/run/simulation.h"

/* Simulates, writes the result (over an existing one only with `force`) and says on stderr what came out. A result with
 * more invalid replications than can be trusted is kept apart, as OUTPUT.failed, and is a fault. */
MUST_CHECK struct fault *deliver(const struct simulation *simulation, const struct run_settings *settings,
                                 struct progress *progress, const char *output, bool force);

#endif
