/* tests/statistics/test_naive.c -- naive forecasts by hand, that they do not depend on units or on how often a series is
 * observed, and that they are the law of what they describe.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/crps.h"
#include "sim/statistics/naive.h"

#include <check.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>

START_TEST(spread_and_growth_are_those_of_the_changes)
{
    const double time[] = {2015, 2016, 2018, 2019}, level[] = {-1, 2, 4, 5};
    const struct naive naive = naive_of(4, time, level); /* changes 3, 2 over two years, 1; growth 6 over 4 years */
    ck_assert(!naive.logarithms);
    ck_assert_double_eq(naive.last, 5.0);
    ck_assert_double_eq_tol(naive.growth, 1.5, 1e-15);
    ck_assert_double_eq_tol(naive.walk_sd, sqrt((9.0 + 4.0 / 2 + 1.0) / 3), 1e-15);
    ck_assert_double_eq_tol(naive.trend_sd, sqrt((2.25 + 1.0 / 2 + 0.25) / 2), 1e-15);
    ck_assert_double_eq(naive_crps(&naive, NAIVE_NO_CHANGE, 2020, 7.5), 2.5);
    ck_assert_double_eq_tol(naive_crps(&naive, NAIVE_WALK, 2022, 7.0), crps_of_normal(5, 2 * sqrt(3), 7), 1e-14);
    ck_assert_double_eq_tol(naive_crps(&naive, NAIVE_TREND, 2021, 7.0),
                            crps_of_normal(8, naive.trend_sd * sqrt(2 + 4.0 / 4), 7), 1e-14);
    ck_assert_double_eq_tol(naive_quantile(&naive, NAIVE_WALK, 2020, 0.95), 5 + 2 * gsl_cdf_ugaussian_Pinv(0.95),
                            1e-14);
}
END_TEST

START_TEST(of_positive_values_logarithms_are_taken_and_units_do_not_matter)
{
    const double time[] = {1, 2, 3, 4, 5}, value[] = {10, 20, 10, 40, 30};
    double thousand[5];
    for (size_t i = 0; i < 5; i++) thousand[i] = 1000 * value[i];
    const struct naive one = naive_of(5, time, value), other = naive_of(5, time, thousand);
    ck_assert(one.logarithms && other.logarithms);
    for (enum naive_forecast f = 0; f < NAIVE_FORECASTS; f++) {
        ck_assert_double_eq_tol(1000 * naive_crps(&one, f, 7, 25), naive_crps(&other, f, 7, 25000), 1e-9);
        ck_assert_double_eq_tol(1000 * naive_quantile(&one, f, 7, 0.3), naive_quantile(&other, f, 7, 0.3), 1e-9);
    }
    for (double p = 0.05; p < 1.0; p += 0.3) {
        ck_assert_double_eq_tol(naive_place(&one, NAIVE_WALK, 7, naive_quantile(&one, NAIVE_WALK, 7, p)), p, 1e-12);
        ck_assert_double_eq_tol(naive_place(&one, NAIVE_TREND, 7, naive_quantile(&one, NAIVE_TREND, 7, p)), p, 1e-12);
    }
    ck_assert(naive_place(&one, NAIVE_NO_CHANGE, 7, 29) == 0.0 && naive_place(&one, NAIVE_NO_CHANGE, 7, 31) == 1.0);
    ck_assert(naive_place(&one, NAIVE_WALK, 7, -1.0) == 0.0);
    ck_assert_double_eq_tol(naive_quantile(&one, NAIVE_TREND, 9, 0.5), 90.0, 1e-12); /* tripled in four years, again */
}
END_TEST

START_TEST(what_is_not_known_is_not_invented)
{
    const double time[] = {1, 2, 3, 4}, value[] = {10, 20, 10, 40};
    const struct naive none = naive_of(0, time, value), few = naive_of(3, time, value),
                       enough = naive_of(4, time, value);
    ck_assert(isnan(naive_crps(&none, NAIVE_NO_CHANGE, 5, 1)));
    ck_assert_double_eq(naive_crps(&few, NAIVE_NO_CHANGE, 5, 11), 1.0);
    ck_assert(isnan(naive_crps(&few, NAIVE_WALK, 5, 11)) && isnan(naive_crps(&few, NAIVE_TREND, 5, 11)));
    ck_assert(isnan(naive_quantile(&few, NAIVE_WALK, 5, 0.5)));
    ck_assert(!isnan(naive_crps(&enough, NAIVE_TREND, 5, 11)));
    ck_assert(isnan(naive_crps(&enough, NAIVE_NO_CHANGE, 4, 11))); /* its last time is no future */
}
END_TEST

/* How often 90 % of a forecast hold what a walk with `drift` does. */
static double held(enum naive_forecast forecast, double drift)
{
    enum { TRIALS = 20000, COUNT = 400, AHEAD = 5 };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    double time[COUNT], value[COUNT], share = 0.0;
    for (size_t t = 0; t < TRIALS; t++) {
        for (size_t i = 0; i < COUNT; i++) {
            time[i] = (double)i;
            value[i] = (i == 0 ? -1000.0 : value[i - 1]) + drift + gsl_ran_ugaussian(rng);
        }
        const struct naive naive = naive_of(COUNT, time, value);
        const double y = value[COUNT - 1] + AHEAD * drift + gsl_ran_gaussian(rng, sqrt(AHEAD));
        const double at = COUNT - 1 + AHEAD;
        share += naive_quantile(&naive, forecast, at, 0.05) <= y && y <= naive_quantile(&naive, forecast, at, 0.95);
    }
    gsl_rng_free(rng);
    return share / TRIALS;
}

START_TEST(forecasts_of_a_walk_hold_what_they_say)
{
    /* the spread is known to 1 / sqrt(800), which as Student's t takes 0.05 % from what is held */
    const double error = sqrt(0.9 * 0.1 / 20000);
    ck_assert_double_eq_tol(held(NAIVE_WALK, 0.0), 0.9, 4.0 * error);
    ck_assert_double_eq_tol(held(NAIVE_TREND, 0.3), 0.9, 4.0 * error);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("naive");
    TCase *all = tcase_create("naive");
    suite_add_tcase(suite, all);
    tcase_add_test(all, spread_and_growth_are_those_of_the_changes);
    tcase_add_test(all, of_positive_values_logarithms_are_taken_and_units_do_not_matter);
    tcase_add_test(all, what_is_not_known_is_not_invented);
    tcase_add_test(all, forecasts_of_a_walk_hold_what_they_say);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
