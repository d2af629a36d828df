/* sim/run/describe.h -- what a result says of itself: where it comes from, what it holds, how trustworthy it is.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_DESCRIBE_H
#define ZHOL_DESCRIBE_H

#include "sim/run/simulation.h"

/* Of a result whose moments are there. It owns a copy of all that it says. */
MUST_CHECK struct fault *describe(const struct simulation *simulation, const struct run_settings *settings,
                                  struct tally *tally, struct result *result);

#endif
