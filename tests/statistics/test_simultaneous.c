/* tests/statistics/test_simultaneous.c -- intervals that hold at once, against critical values in closed form.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/simultaneous.h"

#include <check.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT = 4096, MOST = 200 };

static float sample[MOST][COUNT];
static const float *row[MOST];
static struct simultaneous joint;

static void draw(size_t cells, unsigned long seed)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, seed);
    for (size_t c = 0; c < cells; c++) {
        row[c] = sample[c];
        for (size_t i = 0; i < COUNT; i++) sample[c][i] = (float)gsl_ran_gaussian(rng, 1.0);
    }
    gsl_rng_free(rng);
}

static void compare(size_t groups, size_t members, size_t count, bool more)
{
    const struct simultaneous_asked asked = {groups, members, count, row, more, 0.95, 7};
    simultaneous_free(&joint);
    ck_assert_ptr_null(simultaneous_of(&asked, &joint));
}

/* The share of draws that is below a quantile is off by sqrt(0.95 0.05 / 65536); over the density of the greatest |z| of
 * k at c, k 2 phi(c) (2 Phi(c) - 1)^(k - 1). */
static double error_of(double c, double k)
{
    const double density = k * 2.0 * gsl_ran_ugaussian_pdf(c) * pow(1.0 - 2.0 * gsl_cdf_ugaussian_Q(c), k - 1.0);
    return sqrt(0.95 * 0.05 / SIMULTANEOUS_DRAWS) / density;
}

START_TEST(of_one_pair_it_is_students_interval)
{
    draw(2, 1);
    compare(1, 2, COUNT, true);
    const double expected = gsl_cdf_tdist_Pinv(0.975, COUNT - 1);
    ck_assert_uint_eq(joint.comparisons, 1);
    ck_assert_double_eq_tol(joint.critical, expected, 4.0 * error_of(expected, 1));
}
END_TEST

START_TEST(of_independent_pairs_it_is_sidaks)
{
    /* twenty groups of two that have nothing in common: the sample's own correlations, of 1 / sqrt(4096), do not matter */
    const double each = pow(0.95, 1.0 / 20.0), expected = gsl_cdf_tdist_Pinv((1.0 + each) / 2.0, COUNT - 1);
    draw(40, 2);
    compare(20, 2, COUNT, true);
    ck_assert_uint_eq(joint.comparisons, 20);
    ck_assert_double_eq_tol(joint.critical, expected, 4.0 * error_of(expected, 20) + 0.01);
}
END_TEST

/* P(range of k standard normals <= q) = k int phi(x) (Phi(x + q) - Phi(x))^(k - 1) dx. */
static double integrand(double x, void *q)
{
    return 8.0 * gsl_ran_ugaussian_pdf(x) * pow(gsl_cdf_ugaussian_P(x + *(double *)q) - gsl_cdf_ugaussian_P(x), 7.0);
}

static double below_range(double q)
{
    gsl_integration_workspace *work = gsl_integration_workspace_alloc(1000);
    const gsl_function f = {integrand, &q};
    double is, error;
    gsl_integration_qagi(&(gsl_function){f.function, f.params}, 1e-10, 1e-10, 1000, work, &is, &error);
    gsl_integration_workspace_free(work);
    return is;
}

START_TEST(of_all_pairs_of_equal_members_it_is_tukeys)
{
    /* the studentised range of 8 with many degrees of freedom, 4.286 in the tables, over sqrt(2) */
    double low = 3.0, high = 6.0;
    for (int i = 0; i < 50; i++) {
        const double middle = (low + high) / 2.0;
        *(below_range(middle) < 0.95 ? &low : &high) = middle;
    }
    ck_assert_double_eq_tol(low, 4.286, 0.001);
    draw(8, 3);
    compare(1, 8, COUNT, true);
    ck_assert_uint_eq(joint.comparisons, 28);
    /* 0.09 % of level is some 0.012 here; the sample's correlations are 1.6 % off */
    ck_assert_double_eq_tol(joint.critical, low / sqrt(2.0), 0.04);
}
END_TEST

START_TEST(members_that_copy_one_another_add_no_comparison)
{
    draw(3, 4);
    compare(1, 3, COUNT, true);
    const double three = joint.critical;
    memcpy(sample[3], sample[1], sizeof sample[3]);
    row[3] = sample[3];
    compare(1, 4, COUNT, true);
    ck_assert_uint_eq(joint.comparisons, 5);
    ck_assert_double_eq_tol(joint.critical, three, 0.02);
    ck_assert(joint.pair[1 * 4 + 3].gain == 0.0 && joint.pair[1 * 4 + 3].standard_error == 0.0);
    ck_assert_double_eq(joint.confidence[1], joint.confidence[3]);
}
END_TEST

