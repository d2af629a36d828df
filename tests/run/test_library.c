/* tests/run/test_library.c -- libzhol as its users see it, through zhol.h alone.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <zhol.h>

#include <check.h>
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { REPLICATIONS = 1500 }; /* two whole chunks and a part of one */
#define OUTCOME "drivers.oil"

static void must(struct zhol_fault *fault)
{
    ck_assert_msg(fault == NULL, "%s", fault == NULL ? "" : zhol_fault_text(fault));
}

/* What must fail does, so, and says that. */
static void must_not(struct zhol_fault *fault, enum zhol_status status, const char *words)
{
    ck_assert_ptr_nonnull(fault);
    ck_assert_int_eq(zhol_fault_status(fault), status);
    ck_assert_msg(strstr(zhol_fault_text(fault), words) != NULL, "%s", zhol_fault_text(fault));
    ck_assert_int_ne(zhol_fault_text(fault)[strlen(zhol_fault_text(fault)) - 1], '\n');
    zhol_fault_free(fault);
}

static struct zhol_settings *settings_of(uint64_t seed, int threads)
{
    struct zhol_settings *settings;
    must(zhol_settings_new(&settings));
    must(zhol_settings_replications(settings, REPLICATIONS));
    must(zhol_settings_seed(settings, seed));
    must(zhol_settings_threads(settings, threads));
    return settings;
}

static struct zhol_plan *plan_of(uint64_t seed, int threads)
{
    struct zhol_plan *plan;
    struct zhol_settings *settings = settings_of(seed, threads);
    must(zhol_open(ZHOL_SCENARIOS "/minimal.yaml", settings, &plan));
    zhol_settings_free(settings); /* the plan has its own */
    return plan;
}

static struct zhol_result *result_of(uint64_t seed, int threads)
{
    struct zhol_result *result;
    struct zhol_plan *plan = plan_of(seed, threads);
    must(zhol_simulate(plan, NULL, NULL, &result));
    zhol_plan_free(plan); /* the result has its own */
    return result;
}

static double number(const struct zhol_result *result, const char *outcome, int year, const char *statistic, double at)
{
    double value;
    must(zhol_statistic(result, outcome, year, statistic, at, &value));
    return value;
}

/* All that both hold: the same bits. */
static void assert_equal(const struct zhol_result *one, const struct zhol_result *other)
{
    const int first = zhol_first_year(one), years = zhol_years(one);
    ck_assert_int_gt(years, 0);
    ck_assert_uint_eq(zhol_outcomes(one), zhol_outcomes(other));
    for (size_t o = 0; o < zhol_outcomes(one); o++) {
        const char *path = zhol_outcome_path(one, o);
        ck_assert_str_eq(path, zhol_outcome_path(other, o));
        for (int year = first - 1; year < first + years; year++) {
            const float *a, *b;
            uint64_t count, again;
            must(zhol_samples(one, path, year < first ? ZHOL_HORIZON : year, &a, &count));
            must(zhol_samples(other, path, year < first ? ZHOL_HORIZON : year, &b, &again));
            ck_assert_uint_eq(count, REPLICATIONS);
            ck_assert_uint_eq(again, REPLICATIONS);
            ck_assert_mem_eq(a, b, count * sizeof *a);
        }
    }
}

static char *content_of(const char *path, size_t *size)
{
    FILE *from = fopen(path, "rb");
    ck_assert_msg(from != NULL, "%s", path);
    ck_assert_int_eq(fseek(from, 0, SEEK_END), 0);
    *size = (size_t)ftell(from);
    rewind(from);
    char *content = malloc(*size + 1);
    ck_assert_ptr_nonnull(content);
    ck_assert_uint_eq(fread(content, 1, *size, from), *size);
    ck_assert_int_eq(fclose(from), 0);
    return content;
}

/* A folder of this process's own. */
static char folder[64];

