/* models/calibration/small_sample.c -- see small_sample.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/calibration/small_sample.h"
#include "sim/core/stream.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { J = LINEAR_STATES, INVERSIONS = 500, BOOTSTRAPS = 200, HALVINGS = 10 };
/* The slope of the likelihood at the estimate is taken over so much of phi. */
#define APART 1e-3
/* A maximum this near to a bound lies at it. */
#define NEAR_BOUND 0.02

/* Draws of one law. */
struct simulator {
    const struct linear_process *process;
    struct kalman_form form;
    double prior[LINEAR_SIZE][LINEAR_SIZE], noise[LINEAR_SIZE][LINEAR_SIZE]; /* lower factors */
    struct stream stream;
    gsl_rng *generator;
};

/* L L' = m, of a covariance that may be singular. */
static void factor(double m[LINEAR_SIZE][LINEAR_SIZE], double l[LINEAR_SIZE][LINEAR_SIZE])
{
    memset(l, 0, LINEAR_SIZE * sizeof *l);
    for (size_t i = 0; i < LINEAR_SIZE; i++)
        for (size_t k = 0; k <= i; k++) {
            double rest = m[i][k];
            for (size_t n = 0; n < k; n++) rest -= l[i][n] * l[k][n];
            if (i == k)
                l[i][i] = rest > 1e-14 * m[i][i] ? sqrt(rest) : 0.0;
            else
                l[i][k] = l[k][k] > 0.0 ? rest / l[k][k] : 0.0;
        }
}

static struct fault *simulator_open(const struct process *process, const struct process_given *given,
                                    const double phi[], const struct kalman_figures *like, uint64_t seed,
                                    struct simulator *simulator)
{
    struct linear_process linear;
    process->form(phi, given, &linear);
    TRY(kalman_prepare(&linear, like->months, like->means, &simulator->form));
    /* a process that reverts has its stationary law, whatever the likelihood is given */
    if (linear.states == 1 && linear.a[0][0] < 0.0)
        simulator->form.prior[0][0] = -0.5 * linear.q[0][0] / linear.a[0][0];
    factor(simulator->form.prior, simulator->prior);
    factor(simulator->form.transition.v, simulator->noise);
    simulator->stream = stream_named(seed, "calibration", NULL);
    simulator->generator = gsl_rng_alloc(stream_gsl_philox);
    return simulator->generator == NULL ? fault_no_memory() : NULL;
}

static void simulator_close(struct simulator *simulator)
{
    if (simulator->generator != NULL) gsl_rng_free(simulator->generator);
}

static void add_draw(gsl_rng *generator, double l[LINEAR_SIZE][LINEAR_SIZE], double x[LINEAR_SIZE])
{
    double z[LINEAR_SIZE];
    for (size_t i = 0; i < LINEAR_SIZE; i++) z[i] = gsl_ran_ugaussian(generator);
    for (size_t i = 0; i < LINEAR_SIZE; i++)
        for (size_t k = 0; k <= i; k++) x[i] += l[i][k] * z[k];
}

static void simulator_draw(struct simulator *simulator, uint64_t number, const struct kalman_figures *like, double y[])
{
    const struct linear_transition *t = &simulator->form.transition;
    double x[LINEAR_SIZE] = {0};
    stream_seek(simulator->generator, &simulator->stream, number, 0, 0);
    add_draw(simulator->generator, simulator->prior, x);
    for (size_t i = 0; i < like->count; i++) {
        double moved[LINEAR_SIZE] = {0};
        for (size_t r = 0; r < LINEAR_SIZE; r++)
            for (size_t k = 0; k < LINEAR_STATES; k++) moved[r] += t->f[r][k] * x[k];
        add_draw(simulator->generator, simulator->noise, moved);
        memcpy(x, moved, sizeof x);
        y[i] = 0.0;
        for (size_t r = 0; r < LINEAR_SIZE; r++) y[i] += simulator->form.h[r] * x[r];
        if (isnan(like->y[i])) y[i] = NAN;
    }
}

struct fault *small_sample_simulate(const struct process *process, const struct process_given *given,
                                    const double phi[], const struct kalman_figures *like, uint64_t seed,
                                    uint64_t number, double y[])
{
    struct simulator simulator = {.generator = NULL};
    struct fault *fault = simulator_open(process, given, phi, like, seed, &simulator);
    if (fault == NULL) simulator_draw(&simulator, number, like, y);
    simulator_close(&simulator);
    return fault;
}

/* What an inversion needs. */
struct inversion {
    const struct process *process;
    const struct process_given *given;
    const struct kalman_figures *like;
    struct kalman_form below, above; /* on both sides of the estimate */
    uint64_t seed;
    double *y;
};

/* The probability that figures of a process with this phi have their maximum at the estimate or above: that the
 * likelihood rises there. */
static struct fault *share_above(const struct inversion *inversion, double phi, double *share)
{
    struct simulator simulator = {.generator = NULL};
    const struct kalman_figures figures = {inversion->like->count, inversion->y, inversion->like->months,
                                           inversion->like->means};
    struct fault *fault =
        simulator_open(inversion->process, inversion->given, &phi, inversion->like, inversion->seed, &simulator);
    size_t rising = 0;
    for (uint64_t i = 0; i < INVERSIONS && fault == NULL; i++) {
        struct kalman_pass below, above;
        double beta, sigma2;
        simulator_draw(&simulator, i, inversion->like, inversion->y);
        kalman_run(&inversion->below, &figures, NULL, &below);
        kalman_run(&inversion->above, &figures, NULL, &above);
        rising += kalman_best(&above, &beta, &sigma2) >= kalman_best(&below, &beta, &sigma2);
    }
    simulator_close(&simulator);
    *share = (double)rising / INVERSIONS;
    return fault;
}

