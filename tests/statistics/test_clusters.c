/* tests/statistics/test_clusters.c -- shares and means of clusters against exact binomial laws, and what their bounds
 * cover.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/clusters.h"

#include <check.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>

static void near(double found, double expected, double within)
{
    ck_assert_msg(fabs(found - expected) <= within, "found %.17g, expected %.17g within %g", found, expected, within);
}

START_TEST(clusters_of_one_figure_have_the_bounds_of_clopper_and_pearson_for_one_figure_less)
{
    enum { COUNT = 30 };
    double figure[COUNT], hit[COUNT];
    for (size_t hits = 1; hits < COUNT; hits++) {
        for (size_t c = 0; c < COUNT; c++) {
            figure[c] = 1.0;
            hit[c] = c < hits ? 1.0 : 0.0;
        }
        const struct cluster_estimate share = cluster_share(COUNT, figure, hit);
        const double n = COUNT - 1, x = n * (double)hits / COUNT;
        near(share.estimate, (double)hits / COUNT, 1e-15);
        near(share.low, gsl_cdf_beta_Pinv(0.025, x, n - x + 1.0), 1e-9);
        near(share.high, gsl_cdf_beta_Pinv(0.975, x + 1.0, n - x), 1e-9);
    }
}
END_TEST

START_TEST(where_all_or_none_are_hits_clusters_count_as_figures)
{
    const double figure[] = {6, 6, 6, 6, 0}, none[5] = {0};
    const struct cluster_estimate zero = cluster_share(5, figure, none), one = cluster_share(5, figure, figure);
    ck_assert_double_eq(zero.low, 0.0);
    near(zero.high, 1.0 - pow(0.025, 0.25), 1e-9); /* four clusters have figures */
    near(one.low, pow(0.025, 0.25), 1e-9);
    ck_assert_double_eq(one.high, 1.0);
    const struct cluster_estimate single = cluster_share(1, figure, none), nothing = cluster_share(0, figure, none);
    ck_assert(single.low == 0.0 && single.high == 1.0 && isnan(nothing.estimate) && isnan(nothing.low));
}
END_TEST

/* How often the bounds hold p, where all figures of a cluster are hits with probability p, or none: of them, and of
 * figures that are taken for independent. */
static void cover(double p, double *clustered, double *naive)
{
    enum { TRIALS = 4000, CLUSTERS = 40, FIGURES = 6 };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    double figure[CLUSTERS], hit[CLUSTERS];
    *clustered = *naive = 0.0;
    for (size_t t = 0; t < TRIALS; t++) {
        double hits = 0.0;
        for (size_t c = 0; c < CLUSTERS; c++) {
            figure[c] = FIGURES;
            hit[c] = gsl_rng_uniform(rng) < p ? FIGURES : 0.0;
            hits += hit[c];
        }
        const struct cluster_estimate share = cluster_share(CLUSTERS, figure, hit);
        const double n = CLUSTERS * FIGURES, low = hits == 0 ? 0 : gsl_cdf_beta_Pinv(0.025, hits, n - hits + 1),
                     high = hits == n ? 1 : gsl_cdf_beta_Pinv(0.975, hits + 1, n - hits);
        *clustered += share.low <= p && p <= share.high ? 1.0 / TRIALS : 0.0;
        *naive += low <= p && p <= high ? 1.0 / TRIALS : 0.0;
    }
    gsl_rng_free(rng);
}

START_TEST(bounds_hold_though_figures_of_a_cluster_are_all_the_same)
{
    const double error = sqrt(0.95 * 0.05 / 4000);
    for (double p = 0.3; p < 0.95; p += 0.2) {
        double clustered, naive;
        cover(p, &clustered, &naive);
        ck_assert_msg(clustered >= 0.95 - 4.0 * error, "%g: covered %g", p, clustered);
        ck_assert_msg(naive < 0.8, "%g: taken for independent %g", p, naive);
    }
}
END_TEST

START_TEST(resampled_means_of_zeros_and_ones_are_binomial)
{
    /* 2.5 % of the binomial of 10 and 1/2 is 2: up to 1 are 1.07 %, up to 2 are 5.47 %, eight errors of 4000 away */
    double value[12] = {0, 1, 0, 1, 0, 1, 0, 1, 0, 1, NAN, NAN};
    struct cluster_estimate mean, again;
    ck_assert_ptr_null(cluster_mean(12, value, 1, &mean));
    near(mean.estimate, 0.5, 1e-15);
    near(mean.low, 0.2, 1e-12);
    near(mean.high, 0.8, 1e-12);
    ck_assert_ptr_null(cluster_mean(12, value, 1, &again));
    ck_assert(mean.low == again.low && mean.high == again.high);
}
END_TEST

START_TEST(resampled_bounds_of_many_values_are_those_of_the_normal)
{
    enum { COUNT = 400 };
    double value[COUNT], mean = 0.0, squares = 0.0;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    struct cluster_estimate found;
    for (size_t i = 0; i < COUNT; i++) {
        value[i] = gsl_ran_ugaussian(rng);
        mean += value[i] / COUNT;
    }
    for (size_t i = 0; i < COUNT; i++) squares += (value[i] - mean) * (value[i] - mean) / COUNT;
    const double error = sqrt(squares / COUNT), density = gsl_ran_ugaussian_pdf(1.96);
    const double of_bound = error * sqrt(0.025 * 0.975 / CLUSTER_RESAMPLES) / density;
    ck_assert_ptr_null(cluster_mean(COUNT, value, 7, &found));
    near(found.low, mean - 1.96 * error, 4.0 * of_bound);
    near(found.high, mean + 1.96 * error, 4.0 * of_bound);
    gsl_rng_free(rng);
}
END_TEST

START_TEST(of_few_clusters_no_bounds_are_claimed)
{
    const double value[] = {1, 2, 3, 6, NAN};
    struct cluster_estimate mean;
    ck_assert_ptr_null(cluster_mean(5, value, 1, &mean));
    ck_assert_double_eq(mean.estimate, 3.0);
    ck_assert(isnan(mean.low) && isnan(mean.high));
    ck_assert_ptr_null(cluster_mean(0, value, 1, &mean));
    ck_assert(isnan(mean.estimate));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("clusters");
    TCase *all = tcase_create("clusters");
    suite_add_tcase(suite, all);
    tcase_add_test(all, clusters_of_one_figure_have_the_bounds_of_clopper_and_pearson_for_one_figure_less);
    tcase_add_test(all, where_all_or_none_are_hits_clusters_count_as_figures);
    tcase_add_test(all, bounds_hold_though_figures_of_a_cluster_are_all_the_same);
    tcase_add_test(all, resampled_means_of_zeros_and_ones_are_binomial);
    tcase_add_test(all, resampled_bounds_of_many_values_are_those_of_the_normal);
    tcase_add_test(all, of_few_clusters_no_bounds_are_claimed);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