static void folder_open(void)
{
    strcpy(folder, "/tmp/zhol-library-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void folder_close(void)
{
    static const char *const names[] = {"one.h5", "other.h5", "program.h5"};
    char path[96];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    ck_assert_int_eq(rmdir(folder), 0);
}

static const char *in_folder(const char *name, char path[96])
{
    snprintf(path, 96, "%s/%s", folder, name);
    return path;
}

/* A level that its bounds hold in half of all months, symmetric about 0: a warning of the run. */
#define BOUND                                                                                                          \
    "scenario: bound\ntime: {base: 2019-07, start: 2020-01, months: 24}\n"                                             \
    "drivers: {x: {model: mean-reverting, of: level, start: 0 m, mean: 0 m, kappa: 2 /yr, sigma: 2 m, "                \
    "clamp: {low: 0 m}}}\n"

START_TEST(warnings_of_a_run_are_told_and_are_faults_of_a_strict_one)
{
    for (int strict = 0; strict < 2; strict++) {
        struct zhol_settings *settings = settings_of(1, 1);
        struct zhol_plan *plan;
        struct zhol_result *result, *again;
        char path[96];
        must(zhol_settings_strict(settings, strict));
        must(zhol_open_text("bound.yaml", BOUND, settings, &plan));
        ck_assert_str_eq(zhol_plan_warnings(plan), "");
        must(zhol_simulate(plan, NULL, NULL, &result));
        ck_assert_ptr_nonnull(strstr(zhol_warnings(result), "drivers.x.clamped is "));
        ck_assert_ptr_null(strchr(zhol_warnings(result), '\n'));
        if (strict)
            must_not(zhol_write(result, in_folder("one.h5", path), 1), ZHOL_UNTRUSTED, "takes its warnings for errors");
        else
            must(zhol_write(result, in_folder("one.h5", path), 1));
        must(zhol_read(path, 0, &again));
        ck_assert_str_eq(zhol_warnings(again), zhol_warnings(result));
        zhol_result_free(again);
        zhol_result_free(result);
        zhol_plan_free(plan);
        zhol_settings_free(settings);
    }
}
END_TEST

/* Two results at once, on different numbers of threads in between. */
START_TEST(a_plan_gives_the_same_however_often_it_is_simulated)
{
    struct zhol_plan *plan = plan_of(7, 2);
    struct zhol_result *first, *again, *alone = result_of(7, 1), *other = result_of(8, 1);
    must(zhol_simulate(plan, NULL, NULL, &first));
    must(zhol_simulate(plan, NULL, NULL, &again));
    ck_assert_uint_eq(zhol_plan_replications(plan), REPLICATIONS);
    zhol_plan_free(plan);
    ck_assert_uint_eq(zhol_seed(first), 7);
    ck_assert_uint_eq(zhol_replications(first), REPLICATIONS);
    assert_equal(first, again);
    assert_equal(first, alone);
    ck_assert(number(first, OUTCOME, ZHOL_HORIZON, "mean", 0.0) != number(other, OUTCOME, ZHOL_HORIZON, "mean", 0.0));
    zhol_result_free(first);
    zhol_result_free(again);
    zhol_result_free(alone);
    zhol_result_free(other);
}
END_TEST

/* Which of these there are and run here depends on the machine; none may change a bit, and what is not there is refused. */
START_TEST(an_instruction_set_changes_nothing)
{
    static const char *const names[] = {"v3", "v4", "default"};
    struct zhol_result *usual = result_of(7, 1);
    size_t there = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct zhol_settings *settings = settings_of(7, 1);
        struct zhol_plan *plan;
        struct zhol_result *result;
        struct zhol_fault *fault = zhol_settings_isa(settings, names[i]);
        if (fault == NULL) {
            there++;
            must(zhol_open(ZHOL_SCENARIOS "/minimal.yaml", settings, &plan));
            must(zhol_simulate(plan, NULL, NULL, &result));
            assert_equal(result, usual);
            zhol_result_free(result);
            zhol_plan_free(plan);
        } else {
            must_not(fault, ZHOL_USAGE, "; expected ");
        }
        zhol_settings_free(settings);
    }
    ck_assert_uint_ge(there, ZHOL_LEAST_SETS);
    zhol_result_free(usual);
}
END_TEST

struct at_once {
    const struct zhol_plan *plan;
    struct zhol_result *result;
    struct zhol_fault *fault;
};

static void *simulate_at_once(void *context)
{
    struct at_once *of = context;
    of->fault = zhol_simulate(of->plan, NULL, NULL, &of->result);
    return NULL;
}

START_TEST(threads_may_simulate_a_plan_at_once)
{
    struct zhol_plan *plan = plan_of(7, 2);
    struct zhol_result *alone = result_of(7, 1);
    struct at_once of[3];
    pthread_t thread[3];
    for (size_t i = 0; i < 3; i++) {
        of[i] = (struct at_once){.plan = plan};
        ck_assert_int_eq(pthread_create(&thread[i], NULL, simulate_at_once, &of[i]), 0);
    }
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(pthread_join(thread[i], NULL), 0);
        must(of[i].fault);
        assert_equal(of[i].result, alone);
        zhol_result_free(of[i].result);
    }
    zhol_result_free(alone);
    zhol_plan_free(plan);
}
END_TEST

