/* tests/statistics/test_probability.c -- Wilson's bounds against their defining equation, at their ends, and by what
 * they cover.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/probability.h"

#include <check.h>
#include <float.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>

static void near(double found, double expected, double relative)
{
    ck_assert_msg(fabs(found - expected) <= relative * fabs(expected), "found %.17g, expected %.17g", found, expected);
}

START_TEST(at_each_bound_the_hits_lie_1_96_standard_errors_away)
{
    const double z = gsl_cdf_ugaussian_Pinv(0.975);
    for (double n = 1; n <= 1e7; n *= 10)
        for (double hits = 0; hits <= n; hits += n < 100 ? 1 : floor(n / 97)) {
            const struct probability_estimate p = probability_of(hits, n);
            ck_assert_double_eq(p.estimate, hits / n);
            ck_assert(p.low >= 0 && p.low <= p.estimate && p.estimate <= p.high && p.high <= 1);
            /* in hits; rounding is that of n */
            const double low = hits - n * p.low, high = n * p.high - hits;
            if (hits > 0) near(low, z * sqrt(n * p.low * (1 - p.low)), 1e-7);
            if (hits < n) near(high, z * sqrt(n * p.high * (1 - p.high)), 1e-7);
        }
}
END_TEST

START_TEST(without_hits_and_with_hits_only_one_bound_is_exact)
{
    const double square = gsl_cdf_ugaussian_Pinv(0.975) * gsl_cdf_ugaussian_Pinv(0.975);
    for (double n = 1; n <= 1e9; n *= 10) {
        const struct probability_estimate none = probability_of(0, n), all = probability_of(n, n);
        ck_assert(none.estimate == 0 && none.low == 0 && all.estimate == 1 && all.high == 1);
        near(none.high, square / (n + square), 1e-14);
        near(all.low, n / (n + square), 1e-14);
        if (n > 20) ck_assert_double_gt(none.high, 3 / n);
    }
    const struct probability_estimate unknown = probability_of(0, 0);
    ck_assert(isnan(unknown.estimate) && isnan(unknown.low) && isnan(unknown.high));
}
END_TEST

START_TEST(what_happens_and_what_does_not_are_mirror_images)
{
    for (double hits = 0; hits <= 64; hits++) {
        const struct probability_estimate p = probability_of(hits, 64), q = probability_of(64 - hits, 64);
        ck_assert_double_le(fabs(p.low - (1 - q.high)), 4 * DBL_EPSILON);
        ck_assert_double_le(fabs(p.high - (1 - q.low)), 4 * DBL_EPSILON);
    }
}
END_TEST

/* The probability of the hits whose bounds enclose p. */
static double coverage(unsigned n, double p)
{
    double covered = 0;
    for (unsigned hits = 0; hits <= n; hits++) {
        const struct probability_estimate e = probability_of(hits, n);
        covered += e.low <= p && p <= e.high ? gsl_ran_binomial_pdf(hits, p, n) : 0.0;
    }
    return covered;
}

START_TEST(they_cover_95_in_100_on_average_over_the_probabilities)
{
    static const unsigned counts[] = {20, 100, 1000};
    for (size_t c = 0; c < 3; c++) {
        double sum = 0;
        for (int k = 1; k < 2000; k++) sum += coverage(counts[c], k / 2000.0);
        ck_assert_double_ge(sum / 1999, 0.95);
        ck_assert_double_le(sum / 1999, 0.96);
    }
    ck_assert_double_ge(coverage(10000, 0.001), 0.94);  /* ten expected */
    ck_assert_double_ge(coverage(10000, 0.0001), 0.91); /* one expected: 0.92, since 4 hits just miss it */
}
END_TEST

START_TEST(exact_bounds_are_where_the_binomial_has_its_tails)
{
    for (unsigned n = 1; n <= 300; n = 3 * n + 1)
        for (unsigned hits = 0; hits <= n; hits++) {
            const struct probability_estimate p = probability_exact(hits, n);
            ck_assert_double_eq(p.estimate, (double)hits / n);
            if (hits > 0) ck_assert_double_eq_tol(gsl_cdf_binomial_Q(hits - 1, p.low, n), 0.025, 1e-12);
            if (hits < n) ck_assert_double_eq_tol(gsl_cdf_binomial_P(hits, p.high, n), 0.025, 1e-12);
        }
    ck_assert_double_eq_tol(probability_exact(2, 2).low, sqrt(0.025), 1e-15);
    ck_assert(probability_exact(0, 7).low == 0 && probability_exact(7, 7).high == 1 &&
              isnan(probability_exact(0, 0).low));
    const struct probability_estimate between = probability_exact(2.5, 7.5); /* not whole, and between its neighbours */
    ck_assert(probability_exact(2, 7).low < between.low && between.high < probability_exact(3, 8).high);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("probability");
    TCase *facts = tcase_create("facts");
    tcase_add_test(facts, at_each_bound_the_hits_lie_1_96_standard_errors_away);
    tcase_add_test(facts, exact_bounds_are_where_the_binomial_has_its_tails);
    tcase_add_test(facts, without_hits_and_with_hits_only_one_bound_is_exact);
    tcase_add_test(facts, what_happens_and_what_does_not_are_mirror_images);
    tcase_add_test(facts, they_cover_95_in_100_on_average_over_the_probabilities);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
