/* sim/cli/calibrate_series.c -- see calibrate_series.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/calibrate_series.h"
#include "scenarios/reader/values.h"
#include "sim/core/calendar.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_PERIODS = 20000 };

/* Figures of a column of a table, before anything is done with them. */
struct column {
    struct table table;
    struct series series;
    bool open;
    char *name;
};

static void column_close(struct column *column)
{
    if (column->open) series_close(&column->series);
    table_close(&column->table);
    free(column->name);
}

/* "brent-monthly" of "data/Brent_monthly.csv"; what is no letter or digit becomes one hyphen. */
static struct fault *name_of(const struct calibrate_wish *wish, char **name)
{
    if (wish->name != NULL) {
        *name = strdup(wish->name);
        return *name == NULL ? fault_no_memory() : NULL;
    }
    const char *slash = strrchr(wish->file, '/'), *stem = slash == NULL ? wish->file : slash + 1;
    const char *dot = strrchr(stem, '.');
    const size_t length = dot == NULL || dot == stem ? strlen(stem) : (size_t)(dot - stem);
    size_t n = 0;
    *name = calloc(1, length + 8);
    if (*name == NULL) return fault_no_memory();
    if (length == 0 || !isalpha((unsigned char)stem[0])) n = (size_t)sprintf(*name, "driver");
    for (size_t i = 0; i < length; i++) {
        const int c = tolower((unsigned char)stem[i]);
        const bool letter = c < 128 && isalnum(c);
        if (letter && n > 0 && i > 0 && !isalnum((unsigned char)stem[i - 1])) (*name)[n++] = '-';
        if (letter) (*name)[n++] = (char)c;
    }
    (*name)[n] = '\0';
    return NULL;
}

/* The only column that is neither the date nor filtered by, where none is named. */
static struct fault *find_column(const struct table *table, const struct series_request *request, const char **column)
{
    size_t others = 0, date;
    TRY(series_date_column(table, request->date, &date));
    for (size_t i = 0; i < table->columns; i++) {
        const char *name = table->header[i].text;
        bool taken = i == date;
        for (size_t k = 0; k < request->filters; k++) taken = taken || strcmp(name, request->filter[k].column) == 0;
        if (taken) continue;
        others++;
        *column = name;
    }
    if (others == 1) return NULL;
    return fault_raise(FAULT_USAGE, "%s has %zu columns that could be meant, %s among them; expected --column NAME",
                       table->source->name, others, others == 0 ? "none" : *column);
}

/* The filters as columns and values, in texts of the caller's. */
static struct fault *read_filters(const struct calibrate_wish *wish, char *text[CALIBRATE_FILTERS],
                                  struct series_filter filter[CALIBRATE_FILTERS])
{
    for (size_t i = 0; i < wish->filters; i++) {
        text[i] = strdup(wish->filter[i].column);
        if (text[i] == NULL) return fault_no_memory();
        char *equals = strchr(text[i], '=');
        if (equals == NULL || equals == text[i])
            return fault_raise(FAULT_USAGE, "--where is '%s'; expected COLUMN=VALUE, such as country=KAZ", text[i]);
        *equals = '\0';
        filter[i] = (struct series_filter){text[i], equals + 1};
    }
    return NULL;
}

static struct fault *column_open(struct forest *forest, const char *file, const struct calibrate_wish *wish,
                                 bool filters, struct column *column)
{
    char *text[CALIBRATE_FILTERS] = {NULL};
    struct series_filter filter[CALIBRATE_FILTERS];
    struct source *source = NULL;
    struct series_request request = {.date = filters ? wish->date : NULL, .filter = filter, .gaps = true, .days = true};
    memset(column, 0, sizeof *column);
    TRY(tree_read_file(forest, file, "a table of figures", &source));
    TRY(table_open(&column->table, source));
    struct fault *fault = filters ? read_filters(wish, text, filter) : NULL;
    request.filters = filters ? wish->filters : 0;
    request.column = filters ? wish->column : NULL;
    if (fault == NULL && request.column == NULL) fault = find_column(&column->table, &request, &request.column);
    column->open = fault == NULL;
    if (fault == NULL) fault = series_open(&column->series, &column->table, &request);
    if (fault == NULL) column->name = strdup(request.column);
    if (fault == NULL && column->name == NULL) fault = fault_no_memory();
    for (size_t i = 0; i < CALIBRATE_FILTERS; i++) free(text[i]);
    return fault;
}