START_TEST(the_file_is_that_of_the_program)
{
    char one[96], other[96], program[96], command[512];
    size_t size, same;
    struct zhol_plan *plan = plan_of(7, 0);
    struct zhol_result *first, *again, *read;
    must(zhol_simulate(plan, NULL, NULL, &first));
    must(zhol_simulate(plan, NULL, NULL, &again));
    must(zhol_write(first, in_folder("one.h5", one), 0));
    must(zhol_write(again, in_folder("other.h5", other), 0));
    must_not(zhol_write(again, one, 0), ZHOL_USAGE, one);
    must(zhol_write(again, one, 1));
    snprintf(command, sizeof command, "%s run %s/minimal.yaml -n %d --seed 7 --progress none -o %s 2> /dev/null",
             ZHOL_PROGRAM, ZHOL_SCENARIOS, REPLICATIONS, in_folder("program.h5", program));
    ck_assert_int_eq(system(command), 0);
    char *written = content_of(one, &size);
    for (int i = 0; i < 2; i++) {
        char *like = content_of(i == 0 ? other : program, &same);
        ck_assert_uint_eq(size, same);
        ck_assert_mem_eq(written, like, size);
        free(like);
    }
    free(written);
    must(zhol_read(program, 1, &read));
    for (size_t o = 0; o < zhol_outcomes(read); o++) { /* of this scenario, all is saved over the horizon */
        const char *path = zhol_outcome_path(first, o);
        const float *a, *b;
        uint64_t count;
        must(zhol_samples(first, path, ZHOL_HORIZON, &a, &count));
        must(zhol_samples(read, path, ZHOL_HORIZON, &b, &count));
        ck_assert_mem_eq(a, b, count * sizeof *a);
        ck_assert_double_eq(number(first, path, ZHOL_HORIZON, "mean", 0.0),
                            number(read, path, ZHOL_HORIZON, "mean", 0.0));
    }
    must_not(zhol_write(read, other, 1), ZHOL_USAGE, "itself read");
    zhol_result_free(read);
    must(zhol_read(program, 0, &read));
    const float *value;
    uint64_t count;
    must_not(zhol_samples(read, OUTCOME, ZHOL_HORIZON, &value, &count), ZHOL_USAGE, "does not hold");
    ck_assert_ptr_null(value);
    zhol_result_free(read);
    zhol_result_free(first);
    zhol_result_free(again);
    zhol_plan_free(plan);
}
END_TEST

static int ascending(const void *left, const void *right)
{
    const float a = *(const float *)left, b = *(const float *)right;
    return (a > b) - (a < b);
}

/* Samples are in single precision, the statistics of moments in double: they differ by 2^-24 of a value at most. */
START_TEST(statistics_are_those_of_the_samples)
{
    struct zhol_result *result = result_of(3, 1);
    const int year = zhol_first_year(result) + 4;
    const float *value;
    uint64_t count;
    must(zhol_samples(result, OUTCOME, year, &value, &count));
    ck_assert_uint_eq(zhol_invalid(result), 0);
    float *sorted = calloc(count, sizeof *sorted);
    ck_assert_ptr_nonnull(sorted);
    double sum = 0.0, squares = 0.0, tail = 0.0;
    for (uint64_t i = 0; i < count; i++) sum += (double)(sorted[i] = value[i]);
    const double n = (double)count, mean = sum / n;
    for (uint64_t i = 0; i < count; i++) squares += ((double)value[i] - mean) * ((double)value[i] - mean);
    qsort(sorted, count, sizeof *sorted, ascending);
    const double sd = sqrt(squares / (n - 1.0)), most = (double)sorted[count - 1], rounding = ldexp(most, -24);
    for (uint64_t i = 0; i < 75; i++) tail += (double)sorted[i] / 75.0; /* 5 % of 1500 */
    ck_assert_double_eq_tol(number(result, OUTCOME, year, "mean", 0.0), mean, rounding);
    ck_assert_double_eq_tol(number(result, OUTCOME, year, "sd", 0.0), sd, 2.0 * rounding);
    ck_assert_double_eq_tol(number(result, OUTCOME, year, "standard_error", 0.0), sd / sqrt(n), rounding);
    ck_assert_double_eq_tol(number(result, OUTCOME, year, "maximum", 0.0), most, rounding);
    ck_assert_double_eq_tol(number(result, OUTCOME, year, "minimum", 0.0), (double)sorted[0], rounding);
    ck_assert_double_eq(number(result, OUTCOME, year, "count", 0.0), n);
    ck_assert_double_eq(number(result, OUTCOME, year, "quantile_estimate", 0.5), (double)sorted[count / 2 - 1]);
    ck_assert_double_le(number(result, OUTCOME, year, "quantile_low", 0.5), (double)sorted[count / 2 - 1]);
    ck_assert_double_ge(number(result, OUTCOME, year, "quantile_high", 0.5), (double)sorted[count / 2 - 1]);
    ck_assert_double_eq_tol(number(result, OUTCOME, year, "cvar_lower", 0.95), tail, rounding);
    ck_assert_double_gt(number(result, OUTCOME, year, "cvar_upper", 0.95),
                        number(result, OUTCOME, year, "quantile_estimate", 0.95));
    free(sorted);
    zhol_result_free(result);
}
END_TEST

