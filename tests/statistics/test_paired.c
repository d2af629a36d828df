/* tests/statistics/test_paired.c -- differences by replication, against closed forms; stochastic dominance; benefits
 * over costs.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/benefit_cost.h"
#include "sim/statistics/dominance.h"
#include "sim/statistics/paired.h"

#include <check.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT = 1000, QUANTILES = 3, LEVELS = 2 };

static const double probability[QUANTILES] = {0.05, 0.5, 0.9}, level[LEVELS] = {0.05, 0.95};
static const struct quantiles_asked asked = {QUANTILES, probability, LEVELS, level};

static struct quantile_estimate of_difference[QUANTILES], of_quantiles[QUANTILES];
static struct tail_difference tails[LEVELS];
static const struct paired_parts parts = {of_difference, of_quantiles, tails};

static struct paired compare(size_t count, const float value[], const float base[], enum outcome_better better)
{
    struct paired_work work;
    ck_assert_ptr_null(paired_work_init(&work, count, &asked));
    const struct paired paired = paired_compare(count, value, base, better, &asked, &work, &parts);
    paired_work_free(&work);
    return paired;
}

static struct paired difference(size_t count, const float value[], const float base[])
{
    return compare(count, value, base, OUTCOME_MORE);
}

START_TEST(equal_samples_differ_by_exactly_nothing)
{
    float value[COUNT];
    for (size_t i = 0; i < COUNT; i++) value[i] = 1e9f / (float)(i + 1);
    const struct paired paired = difference(COUNT, value, value);
    ck_assert(paired.same);
    ck_assert_double_eq(paired.count, COUNT);
    ck_assert(paired.mean == 0.0 && paired.standard_error == 0.0);
}
END_TEST

START_TEST(differences_of_known_numbers_have_their_known_mean_and_error)
{
    /* 0, 2, 4: mean 2, standard deviation 2 */
    const float value[] = {1, 4, 7}, base[] = {1, 2, 3};
    const struct paired paired = difference(3, value, base);
    ck_assert(!paired.same);
    ck_assert_double_eq(paired.count, 3);
    ck_assert_double_eq(paired.mean, 2.0);
    ck_assert_double_eq_tol(paired.standard_error, 2.0 / sqrt(3.0), 1e-15);
}
END_TEST

START_TEST(what_is_common_to_both_does_not_enter_the_error)
{
    float value[COUNT], base[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        base[i] = (float)(i * i);
        value[i] = base[i] + 3.0f; /* exact: below 2^24 */
    }
    const struct paired paired = difference(COUNT, value, base);
    ck_assert(!paired.same);
    ck_assert(paired.mean == 3.0 && paired.standard_error == 0.0);
}
END_TEST

/* A number x is stored within 2^-24 |x|, so a mean of differences within the mean of 2^-24 (|x| + |y|). */
START_TEST(rounding_of_the_samples_is_bounded)
{
    const double exact[] = {1e11 / 3.0, 2e11 / 7.0, 1e10 / 9.0};
    float value[3], base[3];
    double bound = 0.0;
    for (size_t i = 0; i < 3; i++) {
        value[i] = (float)(exact[i] + 10.0);
        base[i] = (float)exact[i];
        bound += 0x1p-24 * (fabs((double)value[i]) + fabs((double)base[i])) / 3.0;
    }
    const struct paired paired = difference(3, value, base);
    ck_assert_double_eq_tol(paired.rounding, bound, 1e-9);
    ck_assert_double_le(fabs(paired.mean - 10.0), paired.rounding);
}
END_TEST

START_TEST(samples_of_single_precision_are_subtracted_in_double)
{
    const float value[] = {16777216.0f, 16777216.0f}, base[] = {1.0f, 1.0f}; /* 2^24 - 1 */
    ck_assert(difference(2, value, base).mean == 16777215.0);
    const float large[] = {3e38f, 3e38f}, low[] = {-3e38f, -3e38f}; /* beyond the range of single precision */
    ck_assert(isfinite(difference(2, large, low).mean));
}
END_TEST

