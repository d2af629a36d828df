/* tests/statistics/test_discovery.c -- Benjamini and Hochberg's procedure on their own example, by its definition, and how often
 * it errs and finds.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/discovery.h"

#include <check.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>

START_TEST(the_example_of_benjamini_and_hochberg_has_four_discoveries)
{
    /* their section 3.2: fifteen p values, of which the first four are rejected at 0.05 */
    const double p[15] = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                          0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000};
    double rate[15];
    size_t order[15];
    discovery_rates(15, p, order, rate);
    for (size_t i = 0; i < 15; i++) ck_assert_int_eq(rate[i] <= 0.05, i < 4);
    ck_assert_double_eq_tol(rate[3], 0.0095 * 15.0 / 4.0, 1e-15);
    ck_assert_double_eq(rate[5], rate[6]); /* 0.0278 * 15 / 6 is more than what the next one gives */
    ck_assert_double_eq(rate[14], 1.0);
}
END_TEST

START_TEST(the_order_of_the_values_does_not_matter_and_unknown_ones_do_not_count)
{
    const double p[] = {0.03, NAN, 0.01, NAN, 0.02}, alone[] = {0.03, 0.01, 0.02};
    double rate[5], of_alone[3];
    size_t order[5];
    discovery_rates(5, p, order, rate);
    discovery_rates(3, alone, order, of_alone);
    ck_assert(isnan(rate[1]) && isnan(rate[3]));
    ck_assert(rate[0] == of_alone[0] && rate[2] == of_alone[1] && rate[4] == of_alone[2]);
    ck_assert_double_eq_tol(rate[0], 0.03, 1e-17); /* all three are 0.03: 0.01 * 3, 0.02 * 3 / 2, 0.03 */
    ck_assert_double_eq_tol(rate[2], 0.03, 1e-17);
    discovery_rates(0, p, order, rate);
}
END_TEST

START_TEST(p_values_by_permutation_count_the_statistic_itself)
{
    const double sorted[] = {1, 2, 2, 3};
    ck_assert_double_eq(discovery_p(0.5, 4, sorted), 1.0);
    ck_assert_double_eq(discovery_p(2.0, 4, sorted), 0.8);
    ck_assert_double_eq(discovery_p(2.5, 4, sorted), 0.4);
    ck_assert_double_eq(discovery_p(9.0, 4, sorted), 0.2);
}
END_TEST

START_TEST(p_values_are_those_of_student)
{
    ck_assert_double_eq_tol(discovery_of_estimate(1.959963984540054, 1.0, 1e9), 0.05, 1e-8);
    ck_assert_double_eq_tol(discovery_of_estimate(-12.706204736, 1.0, 1.0), 0.05, 1e-9);
    ck_assert_double_eq(discovery_of_estimate(0.0, 0.0, 5.0), 1.0);
    ck_assert_double_eq(discovery_of_estimate(1e-9, 0.0, 5.0), 0.0);
    ck_assert(isnan(discovery_of_estimate(1.0, NAN, 5.0)) && isnan(discovery_of_estimate(NAN, 1.0, 5.0)) &&
              isnan(discovery_of_estimate(1.0, 1.0, 0.0)));
}
END_TEST

/* Of `trials` families of 40 normal estimates of error 1, the first `real` of which have mean 6: the mean share of
 * discoveries that are false, and of real ones that are found. */
static void try_families(size_t trials, size_t real, double *false_share, double *found_share)
{
    enum { FAMILY = 40 };
    double p[FAMILY], rate[FAMILY];
    size_t order[FAMILY];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    *false_share = *found_share = 0.0;
    for (size_t t = 0; t < trials; t++) {
        double wrong = 0.0, right = 0.0;
        for (size_t i = 0; i < FAMILY; i++)
            p[i] = discovery_of_estimate(gsl_ran_ugaussian(rng) + (i < real ? 6.0 : 0.0), 1.0, 1e9);
        discovery_rates(FAMILY, p, order, rate);
        for (size_t i = 0; i < FAMILY; i++) *(i < real ? &right : &wrong) += rate[i] <= 0.05 ? 1.0 : 0.0;
        *false_share += wrong + right > 0.0 ? wrong / (wrong + right) / (double)trials : 0.0;
        *found_share += real > 0 ? right / (double)real / (double)trials : 0.0;
    }
    gsl_rng_free(rng);
}

START_TEST(the_rate_of_false_discoveries_is_that_of_the_theorem)
{
    /* of independent tests it is exactly rate * (true hypotheses) / m; a share has a variance of at most its mean */
    enum { TRIALS = 4000 };
    double wrong, found;
    for (size_t real = 0; real <= 30; real += 10) {
        const double expected = 0.05 * (40.0 - (double)real) / 40.0;
        try_families(TRIALS, real, &wrong, &found);
        ck_assert_double_eq_tol(wrong, expected, 4.0 * sqrt(expected / TRIALS));
        if (real > 0) ck_assert_double_gt(found, 0.98); /* the least: 1 - Phi(z - 6), z 3.0 where ten are real */
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("discovery");
    TCase *all = tcase_create("discovery");
    suite_add_tcase(suite, all);
    tcase_add_test(all, the_example_of_benjamini_and_hochberg_has_four_discoveries);
    tcase_add_test(all, the_order_of_the_values_does_not_matter_and_unknown_ones_do_not_count);
    tcase_add_test(all, p_values_by_permutation_count_the_statistic_itself);
    tcase_add_test(all, p_values_are_those_of_student);
    tcase_add_test(all, the_rate_of_false_discoveries_is_that_of_the_theorem);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
