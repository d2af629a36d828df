/* tests/coverage/coverage_joint.c -- how often all differences of a batch hold at once, and the value of perfect
 * information, in many synthetic batches whose means are known.
 *
 *   coverage_joint [--short]
 *
 * Judged: that all differences of 8 policies in 6 worlds on the same random numbers hold at once in 95 %; of perfect
 * information that a clear choice's interval covers 95 %, and a close one's no less.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/alternatives.h"
#include "sim/statistics/simultaneous.h"
#include "sim/statistics/value_of_information.h"
#include "tests/coverage/judge.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 20190913, WORLDS = 6, POLICIES = 8, CELLS = WORLDS * POLICIES, COUNT = 500 };

static float sample[CELLS][COUNT];
static const float *row[CELLS];

/* What all share, what the world adds, what the policy adds in every world, and what is the cell's own. */
static double mean_of(size_t world, size_t policy)
{
    return 0.1 * (double)policy * (double)(world % 3);
}

static void draw(gsl_rng *rng)
{
    for (size_t i = 0; i < COUNT; i++) {
        const double all = gsl_ran_ugaussian(rng);
        double of_policy[POLICIES];
        for (size_t p = 0; p < POLICIES; p++) of_policy[p] = gsl_ran_gaussian(rng, 0.1 * (double)(1 + p));
        for (size_t w = 0; w < WORLDS; w++) {
            const double of_world = gsl_ran_ugaussian(rng);
            for (size_t p = 0; p < POLICIES; p++)
                sample[w * POLICIES + p][i] =
                    (float)(10.0 + mean_of(w, p) + 3.0 * all + of_world + of_policy[p] + gsl_ran_gaussian(rng, 0.2));
        }
    }
    for (size_t c = 0; c < CELLS; c++) row[c] = sample[c];
}

static bool all_hold(const struct simultaneous *joint)
{
    for (size_t w = 0; w < WORLDS; w++)
        for (size_t a = 0; a < POLICIES; a++)
            for (size_t b = 0; b < a; b++) {
                const struct simultaneous_pair *pair = &joint->pair[(w * POLICIES + a) * POLICIES + b];
                const double truth = mean_of(w, a) - mean_of(w, b);
                if (fabs(pair->gain - truth) > simultaneous_half(joint, pair)) return false;
            }
    return true;
}

static int judge_batches(gsl_rng *rng, size_t runs)
{
    size_t hold = 0;
    double critical = 0.0;
    for (size_t run = 0; run < runs; run++) {
        struct simultaneous joint;
        draw(rng);
        const struct simultaneous_asked asked = {WORLDS, POLICIES, COUNT, row, true, 0.95, run};
        struct fault *fault = simultaneous_of(&asked, &joint);
        if (fault != NULL) {
            printf("%s\n", fault->sentence);
            fault_free(fault);
            simultaneous_free(&joint);
            return 1;
        }
        hold += all_hold(&joint);
        critical += joint.critical / (double)runs;
        simultaneous_free(&joint);
    }
    printf("168 differences of %d cells at once, critical value %.3f on average:", CELLS, critical);
    judge(runs, hold, 0.95);
    putchar('\n');
    return 0;
}

/* Of a difference that is normal with mean m and standard deviation 1: phi(m) - |m| Phi(-|m|). */
static void judge_information(gsl_rng *rng, size_t runs, double m)
{
    const double truth = gsl_ran_ugaussian_pdf(m) - m * gsl_cdf_ugaussian_P(-m);
    static float best[COUNT];
    static double work[COUNT];
    size_t covered = 0;
    double estimate = 0.0, unsplit = 0.0;
    for (size_t run = 0; run < runs; run++) {
        for (size_t i = 0; i < COUNT; i++) {
            sample[0][i] = (float)gsl_ran_gaussian(rng, 0.5);
            sample[1][i] = (float)((double)sample[0][i] + m + gsl_ran_ugaussian(rng));
        }
        row[0] = sample[0];
        row[1] = sample[1];
        alternatives_best(2, COUNT, row, true, best);
        const struct value_of_information is = value_of_information(2, COUNT, row, best, true, work);
        covered += is.low <= truth && truth <= is.high;
        estimate += is.estimate / (double)runs;
        unsplit += is.unsplit / (double)runs;
    }
    printf("perfect information, ahead by %.2f: %.4f by splitting, %.4f without, %.4f in truth:", m, estimate, unsplit,
           truth);
    if (m < 0.3)
        judge_at_least(runs, covered, 0.95);
    else
        judge(runs, covered, 0.95);
    putchar('\n');
}

int main(int argc, char **argv)
{
    const bool is_short = argc > 1 && strcmp(argv[1], "--short") == 0;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, SEED);
    const int failed = judge_batches(rng, is_short ? 60 : 2000);
    for (size_t k = 0; k < 3; k++) judge_information(rng, is_short ? 2000 : 20000, 0.25 * (double)k);
    gsl_rng_free(rng);
    return failed != 0 || judge_failed() ? EXIT_FAILURE : EXIT_SUCCESS;
}
