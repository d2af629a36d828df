/* tests/statistics/test_attribution.c -- what decides a number: shares of designs of which they are known, exactly or to the error of
 * the draws, and that nothing is found where there is nothing.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/attribution.h"
#include "sim/statistics/discovery.h"
#include "sim/statistics/first_order.h"
#include "sim/statistics/gram.h"
#include "sim/statistics/least_squares.h"
#include "sim/statistics/ranks.h"
#include "sim/statistics/resampling.h"

#include <check.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 20190911, COLUMNS = 200, ROWS = 4096 };

static void near(double found, double expected, double within)
{
    ck_assert_msg(fabs(found - expected) <= within, "found %.17g, expected %.17g within %g", found, expected, within);
}

/* ---- a table of columns, each a factor of its own unless said otherwise ---- */

struct sample {
    float *column[COLUMNS];
    double *y;
    bool known[COLUMNS], single[COLUMNS];
    size_t first[COLUMNS + 1], index[COLUMNS];
    struct attribution_table table;
};

static void sample_open(struct sample *sample, size_t rows, size_t columns)
{
    *sample = (struct sample){.y = calloc(rows, sizeof *sample->y)};
    for (size_t c = 0; c < columns; c++) {
        sample->column[c] = calloc(rows, sizeof *sample->column[c]);
        ck_assert_ptr_nonnull(sample->column[c]);
        sample->known[c] = sample->single[c] = true;
        sample->first[c] = sample->index[c] = c;
    }
    sample->first[columns] = columns;
    sample->table = (struct attribution_table){.rows = rows,
                                               .factors = {columns, columns, sample->first, sample->index},
                                               .column = (const float *const *)sample->column,
                                               .known = sample->known,
                                               .single = sample->single,
                                               .y = sample->y,
                                               .seed = SEED};
}

static void sample_close(struct sample *sample, struct attribution *attribution)
{
    for (size_t c = 0; c < COLUMNS; c++) free(sample->column[c]);
    free(sample->y);
    attribution_free(attribution);
}

static void attribute(const struct sample *sample, struct attribution *attribution)
{
    ck_assert_ptr_null(attribution_of(&sample->table, attribution));
}

/* ---- parts ---- */

START_TEST(ranks_are_from_1_and_equal_values_share_the_mean_of_theirs)
{
    const float value[] = {3.0f, -1.0f, 3.0f, 0.0f, -0.0f, -7.5f, 1e30f, 3.0f, -1e30f};
    const float expected[] = {7.0f, 3.0f, 7.0f, 4.5f, 4.5f, 2.0f, 9.0f, 7.0f, 1.0f};
    uint64_t work[2 * 9];
    float rank[9];
    ranks_of(9, value, work, rank);
    for (size_t i = 0; i < 9; i++) ck_assert_double_eq((double)rank[i], (double)expected[i]);
}
END_TEST

/* Whole numbers: sums are exact, whatever the blocks. */
START_TEST(products_of_blocks_are_those_of_their_rows)
{
    enum { N = 300, P = 19 };
    struct gram gram;
    double sum[P * P], product[4 * 32];
    float other[4][N];
    unsigned weight[GRAM_BLOCKS];
    ck_assert_ptr_null(gram_init(N, P, &gram));
    for (size_t r = 0; r < N; r++) {
        for (size_t c = 1; c < P; c++) gram.table[r * gram.stride + c] = (float)((r * 7 + c * c * 3) % 11) - 5.0f;
        for (size_t o = 0; o < 4; o++) other[o][r] = (float)((r + 5 * o) % 7);
    }
    gram_multiply(&gram);
    for (size_t b = 0; b < gram.blocks; b++) weight[b] = (unsigned)(b % 3);
    gram_sum(&gram, weight, sum);
    const float *const others[] = {other[0], other[1], other[2], other[3]};
    gram_multiply_others(&gram, 4, others, product);
    for (size_t i = 0; i < P; i++) {
        for (size_t j = 0; j < P; j++) {
            double expected = 0.0;
            for (size_t b = 0; b < gram.blocks; b++)
                for (size_t r = b * N / gram.blocks; r < (b + 1) * N / gram.blocks; r++)
                    expected += (double)weight[b] * (double)gram.table[r * gram.stride + i] *
                                (double)gram.table[r * gram.stride + j];
            ck_assert_double_eq(sum[i * P + j], expected);
        }
        for (size_t o = 0; o < 4; o++) {
            double expected = 0.0;
            for (size_t r = 0; r < N; r++) expected += (double)other[o][r] * (double)gram.table[r * gram.stride + i];
            ck_assert_double_eq(product[o * gram.stride + i], expected);
        }
    }
    gram_free(&gram);
}
END_TEST

