/* tests/models/test_projects.c -- what projects spend, when they are complete, what their loans cost, and the laws of
 * overruns (models/policy/projects.h).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/models/support.h"

#include <check.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A project alone, with a store of its own; x, start and acts as policies hold them. */
struct bench {
    struct store *store;
    struct arena arena;
    struct rows *rows;
    struct project project;
    struct stream_state fail;
    _Alignas(LANES_ALIGNMENT) double x[PROJECT_ROWS][LANES], start[LANES], acts[LANES], complete[LANES];
};

/* What the quantities of a project are; an empty text: none. */
struct terms {
    const char *build, *cost, *upkeep, *life, *probability, *share_spent;
    const char *share, *rate, *inflation; /* of a loan */
    int maturity, grace;
};

static int slot_of(struct store *store, struct units *units, const char *name, const char *text)
{
    struct quantity quantity;
    int slot = -1;
    if (text == NULL) return -1;
    ck_assert_ptr_null(quantity_read(units, text, "", &quantity));
    ck_assert_ptr_null(store_add(store, name, "", &quantity, &slot));
    return slot;
}

/* The project of these terms; lane l starts in the month `start` + l * `step`. */
static void bench_open(struct bench *bench, const struct terms *terms, double start, double step)
{
    struct units *units = NULL;
    *bench = (struct bench){.project = {.delay = -1, .overrun = -1}};
    ck_assert_ptr_null(units_open(&units));
    ck_assert_ptr_null(store_open(&bench->store));
    struct project *project = &bench->project;
    project->build = slot_of(bench->store, units, "build", terms->build);
    project->cost = slot_of(bench->store, units, "cost", terms->cost);
    project->upkeep = slot_of(bench->store, units, "upkeep", terms->upkeep);
    project->life = slot_of(bench->store, units, "life", terms->life == NULL ? "30" : terms->life);
    project->fails = terms->probability != NULL;
    project->fail_probability = slot_of(bench->store, units, "probability", terms->probability);
    project->fail_share = slot_of(bench->store, units, "share-spent", terms->share_spent);
    project->fail = stream_named(5, "fail", NULL);
    project->financed = terms->share != NULL;
    project->share = slot_of(bench->store, units, "share", terms->share);
    project->rate = slot_of(bench->store, units, "rate", terms->rate);
    project->inflation = slot_of(bench->store, units, "inflation", terms->inflation);
    project->maturity = terms->maturity;
    project->grace = terms->grace;
    units_close(units);
    ck_assert_ptr_null(store_seal(bench->store, 5, NULL));
    ck_assert_ptr_null(rows_open(bench->store, &bench->arena, &bench->rows));
    ck_assert_ptr_null(stream_state_init(&project->fail, &bench->arena, &bench->fail));
    rows_start(bench->rows, 0);
    rows_step(bench->rows, 0);
    for (int l = 0; l < LANES; l++) bench->start[l] = start + l * step;
    project_start(project, bench->rows, &bench->fail, 0, false, bench->x);
    project_completion(project, (const double(*)[LANES])bench->x, bench->start, bench->complete);
}

static void bench_month(struct bench *bench, int month)
{
    for (int l = 0; l < LANES; l++) bench->acts[l] = month >= bench->complete[l] ? 1.0 : 0.0;
    project_step(&bench->project, bench->rows, bench->start, bench->acts, month, bench->x);
}

static double owed(struct bench *bench, int month, int lane)
{
    _Alignas(LANES_ALIGNMENT) double row[LANES];
    project_owed(&bench->project, bench->rows, (const double(*)[LANES])bench->x, bench->start, month, row);
    return row[lane];
}

static double residual(struct bench *bench, int months, int lane)
{
    _Alignas(LANES_ALIGNMENT) double row[LANES];
    project_residual(&bench->project, bench->rows, (const double(*)[LANES])bench->x, bench->complete, months, row);
    return row[lane];
}

static void bench_close(struct bench *bench)
{
    arena_free(&bench->arena);
    store_close(bench->store);
}

/* 3 s^2 - 2 s^3 between 0 and 1. */
static double curve(double s)
{
    const double part = fmin(fmax(s, 0.0), 1.0);
    return part * part * (3.0 - 2.0 * part);
}

