/* models/calibration/kalman.h -- the exact likelihood of figures of a linear process (Kalman 1960).
 *
 * The law of each figure given those before it is normal with mean m_t and variance sigma^2 F_t, so that
 *   log L = -1/2 sum (ln(2 pi sigma^2 F_t) + (y_t - m_t)^2 / (sigma^2 F_t))
 * over all figures but the first, which the likelihood is given: of the level before it nothing is known (exact diffuse
 * start: Durbin and Koopman 2012, chapter 5). m_t is linear in beta, m_t = p_t + w_t beta, and with v_t = y_t - p_t
 * five sums say log L for any beta and sigma. Figures that are lacking are skipped: gaps are allowed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_KALMAN_H
#define ZHOL_KALMAN_H

#include "models/calibration/linear_process.h"

/* Figures of a process in equal periods. */
struct kalman_figures {
    size_t count;
    const double *y; /* [count]; NaN: lacking. The first and the last are there. */
    int months;      /* length of a period: 1, 3, 12 */
    bool means;      /* each is the mean over its period, else the value at its end */
};

/* What a process is to such figures; all that a filter needs. */
struct kalman_form {
    struct linear_transition transition;
    double h[LINEAR_SIZE];                  /* what a figure sees of the state */
    double prior[LINEAR_SIZE][LINEAR_SIZE]; /* covariance before the first figure, for sigma = 1 */
    double diffuse[LINEAR_SIZE];            /* and the direction of which nothing is known */
};

struct kalman_pass {
    size_t terms;                       /* of the likelihood: figures that are there, less one */
    double log_f, vv, vw, ww;           /* sums of ln F, v^2/F, v w/F, w^2/F */
    double state[LINEAR_SIZE];          /* after the last figure, for beta = 0 */
    double slope[LINEAR_SIZE];          /* and what each unit of beta adds */
    double p[LINEAR_SIZE][LINEAR_SIZE]; /* its covariance, for sigma = 1 */
};

/* One-step predictions of each figure, [count] each; NaN where a figure is lacking, and for the first. */
struct kalman_trace {
    double *v, *w, *f;
};

/* Of figures in periods of so many months, which are means or not. */
void kalman_prepare(const struct linear_process *process, int months, bool means, struct kalman_form *form);

/* The trace may be NULL. Cannot fail; allocates nothing. */
void kalman_run(const struct kalman_form *form, const struct kalman_figures *figures, struct kalman_trace *trace,
                struct kalman_pass *pass);

/* The beta and the sigma^2 (maximum likelihood) of a pass, and log L there; beta is 0 where the process has none. */
double kalman_best(const struct kalman_pass *pass, double *beta, double *sigma2);
/* log L at any beta and sigma^2. */
double kalman_log_likelihood(const struct kalman_pass *pass, double beta, double sigma2);

/* The law of the figure `ahead` periods (1 or more) after the last: mean, and variance for sigma = 1. */
void kalman_predict(const struct kalman_form *form, const struct kalman_pass *pass, double beta, size_t ahead,
                    double *mean, double *variance);

#endif
