/* scenarios/table/series.c -- see series.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/table/series.h"
#include "sim/core/units.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fault *series_date_column(const struct table *table, const char *name, size_t *column)
{
    static const char *const usual[] = {"date", "year"};
    if (name != NULL) return table_column(table, name, column);
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        for (*column = 0; *column < table->columns; ++*column)
            if (strcmp(table->header[*column].text, usual[i]) == 0) return NULL;
    *column = 0;
    return NULL;
}

/* The values of a column that are near the one that no row has. */
static struct fault *no_match(const struct table *table, size_t column, const struct series_filter *filter)
{
    enum { MOST_WORDS = 1000 };
    char hint[96];
    const char **words = calloc(MOST_WORDS + 1, sizeof *words);
    if (words == NULL) return fault_no_memory();
    size_t count = 0;
    for (size_t row = 0; row < table->rows && count < MOST_WORDS; row++) {
        const char *text = table_cell(table, row, column)->text;
        if (count == 0 || strcmp(words[count - 1], text) != 0) words[count++] = text;
    }
    struct fault *fault =
        fault_raise(FAULT_SCENARIO, "%s: no row has '%s' in the column %s%s", table->source->name, filter->value,
                    filter->column, units_hint(filter->value, words, sizeof hint, hint));
    free(words);
    return fault;
}

/* Keeps the rows that pass the filter, in series->row. */
static struct fault *apply_filter(struct series *series, const struct table *table, const struct series_filter *filter)
{
    size_t column, kept = 0;
    bool somewhere = false;
    TRY(table_column(table, filter->column, &column));
    for (size_t row = 0; row < table->rows && !somewhere; row++)
        somewhere = strcmp(table_cell(table, row, column)->text, filter->value) == 0;
    if (!somewhere) return no_match(table, column, filter);
    for (size_t i = 0; i < series->count; i++)
        if (strcmp(table_cell(table, series->row[i], column)->text, filter->value) == 0)
            series->row[kept++] = series->row[i];
    series->count = kept;
    return NULL;
}

static struct fault *read_date(struct series *series, const struct table *table, const struct series_request *request,
                               size_t item)
{
    const struct cell *cell = table_cell(table, series->row[item], series->date);
    const struct place place = table_place(table, cell);
    static const char expected[] = "expected a year such as 2019, a quarter such as 2019-Q3 or a month such as 2019-07";
    if (cell->text[0] == '\0')
        return fault_at(FAULT_SCENARIO, place, "%s: the date is empty; %s", table->header[series->date].text, expected);
    if (!period_read(cell->text, &series->period[item]))
        return fault_at(FAULT_SCENARIO, place, "%s: '%s' is not a date; %s", table->header[series->date].text,
                        cell->text, expected);
    if (series->period[item].day > 0 && !request->days)
        return fault_at(FAULT_SCENARIO, place, "%s is a day; %s", cell->text, expected);
    return NULL;
}

static struct fault *read_dates(struct series *series, const struct table *table, const struct series_request *request)
{
    struct fault *faults = NULL;
    for (size_t i = 0; i < series->count && !fault_enough(faults); i++)
        faults = fault_join(faults, read_date(series, table, request, i));
    return faults;
}

/* Keeps what is between the first and the last figure. */
static struct fault *trim(struct series *series, const struct table *table)
{
    size_t first = 0, end = series->count;
    while (end > 0 && table_is_empty(table, series->row[end - 1], series->column)) end--;
    while (first < end && table_is_empty(table, series->row[first], series->column)) first++;
    if (first == end)
        return fault_raise(FAULT_SCENARIO, "%s has no figure in the column %s%s", table->source->name,
                           table->header[series->column].text,
                           series->count < table->rows ? ", of the rows that are asked for" : "");
    memmove(series->row, series->row + first, (end - first) * sizeof *series->row);
    series->count = end - first;
    return NULL;
}