/* The month that --from or --to names: its first, or its last. */
static struct fault *read_bound(const char *option, const char *text, bool last, int *month)
{
    struct period period;
    if (text == NULL) return NULL;
    if (!period_read(text, &period))
        return fault_raise(FAULT_USAGE, "%s is '%s'; expected a date such as 1999, 1999-Q3 or 1999-07", option, text);
    *month = period.month + (last ? period.months - 1 : 0);
    return NULL;
}

/* Puts the items of the column into periods one after another, those of days into months. */
static struct fault *spread(const struct column *column, const struct calibrate_wish *wish,
                            struct calibrate_series *out)
{
    const struct series *series = &column->series;
    int from = 0, to = 12 * 10000, months = series->period[0].months;
    const bool days = series->period[0].day != 0;
    TRY(read_bound("--from", wish->from, false, &from));
    TRY(read_bound("--to", wish->to, true, &to));
    if (from > to)
        return fault_raise(FAULT_USAGE, "--from %s comes after --to %s; expected it before", wish->from, wish->to);
    const int first = series->period[0].month;
    const size_t most = (size_t)((series->period[series->count - 1].month - first) / months + 1);
    if (most > MOST_PERIODS)
        return fault_raise(FAULT_SCENARIO, "%s reaches over %zu periods; expected at most %d", wish->file, most,
                           MOST_PERIODS);
    const bool means = wish->means == 1 || (wish->means < 0 && !days);
    double *value = calloc(most, sizeof *value), *count = calloc(most, sizeof *count);
    size_t begin = most, end = 0;
    for (size_t i = 0; i < series->count && value != NULL && count != NULL; i++) {
        const struct period *p = &series->period[i];
        if (p->month < from || p->month + p->months - 1 > to || isnan(series->value[i])) continue;
        const size_t at = (size_t)((p->month - first) / months);
        count[at] += 1.0;
        value[at] = days && !means ? series->value[i] : value[at] + (series->value[i] - value[at]) / count[at];
        begin = at < begin ? at : begin;
        end = at + 1;
    }
    if (value == NULL || count == NULL || begin >= end) {
        struct fault *fault = value == NULL || count == NULL
                                  ? fault_no_memory()
                                  : fault_raise(FAULT_USAGE, "%s has no figure from %s to %s", wish->file,
                                                wish->from == NULL ? "its beginning" : wish->from,
                                                wish->to == NULL ? "its end" : wish->to);
        free(value);
        free(count);
        return fault;
    }
    for (size_t i = begin; i < end; i++)
        if (count[i] == 0.0) value[i] = (double)NAN;
    memmove(value, value + begin, (end - begin) * sizeof *value);
    free(count);
    out->value = value;
    out->first = (struct period){first + (int)begin * months, months, 0};
    out->last = (struct period){first + (int)(end - 1) * months, months, 0};
    out->figures = (struct calibration_series){end - begin, value, months, means};
    return NULL;
}

/* The log of the deflator at the middle of a period, in months: linear between the middles of its own, and half a period
 * beyond the outermost. False: it does not reach so far. */
static bool deflator_at(const struct series *series, double middle, double *log_index)
{
    const size_t n = series->count;
    const double half = 0.5 * series->period[0].months;
    size_t i = 0;
    if (n < 2 || middle < series->period[0].month || middle > series->period[n - 1].month + 2.0 * half) return false;
    while (i + 2 < n && middle > series->period[i + 1].month + half) i++;
    const double a = series->period[i].month + half, b = series->period[i + 1].month + half;
    const double la = log(series->value[i]), lb = log(series->value[i + 1]);
    *log_index = la + (lb - la) * (middle - a) / (b - a);
    return isfinite(*log_index);
}

static struct fault *deflate(struct forest *forest, const struct calibrate_wish *wish, struct calibrate_series *out)
{
    struct column index;
    char text[PERIOD_TEXT];
    char *file = strdup(wish->deflator);
    if (file == NULL) return fault_no_memory();
    char *colon = strrchr(file, ':');
    struct calibrate_wish of = {.file = file};
    if (colon != NULL) {
        *colon = '\0';
        of.column = colon + 1;
    }
    struct fault *fault = column_open(forest, file, &of, true, &index);
    for (size_t i = 0; fault == NULL && i < index.series.count; i++)
        if (index.series.value[i] <= 0.0)
            fault = fault_at(FAULT_SCENARIO, series_value_place(&index.series, &index.table, i),
                             "a price index is %g; expected more than 0", index.series.value[i]);
    double base = 0.0;
    for (size_t i = 0; fault == NULL && i < index.series.count; i++) /* the last period of both: its prices */
        if (index.series.period[i].month <= out->last.month && !isnan(index.series.value[i])) {
            base = log(index.series.value[i]);
            period_write(&index.series.period[i], out->prices);
        }
    for (size_t i = 0; fault == NULL && i < out->figures.count; i++) {
        const struct period period = calibrate_series_period(out, i);
        double log_index;
        period_write(&period, text);
        if (!deflator_at(&index.series, period.month + 0.5 * period.months, &log_index))
            fault = fault_raise(FAULT_USAGE,
                                "%s has no price level for %s; expected one that reaches over the series, or "
                                "--from and --to",
                                file, text);
        else
            out->value[i] *= exp(base - log_index);
    }
    column_close(&index);
    free(file);
    return fault;
}

