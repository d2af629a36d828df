/* tests/statistics/test_quantiles.c -- moments against closed forms, the tree against its definition, quantiles against
 * sorting and the binomial distribution.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/quantiles.h"

#include <check.h>
#include <float.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define UNKNOWN __builtin_nan("")
#define ENDLESS __builtin_inf()

enum { CHUNKS = 37, WIDTH = 3, SEED = 20190101 };

static void must(struct fault *fault)
{
    if (fault != NULL) ck_abort_msg("%s", fault->sentence);
}

static void must_fail(struct fault *fault, const char *part)
{
    ck_assert_ptr_nonnull(fault);
    ck_assert_msg(strstr(fault->sentence, part) != NULL, "%s", fault->sentence);
    fault_free(fault);
}

/* Field by field, so that no padding counts; NaN equals NaN. */
static bool same_bits(const struct moments *a, const struct moments *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static gsl_rng *generator(void)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    ck_assert_ptr_nonnull(rng);
    gsl_rng_set(rng, SEED);
    return rng;
}

static void near(double found, double expected, double relative)
{
    ck_assert_msg(fabs(found - expected) <= relative * fabs(expected), "found %.17g, expected %.17g", found, expected);
}

/* ---- moments ---- */

START_TEST(moments_of_eight_small_numbers_are_exact)
{
    /* deviations -3 -1 -1 -1 0 0 2 4: sums of powers 32, 42, 356 */
    const double value[] = {2, 4, 4, 4, 5, 5, 7, 9};
    const struct moments m = moments_of(8, value, NULL);
    ck_assert_double_eq(m.count, 8);
    ck_assert_double_eq(m.mean, 5);
    ck_assert_double_eq(m.m2, 32);
    ck_assert_double_eq(m.m3, 42);
    ck_assert_double_eq(m.m4, 356);
    ck_assert_double_eq(m.min, 2);
    ck_assert_double_eq(m.max, 9);
    ck_assert_double_eq(m.undefined, 0);
    ck_assert_double_eq(moments_skewness(&m), 42.0 / 8 / 8);
    ck_assert_double_eq(moments_kurtosis(&m), 356.0 / 8 / 16);
    near(moments_sd(&m), sqrt(32.0 / 7), 2 * DBL_EPSILON);
    near(moments_standard_error(&m), sqrt(32.0 / 7 / 8), 4 * DBL_EPSILON);
}
END_TEST

/* sum d^2 = n (n^2 - 1) / 12, sum d^4 = n (n^2 - 1) (3 n^2 - 7) / 240; rounding is below n DBL_EPSILON. */
static void check_one_to(const struct moments *m, double n, double offset, double relative)
{
    ck_assert_double_eq(m->count, n);
    near(m->mean, offset + (n + 1) / 2, 2 * DBL_EPSILON);
    near(m->m2, n * (n * n - 1) / 12, relative);
    near(m->m4, n * (n * n - 1) * (3 * n * n - 7) / 240, relative);
    ck_assert_double_le(fabs(m->m3), relative * pow(m->m2, 1.5));
    ck_assert_double_eq(m->min, offset + 1);
    ck_assert_double_eq(m->max, offset + n);
}

START_TEST(moments_of_one_to_n_meet_their_closed_forms)
{
    static double value[5000];
    for (size_t n = 2; n <= 5000; n = n < 100 ? n + 1 : 5 * n / 2) {
        for (size_t i = 0; i < n; i++) value[i] = (double)(n - i);
        const struct moments m = moments_of(n, value, NULL);
        check_one_to(&m, (double)n, 0, (double)n * DBL_EPSILON);
    }
}
END_TEST

START_TEST(an_offset_of_a_billion_costs_no_digits)
{
    static double value[1001];
    for (size_t i = 0; i < 1001; i++) value[i] = 1e9 + (double)(i + 1);
    struct moments m = moments_of(1001, value, NULL); /* the mean, 1e9 + 501, is exact, and so are the deviations */
    check_one_to(&m, 1001, 1e9, 1001 * DBL_EPSILON);
    m = moments_none();
    for (size_t i = 0; i < 1001; i += 7) m = moments_combine(m, moments_of(7, value + i, NULL));
    /* means carry an error of 1e9 DBL_EPSILON = 2e-7 each, against an sd of 289 */
    check_one_to(&m, 1001, 1e9, 1e-8);
}
END_TEST

