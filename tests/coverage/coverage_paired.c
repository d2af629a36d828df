/* tests/coverage/coverage_paired.c -- how often the 95 % intervals of comparisons hold the truth: in many repeated runs
 * of pairs whose differences have known laws.
 *
 *   coverage_paired [--short]
 *
 * Judged where coverage is known: of the mean of normal differences, of their quantiles, and of shares. Differences of
 * quantiles and of tails, and all of what is not paired, are asymptotic: printed, not judged.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/paired.h"
#include "tests/coverage/judge.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNKNOWN __builtin_nan("")

enum { SEED = 20190912, MOST = 10240, QUANTILES = 5, LEVELS = 2 };

static const double probability[QUANTILES] = {0.05, 0.25, 0.5, 0.75, 0.95}, level[LEVELS] = {0.05, 0.95};
static const struct quantiles_asked asked = {QUANTILES, probability, LEVELS, level};

/* A pair: base = f(a), value = f(shift + spread b), with a and b standard normal of that correlation. */
struct pair {
    const char *name;
    double correlation, shift, spread;
    bool lognormal; /* f is exp, else nothing */
};
static const struct pair pairs[] = {{"normal, correlation 0.5", 0.5, 0.1, 1.2, false},
                                    {"normal, correlation 0.99", 0.99, 0.1, 1.2, false},
                                    {"lognormal, correlation 0.9", 0.9, 0.1, 1.1, true}};

static double mean_of(const struct pair *pair, double shift, double spread)
{
    return pair->lognormal ? exp(shift + spread * spread / 2) : shift;
}

static double quantile_of(const struct pair *pair, double shift, double spread, double p)
{
    const double x = shift + spread * gsl_cdf_ugaussian_Pinv(p);
    return pair->lognormal ? exp(x) : x;
}

static double tail_of_law(const struct pair *pair, double shift, double spread, double of_level)
{
    const double z = gsl_cdf_ugaussian_Pinv(of_level), share = of_level > 0.5 ? 1 - of_level : of_level;
    if (!pair->lognormal) return shift + spread * gsl_ran_ugaussian_pdf(z) / (of_level > 0.5 ? share : -share);
    const double mean = mean_of(pair, shift, spread);
    return mean * (of_level > 0.5 ? gsl_cdf_ugaussian_Q(z - spread) : gsl_cdf_ugaussian_P(z - spread)) / share;
}

/* Of the difference of normals. */
static double spread_of_difference(const struct pair *pair)
{
    return sqrt(1 + pair->spread * pair->spread - 2 * pair->correlation * pair->spread);
}

struct truth {
    double mean, better, quantile[QUANTILES], quantile_difference[QUANTILES], tail[LEVELS];
};

static struct truth truth_of(const struct pair *pair)
{
    const double spread = spread_of_difference(pair);
    struct truth truth = {.mean = mean_of(pair, pair->shift, pair->spread) - mean_of(pair, 0, 1),
                          .better = gsl_cdf_ugaussian_P(pair->shift / spread)};
    for (size_t q = 0; q < QUANTILES; q++) {
        const double p = probability[q];
        truth.quantile[q] = pair->lognormal ? UNKNOWN : pair->shift + spread * gsl_cdf_ugaussian_Pinv(p);
        truth.quantile_difference[q] = quantile_of(pair, pair->shift, pair->spread, p) - quantile_of(pair, 0, 1, p);
    }
    for (size_t l = 0; l < LEVELS; l++)
        truth.tail[l] = tail_of_law(pair, pair->shift, pair->spread, level[l]) - tail_of_law(pair, 0, 1, level[l]);
    return truth;
}

static void draw(gsl_rng *rng, const struct pair *pair, size_t n, float value[], float base[])
{
    const double rest = sqrt(1 - pair->correlation * pair->correlation);
    for (size_t i = 0; i < n; i++) {
        const double a = gsl_ran_gaussian_ziggurat(rng, 1);
        const double b = pair->correlation * a + rest * gsl_ran_gaussian_ziggurat(rng, 1);
        const double y = pair->shift + pair->spread * b;
        base[i] = (float)(pair->lognormal ? exp(a) : a);
        value[i] = (float)(pair->lognormal ? exp(y) : y);
    }
}

struct tally {
    size_t mean, better, quantile[QUANTILES], quantile_difference[QUANTILES], tail[LEVELS];
    size_t has_interval[QUANTILES]; /* of the difference of quantiles */
};

static bool within(double low, double truth, double high)
{
    return low <= truth && truth <= high;
}

static void count_parts(const struct truth *truth, const struct paired_parts *parts, struct tally *tally)
{
    for (size_t q = 0; q < QUANTILES; q++) {
        const struct quantile_estimate *of = &parts->quantile[q], *apart = &parts->quantile_difference[q];
        tally->quantile[q] += within(of->low, truth->quantile[q], of->high);
        tally->quantile_difference[q] += within(apart->low, truth->quantile_difference[q], apart->high);
        if (!isnan(apart->low)) tally->has_interval[q]++;
    }
    for (size_t l = 0; l < LEVELS; l++)
        tally->tail[l] += within(parts->tail[l].low, truth->tail[l], parts->tail[l].high);
}

