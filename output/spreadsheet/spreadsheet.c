/* output/spreadsheet/spreadsheet.c -- see spreadsheet.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/spreadsheet/spreadsheet.h"
#include "output/hdf5/publish.h"
#include "output/spreadsheet/archive.h"
#include "output/spreadsheet/cell_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xlsxwriter.h>

enum { DECIMALS = 12, DIGITS = 4 };
enum {
    LINE_HEIGHT = 15,
    MARGIN = 3,
    TITLE_SIZE = 14,
    A3 = 8,
    A4 = 9,
    WIDE = 200
}; /* paper; characters that A4 is too narrow for */
/* When workbooks say that they were made: the first day of zip archives, which their parts say too. */
#define CREATED 315532800

enum style { TITLE, HEADING, COLUMN, WRAPPED, NAME, TEXT, COUNT, WHICH, STYLES };

struct spreadsheet {
    lxw_workbook *workbook;
    lxw_worksheet *sheet; /* the one at hand; NULL: none yet */
    const char *path, *name;
    lxw_format *style[STYLES];
    lxw_format *plain[DECIMALS + 2], *percent[DECIMALS + 2]; /* by decimals; the last: by powers of ten */
    uint64_t row, cells;
    size_t column, columns;   /* columns of the table; 0: there is none */
    uint64_t head;            /* the row of their names */
    size_t lines, characters; /* that it takes, and that all columns take together */
    struct fault *fault;
};

void spreadsheet_fail(struct spreadsheet *to, struct fault *fault)
{
    if (to->fault == NULL)
        to->fault = fault;
    else
        fault_free(fault);
}

static void judge(struct spreadsheet *to, lxw_error error)
{
    if (error == LXW_NO_ERROR) return;
    spreadsheet_fail(to, error == LXW_ERROR_MEMORY_MALLOC_FAILED
                             ? fault_no_memory()
                             : fault_raise(FAULT_MACHINE, "%s cannot be written: %s", to->path, lxw_strerror(error)));
}

/* ---- cells ---- */

/* Whether there is room for a cell. */
static bool has_room(struct spreadsheet *to)
{
    if (to->fault != NULL) return false;
    if (to->row < SPREADSHEET_ROWS) return true;
    spreadsheet_fail(
        to, fault_raise(FAULT_USAGE,
                        "%s: the sheet '%s' would have more than 1,048,576 rows, which is all that a sheet holds; "
                        "expected fewer outcomes, or one year",
                        to->path, to->name));
    return false;
}

static void put_text(struct spreadsheet *to, const char *text, lxw_format *format)
{
    if (!has_room(to)) return;
    const size_t column = to->column++;
    if (text == NULL || *text == '\0') return;
    char *clean = cell_text(text);
    if (clean == NULL) {
        spreadsheet_fail(to, fault_no_memory());
        return;
    }
    judge(to, worksheet_write_string(to->sheet, (lxw_row_t)to->row, (lxw_col_t)column, clean, format));
    to->cells++;
    free(clean);
}

__attribute__((format(printf, 3, 0))) static void put_format(struct spreadsheet *to, lxw_format *style,
                                                             const char *format, va_list arguments)
{
    char *text = NULL;
    if (to->fault != NULL) return;
    if (vasprintf(&text, format, arguments) < 0) {
        spreadsheet_fail(to, fault_no_memory());
        return;
    }
    put_text(to, text, style);
    free(text);
}

static void put_number(struct spreadsheet *to, double value, lxw_format *format)
{
    if (!has_room(to)) return;
    const size_t column = to->column++;
    if (!isfinite(value)) return;
    const double shown = value == 0.0 ? 0.0 : value; /* never -0 */
    judge(to, worksheet_write_number(to->sheet, (lxw_row_t)to->row, (lxw_col_t)column, shown, format));
    to->cells++;
}

