/* tests/output/test_result.c -- what is written is what is read, equal results are equal bytes, and nothing else passes
 * for a result.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/hdf5/reader.h"
#include "output/result/result.h"
#include "output/tables/readable.h"
#include "output/tables/table.h"

#include <check.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LEVEL, WORTH, RATE, HAPPENED, PASSAGE, OUTCOMES };
enum { YEARS = 2, PERIODS = YEARS + 1, CELLS = OUTCOMES * PERIODS, REPLICATIONS = 40, QUANTILES = 2, LEVELS = 2 };

static const struct outcome_kind level = {
    .pattern = "drivers.D", .subject = SUBJECT_DRIVERS, .unit = "$unit", .rule = OUTCOME_MEAN, .meaning = "A level."};
static const struct outcome_kind rate = {.pattern = "flows.F.demand",
                                         .subject = SUBJECT_FLOWS,
                                         .rank = 10,
                                         .account = true,
                                         .unit = "$unit/yr",
                                         .rule = OUTCOME_SUM,
                                         .meaning = "A rate."};
static const struct outcome_kind worth = {.pattern = "fiscal.worth",
                                          .subject = SUBJECT_FISCAL,
                                          .main = MAIN_ALWAYS,
                                          .unit = "USD/yr",
                                          .rule = OUTCOME_SUM,
                                          .headline = true,
                                          .horizon_only = true,
                                          .meaning = "A worth."};

static const struct outcome_kind happened = {.pattern = "thresholds.T",
                                             .subject = SUBJECT_THRESHOLDS,
                                             .unit = "1",
                                             .rule = OUTCOME_MAXIMUM,
                                             .chance = CHANCE_MEAN,
                                             .headline = true,
                                             .meaning = "It happened."};
static const struct outcome_kind passage = {.pattern = "thresholds.T.first-passage",
                                            .subject = SUBJECT_THRESHOLDS,
                                            .unit = "mo",
                                            .rule = OUTCOME_RATIO,
                                            .chance = CHANCE_DEFINED,
                                            .meaning = "When it happened."};

/* Never in the first year, in 4 replications in the second. */
static double value_of(size_t cell, size_t replication)
{
    const bool hit = cell % PERIODS > 0 && replication % 10 == 3;
    if (cell / PERIODS == HAPPENED) return hit ? 1.0 : 0.0;
    if (cell / PERIODS == PASSAGE) return hit ? (double)(13 + replication / 10) : (double)NAN;
    return (double)(cell + 1) * 100.0 + (double)(replication * 7 % REPLICATIONS);
}

static void add_outcome(struct result *result, const struct outcome_kind *kind, const char *path, const char *unit,
                        const char *name)
{
    size_t index;
    ck_assert_ptr_null(outcomes_add(&result->outcomes, kind, path, unit, name, &index));
}

static struct result make(void)
{
    struct result result = {.title = strdup("a title"),
                            .history = strdup("zhol run t -n 40 --seed 18446744073709551615"),
                            .source = strdup("zhol test"),
                            .scenario = strdup("scenario: t\n"),
                            .seed = UINT64_MAX,
                            .replications = REPLICATIONS,
                            .rng = strdup("philox"),
                            .arithmetic = strdup("fma test"),
                            .memory = 1u << 20,
                            .prices = strdup("constant 2019 USD"),
                            .exact_quantiles = true,
                            .calendar = {.base = 2019 * 12 + 6, .start = 2020 * 12, .months = 24},
                            .years = YEARS,
                            .quantiles = QUANTILES};
    add_outcome(&result, &level, "drivers.sea-level", "m", "level of driver sea-level");
    add_outcome(&result, &worth, "fiscal.worth", "USD/yr", "worth of the revenue");
    add_outcome(&result, &rate, "flows.f.demand", "t/yr", "demand of flow f");
    add_outcome(&result, &happened, "thresholds.jam", "1", "whether jam happened");
    add_outcome(&result, &passage, "thresholds.jam.first-passage", "mo", "month in which jam first happened");
    result.probability = calloc(QUANTILES, sizeof *result.probability);
    result.probability[0] = 0.01;
    result.probability[1] = 0.5;
    result.levels = LEVELS;
    result.level = calloc(LEVELS, sizeof *result.level);
    result.level[0] = 0.1;
    result.level[1] = 0.9;
    result.cvar = calloc(CELLS * LEVELS, sizeof *result.cvar);
    result.moments = calloc(CELLS, sizeof *result.moments);
    result.quantile = calloc(CELLS * QUANTILES, sizeof *result.quantile);
    result.annual_saved = calloc(OUTCOMES, sizeof *result.annual_saved);
    result.annual_saved[WORTH] = true; /* all that was asked for, but it has no years */
    result.annual_saved[RATE] = true;
    ck_assert_ptr_null(samples_init(&result.samples, REPLICATIONS, CELLS, 1));
    for (size_t c = 0; c < CELLS; c++) {
        double value[REPLICATIONS];
        float work[REPLICATIONS];
        for (size_t r = 0; r < REPLICATIONS; r++) {
            value[r] = value_of(c, r);
            result.samples.value[c * REPLICATIONS + r] = (float)value[r];
        }
        result.moments[c] = moments_of(REPLICATIONS, value, NULL);
        const struct quantiles_asked asked = {QUANTILES, result.probability, LEVELS, result.level};
        quantiles_and_tails(REPLICATIONS, result.samples.value + c * REPLICATIONS, work, &asked,
                            result.quantile + c * QUANTILES, result.cvar + c * LEVELS);
    }
    for (size_t r = 0; r < REPLICATIONS; r++) result.samples.input[r] = 0.5 * (double)r;
    result.input = calloc(1, sizeof *result.input);
    result.input[0] =
        (struct result_input){strdup("drivers.sea-level.drift"), strdup("m/yr"), strdup("drift as drawn")};
    result.invalid = calloc(1, sizeof *result.invalid);
    result.invalid[0] = (struct invalid_replication){.replication = 17, .month = 3, .cause = 1};
    result.invalids = 1;
    result.cause = calloc(2, sizeof *result.cause);
    result.cause[0] = strdup("drivers.sea-level");
    result.cause[1] = strdup("flows.f.demand");
    result.causes = 2;
    return result;
}

