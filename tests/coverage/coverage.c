/* tests/coverage/coverage.c -- how often the 95 % intervals of results hold the truth: in many repeated runs of laws
 * whose mean, quantiles, tails and probabilities are known.
 *
 *   coverage [--short]
 *
 * Where the coverage itself is known -- of the mean of normals, of quantiles and of Wilson's bounds it follows from the
 * t and the binomial distribution -- what is found must be that, to its own binomial error; otherwise the status is 1.
 * What is asymptotic, the other means and the tails, is printed and not judged. The same runs in buckets, as beyond
 * --memory, must cover at least as often: quantiles as is known, tails as those of the samples.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/quantiles.h"
#include "sim/statistics/sketch.h"
#include "tests/coverage/judge.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NORMAL_975 1.959963984540054
#define LEVEL      0.95
#define POISSON    3.0
#define UNKNOWN    __builtin_nan("")

enum { SEED = 20190911, MOST = 10240, PROBABILITIES = 9, LAWS = 6 };

static const double probability[PROBABILITIES] = {0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99};

/* ---- laws ---- */

static double normal_draw(gsl_rng *rng)
{
    return gsl_ran_gaussian_ziggurat(rng, 1);
}
static double normal_cvar(double level)
{
    return gsl_ran_ugaussian_pdf(gsl_cdf_ugaussian_Pinv(level)) / (level > 0.5 ? 1 - level : -level);
}

/* A normal so narrow that most of it lies in two buckets. */
static double narrow(double z)
{
    return 1.06 + 0.004 * z;
}
static double narrow_draw(gsl_rng *rng)
{
    return narrow(gsl_ran_gaussian_ziggurat(rng, 1));
}
static double narrow_quantile(double p)
{
    return narrow(gsl_cdf_ugaussian_Pinv(p));
}
static double narrow_cvar(double level)
{
    return narrow(normal_cvar(level));
}

static double lognormal_draw(gsl_rng *rng)
{
    return exp(gsl_ran_gaussian_ziggurat(rng, 1));
}
static double lognormal_quantile(double p)
{
    return exp(gsl_cdf_ugaussian_Pinv(p));
}
static double lognormal_cvar(double level)
{
    const double z = gsl_cdf_ugaussian_Pinv(level) - 1;
    return exp(0.5) * (level > 0.5 ? gsl_cdf_ugaussian_Q(z) / (1 - level) : gsl_cdf_ugaussian_P(z) / level);
}

static double exponential_draw(gsl_rng *rng)
{
    return gsl_ran_exponential(rng, 1);
}
static double exponential_quantile(double p)
{
    return -log1p(-p);
}
static double exponential_cvar(double level)
{
    const double q = exponential_quantile(level);
    return level > 0.5 ? q + 1 : (1 - (1 + q) * exp(-q)) / level;
}

static double uniform_draw(gsl_rng *rng)
{
    return gsl_rng_uniform(rng);
}
static double uniform_quantile(double p)
{
    return p;
}
static double uniform_cvar(double level)
{
    return level > 0.5 ? (1 + level) / 2 : level / 2;
}

static double poisson_draw(gsl_rng *rng)
{
    return (double)gsl_ran_poisson(rng, POISSON);
}
static double poisson_below(double x)
{
    return x < 0 ? 0 : gsl_cdf_poisson_P((unsigned)x, POISSON);
}
static double poisson_quantile(double p)
{
    double x = 0;
    while (poisson_below(x) < p) x++;
    return x;
}
/* The least expected excess, at the quantile. */
static double poisson_cvar(double level)
{
    const double q = poisson_quantile(level);
    double excess = 0;
    for (unsigned x = 0; x < 100; x++)
        if (level > 0.5 ? x > q : x < q) excess += (x - q) * gsl_ran_poisson_pdf(x, POISSON);
    return q + excess / (level > 0.5 ? 1 - level : level);
}

static const struct law {
    const char *name;
    double (*draw)(gsl_rng *);
    double (*quantile)(double);
    double (*cvar)(double);
    double mean;
    double (*below)(double); /* P(X <= x) where that is not p at the quantile of p: a law with ties */
} laws[LAWS] = {
    {"normal", normal_draw, gsl_cdf_ugaussian_Pinv, normal_cvar, 0, NULL},
    {"lognormal", lognormal_draw, lognormal_quantile, lognormal_cvar, 1.6487212707001282, NULL},
    {"exponential", exponential_draw, exponential_quantile, exponential_cvar, 1, NULL},
    {"uniform", uniform_draw, uniform_quantile, uniform_cvar, 0.5, NULL},
    {"Poisson", poisson_draw, poisson_quantile, poisson_cvar, POISSON, poisson_below},
    {"1.06 + 0.004 normal", narrow_draw, narrow_quantile, narrow_cvar, 1.06, NULL},
};

