/* scenarios/table/table.h -- a table of figures in CSV (RFC 4180), in which every cell knows its place.
 *
 * UTF-8, with or without byte order mark; lines end in LF or CRLF; columns are parted by commas; the first line names
 * them. Quotes stand around whole cells. Spaces around cells and lines without any cell that is filled do not count.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_SCENARIO_TABLE_H
#define ZHOL_SCENARIO_TABLE_H

#include "sim/core/fault.h"

#include <stdbool.h>
#include <stddef.h>

enum { TABLE_MOST_COLUMNS = 1000 };

struct cell {
    const char *text; /* without spaces around it; "" where nothing is */
    int line, column; /* where it begins, from 1; columns in characters */
};

/* The text stays the caller's, and must outlive the table and the faults that speak of it. */
struct table {
    const struct source *source;
    size_t columns, rows;
    struct cell *header; /* [columns], different names */
    struct cell *cell;   /* [rows][columns] */
    char *texts;
};

/* Reads a whole table. Faults at their place: characters that are not UTF-8, columns parted by something else than
 * commas, stray quotes, rows of more or fewer cells than the first, columns without a name or of the same name, no rows. */
MUST_CHECK struct fault *table_open(struct table *table, const struct source *source);
void table_close(struct table *table);

/* The index of the column of that name. The fault has no place: whoever names the column knows it. */
MUST_CHECK struct fault *table_column(const struct table *table, const char *name, size_t *column);

const struct cell *table_cell(const struct table *table, size_t row, size_t column);
struct place table_place(const struct table *table, const struct cell *cell);
bool table_is_empty(const struct table *table, size_t row, size_t column);

/* A cell as a number: a finite decimal with a point, such as -0.25 or 1e3. */
MUST_CHECK struct fault *table_number(const struct table *table, size_t row, size_t column, double *number);

#endif
