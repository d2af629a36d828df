/* sim/statistics/dominance.c -- see dominance.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/dominance.h"

#include <math.h>
#include <stdlib.h>

/* How far one function is above the other at most, and whether it is beyond the band. */
struct excess {
    double max;
    bool decided;
};

static int ascending(const void *left, const void *right)
{
    const float a = *(const float *)left, b = *(const float *)right;
    return (a > b) - (a < b);
}

static void turn_and_sort(size_t count, const float from[], bool turned, float to[])
{
    for (size_t i = 0; i < count; i++) to[i] = turned ? -from[i] : from[i];
    qsort(to, count, sizeof *to, ascending);
}

static void exceed(struct excess *excess, double by, double band)
{
    if (by > excess->max) excess->max = by;
    if (by > band) excess->decided = true;
}

static enum dominance_verdict verdict(const struct excess *worse, const struct excess *better)
{
    if (worse->decided) return DOMINANCE_NO;
    return better->decided && worse->max <= 0.0 ? DOMINANCE_YES : DOMINANCE_UNDECIDED;
}

struct dominance dominance_of(size_t count, const float value[], const float base[], enum outcome_better better,
                              float work[])
{
    struct dominance out = {DOMINANCE_NOT_ASKED, DOMINANCE_NOT_ASKED, DOMINANCE_NOT_ASKED, DOMINANCE_NOT_ASKED};
    if (better == OUTCOME_NEITHER || count == 0) return out;
    float *x = work, *y = work + count;
    turn_and_sort(count, value, better == OUTCOME_LESS, x);
    turn_and_sort(count, base, better == OUTCOME_LESS, y);
    const double n = (double)count, band = 2.0 * sqrt(log(4.0 / 0.05) / (2.0 * n));
    const double least = fmin((double)x[0], (double)y[0]);
    struct excess below[2] = {{0.0, false}, {0.0, false}}, above[2] = {{0.0, false}, {0.0, false}};
    double area = 0.0, last = least; /* between the functions, up to the last value */
    for (size_t i = 0, j = 0; i < count || j < count;) {
        const float next = j == count || (i < count && x[i] < y[j]) ? x[i] : y[j];
        const double at = (double)next, width = at - last;
        if (width > 0.0) area += ((double)j - (double)i) / n * width;
        exceed(&below[1], area, band * (at - least));
        exceed(&above[1], -area, band * (at - least));
        while (i < count && x[i] <= next) i++;
        while (j < count && y[j] <= next) j++;
        exceed(&below[0], ((double)j - (double)i) / n, band);
        exceed(&above[0], ((double)i - (double)j) / n, band);
        last = at;
    }
    out.first = verdict(&above[0], &below[0]);
    out.base_first = verdict(&below[0], &above[0]);
    out.second = out.first == DOMINANCE_YES ? DOMINANCE_YES : verdict(&above[1], &below[1]);
    out.base_second = out.base_first == DOMINANCE_YES ? DOMINANCE_YES : verdict(&below[1], &above[1]);
    return out;
}