/* A path in a new folder. */
static void temporary_path(char path[128], const char *name)
{
    char folder[] = "/tmp/zhol-test-XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, 128, "%s/%s", folder, name);
}

static void forget(const char *path)
{
    char folder[128];
    unlink(path);
    strcpy(folder, path);
    *strrchr(folder, '/') = '\0';
    ck_assert_int_eq(rmdir(folder), 0); /* fails if anything else was left there */
}

static void write_to(const char *path)
{
    struct result result = make();
    struct fault *fault = result_write(&result, path, false, 1);
    ck_assert_msg(fault == NULL, "%s", fault == NULL ? "" : fault->sentence);
    result_free(&result);
}

/* A year of the outcome that has none. */
static bool is_no_cell(size_t cell)
{
    return cell / PERIODS == WORTH && cell % PERIODS != YEARS;
}

START_TEST(what_is_written_is_read_back)
{
    char path[128];
    struct result made = make(), read;
    temporary_path(path, "a.h5");
    write_to(path);
    struct fault *fault = result_read(path, true, &read);
    ck_assert_msg(fault == NULL, "%s", fault == NULL ? "" : fault->sentence);
    ck_assert_str_eq(read.title, made.title);
    ck_assert_str_eq(read.history, made.history);
    ck_assert_str_eq(read.scenario, made.scenario);
    ck_assert_str_eq(read.prices, made.prices);
    ck_assert_uint_eq(read.seed, UINT64_MAX);
    ck_assert_uint_eq(read.replications, REPLICATIONS);
    ck_assert_mem_eq(&read.calendar, &made.calendar, sizeof read.calendar);
    ck_assert_uint_eq(read.outcomes.count, OUTCOMES);
    ck_assert_str_eq(read.outcomes.item[0].path, "drivers.sea-level");
    ck_assert_str_eq(read.outcomes.item[0].long_name, "level of driver sea-level");
    ck_assert_str_eq(read.outcomes.item[0].title, "Level of driver sea-level");
    ck_assert(!read.untitled);
    ck_assert_str_eq(read.outcomes.item[RATE].unit, "t/yr");
    ck_assert_str_eq(read.outcomes.item[RATE].total, "t");
    ck_assert(!read.outcomes.item[RATE].kind->headline && !read.outcomes.item[RATE].kind->horizon_only);
    ck_assert_int_eq(read.outcomes.item[RATE].kind->subject, SUBJECT_FLOWS);
    ck_assert_uint_eq(read.outcomes.item[RATE].kind->rank, 10);
    ck_assert(read.outcomes.item[RATE].kind->account && read.outcomes.item[RATE].kind->main == MAIN_NOT);
    ck_assert_int_eq(read.outcomes.item[WORTH].kind->subject, SUBJECT_FISCAL);
    ck_assert_int_eq(read.outcomes.item[WORTH].kind->main, MAIN_ALWAYS);
    for (size_t c = 0; c < CELLS; c++) {
        if (is_no_cell(c)) continue;
        ck_assert_double_eq(read.moments[c].count, made.moments[c].count);
        if (made.moments[c].count < REPLICATIONS) continue; /* see probabilities_are_read_back_with_their_bounds */
        ck_assert_double_eq(read.moments[c].mean, made.moments[c].mean);
        ck_assert_double_eq(read.moments[c].min, made.moments[c].min);
        ck_assert_double_eq(read.moments[c].max, made.moments[c].max);
        ck_assert_double_eq_tol(moments_sd(&read.moments[c]), moments_sd(&made.moments[c]), 1e-14);
        if (made.moments[c].m2 > 0) /* else there is none */
            ck_assert_double_eq_tol(moments_kurtosis(&read.moments[c]), moments_kurtosis(&made.moments[c]), 1e-13);
        ck_assert_mem_eq(read.quantile + c * QUANTILES, made.quantile + c * QUANTILES,
                         QUANTILES * sizeof *made.quantile);
        ck_assert_mem_eq(read.cvar + c * LEVELS, made.cvar + c * LEVELS, LEVELS * sizeof *made.cvar);
    }
    ck_assert_uint_eq(read.levels, LEVELS);
    ck_assert_mem_eq(read.level, made.level, LEVELS * sizeof *made.level);
    ck_assert(isinf(read.quantile[0].low)); /* 1 % of 40 replications: nothing is known below */
    const size_t first = RATE * PERIODS * REPLICATIONS;
    ck_assert_mem_eq(read.samples.value + first, made.samples.value + first,
                     PERIODS * REPLICATIONS * sizeof *made.samples.value);
    ck_assert(isnan(read.samples.value[0])); /* the years of an outcome that was not saved */
    ck_assert_mem_eq(read.samples.value + YEARS * REPLICATIONS, made.samples.value + YEARS * REPLICATIONS,
                     REPLICATIONS * sizeof(float));
    result_free(&made);
    result_free(&read);
    forget(path);
}
END_TEST

