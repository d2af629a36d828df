/* tests/coverage/coverage_calibration.c -- whether processes are found again in figures made of them: how far estimates
 * are off, and how often their 95 % intervals hold the truth.
 *
 *   coverage_calibration [--short]
 *
 * 500 series of each case, or a few. Judged: coverage between 92 and 97 % but for the binomial error of the runs (3 standard
 * errors), and a mean estimate within a tenth of the standard deviation of estimates (of speeds in logs), but for the
 * error of that mean (3 standard errors).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/calibration/calibration.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 20190911, RUNS = 500, MOST = 600 };

/* Figures of a process of which all is known. */
struct truth {
    const char *name, *process;
    size_t figures;
    int months;
    bool means;
    size_t gap; /* this many figures are lacking from a third on */
    double phi[PROCESS_PHIS], beta, sigma;
};

static const struct truth truths[] = {
    {"monthly means", "gbm", 240, 1, true, 0, {0}, 0.01, 0.3},
    {"quarterly means, a year lacking", "walk", 60, 3, true, 4, {0}, 0.0, 0.25},
    {"yearly points", "trend", 30, 12, false, 0, {0}, -0.07, 0.1},
    {"monthly means, 20 years", "mean-reverting", 240, 1, true, 0, {0.0}, 4.1, 0.3},
    {"monthly points, 20 years", "mean-reverting-level", 240, 1, false, 0, {0.0}, 2.0, 0.5},
    {"yearly means", "growth", 60, 12, true, 0, {-0.35667494393873245}, 0.04, 0.02},
    {"monthly means, 50 years", "two-factor", 600, 1, true, 0, {1.3862943611198906, 1.5}, 0.01, 0.32},
};

struct tally {
    size_t runs, covered[PROCESS_PARAMETERS], reverting;
    double sum[PROCESS_PARAMETERS], square[PROCESS_PARAMETERS];
};

static bool wrong;

/* Makes figures, from their normal part. */
static void make(const struct truth *truth, bool log_scale, double y[])
{
    const bool returns = strncmp(truth->process, "mean-reverting", 14) == 0;
    for (size_t i = 0; i < truth->figures; i++) {
        const double years = (double)i * truth->months / 12.0, rest = returns ? truth->beta : truth->beta * years;
        y[i] = rest + truth->sigma * y[i];
        if (log_scale) y[i] = exp(y[i]);
    }
    for (size_t i = 0; i < truth->gap; i++) y[truth->figures / 3 + i] = (double)NAN;
}

/* False: the figures do not show the process. */
static bool try_once(const struct truth *truth, const struct process *process, uint64_t number, const double value[],
                     struct tally *tally)
{
    static double y[MOST], none[MOST];
    const struct kalman_figures like = {truth->figures, none, truth->months, truth->means};
    const struct calibration_settings settings = {.seed = SEED + 1};
    const struct calibration_series series = {truth->figures, y, truth->months, truth->means};
    struct calibration_fit fit;
    struct fault *fault = small_sample_simulate(process, &settings.given, truth->phi, &like, SEED, number, y);
    if (fault == NULL) {
        make(truth, process->log, y);
        fault = calibration_fit(process, &series, &settings, &fit);
    }
    const bool done = fault == NULL;
    fault_free(fault);
    if (!done) return false;
    tally->runs++;
    for (size_t i = 0; i < process->parameters; i++) {
        const struct calibration_estimate *p = &fit.parameter[i];
        const bool speed = process->parameter[i].unit == PROCESS_PER_YEAR; /* whose median is corrected */
        const double x = speed ? log(p->value / value[i]) : p->value - value[i];
        tally->covered[i] += p->low <= value[i] && value[i] <= p->high ? 1 : 0;
        tally->sum[i] += x;
        tally->square[i] += x * x;
    }
    return true;
}

static void row(const struct truth *truth, size_t runs)
{
    const struct process *process = process_find(truth->process);
    struct tally tally = {0};
    double value[PROCESS_PARAMETERS];
    process->values(truth->phi, truth->beta, truth->sigma, value);
    for (uint64_t i = 0; i < runs; i++) (void)try_once(truth, process, i, value, &tally);
    const double n = (double)tally.runs;
    for (size_t i = 0; i < process->parameters; i++) {
        const double mean = tally.sum[i] / n, sd = sqrt(tally.square[i] / n - mean * mean), bias = mean / sd;
        const double covered = (double)tally.covered[i] / n;
        const double below = 0.92 - 3.0 * sqrt(0.92 * 0.08 / n), above = 0.97 + 3.0 * sqrt(0.97 * 0.03 / n);
        const bool bad = !(covered >= below && covered <= above) || !(fabs(bias) <= 0.1 + 3.0 / sqrt(n));
        wrong = wrong || bad;
        printf("| %s | %zu %s | %zu | `%s` | %.4g | %.2f | %.1f |%s\n", truth->process, truth->figures, truth->name,
               tally.runs, process->parameter[i].key, value[i], bias, 100.0 * covered, bad ? " WRONG" : "");
    }
}

int main(int argc, char **argv)
{
    gsl_set_error_handler_off();
    const bool in_short = argc > 1 && strcmp(argv[1], "--short") == 0;
    static const size_t few[] = {200, 12, 3}; /* by the number of phi, whose laws are simulated */
    const char *only = getenv("ZHOL_ONLY");   /* a process */
    puts("| process | figures | series fitted | parameter | truth | bias / sd | covered, % "
         "|\n|---|---|---|---|---|---|---|");
    for (size_t i = 0; i < sizeof truths / sizeof *truths; i++) {
        if (only == NULL || strcmp(only, truths[i].process) == 0)
            row(&truths[i], in_short ? few[process_find(truths[i].process)->phis] : RUNS);
        fflush(stdout);
    }
    return wrong ? 1 : 0;
}
