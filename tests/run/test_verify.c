/* tests/run/test_verify.c -- every kind of false value in a result whose content has the SHA-256 that it states is
 * found.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/hdf5/reader.h"
#include "output/result/differences.h"
#include "sim/cli/verify.h"

#include <check.h>
#include <gsl/gsl_errno.h>
#include <hdf5.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { REPLICATIONS = 1000, SMALL = 64, BLOCKS = 4 };

static struct run_settings settings;
static struct simulation simulation; /* after its run, of which `result` is */
static struct result result;
static struct simulation again; /* the same, not yet run */
static struct simulation whole; /* the same after its run, of which `made` is */
static struct result made;
static char file[] = "/tmp/zhol-verify-XXXXXX";

static void assert_none(const struct fault *fault)
{
    ck_assert_msg(fault == NULL, "%s", fault == NULL ? "" : fault->sentence);
}

/* Of a text, or of a file. */
static void set_up_of(const char *scenario, const char *text, long replications)
{
    gsl_set_error_handler_off();
    settings = settings_usual();
    settings.replications = (uint64_t)replications;
    settings.save = "*";
    assert_none(simulation_open_text(scenario, text, NULL, &settings, &simulation));
    assert_none(simulation_open_text(scenario, text, NULL, &settings, &again));
    assert_none(simulation_run(&simulation, &settings, NULL, &result));
    assert_none(simulation_open_text(scenario, text, NULL, &settings, &whole));
    assert_none(simulation_run(&whole, &settings, NULL, &made));
    strcpy(file + sizeof file - 7, "XXXXXX");
    const int opened = mkstemp(file);
    ck_assert_int_ge(opened, 0);
    ck_assert_int_eq(close(opened), 0);
}

static void set_up(void)
{
    set_up_of(ZHOL_SCENARIOS "/minimal.yaml", NULL, REPLICATIONS);
}

/* With a network, which has diagnostics. */
static void set_up_network(void)
{
    set_up_of(ZHOL_FIXTURES "/all-keys.yaml", NULL, REPLICATIONS);
}

/* All kinds of datasets, in a small file: of thresholds, of an input, of replications that are invalid. */
static void set_up_small(void)
{
    set_up_of("small",
              "scenario: small\ntime: {base: 2019-07, start: 2020-01, months: 24}\nrun: {quantiles: [0.1, 0.9]}\n"
              "drivers:\n  oil: {model: gbm, start: 64 USD/bbl, sigma: uniform(0.2 0.4)}\n"
              "  wild: {model: gbm, start: 1.9e37 USD, drift: 50 %/yr, sigma: 5}\n"
              "outcomes: {thresholds: {cheap: {outcome: drivers.oil, below: 50 USD/bbl}}}\n",
              SMALL);
}

static void tear_down(void)
{
    ck_assert_int_eq(unlink(file), 0);
    result_free(&result);
    result_free(&made);
    simulation_close(&simulation);
    simulation_close(&again);
    simulation_close(&whole);
}

/* What is found of the result as it is now. */
struct found {
    size_t order, blocks, all;
    char sentence[500]; /* the first */
};

static struct found find(void)
{
    struct result head;
    struct differences differences;
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
    assert_none(blocks_spread(result.replications, BLOCKS, &blocks));
    assert_none(blocks_simulate(&blocks, &again, 1, NULL, &samples));
    assert_none(verify_blocks(&verify, &blocks, &samples, &count));
    ck_assert_uint_eq(count.horizon, head.outcomes.count);
    found.blocks = count.different;
    assert_none(differences_find(file, &made, &differences));
    found.all = differences.different;
    verify.differences = fault_join(verify.differences, differences.faults);
    if (verify.differences != NULL) {
        ck_assert_int_eq(verify.differences->code, FAULT_UNTRUSTED);
        snprintf(found.sentence, sizeof found.sentence, "%s", verify.differences->sentence);
    }
    samples_free(&samples);
    blocks_free(&blocks);
    verify_free(&verify);
    assert_none(stored_close(stored, NULL));
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
    ck_assert_ptr_nonnull(
        strstr(found.sentence, "samples/horizon/value of drivers.oil: replication 999, the horizon, is "));
    ck_assert_ptr_nonnull(strstr(found.sentence, " in the file, but "));
}
END_TEST

START_TEST(a_sample_of_a_year_is_named_with_its_year)
{
    nudge(&result.samples.value[cell_of("flows.grain-south.demand", 3) * REPLICATIONS + 17]);
    const struct found found = find();
    ck_assert_uint_eq(found.blocks, 1);
    ck_assert_ptr_nonnull(
        strstr(found.sentence, "samples/annual/value of flows.grain-south.demand: replication 17, 2023, is "));
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
    assert_found(0, 1, 1, "inputs/value of flows.grain-south.volume: replication 5 is ");
}
END_TEST

