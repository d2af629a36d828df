/* models/calibration/estimate.c -- see estimate.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/calibration/estimate.h"

#include <gsl/gsl_multimin.h>
#include <math.h>
#include <string.h>

enum { GRID_ONE = 16, GRID_FIRST = 9, GRID_SECOND = 7, MOST_STEPS = 300 };

struct search {
    const struct process *process;
    const struct process_given *given;
    const struct kalman_figures *figures;
    struct estimate best;
};

void estimate_at(const struct process *process, const struct process_given *given, const struct kalman_figures *figures,
                 const double phi[], struct kalman_pass *pass, struct estimate *estimate)
{
    struct linear_process linear;
    struct kalman_form form;
    struct kalman_pass own;
    if (pass == NULL) pass = &own;
    process->form(phi, given, &linear);
    kalman_prepare(&linear, figures->months, figures->means, &form);
    kalman_run(&form, figures, NULL, pass);
    memset(estimate, 0, sizeof *estimate);
    memcpy(estimate->phi, phi, process->phis * sizeof *phi);
    estimate->log_likelihood = kalman_best(pass, &estimate->beta, &estimate->sigma2);
}

/* Less the likelihood at phi; infinite outside the bounds, where the simplex turns back. */
static double loss(const gsl_vector *x, void *context)
{
    struct search *search = context;
    double phi[PROCESS_PHIS] = {0};
    for (size_t i = 0; i < search->process->phis; i++) {
        phi[i] = gsl_vector_get(x, i);
        if (!(phi[i] >= search->process->phi_min[i] && phi[i] <= search->process->phi_max[i])) return 1e300;
    }
    struct estimate here;
    estimate_at(search->process, search->given, search->figures, phi, NULL, &here);
    if (isnan(here.log_likelihood)) return 1e300;
    if (here.log_likelihood > search->best.log_likelihood) search->best = here;
    return -here.log_likelihood;
}

static size_t grid_points(const struct process *process, size_t i)
{
    return process->phis == 1 ? GRID_ONE : i == 0 ? GRID_FIRST : GRID_SECOND;
}

static double grid_step(const struct process *process, size_t i)
{
    return (process->phi_max[i] - process->phi_min[i]) / (double)(grid_points(process, i) - 1);
}

static void look_around(struct search *search, gsl_vector *x)
{
    const struct process *process = search->process;
    const size_t first = grid_points(process, 0), second = process->phis == 2 ? grid_points(process, 1) : 1;
    for (size_t i = 0; i < first * second; i++) {
        gsl_vector_set(x, 0, process->phi_min[0] + (double)(i % first) * grid_step(process, 0));
        if (process->phis == 2) gsl_vector_set(x, 1, process->phi_min[1] + (double)(i / first) * grid_step(process, 1));
        (void)loss(x, search);
    }
}

static struct fault *descend(struct search *search, bool quick, gsl_vector *x, gsl_vector *step)
{
    const size_t n = search->process->phis;
    gsl_multimin_function function = {loss, n, search};
    gsl_multimin_fminimizer *simplex = gsl_multimin_fminimizer_alloc(gsl_multimin_fminimizer_nmsimplex2, n);
    if (simplex == NULL) return fault_no_memory();
    for (size_t i = 0; i < n; i++) {
        gsl_vector_set(x, i, search->best.phi[i]);
        /* the first simplex lies within the bounds */
        const double room = search->process->phi_max[i] - search->best.phi[i],
                     wide = 0.5 * grid_step(search->process, i);
        gsl_vector_set(step, i, room >= wide ? wide : -wide);
    }
    int status = gsl_multimin_fminimizer_set(simplex, &function, x, step);
    for (int i = 0; i < MOST_STEPS && status == GSL_SUCCESS; i++) {
        status = gsl_multimin_fminimizer_iterate(simplex);
        if (gsl_multimin_fminimizer_size(simplex) < (quick ? 5e-3 : 1e-7)) break;
    }
    gsl_multimin_fminimizer_free(simplex);
    return NULL; /* where it stands still before, the best point stands all the same */
}

struct fault *estimate_maximum(const struct process *process, const struct process_given *given,
                               const struct kalman_figures *figures, bool quick, struct estimate *estimate)
{
    struct search search = {process, given, figures, {.log_likelihood = -INFINITY}};
    static const double none[PROCESS_PHIS] = {0};
    struct fault *fault = NULL;
    if (process->phis == 0)
        estimate_at(process, given, figures, none, NULL, &search.best);
    else {
        gsl_vector *x = gsl_vector_alloc(process->phis), *step = gsl_vector_alloc(process->phis);
        if (x == NULL || step == NULL)
            fault = fault_no_memory();
        else {
            look_around(&search, x);
            if (isfinite(search.best.log_likelihood)) fault = descend(&search, quick, x, step);
        }
        gsl_vector_free(x);
        gsl_vector_free(step);
    }
    if (fault != NULL) return fault;
    if (!isfinite(search.best.log_likelihood))
        return fault_raise(FAULT_SCENARIO, "the figures have no likelihood as the process %s: they do not vary",
                           process->name);
    *estimate = search.best;
    return NULL;
}
