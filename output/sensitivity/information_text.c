/* output/sensitivity/information_text.c -- what it is worth to know as a table of a screen, as CSV and as JSON.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/sensitivity/information.h"
#include "output/tables/readable.h"
#include "output/tables/some_futures.h"
#include "output/tables/text.h"

#include <math.h>
#include <string.h>

#define NORMAL_95 1.959963984540054

enum { SHOWN = 20, NAME = 46 };

static const char *unit_of(const struct information *information)
{
    const struct outcome *outcome = &information->outline.outcomes.item[information->outcome];
    return information->year != 0 ? outcome->unit : outcome->total;
}

static double error_of(const struct information_row *row)
{
    return NORMAL_95 * row->worth.standard_error;
}

static bool is_distinct(const struct information_row *row)
{
    return row->worth.value > error_of(row);
}

static void print_row(const struct information_row *row, double scale, FILE *to)
{
    const size_t length = strlen(row->name), head = 14, tail = NAME - head - 2;
    char value[READABLE_NUMBER], error[READABLE_NUMBER];
    readable_pair(row->worth.value / scale, error_of(row) / scale, value, error);
    if (length <= NAME)
        fprintf(to, "  %-*s", NAME, row->name);
    else
        fprintf(to, "  %.*s..%s", (int)head, row->name, row->name + length - tail);
    if (is_distinct(row))
        fprintf(to, " %12s ±%s\n", value, error);
    else
        fprintf(to, " %12s ±%-9s ?\n", value, error);
}

void information_print_given(const struct information *information, FILE *to)
{
    some_futures_print(&information->frame.given, to, "the first result (%s)", information->path[0]);
}

void information_print(const struct information *information, FILE *to)
{
    const struct outcome *outcome = &information->outline.outcomes.item[information->outcome];
    double most = 0.0;
    size_t shown = 0, distinct = 0;
    char unit[64];
    for (size_t i = 0; i < information->rows; i++) {
        most = fmax(most, fabs(information->row[i].worth.value));
        distinct += is_distinct(&information->row[i]) ? 1 : 0;
    }
    const double scale = readable_unit(unit_of(information), most, sizeof unit, unit);
    fprintf(to, "What it would be worth to know, before choosing among %zu results by\n%s", information->files,
            outcome->path);
    if (information->year != 0)
        fprintf(to, " in %d", information->year);
    else
        fputs(" over the whole horizon", to);
    fprintf(to, ", %zu futures.\n", information->futures);
    information_print_given(information, to);
    fprintf(to, "Without knowing more the best is %s.\n\n", information->path[information->best]);
    fprintf(to, "  %-*s %12s ± error of the\n  %-*s %12s simulation (95 %%)\n", NAME, "", "worth,", NAME, "", unit);
    for (; shown < information->rows && shown < SHOWN; shown++) print_row(&information->row[shown], scale, to);
    fprintf(to, "\n%zu of %zu are worth something beyond their error (?: not so)", distinct, information->rows);
    fputs(shown < information->rows ? "; --csv has all.\n" : ".\n", to);
}

void information_csv(const struct information *information, FILE *to)
{
    const char *path = information->outline.outcomes.item[information->outcome].path;
    fputs("outcome,period,factor,kind,columns,units,evppi,evppi_low,evppi_high,standard_error\n", to);
    for (size_t i = 0; i < information->rows; i++) {
        const struct information_row *row = &information->row[i];
        text_csv_text(path, to);
        if (information->year == 0)
            fputs(",horizon,", to);
        else
            fprintf(to, ",%d,", information->year);
        text_csv_text(row->name, to);
        fprintf(to, ",%s,%zu,", frame_kinds[row->kind], row->columns);
        text_csv_text(unit_of(information), to);
        text_csv_value(row->worth.value, to);
        text_csv_value(row->worth.value - error_of(row), to);
        text_csv_value(row->worth.value + error_of(row), to);
        text_csv_value(row->worth.standard_error, to);
        fputc('\n', to);
    }
}

static void json_numbers(const struct information_row *row, FILE *to)
{
    const struct {
        const char *name;
        double value;
    } number[] = {{"evppi", row->worth.value},
                  {"evppi_low", row->worth.value - error_of(row)},
                  {"evppi_high", row->worth.value + error_of(row)},
                  {"standard_error", row->worth.standard_error}};
    for (size_t n = 0; n < sizeof number / sizeof *number; n++) {
        fprintf(to, ", \"%s\": ", number[n].name);
        text_json_number(number[n].value, to);
    }
}

void information_json(const struct information *information, FILE *to)
{
    fputs("{", to);
    if (information->frame.given.condition != NULL) fputc('\n', to);
    some_futures_json(&information->frame.given, "given_futures", to);
    text_json_member("outcome", information->outline.outcomes.item[information->outcome].path, to);
    fputs(", ", to);
    text_json_member("units", unit_of(information), to);
    fprintf(to, ", \"year\": %d, \"futures\": %zu, \"results\": [", information->year, information->futures);
    for (size_t i = 0; i < information->files; i++) {
        fputs(i == 0 ? "{" : ", {", to);
        text_json_member("result", information->path[i], to);
        fputs(", \"mean\": ", to);
        text_json_number(information->mean[i], to);
        fputs("}", to);
    }
    fputs("], \"factors\": [", to);
    for (size_t i = 0; i < information->rows; i++) {
        const struct information_row *row = &information->row[i];
        fputs(i == 0 ? "\n  {" : ",\n  {", to);
        text_json_member("factor", row->name, to);
        fputs(", ", to);
        text_json_member("kind", frame_kinds[row->kind], to);
        json_numbers(row, to);
        fputs("}", to);
    }
    fputs("]}\n", to);
}