/* ---- spending ---- */

/* A month's spending is C times a difference of shares, four roundings below C/2 ulp each; so are the sums. */
#define SPENDING(months, cost) (4.0 * (months)*DBL_EPSILON * (cost))

START_TEST(spending_follows_the_curve_and_sums_to_the_cost)
{
    enum { MONTHS = 96 };
    struct bench bench;
    bench_open(&bench, &(struct terms){.build = "uniform(0.3 60)", .cost = "uniform(1 1000)"}, 0.0, 1.0);
    for (int m = 0; m < MONTHS; m++) {
        bench_month(&bench, m);
        for (int l = 0; l < LANES; l++) {
            const double time = bench.x[PROJECT_TIME][l], cost = bench.x[PROJECT_COST][l];
            const double share = curve((m + 1 - bench.start[l]) / time);
            ck_assert_double_ge(bench.x[PROJECT_SPENT][l], 0.0);
            ck_assert_double_eq_tol(bench.x[PROJECT_TOTAL][l], share * cost, SPENDING(MONTHS, cost));
            ck_assert_double_eq(bench.x[PROJECT_OWN][l], bench.x[PROJECT_SPENT][l]);
            if (m < bench.start[l] || m >= bench.start[l] + time) ck_assert_double_eq(bench.x[PROJECT_SPENT][l], 0.0);
        }
    }
    for (int l = 0; l < LANES; l++) {
        ck_assert_double_ne(bench.x[PROJECT_TIME][l], bench.x[PROJECT_TIME][(l + 1) % LANES]);
        ck_assert_double_eq_tol(bench.x[PROJECT_TOTAL][l], bench.x[PROJECT_COST][l],
                                SPENDING(MONTHS, bench.x[PROJECT_COST][l]));
    }
    bench_close(&bench);
}
END_TEST

START_TEST(without_a_building_time_all_is_spent_in_the_month_of_the_start)
{
    struct bench bench;
    bench_open(&bench, &(struct terms){.cost = "70"}, 0.0, 1.0);
    for (int m = 0; m < 40; m++) {
        bench_month(&bench, m);
        for (int l = 0; l < LANES; l++) {
            ck_assert_double_eq(bench.complete[l], l);
            ck_assert_double_eq(bench.x[PROJECT_SPENT][l], m == l ? 70.0 : 0.0);
        }
    }
    bench_close(&bench);
}
END_TEST

START_TEST(completion_is_the_first_month_not_before_start_and_building_time)
{
    static const struct {
        const char *build;
        double start, complete;
    } expected[] = {{"12", 3, 15}, {"12.25", 3, 16}, {"0.2", 3, 4}, {"1", 0, 1}, {"36", -30, 6}, {"0.5", -30, -29}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        struct bench bench;
        bench_open(&bench, &(struct terms){.build = expected[i].build, .cost = "1"}, expected[i].start, 0.0);
        ck_assert_double_eq(bench.complete[0], expected[i].complete);
        int last = -1; /* month in which anything is spent */
        for (int m = 0; m < 60; m++) {
            bench_month(&bench, m);
            if (bench.x[PROJECT_SPENT][0] > 0.0) last = m;
        }
        if (expected[i].complete > 0) ck_assert_int_eq(last, (int)expected[i].complete - 1);
        bench_close(&bench);
    }
}
END_TEST

/* 30 x 1.1 is 33.000000000000004 in double precision. */
START_TEST(a_product_that_rounds_above_a_whole_month_is_that_month)
{
    struct bench bench;
    bench_open(&bench, &(struct terms){.build = "33.000000000000004", .cost = "1"}, 3.0, 0.0);
    ck_assert_double_gt(bench.x[PROJECT_TIME][0], 33.0);
    ck_assert_double_eq(bench.complete[0], 36.0);
    bench_close(&bench);
}
END_TEST

