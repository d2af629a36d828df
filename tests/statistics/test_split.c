/* tests/statistics/test_split.c -- the mean of the greatest of some values lies where their mean and variance leave it,
 * and can lie at either end of that.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/split.h"

#include <check.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

enum { SEED = 20190913, MOST = 40 };

/* Of ascending values, as split.h has it: with n. */
static struct split_whole whole_of(size_t n, const double value[], double least, double greatest)
{
    double mean = 0, variance = 0;
    for (size_t i = 0; i < n; i++) mean += value[i] / (double)n;
    for (size_t i = 0; i < n; i++) variance += (value[i] - mean) * (value[i] - mean) / (double)n;
    return (struct split_whole){least, greatest, mean, variance};
}

/* The mean of the greatest, one of which counts for a part. */
static double mean_of_greatest(size_t n, const double value[], double share)
{
    const double points = share * (double)n;
    double left = points, mean = 0;
    for (size_t i = n; i-- > 0 && left > 0; left--) mean += fmin(left, 1) * value[i] / points;
    return mean;
}

/* Values in 0 .. 1 of many shapes: even, heaped up at an end, few different ones, two heaps. */
static void draw(gsl_rng *rng, int shape, size_t n, double value[])
{
    for (size_t i = 0; i < n; i++) {
        const double u = gsl_rng_uniform(rng);
        switch (shape) {
        case 0: value[i] = u; break;
        case 1: value[i] = pow(u, 8); break;
        case 2: value[i] = 1 - pow(u, 5); break;
        case 3: value[i] = floor(u * 3) / 2; break;
        case 4: value[i] = u < 0.8 ? 0.1 * u : 1 - 0.1 * u; break;
        default: value[i] = u < 0.3 ? 0 : u < 0.6 ? 1 : u;
        }
    }
    gsl_sort(value, 1, n);
}
enum { SHAPES = 6 };

START_TEST(the_mean_of_the_greatest_is_within_the_error_whatever_the_values)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    ck_assert_ptr_nonnull(rng);
    gsl_rng_set(rng, SEED);
    for (int run = 0; run < 20000; run++) {
        const size_t n = 1 + gsl_rng_uniform_int(rng, MOST);
        double value[MOST];
        draw(rng, run % SHAPES, n, value);
        const bool tight = gsl_rng_uniform_int(rng, 2) == 1; /* whether the range is that of the values */
        const struct split_whole whole = whole_of(n, value, tight ? value[0] : 0, tight ? value[n - 1] : 1);
        const double share = run % 3 == 0 ? (double)gsl_rng_uniform_int(rng, n) / (double)n : gsl_rng_uniform(rng);
        const struct split split = split_greatest(&whole, share);
        if (share > 0) ck_assert_double_le(fabs(split.mean - mean_of_greatest(n, value, share)), split.error + 1e-12);
        ck_assert_double_ge(split.error, 0);
        ck_assert(whole.least - 1e-12 <= split.edge && split.edge <= split.mean + 1e-12);
        ck_assert_double_le(split.mean, whole.greatest + 1e-12);
    }
    gsl_rng_free(rng);
}
END_TEST

/* What is left of the mean of the greatest when `error` is taken away or added. */
static void assert_reached(size_t n, const double value[], double share, int end)
{
    const struct split_whole whole = whole_of(n, value, 0, 1);
    const struct split split = split_greatest(&whole, share);
    ck_assert_double_gt(split.error, 0.01);
    ck_assert_double_le(fabs(split.mean + end * split.error - mean_of_greatest(n, value, share)), 1e-12);
}

START_TEST(there_are_values_that_reach_the_error)
{
    /* two heaps: nothing varies within the two parts, and their distance is the greatest */
    static const double heaps[] = {0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.9, 0.9};
    assert_reached(10, heaps, 0.2, 1);
    /* the greatest at the edge, the others there or at the end of the range: their distance is the least */
    static const double least[] = {0, 0, 0, 0, 0.75, 0.75, 0.75, 0.75, 0.75, 0.75};
    assert_reached(10, least, 0.2, -1);
    /* its mirror image: the others at the edge, the greatest there or at the other end */
    static const double mirrored[] = {0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 1, 1, 1, 1};
    assert_reached(10, mirrored, 0.8, -1);
}
END_TEST

START_TEST(an_even_spread_is_split_as_it_is)
{
    enum { SIZE = 100000 };
    static double value[SIZE];
    for (size_t i = 0; i < SIZE; i++) value[i] = 3 + 2 * ((double)i + 0.5) / SIZE;
    const struct split_whole whole = whole_of(SIZE, value, 3, 5);
    for (int percent = 0; percent <= 100; percent += 10) {
        const double share = percent / 100.0, width = 2 * share;
        const struct split split = split_greatest(&whole, share);
        ck_assert_double_le(fabs(split.mean - (5 - width / 2)), 1e-9);
        ck_assert_double_le(fabs(split.edge - (5 - width)), 1e-9);
        ck_assert_double_le(fabs(split.variance - width * width / 12), 1e-9);
    }
}
END_TEST

START_TEST(nothing_is_unknown_of_equal_values_and_of_all_of_them)
{
    const struct split_whole equal = {1, 2, 1.5, 0}, two = {0, 1, 0.4, 0.24}, some = {0, 1, 0.4, 0.1};
    const struct split of_equal = split_greatest(&equal, 0.3);
    ck_assert(of_equal.mean == 1.5 && of_equal.error == 0 && of_equal.variance == 0 && of_equal.edge == 1.5);
    /* with that variance they are six times 0 and four times 1 */
    ck_assert_double_le(fabs(split_greatest(&two, 0.2).mean - 1), 1e-12);
    ck_assert_double_le(fabs(split_greatest(&two, 0.8).mean - 0.5), 1e-12);
    ck_assert_double_le(split_greatest(&two, 0.2).error + split_greatest(&two, 0.8).error, 1e-12);
    const struct split all = split_greatest(&some, 1);
    ck_assert(all.mean == 0.4 && all.error == 0);
    ck_assert_double_le(fabs(all.variance - 0.1), 1e-15);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("split");
    TCase *facts = tcase_create("facts");
    tcase_add_test(facts, the_mean_of_the_greatest_is_within_the_error_whatever_the_values);
    tcase_add_test(facts, there_are_values_that_reach_the_error);
    tcase_add_test(facts, an_even_spread_is_split_as_it_is);
    tcase_add_test(facts, nothing_is_unknown_of_equal_values_and_of_all_of_them);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
