/* tests/statistics/test_tail.c -- means of tails against their definitions and closed forms, and their standard error
 * against repeated samples.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/quantiles.h"

#include <check.h>
#include <float.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>

#define UNKNOWN __builtin_nan("")
#define ENDLESS __builtin_inf()

enum { SEED = 20190101, MOST = 3000 };

static gsl_rng *generator(void)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    ck_assert_ptr_nonnull(rng);
    gsl_rng_set(rng, SEED);
    return rng;
}

static void near(double found, double expected, double relative)
{
    ck_assert_msg(fabs(found - expected) <= relative * fabs(expected), "found %.17g, expected %.17g", found, expected);
}

static struct cvar_estimate cvar(size_t count, const float sample[], double level)
{
    float *work = malloc((count + 1) * sizeof *work);
    struct cvar_estimate out;
    const struct quantiles_asked asked = {0, NULL, 1, &level};
    ck_assert_ptr_nonnull(work);
    quantiles_and_tails(count, sample, work, &asked, NULL, &out);
    free(work);
    return out;
}

START_TEST(a_tail_of_one_to_n_has_the_mean_and_the_error_of_its_formula)
{
    float sample[100];
    for (int i = 0; i < 100; i++) sample[i] = (float)(i * 37 % 100 + 1);
    /* 96 .. 100: mean 98, variance 10 / 4; the value at the edge is 95; the lower tail is its mirror image */
    const struct cvar_estimate upper = cvar(100, sample, 0.95), lower = cvar(100, sample, 0.05);
    ck_assert_double_eq(upper.points, 5);
    near(upper.estimate, 98, 2 * DBL_EPSILON);
    near(upper.standard_error, sqrt((2.5 + 0.95 * 9) / 5), 10 * DBL_EPSILON);
    ck_assert_double_eq(lower.points, 5);
    near(lower.estimate, 3, 2 * DBL_EPSILON);
    near(lower.standard_error, upper.standard_error, 10 * DBL_EPSILON);
}
END_TEST

START_TEST(the_value_at_the_edge_counts_for_the_part_that_is_left)
{
    float sample[50];
    for (int i = 0; i < 50; i++) sample[i] = (float)(i * 7 % 50 + 1);
    const struct cvar_estimate upper = cvar(50, sample, 0.95), lower = cvar(50, sample, 0.05);
    ck_assert_double_eq(upper.points, 2.5);
    near(upper.estimate, (50 + 49 + 0.5 * 48) / 2.5, 2 * DBL_EPSILON);
    near(lower.estimate, (1 + 2 + 0.5 * 3) / 2.5, 4 * DBL_EPSILON);
    const double m = 49.2, v = (0.8 * 0.8 + 0.2 * 0.2 + 0.5 * 1.2 * 1.2) / 1.5;
    near(upper.standard_error, sqrt((v + 0.95 * (m - 48) * (m - 48)) / 2.5), 100 * DBL_EPSILON);
}
END_TEST

static int by_value(const void *left, const void *right)
{
    const float a = *(const float *)left, b = *(const float *)right;
    return a < b ? -1 : a > b;
}

/* Continuous, of few values with ties, or with a long tail far from zero. */
static float sample_of_kind(gsl_rng *rng, int kind)
{
    if (kind == 0) return (float)gsl_ran_gaussian_ziggurat(rng, 1);
    if (kind == 1) return (float)gsl_rng_uniform_int(rng, 4);
    return (float)(1e6 + gsl_ran_lognormal(rng, 0, 2));
}