START_TEST(what_is_undefined_in_either_leaves_the_pair)
{
    const float value[] = {1, NAN, 7, 4, NAN}, base[] = {1, 2, NAN, 1, NAN};
    const struct paired paired = difference(5, value, base);
    ck_assert_double_eq(paired.count, 2);
    ck_assert_double_eq(paired.mean, 1.5);
    ck_assert_double_eq_tol(paired.standard_error, 1.5, 1e-15);
    const float alike[] = {1, NAN}, other[] = {1, 5};
    ck_assert(difference(2, alike, other).same);
}
END_TEST

START_TEST(too_few_pairs_say_so)
{
    const float value[] = {1, NAN}, base[] = {3, 4};
    struct paired paired = difference(2, value, base);
    ck_assert(paired.mean == -2.0 && isnan(paired.standard_error));
    paired = difference(1, value + 1, base);
    ck_assert(paired.count == 0.0 && !paired.same && isnan(paired.mean));
    paired = difference(0, value, base);
    ck_assert(paired.count == 0.0 && !paired.same && isnan(paired.mean));
}
END_TEST

START_TEST(infinities_are_values)
{
    const float endless[] = {INFINITY, 1}, base[] = {1, 1};
    ck_assert(isinf(difference(2, endless, base).mean));
    ck_assert(difference(2, endless, endless).same);
}
END_TEST

/* Nothing is better by nothing. */
START_TEST(what_is_the_same_is_neither_better_nor_worse)
{
    float value[COUNT];
    for (size_t i = 0; i < COUNT; i++) value[i] = (float)i - 500.0f;
    const struct paired paired = difference(COUNT, value, value);
    ck_assert(paired.better.estimate == 0.0 && paired.worse.estimate == 0.0 && paired.equal.estimate == 1.0);
    ck_assert(paired.low == 0.0 && paired.high == 0.0 && paired.sd == 0.0 && isnan(paired.saving));
    for (size_t q = 0; q < QUANTILES; q++) {
        ck_assert(of_difference[q].estimate == 0.0 && of_difference[q].low == 0.0 && of_difference[q].high == 0.0);
        ck_assert(of_quantiles[q].estimate == 0.0 && of_quantiles[q].low == 0.0 && of_quantiles[q].high == 0.0);
    }
    for (size_t l = 0; l < LEVELS; l++) ck_assert(tails[l].estimate == 0.0 && tails[l].standard_error == 0.0);
}
END_TEST

/* Of 4 pairs: up, up, down, equal. */
START_TEST(shares_count_pairs_in_the_direction_that_is_better)
{
    const float value[] = {2, 3, 1, 5}, base[] = {1, 1, 4, 5};
    const struct probability_estimate half = probability_of(2, 4), quarter = probability_of(1, 4);
    struct paired paired = compare(4, value, base, OUTCOME_MORE);
    ck_assert_mem_eq(&paired.better, &half, sizeof half);
    ck_assert_mem_eq(&paired.worse, &quarter, sizeof quarter);
    ck_assert_mem_eq(&paired.equal, &quarter, sizeof quarter);
    paired = compare(4, value, base, OUTCOME_LESS);
    ck_assert_mem_eq(&paired.better, &quarter, sizeof quarter);
    ck_assert_mem_eq(&paired.worse, &half, sizeof half);
    paired = compare(4, value, base, OUTCOME_NEITHER);
    ck_assert(isnan(paired.better.estimate) && isnan(paired.worse.low));
    ck_assert_mem_eq(&paired.equal, &quarter, sizeof quarter);
}
END_TEST

/* Neighbouring floats may be one number, rounded twice. */
START_TEST(a_difference_of_one_rounding_is_no_difference)
{
    const float base[] = {1e10f, 1.0f}, value[] = {nextafterf(1e10f, 2e10f), 1.5f};
    const struct paired paired = difference(2, value, base);
    ck_assert(!paired.same);
    ck_assert(paired.equal.estimate == 0.5 && paired.better.estimate == 0.5);
    ck_assert(!paired_is_rounding(&paired) == (paired.mean > paired.rounding));
    const struct paired alone = difference(1, value, base);
    ck_assert(paired_is_rounding(&alone));
}
END_TEST