START_TEST(of_a_project_begun_before_the_run_what_is_spent_in_it_counts)
{
    struct bench bench;
    bench_open(&bench, &(struct terms){.build = "24", .cost = "100"}, -40.0, 1.0);
    for (int m = 0; m < 24; m++) bench_month(&bench, m);
    for (int l = 0; l < LANES; l++) {
        const double rest = 1.0 - curve((40.0 - l) / 24.0);
        ck_assert_double_eq_tol(bench.x[PROJECT_TOTAL][l], 100.0 * rest, SPENDING(24, 100.0));
    }
    ck_assert_double_eq(bench.x[PROJECT_TOTAL][0], 0.0); /* complete before the run */
    ck_assert_double_eq_tol(bench.x[PROJECT_TOTAL][28], 50.0, SPENDING(24, 100.0));
    bench_close(&bench);
}
END_TEST

START_TEST(a_failing_project_spends_its_share_and_is_never_complete)
{
    struct bench bench;
    bench_open(&bench,
               &(struct terms){.build = "18.5", .cost = "1000", .probability = "1", .share_spent = "uniform(0 1)"}, 2.0,
               0.0);
    for (int m = 0; m < 120; m++) {
        bench_month(&bench, m);
        for (int l = 0; l < LANES; l++) {
            const double most = bench.x[PROJECT_STOP][l], share = fmin(curve((m + 1 - 2.0) / 18.5), most);
            ck_assert_double_eq_tol(bench.x[PROJECT_TOTAL][l], 1000.0 * share, SPENDING(120, 1000.0));
        }
    }
    const double *share = rows_get(bench.rows, bench.project.fail_share);
    for (int l = 0; l < LANES; l++) {
        ck_assert_double_eq_tol(bench.x[PROJECT_TOTAL][l], 1000.0 * share[l], SPENDING(120, 1000.0));
        ck_assert(isinf(bench.complete[l]) && bench.complete[l] > 0.0);
        ck_assert_double_eq(residual(&bench, 120, l), 0.0);
    }
    bench_close(&bench);
}
END_TEST

START_TEST(a_project_that_fails_when_all_is_spent_fails_all_the_same)
{
    struct bench bench;
    bench_open(&bench, &(struct terms){.build = "6", .cost = "10", .probability = "1", .share_spent = "1"}, 0.0, 0.0);
    for (int m = 0; m < 12; m++) bench_month(&bench, m);
    ck_assert_double_eq_tol(bench.x[PROJECT_TOTAL][0], 10.0, SPENDING(12, 10.0));
    ck_assert(isinf(bench.complete[0]));
    ck_assert_double_eq(residual(&bench, 12, 0), 0.0);
    bench_close(&bench);
}
END_TEST

START_TEST(it_fails_with_its_probability_and_never_in_calm)
{
    enum { BLOCKS = 200, N = BLOCKS * LANES };
    struct bench bench;
    int failed = 0;
    bench_open(&bench, &(struct terms){.build = "6", .cost = "10", .probability = "0.3", .share_spent = "0.5"}, 0.0,
               0.0);
    for (int b = 0; b < BLOCKS; b++) {
        project_start(&bench.project, bench.rows, &bench.fail, (uint64_t)(b * LANES), false, bench.x);
        for (int l = 0; l < LANES; l++) failed += bench.x[PROJECT_STOP][l] <= 1.0;
    }
    ck_assert_double_eq_tol((double)failed / N, 0.3, 4.0 * sqrt(0.3 * 0.7 / N)); /* standard errors */
    project_start(&bench.project, bench.rows, &bench.fail, 0, true, bench.x);
    project_completion(&bench.project, (const double(*)[LANES])bench.x, bench.start, bench.complete);
    for (int l = 0; l < LANES; l++) ck_assert_double_eq(bench.complete[l], 6.0);
    bench_close(&bench);
}
END_TEST

