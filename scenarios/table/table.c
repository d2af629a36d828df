/* scenarios/table/table.c -- see table.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/table/table.h"
#include "sim/core/printable.h"
#include "sim/core/units.h"

#include <csv.h>
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char mark[] = "\xEF\xBB\xBF"; /* what editors on Windows put before a text */

/* What is known while the bytes come in. The parser calls back at the end of a cell and of a row. */
struct reading {
    struct table *table;
    struct cell *cell; /* of all rows, the header first */
    size_t cells, room;
    size_t row_begin; /* the first cell of the row being read */
    size_t used;      /* bytes of table->texts */
    struct cell next; /* the place of the cell being read */
    bool begun;       /* a character of it has been seen */
    int line, column; /* of the byte being read */
    struct fault *fault;
};

static struct place place_of(const struct reading *reading, const struct cell *cell)
{
    return (struct place){reading->table->source, cell->line, cell->column};
}

/* Whether the cells of a text with these bytes are parted by something else than commas. */
static const char *other_separator(const char *line)
{
    const size_t length = strcspn(line, "\r\n");
    if (memchr(line, ',', length) != NULL) return NULL;
    return memchr(line, ';', length) != NULL ? "semicolons" : memchr(line, '\t', length) != NULL ? "tabs" : NULL;
}

/* Strict UTF-8 without control characters other than those that end lines, and tabs. */
static struct fault *check_characters(const struct source *source)
{
    struct place place = {source, 1, 1};
    const char *text = source->text;
    if (source->length >= 2 && (memcmp(text, "\xFF\xFE", 2) == 0 || memcmp(text, "\xFE\xFF", 2) == 0))
        return fault_at(FAULT_SCENARIO, place, "this is text in UTF-16; expected text in UTF-8");
    for (size_t i = 0; i < source->length;) {
        const unsigned char byte = (unsigned char)text[i];
        const size_t size = printable_size(text + i);
        if (byte == '\r' && text[i + 1] != '\n')
            return fault_at(FAULT_SCENARIO, place,
                            "a carriage return stands without a line feed; expected lines that end in LF or CRLF");
        if (size == 0 && byte != '\t' && byte != '\n' && byte != '\r') {
            if (byte < 0x80 || byte == 0xC2)
                return fault_at(FAULT_SCENARIO, place, "the control character 0x%02X cannot stand in a table", byte);
            return fault_at(FAULT_SCENARIO, place,
                            "the byte 0x%02X is not UTF-8; expected a table saved as CSV in UTF-8", byte);
        }
        i += size == 0 ? 1 : size;
        place.column++;
        if (byte == '\n') {
            place.line++;
            place.column = 1;
        }
    }
    return NULL;
}

static void take_cell(void *text, size_t length, void *data)
{
    struct reading *reading = data;
    if (reading->fault != NULL) return;
    if (reading->cells == reading->room) {
        const size_t room = reading->room == 0 ? 256 : 2 * reading->room;
        struct cell *grown = realloc(reading->cell, room * sizeof *grown);
        if (grown == NULL) {
            reading->fault = fault_no_memory();
            return;
        }
        reading->cell = grown;
        reading->room = room;
    }
    char *to = reading->table->texts + reading->used;
    memcpy(to, text == NULL ? "" : text, length);
    to[length] = '\0';
    reading->used += length + 1;
    reading->next.text = to;
    reading->cell[reading->cells++] = reading->next;
    reading->begun = false;
}

static bool is_blank(const struct cell *cell, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (cell[i].text[0] != '\0') return false;
    return true;
}

