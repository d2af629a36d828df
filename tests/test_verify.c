/* tests/test_verify.c -- every kind of false value in a result whose content has the SHA-256 that it states is found.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/blocks.h"
#include "sim/cli/verify.h"

#include <check.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { REPLICATIONS = 1000, BLOCKS = 4 };

static struct options options;
static struct simulation simulation; /* after its run, of which `result` is */
static struct result result;
static struct simulation again; /* the same, not yet run */
static char file[] = "/tmp/zhol-verify-XXXXXX";

static void assert_none(const struct fault *fault)
{
    ck_assert_msg(fault == NULL, "%s", fault == NULL ? "" : fault->sentence);
}

static void set_up_of(const char *scenario)
{
    gsl_set_error_handler_off();
    options_init(&options);
    options.replications = REPLICATIONS;
    options.save = "*";
    assert_none(simulation_open(scenario, &options, &simulation));
    assert_none(simulation_open(scenario, &options, &again));
    assert_none(simulation_run(&simulation, &options, NULL, &result));
    strcpy(file + sizeof file - 7, "XXXXXX");
    const int made = mkstemp(file);
    ck_assert_int_ge(made, 0);
    ck_assert_int_eq(close(made), 0);
}

static void set_up(void)
{
    set_up_of(ZHOL_SCENARIOS "/minimal.yaml");
}

/* With a network, which has diagnostics. */
static void set_up_network(void)
{
    set_up_of(ZHOL_FIXTURES "/all-keys.yaml");
}

static void tear_down(void)
{
    ck_assert_int_eq(unlink(file), 0);
    result_free(&result);
    simulation_close(&simulation);
    simulation_close(&again);
    options_free(&options);
}

/* What is found of the result as it is now. */
struct found {
    size_t order, blocks, all;
    char sentence[500]; /* the first */
};

static struct found find(void)
{
    struct result head, whole;
    struct stored *stored;
    struct verify verify;
    struct verify_count count;
    struct blocks blocks;
    struct samples samples;
    struct found found = {.order = 0};
    bool ours;
    assert_none(result_write(&result, file, true, 1));
    assert_none(result_read_head(file, &ours, &head));
    assert_none(stored_open(file, &stored));
    assert_none(verify_init(&verify, &head, stored, &again));
    assert_none(verify_order(&verify, &count));
    found.order = count.different;
    assert_none(blocks_spread(REPLICATIONS, BLOCKS, &blocks));
    assert_none(blocks_simulate(&blocks, &again, 1, NULL, &samples));
    assert_none(verify_samples(&verify, &samples, blocks.replication, &count));
    ck_assert_uint_eq(count.horizon, head.outcomes.count);
    found.blocks = count.different;
    assert_none(simulation_run(&again, &options, NULL, &whole));
    assert_none(verify_samples(&verify, &whole.samples, NULL, &count));
    found.all = count.different;
    assert_none(verify_statistics(&verify, &whole, &count));
    found.all += count.different;
    if (verify.differences != NULL) {
        ck_assert_int_eq(verify.differences->code, FAULT_UNTRUSTED);
        snprintf(found.sentence, sizeof found.sentence, "%s", verify.differences->sentence);
    }
    samples_free(&samples);
    blocks_free(&blocks);
    verify_free(&verify);
    assert_none(stored_close(stored, NULL));
    result_free(&whole);
    result_free(&head);
    return found;
}

static void assert_found(size_t order, size_t blocks, size_t all, const char *sentence)
{
    const struct found found = find();
    ck_assert_uint_eq(found.order, order);
    ck_assert_uint_eq(found.blocks, blocks);
    ck_assert_uint_eq(found.all, all);
    ck_assert_msg(strncmp(found.sentence, sentence, strlen(sentence)) == 0, "%s", found.sentence);
}

static size_t cell_of(const char *path, size_t period)
{
    const size_t outcome = outcomes_find(&result.outcomes, path);
    ck_assert_uint_lt(outcome, result.outcomes.count);
    return outcome * (result.years + 1) + period;
}

/* The next number, away from zero. */
static void nudge(float *value)
{
    *value = nextafterf(*value, *value > 0.0F ? INFINITY : -INFINITY);
}

START_TEST(nothing_is_found_in_a_whole_result)
{
    assert_found(0, 0, 0, "");
}
END_TEST

START_TEST(a_sample_is_named_by_dataset_and_replication)
{
    nudge(&result.samples.value[cell_of("drivers.oil", result.years) * REPLICATIONS + 999]); /* of the last block */
    const struct found found = find();
    ck_assert_uint_eq(found.blocks, 1);
    ck_assert_uint_eq(found.all, 1);
    ck_assert_ptr_nonnull(strstr(found.sentence, "samples/horizon/drivers_oil: replication 999, the horizon, is "));
    ck_assert_ptr_nonnull(strstr(found.sentence, " in the file, but "));
}
END_TEST

START_TEST(a_sample_of_a_year_is_named_with_its_year)
{
    nudge(&result.samples.value[cell_of("flows.grain-south.demand", 3) * REPLICATIONS + 17]);
    const struct found found = find();
    ck_assert_uint_eq(found.blocks, 1);
    ck_assert_ptr_nonnull(strstr(found.sentence, "samples/annual/flows_grain_south_demand: replication 17, 2023, is "));
}
END_TEST

