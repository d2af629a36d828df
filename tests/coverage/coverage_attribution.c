/* tests/coverage/coverage_attribution.c -- how often the 95 % intervals of what decides a number hold the truth: in many
 * repeated samples of functions of which it is known.
 *
 *   coverage_attribution [--short]
 *
 *   linear     y = 4 x1 + 2 x2 + x3 + 0 x4 + noise, x uniform: shares and first-order indices are the same
 *   Ishigami   a 7, b 0.1 (Ishigami and Homma 1990): first-order indices 0.3139, 0.4424, 0; the regression sees x1 alone
 *   g          product of (|4 x_i - 2| + a_i)/(1 + a_i), a = 0, 1, 4.5, 9 (Sobol' 1993; Saltelli and Sobol' 1995)
 *   additive   y = 2 x1 + (x2 - 1/2)^2 6 + exp(x3) + 0 x4 + noise
 *
 * Intervals are asymptotic: coverage has to be from 93 to 97 %, but for the error of the runs (four standard errors), and of what is
 * less than 2 % of the variance, whose intervals end at 0, at least 93 %.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/attribution.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 20190913, ROWS = 2048, COLUMNS = 4 };

struct model {
    const char *name;
    double (*of)(const double u[], double noise);
    double share[COLUMNS], index[COLUMNS]; /* the truth */
};

static double linear(const double u[], double noise)
{
    return 4 * u[0] + 2 * u[1] + u[2] + noise;
}

static double ishigami(const double u[], double noise)
{
    const double x = M_PI * (2 * u[0] - 1), y = M_PI * (2 * u[1] - 1), z = M_PI * (2 * u[2] - 1);
    (void)noise;
    return sin(x) + 7 * sin(y) * sin(y) + 0.1 * pow(z, 4) * sin(x);
}

static double g_function(const double u[], double noise)
{
    static const double a[COLUMNS] = {0, 1, 4.5, 9};
    double product = 1;
    (void)noise;
    for (size_t c = 0; c < COLUMNS; c++) product *= (fabs(4 * u[c] - 2) + a[c]) / (1 + a[c]);
    return product;
}

static double additive(const double u[], double noise)
{
    return 2 * u[0] + 6 * (u[1] - 0.5) * (u[1] - 0.5) + exp(u[2]) + noise;
}

/* The standard deviation of the noise is 1/2. */
static void put_truths(struct model model[])
{
    static const double a[COLUMNS] = {4, 2, 1, 0}, g[COLUMNS] = {0, 1, 4.5, 9};
    const double of_linear = (16.0 + 4 + 1) / 12 + 0.25;
    double of_g = 1;
    for (size_t c = 0; c < COLUMNS; c++) model[0].share[c] = model[0].index[c] = a[c] * a[c] / 12 / of_linear;
    /* Cov(x, sin x) = 1 for x uniform on -pi .. pi, of variance pi^2/3 */
    const double four = 0.1 * pow(M_PI, 4), variance = four / 5 + four * four / 18 + 49.0 / 8 + 0.5;
    const double factor = 1 + four / 5;
    model[1].index[0] = factor * factor / 2 / variance;
    model[1].index[1] = 49.0 / 8 / variance;
    model[1].share[0] = factor * factor * 3 / (M_PI * M_PI) / variance;
    for (size_t c = 0; c < COLUMNS; c++) of_g *= 1 + 1.0 / 3 / (1 + g[c]) / (1 + g[c]);
    for (size_t c = 0; c < COLUMNS; c++) model[2].index[c] = 1.0 / 3 / (1 + g[c]) / (1 + g[c]) / (of_g - 1);
    /* Var (x - 1/2)^2 = 1/180; Var e^x = (e^2 - 1)/2 - (e - 1)^2; Cov(x, e^x) = 1 - (e - 1)/2 */
    const double of_exp = (exp(2) - 1) / 2 - (M_E - 1) * (M_E - 1), slope = 1 - (M_E - 1) / 2;
    const double parts[] = {4.0 / 12, 36.0 / 180, of_exp}, of_additive = parts[0] + parts[1] + parts[2] + 0.25;
    for (size_t c = 0; c < 3; c++) model[3].index[c] = parts[c] / of_additive;
    model[3].share[0] = parts[0] / of_additive;
    model[3].share[2] = slope * slope * 12 / of_additive;
}