/* By the definition: the weights of the sorted values, from the far end of the tail. */
static struct cvar_estimate by_definition(size_t n, const float sorted[], double level)
{
    const bool upper = level > 0.5;
    const double points = tail_points((double)n, level);
    double left = points, mean = 0, square = 0, edge = 0;
    for (size_t i = 0; i < n && left > 0; i++) {
        const double weight = left < 1 ? left : 1;
        mean += weight * (double)sorted[upper ? n - 1 - i : i] / points;
        left -= weight;
    }
    left = points;
    for (size_t i = 0; i < n && left > 0; i++) {
        const double d = (double)sorted[upper ? n - 1 - i : i] - mean, weight = left < 1 ? left : 1;
        square += weight * d * d;
        left -= weight;
    }
    edge = (double)sorted[tail_edge(n, level) - 1];
    const double a = upper ? level : 1 - level, v = square / (points - 1);
    const double error = sqrt((v + a * (mean - edge) * (mean - edge)) / points);
    return (struct cvar_estimate){mean, points < 2 ? UNKNOWN : error, points};
}

/* The least over c, which lies at one of the values, of c + sum of (x - c)+ / points. */
static double least_expected_excess(size_t n, const float sorted[], double points)
{
    double least = ENDLESS, sum = 0;
    for (size_t i = n; i-- > 0;) {
        sum += i + 1 < n ? (double)(n - 1 - i) * ((double)sorted[i + 1] - (double)sorted[i]) : 0.0;
        least = fmin(least, (double)sorted[i] + sum / points);
    }
    return least;
}

START_TEST(any_sample_and_level_meet_both_definitions)
{
    static const double levels[] = {0.001, 0.05, 0.1, 0.37, 0.55, 0.9, 0.95, 0.99, 0.995};
    static float sample[MOST], sorted[MOST];
    gsl_rng *rng = generator();
    for (int kind = 0; kind < 3; kind++)
        for (size_t n = 1; n <= MOST; n = n < 70 ? n + 1 : n + 293) {
            for (size_t i = 0; i < n; i++) sorted[i] = sample[i] = sample_of_kind(rng, kind);
            qsort(sorted, n, sizeof sorted[0], by_value);
            for (size_t l = 0; l < sizeof levels / sizeof levels[0]; l++) {
                const struct cvar_estimate found = cvar(n, sample, levels[l]), by = by_definition(n, sorted, levels[l]);
                const double scale = fabs(by.estimate) + 1;
                ck_assert_double_le(fabs(found.estimate - by.estimate), 1e-13 * scale);
                if (levels[l] > 0.5)
                    ck_assert_double_le(fabs(found.estimate - least_expected_excess(n, sorted, found.points)),
                                        1e-12 * scale);
                ck_assert_int_eq(isnan(found.standard_error), isnan(by.standard_error));
                if (found.points >= 2)
                    ck_assert_double_le(fabs(found.standard_error - by.standard_error),
                                        1e-9 * by.standard_error + 1e-12 * scale);
            }
        }
    gsl_rng_free(rng);
}
END_TEST

START_TEST(negating_the_values_turns_one_tail_into_the_other)
{
    static float sample[MOST], negative[MOST];
    gsl_rng *rng = generator();
    for (size_t n = 1; n <= MOST; n = n < 50 ? n + 1 : n + 197) {
        for (size_t i = 0; i < n; i++) {
            sample[i] = sample_of_kind(rng, (int)(n % 3));
            negative[i] = -sample[i];
        }
        const struct cvar_estimate upper = cvar(n, sample, 0.95), lower = cvar(n, negative, 0.05);
        ck_assert_double_eq(upper.estimate, -lower.estimate);
        ck_assert_double_eq(upper.points, lower.points);
        if (upper.points >= 2) near(lower.standard_error, upper.standard_error, 4 * DBL_EPSILON);
    }
    gsl_rng_free(rng);
}
END_TEST

