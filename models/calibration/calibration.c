/* models/calibration/calibration.c -- see calibration.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/calibration/calibration.h"
#include "sim/core/stream.h"
#include "sim/statistics/crps.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BETA = PROCESS_PHIS, LN_SIGMA, INNER };
#define Z975 1.959963984540054
/* Derivatives are taken over steps of this part of a standard error. */
#define STEP 1e-3

/* The figures as the process sees them: logs of them, or themselves. *y is the caller's to free. */
static struct fault *figures_of(const struct process *process, const struct calibration_series *series, double **y,
                                struct kalman_figures *figures)
{
    *y = calloc(series->count + 1, sizeof **y);
    if (*y == NULL) return fault_no_memory();
    for (size_t i = 0; i < series->count; i++) {
        const double x = series->value[i];
        if (process->log && x <= 0.0)
            return fault_raise(FAULT_SCENARIO,
                               "a figure is %g, but %s is a process of logs; expected figures above 0, or a process of "
                               "levels: trend, mean-reverting-level",
                               x, process->name);
        (*y)[i] = process->log ? log(x) : x;
    }
    *figures = (struct kalman_figures){series->count, *y, series->months, series->means};
    return NULL;
}

static struct fault *check_figures(const struct process *process, const struct kalman_figures *figures)
{
    size_t there = 0;
    bool varies = false;
    double first = NAN;
    for (size_t i = 0; i < figures->count; i++) {
        if (isnan(figures->y[i])) continue;
        if (there == 0) first = figures->y[i];
        there++;
        varies = varies || figures->y[i] != first;
    }
    if (there < process->least)
        return fault_raise(FAULT_SCENARIO, "too few figures for the process %s: %zu; expected %zu or more",
                           process->name, there, process->least);
    if (!varies)
        return fault_raise(FAULT_SCENARIO, "all %zu figures are the same; there is nothing random to fit", there);
    return NULL;
}

static struct fault *correct(const struct kalman_figures *figures, struct calibration_fit *fit)
{
    const struct process *process = fit->process;
    struct small_sample *law = &fit->small_sample;
    memcpy(law->phi, fit->maximum.phi, sizeof law->phi);
    if (process->phis == 0) return NULL;
    if (!fit->settings.plain)
        TRY(small_sample_of(process, &fit->settings.given, figures, &fit->maximum, fit->settings.seed, law));
    const char *reverts = process->starts ? "" : " of growth";
    if (process->phis == 1 && law->slowest >= 0.5)
        return fault_raise(FAULT_SCENARIO,
                           "no reversion%s is seen in the figures: a process without any would show as much with "
                           "probability %.2f; expected a longer series, or another process such as %s",
                           reverts, law->slowest, process->log ? "gbm" : "trend");
    if (process->phis == 2 && (law->edge >= 0.5 || fit->maximum.phi[1] > process->phi_max[1] - 0.1 ||
                               fit->maximum.phi[1] < process->phi_min[1] + 0.1))
        return fault_raise(
            FAULT_SCENARIO,
            "short-lived deviations are not seen apart from a lasting level in these figures; expected a "
            "longer series, or a process with one part: gbm, mean-reverting");
    for (size_t i = 0; i < process->phis; i++)
        fit->phi[i] = fmin(fmax(law->phi[i], process->phi_min[i]), process->phi_max[i]);
    return NULL;
}

/* beta and ln sigma at a phi; sigma with the degree of freedom that beta takes. */
static void rest_at(const struct calibration_fit *fit, const struct kalman_figures *figures, const double phi[],
                    struct kalman_pass *pass, double *beta, double *ln_sigma)
{
    struct estimate here;
    estimate_at(fit->process, &fit->settings.given, figures, phi, pass, &here);
    const double terms = (double)pass->terms;
    *beta = here.beta;
    *ln_sigma = 0.5 * log(here.sigma2 * terms / (terms - (pass->ww > 0.0 ? 1.0 : 0.0)));
}

/* How much greater the variance of beta is, averaged over what is not known of phi, than at the estimate: by the three
 * points of Gauss and Hermite, an axis of phi at a time. It grows fast where a process may be slow. */