/* The labels of a dataset, each with a space after it. */
static void assert_texts(hid_t file, const char *name, size_t count, const char *expected)
{
    struct reader reader = {.path = "the file", .file = file};
    struct reader_texts texts;
    char found[400] = "";
    ck_assert_ptr_null(reader_texts(&reader, name, &texts));
    ck_assert_uint_eq(texts.count, count);
    for (size_t i = 0; i < texts.count; i++) {
        strcat(found, texts.text[i]);
        strcat(found, " ");
    }
    ck_assert_str_eq(found, expected);
    reader_texts_free(&texts);
}

static struct probability_estimate probability_at(const struct result *result, size_t cell)
{
    const struct dataset_cell of = result_cell(result, cell / PERIODS, cell % PERIODS);
    return dataset_probability(&of);
}

static void assert_probability(const struct result *result, size_t cell, double hits, double n)
{
    const struct probability_estimate found = probability_at(result, cell), expected = probability_of(hits, n);
    ck_assert_mem_eq(&found, &expected, sizeof found);
}

START_TEST(probabilities_are_read_back_with_their_bounds)
{
    char path[128];
    struct result made = make(), read;
    double low[2], high[2], points[OUTCOMES][2];
    temporary_path(path, "a.h5");
    write_to(path);
    ck_assert_ptr_null(result_read(path, false, &read));
    ck_assert_int_eq(read.outcomes.item[HAPPENED].kind->chance, CHANCE_MEAN);
    ck_assert(read.outcomes.item[HAPPENED].kind->headline);
    ck_assert_int_eq(read.outcomes.item[PASSAGE].kind->chance, CHANCE_DEFINED);
    ck_assert_int_eq(read.outcomes.item[RATE].kind->chance, CHANCE_NONE);
    ck_assert_double_nan(probability_at(&read, RATE * PERIODS).estimate);
    assert_probability(&made, HAPPENED * PERIODS, 0, REPLICATIONS);
    assert_probability(&made, PASSAGE * PERIODS + 1, 4, REPLICATIONS);
    /* as read, one of the 40 replications is invalid: it is in no count */
    assert_probability(&read, HAPPENED * PERIODS + 1, 4, REPLICATIONS);
    assert_probability(&read, PASSAGE * PERIODS, 0, REPLICATIONS - 1);
    assert_probability(&read, PASSAGE * PERIODS + YEARS, 4, REPLICATIONS - 1);
    const hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    ck_assert(file >= 0);
    assert_texts(file, "horizon/threshold", 2, "thresholds.jam thresholds.jam.first-passage ");
    ck_assert(H5LTread_dataset_double(file, "horizon/probability_low", low) >= 0);
    ck_assert(H5LTread_dataset_double(file, "horizon/probability_high", high) >= 0);
    ck_assert_double_eq(low[0], probability_of(4, REPLICATIONS).low);
    ck_assert_double_eq(high[0], probability_of(4, REPLICATIONS).high);
    ck_assert(H5LTread_dataset_double(file, "horizon/cvar_points", points[0]) >= 0);
    ck_assert(points[RATE][0] == 4 && points[RATE][1] == 4);
    ck_assert(H5Fclose(file) >= 0);
    result_free(&made);
    result_free(&read);
    forget(path);
}
END_TEST

START_TEST(a_head_says_what_it_is_of_and_which_years_are_saved)
{
    char path[128];
    struct result made = make(), head;
    bool ours = false;
    temporary_path(path, "a.h5");
    write_to(path);
    ck_assert_ptr_null(result_read_head(path, &ours, &head));
    ck_assert(ours);
    ck_assert_str_eq(head.scenario, made.scenario);
    ck_assert_uint_eq(head.memory, made.memory);
    ck_assert_uint_eq(head.outcomes.count, OUTCOMES);
    ck_assert(!head.annual_saved[LEVEL] && !head.annual_saved[WORTH] && head.annual_saved[RATE]);
    ck_assert_uint_eq(head.samples.count, 0);
    ck_assert_ptr_null(head.moments);
    result_free(&made);
    result_free(&head);
    forget(path);
}
END_TEST

