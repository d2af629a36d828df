/* models/calibration/event_rate.c -- see event_rate.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/calibration/event_rate.h"
#include "sim/core/calendar.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

struct fault *event_rate_fit(size_t count, const double starts[], int months, struct event_rate *rate)
{
    size_t periods = 0;
    double squares = 0.0;
    memset(rate, 0, sizeof *rate);
    for (size_t i = 0; i < count; i++) {
        if (isnan(starts[i])) continue;
        if (!(starts[i] >= 0.0) || starts[i] != floor(starts[i]))
            return fault_raise(FAULT_SCENARIO, "a count of starts is %g; expected a whole number, 0 or more",
                               starts[i]);
        periods++;
        rate->starts += starts[i];
    }
    if (periods < EVENT_RATE_LEAST)
        return fault_raise(FAULT_SCENARIO, "too few periods for a rate of events: %zu; expected %d or more", periods,
                           EVENT_RATE_LEAST);
    const double shape = rate->starts + 0.5, mean = rate->starts / (double)periods;
    rate->years = (double)periods * months * CALENDAR_MONTH_YEARS;
    rate->mean = shape / rate->years;
    rate->cv = 1.0 / sqrt(shape);
    rate->low = gsl_cdf_gamma_Pinv(0.025, shape, 1.0 / rate->years);
    rate->high = gsl_cdf_gamma_Pinv(0.975, shape, 1.0 / rate->years);
    for (size_t i = 0; i < EVENT_RATE_PARTS; i++)
        rate->part[i] = gsl_cdf_gamma_Pinv(((double)i + 0.5) / EVENT_RATE_PARTS, shape, 1.0 / rate->years);
    for (size_t i = 0; i < count; i++)
        if (!isnan(starts[i])) squares += (starts[i] - mean) * (starts[i] - mean);
    rate->dispersion = mean > 0.0 ? squares / (mean * ((double)periods - 1.0)) : 1.0;
    rate->p = mean > 0.0 ? gsl_cdf_chisq_Q(squares / mean, (double)periods - 1.0) : 1.0;
    return NULL;
}