/* Two columns of correlation c, y = a x1 + b x2 of variance 1: R2 is 1 and the Shapley value of x1 is a^2 + a b c +
 * c^2 (b^2 - a^2)/2; what one adds beyond the other is a^2 (1 - c^2). Partial correlation of what is explained in full: 1. */
START_TEST(two_correlated_factors_share_what_they_have_in_common_evenly)
{
    const double c = 0.6, a = 0.7, b = -a * c + sqrt(a * a * c * c + 1 - a * a);
    const double correlation[] = {1, c, a + b * c, c, 1, b + a * c, a + b * c, b + a * c, 1};
    const size_t first[] = {0, 1, 2}, column[] = {0, 1};
    const struct shares_factors factors = {2, 2, first, column};
    const uint32_t order[] = {0, 1};
    double work[12], share[2] = {0.0, 0.0};
    struct least_squares fit;
    struct least_squares_group group;
    shares_add(&factors, correlation, order, work, share);
    near(share[0] / 2, a * a + a * b * c + c * c * (b * b - a * a) / 2, 1e-6); /* the ridge is 1e-7 */
    near(share[1] / 2, b * b + a * b * c + c * c * (a * a - b * b) / 2, 1e-6);
    ck_assert_ptr_null(least_squares_init(2, correlation, LEAST_SQUARES_RIDGE, &fit));
    ck_assert_ptr_null(least_squares_group_init(&fit, 1, column, &group));
    near(fit.explained, 1.0, 1e-6);
    near(fit.b[0], a, 1e-6);
    near(least_squares_last(&group, fit.b, work), a * a * (1 - c * c), 1e-6);
    near(least_squares_partial(&fit, 0), 1.0, 1e-6);
    least_squares_group_free(&group);
    least_squares_free(&fit);
}
END_TEST

/* What is the same twice explains no more than once, and does no harm. */
START_TEST(a_column_twice_explains_what_it_does_once)
{
    const double correlation[] = {1, 1, 0.8, 1, 1, 0.8, 0.8, 0.8, 1};
    const size_t first[] = {0, 1, 2}, column[] = {0, 1};
    const struct shares_factors factors = {2, 2, first, column};
    const uint32_t order[] = {1, 0};
    double work[12], share[2] = {0.0, 0.0};
    shares_add(&factors, correlation, order, work, share);
    near(share[0] / 2, 0.32, 1e-6);
    near(share[1] / 2, 0.32, 1e-6);
    near(shares_explained(2, correlation, 2, column, work), 0.64, 1e-6);
}
END_TEST

/* The example of Benjamini and Hochberg 1995, section 4.1: 15 p-values of which four are discoveries at 5 %. */
START_TEST(four_of_fifteen_of_the_published_example_are_discoveries)
{
    const double p[] = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                        0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000};
    size_t order[15], found = 0;
    double q[15];
    discovery_rates(15, p, order, q);
    for (size_t i = 0; i < 15; i++) found += q[i] <= 0.05;
    ck_assert_uint_eq(found, 4);
    near(q[3], 0.0095 * 15 / 4, 1e-15);
    near(q[14], 1.0, 0.0);
    const double null[] = {1, 2, 3, 3, 4};
    near(discovery_p(3, 5, null), 4.0 / 6, 1e-15);
    near(discovery_p(4.5, 5, null), 1.0 / 6, 1e-15);
}
END_TEST

START_TEST(an_order_has_all_and_counts_add_up)
{
    const struct stream stream = stream_named(SEED, "test", NULL);
    uint32_t order[1000];
    unsigned times[1000], seen[1000] = {0}, sum = 0, again[1000];
    resampling_order(&stream, 3, 1000, order);
    for (size_t i = 0; i < 1000; i++) seen[order[i]]++;
    for (size_t i = 0; i < 1000; i++) ck_assert_uint_eq(seen[i], 1);
    resampling_counts(&stream, 3, 1000, times);
    resampling_counts(&stream, 3, 1000, again);
    ck_assert_mem_eq(times, again, sizeof times);
    for (size_t i = 0; i < 1000; i++) sum += times[i];
    ck_assert_uint_eq(sum, 1000);
}
END_TEST

/* ---- first-order indices ---- */