/* Of 2^level blocks of 32 values, combined in halves as a run combines them. */
static struct moments along_the_tree(const double value[], unsigned level)
{
    if (level == 0) return moments_of(LANES, value, NULL);
    const size_t half = (size_t)LANES << (level - 1);
    return moments_combine(along_the_tree(value, level - 1), along_the_tree(value + half, level - 1));
}

START_TEST(means_of_many_values_far_from_zero_are_good_to_the_last_digits)
{
    enum { LEVELS = 14 };
    const size_t count = (size_t)LANES << LEVELS; /* half a million */
    const double offset = 1e9, last = offset * DBL_EPSILON;
    double *value = malloc(count * sizeof *value);
    int64_t sum = 0; /* of the whole numbers, so that the mean is known */
    gsl_rng *rng = generator();
    ck_assert_ptr_nonnull(value);
    for (size_t i = 0; i < count; i++) {
        const int64_t whole = (int64_t)(gsl_ran_lognormal(rng, 0, 1) * 0x1p20);
        value[i] = offset + (double)whole * 0x1p-20;
        sum += whole;
    }
    const double above = (double)sum / (double)count * 0x1p-20;
    const struct moments once = moments_of(count, value, NULL), tree = along_the_tree(value, LEVELS);
    ck_assert_double_le(fabs(once.mean - offset - above), last);
    ck_assert_double_le(fabs(tree.mean - offset - above), 2 * last); /* each level rounds, either way */
    near(moments_sd(&tree), moments_sd(&once), 1e-9);
    for (size_t i = 0; i < count; i++) value[i] = gsl_ran_lognormal(rng, 0, 1);
    long double longer = 0;
    for (size_t i = 0; i < count; i++) longer += (long double)value[i];
    near(moments_of(count, value, NULL).mean, (double)(longer / (long double)count), 2 * DBL_EPSILON);
    free(value);
    gsl_rng_free(rng);
}
END_TEST

START_TEST(equal_values_have_a_variance_of_exactly_zero)
{
    double value[100];
    for (size_t i = 0; i < 100; i++) value[i] = 0.1;
    for (size_t n = 1; n <= 100; n++) {
        struct moments m = moments_of(n, value, NULL);
        m = moments_combine(m, moments_of(101 - n, value, NULL));
        ck_assert_double_eq(m.mean, 0.1);
        ck_assert_double_eq(m.m2, 0);
        ck_assert_double_eq(m.m3, 0);
        ck_assert_double_eq(m.m4, 0);
        ck_assert_double_eq(moments_sd(&m), 0);
        ck_assert_double_nan(moments_skewness(&m));
        ck_assert_double_nan(moments_kurtosis(&m));
    }
}
END_TEST

START_TEST(what_the_mask_leaves_out_is_gone_and_nan_is_counted)
{
    const double value[] = {1, UNKNOWN, 100, 3, UNKNOWN, ENDLESS, 5};
    const unsigned char mask[] = {1, 1, 0, 1, 0, 0, 1};
    const struct moments m = moments_of(7, value, mask);
    ck_assert_double_eq(m.count, 3);
    ck_assert_double_eq(m.undefined, 1);
    ck_assert_double_eq(m.mean, 3);
    ck_assert_double_eq(m.m2, 8);
    ck_assert_double_eq(m.min, 1);
    ck_assert_double_eq(m.max, 5);
}
END_TEST

START_TEST(moments_of_nothing_are_unknown)
{
    const double value[] = {UNKNOWN, UNKNOWN};
    const struct moments none = moments_none(), m = moments_of(2, value, NULL), empty = moments_of(0, value, NULL);
    ck_assert_double_eq(none.count, 0);
    ck_assert_double_nan(none.mean);
    ck_assert_double_nan(none.min);
    ck_assert_double_nan(none.max);
    ck_assert(same_bits(&empty, &none));
    ck_assert_double_eq(m.count, 0);
    ck_assert_double_eq(m.undefined, 2);
    ck_assert_double_nan(moments_sd(&m));
    ck_assert_double_nan(moments_skewness(&m));
    const double one = 7;
    const struct moments single = moments_of(1, &one, NULL);
    ck_assert_double_eq(single.mean, 7);
    ck_assert_double_nan(moments_sd(&single));
}
END_TEST

START_TEST(an_empty_side_gives_the_other_bit_for_bit)
{
    const double value[] = {0.1, 0.7, -3.3, UNKNOWN};
    const struct moments m = moments_of(4, value, NULL), none = moments_none();
    const struct moments left = moments_combine(none, m), right = moments_combine(m, none);
    ck_assert(same_bits(&left, &m));
    ck_assert(same_bits(&right, &m));
    const struct moments undefined = moments_of(1, value + 3, NULL), both = moments_combine(undefined, m);
    ck_assert_double_eq(both.undefined, 2);
    ck_assert_double_eq(both.m4, m.m4);
}
END_TEST