static void spread_of_beta(const struct calibration_fit *fit, const struct kalman_figures *figures, double *excess)
{
    const struct process *process = fit->process;
    *excess = 0.0;
    for (size_t i = 0; i < process->phis; i++) {
        const double away = sqrt(3.0 * fit->small_sample.covariance[i][i]);
        for (int side = -1; side <= 1; side += 2) {
            double phi[PROCESS_PHIS], beta, ln_sigma;
            struct kalman_pass pass;
            memcpy(phi, fit->phi, sizeof phi);
            phi[i] = fmin(fmax(phi[i] + side * away, process->phi_min[i]), process->phi_max[i]);
            rest_at(fit, figures, phi, &pass, &beta, &ln_sigma);
            if (pass.ww > 0.0) *excess += (exp(2.0 * ln_sigma) / pass.ww - fit->covariance[BETA][BETA]) / 6.0;
        }
    }
    *excess = fmax(*excess, 0.0);
}

/* How beta and ln sigma move with phi. */
static void path_of(const struct calibration_fit *fit, const struct kalman_figures *figures,
                    double path[PROCESS_PHIS][2])
{
    for (size_t i = 0; i < fit->process->phis; i++) {
        double phi[2][PROCESS_PHIS], beta[2], ln[2];
        struct kalman_pass unused;
        for (int side = 0; side < 2; side++) {
            memcpy(phi[side], fit->phi, sizeof phi[side]);
            phi[side][i] += side == 0 ? -STEP : STEP;
            rest_at(fit, figures, phi[side], &unused, &beta[side], &ln[side]);
        }
        path[i][0] = (beta[1] - beta[0]) / (2.0 * STEP);
        path[i][1] = (ln[1] - ln[0]) / (2.0 * STEP);
    }
}

/* The covariance of (phi, beta, ln sigma): that of phi, and of the others given phi plus what they move with it. */
static void inner_covariance(const struct kalman_figures *figures, struct calibration_fit *fit)
{
    struct kalman_pass pass;
    double ln_sigma, excess, path[PROCESS_PHIS][2] = {{0}};
    const size_t phis = fit->process->phis;
    rest_at(fit, figures, fit->phi, &pass, &fit->beta, &ln_sigma);
    fit->sigma = exp(ln_sigma);
    double(*v)[INNER] = fit->covariance;
    v[BETA][BETA] = pass.ww > 0.0 ? fit->sigma * fit->sigma / pass.ww : 0.0;
    v[LN_SIGMA][LN_SIGMA] = 0.5 / (double)(pass.terms - (pass.ww > 0.0 ? 1 : 0));
    spread_of_beta(fit, figures, &excess);
    path_of(fit, figures, path);
    v[BETA][BETA] += excess;
    for (size_t i = 0; i < phis; i++)
        for (size_t k = 0; k < phis; k++) {
            const double c = fit->small_sample.covariance[i][k];
            v[i][k] = c;
            for (size_t a = 0; a < 2; a++) {
                v[BETA + a][i] += path[k][a] * c;
                v[i][BETA + a] = v[BETA + a][i];
                for (size_t b = 0; b < 2; b++) v[BETA + a][BETA + b] += path[i][a] * path[k][b] * c;
            }
        }
}

/* The parameters of the driver on their scales, at (phi, beta, ln sigma). */
static void outer_values(const struct process *process, const double inner[INNER], double value[PROCESS_PARAMETERS])
{
    process->values(inner, inner[BETA], exp(inner[LN_SIGMA]), value);
    for (size_t i = 0; i < process->parameters; i++)
        if (process->parameter[i].scale == PROCESS_LOG) value[i] = log(value[i]);
}

