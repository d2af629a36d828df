/* scenarios/table/series.h -- one column of a table as figures of periods that follow one another.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_SERIES_H
#define ZHOL_SERIES_H

#include "scenarios/table/period.h"
#include "scenarios/table/table.h"

/* Rows of which `column` says `value`, such as country = KAZ. */
struct series_filter {
    const char *column, *value;
};

struct series_request {
    const char *column;                 /* with the figures */
    const char *date;                   /* with the periods, as series_date_column takes it */
    const struct series_filter *filter; /* [filters]; a row counts if it passes all */
    size_t filters;
    bool gaps; /* periods may be missing, and cells inside be empty */
    bool days; /* dates of days are allowed; between them gaps always are */
};

/* Without what is empty before the first figure and after the last. */
struct series {
    size_t count;
    struct period *period; /* [count], all of the same length, in order */
    double *value;         /* [count], NaN where a cell is empty */
    size_t *row;           /* [count], of the table */
    size_t column;         /* of the table, with the figures */
    size_t date;           /* of the table, with the periods */
};

/* Faults at the cell, as many as there are up to FAULT_SHOWN_MOST: a date that is missing, is none, appears twice, stands
 * out of order, is of another length than the first, or comes after a gap; a figure that is none. Faults without a place,
 * for whoever asked: a column that is not there, a filter that nothing passes, no figure at all. */
MUST_CHECK struct fault *series_open(struct series *series, const struct table *table,
                                     const struct series_request *request);
void series_close(struct series *series);

/* The column with the periods: that of the name, or of NULL `date`, else `year`, else the first. */
MUST_CHECK struct fault *series_date_column(const struct table *table, const char *name, size_t *column);

/* Where the figure and the date of an item stand. */
struct place series_value_place(const struct series *series, const struct table *table, size_t item);
struct place series_date_place(const struct series *series, const struct table *table, size_t item);

#endif
