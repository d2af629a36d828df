/* sim/statistics/moments.c -- see moments.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/moments.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>

/* In double: the macros of math.h are floats. */
#define UNKNOWN __builtin_nan("")
#define ENDLESS __builtin_inf()

struct moments moments_none(void)
{
    return (struct moments){.mean = UNKNOWN, .min = UNKNOWN, .max = UNKNOWN};
}

static inline double lesser(double a, double b)
{
    return a < b ? a : b;
}

static inline double greater(double a, double b)
{
    return a > b ? a : b;
}

/* Over the lanes in halves: the order is written out, for that of `omp simd reduction` depends on the vectors' width.
 */
static inline double lanes_sum(const double a[LANES])
{
    double b[8];
    for (int i = 0; i < 8; i++) b[i] = (a[i] + a[i + 16]) + (a[i + 8] + a[i + 24]);
    return ((b[0] + b[4]) + (b[2] + b[6])) + ((b[1] + b[5]) + (b[3] + b[7]));
}

static inline double lanes_least(const double a[LANES])
{
    double b[8];
    for (int i = 0; i < 8; i++) b[i] = lesser(lesser(a[i], a[i + 16]), lesser(a[i + 8], a[i + 24]));
    return lesser(lesser(lesser(b[0], b[4]), lesser(b[2], b[6])), lesser(lesser(b[1], b[5]), lesser(b[3], b[7])));
}

static inline double lanes_greatest(const double a[LANES])
{
    double b[8];
    for (int i = 0; i < 8; i++) b[i] = greater(greater(a[i], a[i + 16]), greater(a[i + 8], a[i + 24]));
    return greater(greater(greater(b[0], b[4]), greater(b[2], b[6])),
                   greater(greater(b[1], b[5]), greater(b[3], b[7])));
}

/* What the three passes over the groups of LANES values gather in each lane. What does not count is NaN. */
struct passes {
    double count[LANES], min[LANES], max[LANES]; /* 1st pass */
    double sum[LANES];                           /* 2nd: of value - least, so that equal values give exactly 0 */
    double lost[LANES];                          /* and what rounding took from it */
    double m2[LANES], m3[LANES], m4[LANES];      /* 3rd */
};

static inline void pass_range(struct passes *p, const double x[LANES], bool first)
{
    EACH_LANE(l)
    {
        p->count[l] = (first ? 0.0 : p->count[l]) + (x[l] == x[l] ? 1.0 : 0.0);
        p->min[l] = lesser(x[l], first ? ENDLESS : p->min[l]); /* the second, where x is NaN */
        p->max[l] = greater(x[l], first ? -ENDLESS : p->max[l]);
    }
}

/* Whatever the number of values, the sum is as good as in twice the precision (Knuth's exact error of an addition). */
static inline void pass_sum(struct passes *p, const double x[LANES], double min, bool first)
{
    EACH_LANE(l)
    {
        const double before = first ? 0.0 : p->sum[l], added = x[l] == x[l] ? x[l] - min : 0.0;
        const double sum = before + added, part = sum - before;
        p->lost[l] = first ? 0.0 : p->lost[l] + ((before - (sum - part)) + (added - part));
        p->sum[l] = sum;
    }
}

static inline void pass_powers(struct passes *p, const double x[LANES], double mean, bool first)
{
    EACH_LANE(l)
    {
        const double d = x[l] == x[l] ? x[l] - mean : 0.0, d2 = d * d;
        p->m2[l] = (first ? 0.0 : p->m2[l]) + d2;
        p->m3[l] = (first ? 0.0 : p->m3[l]) + d2 * d;
        p->m4[l] = (first ? 0.0 : p->m4[l]) + d2 * d2;
    }
}

static inline struct moments passes_end(const struct passes *p, double count, double kept, double min, double mean)
{
    return (struct moments){.count = count,
                            .mean = mean,
                            .m2 = lanes_sum(p->m2),
                            .m3 = lanes_sum(p->m3),
                            .m4 = lanes_sum(p->m4),
                            .min = min,
                            .max = lanes_greatest(p->max),
                            .undefined = kept - count};
}

static inline struct moments all_undefined(double kept)
{
    struct moments none = moments_none();
    none.undefined = kept;
    return none;
}

