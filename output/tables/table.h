/* output/tables/table.h -- a result as tables of text. The range of futures is what may happen; the simulation error
 * says how well its mean is known, and falls with the number of replications.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_TABLE_H
#define ZHOL_TABLE_H

#include "output/result/result.h"

#include <stdio.h>

/* The outcomes whose paths match one of the patterns (as of file names; none given: all): a block for each, with a row
 * per year and one for the horizon; of `year` alone if it is not 0. What has a value over the whole horizon only has
 * its row alone, and none in a year. A pattern without a match, or with none that has years where one is asked for, or
 * a year outside the run, is a fault. */
MUST_CHECK struct fault *table_show(const struct result *result, const char *const patterns[], size_t count, int year,
                                    FILE *to);
/* The same as CSV, a row per outcome and period. */
MUST_CHECK struct fault *table_csv(const struct result *result, const char *const patterns[], size_t count, int year,
                                   FILE *to);
/* The same as one JSON object. */
MUST_CHECK struct fault *table_json(const struct result *result, const char *const patterns[], size_t count, int year,
                                    FILE *to);
/* A readable account of the last year, or of `year` if that is not 0: a line for each headline outcome and the revenue
 * of each outlet of energy, by subject, in units that suit the size of the numbers. What has a value over the whole
 * horizon only says so. Lines have titles, or with `names` paths. */
MUST_CHECK struct fault *table_account(const struct result *result, int year, bool names, FILE *to);
/* The file of a result, which result_check has passed, and the command that asks for a workbook of it. */
struct table_origin {
    const char *file, *command;
};
/* The outcomes named by year, with their tails, or the account of a year and its outcomes by year; notes; and where it all comes
 * from: as a workbook (spreadsheet.h). Faults as of table_show and spreadsheet_write. */
MUST_CHECK struct fault *table_spreadsheet(const struct result *result, const char *const patterns[], size_t count,
                                           int year, const struct table_origin *origin, const char *path, bool force);
/* Of a result of some of its futures alone (given.h): a line with how many they are and where; else nothing. The tables above
 * have it in their heads; a row whose samples are not in the file is left out. */
void table_given(const struct result *result, FILE *to);
/* The paths of all outcomes, each with its title and its unit. */
MUST_CHECK struct fault *table_list(const struct result *result, FILE *to);

#endif
