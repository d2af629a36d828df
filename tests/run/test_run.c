/* tests/run/test_run.c -- a scenario that is opened once and simulated more than once.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/pilot.h"

#include <check.h>
#include <gsl/gsl_errno.h>
#include <stdlib.h>

static void assert_none(const struct fault *fault)
{
    ck_assert_msg(fault == NULL, "%s", fault == NULL ? "" : fault->sentence);
}

static void open_scenario(const char *file, uint64_t replications, struct run_settings *settings,
                          struct simulation *simulation)
{
    gsl_set_error_handler_off();
    *settings = settings_usual();
    settings->replications = replications;
    assert_none(simulation_open(file, settings, simulation));
}

static void assert_equal_statistics(const struct result *first, const struct result *again)
{
    const size_t cells = first->outcomes.count * (first->years + 1);
    ck_assert_uint_gt(cells, 0);
    ck_assert_mem_eq(first->moments, again->moments, cells * sizeof *first->moments);
    ck_assert_uint_eq(first->quantiles, again->quantiles);
    ck_assert_mem_eq(first->quantile, again->quantile, cells * first->quantiles * sizeof *first->quantile);
    ck_assert_uint_eq(first->levels, again->levels);
    ck_assert_mem_eq(first->cvar, again->cvar, cells * first->levels * sizeof *first->cvar);
}

static void assert_equal_samples(const struct samples *first, const struct samples *again)
{
    ck_assert_uint_eq(first->count, again->count);
    ck_assert_uint_eq(first->cells, again->cells);
    ck_assert_uint_eq(first->inputs, again->inputs);
    for (size_t cell = 0; cell < first->cells; cell++) {
        const float *one = samples_of(first, cell), *other = samples_of(again, cell);
        ck_assert_int_eq(one == NULL, other == NULL);
        if (one != NULL) ck_assert_mem_eq(one, other, first->count * sizeof *one);
    }
    ck_assert_mem_eq(first->input, again->input, first->inputs * first->count * sizeof *first->input);
}

static void assert_equal_outcomes(const struct outcomes *first, const struct outcomes *again)
{
    ck_assert_uint_eq(first->count, again->count);
    for (size_t i = 0; i < first->count; i++) {
        const struct outcome *one = &first->item[i], *other = &again->item[i];
        ck_assert_ptr_eq(one->kind, other->kind);
        ck_assert_str_eq(one->path, other->path);
        ck_assert_str_eq(one->unit, other->unit);
        ck_assert_str_eq(one->total, other->total);
        ck_assert_str_eq(one->long_name, other->long_name);
    }
}

/* Both results at once, so that they cannot share what they own. */
static void assert_runs_again(const char *file, uint64_t replications)
{
    struct run_settings settings;
    struct simulation simulation;
    struct result first, again;
    struct pilot pilot;
    open_scenario(file, replications, &settings, &simulation);
    assert_none(simulation_run(&simulation, &settings, NULL, &first));
    assert_none(pilot_fly(&simulation, &pilot));
    assert_none(simulation_run(&simulation, &settings, NULL, &again));
    assert_equal_outcomes(&simulation.outcomes, &first.outcomes);
    assert_equal_outcomes(&first.outcomes, &again.outcomes);
    assert_equal_statistics(&first, &again);
    ck_assert_ptr_nonnull(first.samples.value);
    assert_equal_samples(&first.samples, &again.samples);
    ck_assert_str_eq(first.history, again.history);
    pilot_free(&pilot);
    result_free(&first);
    result_free(&again);
    simulation_close(&simulation);
}

START_TEST(the_least_scenario_runs_again)
{
    assert_runs_again(ZHOL_SCENARIOS "/minimal.yaml", 600);
}
END_TEST

START_TEST(a_whole_country_runs_again)
{
    assert_runs_again(ZHOL_SCENARIOS "/kazakhstan-2019.yaml", 128);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run");
    TCase *cases = tcase_create("run");
    tcase_add_test(cases, the_least_scenario_runs_again);
    tcase_add_test(cases, a_whole_country_runs_again);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