/* Ishigami and Homma 1990, a 7 and b 0.1: 0.3139, 0.4424, 0. Four of the errors that are stated. */
START_TEST(first_order_indices_of_ishigami_are_the_published_ones)
{
    static const double expected[] = {0.3139, 0.4424, 0.0};
    static float x[3][ROWS], rank[ROWS];
    static double y[ROWS];
    static uint64_t work[2 * ROWS];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, SEED);
    for (size_t r = 0; r < ROWS; r++) {
        double u[3];
        for (size_t c = 0; c < 3; c++) x[c][r] = (float)(u[c] = gsl_ran_flat(rng, -M_PI, M_PI));
        y[r] = sin(u[0]) + 7 * sin(u[1]) * sin(u[1]) + 0.1 * pow(u[2], 4) * sin(u[0]);
    }
    for (size_t c = 0; c < 3; c++) {
        ranks_of(ROWS, x[c], work, rank);
        const struct first_order of = first_order_of(ROWS, rank, y);
        near(of.index, expected[c], 4 * of.standard_error);
        ck_assert_double_le(of.standard_error, 0.02);
    }
    gsl_rng_free(rng);
}
END_TEST

/* With two values of x, y = x and a rest that sums to 0 in each, S is the ratio of the variances, less what chance has: one
 * degree of freedom. */
START_TEST(equal_values_are_in_one_bin)
{
    enum { N = 400 };
    float rank[N], x[N];
    uint64_t work[2 * N];
    double y[N], between = 0.25 * N, within = N;
    for (size_t i = 0; i < N; i++) {
        x[i] = (float)(i % 2);
        y[i] = (double)(i % 2) + (i / 2 % 2 == 0 ? 1.0 : -1.0);
    }
    ranks_of(N, x, work, rank);
    const struct first_order of = first_order_of(N, rank, y);
    near(of.index, (between - within / (N - 2)) / (between + within), 1e-12);
}
END_TEST

/* ---- all of it ---- */

/* All combinations of signs, eight times over: columns are exactly uncorrelated, and shares a_j^2 / sum a^2. */
START_TEST(shares_of_a_linear_model_are_exact)
{
    enum { BITS = 5, TIMES = 64, N = TIMES << BITS };
    static const double a[BITS] = {4, -2, 1, 0.5, 0};
    struct sample sample;
    struct attribution of;
    double total = 0;
    sample_open(&sample, N, BITS);
    for (size_t r = 0; r < N; r++)
        for (size_t c = 0; c < BITS; c++) {
            sample.column[c][r] = (r >> c & 1) != 0 ? 1.0f : -1.0f;
            sample.y[r] += a[c] * (double)sample.column[c][r];
        }
    sample.known[0] = false;
    for (size_t c = 0; c < BITS; c++) total += a[c] * a[c];
    attribute(&sample, &of);
    for (size_t c = 0; c < BITS; c++) {
        near(of.factor[c].share.estimate, a[c] * a[c] / total, 1e-6); /* the ridge, and products in single precision */
        near(of.factor[c].last, a[c] * a[c] / total, 1e-6);
        near(of.factor[c].first_order.estimate, a[c] * a[c] / total, 2.0 / N); /* what two bins have by chance */
    }
    near(of.explained.estimate, 1.0, 1e-6);
    near(of.foreseen, 1.0, 1e-6);
    near(of.knowledge.estimate, 1 - a[0] * a[0] / total, 1e-6 + (double)BITS / N);
    near(of.knowledge.estimate + of.chance.estimate + of.left.estimate, 1.0, 1e-12);
    ck_assert_double_gt(of.factor[0].partial.estimate, 0.9);
    ck_assert_double_lt(of.factor[1].partial.estimate, -0.9);
    sample_close(&sample, &of);
}
END_TEST

/* x and what is x but for a little noise, as one factor: the share is that of their sum, 9/10, and the third has 1/10. To four
 * standard errors of a share of n draws, at most 2 sqrt(R2 (1 - R2)/n). */
START_TEST(correlated_columns_of_one_factor_have_one_share)
{
    struct sample sample;
    struct attribution of;
    const size_t first[] = {0, 2, 3};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, SEED);
    sample_open(&sample, ROWS, 3);
    for (size_t r = 0; r < ROWS; r++) {
        const double x = gsl_ran_ugaussian(rng), z = x + 0.1 * gsl_ran_ugaussian(rng), v = gsl_ran_ugaussian(rng);
        sample.column[0][r] = (float)x;
        sample.column[1][r] = (float)z;
        sample.column[2][r] = (float)v;
        sample.y[r] = 3 * x + v;
    }
    memcpy(sample.first, first, sizeof first);
    sample.table.factors.factors = 2;
    sample.single[0] = false;
    attribute(&sample, &of);
    near(of.factor[0].share.estimate, 0.9, 4 * 2 * sqrt(0.09 / ROWS));
    near(of.factor[1].share.estimate, 0.1, 4 * 2 * sqrt(0.09 / ROWS));
    near(of.factor[0].share.estimate + of.factor[1].share.estimate, of.explained.estimate, 1e-12);
    ck_assert(isnan(of.factor[0].partial.estimate) && isnan(of.factor[0].first_order.estimate));
    ck_assert(!isnan(of.factor[1].partial.estimate));
    gsl_rng_free(rng);
    sample_close(&sample, &of);
}
END_TEST

