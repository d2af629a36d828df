/* tests/statistics/test_precision.c -- when a run knows enough, and that its interval then covers.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/precision.h"

#include <check.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>

enum { CHUNK = 512 };

static struct moments moments_from(size_t n, const double value[])
{
    return moments_of(n, value, NULL);
}

START_TEST(boundaries_are_at_forty_chunks_and_every_twenty_from_there)
{
    static const uint64_t expected[] = {40, 60, 80, 100};
    uint64_t chunks = 0;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        chunks = precision_next(chunks);
        ck_assert_uint_eq(chunks, expected[i]);
    }
    ck_assert_uint_eq(precision_next(39), 40);
    ck_assert_uint_eq(precision_next(41), 60);
}
END_TEST

START_TEST(a_goal_is_met_by_either_of_its_widths)
{
    const struct precision_goal relative = {.relative = 0.01}, absolute = {.absolute = 3.0},
                                both = {.relative = 0.01, .absolute = 3.0};
    ck_assert(precision_judge(&relative, -200.0, 2.0, 1e4, 1e4).met);
    ck_assert(!precision_judge(&relative, -200.0, 2.1, 1e4, 1e4).met);
    ck_assert(precision_judge(&absolute, 0.0, 3.0, 1e4, 1e4).met);
    ck_assert(!precision_judge(&absolute, 0.0, 3.1, 1e4, 1e4).met);
    ck_assert(precision_judge(&both, -200.0, 2.9, 1e4, 1e4).met);
}
END_TEST

/* Half-widths fall with the root of n, so four times the width needs sixteen times the replications. */
START_TEST(what_is_needed_grows_with_the_square_of_the_width)
{
    const struct precision_goal goal = {.relative = 0.01};
    ck_assert_double_eq_tol(precision_judge(&goal, 100.0, 4.0, 1e4, 1e4).replications, 1.6e5, 1e-6);
    ck_assert_double_eq_tol(precision_judge(&goal, 100.0, 0.5, 1e4, 1e4).replications, 2.5e3, 1e-6);
    ck_assert(isinf(precision_judge(&goal, 0.0, 4.0, 1e4, 1e4).replications));
}
END_TEST

START_TEST(a_tail_of_fewer_than_a_hundred_points_is_not_judged)
{
    const struct precision_goal goal = {.statistic = PRECISION_CVAR_UPPER, .at = 0.999, .relative = 0.01};
    const struct precision_state state = precision_judge(&goal, 100.0, 0.1, 2e4, 20.0);
    ck_assert(!state.met);
    ck_assert_double_eq_tol(state.replications, 1e5, 1e-6); /* five times as many hold a hundred */
    ck_assert(precision_judge(&goal, 100.0, 0.1, 1e5, 100.0).met);
}
END_TEST

START_TEST(what_does_not_vary_is_known_and_what_is_undefined_is_not)
{
    const struct precision_goal goal = {.relative = 0.01};
    ck_assert(precision_judge(&goal, 0.0, 0.0, 1e4, 1e4).met);
    ck_assert(!precision_judge(&goal, NAN, NAN, 0.0, 0.0).met);
}
END_TEST

/* The half-width of Wilson's interval from its two ends, which solve (p - x)^2 = z^2 x (1 - x) / n. */
START_TEST(a_probability_has_the_width_of_wilson)
{
    static double value[1000];
    for (size_t i = 0; i < 1000; i++) value[i] = i < 30 ? 1.0 : 0.0;
    const struct moments moments = moments_from(1000, value);
    const double z = precision_z(0.95), p = 0.03, n = 1000.0, a = 1.0 + z * z / n, b = 2.0 * p + z * z / n,
                 root = sqrt(b * b - 4.0 * a * p * p);
    ck_assert_double_eq_tol(z, 1.959963984540054, 1e-12);
    ck_assert_double_eq_tol(precision_of_probability(&moments, 0.95), root / (2.0 * a), 1e-14);
}
END_TEST

/* Repeated runs of exponential values to 0.8 % of their mean: each stops at a boundary near (1.96 / 0.008)^2 = 60,025,
 * and its interval covers the true mean in 95 of 100, within the binomial error of so many runs. */
START_TEST(the_interval_of_a_run_that_stopped_covers)
{
    enum { RUNS = 400 };
    const struct precision_goal goal = {.confidence = 0.95, .relative = 0.008};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
    static double value[CHUNK];
    int covered = 0;
    gsl_rng_set(rng, 20190911);
    for (int run = 0; run < RUNS; run++) {
        struct moments all = moments_none();
        struct precision_state state = {.met = false};
        for (uint64_t chunks = 0; !state.met;) {
            const uint64_t next = precision_next(chunks);
            for (; chunks < next; chunks++) {
                for (int i = 0; i < CHUNK; i++) value[i] = gsl_ran_exponential(rng, 1.0);
                all = moments_combine(all, moments_from(CHUNK, value));
            }
            state = precision_judge(&goal, all.mean, precision_of_mean(&all, goal.confidence), all.count, all.count);
            ck_assert_uint_lt(chunks, 200);
        }
        ck_assert(all.count >= 51200.0 && all.count <= 71680.0);
        covered += fabs(all.mean - 1.0) <= state.half_width;
    }
    gsl_rng_free(rng);
    ck_assert_double_eq_tol((double)covered / RUNS, 0.95, 4.0 * sqrt(0.95 * 0.05 / RUNS));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("precision");
    TCase *facts = tcase_create("facts");
    tcase_add_test(facts, boundaries_are_at_forty_chunks_and_every_twenty_from_there);
    tcase_add_test(facts, a_goal_is_met_by_either_of_its_widths);
    tcase_add_test(facts, what_is_needed_grows_with_the_square_of_the_width);
    tcase_add_test(facts, a_tail_of_fewer_than_a_hundred_points_is_not_judged);
    tcase_add_test(facts, what_does_not_vary_is_known_and_what_is_undefined_is_not);
    tcase_add_test(facts, a_probability_has_the_width_of_wilson);
    tcase_add_test(facts, the_interval_of_a_run_that_stopped_covers);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
