/* sim/core/statistics.c -- see statistics.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/statistics.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* In double: the macros of math.h are floats. */
#define UNKNOWN __builtin_nan("")
#define ENDLESS __builtin_inf()

struct moments moments_none(void)
{
    return (struct moments){.least = ENDLESS, .greatest = -ENDLESS};
}

struct moments moments_of(size_t count, const double value[], const unsigned char mask[])
{
    struct moments m = moments_none();
    double sum = 0.0;
    for (size_t i = 0; i < count; i++) {
        if (mask != NULL && !mask[i]) continue;
        if (isnan(value[i])) {
            m.undefined += 1.0;
            continue;
        }
        m.count += 1.0;
        sum += value[i];
        m.least = fmin(m.least, value[i]);
        m.greatest = fmax(m.greatest, value[i]);
    }
    if (m.count == 0.0) return m;
    m.mean = m.least == m.greatest ? m.least : sum / m.count;
    for (size_t i = 0; i < count; i++) {
        if ((mask != NULL && !mask[i]) || isnan(value[i])) continue;
        const double d = value[i] - m.mean, d2 = d * d;
        m.m2 += d2;
        m.m3 += d2 * d;
        m.m4 += d2 * d2;
    }
    return m;
}

struct moments moments_combine(struct moments a, struct moments b)
{
    const double undefined = a.undefined + b.undefined;
    if (a.count == 0.0 || b.count == 0.0) {
        struct moments m = a.count == 0.0 ? b : a;
        m.undefined = undefined;
        return m;
    }
    const double n = a.count + b.count, d = b.mean - a.mean, dn = d / n, ab = a.count * b.count;
    struct moments m = {.count = n, .undefined = undefined};
    m.mean = a.mean + b.count * dn;
    m.m2 = a.m2 + b.m2 + d * dn * ab;
    m.m3 = a.m3 + b.m3 + d * dn * dn * ab * (a.count - b.count) + 3.0 * dn * (a.count * b.m2 - b.count * a.m2);
    m.m4 = a.m4 + b.m4 + d * dn * dn * dn * ab * (a.count * a.count - ab + b.count * b.count) +
           6.0 * dn * dn * (a.count * a.count * b.m2 + b.count * b.count * a.m2) +
           4.0 * dn * (a.count * b.m3 - b.count * a.m3);
    m.least = fmin(a.least, b.least);
    m.greatest = fmax(a.greatest, b.greatest);
    return m;
}

double moments_sd(const struct moments *m)
{
    return m->count < 2.0 ? UNKNOWN : sqrt(m->m2 / (m->count - 1.0));
}

double moments_standard_error(const struct moments *m)
{
    return moments_sd(m) / sqrt(m->count);
}

double moments_skewness(const struct moments *m)
{
    if (!(m->m2 > 0.0)) return UNKNOWN;
    const double variance = m->m2 / m->count;
    return m->m3 / m->count / (variance * sqrt(variance));
}

double moments_kurtosis(const struct moments *m)
{
    if (!(m->m2 > 0.0)) return UNKNOWN;
    const double variance = m->m2 / m->count;
    return m->m4 / m->count / (variance * variance);
}

struct tree_node {
    unsigned level;
    uint64_t index;
    struct moments *value;
};

struct reduction {
    size_t width;
    pthread_mutex_t lock;
    struct tree_node *node; /* complete nodes that wait for their siblings, in order of their leaves */
    size_t nodes, room;
    struct moments *last; /* the incomplete chunk */
};

struct fault *reduction_open(size_t width, struct reduction **out)
{
    struct reduction *reduction = calloc(1, sizeof *reduction);
    if (reduction == NULL) return fault_no_memory();
    if (pthread_mutex_init(&reduction->lock, NULL) != 0) {
        free(reduction);
        return fault_raise(FAULT_MACHINE, "cannot make a lock");
    }
    reduction->width = width;
    *out = reduction;
    return NULL;
}

