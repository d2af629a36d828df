/* sim/core/quantity.h -- what may stand where a scenario expects a number: a number, a distribution drawn once per
 * replication, or a profile over dates. All distributions are drawn by inversion of one uniform (model section 1.9).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_QUANTITY_H
#define ZHOL_QUANTITY_H

#include "sim/core/fault.h"
#include "sim/core/units.h"

#include <stdbool.h>

enum quantity_form {
    QUANTITY_NUMBER,     /* p[0]                                                                       */
    QUANTITY_UNIFORM,    /* p = {low, high}                                                            */
    QUANTITY_TRIANGULAR, /* p = {low, mode, high}                                                      */
    QUANTITY_NORMAL,     /* p = {mean, sd, low, high}; the limits may be infinite                      */
    QUANTITY_LOGNORMAL,  /* p = {mean, coefficient of variation (no unit)}                             */
    QUANTITY_PERT,       /* p = {low, mode, high}                                                      */
    QUANTITY_DISCRETE,   /* value[count] with probability weight[count], summing to 1                  */
};

struct quantity {
    enum quantity_form form;
    double p[4];
    size_t count;
    double *value;  /* [count], owned */
    double *weight; /* [count], owned */
};

/* Reads "64 USD/bbl", "triangular(50 100 200) USD/TEU/d", "normal(1 0.2) [0 2]", "lognormal(1.2 0.8) mo",
 * "discrete(1:0.5 2:0.5) t", "3.5 %". Numbers are plain decimals (strtod in the C locale, no hexadecimal, inf or nan), and
 * are converted to `unit` ("" for a pure number). When the text carries no unit and `unit` is not "", it is an error,
 * unless the value is 0 of ... no exception: every dimensional number carries one.
 * Faults have no place; the sentence names value and expectation. */
MUST_CHECK struct fault *quantity_read(struct units *units, const char *text, const char *unit, struct quantity *quantity);

/* The unit written in such a text ("USD/bbl"), "" when there is none; a pointer into the text. NULL if unreadable. */
const char *quantity_unit_text(const char *text);

void quantity_free(struct quantity *quantity);

bool quantity_is_drawn(const struct quantity *quantity);

/* The inverse distribution function at 0 < u < 1; the number itself for QUANTITY_NUMBER. */
double quantity_inverse(const struct quantity *quantity, double u);

/* The median: what stands for the quantity where one number is needed. */
double quantity_central(const struct quantity *quantity);

double quantity_mean(const struct quantity *quantity);
double quantity_variance(const struct quantity *quantity);

/* The smallest and the largest value that can be drawn; infinite where unbounded. */
void quantity_support(const struct quantity *quantity, double *least, double *most);

#endif
