/* sim/cli/tell_retention.h -- what a run keeps of its samples, in words.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_TELL_RETENTION_H
#define ZHOL_TELL_RETENTION_H

#include "sim/run/simulation.h"

#include <stdio.h>

/* "exact", or "within 0.39 %, because ...". Allocated; NULL without memory. */
char *tell_retention_quantiles(const struct simulation *simulation, const struct retention *retention);
/* "of all outcomes", "none; ..." or which. */
const char *tell_retention_samples(const struct simulation *simulation, const struct retention *retention);
/* Both, in a line each of those that matter. */
MUST_CHECK struct fault *tell_retention(const struct simulation *simulation, const struct retention *retention,
                                        FILE *to);

#endif