static struct fault *read_values(struct series *series, const struct table *table, const struct series_request *request)
{
    struct fault *faults = NULL;
    for (size_t i = 0; i < series->count && !fault_enough(faults); i++) {
        series->value[i] = (double)NAN;
        if (request->gaps && table_is_empty(table, series->row[i], series->column)) continue;
        faults = fault_join(faults, table_number(table, series->row[i], series->column, &series->value[i]));
    }
    return faults;
}

static bool same_length(const struct period *a, const struct period *b)
{
    return a->months == b->months && (a->day > 0) == (b->day > 0);
}

/* How the item follows the one before it. */
static struct fault *check_step(const struct series *series, const struct table *table,
                                const struct series_request *request, size_t item)
{
    const struct period *before = &series->period[item - 1], *now = &series->period[item];
    const struct place place = series_date_place(series, table, item);
    const struct place earlier = series_date_place(series, table, item - 1);
    const char *filter = request->filters > 0 || table->columns == 2 ? "" : ", or a filter on another column";
    char text[PERIOD_TEXT], last[PERIOD_TEXT], missing[PERIOD_TEXT];
    period_write(now, text);
    period_write(before, last);
    if (!same_length(&series->period[0], now))
        return fault_note(fault_at(FAULT_SCENARIO, place, "%s is %s; expected %s, as in the rows above", text,
                                   period_words(now), period_words(&series->period[0])),
                          series_date_place(series, table, 0), "the first is here");
    if (now->month == before->month && now->day == before->day)
        return fault_note(fault_at(FAULT_SCENARIO, place, "%s appears twice; expected every date once%s", text, filter),
                          earlier, "it appears here too");
    if (now->month < before->month || (now->month == before->month && now->day < before->day))
        return fault_note(fault_at(FAULT_SCENARIO, place, "%s stands below %s; expected dates from early to late%s",
                                   text, last, filter),
                          earlier, "the later date is here");
    const struct period next = {before->month + before->months, before->months, 0};
    if (request->gaps || now->day > 0 || now->month == next.month) return NULL;
    period_write(&next, missing);
    return fault_at(FAULT_SCENARIO, place, "%s follows %s, without %s; expected no gaps", text, last, missing);
}

static struct fault *check_steps(const struct series *series, const struct table *table,
                                 const struct series_request *request)
{
    struct fault *faults = NULL;
    for (size_t i = 1; i < series->count && !fault_enough(faults); i++)
        faults = fault_join(faults, check_step(series, table, request, i));
    return faults;
}

struct fault *series_open(struct series *series, const struct table *table, const struct series_request *request)
{
    *series = (struct series){.count = table->rows};
    TRY(table_column(table, request->column, &series->column));
    TRY(series_date_column(table, request->date, &series->date));
    if (series->column == series->date)
        return fault_raise(FAULT_SCENARIO, "%s: the column %s holds the dates; expected one with figures",
                           table->source->name, request->column);
    series->period = calloc(table->rows, sizeof *series->period);
    series->value = calloc(table->rows, sizeof *series->value);
    series->row = calloc(table->rows, sizeof *series->row);
    if (series->period == NULL || series->value == NULL || series->row == NULL) return fault_no_memory();
    for (size_t i = 0; i < table->rows; i++) series->row[i] = i;
    for (size_t i = 0; i < request->filters; i++) TRY(apply_filter(series, table, &request->filter[i]));
    if (series->count == 0)
        return fault_raise(FAULT_SCENARIO, "%s: no row passes all filters at once", table->source->name);
    TRY(trim(series, table));
    struct fault *faults = read_dates(series, table, request);
    if (faults == NULL) faults = check_steps(series, table, request);
    return fault_enough(faults) ? faults : fault_join(faults, read_values(series, table, request));
}

void series_close(struct series *series)
{
    free(series->period);
    free(series->value);
    free(series->row);
    *series = (struct series){0};
}

struct place series_value_place(const struct series *series, const struct table *table, size_t item)
{
    return table_place(table, table_cell(table, series->row[item], series->column));
}

struct place series_date_place(const struct series *series, const struct table *table, size_t item)
{
    return table_place(table, table_cell(table, series->row[item], series->date));
}
