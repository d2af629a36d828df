/* models/calibration/autoregression.c -- see autoregression.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/calibration/autoregression.h"

#include <gsl/gsl_eigen.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_multifit.h>
#include <math.h>
#include <string.h>

enum { MOST = AUTOREGRESSION_MOST, PER_COEFFICIENT = 8 };

/* What GSL lends for one regression on n variables and a constant. */
struct work {
    gsl_matrix *x, *covariance;
    gsl_vector *y, *b;
    gsl_multifit_linear_workspace *fit;
};

static void work_close(struct work *work)
{
    gsl_matrix_free(work->x);
    gsl_matrix_free(work->covariance);
    gsl_vector_free(work->y);
    gsl_vector_free(work->b);
    if (work->fit != NULL) gsl_multifit_linear_free(work->fit);
}

static struct fault *work_open(size_t rows, size_t n, struct work *work)
{
    *work = (struct work){gsl_matrix_alloc(rows, n + 1), gsl_matrix_alloc(n + 1, n + 1), gsl_vector_alloc(rows),
                          gsl_vector_alloc(n + 1), gsl_multifit_linear_alloc(rows, n + 1)};
    const bool made =
        work->x != NULL && work->covariance != NULL && work->y != NULL && work->b != NULL && work->fit != NULL;
    return made ? NULL : fault_no_memory();
}

/* Least squares over rows first .. last of x[.][n]; squared standard errors as those of coefficients. */
static struct fault *regress(size_t n, const double x[], size_t first, size_t last, double a[MOST][MOST],
                             double variance[MOST][MOST])
{
    struct work work;
    const size_t rows = last - first;
    struct fault *fault = work_open(rows, n, &work);
    for (size_t i = 0; i < n && fault == NULL; i++) {
        double squares;
        size_t rank = 0;
        for (size_t t = 0; t < rows; t++) {
            gsl_matrix_set(work.x, t, 0, 1.0);
            for (size_t j = 0; j < n; j++) gsl_matrix_set(work.x, t, j + 1, x[(first + t) * n + j]);
            gsl_vector_set(work.y, t, x[(first + t + 1) * n + i]);
        }
        const int status =
            gsl_multifit_linear_tsvd(work.x, work.y, 1e-10, work.b, work.covariance, &squares, &rank, work.fit);
        if (status != 0 || rank < n + 1)
            fault = fault_raise(FAULT_SCENARIO, "the series depend on one another, or one does not vary; expected "
                                                "series of which none follows from the others");
        for (size_t j = 0; j < n && fault == NULL; j++) {
            a[i][j] = gsl_vector_get(work.b, j + 1);
            variance[i][j] = gsl_matrix_get(work.covariance, j + 1, j + 1);
        }
    }
    work_close(&work);
    return fault;
}

static struct fault *radius_of(size_t n, double a[MOST][MOST], double *radius)
{
    gsl_matrix *m = gsl_matrix_alloc(n, n);
    gsl_vector_complex *values = gsl_vector_complex_alloc(n);
    gsl_eigen_nonsymm_workspace *eigen = gsl_eigen_nonsymm_alloc(n);
    struct fault *fault = NULL;
    *radius = 0.0;
    if (m == NULL || values == NULL || eigen == NULL)
        fault = fault_no_memory();
    else {
        for (size_t i = 0; i < n * n; i++) gsl_matrix_set(m, i / n, i % n, a[i / n][i % n]);
        if (gsl_eigen_nonsymm(m, values, eigen) != 0)
            fault = fault_raise(FAULT_MACHINE, "the eigenvalues of the matrix could not be computed");
        for (size_t i = 0; i < n && fault == NULL; i++) {
            const gsl_complex z = gsl_vector_complex_get(values, i);
            *radius = fmax(*radius, hypot(GSL_REAL(z), GSL_IMAG(z)));
        }
    }
    if (eigen != NULL) gsl_eigen_nonsymm_free(eigen);
    gsl_vector_complex_free(values);
    gsl_matrix_free(m);
    return fault;
}

/* c, and what is left of the figures. */
static struct fault *residuals_of(size_t n, const double x[], struct autoregression *fit)
{
    double s[MOST][MOST] = {{0}};
    const double steps = (double)fit->steps;
    for (size_t i = 0; i < n; i++) {
        fit->c[i] = 0.0;
        for (size_t t = 0; t < fit->steps; t++) {
            fit->c[i] += x[(t + 1) * n + i] / steps;
            for (size_t j = 0; j < n; j++) fit->c[i] -= fit->a[i][j] * x[t * n + j] / steps;
        }
    }
    for (size_t t = 0; t < fit->steps; t++) {
        double e[MOST];
        for (size_t i = 0; i < n; i++) {
            e[i] = x[(t + 1) * n + i] - fit->c[i];
            for (size_t j = 0; j < n; j++) e[i] -= fit->a[i][j] * x[t * n + j];
        }
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++) s[i][j] += e[i] * e[j];
    }
    const double freedom = steps - (double)n - 1.0;
    gsl_matrix *m = gsl_matrix_alloc(n, n);
    if (m == NULL) return fault_no_memory();
    for (size_t i = 0; i < n; i++) {
        fit->sigma[i] = sqrt(s[i][i] / freedom);
        for (size_t j = 0; j < n; j++) {
            fit->correlation[i][j] = s[i][j] / sqrt(s[i][i] * s[j][j]);
            gsl_matrix_set(m, i, j, s[i][j] / steps);
        }
    }
    double log_determinant = 0.0;
    const int status = gsl_linalg_cholesky_decomp1(m);
    for (size_t i = 0; i < n && status == 0; i++) log_determinant += 2.0 * log(gsl_matrix_get(m, i, i));
    gsl_matrix_free(m);
    fit->log_likelihood = -0.5 * steps * ((double)n * (1.0 + log(2.0 * M_PI)) + log_determinant);
    return status == 0 ? NULL : fault_raise(FAULT_SCENARIO, "the figures follow one another without any noise");
}

struct fault *autoregression_fit(size_t count, size_t n, const double x[], struct autoregression *autoregression)
{
    struct autoregression *fit = autoregression;
    double half[2][MOST][MOST], unused[MOST][MOST], variance[MOST][MOST], better[MOST][MOST], radius;
    memset(fit, 0, sizeof *fit);
    const size_t least = PER_COEFFICIENT * (n + 1) + 1;
    if (count < least)
        return fault_raise(FAULT_SCENARIO,
                           "too few figures for the process var of %zu variables: %zu; expected %zu or "
                           "more",
                           n, count, least);
    fit->n = n;
    fit->steps = count - 1;
    TRY(regress(n, x, 0, count - 1, fit->a, variance));
    TRY(regress(n, x, 0, (count - 1) / 2, half[0], unused));
    TRY(regress(n, x, (count - 1) / 2, count - 1, half[1], unused));
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            better[i][j] = 2.0 * fit->a[i][j] - 0.5 * (half[0][i][j] + half[1][i][j]);
            fit->se[i][j] = sqrt(variance[i][j]);
        }
    TRY(radius_of(n, better, &radius));
    fit->corrected = radius < 1.0;
    if (fit->corrected) memcpy(fit->a, better, sizeof fit->a);
    TRY(radius_of(n, fit->a, &fit->radius));
    if (fit->radius >= 1.0)
        return fault_raise(
            FAULT_SCENARIO,
            "no return is seen in the figures: the matrix has the spectral radius %.4f; expected below 1, "
            "or the variables have no long run (differences of them may)",
            fit->radius);
    return residuals_of(n, x, fit);
}