START_TEST(a_mean_is_found_by_all_alone)
{
    struct moments *moments = &result.moments[cell_of("drivers.oil", 0)];
    moments->mean = nextafter(moments->mean, 0.0);
    assert_found(0, 0, 1, "annual/mean: drivers.oil, 2020 is ");
}
END_TEST

START_TEST(a_deviation_is_found_by_all_alone)
{
    result.moments[cell_of("drivers.oil", result.years)].m2 *= 1.0 + 1e-12;
    const struct found found = find();
    ck_assert_uint_eq(found.order + found.blocks, 0);
    ck_assert_uint_ge(found.all, 1);
    ck_assert_ptr_nonnull(strstr(found.sentence, ": drivers.oil is "));
}
END_TEST

START_TEST(counts_and_extremes_are_found_from_the_samples)
{
    struct moments *moments = &result.moments[cell_of("drivers.oil", 2)];
    moments->min = (double)nextafterf((float)moments->min, -INFINITY);
    moments->max = (double)nextafterf((float)moments->max, INFINITY);
    moments->count--;
    const struct found found = find();
    ck_assert_uint_eq(found.order, 3);
    ck_assert_uint_eq(found.blocks, 0);
    ck_assert_ptr_nonnull(
        strstr(found.sentence, "annual/count of drivers.oil: 2022 is 999 in the file, but 1000 again"));
}
END_TEST

START_TEST(quantiles_and_their_bounds_are_found_from_the_samples)
{
    const size_t cell = cell_of("drivers.oil", 2) * result.quantiles;
    result.quantile[cell + 1].estimate++;
    result.quantile[cell + 1].low--;
    result.quantile[cell + 2].high = INFINITY;
    assert_found(3, 0, 3, "annual/quantile_estimate of drivers.oil: quantile 0.25 of 2022 is ");
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

START_TEST(tails_are_found_from_the_samples)
{
    const size_t cell = cell_of("drivers.oil", 2) * result.levels;
    result.cvar[cell].estimate++;
    result.cvar[cell + 1].standard_error *= 2.0;
    const struct found found = find();
    ck_assert_uint_eq(found.order, 2);
    ck_assert_uint_eq(found.blocks, 0);
    ck_assert_uint_eq(found.all, 2);
    ck_assert_ptr_nonnull(strstr(found.sentence, "annual/cvar of drivers.oil: lower tail of 5 % of 2022 is "));
}
END_TEST

START_TEST(points_of_a_tail_are_found_from_the_samples)
{
    result.cvar[cell_of("drivers.oil", result.years) * result.levels + 1].points--;
    assert_found(1, 0, 1,
                 "horizon/cvar_points of drivers.oil: upper tail of 5 % of the horizon is 49 in the file, but 50");
}
END_TEST

/* Of the mean of a threshold comes its probability with bounds, of the values of a first passage its. */
START_TEST(probabilities_are_found_from_the_samples)
{
    struct moments *moments = &result.moments[cell_of("thresholds.cheap", result.years)];
    ck_assert_double_gt(moments->count, 0.0);
    moments->mean += (moments->mean < 0.5 ? 1.0 : -1.0) / moments->count;
    const struct found found = find();
    ck_assert_uint_eq(found.order, 3);
    ck_assert_uint_eq(found.blocks, 0);
    ck_assert_ptr_nonnull(strstr(found.sentence, "horizon/probability of thresholds.cheap: the horizon is "));
    moments->mean = made.moments[cell_of("thresholds.cheap", result.years)].mean;
    result.moments[cell_of("thresholds.cheap.first-passage", result.years)].undefined++;
    const struct found passage = find();
    ck_assert_uint_ge(passage.order, 2);
    ck_assert_ptr_nonnull(strstr(passage.sentence, " of thresholds.cheap.first-passage: the horizon is "));
}
END_TEST

/* Names of all datasets of the file. */
struct names {
    char *name[1000];
    size_t count;
};

static herr_t add_dataset(hid_t object, const char *name, const H5O_info_t *info, void *context)
{
    struct names *names = context;
    (void)object;
    if (info->type != H5O_TYPE_DATASET) return 0;
    ck_assert_uint_lt(names->count, 1000);
    names->name[names->count++] = strdup(name);
    return 0;
}

/* Gives the content the hash that it has now. */
static void state_content(hid_t opened)
{
    char hex[CONTENT_DIGITS + 1];
    const struct reader reader = {.path = file, .file = opened};
    assert_none(reader_content(&reader, hex));
    const hid_t attribute = H5Aopen(opened, "content_sha256", H5P_DEFAULT), type = H5Aget_type(attribute);
    ck_assert_uint_eq(H5Tget_size(type), CONTENT_DIGITS);
    ck_assert_int_ge(H5Awrite(attribute, type, hex), 0);
    ck_assert_int_ge(H5Tclose(type), 0);
    ck_assert_int_ge(H5Aclose(attribute), 0);
}

/* Another value than this. */
static double other(double value)
{
    return isfinite(value) ? value * 1.25 + 1.0 : 0.0;
}

enum { VALUES = 1000 };

static double replace_number(hid_t dataset, const double *by)
{
    double value[VALUES];
    const hid_t space = H5Dget_space(dataset);
    const hssize_t count = H5Sget_simple_extent_npoints(space);
    ck_assert(count > 0 && count <= VALUES);
    ck_assert_int_ge(H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, value), 0);
    const double was = value[count - 1];
    value[count - 1] = by == NULL ? other(was) : *by;
    ck_assert_int_ge(H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, value), 0);
    ck_assert_int_ge(H5Sclose(space), 0);
    return was;
}

