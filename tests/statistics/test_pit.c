/* tests/statistics/test_pit.c -- ranks among draws and places between quantiles, and that a law's own figures fall evenly.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/pit.h"

#include <check.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>

START_TEST(half_of_what_is_equal_counts_as_less)
{
    const double x[] = {1, 2, 2, 3};
    ck_assert_double_eq(pit_of_ensemble(4, x, 0.0), 0.0);
    ck_assert_double_eq(pit_of_ensemble(4, x, 1.0), 0.125);
    ck_assert_double_eq(pit_of_ensemble(4, x, 1.5), 0.25);
    ck_assert_double_eq(pit_of_ensemble(4, x, 2.0), 0.5);
    ck_assert_double_eq(pit_of_ensemble(4, x, 9.0), 1.0);
    ck_assert(isnan(pit_of_ensemble(0, x, 1.0)));
}
END_TEST

START_TEST(between_quantiles_the_place_is_on_a_line_and_beyond_them_only_the_side_is_known)
{
    const double p[] = {0.05, 0.25, 0.5, 0.75, 0.95}, q[] = {10, 20, 20, 40, 50};
    int beyond = 7;
    ck_assert_double_eq_tol(pit_of_quantiles(5, p, q, 15, &beyond), 0.15, 1e-16);
    ck_assert_int_eq(beyond, 0);
    ck_assert_double_eq(pit_of_quantiles(5, p, q, 20, &beyond), 0.375);
    ck_assert_double_eq(pit_of_quantiles(5, p, q, 30, &beyond), 0.625);
    ck_assert_double_eq(pit_of_quantiles(5, p, q, 10, &beyond), 0.05);
    ck_assert_double_eq(pit_of_quantiles(5, p, q, 50, &beyond), 0.95);
    ck_assert_int_eq(beyond, 0);
    ck_assert_double_eq(pit_of_quantiles(5, p, q, 9, &beyond), 0.05);
    ck_assert_int_eq(beyond, -1);
    ck_assert_double_eq(pit_of_quantiles(5, p, q, 51, &beyond), 0.95);
    ck_assert_int_eq(beyond, 1);
    ck_assert(isnan(pit_of_quantiles(0, p, q, 1, &beyond)));
}
END_TEST

START_TEST(figures_of_the_law_itself_fall_evenly)
{
    /* among 9 draws of the same law a figure has each of 10 ranks as often */
    enum { TRIALS = 40000, DRAWS = 9, BINS = 10 };
    static double place[TRIALS];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    size_t held[BINS];
    for (size_t t = 0; t < TRIALS; t++) {
        double x[DRAWS];
        for (size_t i = 0; i < DRAWS; i++) x[i] = gsl_ran_exponential(rng, 3.0);
        gsl_sort(x, 1, DRAWS);
        place[t] = pit_of_ensemble(DRAWS, x, gsl_ran_exponential(rng, 3.0));
    }
    pit_histogram(TRIALS, place, BINS, held);
    for (size_t b = 0; b < BINS; b++)
        ck_assert_double_le(fabs((double)held[b] - TRIALS / (double)BINS), 4.0 * sqrt(TRIALS * 0.1 * 0.9));
    gsl_rng_free(rng);
}
END_TEST

START_TEST(every_value_is_in_one_bin_and_the_ends_are_in_the_outer_ones)
{
    const double value[] = {0.0, 0.1, 0.25, 0.5, 0.99, 1.0, NAN};
    size_t held[4];
    pit_histogram(7, value, 4, held);
    ck_assert_uint_eq(held[0], 2);
    ck_assert_uint_eq(held[1], 1);
    ck_assert_uint_eq(held[2], 1);
    ck_assert_uint_eq(held[3], 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pit");
    TCase *all = tcase_create("pit");
    suite_add_tcase(suite, all);
    tcase_add_test(all, half_of_what_is_equal_counts_as_less);
    tcase_add_test(all, between_quantiles_the_place_is_on_a_line_and_beyond_them_only_the_side_is_known);
    tcase_add_test(all, figures_of_the_law_itself_fall_evenly);
    tcase_add_test(all, every_value_is_in_one_bin_and_the_ends_are_in_the_outer_ones);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