START_TEST(an_outline_says_what_can_be_compared)
{
    char path[128];
    struct result made = make(), outline;
    temporary_path(path, "a.h5");
    write_to(path);
    ck_assert_ptr_null(result_read_outline(path, &outline));
    ck_assert_uint_eq(outline.seed, UINT64_MAX);
    ck_assert_uint_eq(outline.replications, REPLICATIONS);
    ck_assert_str_eq(outline.rng, "philox");
    ck_assert_uint_eq(outline.outcomes.count, OUTCOMES);
    ck_assert_uint_eq(outline.quantiles, made.quantiles);
    ck_assert_mem_eq(outline.probability, made.probability, made.quantiles * sizeof *made.probability);
    ck_assert_uint_eq(outline.levels, made.levels);
    ck_assert_uint_eq(outline.invalids, made.invalids);
    for (size_t i = 0; i < made.invalids; i++)
        ck_assert_uint_eq(outline.invalid[i].replication, made.invalid[i].replication);
    ck_assert(outline.horizon_saved[LEVEL] && !outline.annual_saved[LEVEL] && outline.annual_saved[RATE]);
    result_free(&outline);
    result_free(&made);
    forget(path);
}
END_TEST

START_TEST(an_outcome_of_the_whole_horizon_is_in_no_group_of_years)
{
    static const char with_years[] = "drivers.sea-level flows.f.demand thresholds.jam thresholds.jam.first-passage ",
                      all[] = "drivers.sea-level fiscal.worth flows.f.demand thresholds.jam "
                              "thresholds.jam.first-passage ";
    char path[128];
    temporary_path(path, "a.h5");
    write_to(path);
    const hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    ck_assert(file >= 0);
    assert_texts(file, "annual/outcome", OUTCOMES - 1, with_years);
    assert_texts(file, "horizon/outcome", OUTCOMES, all);
    assert_texts(file, "annual/units", OUTCOMES - 1, "m t/yr 1 mo ");
    assert_texts(file, "horizon/units", OUTCOMES, "m USD t 1 mo ");
    assert_texts(file, "samples/annual/outcome", 1, "flows.f.demand ");
    assert_texts(file, "samples/horizon/outcome", OUTCOMES, all);
    ck_assert(H5Fclose(file) >= 0);
    forget(path);
}
END_TEST

START_TEST(an_outcome_of_the_whole_horizon_is_read_back)
{
    char path[128];
    struct result read;
    temporary_path(path, "a.h5");
    write_to(path);
    ck_assert_ptr_null(result_read(path, true, &read));
    const struct outcome *outcome = &read.outcomes.item[WORTH];
    ck_assert_str_eq(outcome->path, "fiscal.worth");
    ck_assert_str_eq(outcome->total, "USD");
    ck_assert_int_eq(outcome->kind->rule, OUTCOME_SUM);
    ck_assert(outcome->kind->headline && outcome->kind->horizon_only);
    ck_assert(!read.annual_saved[WORTH] && read.annual_saved[RATE]);
    for (size_t c = WORTH * PERIODS; c < WORTH * PERIODS + YEARS; c++) {
        ck_assert_double_eq(read.moments[c].count, 0.0);
        ck_assert_double_nan(read.moments[c].mean);
        ck_assert_double_nan(read.quantile[c * QUANTILES].estimate);
        for (size_t r = 0; r < REPLICATIONS; r++) ck_assert(isnan(read.samples.value[c * REPLICATIONS + r]));
    }
    const size_t horizon = WORTH * PERIODS + YEARS;
    for (size_t r = 0; r < REPLICATIONS; r++)
        ck_assert(read.samples.value[horizon * REPLICATIONS + r] == (float)value_of(horizon, r));
    result_free(&read);
    forget(path);
}
END_TEST

/* A result whose quantiles come from sketches: of the rate all samples are kept, of the worth those over the horizon.
 */
static struct result make_sketched(void)
{
    static const bool keep[CELLS] = {[WORTH * PERIODS + YEARS] = true,
                                     [RATE * PERIODS] = true,
                                     [RATE * PERIODS + 1] = true,
                                     [RATE * PERIODS + YEARS] = true};
    struct result result = make();
    struct samples some;
    result.exact_quantiles = false;
    result.quantile_error = 1.0 / 257.0;
    ck_assert_ptr_null(samples_init_some(&some, REPLICATIONS, CELLS, keep, 1));
    for (size_t c = 0; c < CELLS; c++)
        for (size_t r = 0; r < REPLICATIONS && keep[c]; r++) samples_of(&some, c)[r] = (float)value_of(c, r);
    for (size_t r = 0; r < REPLICATIONS; r++) some.input[r] = 0.5 * (double)r;
    samples_free(&result.samples);
    result.samples = some;
    return result;
}

