/* models/calibration/linear_process.c -- see linear_process.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/calibration/linear_process.h"
#include "sim/core/calendar.h"

#include <math.h>
#include <string.h>

enum { J = LINEAR_STATES, WIDE = 2 * LINEAR_SIZE };

/* to = a b, of `size` rows. */
static void multiply(size_t size, const double a[], const double b[], double to[])
{
    for (size_t i = 0; i < size; i++)
        for (size_t k = 0; k < size; k++) {
            double sum = 0.0;
            for (size_t l = 0; l < size; l++) sum += a[i * size + l] * b[l * size + k];
            to[i * size + k] = sum;
        }
}

/* exp of a square matrix of `size` rows, in place: Taylor series of a part 2^-n of norm 1/2 at most, squared n times. GSL
 * has one too, which asks for memory without looking whether it comes. */
static void exponential(size_t size, double matrix[])
{
    enum { TERMS = 16 }; /* (1/2)^17 / 17! is 2e-20 */
    double sum[WIDE * WIDE] = {0}, power[WIDE * WIDE], next[WIDE * WIDE], norm = 0.0;
    int halvings = 0;
    for (size_t i = 0; i < size; i++) {
        double row = 0.0;
        for (size_t k = 0; k < size; k++) row += fabs(matrix[i * size + k]);
        norm = fmax(norm, row);
    }
    if (norm > 0.5) halvings = ilogb(norm) + 2;
    for (size_t i = 0; i < size * size; i++) {
        matrix[i] = ldexp(matrix[i], -halvings);
        power[i] = i % (size + 1) == 0 ? 1.0 : 0.0;
        sum[i] = power[i];
    }
    for (int n = 1; n <= TERMS; n++) {
        multiply(size, power, matrix, next);
        for (size_t i = 0; i < size * size; i++) {
            power[i] = next[i] / n;
            sum[i] += power[i];
        }
    }
    for (int n = 0; n < halvings; n++) {
        multiply(size, sum, sum, next);
        memcpy(sum, next, size * size * sizeof *sum);
    }
    memcpy(matrix, sum, size * size * sizeof *matrix);
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
static void month_mean(const struct linear_process *p, double years, struct linear_transition *month)
{
    enum { N = LINEAR_SIZE + 1 };
    double a[LINEAR_SIZE][LINEAR_SIZE], m[N * N] = {0};
    with_integral(p, a);
    for (size_t i = 0; i < LINEAR_SIZE; i++) {
        for (size_t k = 0; k < LINEAR_SIZE; k++) m[i * N + k] = a[i][k] * years;
        if (i < p->states && p->has_beta) m[i * N + LINEAR_SIZE] = p->column[i] * years;
    }
    exponential(N, m);
    for (size_t i = 0; i < LINEAR_SIZE; i++) {
        for (size_t k = 0; k < LINEAR_SIZE; k++) month->f[i][k] = m[i * N + k];
        month->c[i] = m[i * N + LINEAR_SIZE];
    }
}

/* exp([-Abar Q; 0 Abar'] D) = [. G; 0 F'], and V = F G. */
static void month_covariance(const struct linear_process *p, double years, struct linear_transition *month)
{
    double a[LINEAR_SIZE][LINEAR_SIZE], m[WIDE * WIDE] = {0};
    with_integral(p, a);
    for (size_t i = 0; i < LINEAR_SIZE; i++)
        for (size_t k = 0; k < LINEAR_SIZE; k++) {
            m[i * WIDE + k] = -a[i][k] * years;
            m[(LINEAR_SIZE + i) * WIDE + LINEAR_SIZE + k] = a[k][i] * years;
            if (i < p->states && k < p->states) m[i * WIDE + LINEAR_SIZE + k] = p->q[i][k] * years;
        }
    exponential(WIDE, m);
    for (size_t i = 0; i < LINEAR_SIZE; i++)
        for (size_t k = 0; k < LINEAR_SIZE; k++) {
            month->v[i][k] = 0.0;
            for (size_t l = 0; l < LINEAR_SIZE; l++)
                month->v[i][k] += m[(LINEAR_SIZE + l) * WIDE + LINEAR_SIZE + i] * m[l * WIDE + LINEAR_SIZE + k];
        }
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

void linear_process_over(const struct linear_process *process, int months, struct linear_transition *transition)
{
    struct linear_transition month = {.years = CALENDAR_MONTH_YEARS};
    month_mean(process, month.years, &month);
    month_covariance(process, month.years, &month);
    *transition = month;
    for (int i = 1; i < months; i++) compose(&month, transition);
    transition->years = months * CALENDAR_MONTH_YEARS;
    make_symmetric(transition);
    for (size_t i = process->states; i < LINEAR_STATES; i++) {
        for (size_t k = 0; k < LINEAR_SIZE; k++) transition->f[i][k] = transition->f[k][i] = 0.0;
        transition->c[i] = 0.0;
    }
}