/* The decimals that keep two digits of the error, or four of the value; DECIMALS + 1: it is too small for any. */
static size_t decimals_of(double value, double error)
{
    const double size = fabs(error), digits = isfinite(size) && size > 0.0 ? 2.0 : (double)DIGITS;
    const double least = digits == 2.0 ? size : fabs(value);
    if (!isfinite(value) || value == 0.0 || !(least > 0.0)) return 0;
    const double decimals = digits - 1.0 - floor(log10(least));
    if (decimals <= 0.0) return 0;
    if (decimals <= DECIMALS) return (size_t)decimals;
    return fabs(value) < pow(10.0, -DECIMALS) ? DECIMALS + 1 : DECIMALS;
}

static lxw_format *number_format(struct spreadsheet *to, size_t decimals, bool percent)
{
    lxw_format **format = percent ? &to->percent[decimals] : &to->plain[decimals];
    char code[DECIMALS + 16];
    if (*format != NULL || to->fault != NULL) return *format;
    if (decimals > DECIMALS)
        snprintf(code, sizeof code, "0.000E+00");
    else
        snprintf(code, sizeof code, "%s%s%.*s%s", percent ? "0" : "#,##0", decimals == 0 ? "" : ".", (int)decimals,
                 "000000000000", percent ? "%" : "");
    *format = workbook_add_format(to->workbook);
    if (*format == NULL)
        spreadsheet_fail(to, fault_no_memory());
    else
        format_set_num_format(*format, code);
    return *format;
}

void spreadsheet_text(struct spreadsheet *to, const char *text)
{
    put_text(to, text, to->style[TEXT]);
}

void spreadsheet_number(struct spreadsheet *to, double value, double error)
{
    lxw_format *format = number_format(to, decimals_of(value, error), false);
    put_number(to, value, format);
}

void spreadsheet_share(struct spreadsheet *to, double share, double error)
{
    lxw_format *format = number_format(to, decimals_of(100.0 * share, 100.0 * error), true);
    put_number(to, share, format);
}

void spreadsheet_count(struct spreadsheet *to, double count)
{
    put_number(to, count, to->style[COUNT]);
}

void spreadsheet_which(struct spreadsheet *to, double number)
{
    put_number(to, number, to->style[WHICH]);
}

void spreadsheet_empty(struct spreadsheet *to)
{
    put_text(to, NULL, NULL);
}

void spreadsheet_row_end(struct spreadsheet *to)
{
    to->row++;
    to->column = 0;
}

/* ---- sheets ---- */

/* Lines can be chosen by what stands in their columns. */
static void end_sheet(struct spreadsheet *to)
{
    if (to->sheet == NULL || to->fault != NULL || to->columns == 0 || to->row <= to->head + 1) return;
    judge(to, worksheet_autofilter(to->sheet, (lxw_row_t)to->head, 0, (lxw_row_t)(to->row - 1),
                                   (lxw_col_t)(to->columns - 1)));
}

void spreadsheet_sheet(struct spreadsheet *to, const char *name)
{
    end_sheet(to);
    if (to->fault != NULL) return;
    to->name = name;
    to->row = to->head = 0;
    to->column = to->columns = to->lines = to->characters = 0;
    to->sheet = workbook_add_worksheet(to->workbook, name);
    if (to->sheet == NULL) {
        spreadsheet_fail(to, fault_raise(FAULT_MACHINE, "%s cannot be written: there is no memory for the sheet '%s'",
                                         to->path, name));
        return;
    }
    worksheet_set_paper(to->sheet, A4);
    worksheet_fit_to_pages(to->sheet, 1, 0);
}

void spreadsheet_title(struct spreadsheet *to, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put_format(to, to->style[TITLE], format, arguments);
    va_end(arguments);
    spreadsheet_row_end(to);
}

void spreadsheet_line(struct spreadsheet *to, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put_format(to, NULL, format, arguments);
    va_end(arguments);
    spreadsheet_row_end(to);
}