START_TEST(what_is_left_falls_in_a_straight_line_from_completion)
{
    struct bench bench;
    /* lane l starts in month 4 l; at the end, in month 120, its age is 120 - 4 l - 6 months of 5 years */
    bench_open(&bench, &(struct terms){.build = "6", .cost = "80", .life = "5"}, 0.0, 4.0);
    for (int m = 0; m < 120; m++) bench_month(&bench, m);
    for (int l = 0; l < LANES; l++) {
        const double age = (120.0 - 4.0 * l - 6.0) / 12.0;
        const double part = age < 0.0 ? 1.0 : fmax(0.0, (5.0 - age) / 5.0); /* what is unfinished, in full */
        ck_assert_double_eq_tol(residual(&bench, 120, l), part * bench.x[PROJECT_TOTAL][l], 8.0 * DBL_EPSILON * 80.0);
    }
    ck_assert_double_eq(residual(&bench, 120, 10), 0.0);
    ck_assert_double_eq(residual(&bench, 120, 13), 0.0);
    ck_assert_double_gt(residual(&bench, 120, 14), 0.0);
    ck_assert_double_eq_tol(bench.x[PROJECT_TOTAL][29], 80.0 * curve(4.0 / 6.0), SPENDING(120, 80.0));
    ck_assert_double_eq(bench.x[PROJECT_TOTAL][30], 0.0); /* would start when the run is over */
    bench_close(&bench);
}
END_TEST

START_TEST(upkeep_is_a_share_of_the_actual_cost_from_completion_on)
{
    struct bench bench;
    bench_open(&bench, &(struct terms){.build = "7.5", .cost = "uniform(50 90)", .upkeep = "0.024"}, 0.0, 1.0);
    for (int m = 0; m < 48; m++) {
        bench_month(&bench, m);
        for (int l = 0; l < LANES; l++) {
            const double month = 0.002 * bench.x[PROJECT_COST][l];
            ck_assert_double_eq_tol(bench.x[PROJECT_UPKEEP][l], m >= l + 8 ? month : 0.0, 4.0 * DBL_EPSILON * month);
        }
    }
    bench_close(&bench);
}
END_TEST

/* ---- loans ---- */

enum { HORIZON = 220 };

static const struct terms loans[] = {
    {.cost = "100", .share = "1", .rate = "0.042", .inflation = "0", .maturity = 120, .grace = 24},
    {.cost = "100", .share = "1", .rate = "0.042", .inflation = "0.02", .maturity = 120, .grace = 24},
    {.cost = "100", .share = "0.85", .rate = "0.06", .inflation = "0.035", .maturity = 120},
    {.build = "30.7", .cost = "100", .share = "0.85", .rate = "0.042", .inflation = "0", .maturity = 120, .grace = 24},
    {.build = "36", .cost = "100", .share = "0.6", .rate = "0.042", .inflation = "0.02", .maturity = 90, .grace = 89},
    {.build = "0.4", .cost = "100", .share = "1", .rate = "0", .inflation = "0", .maturity = 60, .grace = 12},
    {.build = "14.2", .cost = "100", .share = "1", .rate = "0", .inflation = "0.1", .maturity = 60},
    {.cost = "100", .share = "1", .rate = "0.12", .inflation = "0", .maturity = 1},
    {.build = "24", .cost = "100", .share = "1", .rate = "0.12", .inflation = "0.02", .maturity = 1},
    {.build = "24", .cost = "100", .share = "1", .rate = "0.05", .inflation = "-0.01", .maturity = 24, .grace = 3},
    {.build = "20",
     .cost = "100",
     .probability = "1",
     .share_spent = "0.4",
     .share = "0.9",
     .rate = "0.05",
     .inflation = "0.02",
     .maturity = 50,
     .grace = 30},
};
enum { LOANS = sizeof loans / sizeof *loans };

/* Service is kept as sums of drawings that each month multiplies by a factor, adds to and takes from: three roundings a
 * month of at most the sum. Present values add as many again, and the factors of annuities a few. */
#define SERVICE (6.0 * HORIZON * DBL_EPSILON * 100.0)

static double number(const char *text)
{
    return strtod(text, NULL);
}

/* What is paid on a drawing of 1 after k months, nominal. */
static double payment(const struct terms *terms, int k)
{
    const double i = number(terms->rate) / 12.0;
    const int n = terms->maturity - terms->grace;
    if (k < 1 || k > terms->maturity) return 0.0;
    if (k <= terms->grace) return i;
    return i == 0.0 ? 1.0 / n : i / -expm1(-n * log1p(i));
}