/* The delta method. */
static void outer_estimates(struct calibration_fit *fit)
{
    const struct process *process = fit->process;
    double inner[INNER] = {fit->phi[0], fit->phi[1], fit->beta, log(fit->sigma)}, at[PROCESS_PARAMETERS];
    double slope[PROCESS_PARAMETERS][INNER] = {{0}}, v[PROCESS_PARAMETERS][PROCESS_PARAMETERS] = {{0}};
    outer_values(process, inner, at);
    for (size_t k = 0; k < INNER; k++) {
        const double step = STEP * sqrt(fit->covariance[k][k]), kept = inner[k];
        double below[PROCESS_PARAMETERS], above[PROCESS_PARAMETERS];
        if (!(step > 0.0)) continue;
        inner[k] = kept - step;
        outer_values(process, inner, below);
        inner[k] = kept + step;
        outer_values(process, inner, above);
        inner[k] = kept;
        for (size_t i = 0; i < process->parameters; i++) slope[i][k] = (above[i] - below[i]) / (2.0 * step);
    }
    for (size_t i = 0; i < process->parameters; i++)
        for (size_t j = 0; j < process->parameters; j++)
            for (size_t k = 0; k < INNER; k++)
                for (size_t l = 0; l < INNER; l++) v[i][j] += slope[i][k] * fit->covariance[k][l] * slope[j][l];
    for (size_t i = 0; i < process->parameters; i++) {
        const double sd = sqrt(v[i][i]);
        const bool log_scale = process->parameter[i].scale == PROCESS_LOG;
        struct calibration_estimate *p = &fit->parameter[i];
        p->value = log_scale ? exp(at[i]) : at[i];
        p->se = log_scale ? p->value * sd : sd;
        p->low = log_scale ? exp(at[i] - Z975 * sd) : at[i] - Z975 * sd;
        p->high = log_scale ? exp(at[i] + Z975 * sd) : at[i] + Z975 * sd;
        for (size_t j = 0; j < process->parameters; j++)
            fit->correlation[i][j] = v[i][i] > 0.0 && v[j][j] > 0.0 ? v[i][j] / sqrt(v[i][i] * v[j][j]) : 0.0;
    }
}

/* The interval of a speed is that of its own law, which is not symmetric. */
static void speed_interval(struct calibration_fit *fit)
{
    const struct process *process = fit->process;
    if (process->phis == 0 || fit->settings.plain) return;
    for (size_t i = 0; i < process->parameters; i++) {
        if (process->parameter[i].unit != PROCESS_PER_YEAR) continue;
        struct calibration_estimate *speed = &fit->parameter[i];
        speed->low = fmax(exp(fit->small_sample.low[0]), process->parameter[i].min);
        speed->high = fmin(exp(fit->small_sample.high[0]), process->parameter[i].max);
        speed->se = (speed->high - speed->low) / (2.0 * Z975);
    }
}

static void form_at(const struct calibration_fit *fit, const struct calibration_series *series, const double phi[],
                    struct kalman_form *form)
{
    struct linear_process linear;
    fit->process->form(phi, &fit->settings.given, &linear);
    kalman_prepare(&linear, series->months, series->means, form);
}

/* Where the process stands after the last figure. */
static void last_value(const struct kalman_figures *figures, struct calibration_fit *fit)
{
    struct linear_process linear;
    struct kalman_form form;
    struct kalman_pass pass;
    fit->process->form(fit->phi, &fit->settings.given, &linear);
    kalman_prepare(&linear, figures->months, figures->means, &form);
    kalman_run(&form, figures, NULL, &pass);
    double mean = 0.0, variance = 0.0;
    for (size_t i = 0; i < linear.states; i++) {
        mean += linear.observe[i] * (pass.state[i] + fit->beta * pass.slope[i]);
        for (size_t k = 0; k < linear.states; k++) variance += linear.observe[i] * pass.p[i][k] * linear.observe[k];
    }
    const double sd = variance > 1e-14 ? fit->sigma * sqrt(variance) : 0.0;
    const size_t hidden = linear.states == 2 && linear.observe[1] == 0.0 ? 1 : 0; /* what is not seen by itself */
    if (linear.states == 2) {
        fit->hidden = pass.state[hidden] + fit->beta * pass.slope[hidden];
        fit->hidden_se = fit->sigma * sqrt(fmax(pass.p[hidden][hidden], 0.0));
    }
    const bool log_scale = fit->process->log;
    fit->last.value = log_scale ? exp(mean) : mean;
    fit->last.se = log_scale ? fit->last.value * sd : sd;
    fit->last.low = log_scale ? exp(mean - Z975 * sd) : mean - Z975 * sd;
    fit->last.high = log_scale ? exp(mean + Z975 * sd) : mean + Z975 * sd;
}

