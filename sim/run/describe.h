/* sim/run/describe.h -- what a result says of itself: where it comes from, what it holds, how trustworthy it is.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_DESCRIBE_H
#define ZHOL_DESCRIBE_H

#include "sim/run/accumulator.h"

/* Of a result whose moments are there, and what came in for it. It owns a copy of all that it says. */
MUST_CHECK struct fault *describe(const struct accumulator *accumulator, const struct run_settings *settings,
                                  struct result *result);

#endif