/* The phi of which the share is `target`; the bound where there is none within. */
static struct fault *invert(const struct inversion *inversion, double target, double *phi)
{
    double low = inversion->process->phi_min[0], high = inversion->process->phi_max[0], share;
    TRY(share_above(inversion, high, &share));
    if (share <= target) {
        *phi = high;
        return NULL;
    }
    TRY(share_above(inversion, low, &share));
    for (int i = 0; i < HALVINGS && share < target; i++) {
        const double middle = 0.5 * (low + high);
        double here;
        TRY(share_above(inversion, middle, &here));
        if (here < target)
            low = middle;
        else
            high = middle;
    }
    *phi = share >= target ? low : 0.5 * (low + high);
    return NULL;
}

static struct fault *invert_all(struct inversion *inversion, const struct estimate *estimate, struct small_sample *law)
{
    const double at =
        fmin(fmax(estimate->phi[0], inversion->process->phi_min[0] + APART), inversion->process->phi_max[0] - APART);
    for (int side = 0; side < 2; side++) {
        const double phi = at + (side == 0 ? -APART : APART);
        struct linear_process linear;
        inversion->process->form(&phi, inversion->given, &linear);
        TRY(kalman_prepare(&linear, inversion->like->months, inversion->like->means,
                           side == 0 ? &inversion->below : &inversion->above));
    }
    TRY(share_above(inversion, inversion->process->phi_min[0], &law->slowest));
    TRY(invert(inversion, 0.5, &law->phi[0]));
    TRY(invert(inversion, 0.025, &law->low[0]));
    TRY(invert(inversion, 0.975, &law->high[0]));
    const double sd = (law->high[0] - law->low[0]) / (2.0 * 1.959963984540054);
    law->covariance[0][0] = sd * sd;
    return NULL;
}

static bool at_bound(const struct process *process, const double phi[])
{
    for (size_t i = 0; i < process->phis; i++)
        if (phi[i] < process->phi_min[i] + NEAR_BOUND || phi[i] > process->phi_max[i] - NEAR_BOUND) return true;
    return false;
}

/* phi[2][BOOTSTRAPS]; corrected by the bias of the median, with covariances of normal shape: half of what lies between
 * the 16 and 84 % quantiles, which some maxima at a bound leave alone. */
static void summarise(const struct estimate *estimate, double phi[2][BOOTSTRAPS], struct small_sample *law)
{
    double sd[2];
    const double r = gsl_stats_correlation(phi[0], 1, phi[1], 1, BOOTSTRAPS);
    for (size_t i = 0; i < 2; i++) {
        gsl_sort(phi[i], 1, BOOTSTRAPS);
        const double median = gsl_stats_quantile_from_sorted_data(phi[i], 1, BOOTSTRAPS, 0.5);
        sd[i] = 0.5 * (gsl_stats_quantile_from_sorted_data(phi[i], 1, BOOTSTRAPS, 0.8413447460685429) -
                       gsl_stats_quantile_from_sorted_data(phi[i], 1, BOOTSTRAPS, 0.1586552539314571));
        law->phi[i] = 2.0 * estimate->phi[i] - median;
        law->low[i] = law->phi[i] - 1.959963984540054 * sd[i];
        law->high[i] = law->phi[i] + 1.959963984540054 * sd[i];
        law->covariance[i][i] = sd[i] * sd[i];
    }
    law->covariance[0][1] = law->covariance[1][0] = (isnan(r) ? 0.0 : r) * sd[0] * sd[1];
}

static struct fault *bootstrap(const struct process *process, const struct process_given *given,
                               const struct kalman_figures *like, const struct estimate *estimate, uint64_t seed,
                               double y[], struct small_sample *law)
{
    double phi[2][BOOTSTRAPS];
    struct simulator simulator = {.generator = NULL};
    const struct kalman_figures figures = {like->count, y, like->months, like->means};
    struct fault *fault = simulator_open(process, given, estimate->phi, like, seed, &simulator);
    size_t edges = 0;
    for (size_t i = 0; i < BOOTSTRAPS && fault == NULL; i++) {
        struct estimate again = {.beta = 0.0};
        simulator_draw(&simulator, i, like, y);
        fault = estimate_maximum(process, given, &figures, true, &again);
        for (size_t k = 0; k < 2; k++) phi[k][i] = again.phi[k];
        edges += at_bound(process, again.phi);
    }
    simulator_close(&simulator);
    if (fault != NULL) return fault;
    law->edge = (double)edges / BOOTSTRAPS;
    summarise(estimate, phi, law);
    return NULL;
}

struct fault *small_sample_of(const struct process *process, const struct process_given *given,
                              const struct kalman_figures *figures, const struct estimate *estimate, uint64_t seed,
                              struct small_sample *law)
{
    memset(law, 0, sizeof *law);
    double *y = calloc(figures->count, sizeof *y);
    if (y == NULL) return fault_no_memory();
    struct fault *fault;
    if (process->phis == 1) {
        struct inversion inversion = {process, given, figures, {.h = {0}}, {.h = {0}}, seed, y};
        fault = invert_all(&inversion, estimate, law);
    } else
        fault = bootstrap(process, given, figures, estimate, seed, y, law);
    free(y);
    return fault;
}