void spreadsheet_column(struct spreadsheet *to, int width, const char *format, ...)
{
    va_list arguments;
    char title[160];
    if (to->fault != NULL) return;
    va_start(arguments, format);
    const int length = vsnprintf(title, sizeof title, format, arguments);
    va_end(arguments);
    const size_t lines = (size_t)(length / (width - 1) + 1);
    if (lines > to->lines) to->lines = lines;
    to->characters += (size_t)width;
    const lxw_col_t column = (lxw_col_t)to->column;
    judge(to, worksheet_set_column(to->sheet, column, column, width, NULL));
    put_text(to, title, to->style[COLUMN]);
}

void spreadsheet_columns_end(struct spreadsheet *to, size_t kept)
{
    if (to->fault != NULL) return;
    const lxw_row_t row = (lxw_row_t)to->row;
    to->head = to->row;
    to->columns = to->column;
    judge(to, worksheet_set_row(to->sheet, row, (double)(LINE_HEIGHT * to->lines + MARGIN), NULL));
    worksheet_freeze_panes(to->sheet, row + 1, (lxw_col_t)kept);
    worksheet_set_landscape(to->sheet);
    if (to->characters > WIDE) worksheet_set_paper(to->sheet, A3);
    judge(to, worksheet_repeat_rows(to->sheet, row, row));
    spreadsheet_row_end(to);
}

void spreadsheet_pages(struct spreadsheet *to, int width, int second)
{
    if (to->fault != NULL) return;
    judge(to, worksheet_set_column(to->sheet, 0, 0, width, NULL));
    if (second > 0) judge(to, worksheet_set_column(to->sheet, 1, 1, second, NULL));
}

void spreadsheet_heading(struct spreadsheet *to, const char *text)
{
    if (to->row > 0) spreadsheet_row_end(to);
    put_text(to, text, to->style[HEADING]);
    spreadsheet_row_end(to);
}

void spreadsheet_paragraph(struct spreadsheet *to, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put_format(to, to->style[WRAPPED], format, arguments);
    va_end(arguments);
    spreadsheet_row_end(to);
}

/* What is left of a text after its line; NULL: nothing. *line is allocated, NULL without memory. */
static const char *take_line(const char *text, char **line)
{
    const size_t length = strcspn(text, "\n");
    *line = strndup(text, length);
    return text[length] == '\0' || text[length + 1] == '\0' ? NULL : text + length + 1;
}

void spreadsheet_lines(struct spreadsheet *to, const char *text)
{
    char *line;
    while (text != NULL && to->fault == NULL) {
        text = take_line(text, &line);
        if (line == NULL) spreadsheet_fail(to, fault_no_memory());
        put_text(to, line, NULL);
        spreadsheet_row_end(to);
        free(line);
    }
}

void spreadsheet_pair(struct spreadsheet *to, const char *name, const char *text)
{
    char *line;
    while (text != NULL && to->fault == NULL) {
        text = take_line(text, &line);
        if (line == NULL) spreadsheet_fail(to, fault_no_memory());
        put_text(to, name, to->style[NAME]);
        put_text(to, line, to->style[WRAPPED]);
        spreadsheet_row_end(to);
        name = NULL; /* once */
        free(line);
    }
}

void spreadsheet_pair_of(struct spreadsheet *to, const char *name, const char *format, ...)
{
    va_list arguments;
    put_text(to, name, to->style[NAME]);
    va_start(arguments, format);
    put_format(to, to->style[WRAPPED], format, arguments);
    va_end(arguments);
    spreadsheet_row_end(to);
}

/* ---- workbooks ---- */

static void set_styles(struct spreadsheet *to)
{
    for (enum style s = 0; s < STYLES; s++)
        if ((to->style[s] = workbook_add_format(to->workbook)) == NULL) {
            spreadsheet_fail(to, fault_no_memory());
            return;
        }
    format_set_bold(to->style[TITLE]);
    format_set_font_size(to->style[TITLE], TITLE_SIZE);
    format_set_bold(to->style[HEADING]);
    format_set_bold(to->style[COLUMN]);
    format_set_bg_color(to->style[COLUMN], 0xE7ECF2);
    format_set_bottom(to->style[COLUMN], LXW_BORDER_THIN);
    format_set_bold(to->style[NAME]);
    for (enum style s = COLUMN; s <= NAME; s++) {
        format_set_text_wrap(to->style[s]);
        format_set_align(to->style[s], LXW_ALIGN_VERTICAL_TOP);
    }
    format_set_align(to->style[COLUMN], LXW_ALIGN_CENTER);
    format_set_indent(to->style[TEXT], 1); /* apart from the numbers before it */
    format_set_num_format(to->style[COUNT], "#,##0");
    format_set_num_format(to->style[WHICH], "0");
}