START_TEST(combining_two_parts_gives_the_moments_of_the_whole)
{
    double value[200];
    gsl_rng *rng = generator();
    for (size_t i = 0; i < 200; i++) value[i] = gsl_ran_lognormal(rng, 1, 0.5);
    const struct moments whole = moments_of(200, value, NULL);
    for (size_t cut = 0; cut <= 200; cut++) {
        const struct moments m =
            moments_combine(moments_of(cut, value, NULL), moments_of(200 - cut, value + cut, NULL));
        ck_assert_double_eq(m.count, 200);
        near(m.mean, whole.mean, 200 * DBL_EPSILON);
        near(m.m2, whole.m2, 400 * DBL_EPSILON);
        near(m.m3, whole.m3, 4000 * DBL_EPSILON);
        near(m.m4, whole.m4, 4000 * DBL_EPSILON);
        ck_assert_double_eq(m.min, whole.min);
        ck_assert_double_eq(m.max, whole.max);
    }
    gsl_rng_free(rng);
}
END_TEST

START_TEST(moments_of_lanes_are_those_of_each_row_bit_for_bit)
{
    static double value[300][LANES];
    static struct moments out[300];
    unsigned char mask[LANES];
    gsl_rng *rng = generator();
    for (int round = 0; round < 3; round++) {
        for (size_t l = 0; l < LANES; l++) mask[l] = round == 0 || gsl_rng_uniform(rng) < 0.5;
        for (size_t c = 0; c < 300; c++)
            for (size_t l = 0; l < LANES; l++)
                value[c][l] = gsl_rng_uniform(rng) * 299 < (double)c ? UNKNOWN : gsl_ran_gaussian(rng, 1e3);
        moments_of_lanes(300, (const double(*)[LANES])value, mask, out);
        for (size_t c = 0; c < 300; c++) {
            const struct moments m = moments_of(LANES, value[c], mask);
            ck_assert_msg(same_bits(&out[c], &m), "row %zu", c);
        }
    }
    gsl_rng_free(rng);
}
END_TEST

/* ---- the tree ---- */

static struct moments leaf[CHUNKS][WIDTH], last_leaf[WIDTH];

static void make_leaves(void)
{
    gsl_rng *rng = generator();
    for (size_t c = 0; c <= CHUNKS; c++)
        for (size_t w = 0; w < WIDTH; w++) {
            double value[20];
            for (size_t i = 0; i < 20; i++) value[i] = gsl_ran_gaussian(rng, 1) + (double)w;
            *(c < CHUNKS ? &leaf[c][w] : &last_leaf[w]) = moments_of(c < CHUNKS ? 20 : 7, value, NULL);
        }
    gsl_rng_free(rng);
}

/* Node (level, index) by its definition. */
static struct moments node_by_definition(unsigned level, size_t index, size_t w)
{
    if (level == 0) return leaf[index][w];
    return moments_combine(node_by_definition(level - 1, 2 * index, w),
                           node_by_definition(level - 1, 2 * index + 1, w));
}

/* 37 = 32 + 4 + 1: complete nodes (5, 0), (2, 8), (0, 36), folded from the right. */
static void total_by_definition(struct moments total[WIDTH])
{
    for (size_t w = 0; w < WIDTH; w++) {
        total[w] = moments_combine(leaf[36][w], last_leaf[w]);
        total[w] = moments_combine(node_by_definition(2, 8, w), total[w]);
        total[w] = moments_combine(node_by_definition(5, 0, w), total[w]);
    }
}

static void check_total(struct reduction *reduction)
{
    struct moments expected[WIDTH], found[WIDTH];
    total_by_definition(expected);
    must(reduction_total(reduction, found));
    for (size_t w = 0; w < WIDTH; w++) ck_assert(same_bits(&found[w], &expected[w]));
}

