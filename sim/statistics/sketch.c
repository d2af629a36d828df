/* sim/statistics/sketch.c -- see sketch.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/sketch.h"
#include "sim/statistics/split.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* In double: the macros of math.h are floats. */
#define UNKNOWN __builtin_nan("")
#define ENDLESS __builtin_inf()

/* A bucket's magnitude is the exponent and the first 7 bits of the mantissa; those of numbers that are neither 0 nor
 * infinite lie between. */
enum { ZERO = 0, INFINITE = 0x7f80, STEP = 16 };

/* The values of a bucket: how many, and the sums of the lower 16 bits of each and of their squares. As many as can be
 * counted fit: (2^32 - 1) (2^16 - 1)^2 < 2^64. Packed, since 4 bytes of 24 are worth more than alignment. */
struct bucket {
    uint64_t sum, squares;
    uint32_t count;
} __attribute__((packed, aligned(4)));

/* The buckets of the magnitudes first .. first + size - 1; all others are empty. */
struct window {
    struct bucket *bucket;
    uint32_t first, size;
};

/* [0]: numbers with sign +, [1]: with sign -. */
struct cell {
    struct window window[2];
    uint32_t zero[2], infinite[2];
    uint32_t all, undefined;
};

struct sketch {
    size_t cells;
    struct cell *cell;
};

struct fault *sketch_open(size_t cells, struct sketch **sketch)
{
    struct sketch *made = calloc(1, sizeof *made);
    *sketch = made;
    if (made == NULL) return fault_no_memory();
    made->cells = cells;
    made->cell = calloc(cells + 1, sizeof *made->cell);
    if (made->cell != NULL) return NULL;
    free(made);
    *sketch = NULL;
    return fault_no_memory();
}

void sketch_close(struct sketch *sketch)
{
    if (sketch == NULL) return;
    for (size_t c = 0; c < sketch->cells; c++)
        for (int s = 0; s < 2; s++) free(sketch->cell[c].window[s].bucket);
    free(sketch->cell);
    free(sketch);
}

/* Makes room for the magnitudes from `first` to `last`, in steps, so that it is seldom needed. */
static struct fault *window_reach(struct window *window, uint32_t first, uint32_t last)
{
    uint32_t from = first / STEP * STEP, end = (last / STEP + 1) * STEP;
    if (window->size > 0 && window->first < from) from = window->first;
    if (window->first + window->size > end) end = window->first + window->size;
    if (from <= ZERO) from = ZERO + 1;
    if (end > INFINITE) end = INFINITE;
    if (from == window->first && end - from == window->size) return NULL;
    struct bucket *grown = calloc(end - from, sizeof *grown);
    if (grown == NULL) return fault_no_memory();
    if (window->size > 0) memcpy(grown + (window->first - from), window->bucket, window->size * sizeof *grown);
    free(window->bucket);
    *window = (struct window){grown, from, end - from};
    return NULL;
}

static void bucket_add(struct bucket *bucket, uint32_t bits)
{
    const uint64_t low = bits & 0xffff;
    bucket->count++;
    bucket->sum += low;
    bucket->squares += low * low;
}

static void bucket_merge(struct bucket *into, const struct bucket *from)
{
    into->count += from->count;
    into->sum += from->sum;
    into->squares += from->squares;
}

/* A value for which there is no bucket in the window. */
static __attribute__((noinline)) struct fault *add_elsewhere(struct cell *cell, float value, uint32_t bits)
{
    const uint32_t sign = bits >> 31, magnitude = bits >> 16 & 0x7fff;
    if (value != value)
        cell->undefined++;
    else if (magnitude == ZERO)
        cell->zero[sign]++;
    else if (magnitude == INFINITE)
        cell->infinite[sign]++;
    else {
        struct window *window = &cell->window[sign];
        TRY(window_reach(window, magnitude, magnitude));
        bucket_add(&window->bucket[magnitude - window->first], bits);
    }
    return NULL;
}

static struct fault *count_more(struct cell *cell, uint64_t count)
{
    if (count > UINT32_MAX - cell->all)
        return fault_raise(FAULT_MACHINE, "a cell of a sketch would have more than 4294967295 values");
    cell->all += (uint32_t)count;
    return NULL;
}

struct fault *sketch_add(struct sketch *sketch, size_t at, size_t count, const float value[])
{
    struct cell *cell = &sketch->cell[at];
    TRY(count_more(cell, count));
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &value[i], sizeof bits);
        struct window *window = &cell->window[bits >> 31];
        const uint32_t offset = (bits >> 16 & 0x7fff) - window->first;
        if (offset < window->size)
            bucket_add(&window->bucket[offset], bits);
        else
            TRY(add_elsewhere(cell, value[i], bits));
    }
    return NULL;
}

