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

enum {
    RADIX_BITS = 11,
    MOST_BINS = 1 << RADIX_BITS,
    LEAST_BINS = 16,
    PER_BIN = 2,
    MANY_AT_ENDS = 8,
    FEW_VALUES = 48,
    ASKED_AT_ONCE = 24
};
enum { AT_ONCE = 64 };              /* values whose bins are worked out together */
enum { COUNTED_AT_ONCE = 1 << 30 }; /* so that counts of 32 bits suffice, which are twice as fast */
enum { WIDE = 32 };                 /* see bins_lay */

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

/* What a pass over values finds: the range of their keys, and how many lie at its ends. */
struct extent {
    uint32_t min, max;
    size_t at_min, at_max;
};

/* Of n values that are all defined. */
static struct extent extent_of(size_t n, const float v[])
{
    uint32_t low = UINT32_MAX, high = 0;
    size_t at_low = 0, at_high = 0;
#pragma omp simd reduction(min : low) reduction(max : high)
    for (size_t i = 0; i < n; i++) {
        const uint32_t key = float_key(v[i]);
        low = key < low ? key : low;
        high = key > high ? key : high;
    }
    for (size_t from = 0; from < n; from += COUNTED_AT_ONCE) {
        const size_t end = n - from < COUNTED_AT_ONCE ? n : from + COUNTED_AT_ONCE;
        uint32_t lows = 0, highs = 0;
#pragma omp simd reduction(+ : lows, highs)
        for (size_t i = from; i < end; i++) {
            const uint32_t key = float_key(v[i]);
            lows += key == low;
            highs += key == high;
        }
        at_low += lows;
        at_high += highs;
    }
    return (struct extent){low, high, at_low, at_high};
}

/* Bins that order as their values do: of equal width in value, or in key (a whole number of bits). */
struct bins {
    size_t count;
    bool by_key;
    float low, scale; /* by value */
    uint32_t min;     /* by key */
    unsigned shift;
    bool kept[MOST_BINS];
    size_t size[MOST_BINS];
    size_t next[MOST_BINS]; /* where the rest of the bin goes in what is kept */
};

/* By value, or by key, which is like a logarithm: where values of one sign range over more than a factor WIDE, where that
 * alone is possible, and where it is asked for. */
static void bins_lay(struct bins *bins, size_t n, struct extent extent, bool by_key)
{
    const size_t wish = n / PER_BIN;
    const float low = key_float(extent.min), range = key_float(extent.max) - low;
    bins->count = wish < LEAST_BINS ? LEAST_BINS : wish > MOST_BINS ? MOST_BINS : wish;
    bins->low = low;
    bins->scale = (float)(bins->count - 1) / range;
    const float high = key_float(extent.max);
    const bool wide = low > 0 ? high > WIDE * low : high < 0 && low < WIDE * high;
    bins->by_key = by_key || wide || !(range <= FLT_MAX && bins->scale <= FLT_MAX && bins->scale >= FLT_MIN);
    bins->min = extent.min;
    if (!bins->by_key) return;
    const unsigned bits = 32 - (unsigned)__builtin_clz((extent.max - extent.min) | 1u);
    const unsigned wanted = 31 - (unsigned)__builtin_clz((uint32_t)bins->count);
    bins->shift = bits > wanted ? bits - wanted : 0;
    bins->count = (size_t)1 << wanted;
}

static inline uint32_t bin_of(const struct bins *bins, float value)
{
    if (bins->by_key) return (float_key(value) - bins->min) >> bins->shift;
    const uint32_t bin = (uint32_t)(int)((value - bins->low) * bins->scale), last = (uint32_t)bins->count - 1;
    return bin < last ? bin : last;
}

/* The bins of up to AT_ONCE values. */
static inline void bins_find(const struct bins *bins, size_t n, const float v[], uint32_t bin[AT_ONCE])
{
    if (bins->by_key) {
        const uint32_t min = bins->min;
        const unsigned shift = bins->shift;
#pragma omp simd
        for (size_t i = 0; i < n; i++) bin[i] = (float_key(v[i]) - min) >> shift;
        return;
    }
    const float low = bins->low, scale = bins->scale;
    const int last = (int)bins->count - 1;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        const int of = (int)((v[i] - low) * scale);
        bin[i] = (uint32_t)(of < last ? of : last);
    }
}

static void bins_fill(struct bins *bins, size_t n, const float v[])
{
    uint32_t bin[AT_ONCE];
    memset(bins->size, 0, bins->count * sizeof *bins->size);
    for (size_t from = 0; from < n; from += AT_ONCE) {
        const size_t some = n - from < AT_ONCE ? n - from : AT_ONCE;
        bins_find(bins, some, v + from, bin);
        for (size_t i = 0; i < some; i++) bins->size[bin[i]]++;
    }
}

/* Takes over into `to` (which may be `from`) the values of kept bins, in the order of their bins. */
static void bins_gather(struct bins *bins, size_t n, const float from[], float to[])
{
    uint32_t bin[AT_ONCE];
    size_t kept = 0, end = 0;
    for (size_t first = 0; first < n; first += AT_ONCE) {
        const size_t some = n - first < AT_ONCE ? n - first : AT_ONCE;
        bins_find(bins, some, from + first, bin);
        for (size_t i = 0; i < some; i++) {
            to[kept] = from[first + i];
            kept += bins->kept[bin[i]] ? 1 : 0;
        }
    }
    for (size_t b = 0; b < bins->count; b++) {
        if (!bins->kept[b]) continue;
        end += bins->size[b];
        while (bins->next[b] < end) {
            const float value = to[bins->next[b]];
            const size_t home = bin_of(bins, value);
            if (home != b) to[bins->next[b]] = to[bins->next[home]];
            to[bins->next[home]++] = value;
        }
    }
}

