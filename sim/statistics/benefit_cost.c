/* sim/statistics/benefit_cost.c -- see benefit_cost.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/benefit_cost.h"
#include "sim/statistics/moments.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

#define ROUNDING 0x1p-24 /* half a unit in the last place, over the number */
/* In double: the macro of math.h is a float. */
#define UNKNOWN __builtin_nan("")

struct benefit_cost benefit_cost_unknown(void)
{
    return (struct benefit_cost){UNKNOWN, UNKNOWN, UNKNOWN};
}

const char *benefit_cost_outcome(const char *net)
{
    static const char *const pair[][2] = {
        {"npv.national-low", "npv.costs-low"}, {"npv.national", "npv.costs"}, {"npv.national-high", "npv.costs-high"}};
    for (size_t i = 0; i < sizeof pair / sizeof *pair; i++)
        if (strcmp(net, pair[i][0]) == 0) return pair[i][1];
    return NULL;
}

static double half_width(const struct moments *moments)
{
    return gsl_cdf_tdist_Pinv(0.975, moments->count - 1.0) * moments_standard_error(moments);
}

struct benefit_cost benefit_cost_of(size_t count, struct benefit_cost_sides net, struct benefit_cost_sides costs,
                                    double benefit[], double cost[])
{
    double roundings = 0.0;
    size_t pairs = 0;
    for (size_t i = 0; i < count; i++) {
        const double x = (double)costs.value[i], y = (double)costs.base[i],
                     gain = (double)net.value[i] - (double)net.base[i];
        if (!isfinite(gain) || !isfinite(x - y)) continue;
        cost[pairs] = x - y;
        benefit[pairs] = gain + (x - y);
        roundings += fabs(x) + fabs(y);
        pairs++;
    }
    if (pairs < 2) return benefit_cost_unknown();
    const struct moments c = moments_of(pairs, cost, NULL), b = moments_of(pairs, benefit, NULL);
    if (!(c.mean > half_width(&c)) || !(c.mean > ROUNDING * roundings / (double)pairs)) return benefit_cost_unknown();
    const double ratio = b.mean / c.mean;
    for (size_t i = 0; i < pairs; i++) benefit[i] -= ratio * cost[i];
    const struct moments rest = moments_of(pairs, benefit, NULL);
    const double half = half_width(&rest) / c.mean;
    return (struct benefit_cost){ratio, ratio - half, ratio + half};
}
