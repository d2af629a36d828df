/* output/tables/table_cells.h -- what tables of a result say of an outcome in a period.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_TABLE_CELLS_H
#define ZHOL_TABLE_CELLS_H

#include "output/result/result.h"

#include <stdbool.h>

#define TABLE_CELL_SIGMA 1.959963984540054 /* of a 95 % interval of the mean */

/* Periods are the years from 0 on, and the horizon after them. */
const struct moments *table_cell_moments(const struct result *result, size_t outcome, size_t period);
const struct quantile_estimate *table_cell_quantiles(const struct result *result, size_t outcome, size_t period);
const struct cvar_estimate *table_cell_cvar(const struct result *result, size_t outcome, size_t period);
struct probability_estimate table_cell_probability(const struct result *result, size_t outcome, size_t period);
/* Whether anything is known of it: of some futures, only what has samples in the file. */
bool table_cell_is_known(const struct result *result, size_t outcome, size_t period);
/* Replications that the statistics are of, with a value or without. */
double table_cell_futures(const struct result *result);

/* "2020", or "2020-07" where the years of the run do not begin in January; "horizon". */
void table_cell_period(const struct result *result, size_t period, char name[12]);

/* The unit, of a pure number "". */
const char *table_cell_unit(const struct outcome *outcome, bool horizon);
/* What is 0 or 1: nothing but a probability, which half an interval does not suit near 0 and 1. */
bool table_cell_is_probability(const struct outcome *outcome);
/* The error that says how many digits a quantile is shown with: half of its interval. Beside greater ones, a quantile of next to
 * nothing needs no more digits than they: 3e-7 d of a delay of days is 0.00; of nothing it is 0. */
double table_cell_quantile_error(size_t quantiles, const struct quantile_estimate quantile[], size_t q);
/* The greatest number, whatever its sign, among mean, quantiles and, if asked for, means of tails; 0 of no value. */
double table_cell_greatest(const struct result *result, size_t outcome, size_t period, bool tails);
/* The unit in which numbers up to `most` are read, and what they are divided by; shares are read in per cent. */
double table_cell_scale(const struct outcome *outcome, bool horizon, double most, size_t size, char unit[]);

#endif
