/* tests/coverage/judge.c -- see judge.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/coverage/judge.h"
#include "sim/statistics/quantiles.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>

#define NORMAL_975 1.959963984540054
#define ERRORS     4.5 /* standard errors: by chance once in 150,000 times */

static double binomial_below(double b, double p, size_t n)
{
    return b < 0 ? 0.0 : b >= (double)n ? 1.0 : gsl_cdf_binomial_P((unsigned)b, p, (unsigned)n);
}

/* X_low is above the quantile q if fewer than `low` values are at most q, X_high below it if at least `high` are less.
 */
double judge_quantile_coverage(size_t n, double p, double at_most, double less)
{
    uint64_t rank, low, high;
    quantile_ranks(n, p, &rank, &low, &high);
    return 1 - binomial_below((double)low - 1, at_most, n) - (1 - binomial_below((double)high - 1, less, n));
}

bool judge_wilson_covers(size_t n, double p, double hits)
{
    const struct probability_estimate e = probability_of(hits, (double)n);
    return e.low <= p && p <= e.high;
}

double judge_wilson_coverage(size_t n, double p)
{
    double covered = 0;
    for (unsigned hits = 0; hits <= n; hits++)
        if (judge_wilson_covers(n, p, hits)) covered += gsl_ran_binomial_pdf(hits, p, (unsigned)n);
    return covered;
}

bool judge_covers(double estimate, double standard_error, double truth)
{
    return fabs(estimate - truth) <= NORMAL_975 * standard_error;
}

static bool failed;

static void judge_between(size_t runs, size_t covered, double least, double most)
{
    if (runs == 0) {
        fputs(" - |", stdout);
        return;
    }
    const double found = (double)covered / (double)runs;
    const double error = sqrt(least * (1 - least) / (double)runs) * ERRORS + 1 / (double)runs;
    const bool wrong = found < least - error || found > most + error; /* never without an expectation */
    printf(" %.1f%s |", 100 * found, wrong ? " (!)" : "");
    if (wrong) fprintf(stderr, "coverage: %g covered, %g to %g expected\n", found, least - error, most + error);
    failed = failed || wrong;
}

void judge(size_t runs, size_t covered, double expected)
{
    judge_between(runs, covered, expected, expected);
}

void judge_at_least(size_t runs, size_t covered, double expected)
{
    judge_between(runs, covered, expected, 1);
}

bool judge_failed(void)
{
    return failed;
}
