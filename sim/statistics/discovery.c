/* sim/statistics/discovery.c -- see discovery.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/discovery.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>

/* In double: the macro of math.h is a float. */
#define UNKNOWN __builtin_nan("")

struct fault *discovery_rates(size_t count, const double p[], double rate[])
{
    size_t known = 0, *order = calloc(count + 1, sizeof *order);
    double *sorted = calloc(count + 1, sizeof *sorted), least = 1.0;
    if (order == NULL || sorted == NULL) {
        free(order);
        free(sorted);
        return fault_no_memory();
    }
    for (size_t i = 0; i < count; i++) {
        rate[i] = UNKNOWN;
        if (isnan(p[i])) continue;
        order[known] = i;
        sorted[known++] = p[i];
    }
    size_t *by_p = calloc(known + 1, sizeof *by_p);
    if (by_p != NULL && known > 0) gsl_sort_index(by_p, sorted, 1, known);
    for (size_t k = by_p == NULL ? 0 : known; k > 0; k--) {
        const size_t i = order[by_p[k - 1]];
        least = fmin(least, p[i] * (double)known / (double)k);
        rate[i] = least;
    }
    struct fault *fault = by_p == NULL ? fault_no_memory() : NULL;
    free(by_p);
    free(order);
    free(sorted);
    return fault;
}

double discovery_p_value(double estimate, double standard_error, double degrees)
{
    if (isnan(estimate) || !(standard_error >= 0.0) || !(degrees > 0.0)) return UNKNOWN;
    if (standard_error == 0.0) return estimate == 0.0 ? 1.0 : 0.0;
    return 2.0 * gsl_cdf_tdist_Q(fabs(estimate) / standard_error, degrees);
}

double discovery_p_among(double statistic, size_t count, const double sorted[])
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
