/* tests/statistics/test_evppi.c -- what it is worth to know something before choosing, against closed forms and nested
 * simulation.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/evppi.h"
#include "sim/statistics/ranks.h"

#include <check.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>

enum { SEED = 20190911, ROWS = 8192, COLUMNS = 3 };

static float x[COLUMNS][ROWS], rank[COLUMNS][ROWS];
static double y[3][ROWS];
static const double *const value[] = {y[0], y[1], y[2]};

static gsl_rng *start(void)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, SEED);
    return rng;
}

static void rank_all(void)
{
    static uint64_t work[2 * ROWS];
    for (size_t c = 0; c < COLUMNS; c++) ranks_of(ROWS, x[c], work, rank[c]);
}

static struct evppi of(size_t alternatives, size_t first, size_t columns)
{
    const float *const of_columns[] = {rank[first], rank[first + columns - 1]};
    struct evppi evppi;
    ck_assert(columns <= 2);
    ck_assert_ptr_null(evppi_of(ROWS, alternatives, value, columns, of_columns, &evppi));
    return evppi;
}

/* To four of the errors that are stated. */
static void is_worth(struct evppi found, double expected)
{
    ck_assert_msg(fabs(found.value - expected) <= 4 * found.standard_error, "found %g +- %g, expected %g", found.value,
                  found.standard_error, expected);
}

/* E max(0, m + s X) - max(0, m), X standard normal. */
static double of_normal(double m, double s)
{
    return s * gsl_ran_ugaussian_pdf(m / s) + m * gsl_cdf_ugaussian_P(m / s) - fmax(0.0, m);
}

/* The second alternative is better by 0.3 + x1 + x2/2 + noise; the third column does nothing. */
START_TEST(what_two_alternatives_are_worth_is_the_closed_form)
{
    gsl_rng *rng = start();
    for (size_t r = 0; r < ROWS; r++) {
        double z[COLUMNS];
        for (size_t c = 0; c < COLUMNS; c++) x[c][r] = (float)(z[c] = gsl_ran_ugaussian(rng));
        y[0][r] = 5 * gsl_ran_ugaussian(rng); /* common to both */
        y[1][r] = y[0][r] + 0.3 + z[0] + 0.5 * z[1] + gsl_ran_ugaussian(rng);
    }
    rank_all();
    const struct evppi first = of(2, 0, 1), second = of(2, 1, 1), both = of(2, 0, 2), nothing = of(2, 2, 1);
    is_worth(first, of_normal(0.3, 1));
    is_worth(second, of_normal(0.3, 0.5));
    is_worth(both, of_normal(0.3, sqrt(1.25)));
    is_worth(nothing, 0);
    ck_assert_double_lt(first.standard_error, 0.02);
    ck_assert_double_gt(both.value, first.value); /* more is known */
    ck_assert_double_gt(first.value, second.value);
    ck_assert_double_le(nothing.value - 1.96 * nothing.standard_error, 0.0);
    gsl_rng_free(rng);
}
END_TEST

static double bent(size_t a, double u, double v)
{
    return a == 0 ? 0.0 : a == 1 ? sin(6 * u) + v - 0.5 : 2 * (u - 0.5) * (u - 0.5) + 0.3 * v;
}

/* Three alternatives, bent in u: an outer loop over u, an inner one over v and noise of mean 0, which is left out. The errors
 * of nested simulation are small beside those of the estimate. */
START_TEST(what_three_alternatives_are_worth_is_that_of_nested_simulation)
{
    enum { OUTER = 4000, INNER = 1000 };
    double known = 0.0, mean[3] = {0.0};
    gsl_rng *rng = start();
    for (size_t i = 0; i < OUTER; i++) {
        const double u = gsl_rng_uniform(rng);
        double inner[3] = {0.0};
        for (size_t k = 0; k < INNER; k++) {
            const double v = gsl_rng_uniform(rng);
            for (size_t a = 0; a < 3; a++) inner[a] += bent(a, u, v) / INNER;
        }
        known += fmax(inner[0], fmax(inner[1], inner[2])) / OUTER;
        for (size_t a = 0; a < 3; a++) mean[a] += inner[a] / OUTER;
    }
    for (size_t r = 0; r < ROWS; r++) {
        const double u = gsl_rng_uniform(rng), v = gsl_rng_uniform(rng);
        x[0][r] = (float)u;
        x[1][r] = (float)v;
        x[2][r] = (float)gsl_rng_uniform(rng);
        for (size_t a = 0; a < 3; a++) y[a][r] = bent(a, u, v) + (a == 0 ? 0.0 : gsl_ran_gaussian(rng, 0.5));
    }
    rank_all();
    const struct evppi found = of(3, 0, 1), both = of(3, 0, 2);
    const double worth = known - fmax(mean[0], fmax(mean[1], mean[2]));
    ck_assert_double_gt(worth, 0.2);
    is_worth(found, worth);
    ck_assert_double_gt(both.value + 2 * both.standard_error, found.value);
    is_worth(of(3, 2, 1), 0);
    gsl_rng_free(rng);
}
END_TEST

/* Nothing changes the choice: exactly 0, and no error. */
START_TEST(where_one_is_always_better_nothing_is_worth_knowing)
{
    gsl_rng *rng = start();
    for (size_t r = 0; r < ROWS; r++) {
        const double u = gsl_rng_uniform(rng);
        for (size_t c = 0; c < COLUMNS; c++) x[c][r] = (float)u;
        y[0][r] = gsl_ran_ugaussian(rng);
        y[1][r] = y[0][r] + 10 + u;
    }
    rank_all();
    const struct evppi found = of(2, 0, 2);
    ck_assert_double_eq(found.value, 0.0);
    ck_assert_double_eq(found.standard_error, 0.0);
    gsl_rng_free(rng);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("evppi");
    TCase *all = tcase_create("evppi");
    suite_add_tcase(suite, all);
    tcase_add_test(all, what_two_alternatives_are_worth_is_the_closed_form);
    tcase_add_test(all, what_three_alternatives_are_worth_is_that_of_nested_simulation);
    tcase_add_test(all, where_one_is_always_better_nothing_is_worth_knowing);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
