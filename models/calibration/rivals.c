/* models/calibration/rivals.c -- see rivals.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/calibration/rivals.h"
#include "sim/core/calendar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The first `count` figures, without those lacking at the end. */
static struct calibration_series first_of(const struct calibration_series *series, size_t count)
{
    struct calibration_series part = *series;
    part.count = count;
    while (part.count > 0 && isnan(part.value[part.count - 1])) part.count--;
    return part;
}

static struct fault *forecast_all(const struct calibration_fit *fit, const struct calibration_series *series,
                                  size_t first, struct rival *rival)
{
    const size_t ahead[2] = {1, (size_t)(CALENDAR_MONTHS_PER_YEAR / series->months)};
    for (size_t k = 0; k < 2; k++) {
        double sum = 0.0;
        for (size_t t = first; t + ahead[k] <= series->count; t++) {
            const double happened = series->value[t + ahead[k] - 1];
            const struct calibration_series known = first_of(series, t);
            struct calibration_law law;
            if (isnan(happened)) continue;
            TRY(calibration_forecast(fit, &known, ahead[k] + t - known.count, &law));
            sum += calibration_crps(&law, happened);
            rival->forecasts[k]++;
        }
        rival->crps[k] = rival->forecasts[k] > 0 ? sum / (double)rival->forecasts[k] : (double)NAN;
    }
    return NULL;
}

static struct fault *judge(const struct process *process, const struct calibration_series *series,
                           const struct calibration_settings *settings, struct rival *rival)
{
    struct calibration_settings plain = *settings;
    struct calibration_fit fit;
    plain.plain = true;
    TRY(calibration_fit(process, series, &plain, &fit));
    rival->log_likelihood = fit.maximum.log_likelihood;
    rival->aic = fit.aic;
    rival->bic = fit.bic;
    const size_t first = (size_t)(RIVALS_FIRST_PART * (double)series->count);
    const struct calibration_series early = first_of(series, first);
    TRY(calibration_fit(process, &early, &plain, &fit));
    return forecast_all(&fit, series, first, rival);
}

struct fault *rival_of(const struct process *process, const struct calibration_series *series,
                       const struct calibration_settings *settings, struct rival *rival)
{
    memset(rival, 0, sizeof *rival);
    rival->process = process;
    struct fault *fault = judge(process, series, settings, rival);
    if (fault == NULL || fault->code != FAULT_SCENARIO) return fault;
    rival->refusal = strdup(fault->sentence);
    fault_free(fault);
    return rival->refusal == NULL ? fault_no_memory() : NULL;
}

void rival_free(struct rival *rival)
{
    free(rival->refusal);
}