/* ---- what coverage must be, where that is known ---- */

/* Of normals, by the t distribution. */
static double mean_coverage(const struct law *law, size_t n)
{
    return law == &laws[0] ? 1 - 2 * gsl_cdf_tdist_Q(NORMAL_975, (double)n - 1) : UNKNOWN;
}

/* Of a law with ties other values count at the quantile than below it. */
static double quantile_coverage(const struct law *law, size_t n, double p)
{
    const double q = law->quantile(p);
    return judge_quantile_coverage(n, p, law->below == NULL ? p : law->below(q),
                                   law->below == NULL ? p : law->below(q - 1));
}

/* ---- repeated runs ---- */

enum { SAMPLES, SKETCH, WAYS };

struct counts {
    size_t mean, quantile[WAYS][PROBABILITIES], tail[WAYS][2];
    struct moments cvar[WAYS][2], stated[WAYS][2]; /* of the tails and of their stated errors */
};

static struct moments one(double value)
{
    return moments_of(1, &value, NULL);
}

static const double level[2] = {1 - LEVEL, LEVEL};

static void count_one(const struct law *law, const double truth[PROBABILITIES],
                      const struct quantile_estimate quantile[PROBABILITIES], const struct cvar_estimate cvar[2],
                      int way, struct counts *counts)
{
    for (size_t q = 0; q < PROBABILITIES; q++)
        counts->quantile[way][q] += quantile[q].low <= truth[q] && truth[q] <= quantile[q].high;
    for (size_t t = 0; t < 2; t++) {
        counts->tail[way][t] += judge_covers(cvar[t].estimate, cvar[t].standard_error, law->cvar(level[t]));
        counts->cvar[way][t] = moments_combine(counts->cvar[way][t], one(cvar[t].estimate));
        counts->stated[way][t] = moments_combine(counts->stated[way][t], one(cvar[t].standard_error));
    }
}

static struct fault *run(gsl_rng *rng, const struct law *law, size_t n, const double truth[PROBABILITIES],
                         struct counts *counts)
{
    static double value[MOST];
    static float sample[MOST], work[MOST];
    const struct quantiles_asked asked = {PROBABILITIES, probability, 2, level};
    struct quantile_estimate quantile[PROBABILITIES];
    struct cvar_estimate cvar[2];
    struct sketch *sketch;
    for (size_t i = 0; i < n; i++) {
        value[i] = law->draw(rng);
        sample[i] = (float)value[i];
    }
    const struct moments m = moments_of(n, value, NULL);
    counts->mean += judge_covers(m.mean, moments_standard_error(&m), law->mean);
    quantiles_and_tails(n, sample, work, &asked, quantile, cvar);
    count_one(law, truth, quantile, cvar, SAMPLES, counts);
    TRY(sketch_open(1, &sketch));
    struct fault *fault = sketch_add(sketch, 0, n, sample);
    sketch_quantiles(sketch, 0, &m, PROBABILITIES, probability, quantile);
    for (size_t t = 0; t < 2; t++) cvar[t] = sketch_cvar(sketch, 0, &m, level[t]);
    count_one(law, truth, quantile, cvar, SKETCH, counts);
    sketch_close(sketch);
    return fault;
}

static struct fault *count_runs(gsl_rng *rng, const struct law *law, size_t n, size_t runs, struct counts *counts)
{
    double truth[PROBABILITIES];
    *counts = (struct counts){0};
    for (int way = 0; way < WAYS; way++)
        for (size_t t = 0; t < 2; t++) counts->cvar[way][t] = counts->stated[way][t] = moments_none();
    for (size_t q = 0; q < PROBABILITIES; q++) truth[q] = law->quantile(probability[q]);
    for (size_t r = 0; r < runs; r++) TRY(run(rng, law, n, truth, counts));
    return NULL;
}

/* What the mean estimate lacks, and the stated over the actual error. */
static void report_tails(const struct law *law, const struct counts *counts, int way)
{
    for (size_t t = 0; t < 2; t++) {
        const double truth = law->cvar(level[t]), spread = moments_sd(&counts->cvar[way][t]);
        printf(" %+.2f, %.2f |", (counts->cvar[way][t].mean - truth) / spread, counts->stated[way][t].mean / spread);
    }
    putchar('\n');
}

