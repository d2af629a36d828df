/* output/tables/text.h -- how numbers and names are written as CSV and as JSON, the same for results and comparisons.
 *
 * In CSV a statistic that has many values in a row is a column for each: quantile_estimate_0.05, cvar_lower_0.95. In
 * JSON it is a list, and of tails one for each end. What is not known is empty, or null.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_TEXT_H
#define ZHOL_TEXT_H

#include "output/result/datasets.h"

#include <stdio.h>

/* The quantiles and tails that statistics have values for; levels in the order of memory. */
struct text_columns {
    size_t quantiles, levels;
    const double *probability, *level;
};
/* How many values a statistic has in a row. */
size_t text_width(const struct text_columns *columns, enum dataset_along along);

/* The names of a statistic's columns, each after a comma. */
void text_csv_names(const struct text_columns *columns, const char *name, enum dataset_along along, FILE *to);
/* A value after a comma; NaN is empty. */
void text_csv_value(double value, FILE *to);
/* A text as a cell, in quotes if it needs them (RFC 4180). */
void text_csv_text(const char *text, FILE *to);

void text_json_string(const char *text, FILE *to); /* NULL as "" */
/* "name": "text" */
void text_json_member(const char *name, const char *text, FILE *to);
/* "name": ["line", ...] of the lines of a text; NULL: none. */
void text_json_lines(const char *name, const char *text, FILE *to);
/* What is not finite is null. */
void text_json_number(double value, FILE *to);
/* "name": value, or values as above; `get` gives the k-th of `of` in the order of memory. */
void text_json_values(const struct text_columns *columns, const char *name, enum dataset_along along,
                      double (*get)(const void *of, size_t k), const void *of, FILE *to);
/* "quantile": [...], "level": [...]: what the lists are of. */
void text_json_columns(const struct text_columns *columns, FILE *to);

#endif