START_TEST(service_is_the_sum_over_drawings_of_their_deflated_payments)
{
    const struct terms *terms = &loans[_i];
    static double drawn[HORIZON];
    struct bench bench;
    bench_open(&bench, terms, 1.0, 0.0);
    for (int m = 0; m < HORIZON; m++) {
        double service = 0.0;
        bench_month(&bench, m);
        drawn[m] = number(terms->share) * bench.x[PROJECT_SPENT][0];
        ck_assert_double_eq_tol(bench.x[PROJECT_OWN][0] + drawn[m], bench.x[PROJECT_SPENT][0], SERVICE);
        for (int d = 0; d <= m; d++)
            service += drawn[d] * payment(terms, m - d) * pow(1.0 + number(terms->inflation), -(m - d) / 12.0);
        ck_assert_double_eq_tol(bench.x[PROJECT_SERVICE][0], service, SERVICE);
    }
    bench_close(&bench);
}
END_TEST

/* At the loan's own rate, less inflation, what is paid and what is still owed are worth what was drawn, whenever the
 * run ends. */
START_TEST(service_and_debt_are_worth_the_drawings_at_any_horizon)
{
    const struct terms *terms = &loans[_i];
    struct bench bench;
    bench_open(&bench, terms, 1.0, 0.0);
    const double factor = pow(1.0 + number(terms->inflation), 1.0 / 12.0) / (1.0 + number(terms->rate) / 12.0);
    double drawn = 0.0, served = 0.0;
    for (int m = 0; m < HORIZON; m++) {
        bench_month(&bench, m);
        const double now = pow(factor, m), grown = fmax(1.0, now);
        drawn += now * number(terms->share) * bench.x[PROJECT_SPENT][0];
        served += now * bench.x[PROJECT_SERVICE][0];
        ck_assert_double_eq_tol(served + now * owed(&bench, m, 0), drawn, SERVICE * grown);
    }
    ck_assert_double_eq(owed(&bench, HORIZON - 1, 0), 0.0);
    ck_assert_double_gt(drawn, 30.0);
    bench_close(&bench);
}
END_TEST

/* By the recursion it is what the drawings one by one still owe. */
START_TEST(what_is_outstanding_is_what_the_drawings_owe)
{
    const struct terms *terms = &loans[_i];
    struct bench bench;
    bench_open(&bench, terms, 1.0, 0.0);
    const double factor = pow(1.0 + number(terms->inflation), 1.0 / 12.0) / (1.0 + number(terms->rate) / 12.0);
    for (int m = 0; m < HORIZON; m++) {
        bench_month(&bench, m);
        /* errors of a month's amounts grow at the loan's own rate */
        ck_assert_double_eq_tol(bench.x[PROJECT_OUTSTANDING][0], owed(&bench, m, 0),
                                (m + 1) * SERVICE * fmax(1.0, pow(factor, -m)));
    }
    ck_assert_double_eq(bench.x[PROJECT_OUTSTANDING][0], 0.0);
    bench_close(&bench);
}
END_TEST

START_TEST(after_the_last_payment_nothing_is_paid)
{
    const struct terms *terms = &loans[_i];
    struct bench bench;
    int drawn = 0, last = 0;
    bench_open(&bench, terms, 1.0, 0.0);
    for (int m = 0; m < HORIZON; m++) {
        bench_month(&bench, m);
        if (bench.x[PROJECT_SPENT][0] > 0.0) drawn = m;
        if (bench.x[PROJECT_SERVICE][0] != 0.0) last = m;
    }
    ck_assert_int_gt(drawn, 0);
    ck_assert_int_eq(last, drawn + terms->maturity);
    bench_close(&bench);
}
END_TEST

START_TEST(the_level_payment_and_the_grant_element_of_a_known_loan)
{
    struct bench bench;
    double value = 0.0;
    bench_open(&bench, &loans[0], 0.0, 0.0);
    for (int m = 0; m <= 120; m++) {
        bench_month(&bench, m);
        const double service = bench.x[PROJECT_SERVICE][0];
        if (m >= 1 && m <= 24) ck_assert_double_eq_tol(service, 0.35, SERVICE);
        if (m > 24) ck_assert_double_eq_tol(service, 1.228253, 0.5e-6); /* 0.35 / (1 - 1.0035^-96), to its digits */
        value += service * pow(1.05, -m / 12.0);
    }
    ck_assert_double_eq_tol(100.0 - value, 3.6454, 0.5e-4);
    bench_close(&bench);
}
END_TEST