START_TEST(units_are_those_of_the_period)
{
    struct zhol_result *result = result_of(1, 1);
    size_t shipped = 0;
    while (shipped < zhol_outcomes(result) && strstr(zhol_outcome_path(result, shipped), ".demand") == NULL) shipped++;
    ck_assert_str_eq(zhol_outcome_path(result, shipped), "flows.grain-south.demand");
    ck_assert_str_eq(zhol_outcome_unit(result, shipped, zhol_first_year(result)), "t/yr");
    ck_assert_str_eq(zhol_outcome_unit(result, shipped, ZHOL_HORIZON), "t");
    ck_assert_str_eq(zhol_outcome_name(result, shipped), "demand of flow grain-south");
    ck_assert_ptr_null(zhol_outcome_path(result, zhol_outcomes(result)));
    ck_assert_ptr_null(zhol_outcome_unit(result, SIZE_MAX, ZHOL_HORIZON));
    ck_assert_int_eq(zhol_first_year(result), 2020);
    ck_assert_int_eq(zhol_years(result), 10);
    zhol_result_free(result);
}
END_TEST

struct seen {
    uint64_t calls, done, all, stop_at;
    bool wrong;
};

static int see(void *context, uint64_t done, uint64_t all)
{
    struct seen *seen = context;
    seen->calls++;
    seen->wrong = seen->wrong || done <= seen->done || done > all || all != REPLICATIONS;
    seen->done = done;
    return seen->stop_at > 0 && done >= seen->stop_at;
}

START_TEST(progress_ends_with_all_and_may_stop_the_run)
{
    struct zhol_plan *plan = plan_of(5, 1);
    struct zhol_result *result;
    struct seen whole = {0}, part = {.stop_at = 512};
    must(zhol_simulate(plan, see, &whole, &result));
    zhol_result_free(result);
    ck_assert(!whole.wrong);
    ck_assert_uint_eq(whole.calls, 3);
    ck_assert_uint_eq(whole.done, REPLICATIONS);
    must_not(zhol_simulate(plan, see, &part, &result), ZHOL_INTERRUPTED, "stopped on request");
    ck_assert_ptr_null(result);
    ck_assert_uint_eq(part.done, 512);
    must(zhol_simulate(plan, NULL, NULL, &result)); /* as if nothing had been */
    struct zhol_result *usual = result_of(5, 1);
    assert_equal(result, usual);
    zhol_result_free(usual);
    zhol_result_free(result);
    zhol_plan_free(plan);
}
END_TEST

START_TEST(faults_say_what_was_expected)
{
    struct zhol_settings *settings = settings_of(1, 1);
    struct zhol_plan *plan = (struct zhol_plan *)settings;
    struct zhol_result *result = result_of(1, 1);
    double value = 0.0;
    must_not(zhol_open("nowhere.yaml", NULL, &plan), ZHOL_SCENARIO, "there is no scenario file nowhere.yaml");
    ck_assert_ptr_null(plan);
    must_not(zhol_open_text("mine.yaml", "scenario: mine\nflow: 1\n", settings, &plan), ZHOL_SCENARIO,
             "mine.yaml:2:1: error:");
    must_not(zhol_settings_set(settings, "drivers.oil.kappa"), ZHOL_USAGE, "expected PATH=VALUE");
    must_not(zhol_settings_threads(settings, -1), ZHOL_USAGE, "expected a number from 1");
    must_not(zhol_settings_isa(settings, "v9"), ZHOL_USAGE, "--isa is 'v9'");
    must_not(zhol_settings_memory(settings, 0), ZHOL_USAGE, "above 0");
    must(zhol_settings_rng(settings, "dice"));
    must_not(zhol_open(ZHOL_SCENARIOS "/minimal.yaml", settings, &plan), ZHOL_USAGE, "dice");
    must_not(zhol_statistic(result, "drivers.oli", ZHOL_HORIZON, "mean", 0.0, &value), ZHOL_USAGE,
             "did you mean 'drivers.oil'");
    ck_assert(isnan(value));
    must_not(zhol_statistic(result, OUTCOME, 2019, "mean", 0.0, &value), ZHOL_USAGE, "expected 2020 to 2029");
    must_not(zhol_statistic(result, OUTCOME, 2020, "median", 0.0, &value), ZHOL_USAGE, "'median' is no statistic");
    must_not(zhol_statistic(result, OUTCOME, 2020, "quantile_estimate", 0.1, &value), ZHOL_USAGE,
             "expected one of 0.05, 0.25");
    must_not(zhol_statistic(result, OUTCOME, 2020, "probability", 0.0, &value), ZHOL_USAGE, "has no probability");
    zhol_result_free(result);
    must_not(zhol_read(ZHOL_SCENARIOS "/minimal.yaml", 0, &result), ZHOL_FILES, "minimal.yaml");
    ck_assert_ptr_null(result);
    zhol_settings_free(settings);
    zhol_plan_free(plan);
}
END_TEST

