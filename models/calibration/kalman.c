/* models/calibration/kalman.c -- see kalman.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/calibration/kalman.h"

#include <math.h>
#include <string.h>

enum { J = LINEAR_STATES };
/* Once a step changes no entry of the covariance by more than this part, the gain stays as it is. */
#define STEADY 1e-15

struct filter {
    const struct kalman_form *form;
    double state[LINEAR_SIZE], slope[LINEAR_SIZE];
    double p[LINEAR_SIZE][LINEAR_SIZE]; /* after the figures so far */
    double diffuse[LINEAR_SIZE];
    double gain[LINEAR_SIZE], f, log_f; /* of the last figure */
    bool steady;                        /* the next step would find them again */
};

void kalman_prepare(const struct linear_process *process, int months, bool means, struct kalman_form *form)
{
    memset(form, 0, sizeof *form);
    linear_process_over(process, months, &form->transition);
    for (size_t i = 0; i < process->states; i++) {
        form->h[i] = means ? 0.0 : process->observe[i];
        form->diffuse[i] = process->diffuse[i];
        for (size_t k = 0; k < process->states; k++) form->prior[i][k] = process->prior[i][k];
    }
    if (means) form->h[J] = 1.0 / form->transition.years;
}

/* F (z, 0) of a state, in place. */
static void transform(const struct linear_transition *t, double x[LINEAR_SIZE])
{
    double moved[LINEAR_SIZE] = {0};
    for (size_t i = 0; i < LINEAR_SIZE; i++)
        for (size_t k = 0; k < LINEAR_STATES; k++) moved[i] += t->f[i][k] * x[k];
    memcpy(x, moved, sizeof moved);
}

/* P' = F P F' + V, J starting anew. */
static void move_covariance(const struct linear_transition *t, double p[LINEAR_SIZE][LINEAR_SIZE])
{
    double half[LINEAR_SIZE][LINEAR_STATES] = {{0}};
    for (size_t i = 0; i < LINEAR_SIZE; i++)
        for (size_t k = 0; k < LINEAR_STATES; k++)
            for (size_t l = 0; l < LINEAR_STATES; l++) half[i][k] += t->f[i][l] * p[l][k];
    for (size_t i = 0; i < LINEAR_SIZE; i++)
        for (size_t k = 0; k <= i; k++) {
            double sum = t->v[i][k];
            for (size_t l = 0; l < LINEAR_STATES; l++) sum += half[i][l] * t->f[k][l];
            p[i][k] = p[k][i] = sum;
        }
}

static void move(struct filter *filter)
{
    transform(&filter->form->transition, filter->state);
    transform(&filter->form->transition, filter->slope);
    for (size_t i = 0; i < LINEAR_SIZE; i++) filter->slope[i] += filter->form->transition.c[i];
    if (!filter->steady) move_covariance(&filter->form->transition, filter->p);
}

static double dot(const double a[LINEAR_SIZE], const double b[LINEAR_SIZE])
{
    double sum = 0.0;
    for (size_t i = 0; i < LINEAR_SIZE; i++) sum += a[i] * b[i];
    return sum;
}

/* The first figure fixes the direction of which nothing was known. */
static void see_first(struct filter *filter, double y)
{
    double gain[LINEAR_SIZE], m[LINEAR_SIZE];
    const double seen = dot(filter->form->h, filter->diffuse);
    for (size_t i = 0; i < LINEAR_SIZE; i++) {
        gain[i] = filter->diffuse[i] / seen;
        m[i] = dot(filter->p[i], filter->form->h);
    }
    const double f = dot(filter->form->h, m), v = y - dot(filter->form->h, filter->state),
                 w = dot(filter->form->h, filter->slope);
    for (size_t i = 0; i < LINEAR_SIZE; i++) {
        filter->state[i] += gain[i] * v;
        filter->slope[i] -= gain[i] * w;
        for (size_t k = 0; k < LINEAR_SIZE; k++)
            filter->p[i][k] += gain[i] * gain[k] * f - gain[i] * m[k] - m[i] * gain[k];
    }
}

