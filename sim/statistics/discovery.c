/* sim/statistics/discovery.c -- see discovery.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/discovery.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

/* In double: the macro of math.h is a float. */
#define UNKNOWN __builtin_nan("")

static int by_p(const void *left, const void *right, void *context)
{
    const double *p = context, a = p[*(const size_t *)left], b = p[*(const size_t *)right];
    return (a > b) - (a < b);
}

void discovery_rates(size_t count, const double p[], size_t order[], double q[])
{
    size_t known = 0;
    double least = 1.0;
    for (size_t i = 0; i < count; i++) {
        q[i] = p[i]; /* what is sorted by */
        if (!isnan(p[i])) order[known++] = i;
    }
    qsort_r(order, known, sizeof *order, by_p, q);
    for (size_t k = known; k > 0; k--) {
        least = fmin(least, p[order[k - 1]] * (double)known / (double)k);
        q[order[k - 1]] = least;
    }
}

double discovery_of_estimate(double estimate, double standard_error, double degrees)
{
    if (isnan(estimate) || !(standard_error >= 0.0) || !(degrees > 0.0)) return UNKNOWN;
    if (standard_error == 0.0) return estimate == 0.0 ? 1.0 : 0.0;
    return 2.0 * gsl_cdf_tdist_Q(fabs(estimate) / standard_error, degrees);
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
