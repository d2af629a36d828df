/* sim/statistics/split.c -- see split.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/split.h"

#include <math.h>

static double clamp(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

struct split split_greatest(const struct split_whole *whole, double share)
{
    const double a = share, b = 1 - share, mean = whole->mean;
    const double below = mean - whole->least, above = whole->greatest - mean;
    if (!(whole->variance > 0) || !(below > 0) || !(above > 0)) return (struct split){mean, 0, 0, mean};
    const double half = sqrt(3 * whole->variance); /* of an even spread: the distance of any two parts of it */
    const double low = whole->variance / fmax(b * below, a * above);
    const double high = fmin(sqrt(whole->variance / (a * b)), fmin(below / a, above / b));
    const double distance = clamp(half, low, high);
    return (struct split){.mean = mean + b * distance,
                          .error = b * fmax(high - distance, distance - low),
                          .variance = a * a * whole->variance,
                          .edge = clamp(mean + half * (b - a), mean - a * distance, mean + b * distance)};
}
