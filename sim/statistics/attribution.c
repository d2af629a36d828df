/* sim/statistics/attribution.c -- see attribution.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/attribution.h"
#include "sim/statistics/discovery.h"
#include "sim/statistics/first_order.h"
#include "sim/statistics/gram.h"
#include "sim/statistics/least_squares.h"
#include "sim/statistics/ranks.h"
#include "sim/statistics/resampling.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    TOGETHER = 4, /* orders of y whose products are worked out together */
    SUMS = 8,     /* bootstraps whose sums are */
};

/* What one sample says; of the whole, and of each bootstrap. */
struct parts {
    double explained, knowledge, chance, left, *share;
};

struct attributing {
    const struct attribution_table *table;
    struct attribution *to;
    struct gram gram;
    size_t columns, factors, knowns;
    double *sum, *correlation, *work; /* [SUMS][columns + 2]^2, [columns + 1]^2, and room for an order */
    size_t *known;                    /* [knowns] the columns that could be known */
    uint32_t *order;                  /* [factors] */
    double *share, *mean, *square;    /* [factors] of a bootstrap, and over bootstraps */
    struct least_squares fit;
    struct least_squares_group *group; /* [factors] */
    uint32_t *permutation;             /* [rows] */
    float *permuted;                   /* [TOGETHER][rows] */
    uint64_t *sorting;                 /* [2 rows] */
    float *rank;                       /* [rows] */
    double *null, *product;            /* [permutations][factors]; [TOGETHER][stride] */
    size_t *by_p;                      /* [factors] */
    double *p, *q;                     /* [factors] */
};

size_t attribution_rows(size_t columns)
{
    return 2 * columns + 32;
}

void attribution_free(struct attribution *attribution)
{
    free(attribution->factor);
    *attribution = (struct attribution){0};
}

/* A share as far as it can be one. */
static double bounded(double share)
{
    return fmax(0.0, fmin(1.0, share));
}

static double rows_of(const struct attributing *a)
{
    return (double)a->table->rows;
}

static struct fault *open_rooms(struct attributing *a)
{
    const size_t rows = a->table->rows, columns = a->columns, factors = a->factors;
    TRY(gram_init(rows, columns + 2, &a->gram));
    a->sum = malloc(SUMS * (columns + 2) * (columns + 2) * sizeof *a->sum);
    a->correlation = malloc((columns + 1) * (columns + 1) * sizeof *a->correlation);
    a->work = malloc((columns + 1) * (columns + 2) * sizeof *a->work);
    a->known = calloc(columns + 1, sizeof *a->known);
    a->order = malloc((factors + 1) * sizeof *a->order);
    a->share = calloc(7 * (factors + 1), sizeof *a->share);
    a->group = calloc(factors + 1, sizeof *a->group);
    a->permutation = malloc(rows * sizeof *a->permutation);
    a->permuted = malloc(TOGETHER * rows * sizeof *a->permuted);
    a->sorting = malloc(2 * rows * sizeof *a->sorting);
    a->rank = malloc(rows * sizeof *a->rank);
    a->null = malloc((ATTRIBUTION_PERMUTATIONS * factors + 1) * sizeof *a->null);
    a->product = malloc(TOGETHER * a->gram.stride * sizeof *a->product);
    a->by_p = calloc(factors + 1, sizeof *a->by_p);
    a->to->factor = calloc(factors + 1, sizeof *a->to->factor);
    a->to->factors = factors;
    if (a->sum == NULL || a->correlation == NULL || a->work == NULL || a->known == NULL || a->order == NULL ||
        a->share == NULL || a->group == NULL || a->permutation == NULL || a->permuted == NULL || a->sorting == NULL ||
        a->rank == NULL || a->null == NULL || a->product == NULL || a->by_p == NULL || a->to->factor == NULL)
        return fault_no_memory();
    a->mean = a->share + factors + 1;
    a->square = a->mean + factors + 1;
    a->p = a->square + factors + 1;
    a->q = a->p + factors + 1;
    for (size_t c = 0; c < columns; c++)
        if (a->table->known[c]) a->known[a->knowns++] = c;
    return NULL;
}