/* value = base + 1 in all: every quantile and tail is one higher, and pairing leaves no variance. */
START_TEST(a_constant_shift_moves_all_quantiles_and_tails_by_itself)
{
    float value[COUNT], base[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        base[i] = (float)((i * 617) % COUNT);
        value[i] = base[i] + 1.0f;
    }
    const struct paired paired = difference(COUNT, value, base);
    ck_assert(paired.low == 1.0 && paired.high == 1.0 && isinf(paired.saving));
    for (size_t q = 0; q < QUANTILES; q++) {
        ck_assert(of_difference[q].estimate == 1.0 && of_difference[q].low == 1.0 && of_difference[q].high == 1.0);
        ck_assert(of_quantiles[q].estimate == 1.0 && of_quantiles[q].low == 1.0 && of_quantiles[q].high == 1.0);
    }
    for (size_t l = 0; l < LEVELS; l++) {
        ck_assert_double_eq_tol(tails[l].estimate, 1.0, 1e-12);
        ck_assert_double_eq_tol(tails[l].standard_error, 0.0, 1e-12);
    }
}
END_TEST

/* value = base turned round: the quantiles are equal, those of the difference are not. */
START_TEST(the_difference_of_quantiles_is_not_the_quantile_of_differences)
{
    float value[COUNT], base[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        base[i] = (float)((i * 617) % COUNT);
        value[i] = (float)(COUNT - 1) - base[i];
    }
    const struct paired paired = difference(COUNT, value, base);
    ck_assert_double_eq_tol(paired.saving, 0.5, 1e-12); /* correlation -1: 2 s^2 over 4 s^2 */
    for (size_t q = 0; q < QUANTILES; q++) ck_assert(of_quantiles[q].estimate == 0.0);
    ck_assert(of_difference[0].estimate == -901.0 && of_difference[2].estimate == 799.0);
}
END_TEST

/* Three values beyond the quantile in each of the sections, at least. */
START_TEST(few_pairs_have_no_interval_of_quantiles)
{
    float value[COUNT], base[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        base[i] = (float)((i * 617) % COUNT);
        value[i] = (float)((i * 331) % COUNT);
    }
    (void)difference(PAIRED_SECTIONS * 60 - 1, value, base); /* 0.05 of 60 is 3 */
    ck_assert(isnan(of_quantiles[0].low) && isfinite(of_quantiles[1].low));
    (void)difference(PAIRED_SECTIONS * 60, value, base);
    ck_assert(isfinite(of_quantiles[0].low));
}
END_TEST

/* Of 40 pairs the tails of 5 % have two points each, of 39 fewer. */
START_TEST(two_points_of_a_tail_are_enough_for_its_error)
{
    float value[COUNT], base[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        base[i] = (float)((i * 617) % COUNT);
        value[i] = (float)((i * 331) % COUNT);
    }
    (void)difference(39, value, base);
    for (size_t l = 0; l < LEVELS; l++) ck_assert(isnan(tails[l].standard_error));
    (void)difference(40, value, base);
    for (size_t l = 0; l < LEVELS; l++) ck_assert(tails[l].standard_error > 0.0);
}
END_TEST

/* Welch: equal errors of 11 values each have twice 10 degrees of freedom; t(0.975, 20) = 2.0859634. */
START_TEST(independent_means_have_the_error_and_freedom_of_welch)
{
    const struct summary a = {11, 5.0, 3.0, NULL, NULL}, b = {11, 1.0, 3.0, NULL, NULL};
    const struct paired paired = paired_unpaired(&a, &b, &asked, &parts);
    ck_assert(paired.known && paired.paired == 0.0 && paired.mean == 4.0);
    ck_assert_double_eq_tol(paired.standard_error, sqrt(18.0), 1e-14);
    ck_assert_double_eq_tol(paired.high - 4.0, 2.0859634472658364 * sqrt(18.0), 1e-9);
    ck_assert(isnan(paired.better.estimate) && isnan(of_quantiles[0].estimate) && isnan(tails[0].estimate));
}
END_TEST

