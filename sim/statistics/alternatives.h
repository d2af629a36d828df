/* sim/statistics/alternatives.h -- several alternatives in the same futures: the best of each future, and how often each
 * is it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_ALTERNATIVES_H
#define ZHOL_ALTERNATIVES_H

#include <stdbool.h>
#include <stddef.h>

/* best[i]: the greatest (`more`), or the least, of value[a][i] over the alternatives a; NaN where any of them has no value,
 * and everywhere without alternatives.
 *   value  [alternatives][count] */
void alternatives_best(size_t alternatives, size_t count, const float *const value[], bool more, float best[]);

/* share[a]: of how many of the futures alternative a is the best; a future with several that are equally good is shared
 * evenly among them, so that the shares make 1. Futures without a best are left out; without any, all are NaN. Returns
 * how many futures there were.
 *   best  [count] by alternatives_best */
size_t alternatives_shares(size_t alternatives, size_t count, const float *const value[], const float best[],
                           double share[]);

#endif