static void set_properties(struct spreadsheet *to, const char *title)
{
    char comments[] = "zhol " ZHOL_VERSION;
    char *clean = cell_text(title);
    lxw_doc_properties properties = {.title = clean, .comments = comments, .created = CREATED};
    if (clean == NULL)
        spreadsheet_fail(to, fault_no_memory());
    else
        judge(to, workbook_set_properties(to->workbook, &properties));
    free(clean);
}

/* What the library says of a failed system call, which it prints rather than returns. */
static struct fault *cannot_write(const char *path, const char *printed, lxw_error error)
{
    static const char mark[] = "System error = ";
    const char *reason = printed == NULL ? NULL : strstr(printed, mark);
    if (error == LXW_ERROR_MEMORY_MALLOC_FAILED) return fault_no_memory();
    if (reason == NULL) return fault_raise(FAULT_MACHINE, "%s cannot be written: %s", path, lxw_strerror(error));
    reason += strlen(mark);
    return fault_raise(FAULT_MACHINE, "%s cannot be written: %.*s", path, (int)strcspn(reason, "\n"), reason);
}

/* Writes and frees the workbook. What the library prints meanwhile is taken from stderr, which in the C library is a variable. */
static struct fault *close_workbook(struct spreadsheet *to)
{
    char *printed = NULL;
    size_t size = 0;
    FILE *aside = open_memstream(&printed, &size), *usual = stderr;
    if (aside == NULL) {
        lxw_workbook_free(to->workbook);
        return fault_no_memory();
    }
    stderr = aside;
    const lxw_error error = workbook_close(to->workbook);
    stderr = usual;
    const bool closed = fclose(aside) == 0;
    struct fault *fault = error == LXW_NO_ERROR ? NULL : cannot_write(to->path, closed ? printed : NULL, error);
    free(printed);
    return fault;
}

static struct fault *check_whole(const struct spreadsheet *to, const char *temporary)
{
    bool whole = false;
    TRY(archive_check(temporary, to->cells, &whole));
    return whole ? NULL
                 : fault_raise(FAULT_MACHINE,
                               "%s cannot be written: a part of it was lost on the way, as where a disk (its own, or "
                               "that of TMPDIR) is full, or a limit of files met",
                               to->path);
}

struct wish {
    const char *title;
    struct fault *(*fill)(struct spreadsheet *to, const void *context);
    const void *context;
};

static struct fault *write_workbook(const char *temporary, const char *path, const void *context)
{
    const struct wish *wish = context;
    struct spreadsheet to = {.workbook = workbook_new(temporary), .path = path};
    if (to.workbook == NULL) return fault_no_memory();
    set_styles(&to);
    if (to.fault == NULL) set_properties(&to, wish->title);
    if (to.fault == NULL) {
        struct fault *fault = wish->fill(&to, wish->context);
        if (fault != NULL) spreadsheet_fail(&to, fault);
    }
    end_sheet(&to);
    if (to.fault != NULL)
        lxw_workbook_free(to.workbook);
    else if ((to.fault = close_workbook(&to)) == NULL)
        to.fault = check_whole(&to, temporary);
    return to.fault;
}

struct fault *spreadsheet_write(const char *path, bool force, const char *title,
                                struct fault *(*fill)(struct spreadsheet *to, const void *context), const void *context)
{
    const struct wish wish = {title, fill, context};
    return publish(path, force, write_workbook, &wish);
}