/* Who counts the values of a tail may stop before those at the edge, or count them. */
START_TEST(values_at_the_edge_may_be_counted_or_not)
{
    const float sample[] = {1, 2, 3, 3, 3, 3, 4, 5, 6, 9};
    const struct tail beyond = tail_of(10, sample, 3, true);
    ck_assert_double_eq(beyond.count, 4);
    ck_assert_double_eq(beyond.mean, 6);
    near(beyond.variance, 3.5, 4 * DBL_EPSILON);
    const struct tail counted = {5, 27.0 / 5, (9 + 16 + 25 + 36 + 81) / 5.0 - 27.0 / 5 * (27.0 / 5)};
    const struct cvar_estimate half = tail_cvar(10, 0.55, 3, &beyond); /* 3 is the fifth, and counts half */
    near(half.estimate, (4 + 5 + 6 + 9 + 0.5 * 3) / 4.5, 2 * DBL_EPSILON);
    const struct cvar_estimate five = tail_cvar(10, 0.5, 3, &beyond), all = tail_cvar(10, 0.5, 3, &counted);
    ck_assert_double_eq(five.points, 5);
    near(all.estimate, five.estimate, 4 * DBL_EPSILON);
    near(all.standard_error, five.standard_error, 20 * DBL_EPSILON);
}
END_TEST

START_TEST(what_is_undefined_is_left_out_and_what_is_infinite_is_a_value)
{
    const float holes[] = {__builtin_nanf(""), 4, 1, __builtin_nanf(""), 3, 2};
    ck_assert_double_eq(cvar(6, holes, 0.75).estimate, 4);
    ck_assert_double_eq(cvar(6, holes, 0.75).points, 1);
    ck_assert_double_eq(cvar(6, holes, 0.51).points, 4 * 0.49);
    const float endless[] = {1, 2, 3, __builtin_inff(), 5, 6};
    ck_assert_double_eq(cvar(6, endless, 0.6).estimate, ENDLESS);
    ck_assert_double_nan(cvar(6, endless, 0.6).standard_error);
    near(cvar(6, endless, 0.4).estimate, (1 + 2 + 0.4 * 3) / 2.4, 4 * DBL_EPSILON);
}
END_TEST

START_TEST(too_few_points_have_no_error_and_no_values_no_mean)
{
    const float sample[] = {7, 5, 6};
    struct cvar_estimate out = cvar(3, sample, 0.95);
    ck_assert_double_eq(out.estimate, 7);
    ck_assert_double_nan(out.standard_error);
    out = cvar(0, sample, 0.95);
    ck_assert_double_nan(out.estimate);
    ck_assert_double_nan(out.standard_error);
    ck_assert_double_eq(out.points, 0);
    const struct tail nothing = {0, 0, 0};
    out = tail_cvar(0, 0.95, UNKNOWN, &nothing);
    ck_assert_double_nan(out.estimate);
    ck_assert_double_nan(out.standard_error);
    ck_assert_double_eq(out.points, 0);
    ck_assert_double_nan(cvar(3, sample, 1).estimate);
    ck_assert_double_nan(cvar(3, sample, 0).estimate);
    ck_assert_double_nan(cvar(3, sample, UNKNOWN).estimate);
    ck_assert_uint_eq(tail_edge(0, 0.95), 0);
}
END_TEST

START_TEST(the_points_of_decimal_levels_are_whole_where_they_are_meant_to_be)
{
    for (uint64_t n = 1000; n <= 1000000000; n *= 10)
        for (int permille = 1; permille < 500; permille++) {
            const double expected = (double)(n / 1000) * permille;
            ck_assert_double_eq(tail_points((double)n, permille / 1000.0), expected);
            ck_assert_double_eq(tail_points((double)n, 1 - permille / 1000.0), expected);
            ck_assert_double_eq(tail_points((double)n, (1000 - permille) / 1000.0), expected);
            ck_assert_uint_eq(tail_edge(n, (1000 - permille) / 1000.0), n - (uint64_t)expected);
            ck_assert_uint_eq(tail_edge(n, permille / 1000.0), (uint64_t)expected + 1);
        }
}
END_TEST

