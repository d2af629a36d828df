/* output/tables/workbook_words.h -- what every workbook says in words: what its numbers are, and how to read them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_WORKBOOK_WORDS_H
#define ZHOL_WORKBOOK_WORDS_H

#include "output/result/result.h"
#include "output/spreadsheet/spreadsheet.h"

/* Columns of a number: itself, under such a name, and the ends of the error of the simulation. */
void workbook_words_columns(struct spreadsheet *to, const char *name);
/* Columns of a range of futures, one for each quantile; `of` is what ranges, "" or " of the difference". */
void workbook_words_ranges(struct spreadsheet *to, const char *of, size_t quantiles, const double probability[]);

/* Begins the sheet of notes, with what the numbers of all workbooks have in common. `differences`: they are differences. */
void workbook_words_notes(struct spreadsheet *to, bool differences);
/* A paragraph for each line of the text; NULL: none. */
void workbook_words_paragraphs(struct spreadsheet *to, const char *text);
/* Begins the sheet that says where the workbook comes from: by which command. */
void workbook_words_provenance(struct spreadsheet *to, const char *command);

#endif