/* The gain of a figure, and what is left of the covariance of z. */
static void weigh(struct filter *filter)
{
    double m[LINEAR_SIZE], change = 0.0, size = 0.0;
    for (size_t i = 0; i < LINEAR_SIZE; i++) m[i] = dot(filter->p[i], filter->form->h);
    const double f = dot(filter->form->h, m);
    for (size_t i = 0; i < LINEAR_SIZE; i++) {
        change = fmax(change, fabs(m[i] / f - filter->gain[i]));
        size = fmax(size, fabs(m[i] / f));
        filter->gain[i] = m[i] / f;
    }
    change = fmax(change / size, fabs(f - filter->f) / f);
    filter->f = f;
    filter->log_f = log(f);
    filter->steady = change <= STEADY;
    for (size_t i = 0; i < LINEAR_SIZE; i++)
        for (size_t k = 0; k < LINEAR_SIZE; k++) filter->p[i][k] -= filter->gain[i] * m[k];
}

static void see(struct filter *filter, double y, struct kalman_pass *pass, double *v, double *w)
{
    if (!filter->steady) weigh(filter);
    *v = y - dot(filter->form->h, filter->state);
    *w = dot(filter->form->h, filter->slope);
    for (size_t i = 0; i < LINEAR_SIZE; i++) {
        filter->state[i] += filter->gain[i] * *v;
        filter->slope[i] -= filter->gain[i] * *w;
    }
    pass->terms++;
    pass->log_f += filter->log_f;
    pass->vv += *v * *v / filter->f;
    pass->vw += *v * *w / filter->f;
    pass->ww += *w * *w / filter->f;
}

void kalman_run(const struct kalman_form *form, const struct kalman_figures *figures, struct kalman_trace *trace,
                struct kalman_pass *pass)
{
    struct filter filter = {.form = form};
    memcpy(filter.p, form->prior, sizeof filter.p);
    memcpy(filter.diffuse, form->diffuse, sizeof filter.diffuse);
    memset(pass, 0, sizeof *pass);
    bool first = true;
    for (size_t t = 0; t < figures->count; t++) {
        const double y = figures->y[t];
        double v = NAN, w = NAN;
        if (isnan(y) && filter.steady) { /* a gap widens what a steady gain took for known */
            filter.steady = false;
            filter.f = 0.0;
        }
        move(&filter);
        if (first) transform(&form->transition, filter.diffuse);
        if (!isnan(y) && first) {
            see_first(&filter, y);
            first = false;
        } else if (!isnan(y))
            see(&filter, y, pass, &v, &w);
        if (trace == NULL) continue;
        trace->v[t] = v;
        trace->w[t] = w;
        trace->f[t] = isnan(v) ? v : filter.f;
    }
    memcpy(pass->state, filter.state, sizeof pass->state);
    memcpy(pass->slope, filter.slope, sizeof pass->slope);
    memcpy(pass->p, filter.p, sizeof pass->p);
}

double kalman_best(const struct kalman_pass *pass, double *beta, double *sigma2)
{
    *beta = pass->ww > 0.0 ? pass->vw / pass->ww : 0.0;
    *sigma2 = (pass->vv - *beta * pass->vw) / (double)pass->terms;
    return kalman_log_likelihood(pass, *beta, *sigma2);
}

double kalman_log_likelihood(const struct kalman_pass *pass, double beta, double sigma2)
{
    const double squares = pass->vv - 2.0 * beta * pass->vw + beta * beta * pass->ww;
    return -0.5 * ((double)pass->terms * log(2.0 * M_PI * sigma2) + pass->log_f + squares / sigma2);
}

void kalman_predict(const struct kalman_form *form, const struct kalman_pass *pass, double beta, size_t ahead,
                    double *mean, double *variance)
{
    struct filter filter = {.form = form};
    memcpy(filter.state, pass->state, sizeof filter.state);
    memcpy(filter.slope, pass->slope, sizeof filter.slope);
    memcpy(filter.p, pass->p, sizeof filter.p);
    for (size_t i = 0; i < ahead; i++) move(&filter);
    *mean = dot(form->h, filter.state) + beta * dot(form->h, filter.slope);
    *variance = 0.0;
    for (size_t i = 0; i < LINEAR_SIZE; i++) *variance += form->h[i] * dot(filter.p[i], form->h);
}