static void close_rooms(struct attributing *a)
{
    gram_free(&a->gram);
    least_squares_free(&a->fit);
    for (size_t f = 0; f < a->factors && a->group != NULL; f++) least_squares_group_free(&a->group[f]);
    free(a->sum);
    free(a->correlation);
    free(a->work);
    free(a->known);
    free(a->order);
    free(a->share);
    free(a->group);
    free(a->permutation);
    free(a->permuted);
    free(a->sorting);
    free(a->rank);
    free(a->null);
    free(a->product);
    free(a->by_p);
}

/* y near mean 0 and variance 1, in single precision. */
static void put_y(const struct attributing *a, float to[])
{
    const size_t rows = a->table->rows;
    double mean = 0.0, square = 0.0;
    for (size_t r = 0; r < rows; r++) mean += a->table->y[r];
    mean /= rows_of(a);
    for (size_t r = 0; r < rows; r++) square += (a->table->y[r] - mean) * (a->table->y[r] - mean);
    const double scale = square > 0.0 ? 1.0 / sqrt(square / rows_of(a)) : 0.0;
    for (size_t r = 0; r < rows; r++) to[r] = (float)((a->table->y[r] - mean) * scale);
}

static void sum_all(struct attributing *a)
{
    unsigned weight[GRAM_BLOCKS];
    for (size_t b = 0; b < a->gram.blocks; b++) weight[b] = 1;
    gram_sum(&a->gram, weight, a->sum);
    gram_correlate(a->columns + 2, a->sum, a->correlation);
}

/* ---- shares ---- */

static struct parts divide(struct attributing *a, const struct stream *stream, int orders, double share[])
{
    const size_t factors = a->factors, columns = a->columns;
    const double n = rows_of(a);
    struct parts parts = {.share = share};
    memset(share, 0, factors * sizeof *share);
    for (int o = 0; o < orders; o++) {
        resampling_order(stream, o, factors, a->order);
        shares_add(&a->table->factors, a->correlation, a->order, a->work, share);
    }
    for (size_t f = 0; f < factors; f++) {
        share[f] /= 2.0 * (double)orders;
        parts.explained += share[f];
    }
    const double of_chance = (1.0 - parts.explained) / (n - (double)columns - 1.0);
    for (size_t f = 0; f < factors; f++)
        share[f] -= (double)(a->table->factors.first[f + 1] - a->table->factors.first[f]) * of_chance;
    parts.explained = least_squares_unbiased(parts.explained, columns, n);
    parts.knowledge =
        least_squares_unbiased(shares_explained(columns, a->correlation, a->knowns, a->known, a->work), a->knowns, n);
    parts.chance = parts.explained - parts.knowledge;
    parts.left = 1.0 - parts.explained;
    return parts;
}

struct spread {
    double mean, square;
};

static void spread_add(struct spread *spread, double value)
{
    spread->mean += value;
    spread->square += value * value;
}

/* About an estimate that is a share: within 0 and 1. */
static struct attribution_value value_of(const struct attributing *a, double estimate, double mean, double square)
{
    const double count = ATTRIBUTION_RESAMPLES, variance = (square - mean * mean / count) / (count - 1.0);
    const double t = gsl_cdf_tdist_Pinv(0.975, (double)a->gram.blocks - 1.0);
    const double half = t * sqrt(variance > 0.0 ? variance : 0.0);
    return (struct attribution_value){estimate, bounded(estimate - half), bounded(estimate + half)};
}

static void attribute_shares(struct attributing *a)
{
    const struct stream orders = stream_named(a->table->seed, "attribution orders", NULL),
                        resamples = stream_named(a->table->seed, "attribution resamples", NULL);
    struct spread explained = {0}, knowledge = {0}, chance = {0};
    const size_t square = (a->columns + 2) * (a->columns + 2);
    unsigned times[SUMS * GRAM_BLOCKS];
    for (int k = 0; k < ATTRIBUTION_RESAMPLES; k++) {
        const size_t at = (size_t)k % SUMS;
        if (at == 0) {
            for (int s = 0; s < SUMS; s++)
                resampling_counts(&resamples, k + s, a->gram.blocks, times + (size_t)s * a->gram.blocks);
            gram_sums(&a->gram, SUMS, times, a->sum);
        }
        gram_correlate(a->columns + 2, a->sum + at * square, a->correlation);
        const struct parts of = divide(a, &orders, 1, a->share);
        spread_add(&explained, of.explained);
        spread_add(&knowledge, of.knowledge);
        spread_add(&chance, of.chance);
        for (size_t f = 0; f < a->factors; f++) {
            a->mean[f] += a->share[f];
            a->square[f] += a->share[f] * a->share[f];
        }
    }
    sum_all(a);
    const struct parts whole = divide(a, &orders, ATTRIBUTION_ORDERS, a->share);
    for (size_t f = 0; f < a->factors; f++) a->to->factor[f].share = value_of(a, a->share[f], a->mean[f], a->square[f]);
    a->to->explained = value_of(a, whole.explained, explained.mean, explained.square);
    a->to->knowledge = value_of(a, whole.knowledge, knowledge.mean, knowledge.square);
    a->to->chance = value_of(a, whole.chance, chance.mean, chance.square);
    a->to->left = (struct attribution_value){whole.left, 1.0 - a->to->explained.high, 1.0 - a->to->explained.low};
}

