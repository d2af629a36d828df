/* sim/statistics/resampling.h -- drawing again from what was drawn: by addressed draws, so that the same file says the same.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_RESAMPLING_H
#define ZHOL_RESAMPLING_H

#include "sim/core/stream.h"

#include <stddef.h>
#include <stdint.h>

/* How often each of `count` is drawn by `count` draws with replacement, the number-th time. */
void resampling_counts(const struct stream *stream, int number, size_t count, unsigned times[]);
/* An order of 0 .. count - 1, all equally likely, the number-th. count below 2^32. */
void resampling_order(const struct stream *stream, int number, size_t count, uint32_t order[]);

#endif