static struct fault *check_header(const struct reading *reading)
{
    const struct table *table = reading->table;
    const struct cell *cell = reading->cell;
    const char *separator = other_separator(table->source->text);
    if (separator != NULL)
        return fault_at(FAULT_SCENARIO, place_of(reading, &cell[0]),
                        "the columns are parted by %s; expected commas, and numbers with a decimal point", separator);
    if (table->columns > TABLE_MOST_COLUMNS)
        return fault_at(FAULT_SCENARIO, place_of(reading, &cell[TABLE_MOST_COLUMNS]),
                        "there are %zu columns; expected at most %d", table->columns, TABLE_MOST_COLUMNS);
    for (size_t i = 0; i < table->columns; i++) {
        if (cell[i].text[0] == '\0')
            return fault_at(FAULT_SCENARIO, place_of(reading, &cell[i]),
                            "column %zu has no name; expected a first line that names every column", i + 1);
        for (size_t j = 0; j < i; j++)
            if (strcmp(cell[i].text, cell[j].text) == 0)
                return fault_note(fault_at(FAULT_SCENARIO, place_of(reading, &cell[i]),
                                           "a second column is named '%s'; expected different names", cell[i].text),
                                  place_of(reading, &cell[j]), "the first is here");
    }
    return NULL;
}

/* A row of as many cells as there are columns; more of them are often a decimal comma. */
static struct fault *check_row(const struct reading *reading, size_t count)
{
    const size_t columns = reading->table->columns;
    if (count == columns) return NULL;
    const struct cell *at = &reading->cell[reading->row_begin + (count > columns ? columns : count - 1)];
    return fault_at(FAULT_SCENARIO, place_of(reading, at), "this row has %zu %s; expected %zu, one for each column%s",
                    count, count == 1 ? "cell" : "cells", columns,
                    count > columns ? ": a comma ends a cell, and numbers have a decimal point" : "");
}

static void take_row(int end, void *data)
{
    struct reading *reading = data;
    (void)end;
    reading->begun = false;
    if (reading->fault != NULL) return;
    const size_t count = reading->cells - reading->row_begin;
    if (is_blank(reading->cell + reading->row_begin, count)) {
        reading->cells = reading->row_begin;
    } else if (reading->table->columns == 0) {
        reading->table->columns = count;
        reading->fault = check_header(reading);
    } else {
        reading->fault = check_row(reading, count);
    }
    reading->row_begin = reading->cells;
}

static struct fault *parser_fault(const struct reading *reading, struct csv_parser *parser)
{
    const struct place here = {reading->table->source, reading->line, reading->column};
    if (csv_error(parser) == CSV_ENOMEM) return fault_no_memory();
    return fault_at(FAULT_SCENARIO, here,
                    "a quote stands inside a cell; expected quotes around the whole cell, and two for one inside it");
}

/* One byte after the other, so that the place of each cell is known when it ends. */
static struct fault *feed(struct reading *reading, struct csv_parser *parser)
{
    const struct source *source = reading->table->source;
    for (size_t i = strncmp(source->text, mark, sizeof mark - 1) == 0 ? sizeof mark - 1 : 0; i < source->length; i++) {
        const char byte = source->text[i];
        const bool space = byte == ' ' || byte == '\t';
        if (!reading->begun) {
            reading->next = (struct cell){NULL, reading->line, reading->column};
            reading->begun = !space && byte != '\r' && byte != '\n';
        }
        if (csv_parse(parser, &source->text[i], 1, take_cell, take_row, reading) != 1)
            return parser_fault(reading, parser);
        if (reading->fault != NULL) return reading->fault;
        reading->column += ((unsigned char)byte & 0xC0) != 0x80;
        if (byte != '\n') continue;
        reading->line++;
        reading->column = 1;
    }
    if (csv_fini(parser, take_cell, take_row, reading) == 0) return reading->fault;
    fault_free(reading->fault);
    if (csv_error(parser) == CSV_ENOMEM) return fault_no_memory();
    return fault_at(FAULT_SCENARIO, place_of(reading, &reading->next),
                    "the quote that opens this cell is never closed");
}

/* No text at all, or a header alone. */
static struct fault *check_rows(const struct table *table)
{
    const struct place start = {table->source, 1, 1};
    if (table->columns == 0)
        return fault_at(FAULT_SCENARIO, start, "the table is empty; expected a line that names the columns, then rows");
    if (table->rows == 0)
        return fault_at(FAULT_SCENARIO, start, "the table has no rows under the names of its columns");
    return NULL;
}

