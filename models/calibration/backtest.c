/* models/calibration/backtest.c -- see backtest.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/calibration/backtest.h"
#include "sim/statistics/naive.h"
#include "sim/statistics/pit.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is known at an origin: the figures up to there, without those lacking at the beginning. */
static struct calibration_series known_at(const struct backtest_request *request,
                                          const struct calibration_series *series, size_t at)
{
    struct calibration_series known = *series;
    size_t from = request->window == 0 || at + 1 < request->window ? 0 : at + 1 - request->window;
    while (from < at && isnan(series->value[from])) from++;
    known.value = series->value + from;
    known.count = at + 1 - from;
    return known;
}

static void judge(struct backtest_forecast *forecast, double lower_quartile, double upper_quartile, double happened)
{
    forecast->in_50 = lower_quartile <= happened && happened <= upper_quartile ? 1.0 : 0.0;
    forecast->in_90 = forecast->low <= happened && happened <= forecast->high ? 1.0 : 0.0;
}

static double quantile(const struct calibration_law *law, double p)
{
    const double value = law->mean + law->sd * gsl_cdf_ugaussian_Pinv(p);
    return law->log ? exp(value) : value;
}

static struct fault *forecast_process(const struct calibration_fit *fit, const struct calibration_series *known,
                                      size_t ahead, double happened, struct backtest_forecast *forecast)
{
    struct calibration_law law;
    TRY(calibration_forecast(fit, known, ahead, &law));
    *forecast = (struct backtest_forecast){
        .median = quantile(&law, 0.5), .low = quantile(&law, 0.05), .high = quantile(&law, 0.95)};
    forecast->place = gsl_cdf_ugaussian_P(((law.log ? log(happened) : happened) - law.mean) / law.sd);
    forecast->crps = calibration_crps(&law, happened);
    judge(forecast, quantile(&law, 0.25), quantile(&law, 0.75), happened);
    return NULL;
}

/* The walk, from the figures that are there; `work` has room for twice as many. */
static bool forecast_walk(const struct calibration_series *known, size_t ahead, double happened, double work[],
                          struct backtest_forecast *forecast)
{
    double *time = work, *value = work + known->count;
    size_t count = 0;
    for (size_t i = 0; i < known->count; i++) {
        if (isnan(known->value[i])) continue;
        time[count] = (double)i;
        value[count++] = known->value[i];
    }
    const struct naive walk = naive_of(count, time, value);
    const double at = (double)(known->count - 1 + ahead);
    *forecast = (struct backtest_forecast){.median = naive_quantile(&walk, NAIVE_WALK, at, 0.5),
                                           .low = naive_quantile(&walk, NAIVE_WALK, at, 0.05),
                                           .high = naive_quantile(&walk, NAIVE_WALK, at, 0.95),
                                           .crps = naive_crps(&walk, NAIVE_WALK, at, happened)};
    forecast->place = naive_place(&walk, NAIVE_WALK, at, happened);
    judge(forecast, naive_quantile(&walk, NAIVE_WALK, at, 0.25), naive_quantile(&walk, NAIVE_WALK, at, 0.75), happened);
    return !isnan(forecast->crps);
}

/* Fits anew if it is time; what the figures do not tell is a refusal, and then nothing is fitted. */
static struct fault *fit_at(const struct backtest_request *request, const struct calibration_series *known,
                            size_t since, struct calibration_fit *fit, bool *fitted, struct backtest *backtest)
{
    if (*fitted && since % request->refit != 0) return NULL;
    struct fault *fault = calibration_fit(request->process, known, &request->settings, fit);
    *fitted = fault == NULL;
    backtest->fits += fault == NULL ? 1 : 0;
    if (fault == NULL || fault->code != FAULT_SCENARIO) return fault;
    if (backtest->refusal == NULL) backtest->refusal = strdup(fault->sentence);
    fault_free(fault);
    return backtest->refusal == NULL ? fault_no_memory() : NULL;
}