static void sample_row(const struct law *law, size_t n, size_t runs, const struct counts *counts)
{
    printf("| %s | %zu | %zu |", law->name, n, runs);
    judge(runs, counts->mean, mean_coverage(law, n));
    for (size_t q = 0; q < PROBABILITIES; q++)
        judge(runs, counts->quantile[SAMPLES][q], quantile_coverage(law, n, probability[q]));
    for (size_t t = 0; t < 2; t++) judge(runs, counts->tail[SAMPLES][t], UNKNOWN);
    report_tails(law, counts, SAMPLES);
}

static void sketch_row(const struct law *law, size_t n, size_t runs, const struct counts *counts)
{
    printf("| %s in buckets | %zu | %zu | |", law->name, n, runs);
    for (size_t q = 0; q < PROBABILITIES; q++)
        judge_at_least(runs, counts->quantile[SKETCH][q], quantile_coverage(law, n, probability[q]));
    for (size_t t = 0; t < 2; t++)
        judge_at_least(runs, counts->tail[SKETCH][t], (double)counts->tail[SAMPLES][t] / (double)runs);
    report_tails(law, counts, SKETCH);
}

static struct fault *law_rows(gsl_rng *rng, const struct law *law, size_t n, size_t runs)
{
    struct counts counts;
    TRY(count_runs(rng, law, n, runs, &counts));
    sample_row(law, n, runs, &counts);
    sketch_row(law, n, runs, &counts);
    return NULL;
}

/* The mean of few values, which the normal quantile makes too little of. */
static void mean_rows(gsl_rng *rng, size_t runs)
{
    static const size_t n[] = {5, 10, 30};
    fputs("\n| mean of | runs | n 5 | 10 | 30 |\n|---|---|---|---|---|\n", stdout);
    for (size_t l = 0; l < LAWS; l++) {
        printf("| %s | %zu |", laws[l].name, runs);
        for (size_t k = 0; k < 3; k++) {
            size_t covered = 0;
            for (size_t r = 0; r < runs; r++) {
                double value[30];
                for (size_t i = 0; i < n[k]; i++) value[i] = laws[l].draw(rng);
                const struct moments m = moments_of(n[k], value, NULL);
                covered += judge_covers(m.mean, moments_standard_error(&m), laws[l].mean);
            }
            judge(runs, covered, mean_coverage(&laws[l], n[k]));
        }
        putchar('\n');
    }
}

static void wilson_rows(gsl_rng *rng, size_t runs)
{
    static const double p[] = {0.001, 0.01, 0.05, 0.1, 0.3, 0.5};
    static const size_t n[] = {100, 1000, 10240};
    fputs("\n| probability | runs | n 100 | 1000 | 10240 |\n|---|---|---|---|---|\n", stdout);
    for (size_t i = 0; i < sizeof p / sizeof *p; i++) {
        printf("| %g | %zu |", p[i], runs);
        for (size_t k = 0; k < 3; k++) {
            size_t covered = 0;
            for (size_t r = 0; r < runs; r++)
                covered += judge_wilson_covers(n[k], p[i], gsl_ran_binomial(rng, p[i], (unsigned)n[k]));
            judge(runs, covered, judge_wilson_coverage(n[k], p[i]));
        }
        putchar('\n');
    }
}

int main(int argc, char **argv)
{
    static const struct {
        size_t n, all, few; /* runs */
    } sizes[] = {{100, 100000, 10000}, {1000, 100000, 2000}, {10240, 40000, 200}};
    const bool is_short = argc > 1 && strcmp(argv[1], "--short") == 0;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    if (rng == NULL) return EXIT_FAILURE;
    gsl_rng_set(rng, SEED);
    fputs("| law | n | runs | mean | quantile 0.01 | 0.05 | 0.1 | 0.25 | 0.5 | 0.75 | 0.9 | 0.95 | 0.99 | CVaR least 5 "
          "% | "
          "greatest 5 % | least: bias, error | greatest: bias, error |\n"
          "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n",
          stdout);
    struct fault *fault = NULL;
    for (size_t l = 0; l < LAWS; l++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes && fault == NULL; s++)
            fault = law_rows(rng, &laws[l], sizes[s].n, is_short ? sizes[s].few : sizes[s].all);
    if (fault != NULL) {
        fprintf(stderr, "coverage: %s\n", fault->sentence);
        return EXIT_FAILURE;
    }
    mean_rows(rng, is_short ? 20000 : 1000000);
    wilson_rows(rng, is_short ? 20000 : 1000000);
    gsl_rng_free(rng);
    return judge_failed() ? EXIT_FAILURE : EXIT_SUCCESS;
}