START_TEST(a_sample_of_a_block_that_is_not_simulated_again_is_found_by_all)
{
    nudge(&result.samples.value[cell_of("drivers.oil", result.years) * REPLICATIONS + 100]);
    const struct found found = find();
    ck_assert_uint_eq(found.blocks, 0);
    ck_assert_uint_eq(found.all, 1);
}
END_TEST

START_TEST(an_input_is_named)
{
    ck_assert_uint_gt(result.samples.inputs, 0);
    result.samples.input[5] = nextafter(result.samples.input[5], 0.0);
    assert_found(0, 1, 1, "inputs/flows_grain_south_volume: replication 5 is ");
}
END_TEST

START_TEST(a_mean_is_found_by_all_alone)
{
    struct moments *moments = &result.moments[cell_of("drivers.oil", 0)];
    moments->mean = nextafter(moments->mean, 0.0);
    assert_found(0, 0, 1, "annual/mean/drivers_oil: 2020 is ");
}
END_TEST

START_TEST(a_deviation_is_found_by_all_alone)
{
    result.moments[cell_of("drivers.oil", result.years)].m2 *= 1.0 + 1e-12;
    const struct found found = find();
    ck_assert_uint_eq(found.order + found.blocks, 0);
    ck_assert_uint_ge(found.all, 1);
    ck_assert_ptr_nonnull(strstr(found.sentence, "/drivers_oil: the horizon is "));
}
END_TEST

START_TEST(counts_and_extremes_are_found_from_the_samples)
{
    struct moments *moments = &result.moments[cell_of("drivers.oil", 2)];
    moments->least = (double)nextafterf((float)moments->least, -INFINITY);
    moments->greatest = (double)nextafterf((float)moments->greatest, INFINITY);
    moments->count--;
    const struct found found = find();
    ck_assert_uint_eq(found.order, 3);
    ck_assert_uint_eq(found.blocks, 0);
    ck_assert_ptr_nonnull(strstr(found.sentence, "annual/minimum/drivers_oil: 2022 is "));
}
END_TEST

START_TEST(quantiles_and_their_bounds_are_found_from_the_samples)
{
    const size_t cell = cell_of("drivers.oil", 2) * result.quantiles;
    result.quantile[cell + 1].estimate++;
    result.quantile[cell + 1].low--;
    result.quantile[cell + 2].high = INFINITY;
    assert_found(3, 0, 3, "annual/quantile/drivers_oil: quantile 0.25 of 2022 is ");
}
END_TEST

START_TEST(a_value_that_became_undefined_is_found)
{
    result.samples.value[cell_of("drivers.oil", result.years) * REPLICATIONS] = NAN;
    const struct found found = find();
    ck_assert_uint_ge(found.order, 1);
    ck_assert_uint_eq(found.blocks, 1);
}
END_TEST

START_TEST(a_diagnostic_is_found_by_all)
{
    ck_assert_uint_gt(result.diagnostics, 0);
    result.diagnostic[0].value += 1e-9;
    const struct found found = find();
    ck_assert_uint_eq(found.order + found.blocks, 0);
    ck_assert_uint_eq(found.all, 1);
    ck_assert_ptr_nonnull(strstr(found.sentence, "diagnostics/"));
}
END_TEST

START_TEST(blocks_are_spread_from_the_first_to_the_last)
{
    static const struct {
        uint64_t replications;
        size_t asked, count, samples;
        uint64_t last;
    } cases[] = {{1, 16, 1, 1, 0},      {32, 2, 1, 32, 0},        {33, 2, 2, 33, 1},
                 {1000, 4, 4, 104, 31}, {1000, 99, 32, 1000, 31}, {1000000000, 16, 16, 512, 31249999}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct blocks blocks;
        assert_none(blocks_spread(cases[i].replications, cases[i].asked, &blocks));
        ck_assert_uint_eq(blocks.count, cases[i].count);
        ck_assert_uint_eq(blocks.samples, cases[i].samples);
        ck_assert_uint_eq(blocks.block[0], 0);
        ck_assert_uint_eq(blocks.block[blocks.count - 1], cases[i].last);
        ck_assert_uint_eq(blocks.replication[blocks.samples - 1], cases[i].replications - 1);
        for (size_t b = 1; b < blocks.count; b++) ck_assert_uint_gt(blocks.block[b], blocks.block[b - 1]);
        blocks_free(&blocks);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("verify");
    TCase *files = tcase_create("files"), *network = tcase_create("network"), *plain = tcase_create("blocks");
    tcase_add_checked_fixture(files, set_up, tear_down);
    tcase_add_test(files, nothing_is_found_in_a_whole_result);
    tcase_add_test(files, a_sample_is_named_by_dataset_and_replication);
    tcase_add_test(files, a_sample_of_a_year_is_named_with_its_year);
    tcase_add_test(files, a_sample_of_a_block_that_is_not_simulated_again_is_found_by_all);
    tcase_add_test(files, an_input_is_named);
    tcase_add_test(files, a_mean_is_found_by_all_alone);
    tcase_add_test(files, a_deviation_is_found_by_all_alone);
    tcase_add_test(files, counts_and_extremes_are_found_from_the_samples);
    tcase_add_test(files, quantiles_and_their_bounds_are_found_from_the_samples);
    tcase_add_test(files, a_value_that_became_undefined_is_found);
    tcase_add_checked_fixture(network, set_up_network, tear_down);
    tcase_add_test(network, a_diagnostic_is_found_by_all);
    tcase_add_test(plain, blocks_are_spread_from_the_first_to_the_last);
    suite_add_tcase(suite, files);
    suite_add_tcase(suite, network);
    suite_add_tcase(suite, plain);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
