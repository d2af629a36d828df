/* sim/core/tail.c -- see tail.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/tail.h"
#include "sim/core/lanes.h"

#include <float.h>
#include <math.h>

bool tail_is_upper(double level)
{
    return level >= 0.5;
}

double tail_share(double level)
{
    return round((tail_is_upper(level) ? 1 - level : level) * 1e15) / 1e15;
}

double tail_points(double n, double level)
{
    const double points = n * tail_share(level), whole = round(points);
    return fabs(points - whole) <= 2 * DBL_EPSILON * n ? whole : points;
}

uint64_t tail_edge(uint64_t n, double level)
{
    const uint64_t whole = (uint64_t)floor(tail_points((double)n, level));
    return n == 0 ? 0 : tail_is_upper(level) ? n - whole : whole + 1;
}

/* How far the values lie beyond the edge, and the squares of that. */
struct excess {
    double count[LANES], sum[LANES], square[LANES];
};

static inline void excess_add(struct excess *excess, const float x[LANES], double edge, double sign)
{
    EACH_LANE(l)
    {
        const double d = sign * ((double)x[l] - edge), beyond = d > 0 ? d : 0.0;
        excess->count[l] += d > 0 ? 1.0 : 0.0;
        excess->sum[l] += beyond;
        excess->square[l] += beyond * beyond;
    }
}

struct tail tail_of(size_t count, const float sample[], double edge, bool upper)
{
    struct excess excess = {{0}, {0}, {0}};
    const double sign = upper ? 1.0 : -1.0;
    float rest[LANES];
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) excess_add(&excess, sample + i, edge, sign);
    for (size_t l = 0; l < LANES; l++) rest[l] = i + l < count ? sample[i + l] : __builtin_nanf("");
    excess_add(&excess, rest, edge, sign);
    double n = 0, sum = 0, square = 0;
    for (size_t l = 0; l < LANES; l++) {
        n += excess.count[l];
        sum += excess.sum[l];
        square += excess.square[l];
    }
    if (n == 0) return (struct tail){0, edge, 0};
    /* what cancels here is small beside the square of the mean's distance from the edge, which the error has too */
    const double mean = sum / n, variance = square / n - mean * mean;
    return (struct tail){n, edge + sign * mean, variance < 0 ? 0.0 : variance};
}

struct cvar_estimate tail_cvar(double n, double level, double edge, const struct tail *tail)
{
    const double points = tail_points(n, level), unknown = LANES_NAN;
    if (!(points > 0)) return (struct cvar_estimate){unknown, unknown, 0};
    const bool any = tail->count > 0;
    const double beyond = any ? tail->mean - edge : 0.0, at_edge = points - tail->count;
    const double mean = any ? edge + beyond * (tail->count / points) : edge, distance = mean - edge;
    if (points < 2) return (struct cvar_estimate){mean, unknown, points};
    const double within = any ? tail->count * tail->variance : 0.0;
    const double between = any && at_edge > 0 ? tail->count * (at_edge / points) * beyond * beyond : 0.0;
    const double variance = (within + between) / (points - 1);
    const double square = variance + (1 - points / n) * distance * distance;
    return (struct cvar_estimate){mean, sqrt(square / points), points};
}
