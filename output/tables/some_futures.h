/* output/tables/some_futures.h -- that statistics are of some futures alone, those in which a condition holds: the same words,
 * members and attributes wherever it is said. Of all futures nothing is said.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_SOME_FUTURES_H
#define ZHOL_SOME_FUTURES_H

#include "output/hdf5/layout.h"
#include "output/result/result.h"
#include "output/spreadsheet/spreadsheet.h"

#include <stdio.h>

/* "in these futures: 312 of 10000, where drivers.brent@2030 < 40 USD/bbl"; the format is of what follows the "of": how many there
 * are in all, or of which file. A second line says how many are undecided. */
void some_futures_print(const struct result_given *given, FILE *to, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same as rows of a workbook. */
void some_futures_sheet(const struct result_given *given, struct spreadsheet *to, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Members of JSON, each on a line of its own, with a comma: the condition as "given", the number of futures by the name `count`,
 * and "undecided_futures". */
void some_futures_json(const struct result_given *given, const char *count, FILE *to);
/* Attributes of the file: `given`, `given_futures`. */
MUST_CHECK struct fault *some_futures_write(const struct layout *layout, const struct result_given *given);

#endif