static struct fault *window_merge(struct window *into, const struct window *from)
{
    if (from->size == 0) return NULL;
    TRY(window_reach(into, from->first, from->first + from->size - 1));
    struct bucket *bucket = into->bucket + (from->first - into->first);
    for (uint32_t i = 0; i < from->size; i++) bucket_merge(&bucket[i], &from->bucket[i]);
    return NULL;
}

struct fault *sketch_merge(struct sketch *into, const struct sketch *from)
{
    if (into->cells != from->cells)
        return fault_raise(FAULT_MACHINE, "a sketch of %zu cells cannot take in one of %zu", into->cells, from->cells);
    for (size_t c = 0; c < into->cells; c++) {
        struct cell *cell = &into->cell[c];
        const struct cell *more = &from->cell[c];
        TRY(count_more(cell, more->all));
        cell->undefined += more->undefined;
        for (int s = 0; s < 2; s++) {
            cell->zero[s] += more->zero[s];
            cell->infinite[s] += more->infinite[s];
            TRY(window_merge(&cell->window[s], &more->window[s]));
        }
    }
    return NULL;
}

void sketch_put(const struct sketch *sketch, struct bytes *bytes)
{
    for (size_t c = 0; c < sketch->cells; c++) {
        const struct cell *cell = &sketch->cell[c];
        const uint32_t alone[] = {
            cell->zero[0],         cell->zero[1],        cell->infinite[0],     cell->infinite[1],    cell->undefined,
            cell->window[0].first, cell->window[0].size, cell->window[1].first, cell->window[1].size, cell->all};
        bytes_put(bytes, alone, sizeof alone);
        for (int s = 0; s < 2; s++)
            bytes_put(bytes, cell->window[s].bucket, cell->window[s].size * sizeof *cell->window[s].bucket);
    }
}

/* The buckets of one window, added; *sum of their counts. */
static bool window_take(struct window *into, struct bytes_left *left, uint32_t first, uint32_t size, uint64_t *sum,
                        struct fault **fault)
{
    if (size == 0) return true;
    if (first <= ZERO || first > INFINITE || size > INFINITE - first) return false;
    const unsigned char *from = bytes_take(left, size * sizeof(struct bucket));
    if (from == NULL) return false;
    *fault = window_reach(into, first, first + size - 1);
    if (*fault != NULL) return false;
    for (uint32_t i = 0; i < size; i++) {
        struct bucket bucket;
        memcpy(&bucket, from + i * sizeof bucket, sizeof bucket);
        bucket_merge(&into->bucket[first - into->first + i], &bucket);
        *sum += bucket.count;
    }
    return true;
}

static bool cell_take(struct cell *into, struct bytes_left *left, struct fault **fault)
{
    enum { ALL = 9 };
    uint32_t alone[ALL + 1];
    uint64_t sum = 0;
    bytes_take_items(left, alone, ALL + 1, sizeof *alone);
    if (left->failed) return false;
    *fault = count_more(into, alone[ALL]);
    if (*fault != NULL) return false;
    for (uint32_t s = 0; s < 2; s++) {
        into->zero[s] += alone[s];
        into->infinite[s] += alone[2 + s];
        if (!window_take(&into->window[s], left, alone[5 + 2 * s], alone[6 + 2 * s], &sum, fault)) return false;
    }
    into->undefined += alone[4];
    for (int i = 0; i < 5; i++) sum += alone[i];
    return sum == alone[ALL];
}

struct fault *sketch_take(struct sketch *into, struct bytes_left *left)
{
    struct fault *fault = NULL;
    for (size_t c = 0; c < into->cells; c++)
        if (!cell_take(&into->cell[c], left, &fault))
            return fault != NULL ? fault
                                 : fault_raise(FAULT_FILES, "the counts of cell %zu are not those of a sketch", c);
    return NULL;
}

uint64_t sketch_count(const struct sketch *sketch, size_t cell)
{
    return sketch->cell[cell].all - sketch->cell[cell].undefined;
}

uint64_t sketch_undefined(const struct sketch *sketch, size_t cell)
{
    return sketch->cell[cell].undefined;
}

size_t sketch_bytes(const struct sketch *sketch)
{
    size_t bytes = sizeof *sketch + (sketch->cells + 1) * sizeof *sketch->cell;
    for (size_t c = 0; c < sketch->cells; c++)
        for (int s = 0; s < 2; s++) bytes += sketch->cell[c].window[s].size * sizeof(struct bucket);
    return bytes;
}

/* A bucket as a whole number that orders as the values do: the magnitude m of those with sign +, -1 - m of others. */
enum { LOWEST = -1 - INFINITE, HIGHEST = INFINITE, BEHIND = INFINITE + 1 };

static uint32_t key_magnitude(int key)
{
    return (uint32_t)(key < 0 ? -1 - key : key);
}

