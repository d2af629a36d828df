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

enum { J = LINEAR_STATES, INVERSIONS = 500, BOOTSTRAPS = 200, HALVINGS = 9, MOST_NORMALS = 1000000 };
/* The slope of the likelihood at the estimate is taken over so much of phi. */
#define APART 1e-3
/* A maximum this near to a bound lies at it. */
#define NEAR_BOUND 0.02

/* A law to draw figures from. */
struct simulator {
    struct kalman_form form;
    double prior[LINEAR_SIZE][LINEAR_SIZE], noise[LINEAR_SIZE][LINEAR_SIZE]; /* lower factors */
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

static void simulator_open(const struct process *process, const struct process_given *given, const double phi[],
                           const struct kalman_figures *like, struct simulator *simulator)
{
    struct linear_process linear;
    process->form(phi, given, &linear);
    kalman_prepare(&linear, like->months, like->means, &simulator->form);
    /* a process that reverts has its stationary law, whatever the likelihood is given */
    if (linear.states == 1 && linear.a[0][0] < 0.0)
        simulator->form.prior[0][0] = -0.5 * linear.q[0][0] / linear.a[0][0];
    factor(simulator->form.prior, simulator->prior);
    factor(simulator->form.transition.v, simulator->noise);
}

static void add_draw(double l[LINEAR_SIZE][LINEAR_SIZE], const double z[LINEAR_SIZE], double x[LINEAR_SIZE])
{
    for (size_t i = 0; i < LINEAR_SIZE; i++)
        for (size_t k = 0; k <= i; k++) x[i] += l[i][k] * z[k];
}

/* The normals of one simulated series: z[(count + 1) * LINEAR_SIZE]. */
static void draw_normals(const struct stream *stream, gsl_rng *generator, uint64_t number, size_t count, double z[])
{
    stream_seek(generator, stream, number, 0, 0);
    for (size_t i = 0; i < (count + 1) * LINEAR_SIZE; i++) z[i] = gsl_ran_ugaussian(generator);
}

/* The figures that such normals make. */
static void simulator_draw(struct simulator *simulator, const double z[], const struct kalman_figures *like, double y[])
{
    const struct linear_transition *t = &simulator->form.transition;
    double x[LINEAR_SIZE] = {0};
    add_draw(simulator->prior, z, x);
    for (size_t i = 0; i < like->count; i++) {
        double moved[LINEAR_SIZE] = {0};
        for (size_t r = 0; r < LINEAR_SIZE; r++)
            for (size_t k = 0; k < LINEAR_STATES; k++) moved[r] += t->f[r][k] * x[k];
        add_draw(simulator->noise, z + (i + 1) * LINEAR_SIZE, moved);
        memcpy(x, moved, sizeof x);
        y[i] = 0.0;
        for (size_t r = 0; r < LINEAR_SIZE; r++) y[i] += simulator->form.h[r] * x[r];
        if (isnan(like->y[i])) y[i] = NAN;
    }
}

/* The normals of so many series, one after another; *z is the caller's to free. */
static struct fault *all_normals(uint64_t seed, size_t series, size_t count, double **z)
{
    const struct stream stream = stream_named(seed, "calibration", NULL);
    gsl_rng *generator = gsl_rng_alloc(stream_gsl_philox);
    *z = calloc(series * (count + 1), LINEAR_SIZE * sizeof **z);
    for (uint64_t i = 0; i < series && generator != NULL && *z != NULL; i++)
        draw_normals(&stream, generator, i, count, *z + i * (count + 1) * LINEAR_SIZE);
    const bool done = generator != NULL && *z != NULL;
    if (generator != NULL) gsl_rng_free(generator);
    return done ? NULL : fault_no_memory();
}

struct fault *small_sample_simulate(const struct process *process, const struct process_given *given,
                                    const double phi[], const struct kalman_figures *like, uint64_t seed,
                                    uint64_t number, double y[])
{
    struct simulator simulator;
    const struct stream stream = stream_named(seed, "calibration", NULL);
    simulator_open(process, given, phi, like, &simulator);
    gsl_rng *generator = gsl_rng_alloc(stream_gsl_philox);
    double *z = calloc(like->count + 1, LINEAR_SIZE * sizeof *z);
    const bool done = generator != NULL && z != NULL;
    if (done) {
        draw_normals(&stream, generator, number, like->count, z);
        simulator_draw(&simulator, z, like, y);
    }
    if (generator != NULL) gsl_rng_free(generator);
    free(z);
    return done ? NULL : fault_no_memory();
}

/* What an inversion needs. */
struct inversion {
    const struct process *process;
    const struct process_given *given;
    const struct kalman_figures *like;
    struct kalman_form below, above; /* on both sides of the estimate */
    size_t series;                   /* simulated */
    const double *z;
    double *y;
};

/* The probability that figures of a process with this phi have their maximum at the estimate or above: that the
 * likelihood rises there. */
static double share_above(const struct inversion *inversion, double phi)
{
    struct simulator simulator;
    const struct kalman_figures *like = inversion->like;
    const struct kalman_figures figures = {like->count, inversion->y, like->months, like->means};
    size_t rising = 0;
    simulator_open(inversion->process, inversion->given, &phi, like, &simulator);
    for (size_t i = 0; i < inversion->series; i++) {
        struct kalman_pass below, above;
        double beta, sigma2;
        simulator_draw(&simulator, inversion->z + i * (like->count + 1) * LINEAR_SIZE, like, inversion->y);
        kalman_run(&inversion->below, &figures, NULL, &below);
        kalman_run(&inversion->above, &figures, NULL, &above);
        rising += kalman_best(&above, &beta, &sigma2) >= kalman_best(&below, &beta, &sigma2) ? 1 : 0;
    }
    return (double)rising / (double)inversion->series;
}

/* The phi of which the share is `target`; the bound where there is none within. */
static double invert(const struct inversion *inversion, double target)
{
    double low = inversion->process->phi_min[0], high = inversion->process->phi_max[0];
    if (share_above(inversion, high) <= target) return high;
    if (share_above(inversion, low) >= target) return low;
    for (int i = 0; i < HALVINGS; i++) {
        const double middle = 0.5 * (low + high);
        if (share_above(inversion, middle) < target)
            low = middle;
        else
            high = middle;
    }
    return 0.5 * (low + high);
}

static void invert_all(struct inversion *inversion, const struct estimate *estimate, struct small_sample *law)
{
    const double at =
        fmin(fmax(estimate->phi[0], inversion->process->phi_min[0] + APART), inversion->process->phi_max[0] - APART);
    for (int side = 0; side < 2; side++) {
        const double phi = at + (side == 0 ? -APART : APART);
        struct linear_process linear;
        inversion->process->form(&phi, inversion->given, &linear);
        kalman_prepare(&linear, inversion->like->months, inversion->like->means,
                       side == 0 ? &inversion->below : &inversion->above);
    }
    law->slowest = share_above(inversion, inversion->process->phi_min[0]);
    law->phi[0] = invert(inversion, 0.5);
    law->low[0] = invert(inversion, 0.025);
    law->high[0] = invert(inversion, 0.975);
    const double sd = (law->high[0] - law->low[0]) / (2.0 * 1.959963984540054);
    law->covariance[0][0] = sd * sd;
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
                               const struct kalman_figures *like, const struct estimate *estimate, const double z[],
                               double y[], struct small_sample *law)
{
    double phi[2][BOOTSTRAPS];
    struct simulator simulator;
    const struct kalman_figures figures = {like->count, y, like->months, like->means};
    size_t edges = 0;
    simulator_open(process, given, estimate->phi, like, &simulator);
    for (size_t i = 0; i < BOOTSTRAPS; i++) {
        struct estimate again;
        simulator_draw(&simulator, z + i * (like->count + 1) * LINEAR_SIZE, like, y);
        TRY(estimate_maximum(process, given, &figures, true, &again));
        for (size_t k = 0; k < 2; k++) phi[k][i] = again.phi[k];
        edges += at_bound(process, again.phi) ? 1 : 0;
    }
    law->edge = (double)edges / BOOTSTRAPS;
    summarise(estimate, phi, law);
    return NULL;
}

struct fault *small_sample_of(const struct process *process, const struct process_given *given,
                              const struct kalman_figures *figures, const struct estimate *estimate, uint64_t seed,
                              struct small_sample *law)
{
    memset(law, 0, sizeof *law);
    /* of long series fewer: their law is narrow */
    const size_t most = MOST_NORMALS / figures->count, inversions = most > INVERSIONS ? INVERSIONS : most;
    const size_t series = process->phis == 1 && inversions > BOOTSTRAPS ? inversions : BOOTSTRAPS;
    double *z = NULL, *y = calloc(figures->count, sizeof *y);
    struct fault *fault = y == NULL ? fault_no_memory() : all_normals(seed, series, figures->count, &z);
    if (fault == NULL && process->phis == 1) {
        struct inversion inversion = {process, given, figures, {.h = {0}}, {.h = {0}}, series, z, y};
        invert_all(&inversion, estimate, law);
    } else if (fault == NULL)
        fault = bootstrap(process, given, figures, estimate, z, y, law);
    free(z);
    free(y);
    return fault;
}