START_TEST(inflation_deflates_every_payment_by_the_time_since_its_drawing)
{
    struct bench nominal, deflated;
    bench_open(&nominal, &loans[0], 0.0, 0.0);
    bench_open(&deflated, &loans[1], 0.0, 0.0);
    for (int m = 0; m <= 120; m++) {
        bench_month(&nominal, m);
        bench_month(&deflated, m);
        ck_assert_double_eq_tol(deflated.x[PROJECT_SERVICE][0], nominal.x[PROJECT_SERVICE][0] * pow(1.02, -m / 12.0),
                                SERVICE);
    }
    bench_close(&nominal);
    bench_close(&deflated);
}
END_TEST

/* ---- laws of overruns ---- */

static const struct law {
    const char *word;
    double mean, deviation, median, p80, p95, below_1;
} laws[] = {{"rail", 1.447, 0.384, 1.40, 1.74, 2.15, 0.10},
            {"fixed-link", 1.338, 0.624, 1.21, 1.76, 2.52, 0.33},
            {"road", 1.204, 0.299, 1.17, 1.44, 1.75, 0.26}};
enum { LAWS = sizeof laws / sizeof *laws };

START_TEST(a_class_of_overrun_has_the_published_moments_and_quantiles)
{
    const struct law *law = &laws[_i];
    const struct key_word *word = project_overruns;
    struct units *units = NULL;
    struct quantity quantity;
    while (word->word != NULL && strcmp(word->word, law->word) != 0) word++;
    ck_assert_ptr_nonnull(word->word);
    ck_assert_ptr_null(units_open(&units));
    ck_assert_ptr_null(quantity_read(units, word->text, "", &quantity));
    ck_assert_double_eq_tol(quantity_mean(&quantity), law->mean, 0.5e-3);
    ck_assert_double_eq_tol(sqrt(quantity_variance(&quantity)), law->deviation, 0.5e-3);
    ck_assert_double_eq_tol(quantity_inverse(&quantity, 0.50), law->median, 0.5e-2);
    ck_assert_double_eq_tol(quantity_inverse(&quantity, 0.80), law->p80, 0.5e-2);
    ck_assert_double_eq_tol(quantity_inverse(&quantity, 0.95), law->p95, 0.5e-2);
    /* P(ratio < 1) to two digits */
    ck_assert_double_lt(quantity_inverse(&quantity, law->below_1 - 0.5e-2), 1.0);
    ck_assert_double_gt(quantity_inverse(&quantity, law->below_1 + 0.5e-2), 1.0);
    quantity_free(&quantity);
    units_close(units);
}
END_TEST

#define HEAD "scenario: t\ntime: {base: 2019-07, start: 2020-01, months: 120}\nrun: {home: kz}\n"
#define TIED(correlation)                                                                                              \
    HEAD "policies:\n  p: {start: 2020, build: 10 mo, delay: lognormal(1.4 0.4), cost: 100 USD, overrun: "             \
         "rail" correlation "}\nadopt: p\n"

static double correlation_of_scores(const char *yaml)
{
    enum { BLOCKS = 400, N = BLOCKS * LANES };
    static double overrun[N], delay[N];
    struct support support;
    struct arena arena = {0};
    struct rows *rows = NULL;
    support_open(&support, yaml, 21);
    ck_assert_ptr_null(rows_open(support.plan.store, &arena, &rows));
    const int of[2] = {store_find(support.plan.store, "policies.p.overrun"),
                       store_find(support.plan.store, "policies.p.delay")};
    for (size_t b = 0; b < BLOCKS; b++) {
        rows_start(rows, b * LANES);
        for (size_t l = 0; l < LANES; l++) {
            overrun[b * LANES + l] = log(rows_get(rows, of[0])[l]); /* a normal score, up to place and scale */
            delay[b * LANES + l] = log(rows_get(rows, of[1])[l]);
        }
    }
    const double mean[2] = {support_mean(N, overrun), support_mean(N, delay)};
    double product = 0.0;
    for (size_t i = 0; i < N; i++) product += (overrun[i] - mean[0]) * (delay[i] - mean[1]) / N;
    const double variance[2] = {support_moment(N, overrun, 2), support_moment(N, delay, 2)};
    /* standard error of a variance s^2: s^2 sqrt(2/N) */
    ck_assert_double_eq_tol(variance[0], log1p(0.26538 * 0.26538), 4.0 * variance[0] * sqrt(2.0 / N));
    ck_assert_double_eq_tol(variance[1], log1p(0.4 * 0.4), 4.0 * variance[1] * sqrt(2.0 / N));
    arena_free(&arena);
    support_close(&support);
    return product / sqrt(variance[0] * variance[1]);
}

