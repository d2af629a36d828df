/* sim/statistics/discovery.c -- see discovery.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/discovery.h"

#include <gsl/gsl_sort.h>

void discovery_rates(size_t count, const double p[], size_t order[], double q[])
{
    double least = 1.0;
    gsl_sort_index(order, p, 1, count);
    for (size_t i = count; i-- > 0;) {
        const double rate = (double)count * p[order[i]] / (double)(i + 1);
        if (rate < least) least = rate;
        q[order[i]] = least;
    }
}

double discovery_p(double statistic, size_t count, const double sorted[])
{
    size_t low = 0, high = count; /* the first that is not less */
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (sorted[middle] < statistic)
            low = middle + 1;
        else
            high = middle;
    }
    return (1.0 + (double)(count - low)) / (1.0 + (double)count);
}