/* Of zeros and infinities as if all their lower bits were 0. */
static struct bucket key_bucket(const struct cell *cell, int key)
{
    const int sign = key < 0;
    const uint32_t magnitude = key_magnitude(key);
    const struct window *window = &cell->window[sign];
    if (magnitude == ZERO) return (struct bucket){.count = cell->zero[sign]};
    if (magnitude == INFINITE) return (struct bucket){.count = cell->infinite[sign]};
    return magnitude - window->first < window->size ? window->bucket[magnitude - window->first] : (struct bucket){0};
}

static uint32_t key_count(const struct cell *cell, int key)
{
    return key_bucket(cell, key).count;
}

/* The next bucket that may have a count, in ascending order from LOWEST to BEHIND. */
static int key_next(const struct cell *cell, int key)
{
    const struct window *plus = &cell->window[0], *minus = &cell->window[1];
    if (key == LOWEST) return minus->size > 0 ? -(int)(minus->first + minus->size) : -1 - ZERO;
    if (key < -1 - ZERO) return key < -1 - (int)minus->first ? key + 1 : -1 - ZERO;
    if (key == -1 - ZERO) return ZERO;
    if (key == ZERO && plus->size > 0) return (int)plus->first;
    return key != ZERO && key + 1 < (int)(plus->first + plus->size) ? key + 1 : key < HIGHEST ? HIGHEST : BEHIND;
}

static bool buckets_equal(const struct bucket *left, const struct bucket *right)
{
    return left->count == right->count && left->sum == right->sum && left->squares == right->squares;
}

/* As many values in all, and in each bucket of the left: so there are none in another bucket of the right. */
static bool cells_equal(const struct cell *left, const struct cell *right)
{
    if (left->all != right->all || left->undefined != right->undefined) return false;
    for (int key = LOWEST; key != BEHIND; key = key_next(left, key)) {
        const struct bucket a = key_bucket(left, key), b = key_bucket(right, key);
        if (!buckets_equal(&a, &b)) return false;
    }
    return true;
}

bool sketch_equal(const struct sketch *left, const struct sketch *right)
{
    if (left->cells != right->cells) return false;
    for (size_t c = 0; c < left->cells; c++)
        if (!cells_equal(&left->cell[c], &right->cell[c])) return false;
    return true;
}

/* The number with these upper and lower halves of its bits; what comes after the greatest float is the power of two. */
static double from_halves(uint32_t upper, uint32_t lower)
{
    const uint32_t bits = upper << 16 | lower;
    float value;
    memcpy(&value, &bits, sizeof value);
    return (double)value;
}

static double with_sign(int key, double magnitude)
{
    return key < 0 ? -magnitude : magnitude;
}

static double key_value(int key)
{
    const uint32_t magnitude = key_magnitude(key);
    const double a = from_halves(magnitude, 0);
    if (magnitude == ZERO || magnitude == INFINITE) return with_sign(key, a);
    const double b = magnitude + 1 == INFINITE ? 0x1p128 : from_halves(magnitude + 1, 0);
    return with_sign(key, 2 * a * b / (a + b));
}

/* The least or the greatest number of a bucket. */
static double key_end(int key, bool greatest)
{
    const uint32_t magnitude = key_magnitude(key);
    const bool exact = magnitude == ZERO || magnitude == INFINITE;
    return with_sign(key, from_halves(magnitude, greatest == (key < 0) || exact ? 0 : 0xffff));
}

/* The bucket of a rank from 1 to the number of values. */
static int key_at(const struct cell *cell, uint64_t rank)
{
    int key = LOWEST;
    uint64_t before = cell->infinite[1];
    while (before < rank) {
        key = key_next(cell, key);
        before += key_count(cell, key);
    }
    return key;
}

/* The extremes in single precision, as the values are; held so, because GCC 12 forgets the rounding of a
 * (double)(float)x that is passed on. */
struct extremes {
    float min, max;
};

static struct extremes extremes_of(const struct moments *moments)
{
    return (struct extremes){(float)moments->min, (float)moments->max};
}

static double between(double value, const struct extremes *extremes)
{
    const double least = (double)extremes->min, greatest = (double)extremes->max;
    return value < least ? least : value > greatest ? greatest : value;
}

double sketch_value(const struct sketch *sketch, size_t cell, const struct moments *moments, uint64_t rank)
{
    const uint64_t count = sketch_count(sketch, cell);
    const struct extremes extremes = extremes_of(moments);
    if (rank < 1 || rank > count) return UNKNOWN;
    if (rank == 1) return (double)extremes.min;
    if (rank == count) return (double)extremes.max;
    return between(key_value(key_at(&sketch->cell[cell], rank)), &extremes);
}