/* Copies the group of up to LANES values from `first` on, NaN where the mask leaves out; gives how many it keeps. */
static double group_load(size_t count, const double value[], const unsigned char mask[], size_t first, double x[LANES])
{
    double kept = 0;
    for (size_t l = 0; l < LANES; l++) {
        const size_t i = first + l;
        const bool in = i < count && (mask == NULL || mask[i] != 0);
        x[l] = in ? value[i] : UNKNOWN;
        kept += in ? 1.0 : 0.0;
    }
    return kept;
}

struct moments moments_of(size_t count, const double value[], const unsigned char mask[])
{
    struct passes p;
    double x[LANES];
    double kept = 0;
    for (size_t i = 0; i < count; i += LANES) {
        kept += group_load(count, value, mask, i, x);
        pass_range(&p, x, i == 0);
    }
    const double n = count == 0 ? 0.0 : lanes_sum(p.count);
    if (n == 0) return all_undefined(kept);
    const double min = lanes_least(p.min);
    for (size_t i = 0; i < count; i += LANES) {
        (void)group_load(count, value, mask, i, x);
        pass_sum(&p, x, min, i == 0);
    }
    const double lost = lanes_sum(p.lost); /* NaN if a value is infinite */
    const double mean = min + (lanes_sum(p.sum) + (lost == lost ? lost : 0.0)) / n;
    for (size_t i = 0; i < count; i += LANES) {
        (void)group_load(count, value, mask, i, x);
        pass_powers(&p, x, mean, i == 0);
    }
    return passes_end(&p, n, kept, min, mean);
}

static inline struct moments lanes_moments(const double x[LANES], double kept)
{
    struct passes p;
    pass_range(&p, x, true);
    const double n = lanes_sum(p.count);
    if (n == 0) return all_undefined(kept);
    const double min = lanes_least(p.min);
    pass_sum(&p, x, min, true);
    const double mean = min + lanes_sum(p.sum) / n;
    pass_powers(&p, x, mean, true);
    return passes_end(&p, n, kept, min, mean);
}

void moments_of_lanes(size_t cells, const double (*value)[LANES], const unsigned char mask[LANES], struct moments out[])
{
    double keep[LANES], x[LANES];
    double kept = 0;
    for (int l = 0; l < LANES; l++) {
        keep[l] = mask == NULL || mask[l] != 0 ? 1.0 : 0.0;
        kept += keep[l];
    }
    for (size_t c = 0; c < cells; c++) {
        const double *row = value[c];
        if (kept < LANES) {
            EACH_LANE(l) x[l] = keep[l] != 0 ? row[l] : UNKNOWN;
            row = x;
        }
        out[c] = lanes_moments(row, kept);
    }
}

void moments_merge(const struct moments *left, const struct moments *right, struct moments *out)
{
    const double undefined = left->undefined + right->undefined;
    if (left->count == 0 || right->count == 0) {
        *out = left->count == 0 ? *right : *left;
        out->undefined = undefined;
        return;
    }
    const double a = left->count, b = right->count, n = a + b;
    const double delta = right->mean - left->mean, share = delta / n, square = share * share;
    const double product = delta * share * (a * b);
    const double m2 = (left->m2 + right->m2) + product;
    const double m3 = (left->m3 + right->m3) + product * share * (a - b) + 3 * share * (a * right->m2 - b * left->m2);
    const double m4 = (left->m4 + right->m4) + product * square * (a * a - a * b + b * b) +
                      6 * square * (a * a * right->m2 + b * b * left->m2) + 4 * share * (a * right->m3 - b * left->m3);
    out->mean = left->mean + share * b;
    out->min = lesser(left->min, right->min);
    out->max = greater(left->max, right->max);
    out->count = n;
    out->m2 = m2;
    out->m3 = m3;
    out->m4 = m4;
    out->undefined = undefined;
}

struct moments moments_combine(struct moments left, struct moments right)
{
    struct moments both;
    moments_merge(&left, &right, &both);
    return both;
}

double moments_sd(const struct moments *moments)
{
    return moments->count < 2 ? UNKNOWN : sqrt(moments->m2 / (moments->count - 1));
}

double moments_standard_error(const struct moments *moments)
{
    return moments_sd(moments) / sqrt(moments->count);
}

double moments_skewness(const struct moments *moments)
{
    const double variance = moments->m2 / moments->count;
    return variance > 0 ? moments->m3 / moments->count / (variance * sqrt(variance)) : UNKNOWN;
}

double moments_kurtosis(const struct moments *moments)
{
    const double variance = moments->m2 / moments->count;
    return variance > 0 ? moments->m4 / moments->count / (variance * variance) : UNKNOWN;
}