START_TEST(chunks_in_any_order_give_the_total_of_the_definition)
{
    make_leaves();
    gsl_rng *rng = generator();
    size_t order[CHUNKS];
    for (size_t i = 0; i < CHUNKS; i++) order[i] = i;
    struct reduction *reduction;
    must(reduction_open(WIDTH, &reduction));
    for (int round = 0; round < 200; round++) {
        for (size_t i = 0; i < CHUNKS; i++) must(reduction_deliver(reduction, 0, order[i], leaf[order[i]]));
        must(reduction_deliver_last(reduction, last_leaf));
        check_total(reduction);
        ck_assert_uint_eq(reduction_nodes(reduction), 3);
        reduction_clear(reduction);
        ck_assert_uint_eq(reduction_nodes(reduction), 0);
        gsl_ran_shuffle(rng, order, CHUNKS, sizeof order[0]);
    }
    reduction_close(reduction);
    gsl_rng_free(rng);
}
END_TEST

/* Memory does not grow with the number of chunks. */
START_TEST(a_node_that_was_combined_is_lent_again)
{
    struct reduction *reduction;
    struct moments *left, *right, *next;
    must(reduction_open(1, &reduction));
    must(reduction_borrow(reduction, &left));
    must(reduction_borrow(reduction, &right));
    *left = *right = moments_none();
    must(reduction_hand_over(reduction, 0, 0, left));
    must(reduction_hand_over(reduction, 0, 1, right));
    must(reduction_borrow(reduction, &next));
    ck_assert(next == left || next == right);
    free(next);
    reduction_close(reduction);
}
END_TEST

/* Delivers the chunks from..to-1 and hands the complete nodes over to another reduction. */
static void deliver_shard(struct reduction *to, size_t from, size_t end)
{
    struct reduction *shard;
    must(reduction_open(WIDTH, &shard));
    for (size_t c = from; c < end; c++) must(reduction_deliver(shard, 0, c, leaf[c]));
    uint64_t leaves = from;
    for (size_t n = 0; n < reduction_nodes(shard); n++) {
        unsigned level;
        uint64_t index;
        const struct moments *node;
        reduction_node(shard, n, &level, &index, &node);
        ck_assert_uint_eq(index << level, leaves); /* in order and without a gap */
        leaves += UINT64_C(1) << level;
        must(reduction_deliver(to, level, index, node));
    }
    ck_assert_uint_eq(leaves, end);
    reduction_close(shard);
}

START_TEST(two_shards_split_anywhere_give_the_same_bits_as_one_run)
{
    make_leaves();
    for (size_t cut = 0; cut <= CHUNKS; cut++)
        for (int swapped = 0; swapped < 2; swapped++) {
            struct reduction *reduction;
            must(reduction_open(WIDTH, &reduction));
            if (swapped != 0) deliver_shard(reduction, cut, CHUNKS);
            deliver_shard(reduction, 0, cut);
            if (swapped == 0) deliver_shard(reduction, cut, CHUNKS);
            must(reduction_deliver_last(reduction, last_leaf));
            check_total(reduction);
            reduction_close(reduction);
        }
}
END_TEST

START_TEST(chunks_in_order_hold_one_node_per_binary_digit)
{
    make_leaves();
    struct reduction *reduction;
    must(reduction_open(WIDTH, &reduction));
    for (uint64_t c = 0; c < 1000; c++) {
        must(reduction_deliver(reduction, 0, c, leaf[c % CHUNKS]));
        ck_assert_uint_eq(reduction_nodes(reduction), (unsigned)__builtin_popcountll(c + 1));
    }
    reduction_close(reduction);
}
END_TEST

START_TEST(nothing_delivered_and_only_an_incomplete_chunk_are_totals_too)
{
    make_leaves();
    struct moments total[WIDTH];
    const struct moments none = moments_none();
    struct reduction *reduction;
    must(reduction_open(WIDTH, &reduction));
    must(reduction_total(reduction, total));
    ck_assert(same_bits(&total[0], &none));
    must(reduction_deliver_last(reduction, last_leaf));
    must(reduction_total(reduction, total));
    ck_assert(same_bits(&total[WIDTH - 1], &last_leaf[WIDTH - 1]));
    reduction_close(reduction);
}
END_TEST

START_TEST(a_leaf_delivered_twice_is_refused_and_changes_nothing)
{
    make_leaves();
    struct reduction *reduction;
    must(reduction_open(WIDTH, &reduction));
    for (size_t c = 0; c < CHUNKS; c++) must(reduction_deliver(reduction, 0, c, leaf[c]));
    for (size_t c = 0; c < CHUNKS; c++) must_fail(reduction_deliver(reduction, 0, c, leaf[c]), "twice");
    must_fail(reduction_deliver(reduction, 6, 0, leaf[0]), "twice");
    must_fail(reduction_deliver(reduction, 2, 9, leaf[0]), "twice");
    must_fail(reduction_deliver(reduction, 64, 0, leaf[0]), "out of range");
    must_fail(reduction_deliver(reduction, 60, 16, leaf[0]), "out of range");
    must(reduction_deliver_last(reduction, last_leaf));
    must_fail(reduction_deliver_last(reduction, last_leaf), "twice");
    check_total(reduction);
    reduction_close(reduction);
}
END_TEST