static struct fault *diagnose(const struct calibration_series *series, struct calibration_fit *fit)
{
    double *e = calloc(series->count + 1, sizeof *e);
    struct fault *fault = e == NULL ? fault_no_memory() : calibration_innovations(fit, series, e);
    if (fault == NULL) {
        fit->lags = diagnostic_lags(fit->figures - 1);
        fit->ljung_box = diagnostic_ljung_box(series->count, e, fit->lags, fit->process->phis);
        fit->jarque_bera = diagnostic_jarque_bera(series->count, e);
    }
    free(e);
    return fault;
}

/* What a driver does not take is no parameter of it. */
static struct fault *check_parameters(const struct calibration_fit *fit)
{
    const struct process *process = fit->process;
    for (size_t i = 0; i < process->parameters; i++) {
        const struct process_parameter *p = &process->parameter[i];
        const struct calibration_estimate *e = &fit->parameter[i];
        if (e->value >= p->min && e->value <= p->max && isfinite(e->low) && isfinite(e->high)) continue;
        return fault_raise(
            FAULT_SCENARIO,
            "%s would be %g as the process %s, which takes %g to %g and nothing without bounds; expected "
            "figures in one unit and without slips, or another process",
            p->key, e->value, process->name, p->min, p->max);
    }
    return NULL;
}

static struct fault *fit_figures(const struct kalman_figures *figures, struct calibration_fit *fit)
{
    const struct process *process = fit->process;
    TRY(check_figures(process, figures));
    TRY(estimate_maximum(process, &fit->settings.given, figures, false, &fit->maximum));
    if (!(fit->maximum.sigma2 > 0.0))
        return fault_raise(FAULT_SCENARIO,
                           "the figures follow the process %s without any noise; there is nothing random "
                           "to fit",
                           process->name);
    for (size_t i = 0; i < figures->count; i++) fit->figures += isnan(figures->y[i]) ? 0 : 1;
    const double parameters = (double)process->parameters, terms = (double)(fit->figures - 1);
    fit->aic = 2.0 * (parameters - fit->maximum.log_likelihood);
    fit->bic = parameters * log(terms) - 2.0 * fit->maximum.log_likelihood;
    TRY(correct(figures, fit));
    inner_covariance(figures, fit);
    outer_estimates(fit);
    speed_interval(fit);
    TRY(check_parameters(fit));
    last_value(figures, fit);
    return NULL;
}

struct fault *calibration_fit(const struct process *process, const struct calibration_series *series,
                              const struct calibration_settings *settings, struct calibration_fit *fit)
{
    memset(fit, 0, sizeof *fit);
    fit->process = process;
    fit->settings = *settings;
    double *y = NULL;
    struct kalman_figures figures;
    struct fault *fault = figures_of(process, series, &y, &figures);
    if (fault == NULL) fault = fit_figures(&figures, fit);
    if (fault == NULL) fault = diagnose(series, fit);
    free(y);
    return fault;
}

double calibration_no_reversion(const struct calibration_fit *fit)
{
    return fit->small_sample.slowest;
}

struct fault *calibration_innovations(const struct calibration_fit *fit, const struct calibration_series *series,
                                      double e[])
{
    double *y = NULL, *w = calloc(2 * series->count + 1, sizeof *w);
    struct kalman_figures figures;
    struct kalman_form form;
    struct kalman_pass pass;
    struct fault *fault = w == NULL ? fault_no_memory() : figures_of(fit->process, series, &y, &figures);
    if (fault == NULL) {
        form_at(fit, series, fit->phi, &form);
        struct kalman_trace trace = {e, w, w + series->count};
        kalman_run(&form, &figures, &trace, &pass);
        for (size_t i = 0; i < series->count; i++)
            e[i] = (e[i] - fit->beta * trace.w[i]) / (fit->sigma * sqrt(trace.f[i]));
    }
    free(y);
    free(w);
    return fault;
}

