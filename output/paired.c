/* output/paired.c -- see paired.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/paired.h"
#include "sim/core/moments.h"

#include <math.h>

#define ROUNDING 0x1p-24 /* half a unit in the last place, over the number */
/* In double: the macro of math.h is a float. */
#define UNKNOWN __builtin_nan("")

struct paired paired_difference(size_t count, const float value[], const float base[], double work[])
{
    struct paired paired = {.same = true};
    double roundings = 0.0;
    for (size_t i = 0; i < count; i++) {
        work[i] = UNKNOWN;
        if (isnan(value[i]) || isnan(base[i])) continue;
        const bool equal = value[i] == base[i]; /* also where both are infinite */
        work[i] = equal ? 0.0 : (double)value[i] - (double)base[i];
        paired.same = paired.same && equal;
        if (isfinite(value[i]) && isfinite(base[i])) roundings += fabs((double)value[i]) + fabs((double)base[i]);
        paired.pairs++;
    }
    const struct moments moments = moments_of(count, work, NULL);
    paired.same = paired.same && paired.pairs > 0;
    paired.mean = moments.mean;
    paired.rounding = paired.pairs == 0 ? 0.0 : ROUNDING * roundings / (double)paired.pairs;
    paired.standard_error = moments_standard_error(&moments);
    return paired;
}