/* ---- ranks ---- */

START_TEST(the_rank_of_a_decimal_p_is_the_ceiling_in_whole_numbers)
{
    uint64_t rank, low, high;
    for (uint64_t n = 1; n <= 20000; n = n < 2000 ? n + 1 : n + 997)
        for (uint64_t permille = 1; permille < 1000; permille++) {
            quantile_ranks(n, (double)permille / 1000, &rank, &low, &high);
            ck_assert_uint_eq(rank, (n * permille + 999) / 1000);
        }
    quantile_ranks(100, 0.05, &rank, &low, &high);
    ck_assert_uint_eq(rank, 5);
    quantile_ranks(100, 0.07, &rank, &low, &high); /* 100 * 0.07 > 7 in double */
    ck_assert_uint_eq(rank, 7);
    quantile_ranks(1000000000, 0.05, &rank, &low, &high);
    ck_assert_uint_eq(rank, 50000000);
    quantile_ranks(100, nextafter(0.05, 1) + 1e-12, &rank, &low, &high);
    ck_assert_uint_eq(rank, 6);
}
END_TEST

/* P(B <= b) with any b. */
static double binomial_below(int64_t b, double p, uint64_t n)
{
    return b < 0 ? 0.0 : b >= (int64_t)n ? 1.0 : gsl_cdf_binomial_P((unsigned)b, p, (unsigned)n);
}

/* P(X_low <= quantile < X_high) = P(low <= B <= high - 1) for a continuous X. */
static double coverage(uint64_t n, double p, uint64_t low, uint64_t high)
{
    return binomial_below((int64_t)high - 1, p, n) - binomial_below((int64_t)low - 1, p, n);
}

START_TEST(few_expected_values_take_the_tightest_exact_binomial_bounds)
{
    size_t checked = 0;
    for (uint64_t n = 1; n <= 3000; n = n < 100 ? n + 1 : n + 59)
        for (int percent = 1; percent < 100; percent++) {
            const double p = percent / 100.0;
            uint64_t rank, low, high;
            quantile_ranks(n, p, &rank, &low, &high);
            if ((double)n * p * (1 - p) >= 20) continue;
            const int64_t j = (int64_t)low, k = (int64_t)high;
            ck_assert_double_le(binomial_below(j - 1, p, n), 0.025);
            ck_assert_double_gt(binomial_below(j, p, n), 0.025);
            ck_assert_double_le(1 - binomial_below(k - 1, p, n), 0.025);
            ck_assert_double_gt(1 - binomial_below(k - 2, p, n), 0.025);
            checked++;
        }
    ck_assert_uint_gt(checked, 5000);
}
END_TEST

/* On either side of n p (1 - p) = 20, in the largest runs too: 1,000,000 values have 20 expected at p = 0.00002. */
START_TEST(twenty_expected_values_part_exact_bounds_from_normal_ones)
{
    static const double expected[] = {0.5, 3, 19.9, 20.1, 25, 300};
    for (uint64_t n = 1000; n <= 1000000; n *= 10)
        for (size_t e = 0; e < sizeof expected / sizeof expected[0]; e++) {
            const double p = expected[e] / (double)n, variance = (double)n * p * (1 - p);
            uint64_t rank, low, high;
            quantile_ranks(n, p, &rank, &low, &high);
            if (variance >= 20) {
                ck_assert_uint_eq(low, (uint64_t)floor(expected[e] - 1.959963984540054 * sqrt(variance)));
                ck_assert_uint_eq(high, (uint64_t)ceil(expected[e] + 1.959963984540054 * sqrt(variance)) + 1);
                ck_assert_double_ge(coverage(n, p, low, high), 0.95);
                continue;
            }
            ck_assert_double_le(binomial_below((int64_t)low - 1, p, n), 0.025);
            ck_assert_double_gt(binomial_below((int64_t)low, p, n), 0.025);
            ck_assert_double_ge(binomial_below((int64_t)high - 1, p, n), 0.975);
            ck_assert_double_lt(binomial_below((int64_t)high - 2, p, n), 0.975);
        }
}
END_TEST