/* Of samples that do not fit, only what is saved is kept; and the scenario may come from a text. */
START_TEST(settings_are_those_of_the_command_line)
{
    static const char text[] = "extends: minimal\nscenario: mine\n";
    struct zhol_settings *settings = settings_of(1, 1);
    struct zhol_plan *plan;
    struct zhol_result *result;
    const float *value;
    uint64_t count;
    must(zhol_settings_path(settings, ZHOL_SCENARIOS));
    must(zhol_settings_memory(settings, 200000));
    must(zhol_settings_save(settings, "drivers.*"));
    must(zhol_settings_set(settings, "drivers.oil.start=70 USD/bbl"));
    must(zhol_open_text("mine.yaml", text, settings, &plan));
    ck_assert_str_eq(zhol_plan_warnings(plan), "");
    must(zhol_simulate(plan, NULL, NULL, &result));
    must(zhol_samples(result, OUTCOME, ZHOL_HORIZON, &value, &count));
    ck_assert_uint_eq(count, REPLICATIONS);
    must_not(zhol_samples(result, "flows.grain-south.demand", ZHOL_HORIZON, &value, &count), ZHOL_USAGE,
             "does not hold");
    zhol_result_free(result);
    zhol_plan_free(plan);
    zhol_settings_free(settings);
}
END_TEST

/* Where no sample is kept no input is, however many were drawn: with a description of them a sanitizer sees the leak. */
START_TEST(a_result_without_samples_has_no_inputs)
{
    static const char text[] = "scenario: legs\nlegs: {a: {time: uniform(1 2) d}, b: {time: 3 d}}\n"
                               "time: {base: 2019-07, start: 2020-01, months: 12}\n";
    struct zhol_settings *settings = settings_of(1, 1);
    struct zhol_plan *plan;
    struct zhol_result *result;
    must(zhol_open_text("legs.yaml", text, settings, &plan));
    must(zhol_simulate(plan, NULL, NULL, &result));
    ck_assert_uint_eq(zhol_outcomes(result), 0);
    must(zhol_write(result, "legs.h5", true));
    ck_assert_int_eq(unlink("legs.h5"), 0);
    zhol_result_free(result);
    zhol_plan_free(plan);
    zhol_settings_free(settings);
}
END_TEST

START_TEST(nothing_may_be_freed)
{
    zhol_fault_free(NULL);
    zhol_settings_free(NULL);
    zhol_plan_free(NULL);
    zhol_result_free(NULL);
    ck_assert_str_eq(zhol_version(), ZHOL_VERSION);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("library");
    TCase *facts = tcase_create("facts");
    tcase_add_checked_fixture(facts, folder_open, folder_close);
    tcase_add_test(facts, a_plan_gives_the_same_however_often_it_is_simulated);
    tcase_add_test(facts, an_instruction_set_changes_nothing);
    tcase_add_test(facts, threads_may_simulate_a_plan_at_once);
    tcase_add_test(facts, the_file_is_that_of_the_program);
    tcase_add_test(facts, statistics_are_those_of_the_samples);
    tcase_add_test(facts, units_are_those_of_the_period);
    tcase_add_test(facts, progress_ends_with_all_and_may_stop_the_run);
    tcase_add_test(facts, faults_say_what_was_expected);
    tcase_add_test(facts, warnings_of_a_run_are_told_and_are_faults_of_a_strict_one);
    tcase_add_test(facts, settings_are_those_of_the_command_line);
    tcase_add_test(facts, a_result_without_samples_has_no_inputs);
    tcase_add_test(facts, nothing_may_be_freed);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
