/* output/score/observed.h -- figures of what happened, year by year: a table with the columns
 *   outcome     a path of a result, or several to be added up, each with a factor if need be:
 *               "corridors.a.container*12 t/TEU,corridors.a.bulk,corridors.b.bulk*-1"
 *   year        a calendar year
 *   value unit  the figure
 *   prices      of what is money: those of the result ("2019 USD"), or "nominal"; empty: it is none
 *   confirmed   yes: a source states it; derived: worked out from stated figures; no: neither
 * of which definition and source may say more. Figures with the same text in `outcome` are a series.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_OBSERVED_H
#define ZHOL_OBSERVED_H

#include "scenarios/table/table.h"
#include "sim/core/units.h"

#include <stdbool.h>
#include <stddef.h>

enum observed_confirmed { OBSERVED_NO, OBSERVED_DERIVED, OBSERVED_YES, OBSERVED_WORDS };
extern const char *const observed_words[OBSERVED_WORDS];

/* What is added up: `times` in `unit` ("" is none) for each of the outcome's own. */
struct observed_member {
    char *outcome;
    double times;
    char *unit;
};

struct observed_series {
    char *name; /* as it is written, without spaces */
    char *unit; /* of its figures: that of the first */
    size_t members;
    struct observed_member *member;
    bool money; /* the unit has a currency */
};

struct observed_figure {
    size_t series, row; /* of the table, for places */
    int year;
    double value; /* in the unit of the series */
    enum observed_confirmed confirmed;
    bool nominal;
    const char *prices, *definition, *source; /* texts of the table; "" where it says nothing */
};

/* In the order of the file. */
struct observed {
    const struct table *table;
    size_t count, series_count;
    struct observed_figure *figure;
    struct observed_series *series;
};

/* Reads the figures of a table, which must last as long. Faults are FAULT_SCENARIO with their places, all of them at
 * once: a column that is missing, what is no year, number, unit or path, a word of `confirmed` that is not known, a figure
 * of the same outcome, year and prices twice, a table without figures. Free in any case. */
MUST_CHECK struct fault *observed_read(const struct table *table, struct units *units, struct observed *observed);
void observed_free(struct observed *observed);

/* Where a column says something of a figure. */
struct place observed_place(const struct observed *observed, const struct observed_figure *figure, const char *column);
/* The series of that name; series_count if there is none. */
size_t observed_find(const struct observed *observed, const char *name);

#endif