START_TEST(many_expected_values_take_the_normal_bounds_of_the_model)
{
    uint64_t rank, low, high;
    quantile_ranks(10000, 0.5, &rank, &low, &high); /* 5000 -+ 1.96 * 50 = 4902.0018, 5097.9982 */
    ck_assert_uint_eq(low, 4902);
    ck_assert_uint_eq(high, 5099);
    quantile_ranks(10000, 0.05, &rank, &low, &high); /* 500 -+ 1.96 * 21.794 = 457.28, 542.72 */
    ck_assert_uint_eq(low, 457);
    ck_assert_uint_eq(high, 544);
}
END_TEST

START_TEST(the_bounds_cover_at_least_95_percent_by_the_binomial)
{
    for (uint64_t n = 1; n <= 8000; n = n < 500 ? n + 1 : n + 97)
        for (int percent = 1; percent < 100; percent++) {
            uint64_t rank, low, high;
            const double p = percent / 100.0;
            quantile_ranks(n, p, &rank, &low, &high);
            ck_assert_uint_le(low, rank);
            ck_assert_uint_le(rank, high);
            ck_assert_uint_le(high, n + 1);
            ck_assert_msg(coverage(n, p, low, high) >= 0.95, "n %lu p %g", (unsigned long)n, p);
        }
}
END_TEST

START_TEST(the_extremes_of_p_and_n_have_ranks)
{
    uint64_t rank, low, high;
    quantile_ranks(0, 0.5, &rank, &low, &high);
    ck_assert_uint_eq(rank, 0);
    quantile_ranks(1, 0.5, &rank, &low, &high);
    ck_assert(rank == 1 && low == 0 && high == 2);
    quantile_ranks(10, 0, &rank, &low, &high);
    ck_assert(rank == 1 && low == 0 && high == 1);
    quantile_ranks(10, 1, &rank, &low, &high);
    ck_assert(rank == 10 && low == 10 && high == 11);
    quantile_ranks(UINT64_C(1) << 40, 0x1p-40, &rank, &low, &high); /* one expected: Poisson 0 to 3 */
    ck_assert(rank == 1 && low == 0 && high == 4);
}
END_TEST

/* ---- quantiles ---- */

START_TEST(a_bound_outside_the_sample_is_infinite)
{
    const float sample[] = {3, 1, 2};
    const double p[] = {0.5, 0, 1, 2, UNKNOWN};
    float work[3];
    struct quantile_estimate out[5];
    quantiles_estimate(3, sample, work, 5, p, out);
    ck_assert_double_eq(out[0].estimate, 2);
    ck_assert_double_eq(out[0].low, -ENDLESS);
    ck_assert_double_eq(out[0].high, ENDLESS);
    ck_assert_double_eq(out[1].estimate, 1);
    ck_assert_double_eq(out[1].high, 1);
    ck_assert_double_eq(out[2].estimate, 3);
    ck_assert_double_eq(out[2].low, 3);
    ck_assert_double_nan(out[3].estimate);
    ck_assert_double_nan(out[4].estimate);
}
END_TEST

START_TEST(without_values_quantiles_are_unknown)
{
    const float sample[] = {__builtin_nanf(""), __builtin_nanf("")};
    const double p[] = {0.5};
    float work[2];
    struct quantile_estimate out[1];
    quantiles_estimate(2, sample, work, 1, p, out);
    ck_assert_double_nan(out[0].estimate);
    ck_assert_double_nan(out[0].low);
    ck_assert_double_nan(out[0].high);
    quantiles_estimate(0, sample, work, 1, p, out);
    ck_assert_double_nan(out[0].estimate);
}
END_TEST

START_TEST(negative_zero_stands_before_positive_zero_in_any_arrangement)
{
    float work[100];
    for (size_t step = 1; step < 100; step += 2) {
        float sample[100];
        for (size_t i = 0; i < 100; i++) sample[i * step % 100] = i < 50 ? -0.0F : 0.0F;
        if (step % 5 == 0) continue; /* not a permutation */
        const double p[] = {0.5, 0.51};
        struct quantile_estimate out[2];
        quantiles_estimate(100, sample, work, 2, p, out);
        ck_assert(out[0].estimate == 0 && signbit(out[0].estimate));
        ck_assert(out[1].estimate == 0 && !signbit(out[1].estimate));
    }
}
END_TEST

static int by_value(const void *left, const void *right)
{
    const float a = *(const float *)left, b = *(const float *)right;
    return a < b ? -1 : a > b;
}

