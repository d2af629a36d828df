/* sim/core/statistics.c -- see statistics.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/statistics.h"

#include <float.h>
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* In double: the macros of math.h are floats. */
#define UNKNOWN __builtin_nan("")
#define ENDLESS __builtin_inf()

/* ---- moments ---- */

struct moments moments_none(void)
{
    return (struct moments){.mean = UNKNOWN, .least = UNKNOWN, .greatest = UNKNOWN};
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
    double count[LANES], least[LANES], greatest[LANES]; /* 1st pass */
    double sum[LANES];                                  /* 2nd: of value - least, so that equal values give exactly 0 */
    double m2[LANES], m3[LANES], m4[LANES];             /* 3rd */
};

static inline void pass_range(struct passes *p, const double x[LANES], bool first)
{
    EACH_LANE(l)
    {
        p->count[l] = (first ? 0.0 : p->count[l]) + (x[l] == x[l] ? 1.0 : 0.0);
        p->least[l] = lesser(x[l], first ? ENDLESS : p->least[l]); /* the second, where x is NaN */
        p->greatest[l] = greater(x[l], first ? -ENDLESS : p->greatest[l]);
    }
}

static inline void pass_sum(struct passes *p, const double x[LANES], double least, bool first)
{
    EACH_LANE(l)
    {
        p->sum[l] = (first ? 0.0 : p->sum[l]) + (x[l] == x[l] ? x[l] - least : 0.0);
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

static inline struct moments passes_end(const struct passes *p, double count, double kept, double least, double mean)
{
    return (struct moments){.count = count,
                            .mean = mean,
                            .m2 = lanes_sum(p->m2),
                            .m3 = lanes_sum(p->m3),
                            .m4 = lanes_sum(p->m4),
                            .least = least,
                            .greatest = lanes_greatest(p->greatest),
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
    const double least = lanes_least(p.least);
    for (size_t i = 0; i < count; i += LANES) {
        (void)group_load(count, value, mask, i, x);
        pass_sum(&p, x, least, i == 0);
    }
    const double mean = least + lanes_sum(p.sum) / n;
    for (size_t i = 0; i < count; i += LANES) {
        (void)group_load(count, value, mask, i, x);
        pass_powers(&p, x, mean, i == 0);
    }
    return passes_end(&p, n, kept, least, mean);
}

static inline struct moments lanes_moments(const double x[LANES], double kept)
{
    struct passes p;
    pass_range(&p, x, true);
    const double n = lanes_sum(p.count);
    if (n == 0) return all_undefined(kept);
    const double least = lanes_least(p.least);
    pass_sum(&p, x, least, true);
    const double mean = least + lanes_sum(p.sum) / n;
    pass_powers(&p, x, mean, true);
    return passes_end(&p, n, kept, least, mean);
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

/* *out may be one of the two. */
static inline void combine(const struct moments *left, const struct moments *right, struct moments *out)
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
    out->least = lesser(left->least, right->least);
    out->greatest = greater(left->greatest, right->greatest);
    out->count = n;
    out->m2 = m2;
    out->m3 = m3;
    out->m4 = m4;
    out->undefined = undefined;
}

struct moments moments_combine(struct moments left, struct moments right)
{
    struct moments both;
    combine(&left, &right, &both);
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

/* ---- the reduction tree ---- */

struct held_node {
    unsigned level;
    uint64_t index;
    struct moments *node; /* [width] */
};

struct reduction {
    size_t width;
    pthread_mutex_t lock;   /* over all below */
    struct held_node *held; /* wait for their siblings, in order of their leaves */
    size_t nodes, room;
    struct moments **spare; /* nodes no longer needed, kept for the next; has the same room */
    size_t spares;
    struct moments *last; /* [width]; NULL: none delivered */
};

static struct fault *lock_fault(void)
{
    return fault_raise(FAULT_MACHINE, "a lock of the statistics failed, which should never happen");
}

static struct fault *reduction_lock(struct reduction *reduction)
{
    return pthread_mutex_lock(&reduction->lock) == 0 ? NULL : lock_fault();
}

static struct fault *reduction_unlock(struct reduction *reduction)
{
    return pthread_mutex_unlock(&reduction->lock) == 0 ? NULL : lock_fault();
}

struct fault *reduction_open(size_t width, struct reduction **reduction)
{
    *reduction = NULL;
    if (width > PTRDIFF_MAX / sizeof(struct moments)) return fault_no_memory();
    struct reduction *made = calloc(1, sizeof *made);
    if (made == NULL) return fault_no_memory();
    if (pthread_mutex_init(&made->lock, NULL) != 0) {
        free(made);
        return lock_fault();
    }
    made->width = width;
    *reduction = made;
    return NULL;
}

void reduction_close(struct reduction *reduction)
{
    if (reduction == NULL) return;
    for (size_t i = 0; i < reduction->nodes; i++) free(reduction->held[i].node);
    for (size_t i = 0; i < reduction->spares; i++) free(reduction->spare[i]);
    free(reduction->held);
    free(reduction->spare);
    free(reduction->last);
    (void)pthread_mutex_destroy(&reduction->lock); /* fails only while it is held */
    free(reduction);
}

/* The functions from here to reduction_meet are called under the lock. */
static struct fault *reduction_grow(struct reduction *reduction)
{
    const size_t room = reduction->room == 0 ? 16 : 2 * reduction->room;
    struct held_node *held = realloc(reduction->held, room * sizeof *held);
    if (held == NULL) return fault_no_memory();
    reduction->held = held;
    struct moments **spare = realloc(reduction->spare, room * sizeof *spare);
    if (spare == NULL) return fault_no_memory();
    reduction->spare = spare;
    reduction->room = room;
    return NULL;
}

static void reduction_spare(struct reduction *reduction, struct moments *node)
{
    if (reduction->spares < reduction->room)
        reduction->spare[reduction->spares++] = node;
    else
        free(node);
}

/* The place of the first held node that does not end before leaf `first`. */
static size_t reduction_place(const struct reduction *reduction, uint64_t first)
{
    size_t low = 0, high = reduction->nodes;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const struct held_node *held = &reduction->held[middle];
        const uint64_t end = (held->index << held->level) + ((UINT64_C(1) << held->level) - 1);
        if (end < first)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool reduction_overlaps(const struct reduction *reduction, unsigned level, uint64_t index)
{
    const uint64_t first = index << level, end = first + ((UINT64_C(1) << level) - 1);
    const size_t place = reduction_place(reduction, first);
    return place < reduction->nodes && reduction->held[place].index << reduction->held[place].level <= end;
}

/* Takes node (level, index) out of the held ones; NULL if it is not there. */
static struct moments *reduction_take(struct reduction *reduction, unsigned level, uint64_t index)
{
    const size_t place = reduction_place(reduction, index << level);
    if (place == reduction->nodes) return NULL;
    const struct held_node found = reduction->held[place];
    if (found.level != level || found.index != index) return NULL;
    reduction->nodes--;
    memmove(reduction->held + place, reduction->held + place + 1, (reduction->nodes - place) * sizeof found);
    return found.node;
}

static struct fault *reduction_hold(struct reduction *reduction, struct held_node node)
{
    if (reduction->nodes == reduction->room) TRY(reduction_grow(reduction));
    const size_t place = reduction_place(reduction, node.index << node.level);
    memmove(reduction->held + place + 1, reduction->held + place, (reduction->nodes - place) * sizeof node);
    reduction->held[place] = node;
    reduction->nodes++;
    return NULL;
}

/* Either takes out the sibling of the node, or holds the node (*sibling NULL). On a fault the node is spent. */
static struct fault *reduction_meet(struct reduction *reduction, struct held_node node, struct moments **sibling)
{
    *sibling = NULL;
    struct fault *fault = NULL;
    if (reduction_overlaps(reduction, node.level, node.index))
        fault = fault_raise(FAULT_MACHINE, "part %llu of level %u of the statistics came twice, expected once",
                            (unsigned long long)node.index, node.level);
    else
        *sibling = reduction_take(reduction, node.level, node.index ^ 1);
    if (fault == NULL && *sibling == NULL) fault = reduction_hold(reduction, node);
    if (fault != NULL) reduction_spare(reduction, node.node);
    return fault;
}

struct fault *reduction_borrow(struct reduction *reduction, struct moments **node)
{
    *node = NULL;
    TRY(reduction_lock(reduction));
    if (reduction->spares > 0) *node = reduction->spare[--reduction->spares];
    TRY(reduction_unlock(reduction));
    if (*node == NULL) *node = malloc((reduction->width + (reduction->width == 0)) * sizeof **node);
    return *node == NULL ? fault_no_memory() : NULL;
}

struct fault *reduction_hand_over(struct reduction *reduction, unsigned level, uint64_t index, struct moments *node)
{
    if (level > 63 || index > UINT64_MAX >> level) {
        free(node);
        return fault_raise(FAULT_MACHINE, "part %llu of level %u of the statistics is out of range",
                           (unsigned long long)index, level);
    }
    for (struct moments *spent = NULL;; level++, index /= 2) {
        struct moments *sibling;
        TRY(reduction_lock(reduction));
        if (spent != NULL) reduction_spare(reduction, spent);
        struct fault *fault = reduction_meet(reduction, (struct held_node){level, index, node}, &sibling);
        fault = fault_join(fault, reduction_unlock(reduction));
        if (fault != NULL || sibling == NULL) return fault;
        const struct moments *left = index % 2 == 0 ? node : sibling, *right = index % 2 == 0 ? sibling : node;
        for (size_t i = 0; i < reduction->width; i++) combine(&left[i], &right[i], &sibling[i]);
        spent = node;
        node = sibling;
    }
}

struct fault *reduction_deliver(struct reduction *reduction, unsigned level, uint64_t index,
                                const struct moments node[])
{
    struct moments *copy;
    TRY(reduction_borrow(reduction, &copy));
    memcpy(copy, node, reduction->width * sizeof *copy);
    return reduction_hand_over(reduction, level, index, copy);
}

struct fault *reduction_deliver_last(struct reduction *reduction, const struct moments node[])
{
    struct moments *copy;
    TRY(reduction_borrow(reduction, &copy));
    memcpy(copy, node, reduction->width * sizeof *copy);
    struct fault *fault = reduction_lock(reduction);
    if (fault != NULL) {
        free(copy);
        return fault;
    }
    if (reduction->last == NULL) {
        reduction->last = copy;
    } else {
        reduction_spare(reduction, copy);
        fault = fault_raise(FAULT_MACHINE, "the incomplete last part of the statistics came twice, expected once");
    }
    return fault_join(fault, reduction_unlock(reduction));
}

struct fault *reduction_total(struct reduction *reduction, struct moments total[])
{
    TRY(reduction_lock(reduction));
    for (size_t i = 0; i < reduction->width; i++)
        total[i] = reduction->last == NULL ? moments_none() : reduction->last[i];
    for (size_t which = reduction->nodes; which-- > 0;)
        for (size_t i = 0; i < reduction->width; i++) combine(&reduction->held[which].node[i], &total[i], &total[i]);
    return reduction_unlock(reduction);
}

void reduction_clear(struct reduction *reduction)
{
    for (size_t i = 0; i < reduction->nodes; i++) reduction_spare(reduction, reduction->held[i].node);
    reduction->nodes = 0;
    if (reduction->last != NULL) reduction_spare(reduction, reduction->last);
    reduction->last = NULL;
}

size_t reduction_nodes(const struct reduction *reduction)
{
    return reduction->nodes;
}

void reduction_node(const struct reduction *reduction, size_t which, unsigned *level, uint64_t *index,
                    const struct moments **node)
{
    *level = reduction->held[which].level;
    *index = reduction->held[which].index;
    *node = reduction->held[which].node;
}

/* ---- quantiles ---- */

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

void statistics_quantile_ranks(uint64_t n, double p, uint64_t *rank, uint64_t *low, uint64_t *high)
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
    uint64_t least, most;
    binomial_bounds(count, p <= 0.5 ? p : 1 - p, 0.025, &least, &most);
    *low = p <= 0.5 ? least : n - most;
    *high = p <= 0.5 ? most + 1 : n - least + 1;
}

enum { RADIX_BITS = 11, RADIX_BINS = 1 << RADIX_BITS, FEW_VALUES = 48, QUANTILES_AT_ONCE = 24 };
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

static void key_range(size_t n, const float v[], uint32_t *least, uint32_t *greatest)
{
    uint32_t low = UINT32_MAX, high = 0;
    for (size_t i = 0; i < n; i++) {
        const uint32_t key = float_key(v[i]);
        low = key < low ? key : low;
        high = key > high ? key : high;
    }
    *least = low;
    *greatest = high;
}

/* Bins of equal width in key: bin = (key - least) >> shift. `next` is where a bin begins in what is kept. */
struct bins {
    uint32_t least;
    unsigned shift;
    size_t size[RADIX_BINS];
    size_t next[RADIX_BINS];
};

static inline size_t bin_of(const struct bins *bins, float value)
{
    return (float_key(value) - bins->least) >> bins->shift;
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
    uint32_t greatest;
    if (n <= FEW_VALUES) {
        sort_few(n, v);
        for (size_t w = 0; w < asked; w++) *wanted[w].value = (double)v[wanted[w].rank - base];
        return;
    }
    key_range(n, v, &bins.least, &greatest);
    const uint32_t range = greatest - bins.least;
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
        for (; w < asked && wanted[w].rank < before; w++) *wanted[w].value = (double)key_float(bins.least + bin);
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

/* Adds a wanted rank (from 1) in its place; a bound outside the sample gets its value at once. */
static void want(struct wanted wanted[], size_t *asked, size_t n, uint64_t rank, double *value)
{
    if (rank < 1 || rank > n) {
        *value = rank < 1 ? -ENDLESS : ENDLESS;
        return;
    }
    size_t place = (*asked)++;
    for (; place > 0 && wanted[place - 1].rank > rank - 1; place--) wanted[place] = wanted[place - 1];
    wanted[place] = (struct wanted){rank - 1, value};
}

void statistics_quantiles(size_t count, const float sample[], float work[], size_t asked, const double p[],
                          struct quantile_estimate out[])
{
    for (size_t from = 0; from < asked; from += QUANTILES_AT_ONCE) {
        struct wanted wanted[3 * QUANTILES_AT_ONCE];
        size_t wants = 0;
        const size_t n = copy_defined(count, sample, work);
        for (size_t q = from; q < asked && q < from + QUANTILES_AT_ONCE; q++) {
            out[q] = (struct quantile_estimate){UNKNOWN, UNKNOWN, UNKNOWN};
            if (n == 0 || !(p[q] >= 0 && p[q] <= 1)) continue;
            uint64_t rank, low, high;
            statistics_quantile_ranks(n, p[q], &rank, &low, &high);
            want(wanted, &wants, n, rank, &out[q].estimate);
            want(wanted, &wants, n, low, &out[q].low);
            want(wanted, &wants, n, high, &out[q].high);
        }
        if (wants > 0) select_ranks(n, work, 0, wants, wanted);
    }
}
