/* tests/models/test_rolling.c -- rolling origins: what is known at each, what is left out, and that the forecasts of a law
 * about itself are what they say.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/calibration/backtest.h"
#include "sim/statistics/crps.h"

#include <check.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT = 600 };
static double value[COUNT];

/* Spot values of a month, whose logs are a driftless walk of 30 % a year. */
static struct calibration_series walk(unsigned long seed)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, seed);
    double level = log(50.0);
    for (size_t i = 0; i < COUNT; i++) value[i] = exp(level += gsl_ran_gaussian(rng, 0.3 / sqrt(12.0)));
    gsl_rng_free(rng);
    return (struct calibration_series){.count = COUNT, .value = value, .months = 1, .means = false};
}

static struct backtest_request request(size_t ahead, size_t first, size_t window, size_t refit)
{
    return (struct backtest_request){.process = process_find("gbm"),
                                     .settings = {.seed = 1, .plain = true},
                                     .ahead = ahead,
                                     .first = first,
                                     .window = window,
                                     .refit = refit};
}

START_TEST(each_forecast_is_that_of_a_fit_to_what_was_known)
{
    const struct calibration_series series = walk(1);
    const struct backtest_request asked = request(6, 560, 100, 1);
    struct backtest backtest;
    ck_assert_ptr_null(backtest_run(&asked, &series, &backtest));
    ck_assert_uint_eq(backtest.count, COUNT - 6 - 560);
    ck_assert_uint_eq(backtest.fits, backtest.count);
    for (size_t i = 0; i < backtest.count; i++) {
        const struct backtest_origin *origin = &backtest.origin[i];
        const struct calibration_series known = {100, value + origin->at + 1 - 100, 1, false};
        struct calibration_fit fit;
        struct calibration_law law;
        ck_assert_uint_eq(origin->at, 560 + i);
        ck_assert_double_eq(origin->happened, value[origin->at + 6]);
        ck_assert_ptr_null(calibration_fit(asked.process, &known, &asked.settings, &fit));
        ck_assert_ptr_null(calibration_forecast(&fit, &known, 6, &law));
        ck_assert_double_eq(origin->forecast[BACKTEST_PROCESS].crps,
                            crps_of_lognormal(law.mean, law.sd, origin->happened));
        double squares = 0.0; /* of the walk: 99 changes */
        for (size_t k = origin->at - 98; k <= origin->at; k++) squares += pow(log(value[k] / value[k - 1]), 2) / 99.0;
        ck_assert_double_eq_tol(origin->forecast[BACKTEST_WALK].crps,
                                crps_of_lognormal(log(value[origin->at]), sqrt(6.0 * squares), origin->happened), 1e-9);
    }
    backtest_free(&backtest);
}
END_TEST

START_TEST(what_comes_later_changes_no_forecast)
{
    struct calibration_series series = walk(2);
    const struct backtest_request asked = request(12, 300, 0, 12);
    struct backtest whole, part;
    ck_assert_ptr_null(backtest_run(&asked, &series, &whole));
    for (size_t i = 400; i < COUNT; i++) value[i] *= 3.0;
    ck_assert_ptr_null(backtest_run(&asked, &series, &part));
    for (size_t i = 0; whole.origin[i].at + 12 < 400; i++)
        ck_assert_int_eq(memcmp(&whole.origin[i], &part.origin[i], sizeof whole.origin[i]), 0);
    ck_assert_uint_eq(whole.fits, (whole.count + 11) / 12);
    backtest_free(&whole);
    backtest_free(&part);
}
END_TEST

