/* sim/statistics/pit.c -- see pit.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/pit.h"

#include <math.h>
#include <string.h>

/* How many of ascending values are less than y; of `equal` also those that are equal to it. */
static size_t below(size_t count, const double ascending[], double y, int equal)
{
    size_t low = 0, high = count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (ascending[middle] < y || (equal && ascending[middle] == y))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

double pit_of_ensemble(size_t count, const double ascending[], double y)
{
    if (count == 0) return NAN;
    return ((double)below(count, ascending, y, 0) + (double)below(count, ascending, y, 1)) / 2.0 / (double)count;
}

double pit_of_quantiles(size_t count, const double p[], const double quantile[], double y, int *beyond)
{
    *beyond = 0;
    if (count == 0) return NAN;
    const size_t less = below(count, quantile, y, 0), up_to = below(count, quantile, y, 1);
    if (up_to == 0 || less == count) {
        *beyond = up_to == 0 ? -1 : 1;
        return up_to == 0 ? p[0] : p[count - 1];
    }
    if (less < up_to) return (p[less] + p[up_to - 1]) / 2.0; /* on one of them, or on several that are equal */
    const double share = (y - quantile[less - 1]) / (quantile[less] - quantile[less - 1]);
    return p[less - 1] + share * (p[less] - p[less - 1]);
}

void pit_histogram(size_t count, const double value[], size_t bins, size_t held[])
{
    memset(held, 0, bins * sizeof *held);
    for (size_t i = 0; i < count; i++) {
        if (isnan(value[i])) continue;
        const size_t bin = value[i] <= 0.0 ? 0 : (size_t)(value[i] * (double)bins);
        held[bin < bins ? bin : bins - 1]++;
    }
}
