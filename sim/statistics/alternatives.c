/* sim/statistics/alternatives.c -- see alternatives.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/alternatives.h"

#include <math.h>

void alternatives_best(size_t alternatives, size_t count, const float *const value[], bool more, float best[])
{
    for (size_t i = 0; i < count; i++) best[i] = alternatives == 0 ? __builtin_nanf("") : value[0][i];
    for (size_t a = 1; a < alternatives; a++)
        for (size_t i = 0; i < count; i++) {
            const float x = value[a][i];
            if (isnan(x) || (more ? x > best[i] : x < best[i])) best[i] = x; /* once NaN, nothing compares with it */
        }
}

static size_t equals(size_t alternatives, size_t i, const float *const value[], float best)
{
    size_t equal = 0;
    for (size_t a = 0; a < alternatives; a++) equal += value[a][i] == best;
    return equal;
}

size_t alternatives_shares(size_t alternatives, size_t count, const float *const value[], const float best[],
                           double share[])
{
    size_t futures = 0;
    for (size_t a = 0; a < alternatives; a++) share[a] = 0.0;
    for (size_t i = 0; i < count; i++) {
        if (isnan(best[i])) continue;
        const double part = 1.0 / (double)equals(alternatives, i, value, best[i]);
        for (size_t a = 0; a < alternatives; a++)
            if (value[a][i] == best[i]) share[a] += part;
        futures++;
    }
    for (size_t a = 0; a < alternatives; a++) share[a] = futures == 0 ? __builtin_nan("") : share[a] / (double)futures;
    return futures;
}
