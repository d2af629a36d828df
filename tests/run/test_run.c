/* tests/run/test_run.c -- a scenario that is opened once and simulated more than once.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/part.h"
#include "sim/run/pilot.h"
#include "sim/run/simulate.h"

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
    if (first->inputs > 0)
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

/* A crew of one, which hands out parts of one to three chunks, the last ones first; the context counts them. */
static struct fault *simulate_backwards(void *context, struct accumulator *accumulator, uint64_t first, uint64_t end,
                                        const struct ensemble_watch *watch)
{
    int *parts = context;
    (void)watch;
    for (uint64_t stop = chunks_of(end), each = 1; stop > first; each = each % 3 + 1) {
        const uint64_t begin = stop - first > each ? stop - each : first;
        const struct part part = {begin, stop, end, accumulator->retention.replications};
        struct bytes bytes = {0};
        uint64_t chunks;
        ++*parts;
        assert_none(part_simulate(accumulator->simulation, 2, &part, NULL, &bytes));
        struct bytes_left left = {.at = bytes.at, .size = bytes.size};
        struct fault *fault = part_add(&left, accumulator, &chunks);
        free(bytes.at);
        if (fault != NULL) return fault;
        ck_assert_uint_eq(chunks, stop - begin);
        stop = begin;
    }
    return NULL;
}

static void assert_parts_make_the_run(uint64_t memory, const char *save)
{
    enum { N = 9 * LANES_PER_CHUNK + 77 };
    struct run_settings settings = settings_usual();
    struct simulation simulation;
    struct result whole, joined;
    int parts = 0;
    const struct accumulator_crew crew = {simulate_backwards, &parts};
    gsl_set_error_handler_off();
    settings.replications = N;
    settings.memory = memory;
    settings.save = save;
    assert_none(simulation_open(ZHOL_SCENARIOS "/minimal.yaml", &settings, &simulation));
    assert_none(simulation_run(&simulation, &settings, NULL, &whole));
    settings.crew = &crew;
    assert_none(simulation_run(&simulation, &settings, NULL, &joined));
    ck_assert_int_eq(parts, 6); /* of 1, 2, 3, 1, 2 chunks and the one that is left */
    assert_equal_statistics(&whole, &joined);
    assert_equal_samples(&whole.samples, &joined.samples);
    result_free(&whole);
    result_free(&joined);
    simulation_close(&simulation);
}

START_TEST(parts_in_any_order_make_the_run)
{
    assert_parts_make_the_run((uint64_t)2 << 30, NULL);
    assert_parts_make_the_run((uint64_t)1 << 20, NULL);
    assert_parts_make_the_run((uint64_t)1 << 20, "drivers.oil");
}
END_TEST

/* A part of another chunk than is missing, and one cut off at any length, are refused. */
START_TEST(a_part_that_does_not_fit_is_refused)
{
    struct run_settings settings;
    struct simulation simulation;
    struct accumulator accumulator;
    struct bytes bytes = {0};
    const struct part part = {1, 2, 4 * LANES_PER_CHUNK, 4 * LANES_PER_CHUNK};
    uint64_t chunks;
    open_scenario(ZHOL_SCENARIOS "/minimal.yaml", 4 * LANES_PER_CHUNK, &settings, &simulation);
    assert_none(part_simulate(&simulation, 1, &part, NULL, &bytes));
    for (size_t size = 0; size <= bytes.size; size += size < 256 || size + 997 > bytes.size ? 1 : 997) {
        struct bytes_left left = {.at = bytes.at, .size = size};
        assert_none(accumulator_open(&simulation, 1, 4 * LANES_PER_CHUNK, settings.memory, &accumulator));
        accumulator.retention = retention_of(&simulation, 4 * LANES_PER_CHUNK, settings.memory);
        struct fault *fault = part_add(&left, &accumulator, &chunks);
        /* the least part says that nothing is in, and why: no fault */
        ck_assert_msg(size == bytes.size ? fault == NULL && chunks == 1 : fault != NULL || size == 16, "%zu", size);
        fault_free(fault);
        if (size == bytes.size) {
            left = (struct bytes_left){.at = bytes.at, .size = size};
            fault = part_add(&left, &accumulator, &chunks);
            ck_assert_ptr_nonnull(fault); /* it came before */
            fault_free(fault);
        }
        accumulator_close(&accumulator);
    }
    free(bytes.at);
    simulation_close(&simulation);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run");
    TCase *cases = tcase_create("run");
    tcase_add_test(cases, the_least_scenario_runs_again);
    tcase_add_test(cases, a_whole_country_runs_again);
    tcase_add_test(cases, parts_in_any_order_make_the_run);
    tcase_add_test(cases, a_part_that_does_not_fit_is_refused);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
