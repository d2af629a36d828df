/* models/calibration/linear_process.c -- see linear_process.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/calibration/linear_process.h"
#include "sim/core/calendar.h"

#include <gsl/gsl_linalg.h>
#include <math.h>
#include <string.h>

enum { J = LINEAR_STATES, WIDE = 2 * LINEAR_SIZE };

/* exp of a square matrix of `size` rows, in place. */
static struct fault *exponential(size_t size, double matrix[])
{
    double result[WIDE * WIDE] = {0};
    gsl_matrix_view from = gsl_matrix_view_array(matrix, size, size), to = gsl_matrix_view_array(result, size, size);
    const int status = gsl_linalg_exponential_ss(&from.matrix, &to.matrix, GSL_PREC_DOUBLE);
    if (status != GSL_SUCCESS)
        return fault_raise(FAULT_MACHINE, "the transition of a process cannot be computed: %s", gsl_strerror(status));
    memcpy(matrix, result, size * size * sizeof *matrix);
    return NULL;
}

/* d(z, J) = Abar (z, J) dt + ..., with J' = h' z. */
static void with_integral(const struct linear_process *p, double a[LINEAR_SIZE][LINEAR_SIZE])
{
    memset(a, 0, LINEAR_SIZE * sizeof *a);
    for (size_t i = 0; i < p->states; i++) {
        for (size_t k = 0; k < p->states; k++) a[i][k] = p->a[i][k];
        a[J][i] = p->observe[i];
    }
}

/* exp([Abar b; 0 0] D) = [F c; 0 1]. */
static struct fault *month_mean(const struct linear_process *p, double years, struct linear_transition *month)
{
    enum { N = LINEAR_SIZE + 1 };
    double a[LINEAR_SIZE][LINEAR_SIZE], m[N * N] = {0};
    with_integral(p, a);
    for (size_t i = 0; i < LINEAR_SIZE; i++) {
        for (size_t k = 0; k < LINEAR_SIZE; k++) m[i * N + k] = a[i][k] * years;
        if (i < p->states && p->has_beta) m[i * N + LINEAR_SIZE] = p->column[i] * years;
    }
    TRY(exponential(N, m));
    for (size_t i = 0; i < LINEAR_SIZE; i++) {
        for (size_t k = 0; k < LINEAR_SIZE; k++) month->f[i][k] = m[i * N + k];
        month->c[i] = m[i * N + LINEAR_SIZE];
    }
    return NULL;
}

/* exp([-Abar Q; 0 Abar'] D) = [. G; 0 F'], and V = F G. */
static struct fault *month_covariance(const struct linear_process *p, double years, struct linear_transition *month)
{
    double a[LINEAR_SIZE][LINEAR_SIZE], m[WIDE * WIDE] = {0};
    with_integral(p, a);
    for (size_t i = 0; i < LINEAR_SIZE; i++)
        for (size_t k = 0; k < LINEAR_SIZE; k++) {
            m[i * WIDE + k] = -a[i][k] * years;
            m[(LINEAR_SIZE + i) * WIDE + LINEAR_SIZE + k] = a[k][i] * years;
            if (i < p->states && k < p->states) m[i * WIDE + LINEAR_SIZE + k] = p->q[i][k] * years;
        }
    TRY(exponential(WIDE, m));
    for (size_t i = 0; i < LINEAR_SIZE; i++)
        for (size_t k = 0; k < LINEAR_SIZE; k++) {
            month->v[i][k] = 0.0;
            for (size_t l = 0; l < LINEAR_SIZE; l++)
                month->v[i][k] += m[(LINEAR_SIZE + l) * WIDE + LINEAR_SIZE + i] * m[l * WIDE + LINEAR_SIZE + k];
        }
    return NULL;
}

/* sum = first, then month: F2 F1, F2 c1 + c2, F2 V1 F2' + V2. */
static void compose(const struct linear_transition *month, struct linear_transition *sum)
{
    const struct linear_transition first = *sum;
    double half[LINEAR_SIZE][LINEAR_SIZE];
    sum->years = first.years + month->years;
    for (size_t i = 0; i < LINEAR_SIZE; i++) {
        sum->c[i] = month->c[i];
        for (size_t k = 0; k < LINEAR_SIZE; k++) {
            sum->c[i] += month->f[i][k] * first.c[k];
            sum->f[i][k] = 0.0;
            half[i][k] = 0.0;
            for (size_t l = 0; l < LINEAR_SIZE; l++) {
                sum->f[i][k] += month->f[i][l] * first.f[l][k];
                half[i][k] += month->f[i][l] * first.v[l][k];
            }
        }
    }
    for (size_t i = 0; i < LINEAR_SIZE; i++)
        for (size_t k = 0; k < LINEAR_SIZE; k++) {
            sum->v[i][k] = month->v[i][k];
            for (size_t l = 0; l < LINEAR_SIZE; l++) sum->v[i][k] += half[i][l] * month->f[k][l];
        }
}

/* A covariance is symmetric, to the last bit. */
static void make_symmetric(struct linear_transition *t)
{
    for (size_t i = 0; i < LINEAR_SIZE; i++)
        for (size_t k = 0; k < i; k++) t->v[i][k] = t->v[k][i] = 0.5 * (t->v[i][k] + t->v[k][i]);
}

struct fault *linear_process_over(const struct linear_process *process, int months,
                                  struct linear_transition *transition)
{
    struct linear_transition month = {.years = CALENDAR_MONTH_YEARS};
    TRY(month_mean(process, month.years, &month));
    TRY(month_covariance(process, month.years, &month));
    *transition = month;
    for (int i = 1; i < months; i++) compose(&month, transition);
    transition->years = months * CALENDAR_MONTH_YEARS;
    make_symmetric(transition);
    for (size_t i = process->states; i < LINEAR_STATES; i++) {
        for (size_t k = 0; k < LINEAR_SIZE; k++) transition->f[i][k] = transition->f[k][i] = 0.0;
        transition->c[i] = 0.0;
    }
    return NULL;
}