START_TEST(beyond_so_many_it_is_bonferronis)
{
    draw(130, 5);
    compare(1, 130, 64, true);
    ck_assert(joint.bonferroni);
    ck_assert_uint_eq(joint.comparisons, 130 * 129 / 2);
    ck_assert_double_eq_tol(joint.critical, gsl_cdf_tdist_Qinv(0.025 / (130 * 129 / 2), 63), 1e-12);
}
END_TEST

START_TEST(differences_are_those_of_the_means_in_the_better_direction)
{
    draw(4, 6);
    compare(2, 2, 1000, false);
    for (size_t g = 0; g < 2; g++) {
        double mean = 0.0, square = 0.0;
        for (size_t i = 0; i < 1000; i++) mean += ((double)row[2 * g + 1][i] - (double)row[2 * g][i]) / 1000.0;
        for (size_t i = 0; i < 1000; i++) square += pow((double)row[2 * g + 1][i] - (double)row[2 * g][i] - mean, 2.0);
        ck_assert_double_eq_tol(joint.pair[4 * g + 1].gain, mean, 1e-14); /* the first has less by so much */
        ck_assert_double_eq_tol(joint.pair[4 * g + 2].gain, -mean, 1e-14);
        ck_assert_double_eq_tol(joint.pair[4 * g + 1].standard_error, sqrt(square / 999.0 / 1000.0), 1e-14);
    }
}
END_TEST

START_TEST(confidence_of_two_is_the_normal_probability_of_their_difference)
{
    draw(2, 8);
    for (size_t i = 0; i < COUNT; i++) sample[1][i] += 0.03f;
    compare(1, 2, COUNT, true);
    const double p = gsl_cdf_ugaussian_P(joint.pair[2].gain / joint.pair[2].standard_error);
    ck_assert_double_eq_tol(joint.confidence[1], p, 4.0 * sqrt(p * (1.0 - p) / SIMULTANEOUS_DRAWS));
    ck_assert_double_eq_tol(joint.confidence[0] + joint.confidence[1], 1.0, 1e-12);
}
END_TEST

START_TEST(nearly_equal_members_are_no_cheaper_than_one_comparison_more)
{
    /* the covariance of what differs by 1e-7 of the rest is lost in rounding: the pair counts as independent of all */
    draw(3, 9);
    for (size_t i = 0; i < COUNT; i++) sample[2][i] = sample[1][i] * (1.0f + 2e-7f * (float)(i % 3));
    compare(1, 3, COUNT, true);
    const double each = pow(0.95, 0.5), expected = gsl_cdf_ugaussian_Pinv((1.0 + each) / 2.0);
    ck_assert_double_eq_tol(joint.critical, expected, 4.0 * error_of(expected, 2) + 0.002);
}
END_TEST

START_TEST(gaps_are_to_the_best_of_the_others)
{
    for (size_t c = 0; c < 3; c++) {
        row[c] = sample[c];
        for (size_t i = 0; i < 100; i++) sample[c][i] = (float)(10 * c) + (float)(i % 2);
    }
    compare(1, 3, 100, true);
    const struct simultaneous_gap best = simultaneous_gap(&joint, 3, 0, 2), worst = simultaneous_gap(&joint, 3, 0, 0);
    ck_assert_double_eq(best.estimate, -10.0);
    ck_assert_double_eq(worst.estimate, 20.0);
    ck_assert_uint_eq(best.nearest, 1);
    ck_assert_uint_eq(worst.nearest, 2);
    ck_assert(best.high < 0.0 && worst.low > 0.0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("simultaneous");
    TCase *test = tcase_create("simultaneous");
    tcase_add_test(test, of_one_pair_it_is_students_interval);
    tcase_add_test(test, of_independent_pairs_it_is_sidaks);
    tcase_add_test(test, of_all_pairs_of_equal_members_it_is_tukeys);
    tcase_add_test(test, members_that_copy_one_another_add_no_comparison);
    tcase_add_test(test, beyond_so_many_it_is_bonferronis);
    tcase_add_test(test, differences_are_those_of_the_means_in_the_better_direction);
    tcase_add_test(test, confidence_of_two_is_the_normal_probability_of_their_difference);
    tcase_add_test(test, nearly_equal_members_are_no_cheaper_than_one_comparison_more);
    tcase_add_test(test, gaps_are_to_the_best_of_the_others);
    suite_add_tcase(suite, test);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    simultaneous_free(&joint);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