static bool failed;

static void judge_coverage(size_t runs, size_t covered, double truth)
{
    const double share = (double)covered / (double)runs, error = 4 * sqrt(0.95 * 0.05 / (double)runs);
    const bool wrong = share < 0.93 - error || (truth > 0.02 && share > 0.97 + error);
    printf(" %.1f%s |", 100 * share, wrong ? " (!)" : "");
    failed = failed || wrong;
}

static bool within(const struct attribution_value *value, double truth)
{
    return value->low <= truth && truth <= value->high;
}

static void count(const struct model *model, const struct attribution *of, size_t share[], size_t index[])
{
    double all = 0;
    for (size_t c = 0; c < COLUMNS; c++) {
        share[c] += within(&of->factor[c].share, model->share[c]);
        index[c] += within(&of->factor[c].first_order, model->index[c]);
        all += model->share[c];
    }
    share[COLUMNS] += within(&of->explained, all);
    share[COLUMNS + 1] += within(&of->knowledge, model->share[0] + model->share[1]);
}

static bool cover(gsl_rng *rng, const struct model *model, size_t runs)
{
    static float x[COLUMNS][ROWS];
    static double y[ROWS];
    const float *const column[] = {x[0], x[1], x[2], x[3]};
    const bool known[] = {true, true, false, false}, single[] = {true, true, true, true};
    const size_t first[] = {0, 1, 2, 3, 4};
    size_t share[COLUMNS + 2] = {0}, index[COLUMNS] = {0};
    for (size_t r = 0; r < runs; r++) {
        struct attribution of;
        for (size_t i = 0; i < ROWS; i++) {
            double u[COLUMNS];
            for (size_t c = 0; c < COLUMNS; c++) x[c][i] = (float)(u[c] = gsl_rng_uniform(rng));
            y[i] = model->of(u, 0.5 * gsl_ran_gaussian_ziggurat(rng, 1));
        }
        const struct attribution_table table = {.rows = ROWS,
                                                .factors = {COLUMNS, COLUMNS, first, first},
                                                .column = column,
                                                .known = known,
                                                .single = single,
                                                .y = y,
                                                .seed = r};
        if (attribution_of(&table, &of) != NULL) return false;
        count(model, &of, share, index);
        attribution_free(&of);
    }
    printf("| %s | %zu |", model->name, runs);
    double all = 0;
    for (size_t c = 0; c < COLUMNS; c++) judge_coverage(runs, share[c], model->share[c]);
    for (size_t c = 0; c < COLUMNS; c++) all += model->share[c];
    judge_coverage(runs, share[COLUMNS], all);
    judge_coverage(runs, share[COLUMNS + 1], model->share[0] + model->share[1]);
    for (size_t c = 0; c < COLUMNS; c++) judge_coverage(runs, index[c], model->index[c]);
    putchar('\n');
    return true;
}

int main(int argc, char **argv)
{
    struct model model[] = {{"linear", linear, {0}, {0}},
                            {"Ishigami", ishigami, {0}, {0}},
                            {"g", g_function, {0}, {0}},
                            {"additive", additive, {0}, {0}}};
    const bool is_short = argc > 1 && strcmp(argv[1], "--short") == 0;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    bool done = rng != NULL;
    if (done) gsl_rng_set(rng, SEED);
    put_truths(model);
    printf("%d replications each\n\n| function | runs | share 1 | 2 | 3 | 4 | explained | known: 1, 2 | index 1 | 2 | "
           "3 | 4 |\n"
           "|---|---|---|---|---|---|---|---|---|---|---|---|\n",
           ROWS);
    for (size_t m = 0; m < sizeof model / sizeof *model && done; m++)
        done = cover(rng, &model[m], is_short ? 100 : 2000);
    if (rng != NULL) gsl_rng_free(rng);
    return done && !failed ? EXIT_SUCCESS : EXIT_FAILURE;
}
