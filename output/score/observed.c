/* output/score/observed.c -- see observed.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/score/observed.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const observed_words[OBSERVED_WORDS] = {
    [OBSERVED_NO] = "no", [OBSERVED_DERIVED] = "derived", [OBSERVED_YES] = "yes"};

enum column { OUTCOME, YEAR, VALUE, UNIT, CONFIRMED, PRICES, DEFINITION, SOURCE, COLUMNS };
static const struct {
    const char *name;
    bool needed;
} column_names[COLUMNS] = {[OUTCOME] = {"outcome", true},
                           [YEAR] = {"year", true},
                           [VALUE] = {"value", true},
                           [UNIT] = {"unit", true},
                           [PRICES] = {"prices", false},
                           [CONFIRMED] = {"confirmed", true},
                           [DEFINITION] = {"definition", false},
                           [SOURCE] = {"source", false}};

struct reading {
    const struct table *table;
    struct units *units;
    struct observed *observed;
    size_t column[COLUMNS]; /* NOWHERE: not there */
};
#define NOWHERE SIZE_MAX

/* The column of that name, or NOWHERE. */
static size_t find_column(const struct table *table, const char *name)
{
    size_t c = 0;
    while (c < table->columns && strcmp(table->header[c].text, name) != 0) c++;
    return c < table->columns ? c : NOWHERE;
}

static const char *text_of(const struct reading *reading, size_t row, enum column column)
{
    return reading->column[column] == NOWHERE ? "" : table_cell(reading->table, row, reading->column[column])->text;
}

static struct place place_of(const struct reading *reading, size_t row, enum column column)
{
    return table_place(reading->table, table_cell(reading->table, row, reading->column[column]));
}

/* A fault without a place gets one. */
static struct fault *at(struct fault *fault, struct place place)
{
    if (fault != NULL && fault->place.source == NULL && !fault_is_memory(fault)) fault->place = place;
    return fault;
}

static bool is_money(const char *unit)
{
    return strstr(unit, "USD") != NULL;
}

/* Without spaces, but for those between a number and its unit. */
static char *tidy(const char *text)
{
    char *name = strdup(text), *to = name;
    for (const char *c = text; name != NULL && *c != '\0'; c++) {
        const bool inner = to > name && isdigit((unsigned char)to[-1]) && isalpha((unsigned char)c[strspn(c, " ")]);
        if (*c != ' ' || (inner && c[1] != ' ')) *to++ = *c;
    }
    if (name != NULL) *to = '\0';
    return name;
}

/* "path*12 t/TEU", whose text is cut up. */
static struct fault *read_member(struct units *units, char *text, struct observed_member *member)
{
    char *star = strchr(text, '*'), *end = NULL;
    member->times = 1.0;
    if (star != NULL) *star = '\0';
    if (*text == '\0')
        return fault_raise(FAULT_SCENARIO, "an outcome is empty; expected paths between commas, such as "
                                           "'corridors.a.bulk,corridors.a.container*12 t/TEU'");
    if (star != NULL) {
        errno = 0;
        member->times = strtod(star + 1, &end);
        if (end == star + 1 || errno != 0 || !isfinite(member->times) || member->times == 0.0)
            return fault_raise(FAULT_SCENARIO,
                               "'%s' is no factor; expected a number with a unit, such as '12 t/TEU', or -1", star + 1);
        while (*end == ' ') end++;
        TRY(units_check(units, end));
    }
    member->outcome = strdup(text);
    member->unit = strdup(end == NULL ? "" : end);
    return member->outcome == NULL || member->unit == NULL ? fault_no_memory() : NULL;
}

static struct fault *read_members(struct units *units, struct observed_series *series)
{
    char *text = strdup(series->name), *next = text;
    struct fault *fault = text == NULL ? fault_no_memory() : NULL;
    while (fault == NULL && next != NULL) {
        char *comma = strchr(next, ',');
        if (comma != NULL) *comma = '\0';
        struct observed_member *grown = reallocarray(series->member, series->members + 1, sizeof *grown);
        if (grown == NULL) {
            fault = fault_no_memory();
            break;
        }
        series->member = grown;
        grown[series->members] = (struct observed_member){0};
        fault = read_member(units, next, &grown[series->members++]);
        next = comma == NULL ? NULL : comma + 1;
    }
    free(text);
    return fault;
}

struct place observed_place(const struct observed *observed, const struct observed_figure *figure, const char *column)
{
    const size_t c = find_column(observed->table, column);
    return table_place(observed->table, table_cell(observed->table, figure->row, c == NOWHERE ? 0 : c));
}

size_t observed_find(const struct observed *observed, const char *name)
{
    size_t i = 0;
    while (i < observed->series_count && strcmp(observed->series[i].name, name) != 0) i++;
    return i;
}

/* The series of a row, which is added if it is the first of it. */
static struct fault *find_series(struct reading *reading, size_t row, size_t *index)
{
    struct observed *observed = reading->observed;
    struct observed_series added = {.name = tidy(text_of(reading, row, OUTCOME)),
                                    .unit = strdup(text_of(reading, row, UNIT))};
    if (added.name == NULL || added.unit == NULL) {
        free(added.name);
        free(added.unit);
        return fault_no_memory();
    }
    *index = observed_find(observed, added.name);
    if (*index < observed->series_count) {
        free(added.name);
        free(added.unit);
        return NULL;
    }
    observed->series[observed->series_count++] = added;
    struct observed_series *series = &observed->series[*index];
    series->money = is_money(series->unit);
    TRY(at(units_check(reading->units, series->unit), place_of(reading, row, UNIT)));
    return at(read_members(reading->units, series), place_of(reading, row, OUTCOME));
}

