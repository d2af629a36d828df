/* tests/statistics/test_crps.c -- scores against their definition as an integral, against closed forms, and that the fair
 * one does not depend on how many draws there are.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/crps.h"

#include <check.h>
#include <float.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>

static void near(double found, double expected, double within)
{
    ck_assert_msg(fabs(found - expected) <= within, "found %.17g, expected %.17g within %g", found, expected, within);
}

/* The integral of (F_n - [z >= y])^2, step by step. */
static double of_steps(size_t count, const double x[], double y)
{
    double sum = y < x[0] ? x[0] - y : y > x[count - 1] ? y - x[count - 1] : 0.0;
    for (size_t i = 0; i + 1 < count; i++) {
        const double p = (double)(i + 1) / (double)count, split = fmin(fmax(y, x[i]), x[i + 1]);
        sum += (split - x[i]) * p * p + (x[i + 1] - split) * (1.0 - p) * (1.0 - p);
    }
    return sum;
}

START_TEST(the_score_of_draws_is_the_integral_over_their_steps)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    double x[50];
    for (size_t count = 1; count <= 50; count++) {
        for (size_t i = 0; i < count; i++) x[i] = gsl_ran_lognormal(rng, 1.0, 1.0);
        gsl_sort(x, 1, count);
        for (double y = -1.0; y < 20.0; y += 0.37) {
            const struct crps crps = crps_of_ensemble(count, x, y);
            double pairs = 0.0;
            for (size_t i = 0; i < count; i++)
                for (size_t j = 0; j < count; j++) pairs += fabs(x[i] - x[j]);
            const double n = (double)count, rounding = 64.0 * n * DBL_EPSILON * (x[count - 1] + fabs(y));
            near(crps.plain, of_steps(count, x, y), rounding);
            if (count == 1) {
                near(crps.plain, fabs(x[0] - y), rounding);
                ck_assert(isnan(crps.fair));
            } else
                near(crps.fair, crps.plain + pairs / (2.0 * n * n) - pairs / (2.0 * n * (n - 1.0)), rounding);
        }
    }
    ck_assert(isnan(crps_of_ensemble(0, x, 1.0).plain) && isnan(crps_of_ensemble(0, x, 1.0).fair));
    gsl_rng_free(rng);
}
END_TEST

START_TEST(evenly_spaced_draws_have_the_score_of_the_uniform)
{
    enum { COUNT = 4000 };
    static double x[COUNT];
    for (size_t i = 0; i < COUNT; i++) x[i] = ((double)i + 0.5) / COUNT;
    for (double y = 0.0; y <= 1.0; y += 0.05) /* F is off by 1 / (2 n) at most, and the square of it by 1 / n */
        near(crps_of_ensemble(COUNT, x, y).plain, (y * y * y + (1 - y) * (1 - y) * (1 - y)) / 3.0, 1.0 / COUNT);
}
END_TEST

START_TEST(the_fair_score_of_few_draws_is_that_of_their_law_in_the_mean_and_the_plain_one_is_greater)
{
    enum { TRIALS = 40000 };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    const double y = 0.7, law = crps_of_normal(0.0, 1.0, y);
    for (size_t count = 2; count <= 5; count++) {
        double fair = 0.0, fair_squares = 0.0, plain = 0.0;
        for (size_t t = 0; t < TRIALS; t++) {
            double x[5];
            for (size_t i = 0; i < count; i++) x[i] = gsl_ran_ugaussian(rng);
            gsl_sort(x, 1, count);
            const struct crps crps = crps_of_ensemble(count, x, y);
            fair += crps.fair / TRIALS;
            fair_squares += crps.fair * crps.fair / TRIALS;
            plain += crps.plain / TRIALS;
        }
        const double error = sqrt((fair_squares - fair * fair) / TRIALS);
        near(fair, law, 4.0 * error);
        near(plain, law + M_2_SQRTPI / 2.0 / (double)count, 4.0 * error); /* E|X - X'| is 2 / sqrt(pi) */
    }
    gsl_rng_free(rng);
}
END_TEST

struct law {
    double mu, sigma;
    int log;
};

static double below_square(double z, void *of)
{
    const struct law *law = of;
    const double p =
        law->log ? gsl_cdf_lognormal_P(z, law->mu, law->sigma) : gsl_cdf_gaussian_P(z - law->mu, law->sigma);
    return p * p;
}

static double above_square(double z, void *of)
{
    const struct law *law = of;
    const double q =
        law->log ? gsl_cdf_lognormal_Q(z, law->mu, law->sigma) : gsl_cdf_gaussian_Q(z - law->mu, law->sigma);
    return q * q;
}

static double integral(struct law law, double y)
{
    gsl_integration_workspace *work = gsl_integration_workspace_alloc(1000);
    gsl_function below = {below_square, &law}, above = {above_square, &law};
    double low = 0.0, high = 0.0, error;
    if (!law.log)
        gsl_integration_qagil(&below, y, 1e-13, 1e-11, 1000, work, &low, &error);
    else if (y > 0.0)
        gsl_integration_qag(&below, 0.0, y, 1e-13, 1e-11, 1000, GSL_INTEG_GAUSS31, work, &low, &error);
    gsl_integration_qagiu(&above, law.log ? fmax(y, 0.0) : y, 1e-13, 1e-11, 1000, work, &high, &error);
    gsl_integration_workspace_free(work);
    return low + high - (law.log ? fmin(y, 0.0) : 0.0);
}

START_TEST(scores_of_normal_and_lognormal_are_the_integral)
{
    for (double y = -3.0; y < 12.0; y += 0.7) {
        near(crps_of_normal(1.5, 2.0, y), integral((struct law){1.5, 2.0, 0}, y), 1e-9);
        near(crps_of_lognormal(1.0, 0.6, y), integral((struct law){1.0, 0.6, 1}, y), 1e-9);
    }
    near(crps_of_normal(3.0, 2.0, 3.0), 2.0 * (M_SQRT2 - 1.0) * M_2_SQRTPI / 2.0, 1e-15);
    ck_assert_double_eq(crps_of_normal(3.0, 0.0, 5.0), 2.0);
    near(crps_of_lognormal(log(3.0), 0.0, 5.0), 2.0, 1e-15);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("crps");
    TCase *all = tcase_create("crps");
    suite_add_tcase(suite, all);
    tcase_add_test(all, the_score_of_draws_is_the_integral_over_their_steps);
    tcase_add_test(all, evenly_spaced_draws_have_the_score_of_the_uniform);
    tcase_add_test(all, the_fair_score_of_few_draws_is_that_of_their_law_in_the_mean_and_the_plain_one_is_greater);
    tcase_add_test(all, scores_of_normal_and_lognormal_are_the_integral);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
