/* sim/statistics/quantiles.c -- see quantiles.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/quantiles.h"

#include <float.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* In double: the macros of math.h are floats. */
#define UNKNOWN __builtin_nan("")
#define ENDLESS __builtin_inf()

#define NORMAL_975  1.959963984540054 /* the 0.975 quantile of the standard normal */
#define EXACT_BELOW 20.0              /* n p (1 - p), below which the binomial is summed out */

/* For B binomial(n, p), p <= 1/2 and n p (1 - p) < 20: the least b with P(B <= b) > tail, and the least b with
 * P(B > b) <= tail. Summed upward from b = 0, where the probability is still above exp(-60). */
static void binomial_bounds(double n, double p, double tail, uint64_t *low, uint64_t *high)
{
    double mass = exp(n * log1p(-p)), below = mass, b = 0;
    for (; below <= tail && b < n; b++) {
        mass *= (n - b) / (b + 1) * (p / (1 - p));
        below += mass;
    }
    *low = (uint64_t)b;
    for (; 1 - below > tail && b < n; b++) {
        mass *= (n - b) / (b + 1) * (p / (1 - p));
        below += mass;
    }
    *high = (uint64_t)b;
}

void quantile_ranks(uint64_t n, double p, uint64_t *rank, uint64_t *low, uint64_t *high)
{
    *rank = *low = 0;
    *high = 1;
    if (n == 0) return;
    const double count = (double)n, np = count * p, whole = round(np), variance = np * (1 - p);
    const double up = fabs(np - whole) <= 2 * DBL_EPSILON * np ? whole : ceil(np);
    *rank = up < 1 ? 1 : up >= count ? n : (uint64_t)up;
    if (variance >= EXACT_BELOW) {
        *low = (uint64_t)floor(np - NORMAL_975 * sqrt(variance));
        *high = (uint64_t)ceil(np + NORMAL_975 * sqrt(variance)) + 1;
        return;
    }
    /* [X_j, X_k] misses the quantile when B, the number of values below it, is under j or at least k. */
    uint64_t min, max;
    binomial_bounds(count, p <= 0.5 ? p : 1 - p, 0.025, &min, &max);
    *low = p <= 0.5 ? min : n - max;
    *high = p <= 0.5 ? max + 1 : n - min + 1;
}

enum { RADIX_BITS = 11, RADIX_BINS = 1 << RADIX_BITS, FEW_VALUES = 48, ASKED_AT_ONCE = 24 };
#define NOT_WANTED SIZE_MAX

/* A rank (from 0) that is asked for and where its value goes. */
struct wanted {
    size_t rank;
    double *value;
};

/* A whole number that orders as the float does, -0 before +0. */
static inline uint32_t float_key(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits ^ ((bits >> 31) * UINT32_C(0x7fffffff) | UINT32_C(0x80000000));
}

static inline float key_float(uint32_t key)
{
    const uint32_t bits = key >> 31 != 0 ? key ^ UINT32_C(0x80000000) : ~key;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void sort_few(size_t n, float v[])
{
    for (size_t i = 1; i < n; i++) {
        const float value = v[i];
        size_t j = i;
        for (; j > 0 && float_key(v[j - 1]) > float_key(value); j--) v[j] = v[j - 1];
        v[j] = value;
    }
}

static void key_range(size_t n, const float v[], uint32_t *min, uint32_t *max)
{
    uint32_t low = UINT32_MAX, high = 0;
    for (size_t i = 0; i < n; i++) {
        const uint32_t key = float_key(v[i]);
        low = key < low ? key : low;
        high = key > high ? key : high;
    }
    *min = low;
    *max = high;
}

/* Bins of equal width in key: bin = (key - least) >> shift. `next` is where a bin begins in what is kept. */
struct bins {
    uint32_t min;
    unsigned shift;
    size_t size[RADIX_BINS];
    size_t next[RADIX_BINS];
};

static inline size_t bin_of(const struct bins *bins, float value)
{
    return (float_key(value) - bins->min) >> bins->shift;
}

/* Keeps only the values of wanted bins (next not NOT_WANTED), at the front and in order of their bins. */
static void bins_gather(struct bins *bins, size_t n, float v[])
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        const float value = v[i];
        v[kept] = value;
        kept += bins->next[bin_of(bins, value)] != NOT_WANTED;
    }
    size_t end = 0;
    for (size_t bin = 0; bin < RADIX_BINS; bin++) {
        if (bins->next[bin] == NOT_WANTED) continue;
        end += bins->size[bin];
        while (bins->next[bin] < end) {
            const float value = v[bins->next[bin]];
            const size_t home = bin_of(bins, value);
            if (home != bin) v[bins->next[bin]] = v[bins->next[home]];
            v[bins->next[home]++] = value;
        }
    }
}

static void select_ranks(size_t n, float v[], size_t base, size_t asked, const struct wanted wanted[]);

