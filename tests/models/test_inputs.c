/* tests/models/test_inputs.c -- drawn inputs that belong together: correlations of normal scores, margins as stated.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/models/support.h"

#include <check.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 1 << 16, MOST = 8 };

/* The rows of inputs of replications 0 .. N - 1, by their names. */
static void draw(const struct support *support, size_t count, const char *const name[], double *out[])
{
    const struct store *store = support->plan.store;
    struct arena arena = {0};
    struct rows *rows = NULL;
    size_t input[MOST];
    ck_assert_ptr_null(rows_open(store, &arena, &rows));
    for (size_t i = 0; i < count; i++) {
        input[i] = 0;
        while (input[i] < store_inputs(store) && strcmp(store_input_name(store, input[i]), name[i]) != 0) input[i]++;
        ck_assert_msg(input[i] < store_inputs(store), "%s is no input", name[i]);
        out[i] = malloc(N * sizeof *out[i]);
        ck_assert_ptr_nonnull(out[i]);
    }
    for (size_t first = 0; first < N; first += LANES) {
        rows_start(rows, first);
        for (size_t i = 0; i < count; i++) memcpy(out[i] + first, rows_input(rows, input[i]), LANES * sizeof(double));
    }
    arena_free(&arena);
}

/* Uniform on (0, 1): the Kolmogorov-Smirnov distance exceeds 2.5/sqrt(n) once in 130,000 times. */
static int ascending(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

static void assert_uniform(const double u[])
{
    double *sorted = malloc(N * sizeof *sorted), distance = 0.0;
    ck_assert_ptr_nonnull(sorted);
    memcpy(sorted, u, N * sizeof *sorted);
    qsort(sorted, N, sizeof *sorted, ascending);
    for (size_t i = 0; i < N; i++)
        distance = fmax(distance, fmax(fabs(sorted[i] - (double)i / N), fabs(sorted[i] - (double)(i + 1) / N)));
    ck_assert_double_le(distance, 2.5 / sqrt(N));
    free(sorted);
}

/* The correlation of normal scores: of bivariate normals the mean product has the variance 1 + rho^2. */
static void assert_correlated(const double u[], const double v[], double rho)
{
    double sum = 0.0;
    for (size_t i = 0; i < N; i++) sum += gsl_cdf_ugaussian_Pinv(u[i]) * gsl_cdf_ugaussian_Pinv(v[i]);
    ck_assert_double_eq_tol(sum / N, rho, SUPPORT_ERRORS * sqrt((1.0 + rho * rho) / N));
}

#define LEGS(more)                                                                                                     \
    "scenario: t\ntime: {base: 2019-07, start: 2020-01, months: 12}\n"                                                 \
    "legs:\n  a: {capacity: {2020: 14 t/d, 2030: 19 t/d, times: uniform(0 1)}}\n"                                      \
    "  b: {capacity: {2020: 14 t/d, 2030: 19 t/d, times: uniform(0 1)}}\n"                                             \
    "  c: {time: uniform(0 1) d}\n  d: {time: uniform(0 1) d}\n" more
static const char *const four[] = {"legs.a.capacity.times", "legs.b.capacity.times", "legs.c.time", "legs.d.time"};

START_TEST(normal_scores_have_the_stated_correlations_and_margins_stay)
{
    struct support with, without;
    double *x[4], *y[4];
    support_open(&with,
                 LEGS("inputs: {correlation: {pairs: {legs.c.time/legs.a.capacity.times: 0.6, "
                      "legs.b.capacity.times/legs.c.time: -0.5}}}\n"),
                 31);
    support_open(&without, LEGS(""), 31);
    draw(&with, 4, four, x);
    draw(&without, 4, four, y);
    for (size_t i = 0; i < 4; i++) assert_uniform(x[i]);
    assert_correlated(x[0], x[2], 0.6);
    assert_correlated(x[1], x[2], -0.5);
    assert_correlated(x[0], x[1], 0.0);
    assert_correlated(x[2], x[3], 0.0);
    /* the first of a group by name, and what is in no pair, keep their bits */
    ck_assert_mem_eq(x[0], y[0], N * sizeof(double));
    ck_assert_mem_eq(x[3], y[3], N * sizeof(double));
    ck_assert_mem_ne(x[2], y[2], N * sizeof(double));
    for (size_t i = 0; i < 4; i++) {
        free(x[i]);
        free(y[i]);
    }
    support_close(&with);
    support_close(&without);
}
END_TEST

START_TEST(what_ties_an_overrun_to_its_delay_stays_beside_a_pair)
{
#define WORKS                                                                                                          \
    "scenario: t\ntime: {base: 2019-07, start: 2020-01, months: 12}\nrun: {home: kz}\npolicies:\n"                     \
    "  p: {start: 2020-02, build: 2 yr, delay: uniform(1 2), cost: 1 MUSD, overrun: uniform(1 2), correlation: 0.3}\n" \
    "  q: {start: 2020-02, build: 2 yr, delay: uniform(1 2), cost: 1 MUSD, overrun: uniform(1 2), correlation: 0.4}\n"
    static const char *const names[] = {"policies.p.delay", "policies.p.overrun", "policies.q.delay",
                                        "policies.q.overrun"};
    struct support support;
    double *x[4];
    support_open(&support,
                 WORKS "adopt: [p, q]\ninputs: {correlation: {pairs: {policies.p.overrun/policies.q.overrun: 0.7, "
                       "policies.q.delay/policies.q.overrun: 0.1}}}\n",
                 32);
    draw(&support, 4, names, x);
    for (size_t i = 0; i < 4; i++)
        for (size_t r = 0; r < N; r++) x[i][r] -= 1.0;
    for (size_t i = 0; i < 4; i++) assert_uniform(x[i]);
    assert_correlated(x[0], x[1], 0.3);
    assert_correlated(x[1], x[3], 0.7);
    assert_correlated(x[2], x[3], 0.1); /* as the pair says */
    for (size_t i = 0; i < 4; i++) free(x[i]);
    support_close(&support);
    /* a policy that is not adopted draws nothing; its pair waits */
    support_open(&support,
                 WORKS "adopt: p\ninputs: {correlation: {pairs: {policies.p.overrun/policies.q.overrun: 0.7}}}\n", 32);
    draw(&support, 2, names, x);
    for (size_t i = 0; i < 2; i++)
        for (size_t r = 0; r < N; r++) x[i][r] -= 1.0;
    assert_correlated(x[0], x[1], 0.3);
    free(x[0]);
    free(x[1]);
    support_close(&support);
}
END_TEST

START_TEST(a_repaired_matrix_is_warned_of)
{
    struct support support;
    double *x[3];
    support_open(&support,
                 LEGS("inputs: {correlation: {repair: shrink, pairs: {legs.a.capacity.times/legs.b.capacity.times: "
                      "-0.6, legs.b.capacity.times/legs.c.time: -0.6, legs.a.capacity.times/legs.c.time: -0.6}}}\n"),
                 33);
    ck_assert_ptr_nonnull(support.plan.warnings);
    ck_assert_ptr_nonnull(strstr(support.plan.warnings->sentence, "shrunk towards independence with weight 0.167"));
    draw(&support, 3, four, x);
    assert_correlated(x[0], x[1], -0.5);
    assert_correlated(x[0], x[2], -0.5);
    for (size_t i = 0; i < 3; i++) free(x[i]);
    support_close(&support);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("inputs");
    TCase *facts = tcase_create("facts");
    tcase_set_timeout(facts, 60.0);
    tcase_add_test(facts, normal_scores_have_the_stated_correlations_and_margins_stay);
    tcase_add_test(facts, what_ties_an_overrun_to_its_delay_stays_beside_a_pair);
    tcase_add_test(facts, a_repaired_matrix_is_warned_of);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