/* Takes the first letter of the last label away, which no label is without. */
static void replace_label(hid_t dataset)
{
    struct reader_texts texts;
    const char *label[VALUES];
    assert_none(reader_texts_of(file, dataset, &texts));
    ck_assert(texts.count > 0 && texts.count <= VALUES);
    for (size_t i = 0; i < texts.count; i++) label[i] = texts.text[i];
    label[texts.count - 1]++;
    const hid_t type = H5Dget_type(dataset);
    ck_assert_int_ge(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, label), 0);
    ck_assert_int_ge(H5Tclose(type), 0);
    reader_texts_free(&texts);
}

/* Lists that are empty in a small file have none. */
static bool has_values(const char *name)
{
    struct reader reader;
    struct reader_shape shape;
    assert_none(reader_open(file, &reader));
    const hid_t dataset = H5Dopen2(reader.file, name, H5P_DEFAULT);
    assert_none(reader_shape_of(file, dataset, &shape));
    ck_assert_int_ge(H5Dclose(dataset), 0);
    assert_none(reader_close(&reader, NULL));
    for (int d = 0; d < shape.rank; d++)
        if (shape.size[d] == 0) return false;
    return true;
}

/* Replaces the last value of a dataset by the given one (NULL: by another), and the hash of the content with it; what
 * it was. Of labels: makes the last another, for good. */
static double replace(const char *name, const double *by)
{
    const hid_t opened = H5Fopen(file, H5F_ACC_RDWR, H5P_DEFAULT), dataset = H5Dopen2(opened, name, H5P_DEFAULT);
    const hid_t type = H5Dget_type(dataset);
    double was = 0.0;
    if (H5Tget_class(type) == H5T_STRING)
        replace_label(dataset);
    else
        was = replace_number(dataset, by);
    state_content(opened);
    ck_assert_int_ge(H5Tclose(type), 0);
    ck_assert_int_ge(H5Dclose(dataset), 0);
    ck_assert_int_ge(H5Fclose(opened), 0);
    return was;
}

/* Of a file whose content has its hash: how many objects differ, and how the first sentence begins. */
static void assert_differs(size_t different, const char *begins, const char *has)
{
    struct differences differences;
    assert_none(differences_find(file, &made, &differences));
    ck_assert_msg(differences.different == different, "%s: %zu differ, %s", begins, differences.different,
                  differences.faults == NULL ? "" : differences.faults->sentence);
    if (different > 0) {
        const char *sentence = differences.faults->sentence;
        ck_assert_msg(strncmp(sentence, begins, strlen(begins)) == 0 && strstr(sentence, has) != NULL, "%s: %s", begins,
                      sentence);
    }
    fault_free(differences.faults);
}

START_TEST(one_false_value_in_any_dataset_is_found_by_all_and_named)
{
    struct names names = {.count = 0};
    static const char *const present[] = {"annual/level",
                                          "annual/time",
                                          "annual/time_bounds",
                                          "annual/probability_low",
                                          "annual/subject",
                                          "annual/rank",
                                          "diagnostics/invalid_cause",
                                          "horizon/cvar_standard_error",
                                          "horizon/quantile",
                                          "horizon/outcome",
                                          "inputs/value",
                                          "inputs/units",
                                          "samples/annual/value",
                                          "samples/horizon/value"};
    assert_none(result_write(&result, file, true, 0));
    assert_differs(0, "", "");
    const hid_t opened = H5Fopen(file, H5F_ACC_RDONLY, H5P_DEFAULT);
    ck_assert_int_ge(H5Ovisit2(opened, H5_INDEX_NAME, H5_ITER_INC, add_dataset, &names, H5O_INFO_BASIC), 0);
    ck_assert_int_ge(H5Fclose(opened), 0);
    for (size_t p = 0; p < sizeof present / sizeof *present; p++) {
        size_t i = 0;
        while (i < names.count && strcmp(names.name[i], present[p]) != 0) i++;
        ck_assert_msg(i < names.count, "%s", present[p]);
    }
    for (size_t i = 0; i < names.count; i++) {
        if (has_values(names.name[i])) {
            (void)replace(names.name[i], NULL);
            assert_differs(1, names.name[i], " in the file, but ");
            assert_none(result_write(&result, file, true, 0));
        }
        free(names.name[i]);
    }
}
END_TEST

