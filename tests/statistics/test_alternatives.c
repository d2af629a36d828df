/* tests/statistics/test_alternatives.c -- the best of each future, the front of Pareto, the value of perfect information.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/alternatives.h"
#include "sim/statistics/pareto.h"
#include "sim/statistics/value_of_information.h"

#include <check.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>

enum { COUNT = 20000, MOST = 8 };

static float sample[MOST][COUNT], best[COUNT];
static double work[COUNT];
static const float *const rows[MOST] = {sample[0], sample[1], sample[2], sample[3],
                                        sample[4], sample[5], sample[6], sample[7]};

static struct value_of_information perfect(size_t alternatives, size_t count, bool more)
{
    alternatives_best(alternatives, count, rows, more, best);
    return value_of_information(alternatives, count, rows, best, more, work);
}

START_TEST(the_best_is_that_of_each_future_and_equals_share_it)
{
    const float value[3][4] = {{1, 5, 2, 7}, {3, 5, 2, 6}, {2, 4, 2, 8}};
    const float *const all[] = {value[0], value[1], value[2]};
    const float greatest[4] = {3, 5, 2, 8}, lowest[4] = {1, 4, 2, 6};
    float most[4], least[4];
    double share[3];
    alternatives_best(3, 4, all, true, most);
    alternatives_best(3, 4, all, false, least);
    for (size_t i = 0; i < 4; i++) {
        ck_assert(most[i] == greatest[i]);
        ck_assert(least[i] == lowest[i]);
    }
    ck_assert_uint_eq(alternatives_shares(3, 4, all, most, share), 4);
    ck_assert_double_eq_tol(share[0], (0.0 + 0.5 + 1.0 / 3.0 + 0.0) / 4.0, 1e-15);
    ck_assert_double_eq_tol(share[1], (1.0 + 0.5 + 1.0 / 3.0 + 0.0) / 4.0, 1e-15);
    ck_assert_double_eq_tol(share[2], (0.0 + 0.0 + 1.0 / 3.0 + 1.0) / 4.0, 1e-15);
}
END_TEST

START_TEST(a_future_without_a_value_has_no_best)
{
    const float value[2][3] = {{1, NAN, 4}, {2, 3, NAN}};
    const float *const all[] = {value[0], value[1]};
    float most[3];
    double share[2];
    alternatives_best(2, 3, all, true, most);
    ck_assert(most[0] == 2 && isnan(most[1]) && isnan(most[2]));
    ck_assert_uint_eq(alternatives_shares(2, 3, all, most, share), 1);
    ck_assert(share[0] == 0.0 && share[1] == 1.0);
}
END_TEST

START_TEST(the_front_is_what_brute_force_finds)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    for (int run = 0; run < 500; run++) {
        double value[6][3];
        bool front[6];
        for (size_t c = 0; c < 6; c++)
            for (size_t e = 0; e < 3; e++) value[c][e] = (double)gsl_rng_uniform_int(rng, 4);
        pareto_front(6, 3, &value[0][0], front);
        for (size_t c = 0; c < 6; c++) {
            bool beaten = false;
            for (size_t o = 0; o < 6; o++) {
                int more = 0, less = 0;
                for (size_t e = 0; e < 3; e++) {
                    more += value[o][e] > value[c][e];
                    less += value[o][e] < value[c][e];
                }
                beaten = beaten || (more > 0 && less == 0);
            }
            ck_assert(front[c] == !beaten);
        }
    }
    gsl_rng_free(rng);
}
END_TEST

START_TEST(what_is_not_known_is_not_ahead)
{
    const double ahead[] = {0.0, 1.0}, equal[] = {0.0, 0.0}, unknown[] = {__builtin_nan(""), 1.0};
    ck_assert(pareto_is_ahead(2, ahead, NULL));
    ck_assert(!pareto_is_ahead(2, equal, NULL));
    ck_assert(!pareto_is_ahead(2, unknown, NULL));
    ck_assert(!pareto_is_ahead(0, NULL, NULL));
}
END_TEST

START_TEST(by_hand_the_value_is_the_regret_of_what_the_other_half_chooses)
{
    /* futures 0, 2, 4 choose the first (sums 9 and 6); 1, 3, 5 the second (2 and 9) */
    const float value[2][6] = {{5, 1, 1, 1, 3, 0}, {0, 4, 2, 2, 4, 3}};
    const float *const all[] = {value[0], value[1]};
    float most[6];
    alternatives_best(2, 6, all, true, most);
    const struct value_of_information is = value_of_information(2, 6, all, most, true, work);
    /* of the even half the regret of the second: 5, 0, 0; of the odd half that of the first: 3, 1, 3 */
    ck_assert_double_eq_tol(is.estimate, (5.0 / 3.0 + 7.0 / 3.0) / 2.0, 1e-15);
    ck_assert_double_eq_tol(is.unsplit, 5.0 / 6.0, 1e-15); /* the second is the best of all six */
}
END_TEST