void reduction_close(struct reduction *reduction)
{
    if (reduction == NULL) return;
    for (size_t i = 0; i < reduction->nodes; i++) free(reduction->node[i].value);
    free(reduction->node);
    free(reduction->last);
    pthread_mutex_destroy(&reduction->lock);
    free(reduction);
}

/* The first leaf of a node orders nodes: complete nodes never overlap. */
static uint64_t first_leaf(const struct tree_node *node)
{
    return node->index << node->level;
}

/* Takes the sibling out of the waiting nodes; NULL if it is not there. */
static struct moments *take_sibling(struct reduction *reduction, unsigned level, uint64_t index)
{
    for (size_t i = 0; i < reduction->nodes; i++) {
        if (reduction->node[i].level != level || reduction->node[i].index != (index ^ 1u)) continue;
        struct moments *value = reduction->node[i].value;
        memmove(&reduction->node[i], &reduction->node[i + 1], (reduction->nodes - i - 1) * sizeof *reduction->node);
        reduction->nodes--;
        return value;
    }
    return NULL;
}

static bool put(struct reduction *reduction, struct tree_node node)
{
    if (reduction->nodes == reduction->room) {
        const size_t room = 2 * reduction->room + 16;
        struct tree_node *grown = realloc(reduction->node, room * sizeof *grown);
        if (grown == NULL) return false;
        reduction->node = grown;
        reduction->room = room;
    }
    size_t at = reduction->nodes;
    while (at > 0 && first_leaf(&reduction->node[at - 1]) > first_leaf(&node)) at--;
    memmove(&reduction->node[at + 1], &reduction->node[at], (reduction->nodes - at) * sizeof *reduction->node);
    reduction->node[at] = node;
    reduction->nodes++;
    return true;
}

struct fault *reduction_deliver(struct reduction *reduction, unsigned level, uint64_t index,
                                const struct moments node[])
{
    struct moments *value = malloc(reduction->width * sizeof *value + 1);
    if (value == NULL) return fault_no_memory();
    memcpy(value, node, reduction->width * sizeof *value);
    for (;; level++, index >>= 1) {
        pthread_mutex_lock(&reduction->lock);
        struct moments *sibling = take_sibling(reduction, level, index);
        const bool kept = sibling != NULL || put(reduction, (struct tree_node){level, index, value});
        pthread_mutex_unlock(&reduction->lock);
        if (!kept) {
            free(value);
            return fault_no_memory();
        }
        if (sibling == NULL) return NULL;
        const bool right = (index & 1u) != 0;
        for (size_t i = 0; i < reduction->width; i++)
            value[i] = right ? moments_combine(sibling[i], value[i]) : moments_combine(value[i], sibling[i]);
        free(sibling);
    }
}

struct fault *reduction_deliver_last(struct reduction *reduction, const struct moments node[])
{
    reduction->last = malloc(reduction->width * sizeof *reduction->last + 1);
    if (reduction->last == NULL) return fault_no_memory();
    memcpy(reduction->last, node, reduction->width * sizeof *reduction->last);
    return NULL;
}

struct fault *reduction_total(struct reduction *reduction, struct moments total[])
{
    for (size_t i = 0; i < reduction->width; i++)
        total[i] = reduction->last == NULL ? moments_none() : reduction->last[i];
    for (size_t n = reduction->nodes; n-- > 0;)
        for (size_t i = 0; i < reduction->width; i++) total[i] = moments_combine(reduction->node[n].value[i], total[i]);
    return NULL;
}

size_t reduction_nodes(const struct reduction *reduction)
{
    return reduction->nodes;
}

void reduction_node(const struct reduction *reduction, size_t which, unsigned *level, uint64_t *index,
                    const struct moments **node)
{
    *level = reduction->node[which].level;
    *index = reduction->node[which].index;
    *node = reduction->node[which].value;
}

/* ceil(n p), taking p for the decimal that it was written as: 0.05 * 100 is 5, though 0.05 in binary is a little more.
 */
