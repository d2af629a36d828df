/* sim/statistics/pareto.h -- choices with several ends in view: which of them are not beaten in all.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_PARETO_H
#define ZHOL_PARETO_H

#include <stdbool.h>
#include <stddef.h>

/* Whether one choice is ahead of another in the sense of Pareto: in no end less, and in one at least more. What is not
 * known (NaN) is not ahead; of no ends none is. other NULL: 0 in all, so that `one` is by how much it is ahead. */
bool pareto_is_ahead(size_t ends, const double one[], const double other[]);

/* front[c]: whether no other choice is ahead of choice c.
 *   value  [choices][ends], more is better in each */
void pareto_front(size_t choices, size_t ends, const double value[], bool front[]);

#endif