START_TEST(where_one_is_always_the_best_knowing_is_worth_exactly_nothing)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    for (size_t i = 0; i < COUNT; i++) {
        sample[0][i] = (float)gsl_ran_gaussian(rng, 1.0);
        sample[1][i] = sample[0][i] - (float)gsl_rng_uniform(rng);
    }
    gsl_rng_free(rng);
    const struct value_of_information is = perfect(2, COUNT, true);
    ck_assert(is.estimate == 0.0 && is.low == 0.0 && is.high == 0.0 && is.unsplit == 0.0);
}
END_TEST

START_TEST(of_two_normals_it_is_the_closed_form)
{
    /* d = difference, normal with mean m and deviation s: E max(d, 0) - max(m, 0) = s phi(m / s) - |m| Phi(-|m| / s) */
    const double m = 0.5, s = sqrt(1.0 + 0.25);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    for (size_t i = 0; i < COUNT; i++) {
        sample[0][i] = (float)gsl_ran_gaussian(rng, 1.0);
        sample[1][i] = (float)(m + gsl_ran_gaussian(rng, 0.5));
    }
    gsl_rng_free(rng);
    const double expected = s * gsl_ran_ugaussian_pdf(m / s) - m * gsl_cdf_ugaussian_P(-m / s);
    const struct value_of_information is = perfect(2, COUNT, true);
    ck_assert_double_eq_tol(is.estimate, expected, 4.0 * is.standard_error);
    ck_assert_double_eq_tol(is.standard_error, 0.003, 0.002);
    for (size_t i = 0; i < COUNT; i++) {
        sample[0][i] = -sample[0][i];
        sample[1][i] = -sample[1][i];
    }
    ck_assert_double_eq(perfect(2, COUNT, false).estimate, is.estimate);
}
END_TEST

/* Three investments of which the state of the world, of three, says what each brings, with noise that nobody knows before:
 * nested simulation, of many futures for each state, gives E max_a E(Y_a | state) with that noise averaged away. */
START_TEST(of_states_of_the_world_it_is_what_nested_simulation_gives)
{
    static const double bring[3][3] = {{1.0, 4.0, 2.0}, {3.0, 1.0, 2.0}, {2.0, 2.0, 2.5}}; /* [alternative][state] */
    enum { INNER = 4000 };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    double outer = 0.0, mean[3] = {0.0, 0.0, 0.0};
    for (int state = 0; state < 3; state++) {
        double most = -HUGE_VAL;
        for (int a = 0; a < 3; a++) {
            double inner = 0.0;
            for (int i = 0; i < INNER; i++) inner += bring[a][state] + gsl_ran_gaussian(rng, 0.01);
            most = fmax(most, inner / INNER);
            mean[a] += inner / INNER / 3.0;
        }
        outer += most / 3.0;
    }
    const double nested = outer - fmax(mean[0], fmax(mean[1], mean[2]));
    for (size_t i = 0; i < COUNT; i++) {
        const size_t state = gsl_rng_uniform_int(rng, 3);
        for (size_t a = 0; a < 3; a++) sample[a][i] = (float)(bring[a][state] + gsl_ran_gaussian(rng, 0.01));
    }
    gsl_rng_free(rng);
    const struct value_of_information is = perfect(3, COUNT, true);
    /* the greatest of alternatives that are 0.5 apart or more, with noise of 0.01, is that of their means */
    ck_assert_double_eq_tol(is.estimate, nested, 4.0 * is.standard_error + 0.001);
    ck_assert(is.low < nested && nested < is.high);
}
END_TEST

START_TEST(split_and_unsplit_hold_the_value_between_them_where_the_choice_is_close)
{
    /* five alternatives with the same law: V = E max of 5 normals = 1.16296; over 400 runs of 100 futures */
    double split = 0.0, unsplit = 0.0, squares = 0.0;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    for (int run = 0; run < 400; run++) {
        for (size_t a = 0; a < 5; a++)
            for (size_t i = 0; i < 100; i++) sample[a][i] = (float)gsl_ran_gaussian(rng, 1.0);
        const struct value_of_information is = perfect(5, 100, true);
        split += is.estimate / 400.0;
        unsplit += is.unsplit / 400.0;
        squares += is.standard_error * is.standard_error / 400.0;
    }
    gsl_rng_free(rng);
    const double error = sqrt(squares / 400.0);
    ck_assert_double_eq_tol(split, 1.16296, 4.0 * error); /* equal means: what is chosen does not matter */
    ck_assert_double_lt(unsplit, 1.16296 - 4.0 * error);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("alternatives");
    TCase *test = tcase_create("alternatives");
    tcase_add_test(test, the_best_is_that_of_each_future_and_equals_share_it);
    tcase_add_test(test, a_future_without_a_value_has_no_best);
    tcase_add_test(test, the_front_is_what_brute_force_finds);
    tcase_add_test(test, what_is_not_known_is_not_ahead);
    tcase_add_test(test, by_hand_the_value_is_the_regret_of_what_the_other_half_chooses);
    tcase_add_test(test, where_one_is_always_the_best_knowing_is_worth_exactly_nothing);
    tcase_add_test(test, of_two_normals_it_is_the_closed_form);
    tcase_add_test(test, of_states_of_the_world_it_is_what_nested_simulation_gives);
    tcase_add_test(test, split_and_unsplit_hold_the_value_between_them_where_the_choice_is_close);
    suite_add_tcase(suite, test);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