START_TEST(of_a_sketched_result_the_error_and_the_samples_that_were_kept_are_read_back)
{
    char path[128];
    struct result made = make_sketched(), read;
    temporary_path(path, "a.h5");
    ck_assert_ptr_null(result_write(&made, path, false, 1));
    ck_assert_ptr_null(result_read(path, true, &read));
    ck_assert(!read.exact_quantiles && read.quantile_error == 1.0 / 257.0);
    ck_assert(!read.horizon_saved[LEVEL] && read.horizon_saved[WORTH] && read.horizon_saved[RATE]);
    ck_assert(!read.annual_saved[LEVEL] && !read.annual_saved[WORTH] && read.annual_saved[RATE]);
    for (size_t c = 0; c < CELLS; c++) {
        const float *was = samples_of(&made.samples, c), *is = samples_of(&read.samples, c);
        ck_assert_int_eq(was == NULL, is == NULL);
        if (was != NULL) ck_assert_mem_eq(is, was, REPLICATIONS * sizeof *was);
    }
    result_free(&read);
    result_free(&made);
    forget(path);
}
END_TEST

START_TEST(a_sketched_result_without_samples_is_read_back_and_shown_as_such)
{
    char path[128], *text = NULL;
    size_t size = 0;
    struct result made = make_sketched(), read;
    for (size_t i = 0; i < made.samples.inputs; i++) {
        free(made.input[i].path);
        free(made.input[i].unit);
        free(made.input[i].long_name);
    }
    samples_free(&made.samples);
    temporary_path(path, "a.h5");
    ck_assert_ptr_null(result_write(&made, path, false, 1));
    ck_assert_ptr_null(result_read(path, true, &read));
    ck_assert_uint_eq(read.samples.count, 0);
    ck_assert(!read.annual_saved[RATE] && !read.horizon_saved[RATE]);
    FILE *to = open_memstream(&text, &size);
    ck_assert_ptr_nonnull(to);
    ck_assert_ptr_null(table_account(&read, 0, true, to));
    ck_assert_int_eq(fclose(to), 0);
    ck_assert_ptr_nonnull(strstr(text, "quantiles: within 0.39 %, because the samples were more than --memory"));
    free(text);
    result_free(&read);
    result_free(&made);
    forget(path);
}
END_TEST

/* How often `part` stands in the text. */
static int occurrences(const char *text, const char *part)
{
    int count = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part)) count++;
    return count;
}

typedef struct fault *table(const struct result *, const char *const[], size_t, int, FILE *);

static char *table_text(table *print, const struct result *result, const char *pattern, int year)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    ck_assert_ptr_nonnull(to);
    ck_assert_ptr_null(print(result, &pattern, 1, year, to));
    ck_assert_int_eq(fclose(to), 0);
    return text;
}

static void assert_shown(char *text, const char *part, int count)
{
    ck_assert_msg(occurrences(text, part) == count, "'%s' stands %d times in\n%s", part, occurrences(text, part), text);
}

/* Every row but the head ends with the number, to the last bit. */
/* The last number of each row, before its title. */
static void assert_ends(const char *text, double number)
{
    for (const char *row = strchr(text, '\n') + 1; *row != '\0';) {
        const char *end = strchr(row, '\n'), *comma = end;
        while (*comma != ',') comma--;
        for (comma--; *comma != ',';) comma--;
        ck_assert_double_eq(strtod(comma + 1, NULL), number);
        row = end + 1;
    }
}

START_TEST(tables_show_it_over_the_horizon_only)
{
    struct result made = make();
    char *text = table_text(table_show, &made, "*", 0);
    assert_shown(text, "Worth of the revenue (fiscal.worth), USD; over the whole horizon only\n", 1);
    /* the values and the tails of each, but for a probability, which has a row alone, and for what never happened */
    assert_shown(text, "\n  2020 ", 6);
    assert_shown(text, "\n  horizon ", 2 * OUTCOMES - 1);
    free(text);
    text = table_text(table_csv, &made, "*", 0);
    assert_shown(text, "\nfiscal.worth,", 1);
    assert_shown(text, "\nfiscal.worth,horizon,,USD,40,", 1);
    assert_shown(text, "\nflows.f.demand,", PERIODS);
    free(text);
    text = table_text(table_show, &made, "*", 2021);
    assert_shown(text, "fiscal.worth", 0);
    assert_shown(text, "(flows.f.demand), ", 1);
    free(text);
    text = table_text(table_csv, &made, "*", 2021);
    assert_shown(text, "fiscal.worth", 0);
    assert_shown(text, "\nflows.f.demand,annual,2021,t/yr,", 1);
    free(text);
    result_free(&made);
}
END_TEST