/* 3-4-5 on the one side, 5-12-13 on the other. */
START_TEST(independent_quantiles_have_the_bounds_of_both)
{
    const struct quantile_estimate value[QUANTILES] = {{10, 7, 22}, {0, 0, 0}, {0, 0, 0}},
                                   base[QUANTILES] = {{1, -4, 5}, {0, 0, 0}, {0, 0, 0}};
    const struct cvar_estimate x[LEVELS] = {{3, 0.3, 50}, {0, 0, 0}}, y[LEVELS] = {{1, 0.4, 50}, {0, 0, 0}};
    const struct summary a = {100, 0.0, 1.0, value, x}, b = {100, 0.0, 1.0, base, y};
    (void)paired_unpaired(&a, &b, &asked, &parts);
    ck_assert(of_quantiles[0].estimate == 9.0 && of_quantiles[0].low == 4.0 && of_quantiles[0].high == 22.0);
    ck_assert_double_eq_tol(tails[0].standard_error, 0.5, 1e-15);
    ck_assert(tails[0].estimate == 2.0);
}
END_TEST

static struct dominance dominates(size_t count, const float value[], const float base[], enum outcome_better better)
{
    float *work = calloc(2 * count + 1, sizeof *work);
    ck_assert_ptr_nonnull(work);
    const struct dominance dominance = dominance_of(count, value, base, better, work);
    free(work);
    return dominance;
}

START_TEST(a_shift_beyond_the_band_dominates)
{
    float value[COUNT], base[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        base[i] = (float)i;
        value[i] = (float)i + 200.0f; /* the functions are 0.2 apart; twice the band of 1000 is 0.094 */
    }
    struct dominance d = dominates(COUNT, value, base, OUTCOME_MORE);
    ck_assert(d.first == DOMINANCE_YES && d.second == DOMINANCE_YES);
    ck_assert(d.base_first == DOMINANCE_NO && d.base_second == DOMINANCE_NO);
    d = dominates(COUNT, value, base, OUTCOME_LESS);
    ck_assert(d.first == DOMINANCE_NO && d.base_first == DOMINANCE_YES && d.base_second == DOMINANCE_YES);
    d = dominates(COUNT, value, base, OUTCOME_NEITHER);
    ck_assert(d.first == DOMINANCE_NOT_ASKED && d.base_second == DOMINANCE_NOT_ASKED);
    d = dominates(0, value, base, OUTCOME_MORE);
    ck_assert(d.first == DOMINANCE_NOT_ASKED);
}
END_TEST

START_TEST(a_shift_within_the_band_is_undecided)
{
    float value[COUNT], base[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        base[i] = (float)i;
        value[i] = (float)i + 90.0f;
    }
    const struct dominance d = dominates(COUNT, value, base, OUTCOME_MORE);
    ck_assert(d.first == DOMINANCE_UNDECIDED && d.base_first == DOMINANCE_UNDECIDED);
    const struct dominance same = dominates(COUNT, base, base, OUTCOME_MORE);
    ck_assert(same.first == DOMINANCE_UNDECIDED && same.second == DOMINANCE_UNDECIDED);
}
END_TEST

/* The same mean, less spread: nobody who shuns risk prefers the other, and neither is better in all quantiles. */
START_TEST(less_spread_dominates_of_second_order_alone)
{
    float value[COUNT], base[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        base[i] = i % 2 == 0 ? -1.0f : 1.0f;
        value[i] = 0.0f;
    }
    const struct dominance d = dominates(COUNT, value, base, OUTCOME_MORE);
    ck_assert(d.first == DOMINANCE_NO && d.base_first == DOMINANCE_NO);
    ck_assert(d.second == DOMINANCE_YES && d.base_second == DOMINANCE_NO);
}
END_TEST

/* Normals of mean 0.5 and deviation 3, and of 0 and 1, by their quantiles: the functions cross at -0.25, 0.19 apart below
 * and 0.28 above, beyond twice the band of 1000, which is 0.094; their integrals are less than 0.094 of the range apart. */