static float sample_of_kind(gsl_rng *rng, int kind)
{
    switch (kind) {
    case 0: return (float)gsl_ran_gaussian_ziggurat(rng, 1);
    case 1: return (float)(1000 + gsl_ran_gaussian_ziggurat(rng, 1e-3));            /* few distinct values */
    case 2: return gsl_rng_uniform(rng) < 0.7 ? 0.0F : (float)gsl_rng_uniform(rng); /* mostly equal */
    case 3: return (float)(gsl_rng_uniform_int(rng, 3) * 7);                        /* three values */
    case 4: { /* any float there is, subnormal, infinite and NaN too */
        const uint32_t bits = (uint32_t)gsl_rng_get(rng);
        float value;
        memcpy(&value, &bits, sizeof value);
        return value;
    }
    case 5: return (float)(tan(3.14159 * (gsl_rng_uniform(rng) - 0.5)) * 1e3); /* far values on both sides */
    case 6: return (float)exp(3 * gsl_ran_gaussian_ziggurat(rng, 1));
    case 7: return -(float)exp(0.3 * gsl_ran_gaussian_ziggurat(rng, 1));
    case 8: return (float)fmax(-1, fmin(0.5, gsl_ran_gaussian_ziggurat(rng, 1))); /* many at both ends */
    default: return 42.0F;
    }
}

static double sorted_at(const float sorted[], size_t n, uint64_t rank)
{
    return rank < 1 ? -ENDLESS : rank > n ? ENDLESS : (double)sorted[rank - 1];
}

static void compare_with_sorting(gsl_rng *rng, size_t count, int kind, float *sample, float *work, float *sorted)
{
    double p[101];
    struct quantile_estimate out[101];
    size_t n = 0;
    for (size_t i = 0; i < 101; i++) p[i] = (double)(i * 37 % 101) / 100;
    for (size_t i = 0; i < count; i++) {
        sample[i] = sample_of_kind(rng, kind);
        if (!isnan(sample[i])) sorted[n++] = sample[i];
    }
    qsort(sorted, n, sizeof sorted[0], by_value);
    quantiles_estimate(count, sample, work, 101, p, out);
    for (size_t q = 0; n > 0 && q < 101; q++) {
        uint64_t rank, low, high;
        quantile_ranks(n, p[q], &rank, &low, &high);
        ck_assert_msg(out[q].estimate == sorted_at(sorted, n, rank), "kind %d, %zu values, p %g", kind, count, p[q]);
        ck_assert_double_eq(out[q].low, sorted_at(sorted, n, low));
        ck_assert_double_eq(out[q].high, sorted_at(sorted, n, high));
    }
}

START_TEST(selection_equals_a_full_sort)
{
    static const size_t counts[] = {1, 2, 47, 48, 49, 50, 333, 20000, 1000000};
    const size_t most = 1000000;
    float *sample = malloc(most * sizeof *sample), *work = malloc(most * sizeof *work);
    float *sorted = malloc(most * sizeof *sorted);
    ck_assert(sample != NULL && work != NULL && sorted != NULL);
    gsl_rng *rng = generator();
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++)
        for (int kind = 0; kind < 10; kind++) compare_with_sorting(rng, counts[c], kind, sample, work, sorted);
    gsl_rng_free(rng);
    free(sample);
    free(work);
    free(sorted);
}
END_TEST

START_TEST(the_sample_stays_as_it_was)
{
    float sample[1000], copy[1000], work[1000];
    gsl_rng *rng = generator();
    for (size_t i = 0; i < 1000; i++) sample[i] = (float)gsl_rng_uniform(rng);
    memcpy(copy, sample, sizeof copy);
    const double p[] = {0.1, 0.9};
    struct quantile_estimate out[2];
    quantiles_estimate(1000, sample, work, 2, p, out);
    ck_assert_mem_eq(sample, copy, sizeof copy);
    gsl_rng_free(rng);
}
END_TEST

/* Of `repeats` samples of n normals, how many bounds enclose the true quantile: a binomial number, whose probability is
 * the coverage of the ranks. Rounding to float moves a value by 6e-8 of itself, which no repeat notices. */
