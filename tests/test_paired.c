/* tests/test_paired.c -- differences by replication, against closed forms, and the tables made of them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/comparison.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT = 1000 };

START_TEST(equal_samples_differ_by_exactly_nothing)
{
    float value[COUNT];
    double work[COUNT];
    for (size_t i = 0; i < COUNT; i++) value[i] = 1e9f / (float)(i + 1);
    const struct paired paired = paired_difference(COUNT, value, value, work);
    ck_assert(paired.same);
    ck_assert_uint_eq(paired.pairs, COUNT);
    ck_assert(paired.mean == 0.0 && paired.standard_error == 0.0);
}
END_TEST

START_TEST(differences_of_known_numbers_have_their_known_mean_and_error)
{
    /* 0, 2, 4: mean 2, standard deviation 2 */
    const float value[] = {1, 4, 7}, base[] = {1, 2, 3};
    double work[3];
    const struct paired paired = paired_difference(3, value, base, work);
    ck_assert(!paired.same);
    ck_assert_uint_eq(paired.pairs, 3);
    ck_assert_double_eq(paired.mean, 2.0);
    ck_assert_double_eq_tol(paired.standard_error, 2.0 / sqrt(3.0), 1e-15);
}
END_TEST

START_TEST(what_is_common_to_both_does_not_enter_the_error)
{
    float value[COUNT], base[COUNT];
    double work[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        base[i] = (float)(i * i);
        value[i] = base[i] + 3.0f; /* exact: below 2^24 */
    }
    const struct paired paired = paired_difference(COUNT, value, base, work);
    ck_assert(!paired.same);
    ck_assert(paired.mean == 3.0 && paired.standard_error == 0.0);
}
END_TEST

/* A number x is stored within 2^-24 |x|, so a mean of differences within the mean of 2^-24 (|x| + |y|). */
START_TEST(rounding_of_the_samples_is_bounded)
{
    const double exact[] = {1e11 / 3.0, 2e11 / 7.0, 1e10 / 9.0};
    float value[3], base[3];
    double work[3], bound = 0.0;
    for (size_t i = 0; i < 3; i++) {
        value[i] = (float)(exact[i] + 10.0);
        base[i] = (float)exact[i];
        bound += 0x1p-24 * (fabs((double)value[i]) + fabs((double)base[i])) / 3.0;
    }
    const struct paired paired = paired_difference(3, value, base, work);
    ck_assert_double_eq_tol(paired.rounding, bound, 1e-9);
    ck_assert_double_le(fabs(paired.mean - 10.0), paired.rounding);
}
END_TEST

START_TEST(samples_of_single_precision_are_subtracted_in_double)
{
    const float value[] = {16777216.0f, 16777216.0f}, base[] = {1.0f, 1.0f}; /* 2^24 - 1 */
    double work[2];
    ck_assert(paired_difference(2, value, base, work).mean == 16777215.0);
    const float large[] = {3e38f, 3e38f}, low[] = {-3e38f, -3e38f}; /* beyond the range of single precision */
    ck_assert(isfinite(paired_difference(2, large, low, work).mean));
}
END_TEST

START_TEST(what_is_undefined_in_either_leaves_the_pair)
{
    const float value[] = {1, NAN, 7, 4, NAN}, base[] = {1, 2, NAN, 1, NAN};
    double work[5];
    const struct paired paired = paired_difference(5, value, base, work);
    ck_assert_uint_eq(paired.pairs, 2);
    ck_assert_double_eq(paired.mean, 1.5);
    ck_assert_double_eq_tol(paired.standard_error, 1.5, 1e-15);
    const float alike[] = {1, NAN}, other[] = {1, 5};
    ck_assert(paired_difference(2, alike, other, work).same);
}
END_TEST

START_TEST(too_few_pairs_say_so)
{
    const float value[] = {1, NAN}, base[] = {3, 4};
    double work[2];
    struct paired paired = paired_difference(2, value, base, work);
    ck_assert(paired.mean == -2.0 && isnan(paired.standard_error));
    paired = paired_difference(1, value + 1, base, work);
    ck_assert(paired.pairs == 0 && !paired.same && isnan(paired.mean));
    paired = paired_difference(0, value, base, work);
    ck_assert(paired.pairs == 0 && !paired.same && isnan(paired.mean));
}
END_TEST

START_TEST(infinities_are_values)
{
    const float endless[] = {INFINITY, 1}, base[] = {1, 1};
    double work[2];
    ck_assert(isinf(paired_difference(2, endless, base, work).mean));
    ck_assert(paired_difference(2, endless, endless, work).same);
}
END_TEST

static char *printed(const struct comparison *comparison, void (*print)(const struct comparison *, FILE *))
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    ck_assert_ptr_nonnull(to);
    print(comparison, to);
    ck_assert_int_eq(fclose(to), 0);
    return text;
}

static void assert_printed(const struct comparison *comparison, void (*print)(const struct comparison *, FILE *),
                           const char *expected)
{
    char *text = printed(comparison, print);
    ck_assert_str_eq(text, expected);
    free(text);
}

static struct comparison example(const char *const outcome[])
{
    struct comparison comparison;
    ck_assert_ptr_null(comparison_init(&comparison, 2, 2));
    comparison.against = (struct comparison_run){"world", "nothing"};
    comparison.run[0] = (struct comparison_run){"world", "roads"};
    comparison.run[1] = (struct comparison_run){"world", "ports"};
    comparison.outcome = outcome;
    comparison.unit[0] = strdup("USD");
    comparison.replications = 100;
    comparison.cell[0] = (struct comparison_cell){true, {.pairs = 100, .mean = -2.5e9, .standard_error = 1.25e8}};
    comparison.cell[2] = (struct comparison_cell){true, {.pairs = 90, .same = true}};
    return comparison;
}

START_TEST(a_table_has_units_that_suit_and_says_what_is_not_there)
{
    const char *const outcome[] = {"fiscal.total", "npv.national"};
    struct comparison comparison = example(outcome);
    assert_printed(&comparison, comparison_print,
                   "\nIn the world world, policies against nothing:\n"
                   "                              fiscal.total            npv.national\n"
                   "  policy                              GUSD                        \n"
                   "  roads                   -2.5 ± 0.12                -            \n"
                   "  ports                      0 no change             -            \n"
                   "  ports, fiscal.total: of the 90 of 100 replications with a value in both\n");
    comparison_free(&comparison);
}
END_TEST

START_TEST(rows_of_csv_are_in_the_unit_of_the_result)
{
    const char *const outcome[] = {"fiscal.total", "npv.national"};
    struct comparison comparison = example(outcome);
    assert_printed(&comparison, comparison_csv,
                   "world,roads,world,nothing,fiscal.total,USD,-2500000000,125000000,100\n"
                   "world,roads,world,nothing,npv.national,,,,0\n"
                   "world,ports,world,nothing,fiscal.total,USD,0,0,90\n"
                   "world,ports,world,nothing,npv.national,,,,0\n");
    comparison_free(&comparison);
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
    tcase_add_test(facts, a_table_has_units_that_suit_and_says_what_is_not_there);
    tcase_add_test(facts, rows_of_csv_are_in_the_unit_of_the_result);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