struct fault *calibration_forecast(const struct calibration_fit *fit, const struct calibration_series *series,
                                   size_t ahead, struct calibration_law *law)
{
    double *y = NULL, variance = 0.0;
    struct kalman_figures figures;
    struct kalman_form form;
    struct kalman_pass pass;
    struct fault *fault = figures_of(fit->process, series, &y, &figures);
    if (fault == NULL) {
        form_at(fit, series, fit->phi, &form);
        kalman_run(&form, &figures, NULL, &pass);
        kalman_predict(&form, &pass, fit->beta, ahead, &law->mean, &variance);
        law->log = fit->process->log;
        law->sd = fit->sigma * sqrt(variance);
    }
    free(y);
    return fault;
}

/* The lower factor of the covariance of (phi, beta, ln sigma), which may be singular. */
static void factor(double v[INNER][INNER], double l[INNER][INNER])
{
    for (size_t i = 0; i < INNER; i++)
        for (size_t k = 0; k <= i; k++) {
            double rest = v[i][k];
            for (size_t n = 0; n < k; n++) rest -= l[i][n] * l[k][n];
            if (i == k)
                l[i][i] = rest > 1e-12 * v[i][i] ? sqrt(rest) : 0.0;
            else
                l[i][k] = l[k][k] > 0.0 ? rest / l[k][k] : 0.0;
        }
}

/* One draw: parameters, then the figure. */
static double draw_one(const struct calibration_fit *fit, const struct calibration_series *series,
                       const struct kalman_figures *figures, double l[INNER][INNER], size_t ahead, gsl_rng *generator)
{
    double z[INNER], inner[INNER] = {fit->phi[0], fit->phi[1], fit->beta, log(fit->sigma)}, mean, variance;
    struct kalman_form form;
    struct kalman_pass pass;
    for (size_t i = 0; i < INNER; i++) z[i] = gsl_ran_ugaussian(generator);
    for (size_t i = 0; i < INNER; i++)
        for (size_t k = 0; k <= i; k++) inner[i] += l[i][k] * z[k];
    for (size_t i = 0; i < fit->process->phis; i++)
        inner[i] = fmin(fmax(inner[i], fit->process->phi_min[i]), fit->process->phi_max[i]);
    form_at(fit, series, inner, &form);
    kalman_run(&form, figures, NULL, &pass);
    kalman_predict(&form, &pass, inner[BETA], ahead, &mean, &variance);
    const double draw = mean + exp(inner[LN_SIGMA]) * sqrt(variance) * gsl_ran_ugaussian(generator);
    return fit->process->log ? exp(draw) : draw;
}

struct fault *calibration_draws(const struct calibration_fit *fit, const struct calibration_series *series,
                                size_t ahead, uint64_t seed, size_t count, double draw[])
{
    double *y = NULL, l[INNER][INNER] = {{0}};
    struct kalman_figures figures;
    gsl_rng *generator = gsl_rng_alloc(stream_gsl_philox);
    const struct stream stream = stream_named(seed, "forecast", NULL);
    struct fault *fault = generator == NULL ? fault_no_memory() : figures_of(fit->process, series, &y, &figures);
    double v[INNER][INNER];
    memcpy(v, fit->covariance, sizeof v);
    factor(v, l);
    for (size_t i = 0; i < count && fault == NULL; i++) {
        stream_seek(generator, &stream, i, 0, 0);
        draw[i] = draw_one(fit, series, &figures, l, ahead, generator);
    }
    if (generator != NULL) gsl_rng_free(generator);
    free(y);
    return fault;
}

double calibration_crps(const struct calibration_law *law, double happened)
{
    return law->log ? crps_of_lognormal(law->mean, law->sd, happened) : crps_of_normal(law->mean, law->sd, happened);
}
