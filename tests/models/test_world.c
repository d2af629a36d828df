/* tests/models/test_world.c -- the order of a month, and the folding of months into years and the horizon.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/keys.h"
#include "tests/models/support.h"

#include <check.h>
#include <float.h>
#include <malloc.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sanitizers have a heap of their own, which cannot be stood in for. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OWN_HEAP 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define OWN_HEAP 1
#endif
#endif

#ifndef OWN_HEAP
static long left = -1; /* allocations that still succeed; below 0: all */
static bool once;      /* then one fails, and all after it succeed again */
void *__libc_calloc(size_t count, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static bool is_out_of_memory(void)
{
    if (left < 0) return false;
    const bool out = left == 0;
    if (!out || once) left--;
    return out;
}

/* In place of those of the C library, also for what it is linked with. */
void *calloc(size_t count, size_t size)
{
    return is_out_of_memory() ? NULL : __libc_calloc(count, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return is_out_of_memory() ? NULL : __libc_memalign(alignment, size);
}
#endif

#define HEAD "scenario: t\ntime: {base: 2019-07, start: 2020-01, months: 24}\n"
#define OIL  "drivers:\n  oil: {model: gbm, start: 60 USD/bbl, drift: 2 %/yr, sigma: 0.3}\n"

/* One block of a world, copied. */
struct block {
    struct block_result result; /* its pointers are those of a state that is gone */
    double (*cell)[LANES];
    int failed_month[LANES], failed_cause[LANES];
};

static struct block simulate(const struct support *support, uint64_t first)
{
    struct block block;
    struct world_state *state = NULL;
    ck_assert_ptr_null(world_open(support->world, &state));
    world_simulate(state, first, LANES, &block.result);
    block.cell = malloc((block.result.cells + 1) * sizeof *block.cell);
    ck_assert_ptr_nonnull(block.cell);
    memcpy(block.cell, block.result.cell, block.result.cells * sizeof *block.cell);
    memcpy(block.failed_month, block.result.failed_month, sizeof block.failed_month);
    memcpy(block.failed_cause, block.result.failed_cause, sizeof block.failed_cause);
    world_close(state);
    return block;
}

START_TEST(a_year_is_the_mean_of_its_months_and_the_horizon_of_its_years)
{
    struct support support;
    enum { MONTHS = 24 };
    int month[MONTHS];
    static double level[MONTHS * LANES];
    for (int m = 0; m < MONTHS; m++) month[m] = m + 1;
    support_open(&support, HEAD OIL, 3);
    support_levels(&support, "oil", LANES, MONTHS, month, level);
    const struct block block = simulate(&support, 0);
    ck_assert_uint_eq(block.result.cells, 3);
    for (int l = 0; l < LANES; l++) {
        double year[2] = {0.0, 0.0};
        for (int m = 0; m < MONTHS; m++) year[m / 12] += level[m * LANES + l] / 12.0;
        for (int y = 0; y < 2; y++) ck_assert_double_eq_tol(block.cell[y][l], year[y], 24.0 * DBL_EPSILON * year[y]);
        ck_assert_double_eq_tol(block.cell[2][l], 0.5 * (year[0] + year[1]), 32.0 * DBL_EPSILON * block.cell[2][l]);
    }
    free(block.cell);
    support_close(&support);
}
END_TEST

START_TEST(the_horizon_of_a_rate_is_its_total)
{
    struct support support;
    support_open(&support,
                 HEAD "commodities:\n  c: {unit: t, value: 1 USD/t}\n"
                      "flows:\n  f: {commodity: c, from: a, to: b, volume: 12 t/yr}\n",
                 3);
    const struct block block = simulate(&support, 0);
    for (int l = 0; l < LANES; l++) {
        ck_assert_double_eq_tol(block.cell[0][l], 12.0, 24.0 * 12.0 * DBL_EPSILON);
        ck_assert_double_eq_tol(block.cell[1][l], 12.0, 24.0 * 12.0 * DBL_EPSILON);
        ck_assert_double_eq_tol(block.cell[2][l], 24.0, 48.0 * 12.0 * DBL_EPSILON);
    }
    ck_assert_str_eq(support.outcomes.item[0].unit, "t/yr");
    ck_assert_str_eq(support.outcomes.item[0].total, "t");
    free(block.cell);
    support_close(&support);
}
END_TEST

START_TEST(a_block_hangs_on_its_first_replication_only)
{
    struct support support;
    support_open(&support, HEAD OIL, 3);
    struct world_state *state = NULL;
    struct block_result result;
    ck_assert_ptr_null(world_open(support.world, &state));
    world_simulate(state, 5 * LANES, LANES, &result); /* other blocks before */
    world_simulate(state, 0, LANES, &result);
    world_simulate(state, 2 * LANES, LANES, &result);
    const struct block alone = simulate(&support, 2 * LANES);
    ck_assert_mem_eq(result.cell, alone.cell, alone.result.cells * sizeof *alone.cell);
    free(alone.cell);
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(a_replication_that_goes_non_finite_is_named_with_its_month_and_outcome)
{
    struct support support;
    /* exactly 12 % a month from 1e308: beyond the greatest double, 1.8e308, in the sixth month (1.12^5 = 1.76, 1.12^6
     * = 1.97) */
    support_open(&support,
                 HEAD "drivers:\n  a: {model: gbm, start: 1 USD, sigma: 0.1}\n"
                      "  b: {model: gbm, start: 1e308 USD, drift: 289.59759925 %/yr, sigma: 0}\n",
                 3);
    const struct block block = simulate(&support, 0);
    for (int l = 0; l < LANES; l++) {
        ck_assert_int_eq(block.failed_month[l], 5);
        ck_assert_str_eq(support.outcomes.item[block.failed_cause[l]].path, "drivers.b");
    }
    free(block.cell);
    support_close(&support);
}
END_TEST

/* Samples are of single precision, whose greatest number is 3.4e38. */
START_TEST(a_replication_that_samples_cannot_hold_is_named_too)
{
    struct support support;
    support_open(&support,
                 HEAD "drivers:\n  a: {model: gbm, start: 3.4e38 USD, sigma: 0}\n"
                      "  b: {model: gbm, start: 1e39 USD, sigma: 0}\n",
                 3);
    const struct block block = simulate(&support, 0);
    for (int l = 0; l < LANES; l++) {
        ck_assert_int_eq(block.failed_month[l], 11);
        ck_assert_str_eq(support.outcomes.item[block.failed_cause[l]].path, "drivers.b");
    }
    free(block.cell);
    support_close(&support);
}
END_TEST

START_TEST(an_addition_leaves_all_that_was_there_as_it_was)
{
    struct support plain, more;
    support_open(&plain, HEAD OIL, 3);
    support_open(&more, HEAD OIL "  gas: {model: gbm, start: uniform(1 2) USD/kcm, sigma: 0.4}\n", 3);
    const struct block before = simulate(&plain, 64), after = simulate(&more, 64);
    const size_t oil = outcomes_find(&more.outcomes, "drivers.oil");
    ck_assert_mem_eq(before.cell, after.cell + 3 * oil, 3 * sizeof *before.cell);
    free(before.cell);
    free(after.cell);
    support_close(&plain);
    support_close(&more);
}
END_TEST

START_TEST(a_scenario_without_models_is_a_world_without_outcomes)
{
    struct support support;
    support_open(&support, HEAD, 3);
    ck_assert_uint_eq(world_cells(support.world), 0);
    const struct block block = simulate(&support, 0);
    for (int l = 0; l < LANES; l++) ck_assert_int_eq(block.failed_month[l], -1);
    free(block.cell);
    support_close(&support);
}
END_TEST

START_TEST(the_state_at_the_start_has_every_input_at_its_median)
{
    struct support support;
    struct world_state *state = NULL;
    support_open(&support,
                 HEAD "drivers:\n  x: {model: trend, start: uniform(2 6) m, drift: 0 m/yr, sigma: 1 m}\n"
                      "commodities:\n  c: {unit: t, value: 1 USD/t}\n"
                      "flows:\n  f: {commodity: c, from: a, to: b, volume: uniform(10 14) t/yr}\n",
                 3);
    ck_assert_ptr_null(world_open(support.world, &state));
    world_start_central(state);
    ck_assert_double_eq(drivers_level(world_drivers_state(state), 0)[0], 4.0);
    ck_assert_double_eq_tol(flows_demand(world_flows_state(state), 0)[0], 12.0, 12.0 * DBL_EPSILON);
    world_close(state);
    support_close(&support);
}
END_TEST

/* What an effect does is told against the value before it. */
START_TEST(what_is_kept_is_the_value_before_effects)
{
    struct support support;
    support_open(&support,
                 HEAD
                 "legs:\n  other: {capacity: 5 t/yr}\n  l: {capacity: {2019: 10 t/yr, 2021: 30 t/yr, interpolation: "
                 "step}}\nevents: {storm: {start: 2020-06, duration: 12 mo, effects: {legs.l.capacity: {scale: "
                 "0.5}}}}\n",
                 3);
    struct world_state *state = support_begin(&support);
    world_keep(state, setting_at(support.plan.root, "legs.l.capacity")->slot);
    for (int m = 0; m < 24; m++) {
        const double before = m < 12 ? 10.0 : 30.0, scale = m >= 5 && m < 17 ? 0.5 : 1.0;
        world_month(state, m);
        ck_assert_double_eq(rows_kept(world_rows(state)), before);
        ck_assert_double_eq(support_quantity(&support, state, "legs.l.capacity")[0], before * scale);
    }
    world_close(state);
    support_close(&support);
}
END_TEST

/* What is in use of the heap. Sanitizers have a heap of their own, of which this sees nothing. */
static size_t heap_bytes(void)
{
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

static char *text_of(const char *path)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_gt(getdelim(&text, &size, '\0', file), 0);
    fclose(file);
    return text;
}

static void assert_predicted(const gsl_rng_type *generator)
{
    struct support support;
    struct world_state *state = NULL;
    char *yaml = text_of(ZHOL_SCENARIOS "/kazakhstan-2019.yaml");
    support_open_with(&support, yaml, 3, generator);
    ck_assert_ptr_null(world_open(support.world, &state));
    const double predicted = (double)world_state_bytes(state);
    world_close(state);
    const double before = (double)heap_bytes();
    ck_assert_ptr_null(world_open(support.world, &state));
    const double taken = (double)heap_bytes() - before;
    /* beside what was asked for: the heap's own, and a row more for each piece of some two hundred */
    if (taken > 0.0) ck_assert_double_eq_tol(predicted, taken, 0.1 * taken);
    world_close(state);
    support_close(&support);
    free(yaml);
}

START_TEST(the_memory_of_a_state_is_predicted)
{
    assert_predicted(NULL);
    assert_predicted(gsl_rng_mt19937);
}
END_TEST

#ifndef OWN_HEAP
/* Opens with so many allocations, and closes whatever came of it; false if memory was out. */
static bool open_with(const struct world *world, long allocations)
{
    struct world_state *state = NULL;
    left = allocations;
    struct fault *fault = world_open(world, &state);
    left = -1;
    const bool opened = fault == NULL;
    fault_free(fault);
    world_close(state);
    return opened;
}

/* Prepares the scenario of every key with so many allocations, and frees whatever came of it; false if memory was out. */
static bool prepare_with(long allocations)
{
    struct support support = {0};
    const struct reader_request request = {.file = ZHOL_FIXTURES "/all-keys.yaml", .keys = keys_root()};
    ck_assert_ptr_null(scenario_read(&request, &support.scenario));
    support.plan = (struct plan){.root = support.scenario->root,
                                 .store = support.scenario->store,
                                 .units = support.scenario->units,
                                 .seed = 3,
                                 .outcomes = &support.outcomes};
    left = allocations;
    struct fault *fault = world_prepare(&support.plan, &support.world);
    left = -1;
    const bool prepared = fault == NULL;
    if (!prepared) ck_assert_msg(fault_is_memory(fault), "%s", fault->sentence);
    fault_free(fault);
    support_close(&support);
    return prepared;
}

/* Each of its allocations may be the first that fails, or the only one. */
START_TEST(a_scenario_that_is_prepared_without_memory_says_so)
{
    long allocations[2] = {0, 0};
    for (int only = 0; only < 2; only++) {
        once = only == 1;
        while (!prepare_with(allocations[only])) allocations[only]++;
    }
    once = false;
    ck_assert_int_gt(allocations[0], 100);
    ck_assert_int_eq(allocations[1], allocations[0]);
}
END_TEST

START_TEST(a_state_that_was_opened_in_part_is_closed_without_a_rest)
{
    struct support support;
    char *yaml = text_of(ZHOL_SCENARIOS "/kazakhstan-2019.yaml");
    support_open(&support, yaml, 3);
    long allocations = 0;
    for (bool opened = false; !opened; allocations++) {
        /* what the heap keeps at hand for the next time counts as in use, and is there after the first times */
        for (int i = 0; i < 20; i++) (void)open_with(support.world, allocations);
        const size_t before = heap_bytes();
        opened = open_with(support.world, allocations);
        ck_assert_uint_eq(heap_bytes(), before);
    }
    ck_assert_int_gt(allocations, 50);
    support_close(&support);
    free(yaml);
}
END_TEST
#endif

int main(void)
{
    Suite *suite = suite_create("world");
    TCase *facts = tcase_create("facts");
    tcase_add_test(facts, a_year_is_the_mean_of_its_months_and_the_horizon_of_its_years);
    tcase_add_test(facts, the_horizon_of_a_rate_is_its_total);
    tcase_add_test(facts, a_block_hangs_on_its_first_replication_only);
    tcase_add_test(facts, a_replication_that_goes_non_finite_is_named_with_its_month_and_outcome);
    tcase_add_test(facts, a_replication_that_samples_cannot_hold_is_named_too);
    tcase_add_test(facts, an_addition_leaves_all_that_was_there_as_it_was);
    tcase_add_test(facts, a_scenario_without_models_is_a_world_without_outcomes);
    tcase_add_test(facts, the_state_at_the_start_has_every_input_at_its_median);
    tcase_add_test(facts, what_is_kept_is_the_value_before_effects);
    tcase_add_test(facts, the_memory_of_a_state_is_predicted);
#ifndef OWN_HEAP
    tcase_add_test(facts, a_scenario_that_is_prepared_without_memory_says_so);
    tcase_add_test(facts, a_state_that_was_opened_in_part_is_closed_without_a_rest);
#endif
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
