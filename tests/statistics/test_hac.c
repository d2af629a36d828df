/* tests/statistics/test_hac.c -- the error of the mean of a dependent series: by hand, and what its bounds cover.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/hac.h"

#include <check.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>

START_TEST(the_variance_is_the_weighted_sum_of_autocovariances)
{
    /* deviations -2, -1, 1, 2: autocovariances 2.5, 0.75, -1 */
    const double value[] = {1, 2, 4, 5};
    ck_assert_double_eq_tol(hac_mean(4, value, 0).standard_error, sqrt(2.5 / 4), 1e-15);
    ck_assert_double_eq_tol(hac_mean(4, value, 1).standard_error, sqrt((2.5 + 0.75) / 4), 1e-15);
    ck_assert_double_eq_tol(hac_mean(4, value, 2).standard_error,
                            sqrt((2.5 + 2 * (2.0 / 3 * 0.75 - 1.0 / 3 * 1.0)) / 4), 1e-15);
    ck_assert_double_eq(hac_mean(4, value, 1).mean, 3.0);
    ck_assert(isnan(hac_mean(1, value, 0).low) && isnan(hac_mean(0, value, 0).mean));
}
END_TEST

START_TEST(lags_reach_over_what_overlaps_and_stay_below_the_number_of_values)
{
    ck_assert_uint_eq(hac_lags(100, 1), 13);
    ck_assert_uint_eq(hac_lags(100, 37), 36);
    ck_assert_uint_eq(hac_lags(10, 37), 9);
    ck_assert_uint_eq(hac_lags(0, 1), 0);
}
END_TEST

enum { TRIALS = 4000, COUNT = 200 };
/* How often the bounds hold the mean 0 of sums of `overlap` normals in a row. */
static double covered(size_t overlap, size_t lags)
{
    enum { MOST = 12 };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    double value[COUNT], shock[COUNT + MOST], share = 0.0;
    for (size_t t = 0; t < TRIALS; t++) {
        for (size_t i = 0; i < COUNT + MOST; i++) shock[i] = gsl_ran_ugaussian(rng);
        for (size_t i = 0; i < COUNT; i++) {
            value[i] = 0.0;
            for (size_t k = 0; k < overlap; k++) value[i] += shock[i + k];
        }
        const struct hac_estimate mean = hac_mean(COUNT, value, lags);
        share += mean.low <= 0.0 && 0.0 <= mean.high ? 1.0 / TRIALS : 0.0;
    }
    gsl_rng_free(rng);
    return share;
}

START_TEST(bounds_hold_whatever_share_of_the_values_the_lags_are)
{
    const double error = sqrt(0.95 * 0.05 / TRIALS);
    for (size_t lags = 0; lags < COUNT; lags = 4 * lags + 5)
        ck_assert_double_eq_tol(covered(1, lags), 0.95, 4.0 * error);
}
END_TEST

START_TEST(bounds_hold_of_forecasts_that_overlap_and_those_without_lags_do_not)
{
    /* Bartlett's weights take 2 sum l (12 - l) / (lags + 1) from a variance of 144, here 20 %: 3 % of what is held */
    const double error = sqrt(0.95 * 0.05 / TRIALS), with = covered(12, hac_lags(COUNT, 12)), without = covered(12, 0);
    ck_assert_msg(with >= 0.95 - 0.03 - 4.0 * error && with <= 0.95 + 4.0 * error, "covered %g", with);
    ck_assert_msg(without < 0.6, "covered without lags %g", without);
}
END_TEST

START_TEST(shares_of_independent_values_are_held_and_of_forecasts_that_overlap_too)
{
    enum { RUNS = 3000, LENGTH = 240 };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    const double error = sqrt(0.95 * 0.05 / RUNS);
    for (size_t block = 1; block <= 6; block += 5) { /* as if `block` forecasts in a row were hits or none */
        double held = 0.0, value[LENGTH];
        for (size_t t = 0; t < RUNS; t++) {
            const size_t shift = gsl_rng_uniform_int(rng, block);
            double hit = gsl_rng_uniform(rng) < 0.8;
            for (size_t i = 0; i < LENGTH; i++) {
                if ((i + shift) % block == 0) hit = gsl_rng_uniform(rng) < 0.8;
                value[i] = hit;
            }
            const struct hac_share share = hac_share_of(LENGTH, value, hac_lags(LENGTH, block), block);
            held += share.low <= 0.8 && 0.8 <= share.high ? 1.0 / RUNS : 0.0;
        }
        ck_assert_msg(held >= 0.95 - 4.0 * error, "%zu: %g", block, held);
    }
    gsl_rng_free(rng);
}
END_TEST

START_TEST(where_all_are_hits_so_many_count_as_do_not_overlap)
{
    double value[24];
    for (size_t i = 0; i < 24; i++) value[i] = 1.0;
    const struct hac_share share = hac_share_of(24, value, 12, 12);
    ck_assert_double_eq(share.high, 1.0);
    ck_assert_double_eq_tol(share.low, sqrt(0.025), 1e-9); /* of two */
    ck_assert(isnan(hac_share_of(1, value, 0, 1).low));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hac");
    TCase *all = tcase_create("hac");
    suite_add_tcase(suite, all);
    tcase_add_test(all, the_variance_is_the_weighted_sum_of_autocovariances);
    tcase_add_test(all, lags_reach_over_what_overlaps_and_stay_below_the_number_of_values);
    tcase_add_test(all, bounds_hold_whatever_share_of_the_values_the_lags_are);
    tcase_add_test(all, bounds_hold_of_forecasts_that_overlap_and_those_without_lags_do_not);
    tcase_add_test(all, shares_of_independent_values_are_held_and_of_forecasts_that_overlap_too);
    tcase_add_test(all, where_all_are_hits_so_many_count_as_do_not_overlap);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
