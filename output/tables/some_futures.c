/* output/tables/some_futures.c -- see some_futures.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/tables/some_futures.h"
#include "output/tables/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

__attribute__((format(printf, 3, 0))) static void print(const struct result_given *given, FILE *to, const char *format,
                                                        va_list arguments)
{
    fprintf(to, "in these futures: %zu of ", given->futures);
    vfprintf(to, format, arguments);
    fprintf(to, ", where %s\n", given->condition);
    if (given->undecided > 0)
        fprintf(to, "%" PRIu64 " more are left out, in which an outcome of the condition has no value\n",
                given->undecided);
}

void some_futures_print(const struct result_given *given, FILE *to, const char *format, ...)
{
    if (given->condition == NULL) return;
    va_list arguments;
    va_start(arguments, format);
    print(given, to, format, arguments);
    va_end(arguments);
}

void some_futures_sheet(const struct result_given *given, struct spreadsheet *to, const char *format, ...)
{
    char *text = NULL;
    size_t size = 0;
    if (given->condition == NULL) return;
    FILE *into = open_memstream(&text, &size);
    if (into == NULL) {
        spreadsheet_fail(to, fault_no_memory());
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    print(given, into, format, arguments);
    va_end(arguments);
    if (fclose(into) != 0)
        spreadsheet_fail(to, fault_no_memory());
    else
        spreadsheet_lines(to, text);
    free(text);
}

void some_futures_json(const struct result_given *given, const char *count, FILE *to)
{
    if (given->condition == NULL) return;
    fputs("  ", to);
    text_json_member("given", given->condition, to);
    fprintf(to, ",\n  \"%s\": %zu,\n  \"undecided_futures\": %" PRIu64 ",\n", count, given->futures, given->undecided);
}

struct fault *some_futures_write(const struct layout *layout, const struct result_given *given)
{
    if (given->condition == NULL) return NULL;
    TRY(layout_text(layout, layout->file, "given", given->condition));
    return layout_integer(layout, layout->file, "given_futures", (int64_t)given->futures);
}