START_TEST(quantiles_are_the_same_bits_beside_tails)
{
    static float sample[MOST], work[MOST];
    double p[60], level[60];
    struct quantile_estimate alone[60], beside[60];
    struct cvar_estimate found[60];
    gsl_rng *rng = generator();
    for (size_t i = 0; i < MOST; i++) sample[i] = sample_of_kind(rng, 2);
    for (int i = 0; i < 60; i++) {
        p[i] = (i + 1) / 61.0;
        level[i] = (i * 17 % 60 + 1) / 61.0;
    }
    const struct quantiles_asked asked = {60, p, 60, level};
    quantiles_estimate(MOST, sample, work, 60, p, alone);
    quantiles_and_tails(MOST, sample, work, &asked, beside, found);
    ck_assert_mem_eq(alone, beside, sizeof alone);
    for (size_t i = 0; i < 60; i++) ck_assert_double_eq(found[i].estimate, cvar(MOST, sample, level[i]).estimate);
    gsl_rng_free(rng);
}
END_TEST

/* Of lognormal(0, 1) at 0.95: mean e^(1/2) P(Z > z - 1) / 0.05 and square e^2 P(Z > z - 2) / 0.05 of the tail. */
START_TEST(repeated_lognormal_samples_spread_as_the_formula_says)
{
    enum { REPEATS = 2000, COUNT = 10000 };
    static float sample[COUNT], work[COUNT];
    const double level = 0.95, z = gsl_cdf_ugaussian_Pinv(level), edge = exp(z);
    const double truth = exp(0.5) * gsl_cdf_ugaussian_Q(z - 1) / (1 - level);
    const double square = exp(2.0) * gsl_cdf_ugaussian_Q(z - 2) / (1 - level);
    const double error = sqrt((square - truth * truth + level * (truth - edge) * (truth - edge)) / (COUNT * 0.05));
    near(truth, 8.5572, 1e-5);
    near(error, 0.2530, 2e-4);
    static double estimate[REPEATS], stated[REPEATS];
    const struct quantiles_asked asked = {0, NULL, 1, &level};
    gsl_rng *rng = generator();
    for (size_t r = 0; r < REPEATS; r++) {
        struct cvar_estimate out;
        for (size_t i = 0; i < COUNT; i++) sample[i] = (float)exp(gsl_ran_gaussian_ziggurat(rng, 1));
        quantiles_and_tails(COUNT, sample, work, &asked, NULL, &out);
        estimate[r] = out.estimate;
        stated[r] = out.standard_error;
    }
    const struct moments e = moments_of(REPEATS, estimate, NULL), s = moments_of(REPEATS, stated, NULL);
    /* the standard error of an sd from R repeats: sd sqrt((kurtosis - 1) / 4 R) */
    const double spread = moments_sd(&e), of_spread = spread * sqrt((moments_kurtosis(&e) - 1) / (4.0 * REPEATS));
    ck_assert_double_le(fabs(e.mean - truth), 4 * spread / sqrt(REPEATS));
    ck_assert_double_le(fabs(spread - error), 4 * of_spread);
    ck_assert_double_le(fabs(s.mean - error), 0.01 * error);
    gsl_rng_free(rng);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tail");
    TCase *facts = tcase_create("facts");
    tcase_add_test(facts, a_tail_of_one_to_n_has_the_mean_and_the_error_of_its_formula);
    tcase_add_test(facts, the_value_at_the_edge_counts_for_the_part_that_is_left);
    tcase_add_test(facts, any_sample_and_level_meet_both_definitions);
    tcase_add_test(facts, negating_the_values_turns_one_tail_into_the_other);
    tcase_add_test(facts, values_at_the_edge_may_be_counted_or_not);
    tcase_add_test(facts, what_is_undefined_is_left_out_and_what_is_infinite_is_a_value);
    tcase_add_test(facts, too_few_points_have_no_error_and_no_values_no_mean);
    tcase_add_test(facts, the_points_of_decimal_levels_are_whole_where_they_are_meant_to_be);
    tcase_add_test(facts, quantiles_are_the_same_bits_beside_tails);
    tcase_add_test(facts, repeated_lognormal_samples_spread_as_the_formula_says);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