static struct fault *roll(const struct backtest_request *request, const struct calibration_series *series,
                          double work[], struct backtest *backtest)
{
    struct calibration_fit fit;
    bool fitted = false;
    for (size_t at = request->first; at + request->ahead < series->count; at++) {
        const double happened = series->value[at + request->ahead];
        const struct calibration_series known = known_at(request, series, at);
        struct backtest_origin *origin = &backtest->origin[backtest->count];
        if (isnan(series->value[at]) || isnan(happened)) {
            backtest->lacking++;
            continue;
        }
        TRY(fit_at(request, &known, at - request->first, &fit, &fitted, backtest));
        *origin = (struct backtest_origin){.at = at, .happened = happened};
        if (!fitted || !forecast_walk(&known, request->ahead, happened, work, &origin->forecast[BACKTEST_WALK])) {
            backtest->refused++;
            continue;
        }
        TRY(forecast_process(&fit, &known, request->ahead, happened, &origin->forecast[BACKTEST_PROCESS]));
        backtest->count++;
    }
    return NULL;
}

/* ---- what is said of all of them ---- */

static void summarise(const struct backtest_request *request, const struct backtest *backtest, size_t which,
                      double value[], struct backtest_summary *summary)
{
    const size_t n = backtest->count, lags = hac_lags(n, request->ahead);
    for (size_t i = 0; i < n; i++) value[i] = backtest->origin[i].forecast[which].crps;
    summary->crps = hac_mean(n, value, lags);
    for (size_t i = 0; i < n; i++) value[i] = backtest->origin[i].forecast[which].in_50;
    summary->in_50 = hac_share_of(n, value, lags, request->ahead);
    for (size_t i = 0; i < n; i++) value[i] = backtest->origin[i].forecast[which].in_90;
    summary->in_90 = hac_share_of(n, value, lags, request->ahead);
    for (size_t i = 0; i < n; i++) value[i] = backtest->origin[i].forecast[which].place;
    summary->mean_place = hac_mean(n, value, lags).mean;
    pit_histogram(n, value, BACKTEST_BINS, summary->held);
}

/* 1 - r with r the ratio of the means; each forecast moves r by (own - r of the walk) / mean of the walk. */
static struct hac_estimate skill_of(const struct backtest_request *request, const struct backtest *backtest,
                                    double value[])
{
    const double own = backtest->summary[BACKTEST_PROCESS].crps.mean, walk = backtest->summary[BACKTEST_WALK].crps.mean;
    const double ratio = own / walk;
    for (size_t i = 0; i < backtest->count; i++) {
        const struct backtest_forecast *forecast = backtest->origin[i].forecast;
        value[i] = 1.0 - ratio - (forecast[BACKTEST_PROCESS].crps - ratio * forecast[BACKTEST_WALK].crps) / walk;
    }
    return hac_mean(backtest->count, value, hac_lags(backtest->count, request->ahead));
}

/* The least and the greatest number of n even places that one bin holds with 95 %, as shares. */
static void find_band(struct backtest *backtest)
{
    const unsigned n = (unsigned)backtest->apart;
    const double p = 1.0 / BACKTEST_BINS;
    unsigned low = 0, high = 0;
    while (gsl_cdf_binomial_P(low, p, n) < 0.025) low++;
    while (gsl_cdf_binomial_P(high, p, n) < 0.975) high++;
    backtest->band_low = (double)low / n;
    backtest->band_high = (double)high / n;
}

struct fault *backtest_run(const struct backtest_request *request, const struct calibration_series *series,
                           struct backtest *backtest)
{
    *backtest = (struct backtest){0};
    double *work = calloc(2 * series->count + 1, sizeof *work);
    backtest->origin = calloc(series->count + 1, sizeof *backtest->origin);
    struct fault *fault =
        work == NULL || backtest->origin == NULL ? fault_no_memory() : roll(request, series, work, backtest);
    if (fault == NULL && backtest->count == 0)
        fault = fault_raise(
            FAULT_SCENARIO,
            "no forecast is left to be scored: %zu origins lack a figure, at %zu %s could not be fitted%s%s",
            backtest->lacking, backtest->refused, request->process->name, backtest->refusal == NULL ? "" : ": ",
            backtest->refusal == NULL ? "" : backtest->refusal);
    if (fault == NULL) {
        for (size_t which = 0; which < BACKTEST_FORECASTS; which++)
            summarise(request, backtest, which, work, &backtest->summary[which]);
        backtest->skill = skill_of(request, backtest, work);
        backtest->apart = backtest->count / request->ahead > 0 ? backtest->count / request->ahead : 1;
        find_band(backtest);
    }
    free(work);
    return fault;
}

void backtest_free(struct backtest *backtest)
{
    free(backtest->origin);
    free(backtest->refusal);
    *backtest = (struct backtest){0};
}