/* Growth rates become the levels that grew by them, from 1 on. */
static struct fault *cumulate(double factor, struct calibrate_series *out)
{
    const size_t n = out->figures.count;
    double *level = calloc(n + 1, sizeof *level);
    char text[PERIOD_TEXT];
    if (level == NULL) return fault_no_memory();
    level[0] = 1.0;
    for (size_t i = 0; i < n; i++) {
        const double rate = out->value[i] * factor;
        const struct period period = calibrate_series_period(out, i);
        period_write(&period, text);
        if (!(rate > -1.0)) {
            free(level);
            return isnan(rate) ? fault_raise(FAULT_USAGE,
                                             "%s has no growth rate for %s; levels cannot be told across a "
                                             "gap: expected --from or --to beside it",
                                             out->wish->file, text)
                               : fault_raise(FAULT_SCENARIO,
                                             "%s: growth of %g in %s leaves nothing; expected more than "
                                             "-100 %%",
                                             out->wish->file, rate, text);
        }
        level[i + 1] = level[i] * (1.0 + rate);
    }
    free(out->value);
    out->value = level;
    out->rates = true;
    out->first.month -= out->first.months;
    out->figures.value = level;
    out->figures.count = n + 1;
    return NULL;
}

/* What the unit says of the figures. */
static struct fault *heed_unit(struct units *units, struct calibrate_series *out)
{
    const struct calibrate_wish *wish = out->wish;
    double factor = 0.0;
    const bool growth = wish->model == NULL || strcmp(wish->model, "growth") == 0;
    if (wish->unit == NULL) return NULL;
    struct fault *fault = units_check(units, wish->unit);
    if (fault != NULL) {
        struct fault *told = fault_raise(FAULT_USAGE, "--unit of %s: %s", wish->file, fault->sentence);
        fault_free(fault);
        return told;
    }
    if (!growth) return NULL;
    fault = units_factor(units, wish->unit, "1/yr", &factor);
    const bool rates = fault == NULL;
    fault_free(fault);
    if (rates && out->figures.months != CALENDAR_MONTHS_PER_YEAR)
        return fault_raise(FAULT_USAGE,
                           "%s has growth rates (%s) of shorter periods than a year; expected yearly rates, or "
                           "the levels that grew",
                           wish->file, wish->unit);
    if (rates) return cumulate(factor, out);
    if (strcmp(wish->unit, "%") == 0)
        return fault_raise(FAULT_USAGE,
                           "--unit of %s is '%%', which says not over what time; expected %%/yr of growth "
                           "rates, or the unit of levels",
                           wish->file);
    return NULL;
}

struct fault *calibrate_series_open(struct forest *forest, struct units *units, const struct calibrate_wish *wish,
                                    struct calibrate_series *series)
{
    struct column column;
    memset(series, 0, sizeof *series);
    series->wish = wish;
    series->unit = wish->unit;
    TRY(name_of(wish, &series->name));
    if (!value_is_name(series->name))
        return fault_raise(FAULT_USAGE, "--name is '%s'; expected lower-case letters, digits and single hyphens",
                           series->name);
    struct fault *fault = column_open(forest, wish->file, wish, true, &column);
    if (fault == NULL) fault = spread(&column, wish, series);
    if (fault == NULL) series->column = strdup(column.name);
    if (fault == NULL && series->column == NULL) fault = fault_no_memory();
    column_close(&column);
    if (fault == NULL && wish->deflator != NULL) fault = deflate(forest, wish, series);
    if (fault == NULL) fault = heed_unit(units, series);
    for (size_t i = 0; fault == NULL && i < series->figures.count; i++)
        series->there += isnan(series->figures.value[i]) ? 0 : 1;
    return fault;
}

void calibrate_series_close(struct calibrate_series *series)
{
    free(series->name);
    free(series->column);
    free(series->value);
}

struct period calibrate_series_period(const struct calibrate_series *series, size_t i)
{
    return (struct period){series->first.month + (int)i * series->first.months, series->first.months, 0};
}