static uint64_t order_rank(uint64_t n, double p)
{
    const double product = (double)n * p, slack = 4.0 * 2.2204460492503131e-16 * product;
    const double rank = ceil(product - slack);
    return rank < 1.0 ? 1 : rank > (double)n ? n : (uint64_t)rank;
}

/* The largest k with P(B <= k) <= tail, plus one: X_(k) is a lower bound with probability of error <= tail. */
static uint64_t binomial_low(uint64_t n, double p, double tail)
{
    uint64_t k = 0;
    while (k < n && gsl_cdf_binomial_P((unsigned)k, p, (unsigned)n) <= tail) k++;
    return k;
}

static uint64_t binomial_high(uint64_t n, double p, double tail)
{
    uint64_t k = n + 1;
    while (k > 0 && gsl_cdf_binomial_Q((unsigned)(k - 1), p, (unsigned)n) <= tail) k--;
    return k + 1 > n + 1 ? n + 1 : k + 1;
}

void statistics_quantile_ranks(uint64_t n, double p, uint64_t *rank, uint64_t *low, uint64_t *high)
{
    const double z = 1.959963984540054, tail = 0.025;
    const double variance = (double)n * p * (1.0 - p);
    *rank = order_rank(n, p);
    if (variance >= 20.0) {
        const double j = floor((double)n * p - z * sqrt(variance)), k = ceil((double)n * p + z * sqrt(variance)) + 1.0;
        *low = j < 0.0 ? 0 : (uint64_t)j;
        *high = k > (double)n ? n + 1 : (uint64_t)k;
        return;
    }
    if (n > 1000000u) { /* few expected in the tail: the counts of the tail are what matters */
        const bool lower = p < 0.5;
        const double mean = (double)n * (lower ? p : 1.0 - p);
        uint64_t a = 0, b = 0;
        while (gsl_cdf_poisson_P((unsigned)a, mean) <= tail) a++;
        while (gsl_cdf_poisson_Q((unsigned)b, mean) > tail) b++;
        *low = lower ? a : (b + 1 > n ? 0 : n - b);
        *high = lower ? b + 1 : n + 1 - a;
        return;
    }
    *low = binomial_low(n, p, tail);
    *high = binomial_high(n, p, tail);
}

/* Partitions x so that x[rank] is what a sort would put there (Hoare's find with a median of three). */
static float select_rank(float x[], size_t count, size_t rank)
{
    size_t from = 0, to = count - 1;
    while (from < to) {
        const size_t middle = from + (to - from) / 2;
        const float a = x[from], b = x[middle], c = x[to];
        const float pivot = a < b ? (b < c ? b : a < c ? c : a) : (a < c ? a : b < c ? c : b);
        size_t i = from, j = to;
        for (;;) {
            while (x[i] < pivot) i++;
            while (x[j] > pivot) j--;
            if (i >= j) break;
            const float swap = x[i];
            x[i++] = x[j];
            x[j--] = swap;
        }
        if (x[i] < pivot) i++; /* i is the first index of the upper part */
        if (j >= i) j = i == 0 ? 0 : i - 1;
        if (rank <= j && j < to)
            to = j;
        else if (rank > j)
            from = j + 1;
        else
            break;
    }
    return x[rank];
}

static double at_rank(float work[], size_t n, uint64_t rank)
{
    if (rank < 1) return -ENDLESS;
    if (rank > n) return ENDLESS;
    return (double)select_rank(work, n, (size_t)rank - 1);
}

void statistics_quantiles(size_t count, const float sample[], float work[], size_t asked, const double p[],
                          struct quantile_estimate out[])
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (!isnan(sample[i])) work[n++] = sample[i];
    for (size_t q = 0; q < asked; q++) {
        out[q] = (struct quantile_estimate){UNKNOWN, UNKNOWN, UNKNOWN};
        if (n == 0) continue;
        uint64_t rank, low, high;
        statistics_quantile_ranks(n, p[q], &rank, &low, &high);
        out[q].estimate = at_rank(work, n, rank);
        out[q].low = at_rank(work, n, low);
        out[q].high = at_rank(work, n, high);
    }
}
