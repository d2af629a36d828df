/* sim/statistics/ranks.h -- values by their order.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_RANKS_H
#define ZHOL_RANKS_H

#include <stddef.h>
#include <stdint.h>

/* The ranks of `count` values, from 1; equal values share the mean of theirs. No value is NaN. `work` is room for
 * 2 count words, count below 2^32. */
void ranks_of(size_t count, const float value[], uint64_t work[], float rank[]);

#endif