START_TEST(laws_that_cross_dominate_neither_way)
{
    float value[COUNT], base[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        base[i] = (float)gsl_cdf_ugaussian_Pinv(((double)i + 0.5) / COUNT);
        value[i] = 0.5f + 3.0f * base[i];
    }
    const struct dominance d = dominates(COUNT, value, base, OUTCOME_MORE);
    ck_assert(d.first == DOMINANCE_NO && d.base_first == DOMINANCE_NO);
    ck_assert(d.second == DOMINANCE_UNDECIDED && d.base_second == DOMINANCE_UNDECIDED);
}
END_TEST

/* ---- benefits over costs ---- */

enum { FEW = 4 };
static const float none[FEW] = {0};

static struct benefit_cost ratio_of(size_t count, const float gain[], const float costs[])
{
    double benefit[FEW], cost[FEW];
    return benefit_cost_of(count, (struct benefit_cost_sides){gain, none}, (struct benefit_cost_sides){costs, none},
                           benefit, cost);
}

/* Benefits 4, 6, 8 over costs 4, 5, 6: 6 over 5, and b - 1.2 c is -0.8, 0, 0.8. */
START_TEST(benefits_over_costs_of_known_numbers)
{
    const float gain[] = {0, 1, 2}, costs[] = {4, 5, 6};
    const double half = 4.302652729911275 * 0.8 / sqrt(3.0) / 5.0; /* Student's t with 2 degrees of freedom */
    const struct benefit_cost of = ratio_of(3, gain, costs);
    ck_assert_double_eq_tol(of.ratio, 1.2, 1e-15);
    ck_assert_double_eq_tol(of.high - of.ratio, half, 1e-9);
    ck_assert_double_eq_tol(of.ratio - of.low, half, 1e-9);
}
END_TEST

/* The error is that of the ratio, not those of both means. */
START_TEST(benefits_in_proportion_to_costs_leave_no_error)
{
    const float gain[] = {2, 3, 4}, costs[] = {4, 6, 8};
    const struct benefit_cost of = ratio_of(3, gain, costs);
    ck_assert(of.ratio == 1.5 && of.low == 1.5 && of.high == 1.5);
}
END_TEST

/* Benefits 1.2 times the costs and noise as large as the spread of the costs. */
START_TEST(the_interval_of_a_ratio_holds_it_in_95_of_100_runs)
{
    enum { RUNS = 20000, PAIRS = 50 };
    static const float nothing[PAIRS] = {0};
    float gain[PAIRS], costs[PAIRS];
    double benefit[PAIRS], cost[PAIRS], hits = 0.0;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    ck_assert_ptr_nonnull(rng);
    gsl_rng_set(rng, 17);
    for (int run = 0; run < RUNS; run++) {
        for (size_t i = 0; i < PAIRS; i++) {
            const double c = 5.0 + gsl_ran_gaussian(rng, 1.0);
            costs[i] = (float)c;
            gain[i] = (float)(0.2 * c + gsl_ran_gaussian(rng, 1.0));
        }
        const struct benefit_cost of = benefit_cost_of(PAIRS, (struct benefit_cost_sides){gain, nothing},
                                                       (struct benefit_cost_sides){costs, nothing}, benefit, cost);
        hits += of.low <= 1.2 && of.high >= 1.2;
    }
    gsl_rng_free(rng);
    ck_assert_double_eq_tol(hits / RUNS, 0.95, 4.5 * sqrt(0.95 * 0.05 / RUNS));
}
END_TEST

/* Benefits 3 and 5 over costs 10 and 11: 4 over 10.5, and b - r c is -17/21 and 17/21; t of one degree of freedom. */
START_TEST(two_pairs_are_enough_for_a_ratio)
{
    const float gain[] = {-7, -6}, costs[] = {10, 11};
    const struct benefit_cost of = ratio_of(2, gain, costs);
    ck_assert_double_eq_tol(of.ratio, 4.0 / 10.5, 1e-15);
    ck_assert_double_eq_tol(of.high - of.ratio, tan(0.475 * M_PI) * 17.0 / 21.0 / 10.5, 1e-9);
}
END_TEST

