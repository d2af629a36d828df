/* sim/statistics/tail.c -- see tail.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/tail.h"
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

enum { WAYS = 8 };

/* How far values lie beyond the edge, and the squares of that, in as many sums as registers hold. */
struct excess {
    double count[WAYS], sum[WAYS], square[WAYS];
};

/* Two loops, since compilers make a branch of two conditions in one. */
LANES_INLINE void excess_add(struct excess *excess, const float x[WAYS], double edge, bool upper)
{
    _Pragma("omp simd") for (int w = 0; w < WAYS; w++)
    {
        const double d = upper ? (double)x[w] - edge : edge - (double)x[w], beyond = d > 0 ? d : 0.0;
        excess->sum[w] += beyond;
        excess->square[w] += beyond * beyond;
    }
    _Pragma("omp simd") for (int w = 0; w < WAYS; w++)
    {
        const bool is_beyond = upper ? (double)x[w] > edge : (double)x[w] < edge;
        excess->count[w] += is_beyond ? 1.0 : 0.0;
    }
}

LANES_INLINE struct tail tail_beyond(size_t count, const float sample[], double edge, bool upper)
{
    struct excess excess = {{0}, {0}, {0}};
    float rest[WAYS];
    size_t i = 0;
    for (; i + WAYS <= count; i += WAYS) excess_add(&excess, sample + i, edge, upper);
    for (size_t w = 0; w < WAYS; w++) rest[w] = i + w < count ? sample[i + w] : __builtin_nanf("");
    excess_add(&excess, rest, edge, upper);
    double n = 0, sum = 0, square = 0;
    for (size_t w = 0; w < WAYS; w++) {
        n += excess.count[w];
        sum += excess.sum[w];
        square += excess.square[w];
    }
    if (n == 0) return (struct tail){0, edge, 0};
    /* what cancels here is small beside the square of the mean's distance from the edge, which the error has too */
    const double mean = sum / n, variance = square / n - mean * mean;
    return (struct tail){n, upper ? edge + mean : edge - mean, variance < 0 ? 0.0 : variance};
}

struct tail tail_of(size_t count, const float sample[], double edge, bool upper)
{
    return upper ? tail_beyond(count, sample, edge, true) : tail_beyond(count, sample, edge, false);
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