static struct fault *read_year(const struct reading *reading, size_t row, int *year)
{
    const char *text = text_of(reading, row, YEAR);
    char *end = NULL;
    const long number = strlen(text) == 4 && strspn(text, "0123456789") == 4 ? strtol(text, &end, 10) : 0;
    *year = (int)number;
    if (number > 0) return NULL;
    return fault_at(FAULT_SCENARIO, place_of(reading, row, YEAR), "'%s' is no year; expected one such as 2021", text);
}

static struct fault *read_confirmed(const struct reading *reading, size_t row, enum observed_confirmed *confirmed)
{
    const char *text = text_of(reading, row, CONFIRMED);
    for (*confirmed = 0; *confirmed < OBSERVED_WORDS; (*confirmed)++)
        if (strcmp(text, observed_words[*confirmed]) == 0) return NULL;
    return fault_at(FAULT_SCENARIO, place_of(reading, row, CONFIRMED),
                    "confirmed is '%s'; expected yes (a source states the figure), derived (worked out from stated "
                    "figures) or no",
                    text);
}

/* The value in the unit of its series. */
static struct fault *read_value(const struct reading *reading, size_t row, const struct observed_series *series,
                                double *value)
{
    double multiply = 1.0, divide = 1.0;
    const char *unit = text_of(reading, row, UNIT);
    TRY(table_number(reading->table, row, reading->column[VALUE], value));
    if (strcmp(unit, series->unit) != 0)
        TRY(at(units_ratio(reading->units, unit, series->unit, &multiply, &divide), place_of(reading, row, UNIT)));
    *value = *value * multiply / divide;
    return NULL;
}

/* What was read of a row before, of the same series, year and prices. */
static struct fault *check_once(const struct reading *reading, const struct observed_figure *figure)
{
    for (size_t i = 0; i < reading->observed->count; i++) {
        const struct observed_figure *other = &reading->observed->figure[i];
        if (other->series != figure->series || other->year != figure->year ||
            strcmp(other->prices, figure->prices) != 0)
            continue;
        return fault_note(fault_at(FAULT_SCENARIO, place_of(reading, figure->row, YEAR),
                                   "%s has a second figure of %d; expected one",
                                   reading->observed->series[figure->series].name, figure->year),
                          place_of(reading, other->row, YEAR), "the first is here");
    }
    return NULL;
}

static struct fault *read_row(struct reading *reading, size_t row)
{
    struct observed *observed = reading->observed;
    struct observed_figure figure = {.row = row,
                                     .prices = text_of(reading, row, PRICES),
                                     .definition = text_of(reading, row, DEFINITION),
                                     .source = text_of(reading, row, SOURCE)};
    TRY(find_series(reading, row, &figure.series));
    TRY(read_year(reading, row, &figure.year));
    TRY(read_value(reading, row, &observed->series[figure.series], &figure.value));
    TRY(read_confirmed(reading, row, &figure.confirmed));
    figure.nominal = strcmp(figure.prices, "nominal") == 0;
    if (observed->series[figure.series].money && figure.prices[0] == '\0')
        return fault_at(FAULT_SCENARIO, place_of(reading, row, UNIT),
                        "money without prices; expected a column `prices` that says those of the result, such as '2019 "
                        "USD', or 'nominal'");
    TRY(check_once(reading, &figure));
    observed->figure[observed->count++] = figure;
    return NULL;
}

static struct fault *find_columns(struct reading *reading)
{
    struct fault *faults = NULL;
    for (enum column c = 0; c < COLUMNS; c++) {
        reading->column[c] = find_column(reading->table, column_names[c].name);
        if (column_names[c].needed && reading->column[c] == NOWHERE)
            faults = fault_join(faults, at(table_column(reading->table, column_names[c].name, &reading->column[c]),
                                           table_place(reading->table, &reading->table->header[0])));
    }
    return faults;
}

struct fault *observed_read(const struct table *table, struct units *units, struct observed *observed)
{
    struct reading reading = {.table = table, .units = units, .observed = observed};
    const size_t rows = table->rows;
    *observed = (struct observed){.table = table};
    TRY(find_columns(&reading));
    observed->figure = calloc(rows, sizeof *observed->figure);
    observed->series = calloc(rows, sizeof *observed->series);
    if (observed->figure == NULL || observed->series == NULL) return fault_no_memory();
    struct fault *faults = NULL;
    for (size_t row = 0; row < rows && !fault_enough(faults) && !fault_is_memory(faults); row++)
        faults = fault_join(faults, read_row(&reading, row));
    return faults;
}

void observed_free(struct observed *observed)
{
    for (size_t s = 0; s < observed->series_count; s++) {
        struct observed_series *series = &observed->series[s];
        for (size_t m = 0; m < series->members; m++) {
            free(series->member[m].outcome);
            free(series->member[m].unit);
        }
        free(series->member);
        free(series->name);
        free(series->unit);
    }
    free(observed->series);
    free(observed->figure);
    *observed = (struct observed){0};
}