/* The outer end of a rank's bucket; endless where there is no such rank. */
static double bound_at(const struct sketch *sketch, size_t cell, const struct extremes *extremes, uint64_t rank,
                       bool upper)
{
    const uint64_t count = sketch_count(sketch, cell);
    if (rank < 1 || rank > count) return rank < 1 ? -ENDLESS : ENDLESS;
    if (rank == 1) return (double)extremes->min;
    if (rank == count) return (double)extremes->max;
    return between(key_end(key_at(&sketch->cell[cell], rank), upper), extremes);
}

void sketch_quantiles(const struct sketch *sketch, size_t cell, const struct moments *moments, size_t asked,
                      const double p[], struct quantile_estimate out[])
{
    const uint64_t count = sketch_count(sketch, cell);
    const struct extremes extremes = extremes_of(moments);
    for (size_t q = 0; q < asked; q++) {
        uint64_t rank, low, high;
        out[q] = (struct quantile_estimate){UNKNOWN, UNKNOWN, UNKNOWN};
        if (count == 0 || !(p[q] >= 0 && p[q] <= 1)) continue;
        quantile_ranks(count, p[q], &rank, &low, &high);
        out[q].estimate = sketch_value(sketch, cell, moments, rank);
        out[q].low = bound_at(sketch, cell, &extremes, low, false);
        out[q].high = bound_at(sketch, cell, &extremes, high, true);
    }
}

/* What the last of the lower bits is worth in a bucket. */
static double key_unit(int key)
{
    const int exponent = (int)(key_magnitude(key) >> 7);
    return ldexp(1.0, (exponent == 0 ? 1 : exponent) - 150);
}

__extension__ typedef unsigned __int128 wide;

/* Of a bucket that has values: exact but for the last roundings, so that equal values have no variance. */
static struct split_whole bucket_whole(const struct cell *cell, int key, const struct extremes *extremes)
{
    const struct bucket bucket = key_bucket(cell, key);
    const double n = bucket.count, unit = key_unit(key);
    const double mean = from_halves(key_magnitude(key), 0) + unit * ((double)bucket.sum / n);
    const wide spread = (wide)bucket.squares * bucket.count - (wide)bucket.sum * bucket.sum;
    return (struct split_whole){.least = between(key_end(key, false), extremes),
                                .greatest = between(key_end(key, true), extremes),
                                .mean = between(with_sign(key, mean), extremes),
                                .variance = isinf(mean) ? UNKNOWN : (double)spread * (unit / n) * (unit / n)};
}

static void tail_add(struct tail *tail, double count, double mean, double variance)
{
    const double all = tail->count + count, d = mean - tail->mean;
    if (!(count > 0)) return;
    if (tail->count > 0) {
        const double before = tail->count / all, more = count / all;
        tail->variance = tail->variance * before + variance * more + d * d * before * more;
        if (!isinf(tail->mean)) tail->mean += d * more;
    } else {
        tail->mean = mean;
        tail->variance = variance;
    }
    tail->count = all;
}

static struct split split_least(const struct split_whole *whole, double share)
{
    const struct split_whole mirrored = {-whole->greatest, -whole->least, -whole->mean, whole->variance};
    const struct split split = split_greatest(&mirrored, share);
    return (struct split){-split.mean, split.error, split.variance, -split.edge};
}

struct cvar_estimate sketch_cvar(const struct sketch *sketch, size_t at, const struct moments *moments, double level)
{
    const struct cell *cell = &sketch->cell[at];
    const struct extremes extremes = extremes_of(moments);
    const uint64_t n = sketch_count(sketch, at);
    const bool upper = tail_is_upper(level);
    struct tail tail = {0, 0, 0};
    if (n == 0 || !(level > 0 && level < 1)) return (struct cvar_estimate){UNKNOWN, UNKNOWN, 0};
    const int edge = key_at(cell, tail_edge(n, level)), end = upper ? BEHIND : edge;
    for (int key = upper ? key_next(cell, edge) : LOWEST; key != end; key = key_next(cell, key)) {
        const uint32_t count = key_count(cell, key);
        if (count == 0) continue;
        const struct split_whole whole = bucket_whole(cell, key, &extremes);
        tail_add(&tail, count, whole.mean, whole.variance);
    }
    const double points = tail_points((double)n, level), rest = points - tail.count;
    const struct split_whole whole = bucket_whole(cell, edge, &extremes);
    const double share = rest / (double)key_count(cell, edge);
    const struct split split = upper ? split_greatest(&whole, share) : split_least(&whole, share);
    tail_add(&tail, isinf(split.edge) ? 0 : rest, split.mean, split.variance);
    struct cvar_estimate cvar = tail_cvar((double)n, level, split.edge, &tail);
    const double error = split.error * (rest / points);
    cvar.standard_error = sqrt(cvar.standard_error * cvar.standard_error + error * error);
    return cvar;
}
