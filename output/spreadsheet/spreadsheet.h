/* output/spreadsheet/spreadsheet.h -- a workbook in the format of Excel (Office Open XML), written row by row: the only place that
 * knows libxlsxwriter.
 *
 * Texts are texts whatever they begin with, never formulas or links. What XML cannot hold becomes U+FFFD, and a text longer than a cell
 * is cut, with a word that says so. Numbers are written with 16 significant digits, whatever their format shows; what is not finite
 * is an empty cell. Same calls, same bytes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_SPREADSHEET_H
#define ZHOL_SPREADSHEET_H

#include "sim/core/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a sheet and a cell hold at most. */
enum { SPREADSHEET_ROWS = 1048576, SPREADSHEET_TEXT = 32767 };

struct spreadsheet;

/* Makes a workbook of what `fill` puts into it, and publishes it (publish.h) when it is whole: FAULT_USAGE if the file is there, without
 * `force`; FAULT_MACHINE if it cannot be written. */
MUST_CHECK struct fault *spreadsheet_write(const char *path, bool force, const char *title,
                                           struct fault *(*fill)(struct spreadsheet *to, const void *context),
                                           const void *context);

/* What follows puts cells into rows. A failure is kept, makes what comes after it do nothing, and is that of spreadsheet_write. */

/* A failure of the caller's. */
void spreadsheet_fail(struct spreadsheet *to, struct fault *fault);

/* Begins a sheet, whose name is the program's own: of at most 31 characters, without []:*?/\. */
void spreadsheet_sheet(struct spreadsheet *to, const char *name);
/* Rows of text above a table. */
void spreadsheet_title(struct spreadsheet *to, const char *format, ...) __attribute__((format(printf, 2, 3)));
void spreadsheet_line(struct spreadsheet *to, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A row for each line of the text; NULL: none. */
void spreadsheet_lines(struct spreadsheet *to, const char *text);
/* The next column of the table, so many characters wide, and the end of the row of their names, which stays
 * in view, as do the first `kept` columns. */
void spreadsheet_column(struct spreadsheet *to, int width, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void spreadsheet_columns_end(struct spreadsheet *to, size_t kept);
/* The columns of a sheet of text: one, or two of a name and what belongs to it; without names. */
void spreadsheet_pages(struct spreadsheet *to, int width, int second);
/* The name of what follows, on a row of its own. */
void spreadsheet_heading(struct spreadsheet *to, const char *text);

/* The next cell of the row. */
void spreadsheet_text(struct spreadsheet *to, const char *text); /* NULL or "": empty */
/* A number that shows as many digits as its error justifies; of an error that is not known or 0, four. */
void spreadsheet_number(struct spreadsheet *to, double value, double error);
/* The same of a share, which shows in per cent. */
void spreadsheet_share(struct spreadsheet *to, double share, double error);
/* A whole number: how many, or which. */
void spreadsheet_count(struct spreadsheet *to, double count);
void spreadsheet_which(struct spreadsheet *to, double number);
void spreadsheet_empty(struct spreadsheet *to);
void spreadsheet_row_end(struct spreadsheet *to);
/* A row of a name and a text, both wrapped; of a text in lines one for each. NULL: no row. */
void spreadsheet_pair(struct spreadsheet *to, const char *name, const char *text);
void spreadsheet_pair_of(struct spreadsheet *to, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A row of one text, wrapped. */
void spreadsheet_paragraph(struct spreadsheet *to, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