/* Where a value stands is told by the coordinates of its dimensions. */
START_TEST(a_value_is_placed_by_its_coordinates)
{
    static const struct {
        const char *dataset, *begins;
    } cases[] = {
        {"annual/mean", "annual/mean: thresholds.cheap.first-passage, 2021 is "},
        {"annual/quantile_estimate",
         "annual/quantile_estimate: thresholds.cheap.first-passage, 2021, quantile 0.9 is "},
        {"horizon/cvar", "horizon/cvar: thresholds.cheap.first-passage, upper, level 0.95 is "},
        {"horizon/mean", "horizon/mean: thresholds.cheap.first-passage is "},
        {"horizon/probability", "horizon/probability: thresholds.cheap.first-passage is "},
        {"samples/annual/value", "samples/annual/value: thresholds.cheap.first-passage, 2021, replication 63 is "},
        {"inputs/value", "inputs/value: drivers.oil.sigma, replication 63 is "},
        {"annual/time", "annual/time: value 1 is "}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_none(result_write(&result, file, true, 0));
        (void)replace(cases[i].dataset, NULL);
        assert_differs(1, cases[i].begins, "");
    }
}
END_TEST

START_TEST(a_false_attribute_is_found_by_all_and_named)
{
    free(result.input[0].unit);
    result.input[0].unit = strdup("d");
    assert_none(result_write(&result, file, true, 0));
    assert_differs(1, "inputs/units: label 0 is 'd' in the file, but '1' again", "");
    free(result.input[0].unit);
    result.input[0].unit = strdup(made.input[0].unit);
    result.seed++;
    assert_none(result_write(&result, file, true, 0));
    assert_differs(1, "the file: the attribute 'seed' is another in the file than again", "");
    result.seed--;
    result.memory++;
    assert_none(result_write(&result, file, true, 0));
    assert_differs(1, "the file: value 0 of the attribute 'memory' is ", "");
}
END_TEST

START_TEST(a_dataset_too_many_or_missing_is_found_by_all_and_named)
{
    const size_t outcome = outcomes_find(&result.outcomes, "drivers.oil"), invalids = result.invalids;
    ck_assert_uint_gt(invalids, 0);
    made.annual_saved[outcome] = false;
    assert_none(result_write(&result, file, true, 0));
    /* the list of its outcomes, their paths, all labels and the values */
    size_t labels = 0;
    while (dataset_labels[labels].name != NULL) labels++;
    assert_differs(3 + labels, "samples/annual: the attribute 'outcomes' is another in the file than again", "");
    made.annual_saved[outcome] = true;
    result.invalids = 0;
    assert_none(result_write(&result, file, true, 0));
    result.invalids = invalids;
    /* the dimension, three datasets and the number among the attributes of the root */
    assert_differs(5, "the file: value 0 of the attribute 'invalid_replications' is 0 in the file", "");
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
    TCase *files = tcase_create("files"), *network = tcase_create("network"), *small = tcase_create("small"),
          *plain = tcase_create("blocks");
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
    tcase_add_test(files, tails_are_found_from_the_samples);
    tcase_add_test(files, points_of_a_tail_are_found_from_the_samples);
    tcase_add_checked_fixture(small, set_up_small, tear_down);
    tcase_set_timeout(small, 20.0); /* some 350 files are written and compared */
    tcase_add_test(small, probabilities_are_found_from_the_samples);
    tcase_add_test(small, one_false_value_in_any_dataset_is_found_by_all_and_named);
    tcase_add_test(small, a_value_is_placed_by_its_coordinates);
    tcase_add_test(small, a_false_attribute_is_found_by_all_and_named);
    tcase_add_test(small, a_dataset_too_many_or_missing_is_found_by_all_and_named);
    tcase_add_checked_fixture(network, set_up_network, tear_down);
    tcase_add_test(network, a_diagnostic_is_found_by_all);
    tcase_add_test(plain, blocks_are_spread_from_the_first_to_the_last);
    suite_add_tcase(suite, files);
    suite_add_tcase(suite, network);
    suite_add_tcase(suite, small);
    suite_add_tcase(suite, plain);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