static void check_coverage(gsl_rng *rng, size_t n, size_t repeats)
{
    static const double p[] = {0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99};
    enum { ASKED = sizeof p / sizeof p[0] };
    static float sample[5000], work[5000];
    struct quantile_estimate out[ASKED];
    size_t covered[ASKED] = {0};
    for (size_t r = 0; r < repeats; r++) {
        for (size_t i = 0; i < n; i++) sample[i] = (float)gsl_ran_gaussian_ziggurat(rng, 1);
        quantiles_estimate(n, sample, work, ASKED, p, out);
        for (size_t q = 0; q < ASKED; q++) {
            const double truth = gsl_cdf_ugaussian_Pinv(p[q]);
            covered[q] += out[q].low <= truth && truth <= out[q].high;
        }
    }
    for (size_t q = 0; q < ASKED; q++) {
        uint64_t rank, low, high;
        quantile_ranks(n, p[q], &rank, &low, &high);
        const double expected = coverage(n, p[q], low, high), found = (double)covered[q] / (double)repeats;
        const double error = sqrt(expected * (1 - expected) / (double)repeats);
        ck_assert_msg(fabs(found - expected) <= 4 * error, "n %zu p %g: %g, expected %g", n, p[q], found, expected);
        ck_assert_msg(found >= 0.95 - 3 * sqrt(0.95 * 0.05 / (double)repeats), "n %zu p %g: %g", n, p[q], found);
    }
}

START_TEST(the_bounds_of_normal_samples_cover_the_true_quantile_as_often_as_computed)
{
    gsl_rng *rng = generator();
    check_coverage(rng, 50, 20000);
    check_coverage(rng, 512, 8000);
    check_coverage(rng, 5000, 2000);
    gsl_rng_free(rng);
}
END_TEST

static void add_moments(Suite *suite)
{
    TCase *facts = tcase_create("moments");
    tcase_add_test(facts, moments_of_eight_small_numbers_are_exact);
    tcase_add_test(facts, moments_of_one_to_n_meet_their_closed_forms);
    tcase_add_test(facts, an_offset_of_a_billion_costs_no_digits);
    tcase_add_test(facts, means_of_many_values_far_from_zero_are_good_to_the_last_digits);
    tcase_add_test(facts, equal_values_have_a_variance_of_exactly_zero);
    tcase_add_test(facts, what_the_mask_leaves_out_is_gone_and_nan_is_counted);
    tcase_add_test(facts, moments_of_nothing_are_unknown);
    tcase_add_test(facts, an_empty_side_gives_the_other_bit_for_bit);
    tcase_add_test(facts, combining_two_parts_gives_the_moments_of_the_whole);
    tcase_add_test(facts, moments_of_lanes_are_those_of_each_row_bit_for_bit);
    suite_add_tcase(suite, facts);
}

static void add_reduction(Suite *suite)
{
    TCase *facts = tcase_create("reduction");
    tcase_add_test(facts, chunks_in_any_order_give_the_total_of_the_definition);
    tcase_add_test(facts, a_node_that_was_combined_is_lent_again);
    tcase_add_test(facts, two_shards_split_anywhere_give_the_same_bits_as_one_run);
    tcase_add_test(facts, chunks_in_order_hold_one_node_per_binary_digit);
    tcase_add_test(facts, nothing_delivered_and_only_an_incomplete_chunk_are_totals_too);
    tcase_add_test(facts, a_leaf_delivered_twice_is_refused_and_changes_nothing);
    suite_add_tcase(suite, facts);
}

static void add_quantiles(Suite *suite)
{
    TCase *facts = tcase_create("quantiles");
    tcase_add_test(facts, the_rank_of_a_decimal_p_is_the_ceiling_in_whole_numbers);
    tcase_add_test(facts, few_expected_values_take_the_tightest_exact_binomial_bounds);
    tcase_add_test(facts, twenty_expected_values_part_exact_bounds_from_normal_ones);
    tcase_add_test(facts, many_expected_values_take_the_normal_bounds_of_the_model);
    tcase_add_test(facts, the_bounds_cover_at_least_95_percent_by_the_binomial);
    tcase_add_test(facts, the_extremes_of_p_and_n_have_ranks);
    tcase_add_test(facts, a_bound_outside_the_sample_is_infinite);
    tcase_add_test(facts, without_values_quantiles_are_unknown);
    tcase_add_test(facts, negative_zero_stands_before_positive_zero_in_any_arrangement);
    tcase_add_test(facts, selection_equals_a_full_sort);
    tcase_add_test(facts, the_sample_stays_as_it_was);
    tcase_add_test(facts, the_bounds_of_normal_samples_cover_the_true_quantile_as_often_as_computed);
    suite_add_tcase(suite, facts);
}

int main(void)
{
    Suite *suite = suite_create("statistics");
    add_moments(suite);
    add_reduction(suite);
    add_quantiles(suite);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