START_TEST(tables_show_probabilities_with_wilson_bounds_and_the_means_of_tails)
{
    struct result made = make();
    char line[256];
    char *text = table_text(table_show, &made, "*", 0);
    const struct probability_estimate never = probability_of(0, REPLICATIONS), some = probability_of(4, REPLICATIONS);
    snprintf(line, sizeof line, "\n  2020     %9.4g %%   %.3g to %.3g %%\n", 0.0, 0.0, 100 * never.high);
    assert_shown(text, line, 1);
    snprintf(line, sizeof line, "\n  horizon  %9.4g %%   %.3g to %.3g %%\n", 10.0, 100 * some.low, 100 * some.high);
    assert_shown(text, line, 1);
    assert_shown(text, " in no future ", 1);
    snprintf(line, sizeof line, "  0 %% (0 to %.3g)\n", 100 * never.high);
    assert_shown(text, line, 1);
    snprintf(line, sizeof line, "  10 %% (%.3g to %.3g)\n", 100 * some.low, 100 * some.high);
    assert_shown(text, line, 2);
    assert_shown(text, "  mean of the least or greatest part of futures (CVaR)", OUTCOMES - 1);
    /* the demand of the horizon: 900 .. 939, of which the least and the greatest 4 */
    const struct cvar_estimate *cvar = made.cvar + (RATE * PERIODS + YEARS) * LEVELS;
    char value[2][READABLE_NUMBER], error[2][READABLE_NUMBER];
    readable_pair(901.5, 1.96 * cvar[0].standard_error, value[0], error[0]);
    readable_pair(937.5, 1.96 * cvar[1].standard_error, value[1], error[1]);
    snprintf(line, sizeof line, "\n  horizon  %8s ± %-7s %8s ± %s\n", value[0], error[0], value[1], error[1]);
    assert_shown(text, line, 1);
    free(text);
    text = table_text(table_csv, &made, "thresholds.*", 2021);
    assert_shown(text, ",cvar_lower_0.9,cvar_upper_0.9,cvar_standard_error_lower_0.9,cvar_standard_error_upper_0.9,",
                 1);
    assert_shown(text, ",probability,probability_low,probability_high,title\n", 1);
    assert_ends(text, some.high);
    free(text);
    text = table_text(table_csv, &made, "flows.f.demand", 0);
    assert_shown(text, ",,,,Demand of flow f\n", PERIODS);
    free(text);
    result_free(&made);
}
END_TEST

START_TEST(an_account_gives_a_probability_the_bounds_of_wilson)
{
    struct result made = make();
    char *text = NULL, line[128];
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    ck_assert_ptr_nonnull(to);
    ck_assert_ptr_null(table_account(&made, 2020, true, to));
    ck_assert_int_eq(fclose(to), 0);
    assert_shown(text, "\nWhat happens, and how probably: the bounds are those of the simulation's error, 95 %\n", 1);
    snprintf(line, sizeof line, " 0 to %-7.3g %%\n", 100 * probability_of(0, REPLICATIONS).high);
    assert_shown(text, line, 1);
    free(text);
    result_free(&made);
}
END_TEST

START_TEST(a_year_of_it_cannot_be_asked_for)
{
    const char *const pattern = "fiscal.*";
    struct result made = make();
    FILE *to = fopen("/dev/null", "w");
    ck_assert_ptr_nonnull(to);
    struct fault *fault = table_csv(&made, &pattern, 1, 2021, to);
    ck_assert_ptr_nonnull(fault);
    ck_assert_int_eq(fault->code, FAULT_USAGE);
    ck_assert_str_eq(fault->sentence, "'fiscal.*' has a value over the whole horizon only; leave out --year");
    fault_free(fault);
    ck_assert_int_eq(fclose(to), 0);
    result_free(&made);
}
END_TEST

START_TEST(an_account_says_what_is_of_the_whole_horizon)
{
    struct result made = make();
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    ck_assert_ptr_nonnull(to);
    ck_assert_ptr_null(table_account(&made, 2020, true, to));
    ck_assert_ptr_null(table_list(&made, to));
    ck_assert_int_eq(fclose(to), 0);
    assert_shown(text, "\n  over the whole horizon:\n", 1);
    assert_shown(text, "\nfiscal.worth: Worth of the revenue, USD; over the whole horizon only\n", 1);
    const struct moments *worth_of = &made.moments[WORTH * PERIODS + YEARS];
    char value[READABLE_NUMBER], error[READABLE_NUMBER], mean[2 * READABLE_NUMBER + 8];
    readable_pair(worth_of->mean, 1.959963984540054 * moments_standard_error(worth_of), value, error);
    snprintf(mean, sizeof mean, " %s ± %s ", value, error);
    assert_shown(text, mean, 1);
    free(text);
    result_free(&made);
}
END_TEST