/* 200 inputs that do nothing: at a rate of 5 % something is found in one of 20 samples, if all of them do nothing. Of 5 samples more
 * than 2 have probability 0.001. */
START_TEST(inputs_that_do_nothing_are_rarely_found)
{
    size_t samples = 0, below = 0, above = 0;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, SEED);
    for (int s = 0; s < 5; s++) {
        struct sample sample;
        struct attribution of;
        size_t found = 0;
        sample_open(&sample, 600, COLUMNS);
        for (size_t r = 0; r < 600; r++) {
            for (size_t c = 0; c < COLUMNS; c++) sample.column[c][r] = (float)gsl_rng_uniform(rng);
            sample.y[r] = gsl_ran_ugaussian(rng);
        }
        attribute(&sample, &of);
        for (size_t c = 0; c < COLUMNS; c++) {
            found += of.factor[c].q <= 0.05;
            below += of.factor[c].p <= 0.05;
            above += of.factor[c].share.low > 0.0;
        }
        samples += found > 0;
        sample_close(&sample, &of);
    }
    ck_assert_uint_le(samples, 2);
    ck_assert_double_le((double)above / (5 * COLUMNS), 0.05 + 4 * sqrt(0.05 * 0.95 / (5 * COLUMNS)));
    near((double)below / (5 * COLUMNS), 0.05, 4 * sqrt(0.05 * 0.95 / (5 * COLUMNS)));
    gsl_rng_free(rng);
}
END_TEST

/* Beside ten that decide, of 200 the others make at most a twentieth of what is found: with a mean of half a false discovery, more
 * than 4 have probability 0.0002. */
START_TEST(what_decides_is_found_among_what_does_not)
{
    struct sample sample;
    struct attribution of;
    size_t right = 0, wrong = 0;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, SEED);
    sample_open(&sample, ROWS, COLUMNS);
    for (size_t r = 0; r < ROWS; r++) {
        sample.y[r] = 2 * gsl_ran_ugaussian(rng);
        for (size_t c = 0; c < COLUMNS; c++) {
            const double x = gsl_ran_ugaussian(rng);
            sample.column[c][r] = (float)x;
            if (c < 10) sample.y[r] += x * (c % 2 == 0 ? 1.0 : -1.0);
        }
    }
    attribute(&sample, &of);
    for (size_t c = 0; c < COLUMNS; c++) *(c < 10 ? &right : &wrong) += of.factor[c].q <= 0.05;
    ck_assert_uint_eq(right, 10);
    ck_assert_uint_le(wrong, 4);
    for (size_t c = 0; c < 10; c++) ck_assert((of.factor[c].partial.estimate > 0) == (c % 2 == 0));
    near(of.explained.estimate, 10.0 / 14, 4 * 2 * sqrt(10.0 / 14 * 4 / 14 / ROWS));
    near(of.foreseen, 10.0 / 14, 4 * 2 * sqrt(10.0 / 14 * 4 / 14 / ROWS) + (double)COLUMNS / ROWS);
    gsl_rng_free(rng);
    sample_close(&sample, &of);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("attribution");
    TCase *all = tcase_create("attribution");
    suite_add_tcase(suite, all);
    tcase_add_test(all, ranks_are_from_1_and_equal_values_share_the_mean_of_theirs);
    tcase_add_test(all, products_of_blocks_are_those_of_their_rows);
    tcase_add_test(all, two_correlated_factors_share_what_they_have_in_common_evenly);
    tcase_add_test(all, a_column_twice_explains_what_it_does_once);
    tcase_add_test(all, four_of_fifteen_of_the_published_example_are_discoveries);
    tcase_add_test(all, an_order_has_all_and_counts_add_up);
    tcase_add_test(all, first_order_indices_of_ishigami_are_the_published_ones);
    tcase_add_test(all, equal_values_are_in_one_bin);
    tcase_add_test(all, shares_of_a_linear_model_are_exact);
    tcase_add_test(all, correlated_columns_of_one_factor_have_one_share);
    tcase_add_test(all, inputs_that_do_nothing_are_rarely_found);
    tcase_add_test(all, what_decides_is_found_among_what_does_not);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