struct fault *table_open(struct table *table, const struct source *source)
{
    *table = (struct table){.source = source};
    struct reading reading = {.table = table, .line = 1, .column = 1};
    struct csv_parser parser;
    TRY(check_characters(source));
    table->texts = malloc(source->length + 2); /* a cell takes no more than its bytes and the one behind it */
    if (table->texts == NULL || csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0) return fault_no_memory();
    struct fault *fault = feed(&reading, &parser);
    csv_free(&parser);
    table->header = reading.cell;
    if (fault != NULL) return fault;
    table->cell = reading.cell == NULL ? NULL : reading.cell + table->columns;
    table->rows = table->columns == 0 ? 0 : reading.cells / table->columns - 1;
    return check_rows(table);
}

void table_close(struct table *table)
{
    free(table->header); /* with all cells */
    free(table->texts);
    *table = (struct table){0};
}

/* Columns that are listed where none is like the one that is wrong. */
enum { MOST_LISTED = 8 };

struct fault *table_column(const struct table *table, const char *name, size_t *column)
{
    char hint[96], *listed = NULL;
    size_t size = 0;
    for (*column = 0; *column < table->columns; ++*column)
        if (strcmp(table->header[*column].text, name) == 0) return NULL;
    const char **words = calloc(table->columns + 1, sizeof *words);
    if (words == NULL) return fault_no_memory();
    for (size_t i = 0; i < table->columns; i++) words[i] = table->header[i].text;
    FILE *to = units_hint(name, words, sizeof hint, hint)[0] == '\0' ? open_memstream(&listed, &size) : NULL;
    for (size_t i = 0; to != NULL && i < table->columns && i < MOST_LISTED; i++)
        fprintf(to, "%s%s", i == 0 ? "; its columns are " : ", ", words[i]);
    if (to != NULL && table->columns > MOST_LISTED) fputs(", ...", to);
    const bool made = to != NULL && fclose(to) == 0;
    free(words);
    struct fault *fault =
        fault_raise(FAULT_SCENARIO, "%s has no column '%s'%s", table->source->name, name, made ? listed : hint);
    free(listed);
    return fault;
}

const struct cell *table_cell(const struct table *table, size_t row, size_t column)
{
    return &table->cell[row * table->columns + column];
}

struct place table_place(const struct table *table, const struct cell *cell)
{
    return (struct place){table->source, cell->line, cell->column};
}

bool table_is_empty(const struct table *table, size_t row, size_t column)
{
    return table_cell(table, row, column)->text[0] == '\0';
}

struct fault *table_number(const struct table *table, size_t row, size_t column, double *number)
{
    const struct cell *cell = table_cell(table, row, column);
    const struct place place = table_place(table, cell);
    const char *text = cell->text, *name = table->header[column].text;
    char *end = NULL;
    if (text[0] == '\0') return fault_at(FAULT_SCENARIO, place, "%s: the cell is empty; expected a number", name);
    if (strspn(text, "0123456789.,+- ") == strlen(text) && strpbrk(text, ", ") != NULL && strpbrk(text, "0123456789"))
        return fault_at(FAULT_SCENARIO, place,
                        "%s: '%s' is not a number; expected a decimal point, and nothing between thousands", name,
                        text);
    if (strspn(text, "0123456789.+-eE") != strlen(text))
        return fault_at(FAULT_SCENARIO, place, "%s: '%s' is not a number; expected a decimal such as 41.76, or nothing",
                        name, text);
    errno = 0;
    *number = strtod(text, &end);
    if (*end != '\0' || end == text)
        return fault_at(FAULT_SCENARIO, place, "%s: '%s' is not a number; expected a decimal such as 41.76", name,
                        text);
    if (errno == ERANGE || !isfinite(*number))
        return fault_at(FAULT_SCENARIO, place, "%s: %s is beyond the range of numbers", name, text);
    return NULL;
}
