/* sim/statistics/pareto.c -- see pareto.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/pareto.h"

bool pareto_is_ahead(size_t ends, const double one[], const double other[])
{
    bool any = false;
    for (size_t e = 0; e < ends; e++) {
        const double than = other == NULL ? 0.0 : other[e];
        if (!(one[e] >= than)) return false;
        any = any || one[e] > than;
    }
    return any;
}

void pareto_front(size_t choices, size_t ends, const double value[], bool front[])
{
    for (size_t c = 0; c < choices; c++) {
        front[c] = true;
        for (size_t other = 0; other < choices && front[c]; other++)
            front[c] = !pareto_is_ahead(ends, value + other * ends, value + c * ends);
    }
}