/* The standard error of a correlation r of n pairs is (1 - r^2)/sqrt(n). */
START_TEST(normal_scores_of_overrun_and_delay_are_correlated)
{
    static const struct {
        const char *yaml;
        double r;
    } cases[] = {{TIED(""), 0.3}, {TIED(", correlation: -0.6"), -0.6}, {TIED(", correlation: 0"), 0.0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const double r = cases[i].r, error = (1.0 - r * r) / sqrt(400.0 * LANES);
        ck_assert_double_eq_tol(correlation_of_scores(cases[i].yaml), r, 4.0 * error);
    }
    ck_assert_double_eq_tol(correlation_of_scores(TIED(", correlation: 1")), 1.0, 1e-6);
}
END_TEST

/* ---- in a scenario ---- */

START_TEST(a_scenario_spends_cost_times_overrun_and_is_complete_after_build_times_delay)
{
    struct support support;
    double spent[LANES] = {0.0};
    support_open(&support,
                 HEAD "policies:\n  p: {start: 2021-03, build: 1 yr, delay: lognormal(1.4 0.4), cost: 2 MUSD, overrun: "
                      "fixed-link, upkeep: 3 %/yr}\nadopt: p\n",
                 21);
    struct world_state *state = support_begin(&support);
    const struct rows *rows = world_rows(state);
    const double *overrun = rows_get(rows, store_find(support.plan.store, "policies.p.overrun")),
                 *delay = rows_get(rows, store_find(support.plan.store, "policies.p.delay"));
    for (int m = 0; m < 120; m++) {
        world_month(state, m);
        for (int l = 0; l < LANES; l++) {
            const bool complete = m >= 14.0 + 12.0 * delay[l];
            const double cost = 2e6 * overrun[l];
            spent[l] += support_row(&support, state, "policies.p.spent")[l] / 12.0;
            ck_assert_double_eq(support_row(&support, state, "policies.p.active")[l], complete ? 1.0 : 0.0);
            ck_assert_double_eq(support_row(&support, state, "fiscal.investment")[l],
                                support_row(&support, state, "policies.p.spent")[l]);
            ck_assert_double_eq_tol(support_row(&support, state, "fiscal.upkeep")[l], complete ? 0.03 * cost : 0.0,
                                    4.0 * DBL_EPSILON * cost);
            ck_assert_double_eq(support_row(&support, state, "fiscal.debt-service")[l], 0.0);
        }
    }
    for (int l = 0; l < LANES; l++)
        ck_assert_double_eq_tol(spent[l], 2e6 * overrun[l], SPENDING(120, 2e6 * overrun[l]));
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(a_scenario_pays_what_is_owed_in_its_last_month)
{
    /* grace beyond the run: interest, and at the end all of it at the prices of the base year */
    const char *text = HEAD "policies:\n  p: {start: 2020, cost: 100 USD, finance: f}\nadopt: p\n"
                            "finance:\n  f: {share: 80 %, rate: 6 %/yr, maturity: 15 yr, grace: 12 yr, inflation: 3 "
                            "%/yr}\n";
    struct support support;
    support_open(&support, text, 1);
    struct world_state *state = support_begin(&support);
    for (int m = 0; m < 120; m++) {
        world_month(state, m);
        const double deflator = pow(1.03, -m / 12.0), debt = m == 119 ? 80.0 : 0.0;
        const double service = deflator * ((m > 0 ? 0.4 : 0.0) + debt);
        ck_assert_double_eq_tol(support_value(&support, state, "fiscal.debt-service"), 12.0 * service, 12.0 * SERVICE);
        ck_assert_double_eq_tol(support_value(&support, state, "fiscal.investment"), m == 0 ? 240.0 : 0.0, 1e-12);
        ck_assert_double_eq(support_value(&support, state, "policies.p.spent"), m == 0 ? 1200.0 : 0.0);
    }
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(a_scenario_counts_of_a_project_begun_before_it_what_is_spent_in_it)
{
    struct folded folded;
    support_fold(&folded,
                 HEAD "policies:\n  half: {start: 2019-01, build: 24 mo, cost: 100 USD, upkeep: 12 %/yr}\n"
                      "  done: {start: 2015, build: 24 mo, cost: 100 USD}\n"
                      "  at-once: {start: 2019, cost: 100 USD}\nadopt: [half, done, at-once]\n",
                 1);
    ck_assert_double_eq_tol(support_cell(&folded, "policies.half.spent", 0, 0), 50.0, SPENDING(24, 100.0));
    ck_assert_double_eq_tol(support_cell(&folded, "policies.half.spent", 10, 0), 50.0, SPENDING(24, 100.0));
    ck_assert_double_eq(support_cell(&folded, "policies.half.active", 0, 0), 0.0);
    ck_assert_double_eq(support_cell(&folded, "policies.half.active", 1, 0), 1.0);
    ck_assert_double_eq_tol(support_cell(&folded, "fiscal.upkeep", 1, 0), 12.0, SPENDING(12, 12.0));
    ck_assert_double_eq(support_cell(&folded, "policies.done.spent", 10, 0), 0.0);
    ck_assert_double_eq(support_cell(&folded, "policies.done.active", 10, 0), 1.0);
    ck_assert_double_eq(support_cell(&folded, "policies.at-once.spent", 10, 0), 0.0);
    ck_assert_double_eq(support_cell(&folded, "policies.at-once.active", 10, 0), 1.0);
    support_unfold(&folded);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("projects");
    TCase *facts = tcase_create("facts");
    tcase_add_test(facts, spending_follows_the_curve_and_sums_to_the_cost);
    tcase_add_test(facts, without_a_building_time_all_is_spent_in_the_month_of_the_start);
    tcase_add_test(facts, a_product_that_rounds_above_a_whole_month_is_that_month);
    tcase_add_test(facts, completion_is_the_first_month_not_before_start_and_building_time);
    tcase_add_test(facts, of_a_project_begun_before_the_run_what_is_spent_in_it_counts);
    tcase_add_test(facts, a_failing_project_spends_its_share_and_is_never_complete);
    tcase_add_test(facts, a_project_that_fails_when_all_is_spent_fails_all_the_same);
    tcase_add_test(facts, it_fails_with_its_probability_and_never_in_calm);
    tcase_add_test(facts, what_is_left_falls_in_a_straight_line_from_completion);
    tcase_add_test(facts, upkeep_is_a_share_of_the_actual_cost_from_completion_on);
    tcase_add_loop_test(facts, service_is_the_sum_over_drawings_of_their_deflated_payments, 0, LOANS);
    tcase_add_loop_test(facts, service_and_debt_are_worth_the_drawings_at_any_horizon, 0, LOANS);
    tcase_add_loop_test(facts, what_is_outstanding_is_what_the_drawings_owe, 0, LOANS);
    tcase_add_loop_test(facts, after_the_last_payment_nothing_is_paid, 0, LOANS);
    tcase_add_test(facts, the_level_payment_and_the_grant_element_of_a_known_loan);
    tcase_add_test(facts, inflation_deflates_every_payment_by_the_time_since_its_drawing);
    tcase_add_loop_test(facts, a_class_of_overrun_has_the_published_moments_and_quantiles, 0, LAWS);
    tcase_add_test(facts, normal_scores_of_overrun_and_delay_are_correlated);
    tcase_add_test(facts, a_scenario_spends_cost_times_overrun_and_is_complete_after_build_times_delay);
    tcase_add_test(facts, a_scenario_pays_what_is_owed_in_its_last_month);
    tcase_add_test(facts, a_scenario_counts_of_a_project_begun_before_it_what_is_spent_in_it);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
