/* sim/core/quantity.h -- what may stand where a scenario expects a number: a number, a distribution drawn once per
 * replication, or a profile over dates. All distributions are drawn by inversion of one uniform (scenarios/README.md).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_QUANTITY_H
#define ZHOL_QUANTITY_H

#include "sim/core/fault.h"
#include "sim/core/units.h"

#include <stdbool.h>

enum quantity_form {
    QUANTITY_NUMBER,      /* p[0]                                                                       */
    QUANTITY_UNIFORM,     /* p = {low, high}                                                            */
    QUANTITY_TRIANGULAR,  /* p = {low, mode, high}                                                      */
    QUANTITY_NORMAL,      /* p = {mean, sd, low, high}; the limits may be infinite                      */
    QUANTITY_LOGNORMAL,   /* p = {mean, coefficient of variation (no unit)}                             */
    QUANTITY_GAMMA,       /* p = {mean, coefficient of variation (no unit)}                             */
    QUANTITY_EXPONENTIAL, /* p = {mean}                                                               */
    QUANTITY_PERT,        /* p = {low, mode, high}                                                      */
    QUANTITY_DISCRETE,    /* value[count], ascending, with probability weight[count], summing to 1      */
};

struct quantity {
    enum quantity_form form;
    double p[4];
    size_t count;
    double *value;  /* [count], owned */
    double *weight; /* [count], owned */
};

/* Reads a text such as
 *   64 USD/bbl    3.5 %    1/4000 train/t    triangular(50 100 200) USD/TEU/d    normal(1 0.2) [0 2]
 *   uniform(1 2) d    lognormal(1.2 0.8) mo    pert(1 2 4) t    discrete(1:0.5 2:0.5) t
 *   gamma(1.5 0.7) mo    exponential(2) mo    lognormal(100 sd=10) t
 * and converts it to `unit` ("" or "1" for a pure number). Numbers are plain decimals, or fractions of two (read by
 * strtod, which the program keeps in the C locale); no hexadecimal, no nan, and inf or -inf only as a limit in
 * brackets. The unit stands last and belongs to the values and the limits, never to a coefficient of variation or a
 * probability. When `unit` has a dimension, a text without a unit is an error, also for 0: every dimensional number
 * carries one.
 *
 * Refused as well: low above mode or high, a negative sd, limits more than 37 sd from the mean, a mean or a coefficient
 * of variation of a lognormal, gamma or exponential that is not positive, a coefficient above 2 that is not written
 * cv=, probabilities that are not positive or do not
 * sum to 1, more than 1000 values. Equal low, mode and high are allowed. Faults are FAULT_SCENARIO without a place; the
 * sentence names the text found and what was expected. On a fault *quantity owns nothing. */
MUST_CHECK struct fault *quantity_read(struct units *units, const char *text, const char *unit,
                                       struct quantity *quantity);

/* The unit written in such a text ("USD/bbl"), "" when there is none; a pointer into the text. NULL if unreadable. */
const char *quantity_unit_text(const char *text);

void quantity_free(struct quantity *quantity);

bool quantity_is_drawn(const struct quantity *quantity);

/* The inverse distribution function at 0 < u < 1, never outside the support; the number itself for QUANTITY_NUMBER. NaN
 * where no inverse is found (pert, gamma; GSL's error handler must be off): the replication then counts as invalid. */
double quantity_inverse(const struct quantity *quantity, double u);

/* The median: what stands for the quantity where one number is needed. */
double quantity_central(const struct quantity *quantity);

double quantity_mean(const struct quantity *quantity);
double quantity_variance(const struct quantity *quantity);

/* The smallest and the largest value that can be drawn; infinite where unbounded, of a lognormal, gamma or exponential
 * the least positive number. */
void quantity_support(const struct quantity *quantity, double *least, double *most);

#endif
