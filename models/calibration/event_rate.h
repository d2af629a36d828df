/* models/calibration/event_rate.h -- how often something starts, by how often it did.
 * Starts are a Poisson process; of n in T years, with the prior of Jeffreys, the rate has the gamma law of shape n + 1/2
 * and scale 1/T: mean (n + 1/2)/T, coefficient of variation 1/sqrt(n + 1/2). Whether counts of periods scatter as such
 * a process says is told by their variance over their mean.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_EVENT_RATE_H
#define ZHOL_EVENT_RATE_H

#include "sim/core/fault.h"

#include <stddef.h>

enum { EVENT_RATE_LEAST = 3 /* periods */, EVENT_RATE_PARTS = 20 };

struct event_rate {
    double starts, years;
    double mean, cv;               /* of the rate, 1/yr */
    double low, high;              /* 95 % */
    double part[EVENT_RATE_PARTS]; /* its quantiles of 2.5 %, 7.5 %, ..., 97.5 %: each as likely as another */
    double dispersion;             /* variance over mean of the counts; 1 of a Poisson process */
    double p;                      /* the probability of as much dispersion or more (chi^2, Fisher 1950) */
};

/* Counts of starts in periods of so many months; NaN: not known. FAULT_SCENARIO: too few periods, a count that is
 * negative or no whole number. */
MUST_CHECK struct fault *event_rate_fit(size_t count, const double starts[], int months, struct event_rate *rate);

#endif
