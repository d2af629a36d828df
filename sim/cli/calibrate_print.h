/* sim/cli/calibrate_print.h -- what was fitted, as YAML of a scenario: parameters are distributions, and what they come
 * from stands in comments.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_CALIBRATE_PRINT_H
#define ZHOL_CALIBRATE_PRINT_H

#include "models/calibration/autoregression.h"
#include "models/calibration/event_rate.h"
#include "models/calibration/regression.h"
#include "models/calibration/rivals.h"
#include "sim/cli/calibrate_series.h"

#include <stdio.h>

/* Comments on where figures come from, each line after so many spaces. */
void calibrate_print_source(FILE *to, int spaces, const struct calibrate_series *series);
/* A driver, under `drivers:`. */
void calibrate_print_driver(FILE *to, const struct calibrate_series *series, const struct calibration_fit *fit);
/* How the estimates of a driver's drawn parameters correlate, under `inputs.correlation.pairs:`. Returns how many lines;
 * to NULL: counts them only. */
size_t calibrate_print_pairs(FILE *to, const struct calibrate_series *series, const struct calibration_fit *fit);
/* Comments that hold processes against one another. */
void calibrate_print_rivals(FILE *to, const struct calibrate_series *series, size_t count, const struct rival rival[]);
/* The pairs of two drivers' shocks, under `drivers.correlation.pairs:`. */
void calibrate_print_correlation(FILE *to, const struct calibrate_series *const series[2],
                                 const struct calibration_fit *const fit[2],
                                 const struct regression_correlation *correlation);
/* Whole documents: an event, an elasticity, a driver of several variables. */
void calibrate_print_event(FILE *to, const struct calibrate_series *series, const struct event_rate *rate);
void calibrate_print_elasticity(FILE *to, const struct calibrate_series *flow, const struct calibrate_series *driver,
                                const struct regression *regression);
void calibrate_print_joint(FILE *to, const char *name, bool growth, size_t count,
                           const struct calibrate_series series[], const double last[],
                           const struct autoregression *fit);

#endif
