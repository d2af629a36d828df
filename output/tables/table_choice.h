/* output/tables/table_choice.h -- which outcomes and periods a table of a result has.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_TABLE_CHOICE_H
#define ZHOL_TABLE_CHOICE_H

#include "output/result/result.h"

#include <stdbool.h>

/* FAULT_USAGE for a pattern (as of file names) without a match, or, if `year` is not 0, with none that has years. */
MUST_CHECK struct fault *table_choice_check(const struct result *result, const char *const patterns[], size_t count,
                                            int year);
/* Whether the outcome fits one of them; of none given every one does. */
bool table_choice_asks(const struct outcome *outcome, const char *const patterns[], size_t count);

/* The periods from `first` to before `end`: all years and the horizon, or the year alone if it is not 0. FAULT_USAGE if that is
 * outside the run. */
MUST_CHECK struct fault *table_choice_periods(const struct result *result, int year, size_t *first, size_t *end);
/* Where the rows of an outcome begin, asked for from `first` on: without years, it has the horizon's alone. */
size_t table_choice_row(const struct result *result, size_t outcome, size_t first);

/* What an account of a year shows: headlines, and what is declared to stand beside them. */
bool table_choice_in_account(const struct outcome *outcome);

#endif