/* Between a thousand and a thousand million cubic metres there is no unit. */
START_TEST(an_amount_is_in_the_unit_that_suits_it)
{
    static const struct {
        double amount;
        const char *unit, *text;
    } cases[] = {{2.5e9, "USD", "2.5 GUSD"},
                 {999.0, "t", "999 t"},
                 {730.5, "train/yr", "2 train/d"},
                 {9000.0, "kcm/yr", "9000 kcm/yr"},
                 {135396.0, "kcm/yr", "0.1354 bcm/yr"},
                 {2e6, "kcm", "2 bcm"},
                 {1e5, "USD/kcm", "100 kUSD/kcm"},
                 {0.0, "1", "0"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[READABLE_AMOUNT];
        readable_amount(cases[i].amount, cases[i].unit, text);
        ck_assert_str_eq(text, cases[i].text);
    }
}
END_TEST

/* Lines have titles or names; what is longer than its column has a line of its own, and characters are counted, not bytes. */
START_TEST(an_account_has_titles_or_names)
{
    for (int names = 0; names < 2; names++) {
        struct result made = make();
        char *text = NULL;
        size_t size = 0;
        FILE *to = open_memstream(&text, &size);
        ck_assert_ptr_nonnull(to);
        ck_assert_ptr_null(outcome_entitle(&made.outcomes.item[0], "Каспий: уровень"));
        ck_assert_ptr_null(
            outcome_entitle(&made.outcomes.item[WORTH], "The worth of all that the country has and had"));
        ck_assert_ptr_null(table_account(&made, 2020, names == 1, to));
        ck_assert_int_eq(fclose(to), 0);
        assert_shown(text, "\n  The worth of all that the country has and had\n                                     ",
                     1 - names);
        assert_shown(text, "\n  worth                              ", names);
        assert_shown(text, "Names to type in place of titles: --names\n", 1 - names);
        free(text);
        result_free(&made);
    }
    ck_assert_uint_eq(readable_columns("Каспий: уровень"), 15);
}
END_TEST

START_TEST(numbers_beside_0_are_0)
{
    static const struct {
        double value, error;
        const char *of_value, *of_error;
    } cases[] = {{-2.2e-6, 5e-6, "0", "<0.0001"},         {-1.7e-6, 8.4e-7, "-1.7e-06", "8.4e-07"},
                 {-0.0001, 0.011, "0.000", "0.011"},      {0.0, 0.0, "0", "0"},
                 {0.01212, 0.00002, "0.012120", "2e-05"}, {1.2345, 0.0067, "1.2345", "0.0067"},
                 {-19.81, 2.2, "-19.8", "2.2"},           {264.4, 516.0, "264", "520"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char value[READABLE_NUMBER], error[READABLE_NUMBER];
        readable_pair(cases[i].value, cases[i].error, value, error);
        ck_assert_str_eq(value, cases[i].of_value);
        ck_assert_str_eq(error, cases[i].of_error);
    }
    ck_assert_double_eq(readable_beside(1e-5, 1.0), 0.0);
    ck_assert_double_eq(readable_beside(-0.5, 1.0), -0.5);
}
END_TEST

static char *bytes_of(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    struct stat status;
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(stat(path, &status), 0);
    *length = (size_t)status.st_size;
    char *bytes = malloc(*length);
    ck_assert_uint_eq(fread(bytes, 1, *length, file), *length);
    fclose(file);
    return bytes;
}

START_TEST(equal_results_are_equal_bytes)
{
    char a[128], b[128];
    size_t first, second;
    temporary_path(a, "a.h5");
    temporary_path(b, "another-name.h5");
    write_to(a);
    sleep(1); /* a clock in the file would show */
    write_to(b);
    char *x = bytes_of(a, &first), *y = bytes_of(b, &second);
    ck_assert_uint_eq(first, second);
    ck_assert_int_eq(memcmp(x, y, first), 0);
    free(x);
    free(y);
    forget(a);
    forget(b);
}
END_TEST

START_TEST(a_compressed_result_says_the_same_and_says_that_it_is)
{
    char plain[128], small[128];
    struct result made = make(), one, other;
    bool ours;
    temporary_path(plain, "a.h5");
    temporary_path(small, "b.h5");
    write_to(plain);
    made.compressed = true;
    ck_assert_ptr_null(result_write(&made, small, false, 2));
    ck_assert_ptr_null(result_read(plain, true, &one));
    ck_assert_ptr_null(result_read(small, true, &other)); /* which checks the SHA-256 of its content */
    const size_t values = PERIODS * REPLICATIONS;
    ck_assert_mem_eq(one.samples.value + RATE * values, other.samples.value + RATE * values,
                     values * sizeof *one.samples.value);
    ck_assert(!one.compressed && other.compressed);
    result_free(&one);
    result_free(&other);
    ck_assert_ptr_null(result_read_head(small, &ours, &other));
    ck_assert(other.compressed);
    result_free(&other);
    result_free(&made);
    forget(plain);
    forget(small);
}
END_TEST

START_TEST(a_file_is_replaced_only_by_force)
{
    char path[128];
    struct result result = make(), read;
    temporary_path(path, "a.h5");
    write_to(path);
    struct fault *fault = result_write(&result, path, false, 1);
    ck_assert_ptr_nonnull(fault);
    ck_assert_int_eq(fault->code, FAULT_USAGE);
    ck_assert_ptr_nonnull(strstr(fault->sentence, "is there already; use --force to replace it"));
    fault_free(fault);
    free(result.title);
    result.title = strdup("another");
    ck_assert_ptr_null(result_write(&result, path, true, 1));
    ck_assert_ptr_null(result_read(path, false, &read));
    ck_assert_str_eq(read.title, "another");
    ck_assert_uint_eq(read.samples.count, 0);
    result_free(&result);
    result_free(&read);
    forget(path);
}
END_TEST

static void assert_no_result(const char *path, bool ours, const char *sentence)
{
    struct result read;
    struct fault *fault = result_read(path, false, &read);
    ck_assert_ptr_nonnull(fault);
    ck_assert_int_eq(fault->code, FAULT_FILES);
    ck_assert_msg(strstr(fault->sentence, sentence) != NULL, "%s", fault->sentence);
    fault_free(fault);
    result_free(&read);
    bool called = false;
    fault = result_read_head(path, &called, &read);
    ck_assert_ptr_nonnull(fault);
    ck_assert_msg(strstr(fault->sentence, sentence) != NULL, "%s", fault->sentence);
    ck_assert_int_eq(called, ours);
    fault_free(fault);
    result_free(&read);
}

/* Changes an attribute of the root, or deletes it where `value` is negative. */
static void spoil(const char *path, const char *name, int value)
{
    const hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    ck_assert(file >= 0);
    if (value < 0) {
        ck_assert(H5Adelete(file, name) >= 0);
    } else {
        const hid_t attribute = H5Aopen(file, name, H5P_DEFAULT);
        ck_assert(H5Awrite(attribute, H5T_NATIVE_INT, &value) >= 0);
        ck_assert(H5Aclose(attribute) >= 0);
    }
    ck_assert(H5Fclose(file) >= 0);
}

START_TEST(nothing_else_passes_for_a_result)
{
    static const struct {
        const char *name;
        int value;
        bool ours;
        const char *sentence;
    } spoilt[] = {{"complete", 0, true, "is not a complete result"},
                  {"complete", -1, true, "is not a complete result: the attribute 'complete' is missing"},
                  {"zhol_schema", -1, false, "is not a result of zhol: the attribute zhol_schema is missing"},
                  {"zhol_schema", 99, true, "has the result format 99; this zhol reads 2"},
                  {"months", 12, true, "is damaged: its content does not have the SHA-256 that it states"},
                  {"title", -1, true, "is damaged"}};
    char path[128];
    temporary_path(path, "a.h5");
    assert_no_result(path, false, "cannot be read: No such file or directory");
    FILE *file = fopen(path, "w");
    fputs("not HDF5 at all\n", file);
    fclose(file);
    assert_no_result(path, false, "is not a result of zhol: HDF5 cannot open it");
    unlink(path);
    for (size_t i = 0; i < sizeof spoilt / sizeof *spoilt; i++) {
        write_to(path);
        spoil(path, spoilt[i].name, spoilt[i].value);
        assert_no_result(path, spoilt[i].ours, spoilt[i].sentence);
        unlink(path);
    }
    write_to(path);
    forget(path);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("result");
    TCase *facts = tcase_create("facts");
    tcase_add_test(facts, what_is_written_is_read_back);
    tcase_add_test(facts, probabilities_are_read_back_with_their_bounds);
    tcase_add_test(facts, a_head_says_what_it_is_of_and_which_years_are_saved);
    tcase_add_test(facts, an_outline_says_what_can_be_compared);
    tcase_add_test(facts, of_a_sketched_result_the_error_and_the_samples_that_were_kept_are_read_back);
    tcase_add_test(facts, a_sketched_result_without_samples_is_read_back_and_shown_as_such);
    tcase_add_test(facts, an_outcome_of_the_whole_horizon_is_in_no_group_of_years);
    tcase_add_test(facts, an_outcome_of_the_whole_horizon_is_read_back);
    tcase_add_test(facts, tables_show_it_over_the_horizon_only);
    tcase_add_test(facts, tables_show_probabilities_with_wilson_bounds_and_the_means_of_tails);
    tcase_add_test(facts, an_account_gives_a_probability_the_bounds_of_wilson);
    tcase_add_test(facts, a_year_of_it_cannot_be_asked_for);
    tcase_add_test(facts, an_account_says_what_is_of_the_whole_horizon);
    tcase_add_test(facts, an_account_has_titles_or_names);
    tcase_add_test(facts, an_amount_is_in_the_unit_that_suits_it);
    tcase_add_test(facts, numbers_beside_0_are_0);
    tcase_add_test(facts, equal_results_are_equal_bytes);
    tcase_add_test(facts, a_compressed_result_says_the_same_and_says_that_it_is);
    tcase_add_test(facts, a_file_is_replaced_only_by_force);
    tcase_add_test(facts, nothing_else_passes_for_a_result);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