/* Marks the bins that hold wanted ranks, keeps their values and selects in each of them. */
static void select_in_bins(struct bins *bins, size_t n, float v[], size_t base, size_t asked,
                           const struct wanted wanted[])
{
    size_t before = base, kept = 0, w = 0;
    for (size_t bin = 0; bin < RADIX_BINS; bin++) {
        before += bins->size[bin];
        bins->next[bin] = NOT_WANTED;
        if (w == asked || wanted[w].rank >= before) continue;
        bins->next[bin] = kept;
        kept += bins->size[bin];
        while (w < asked && wanted[w].rank < before) w++;
    }
    bins_gather(bins, n, v);
    before = base;
    kept = w = 0;
    for (size_t bin = 0; bin < RADIX_BINS; before += bins->size[bin++]) {
        if (bins->next[bin] == NOT_WANTED) continue;
        const size_t first = w;
        while (w < asked && wanted[w].rank < before + bins->size[bin]) w++;
        select_ranks(bins->size[bin], v + kept, before, w - first, wanted + first);
        kept += bins->size[bin];
    }
}

/* Values of the wanted ranks, ascending and within base .. base + n - 1, where v holds the values of these ranks. Each
 * level narrows the keys by RADIX_BITS, so there are at most three. */
static void select_ranks(size_t n, float v[], size_t base, size_t asked, const struct wanted wanted[])
{
    struct bins bins;
    uint32_t max;
    if (n <= FEW_VALUES) {
        sort_few(n, v);
        for (size_t w = 0; w < asked; w++) *wanted[w].value = (double)v[wanted[w].rank - base];
        return;
    }
    key_range(n, v, &bins.min, &max);
    const uint32_t range = max - bins.min;
    const unsigned bits = range == 0 ? 0 : 32 - (unsigned)__builtin_clz(range);
    bins.shift = bits > RADIX_BITS ? bits - RADIX_BITS : 0;
    memset(bins.size, 0, sizeof bins.size);
    if (range == 0)
        bins.size[0] = n; /* counting one bin up would be slow */
    else
        for (size_t i = 0; i < n; i++) bins.size[bin_of(&bins, v[i])]++;
    if (bins.shift > 0) {
        select_in_bins(&bins, n, v, base, asked, wanted);
        return;
    }
    size_t before = base, w = 0;
    for (uint32_t bin = 0; w < asked; bin++) {
        before += bins.size[bin];
        for (; w < asked && wanted[w].rank < before; w++) *wanted[w].value = (double)key_float(bins.min + bin);
    }
}

static size_t copy_defined(size_t count, const float sample[], float work[])
{
    size_t defined = 0;
    for (size_t i = 0; i < count; i++) {
        work[defined] = sample[i];
        defined += sample[i] == sample[i];
    }
    return defined;
}

/* The ranks of one selection, ascending. */
struct wishes {
    size_t n, count;
    struct wanted wanted[4 * ASKED_AT_ONCE];
};

/* Adds a wanted rank (from 1) in its place; a bound outside the sample gets its value at once. */
static void want(struct wishes *wishes, uint64_t rank, double *value)
{
    struct wanted *wanted = wishes->wanted;
    if (rank < 1 || rank > wishes->n) {
        *value = rank < 1 ? -ENDLESS : ENDLESS;
        return;
    }
    size_t position = wishes->count++;
    for (; position > 0 && wanted[position - 1].rank > rank - 1; position--) wanted[position] = wanted[position - 1];
    wanted[position] = (struct wanted){rank - 1, value};
}

static void want_quantile(struct wishes *wishes, double p, struct quantile_estimate *out)
{
    *out = (struct quantile_estimate){UNKNOWN, UNKNOWN, UNKNOWN};
    if (wishes->n == 0 || !(p >= 0 && p <= 1)) return;
    uint64_t rank, low, high;
    quantile_ranks(wishes->n, p, &rank, &low, &high);
    want(wishes, rank, &out->estimate);
    want(wishes, low, &out->low);
    want(wishes, high, &out->high);
}

static bool is_level(double level)
{
    return level > 0 && level < 1;
}

void quantiles_and_tails(size_t count, const float sample[], float work[], const struct quantiles_asked *asked,
                         struct quantile_estimate quantile[], struct cvar_estimate cvar[])
{
    for (size_t from = 0; from < asked->quantiles || from < asked->levels; from += ASKED_AT_ONCE) {
        struct wishes wishes = {.n = copy_defined(count, sample, work), .count = 0};
        double edge[ASKED_AT_ONCE];
        const size_t n = wishes.n, end = from + ASKED_AT_ONCE;
        for (size_t q = from; q < asked->quantiles && q < end; q++) want_quantile(&wishes, asked->p[q], &quantile[q]);
        for (size_t c = from; c < asked->levels && c < end; c++)
            if (n > 0 && is_level(asked->level[c])) want(&wishes, tail_edge(n, asked->level[c]), &edge[c - from]);
        if (wishes.count > 0) select_ranks(n, work, 0, wishes.count, wishes.wanted);
        for (size_t c = from; c < asked->levels && c < end; c++) {
            const double level = asked->level[c];
            cvar[c] = (struct cvar_estimate){UNKNOWN, UNKNOWN, 0};
            if (n == 0 || !is_level(level)) continue;
            const struct tail tail = tail_of(count, sample, edge[c - from], tail_is_upper(level));
            cvar[c] = tail_cvar((double)n, level, edge[c - from], &tail);
        }
    }
}

void quantiles_estimate(size_t count, const float sample[], float work[], size_t asked, const double p[],
                        struct quantile_estimate out[])
{
    const struct quantiles_asked quantiles = {asked, p, 0, NULL};
    quantiles_and_tails(count, sample, work, &quantiles, out, NULL);
}
