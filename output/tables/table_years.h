/* output/tables/table_years.h -- an outcome of a result by year, as a table of text in 80 columns. Of table.c alone.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_TABLE_YEARS_H
#define ZHOL_TABLE_YEARS_H

#include "output/result/result.h"

#include <stdio.h>

/* A row per period from `first` to before `end`, in a unit that suits the greatest number of the years, or of the horizon, with as many
 * digits as errors justify; then the means of the tails. */
void table_years_show(const struct result *result, size_t outcome, size_t first, size_t end, FILE *to);

#endif