/* ---- whether it is chance ---- */

static double freedom(const struct attributing *a)
{
    return rows_of(a) - (double)a->columns - 1.0;
}

/* The p-value of what a factor adds, were residuals normal. */
static double p_of(const struct attributing *a, size_t f, const double b[], double explained)
{
    const struct least_squares_group *group = &a->group[f];
    const double size = (double)group->size, left = (1.0 - explained) / freedom(a);
    if (!(left > 0.0)) return 0.0;
    return gsl_cdf_fdist_Q(least_squares_last(group, b, a->work) / size / left, size, freedom(a));
}

static void permute(const struct attributing *a, const struct stream *stream, int first, const float y[])
{
    const size_t rows = a->table->rows;
    for (int k = 0; k < TOGETHER; k++) {
        resampling_order(stream, first + k, rows, a->permutation);
        for (size_t r = 0; r < rows; r++) a->permuted[(size_t)k * rows + r] = y[a->permutation[r]];
    }
}

/* The p-values of all factors by the products of the columns with an order of y. */
static void put_null(const struct attributing *a, const double product[], double b[], double null[])
{
    const size_t columns = a->columns;
    double explained = 0.0;
    for (size_t i = 0; i < columns; i++) {
        b[i] = 0.0;
        for (size_t j = 0; j < columns; j++) b[i] += a->fit.inverse[j * columns + i] * product[j + 1];
        b[i] /= rows_of(a);
        explained += b[i] * product[i + 1] / rows_of(a);
    }
    for (size_t f = 0; f < a->factors; f++) null[f] = -p_of(a, f, b, explained);
}

static struct fault *attribute_chance(struct attributing *a)
{
    const struct shares_factors *factors = &a->table->factors;
    const struct stream stream = stream_named(a->table->seed, "attribution permutations", NULL);
    const size_t rows = a->table->rows, nulls = ATTRIBUTION_PERMUTATIONS * a->factors;
    const float *const other[TOGETHER] = {a->permuted, a->permuted + rows, a->permuted + 2 * rows,
                                          a->permuted + 3 * rows};
    TRY(least_squares_init(a->columns, a->correlation, LEAST_SQUARES_RIDGE, &a->fit));
    for (size_t f = 0; f < a->factors; f++) {
        const size_t first = factors->first[f], size = factors->first[f + 1] - first;
        TRY(least_squares_group_init(&a->fit, size, factors->column + first, &a->group[f]));
        const double last = least_squares_last(&a->group[f], a->fit.b, a->work);
        a->to->factor[f].last = last - (double)size * (1.0 - a->fit.explained) / freedom(a);
        a->p[f] = p_of(a, f, a->fit.b, a->fit.explained);
    }
    double *b = malloc((a->columns + 1) * sizeof *b);
    float *y = a->rank; /* not yet in use */
    if (b == NULL) return fault_no_memory();
    put_y(a, y);
    for (int k = 0; k < ATTRIBUTION_PERMUTATIONS; k += TOGETHER) {
        permute(a, &stream, k, y);
        gram_multiply_others(&a->gram, TOGETHER, other, a->product);
        for (int t = 0; t < TOGETHER; t++)
            put_null(a, a->product + (size_t)t * a->gram.stride, b, a->null + (size_t)(k + t) * a->factors);
    }
    free(b);
    gsl_sort(a->null, 1, nulls);
    for (size_t f = 0; f < a->factors; f++) a->p[f] = discovery_p(-a->p[f], nulls, a->null);
    discovery_rates(a->factors, a->p, a->by_p, a->q);
    for (size_t f = 0; f < a->factors; f++) {
        a->to->factor[f].p = a->p[f];
        a->to->factor[f].q = a->q[f];
    }
    return NULL;
}