static void select_ranks(size_t n, const float from[], float v[], size_t base, size_t asked,
                         const struct wanted wanted[], bool by_key);

/* Marks the bins that hold wanted ranks, keeps their values in v and selects in each of them. */
static void select_in_bins(struct bins *bins, size_t n, const float from[], float v[], size_t base, size_t asked,
                           const struct wanted wanted[])
{
    size_t before = base, kept = 0, w = 0;
    for (size_t bin = 0; bin < bins->count; bin++) {
        before += bins->size[bin];
        bins->kept[bin] = w < asked && wanted[w].rank < before;
        bins->next[bin] = kept;
        if (!bins->kept[bin]) continue;
        kept += bins->size[bin];
        while (w < asked && wanted[w].rank < before) w++;
    }
    bins_gather(bins, n, from, v);
    const bool by_key = bins->by_key || kept > n / 2; /* so that a few far values cannot make it slow again and again */
    before = base;
    kept = w = 0;
    for (size_t bin = 0; bin < bins->count && w < asked; before += bins->size[bin++]) {
        if (!bins->kept[bin]) continue;
        const size_t first = w;
        while (w < asked && wanted[w].rank < before + bins->size[bin]) w++;
        select_ranks(bins->size[bin], v + kept, v + kept, before, w - first, wanted + first, by_key);
        kept += bins->size[bin];
    }
}

/* What is being selected from: n values, of ranks base .. base + n - 1, and the ranks still wanted. */
struct selection {
    size_t n, base, asked;
    const float *from;
    const struct wanted *wanted;
    struct extent extent;
};

/* Finds the extent, and settles what is wanted at its ends: of what is 0 in most futures, or 1, that is all. */
static void ends_settle(struct selection *of)
{
    of->extent = extent_of(of->n, of->from);
    const double min = (double)key_float(of->extent.min), max = (double)key_float(of->extent.max);
    for (; of->asked > 0 && of->wanted->rank < of->base + of->extent.at_min; of->wanted++, of->asked--)
        *of->wanted->value = min;
    for (; of->asked > 0 && of->wanted[of->asked - 1].rank >= of->base + of->n - of->extent.at_max; of->asked--)
        *of->wanted[of->asked - 1].value = max;
}

/* Goes on with what lies between the ends, which v takes over. */
static void ends_leave(struct selection *of, float v[])
{
    size_t inner = 0;
    for (size_t i = 0; i < of->n; i++) {
        const uint32_t key = float_key(of->from[i]);
        v[inner] = of->from[i];
        inner += key != of->extent.min && key != of->extent.max ? 1 : 0;
    }
    of->n = inner;
    of->base += of->extent.at_min;
    of->from = v;
}

/* Values of the wanted ranks, ascending and within base .. base + n - 1, where `from` holds the values of these ranks,
 * all of them defined. v is for work, and may be `from`. Levels by key are at most eight, three where there are many
 * values, and each level by value that does not lead to them at least halves the values. */
static void select_ranks(size_t n, const float from[], float v[], size_t base, size_t asked,
                         const struct wanted wanted[], bool by_key)
{
    struct selection of = {.n = n, .base = base, .asked = asked, .from = from, .wanted = wanted};
    struct bins bins;
    if (n > FEW_VALUES) ends_settle(&of);
    if (of.n > FEW_VALUES && of.asked > 0 && of.extent.at_min + of.extent.at_max > n / MANY_AT_ENDS) {
        ends_leave(&of, v);
        if (of.n > FEW_VALUES) ends_settle(&of);
    }
    if (of.asked == 0) return;
    if (of.n <= FEW_VALUES) {
        if (v != of.from) memcpy(v, of.from, of.n * sizeof *v);
        sort_few(of.n, v);
        for (size_t w = 0; w < of.asked; w++) *of.wanted[w].value = (double)v[of.wanted[w].rank - of.base];
        return;
    }
    bins_lay(&bins, of.n, of.extent, by_key);
    bins_fill(&bins, of.n, of.from);
    select_in_bins(&bins, of.n, of.from, v, of.base, of.asked, of.wanted);
}

/* How many of the values are defined. */
static size_t count_defined(size_t count, const float sample[])
{
    size_t defined = 0;
    for (size_t i = 0; i < count; i++) defined += sample[i] == sample[i];
    return defined;
}

static void copy_defined(size_t count, const float sample[], float work[])
{
    size_t defined = 0;
    for (size_t i = 0; i < count; i++) {
        work[defined] = sample[i];
        defined += sample[i] == sample[i];
    }
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
        struct wishes wishes = {.n = count_defined(count, sample), .count = 0};
        double edge[ASKED_AT_ONCE];
        const size_t n = wishes.n, end = from + ASKED_AT_ONCE;
        for (size_t q = from; q < asked->quantiles && q < end; q++) want_quantile(&wishes, asked->p[q], &quantile[q]);
        for (size_t c = from; c < asked->levels && c < end; c++)
            if (n > 0 && is_level(asked->level[c])) want(&wishes, tail_edge(n, asked->level[c]), &edge[c - from]);
        if (wishes.count > 0 && n < count) copy_defined(count, sample, work);
        if (wishes.count > 0) select_ranks(n, n < count ? work : sample, work, 0, wishes.count, wishes.wanted, false);
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