static void print_asymptotic(const struct tally *tally, size_t runs)
{
    for (size_t q = 0; q < QUANTILES; q++) judge(tally->has_interval[q], tally->quantile_difference[q], UNKNOWN);
    for (size_t l = 0; l < LEVELS; l++) judge(runs, tally->tail[l], UNKNOWN);
    putchar('\n');
}

static void paired_row(gsl_rng *rng, const struct pair *pair, size_t n, size_t runs, struct paired_work *work)
{
    static float value[MOST], base[MOST];
    static struct quantile_estimate quantile[QUANTILES], quantile_difference[QUANTILES];
    static struct tail_difference tail[LEVELS];
    const struct paired_parts parts = {quantile, quantile_difference, tail};
    const struct truth truth = truth_of(pair);
    struct tally tally = {.mean = 0};
    for (size_t r = 0; r < runs; r++) {
        draw(rng, pair, n, value, base);
        const struct paired paired = paired_compare(n, value, base, OUTCOME_MORE, &asked, work, &parts);
        tally.mean += within(paired.low, truth.mean, paired.high);
        tally.better += within(paired.better.low, truth.better, paired.better.high);
        count_parts(&truth, &parts, &tally);
    }
    printf("| %s | %zu | %zu |", pair->name, n, runs);
    judge(runs, tally.mean, pair->lognormal ? UNKNOWN : 0.95);
    judge(runs, tally.better, judge_wilson_coverage(n, truth.better));
    for (size_t q = 0; q < QUANTILES; q++)
        judge(pair->lognormal ? 0 : runs, tally.quantile[q],
              judge_quantile_coverage(n, probability[q], probability[q], probability[q]));
    print_asymptotic(&tally, runs);
}

/* What a file holds of a run. */
static struct summary summary_of(size_t n, const float sample[], struct paired_work *work,
                                 struct quantile_estimate quantile[], struct cvar_estimate tail[])
{
    for (size_t i = 0; i < n; i++) work->number[0][i] = (double)sample[i];
    const struct moments m = moments_of(n, work->number[0], NULL);
    quantiles_and_tails(n, sample, work->select, &asked, quantile, tail);
    return (struct summary){m.count, m.mean, moments_standard_error(&m), quantile, tail};
}

static void unpaired_row(gsl_rng *rng, const struct pair *of, size_t n, size_t runs, struct paired_work *work)
{
    static float value[MOST], base[MOST];
    static struct quantile_estimate x[QUANTILES], y[QUANTILES], quantile[QUANTILES], quantile_difference[QUANTILES];
    static struct cvar_estimate tail_x[LEVELS], tail_y[LEVELS];
    static struct tail_difference tail[LEVELS];
    const struct paired_parts parts = {quantile, quantile_difference, tail};
    struct pair pair = *of;
    pair.correlation = 0;
    const struct truth truth = truth_of(&pair);
    struct tally tally = {.mean = 0};
    for (size_t r = 0; r < runs; r++) {
        draw(rng, &pair, n, value, base);
        const struct summary a = summary_of(n, value, work, x, tail_x), b = summary_of(n, base, work, y, tail_y);
        const struct paired paired = paired_unpaired(&a, &b, &asked, &parts);
        tally.mean += within(paired.low, truth.mean, paired.high);
        count_parts(&truth, &parts, &tally);
    }
    printf("| %s | %zu | %zu |", pair.lognormal ? "lognormal" : "normal", n, runs);
    judge(runs, tally.mean, UNKNOWN);
    print_asymptotic(&tally, runs);
}

int main(int argc, char **argv)
{
    static const struct {
        size_t n, all, few; /* runs */
    } sizes[] = {{100, 100000, 5000}, {1000, 40000, 1000}, {10240, 10000, 100}};
    const bool is_short = argc > 1 && strcmp(argv[1], "--short") == 0;
    struct paired_work work;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    if (rng == NULL || paired_work_init(&work, MOST, &asked) != NULL) return EXIT_FAILURE;
    gsl_rng_set(rng, SEED);
    fputs(
        "| pairs | n | runs | mean | better | quantile of differences 0.05 | 0.25 | 0.5 | 0.75 | 0.95 | difference of "
        "quantiles 0.05 | 0.25 | 0.5 | 0.75 | 0.95 | of tails: least 5 % | greatest 5 % |\n"
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n",
        stdout);
    for (size_t p = 0; p < sizeof pairs / sizeof *pairs; p++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
            paired_row(rng, &pairs[p], sizes[s].n, is_short ? sizes[s].few : sizes[s].all, &work);
    fputs("\n| unpaired | n | runs | mean | difference of quantiles 0.05 | 0.25 | 0.5 | 0.75 | 0.95 | of tails: least "
          "5 % "
          "| greatest 5 % |\n|---|---|---|---|---|---|---|---|---|---|---|\n",
          stdout);
    for (size_t p = 1; p < sizeof pairs / sizeof *pairs; p++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
            unpaired_row(rng, &pairs[p], sizes[s].n, is_short ? sizes[s].few : sizes[s].all, &work);
    paired_work_free(&work);
    gsl_rng_free(rng);
    return judge_failed() ? EXIT_FAILURE : EXIT_SUCCESS;
}