/* ---- ranks ---- */

static const struct attribution_value unknown = {__builtin_nan(""), __builtin_nan(""), __builtin_nan("")};

static struct attribution_value first_order(const struct attributing *a)
{
    const struct first_order of = first_order_of(a->table->rows, a->rank, a->table->y);
    const double half = gsl_cdf_ugaussian_Pinv(0.975) * of.standard_error;
    return (struct attribution_value){of.index, bounded(of.index - half), bounded(of.index + half)};
}

/* The correlations of the columns that stand for their factors, and y: [count + 1]^2, in the place of all. */
static size_t keep_single(const struct attributing *a, double kept[])
{
    const struct shares_factors *factors = &a->table->factors;
    const size_t all = a->columns + 1;
    size_t count = 0, *column = a->by_p;
    for (size_t f = 0; f < a->factors; f++)
        if (a->table->single[f]) column[count++] = factors->column[factors->first[f]];
    for (size_t i = 0; i <= count; i++)
        for (size_t j = 0; j <= count; j++)
            kept[i * (count + 1) + j] =
                a->correlation[(i < count ? column[i] : a->columns) * all + (j < count ? column[j] : a->columns)];
    return count;
}

static struct attribution_value partial_of(double r, double n, size_t others)
{
    const double half = gsl_cdf_ugaussian_Pinv(0.975) / sqrt(n - (double)others - 3.0); /* Fisher 1924 */
    return (struct attribution_value){r, tanh(atanh(r) - half), tanh(atanh(r) + half)};
}

static struct fault *attribute_partial(struct attributing *a)
{
    struct least_squares fit;
    double *kept = a->sum; /* no longer in use */
    const size_t count = keep_single(a, kept);
    struct fault *fault = least_squares_init(count, kept, LEAST_SQUARES_RIDGE, &fit);
    for (size_t f = 0, k = 0; f < a->factors && fault == NULL; f++) {
        struct attribution_factor *factor = &a->to->factor[f];
        factor->partial = unknown;
        if (a->table->single[f]) factor->partial = partial_of(least_squares_partial(&fit, k++), rows_of(a), count - 1);
    }
    least_squares_free(&fit);
    return fault;
}

static struct fault *attribute_ranks(struct attributing *a)
{
    const struct shares_factors *factors = &a->table->factors;
    const size_t rows = a->table->rows;
    struct least_squares_foresight foresight;
    for (size_t f = 0; f < a->factors; f++) a->to->factor[f].first_order = unknown;
    for (size_t f = 0; f < a->factors; f++)
        for (size_t i = factors->first[f]; i < factors->first[f + 1]; i++) {
            ranks_of(rows, a->table->column[factors->column[i]], a->sorting, a->rank);
            gram_set(&a->gram, factors->column[i] + 1, a->rank);
            if (i == factors->first[f] && a->table->single[f]) a->to->factor[f].first_order = first_order(a);
        }
    put_y(a, a->permuted);
    ranks_of(rows, a->permuted, a->sorting, a->rank);
    gram_set(&a->gram, a->columns + 1, a->rank);
    gram_multiply(&a->gram);
    TRY(least_squares_foresee(&a->gram, &foresight));
    a->to->ranks_foreseen = foresight.explained;
    sum_all(a);
    return attribute_partial(a);
}

static struct fault *attribute(struct attributing *a)
{
    struct least_squares_foresight foresight;
    TRY(open_rooms(a));
    for (size_t c = 0; c < a->columns; c++) gram_set(&a->gram, c + 1, a->table->column[c]);
    put_y(a, a->rank);
    gram_set(&a->gram, a->columns + 1, a->rank);
    gram_multiply(&a->gram);
    TRY(least_squares_foresee(&a->gram, &foresight));
    a->to->foreseen = foresight.explained;
    a->to->ridge = foresight.ridge;
    attribute_shares(a);
    TRY(attribute_chance(a));
    return attribute_ranks(a);
}

struct fault *attribution_of(const struct attribution_table *table, struct attribution *attribution)
{
    struct attributing attributing = {
        .table = table, .to = attribution, .columns = table->factors.columns, .factors = table->factors.factors};
    *attribution = (struct attribution){0};
    struct fault *fault = attribute(&attributing);
    close_rooms(&attributing);
    return fault;
}