START_TEST(what_is_undefined_leaves_the_ratio)
{
    const float gain[] = {0, NAN, 1, 2}, costs[] = {4, 7, 5, 6}, hole[] = {4, 5, NAN, 6}, all[] = {0, 1, 9, 2};
    ck_assert_double_eq_tol(ratio_of(FEW, gain, costs).ratio, 1.2, 1e-15);
    ck_assert_double_eq_tol(ratio_of(FEW, all, hole).ratio, 1.2, 1e-15);
    ck_assert_double_nan(ratio_of(1, all, costs).ratio);
}
END_TEST

/* 2 +- 2.5 may be nothing; 64 of 1e9 may be the rounding of what is stored. */
START_TEST(without_sure_costs_there_is_no_ratio)
{
    const float gain[] = {1, 2, 3}, unsure[] = {1, 2, 3}, less[] = {-4, -5, -6}, high[] = {1e9f, 1e9f, 1e9f},
                next[] = {1e9f + 64.0f, 1e9f + 64.0f, 1e9f + 64.0f};
    double benefit[3], cost[3];
    const float *const costs[] = {none, unsure, less};
    for (size_t i = 0; i < 3; i++) {
        const struct benefit_cost of = ratio_of(3, gain, costs[i]);
        ck_assert(isnan(of.ratio) && isnan(of.low) && isnan(of.high));
    }
    const struct benefit_cost rounded = benefit_cost_of(3, (struct benefit_cost_sides){gain, none},
                                                        (struct benefit_cost_sides){next, high}, benefit, cost);
    ck_assert(next[0] > high[0]);
    ck_assert_double_nan(rounded.ratio);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("paired");
    TCase *facts = tcase_create("facts");
    tcase_add_test(facts, equal_samples_differ_by_exactly_nothing);
    tcase_add_test(facts, differences_of_known_numbers_have_their_known_mean_and_error);
    tcase_add_test(facts, what_is_common_to_both_does_not_enter_the_error);
    tcase_add_test(facts, rounding_of_the_samples_is_bounded);
    tcase_add_test(facts, samples_of_single_precision_are_subtracted_in_double);
    tcase_add_test(facts, what_is_undefined_in_either_leaves_the_pair);
    tcase_add_test(facts, too_few_pairs_say_so);
    tcase_add_test(facts, infinities_are_values);
    tcase_add_test(facts, what_is_the_same_is_neither_better_nor_worse);
    tcase_add_test(facts, shares_count_pairs_in_the_direction_that_is_better);
    tcase_add_test(facts, a_difference_of_one_rounding_is_no_difference);
    tcase_add_test(facts, a_constant_shift_moves_all_quantiles_and_tails_by_itself);
    tcase_add_test(facts, the_difference_of_quantiles_is_not_the_quantile_of_differences);
    tcase_add_test(facts, few_pairs_have_no_interval_of_quantiles);
    tcase_add_test(facts, two_points_of_a_tail_are_enough_for_its_error);
    tcase_add_test(facts, independent_means_have_the_error_and_freedom_of_welch);
    tcase_add_test(facts, independent_quantiles_have_the_bounds_of_both);
    tcase_add_test(facts, a_shift_beyond_the_band_dominates);
    tcase_add_test(facts, a_shift_within_the_band_is_undecided);
    tcase_add_test(facts, less_spread_dominates_of_second_order_alone);
    tcase_add_test(facts, laws_that_cross_dominate_neither_way);
    tcase_add_test(facts, benefits_over_costs_of_known_numbers);
    tcase_add_test(facts, benefits_in_proportion_to_costs_leave_no_error);
    tcase_add_test(facts, the_interval_of_a_ratio_holds_it_in_95_of_100_runs);
    tcase_add_test(facts, two_pairs_are_enough_for_a_ratio);
    tcase_add_test(facts, what_is_undefined_leaves_the_ratio);
    tcase_add_test(facts, without_sure_costs_there_is_no_ratio);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
