/* tests/core/test_outcome.c -- outcomes are found by path, and a total loses the "per year" of a rate.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/outcome.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static void must(struct fault *fault)
{
    if (fault != NULL) ck_abort_msg("%s", fault->sentence);
}

START_TEST(only_a_summed_rate_per_year_loses_its_year)
{
    static const struct {
        enum outcome_rule rule;
        const char *unit, *total;
    } cases[] = {
        {OUTCOME_SUM, "TEU/yr", "TEU"},
        {OUTCOME_SUM, "USD/TEU/yr", "USD/TEU"},
        {OUTCOME_SUM, "1/yr", "1"},
        {OUTCOME_SUM, "/yr", "1"},
        {OUTCOME_SUM, "USD", "USD"},
        {OUTCOME_SUM, "d", "d"},
        {OUTCOME_SUM, "", ""},
        {OUTCOME_SUM, "t/yr2", "t/yr2"},
        {OUTCOME_MEAN, "TEU/yr", "TEU/yr"},
        {OUTCOME_LAST, "1/yr", "1/yr"},
        {OUTCOME_MINIMUM, "t/yr", "t/yr"},
    };
    struct outcomes outcomes = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct outcome_kind kind = {.pattern = "x", .rule = cases[i].rule};
        size_t index;
        must(outcomes_add(&outcomes, &kind, "x", cases[i].unit, "x", &index));
        ck_assert_uint_eq(index, i);
        ck_assert_str_eq(outcomes.item[i].unit, cases[i].unit);
        ck_assert_str_eq(outcomes.item[i].total, cases[i].total);
    }
    outcomes_free(&outcomes);
}
END_TEST

START_TEST(a_thousand_outcomes_are_found_by_path_and_others_are_not)
{
    static const struct outcome_kind kind = {.pattern = "flows.F.demand", .unit = "$unit/yr", .rule = OUTCOME_SUM};
    struct outcomes outcomes = {0};
    char path[40];
    size_t index;
    ck_assert_uint_eq(outcomes_find(&outcomes, "flows.f0.demand"), 0);
    for (size_t i = 0; i < 1000; i++) {
        (void)snprintf(path, sizeof path, "flows.f%zu.demand", i);
        must(outcomes_add(&outcomes, &kind, path, "TEU/yr", "demand", &index));
    }
    ck_assert_uint_eq(outcomes.count, 1000);
    for (size_t i = 0; i < 1000; i++) {
        (void)snprintf(path, sizeof path, "flows.f%zu.demand", i);
        ck_assert_uint_eq(outcomes_find(&outcomes, path), i);
        ck_assert_ptr_eq(outcomes.item[i].kind, &kind);
        ck_assert_str_eq(outcomes.item[i].long_name, "demand");
    }
    ck_assert_uint_eq(outcomes_find(&outcomes, "flows.f1.deman"), 1000);
    outcomes_free(&outcomes);
    ck_assert_uint_eq(outcomes.count, 0);
    ck_assert_ptr_null(outcomes.item);
}
END_TEST

/* A kind that was read goes with the outcomes that were read; a declared one outlives them, and is shared. */
START_TEST(a_copy_outlives_what_it_is_of)
{
    static const struct outcome_kind declared = {.pattern = "flows.F.demand", .rule = OUTCOME_SUM};
    const struct outcome_kind passing = {.pattern = "legs.L.delay", .rule = OUTCOME_MEAN, .better = OUTCOME_LESS};
    struct outcomes from = {0}, copy;
    size_t index;
    must(outcomes_add(&from, &declared, "flows.grain.demand", "t/yr", "demand of flow grain", &index));
    must(outcomes_add_read(&from, &passing, "legs.port.delay", "d", "delay at leg port"));
    must(outcome_entitle(&from.item[1], "The port: delay"));
    must(outcomes_copy(&from, &copy));
    ck_assert_ptr_ne(copy.item[1].kind, from.item[1].kind);
    outcomes_free(&from);
    ck_assert_uint_eq(copy.count, 2);
    ck_assert_ptr_eq(copy.item[0].kind, &declared);
    ck_assert_str_eq(copy.item[0].total, "t");
    ck_assert_str_eq(copy.item[0].title, "Demand of flow grain");
    ck_assert_str_eq(copy.item[1].path, "legs.port.delay");
    ck_assert_str_eq(copy.item[1].title, "The port: delay");
    ck_assert_int_eq(copy.item[1].kind->better, OUTCOME_LESS);
    ck_assert_int_eq(copy.item[1].kind->rule, OUTCOME_MEAN);
    outcomes_free(&copy);
}
END_TEST

/* What stands for the capitals of a pattern; of the last, which may have dots, all but what follows. */
START_TEST(names_are_found_again_in_paths)
{
    static const struct {
        const char *pattern, *path;
        size_t count;
        const char *name[OUTCOME_NAMES];
    } cases[] = {{"legs.L.delay", "legs.port-2.delay", 1, {"port-2"}},
                 {"drivers.D", "drivers.gdp.us", 1, {"gdp.us"}},
                 {"drivers.D.clamped", "drivers.gdp.us.clamped", 1, {"gdp.us"}},
                 {"routes.F.R.share", "routes.share.volume.share", 2, {"share", "volume"}},
                 {"energy.E.outlets.O.volume", "energy.oil.outlets.west.volume", 2, {"oil", "west"}},
                 {"corridors.C.COMMODITY", "corridors.north.box", 2, {"north", "box"}},
                 {"fiscal.total", "fiscal.total", 0, {NULL}},
                 {"legs.L.delay", "flows.port.delay", 0, {NULL}},
                 {"legs.L.delay", "legs.port.used", 0, {NULL}}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct outcome_kind kind = {.pattern = cases[i].pattern};
        char *name[OUTCOME_NAMES];
        size_t count;
        must(outcome_names(&kind, cases[i].path, &count, name));
        ck_assert_msg(count == cases[i].count, "%s has %zu names", cases[i].path, count);
        for (size_t k = 0; k < OUTCOME_NAMES; k++) {
            if (k < count) ck_assert_str_eq(name[k], cases[i].name[k]);
            free(name[k]);
        }
    }
    ck_assert_uint_eq(outcome_name_at("energy.E.outlets.O.volume", "O: volume"), 1);
    ck_assert_uint_eq(outcome_name_at("energy.E.outlets.O.volume", "volume"), SIZE_MAX);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("outcome");
    TCase *facts = tcase_create("facts");
    tcase_add_test(facts, only_a_summed_rate_per_year_loses_its_year);
    tcase_add_test(facts, a_thousand_outcomes_are_found_by_path_and_others_are_not);
    tcase_add_test(facts, a_copy_outlives_what_it_is_of);
    tcase_add_test(facts, names_are_found_again_in_paths);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