START_TEST(the_law_itself_is_forecast_as_often_as_is_said)
{
    /* bounds of 95 % that hold each time in a dozen of series would not be bounds of 95 %: of 24, 18 to 24 */
    size_t in_50 = 0, in_90 = 0, walk_90 = 0;
    for (unsigned long seed = 1; seed <= 24; seed++) {
        const struct calibration_series series = walk(seed);
        const struct backtest_request asked = request(6, 240, 0, 12);
        struct backtest backtest;
        ck_assert_ptr_null(backtest_run(&asked, &series, &backtest));
        const struct backtest_summary *own = &backtest.summary[BACKTEST_PROCESS],
                                      *other = &backtest.summary[BACKTEST_WALK];
        in_50 += own->in_50.low <= 0.5 && 0.5 <= own->in_50.high ? 1 : 0;
        in_90 += own->in_90.low <= 0.9 && 0.9 <= own->in_90.high ? 1 : 0;
        walk_90 += other->in_90.low <= 0.9 && 0.9 <= other->in_90.high ? 1 : 0;
        size_t all = 0;
        for (size_t b = 0; b < BACKTEST_BINS; b++) all += other->held[b];
        ck_assert_uint_eq(all, backtest.count);
        ck_assert_uint_eq(backtest.apart, backtest.count / 6);
        ck_assert_double_eq_tol(backtest.skill.mean, 1.0 - own->crps.mean / other->crps.mean, 1e-12);
        backtest_free(&backtest);
    }
    ck_assert_uint_ge(in_50, 18);
    ck_assert_uint_ge(in_90, 18);
    ck_assert_uint_ge(walk_90, 18);
}
END_TEST

/* Term by term: of n even places one of ten bins holds k with probability C(n,k) 9^(n-k) / 10^n. The ends of the band are
 * the least numbers of which no fewer than 2.5 and 97.5 % are there or below. */
START_TEST(the_band_of_a_bin_is_that_of_the_binomial_law)
{
    ck_assert_int_eq(BACKTEST_BINS, 10);
    for (size_t ahead = 1; ahead <= 12; ahead += 11) {
        const struct calibration_series series = walk(4);
        const struct backtest_request asked = request(ahead, 480, 0, 60);
        struct backtest backtest;
        ck_assert_ptr_null(backtest_run(&asked, &series, &backtest));
        const size_t n = backtest.apart;
        double least = -1.0, most = -1.0, term = pow(0.9, (double)n), sum = term;
        for (size_t k = 0; most < 0.0; k++) {
            if (least < 0.0 && sum >= 0.025) least = (double)k;
            if (sum >= 0.975) most = (double)k;
            term *= (double)(n - k) / (double)(k + 1) / 9.0;
            sum += term;
        }
        ck_assert_double_eq(backtest.band_low, least / (double)n);
        ck_assert_double_eq(backtest.band_high, most / (double)n);
        ck_assert_double_lt(backtest.band_low, backtest.band_high);
        backtest_free(&backtest);
    }
}
END_TEST

START_TEST(what_is_lacking_or_cannot_be_fitted_is_counted)
{
    struct calibration_series series = walk(3);
    struct backtest backtest;
    value[500] = NAN;
    struct backtest_request asked = request(3, 490, 0, 1);
    ck_assert_ptr_null(backtest_run(&asked, &series, &backtest));
    ck_assert_uint_eq(backtest.lacking, 2); /* at it, and three before it */
    ck_assert_uint_eq(backtest.count, COUNT - 3 - 490 - 2);
    backtest_free(&backtest);
    series = walk(3);
    asked = request(1, 3, 0, 1);
    ck_assert_ptr_null(backtest_run(&asked, &series, &backtest)); /* gbm needs eight figures */
    ck_assert_uint_eq(backtest.refused, 4);
    ck_assert_ptr_nonnull(strstr(backtest.refusal, "too few figures"));
    ck_assert_uint_eq(backtest.origin[0].at, 7);
    backtest_free(&backtest);
    asked = request(COUNT, 100, 0, 1);
    struct fault *fault = backtest_run(&asked, &series, &backtest);
    ck_assert_ptr_nonnull(fault);
    ck_assert_int_eq(fault->code, FAULT_SCENARIO);
    fault_free(fault);
    backtest_free(&backtest);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("rolling");
    TCase *all = tcase_create("rolling");
    suite_add_tcase(suite, all);
    tcase_add_test(all, each_forecast_is_that_of_a_fit_to_what_was_known);
    tcase_add_test(all, what_comes_later_changes_no_forecast);
    tcase_add_test(all, the_law_itself_is_forecast_as_often_as_is_said);
    tcase_add_test(all, the_band_of_a_bin_is_that_of_the_binomial_law);
    tcase_add_test(all, what_is_lacking_or_cannot_be_fitted_is_counted);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
