/* tests/output/test_workbook.c -- a sheet holds as many rows as it can and no more, a lost part of a workbook is found, and texts are
 * as cells can hold them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/spreadsheet/archive.h"
#include "output/spreadsheet/cell_text.h"
#include "output/spreadsheet/spreadsheet.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAME = 64 };

static void path_of(char path[NAME])
{
    snprintf(path, NAME, "test-workbook-%ld.xlsx", (long)getpid());
}

/* ---- rows ---- */

/* The last row that a sheet has, or the one after it. */
static struct fault *fill_last(struct spreadsheet *to, const void *context)
{
    const bool beyond = *(const bool *)context;
    spreadsheet_sheet(to, "Rows");
    for (int i = 0; i < SPREADSHEET_ROWS - 1 + beyond; i++) spreadsheet_row_end(to);
    spreadsheet_text(to, "last");
    return NULL;
}

START_TEST(the_last_row_of_a_sheet_is_written_and_one_more_is_refused)
{
    char path[NAME];
    path_of(path);
    bool beyond = false;
    struct fault *fault = spreadsheet_write(path, false, "rows", fill_last, &beyond);
    ck_assert_msg(fault == NULL, "%s", fault == NULL ? "" : fault->sentence);
    ck_assert_int_eq(unlink(path), 0);
    beyond = true;
    fault = spreadsheet_write(path, false, "rows", fill_last, &beyond);
    ck_assert_ptr_nonnull(fault);
    ck_assert_int_eq(fault->code, FAULT_USAGE);
    ck_assert_ptr_nonnull(strstr(fault->sentence, "the sheet 'Rows' would have more than 1,048,576 rows"));
    ck_assert_int_ne(access(path, F_OK), 0);
    fault_free(fault);
}
END_TEST

static struct fault *fill_nothing(struct spreadsheet *to, const void *context)
{
    (void)context;
    spreadsheet_sheet(to, "Empty");
    return fault_raise(FAULT_FILES, "what was to be written cannot be read");
}

START_TEST(what_fails_while_a_workbook_is_filled_leaves_none)
{
    char path[NAME];
    path_of(path);
    struct fault *fault = spreadsheet_write(path, false, "nothing", fill_nothing, NULL);
    ck_assert_ptr_nonnull(fault);
    ck_assert_str_eq(fault->sentence, "what was to be written cannot be read");
    ck_assert_int_ne(access(path, F_OK), 0);
    fault_free(fault);
}
END_TEST

/* ---- parts ---- */

enum { TEXTS = 40, CELLS = 2 * TEXTS };

static struct fault *fill_cells(struct spreadsheet *to, const void *context)
{
    char text[16];
    (void)context;
    spreadsheet_sheet(to, "Cells");
    for (int i = 0; i < TEXTS; i++) {
        snprintf(text, sizeof text, "text %d", i);
        spreadsheet_text(to, text);
        spreadsheet_number(to, i + 0.5, 0.1);
        spreadsheet_row_end(to);
    }
    return NULL;
}

static bool is_whole(const char *path, uint64_t cells)
{
    bool whole = true;
    struct fault *fault = archive_check(path, cells, &whole);
    ck_assert_msg(fault == NULL, "%s", fault == NULL ? "" : fault->sentence);
    return whole;
}

START_TEST(a_workbook_is_whole_with_all_of_its_cells_and_bytes_alone)
{
    char path[NAME];
    path_of(path);
    struct fault *fault = spreadsheet_write(path, false, "cells", fill_cells, NULL);
    ck_assert_msg(fault == NULL, "%s", fault == NULL ? "" : fault->sentence);
    ck_assert(is_whole(path, CELLS));
    ck_assert(!is_whole(path, CELLS - 1));
    ck_assert(!is_whole(path, CELLS + 1));

    FILE *file = fopen(path, "r+b");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fseek(file, 0, SEEK_END), 0);
    const long size = ftell(file);
    unsigned char *byte = malloc((size_t)size);
    ck_assert_ptr_nonnull(byte);
    rewind(file);
    ck_assert_uint_eq(fread(byte, 1, (size_t)size, file), (size_t)size);
    /* the packed bytes of each part: behind each local record, which begins with PK\3\4 and has its name's length at 26 */
    int parts = 0;
    for (long at = 0; at + 30 < size; at++) {
        if (memcmp(byte + at, "PK\3\4", 4) != 0) continue;
        const long middle = at + 30 + byte[at + 26] + 20;
        byte[middle] ^= 0x10;
        ck_assert_int_eq(fseek(file, middle, SEEK_SET), 0);
        ck_assert_int_eq(fputc(byte[middle], file), byte[middle]);
        ck_assert_int_eq(fflush(file), 0);
        ck_assert_msg(!is_whole(path, CELLS), "byte %ld", middle);
        byte[middle] ^= 0x10;
        ck_assert_int_eq(fseek(file, middle, SEEK_SET), 0);
        ck_assert_int_eq(fputc(byte[middle], file), byte[middle]);
        ck_assert_int_eq(fflush(file), 0);
        parts++;
    }
    ck_assert_int_ge(parts, 9);
    ck_assert(is_whole(path, CELLS));
    for (long length = size - 1; length > 0; length -= 1 + size / 50) {
        ck_assert_int_eq(ftruncate(fileno(file), length), 0);
        ck_assert_msg(!is_whole(path, CELLS), "%ld bytes", length);
    }
    ck_assert_int_eq(fclose(file), 0);
    free(byte);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

/* ---- texts ---- */

static const struct {
    const char *text, *cell;
} texts[] = {
    {"", ""},
    {"=1+1", "=1+1"},
    {"two\nlines\tand a tab", "two\nlines\tand a tab"},
    {"a \x1b[2J bell \x07", "a \xEF\xBF\xBD[2J bell \xEF\xBF\xBD"},
    {"\xff\xfe not UTF-8", "\xEF\xBF\xBD\xEF\xBF\xBD not UTF-8"},
    {"\xED\xA0\x80 half a pair", "\xEF\xBF\xBD half a pair"},
    {"\xC0\xAF\xE0\x80\xAF too many bytes", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD too many bytes"},
    {"\xEF\xBF\xBE no character", "\xEF\xBF\xBD no character"},
    {"\xF4\x90\x80\x80 beyond Unicode", "\xEF\xBF\xBD beyond Unicode"},
    {"_x0041_ and _x41_", "_x005F_x0041_ and _x41_"},
    {"\xD1\x82\xD0\xB5\xD0\xBD\xD0\xB3\xD0\xB5", "\xD1\x82\xD0\xB5\xD0\xBD\xD0\xB3\xD0\xB5"},
};

START_TEST(texts_are_as_cells_can_hold_them)
{
    char *cell = cell_text(texts[_i].text);
    ck_assert_ptr_nonnull(cell);
    ck_assert_str_eq(cell, texts[_i].cell);
    free(cell);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("workbook");
    TCase *facts = tcase_create("facts");
    tcase_add_test(facts, the_last_row_of_a_sheet_is_written_and_one_more_is_refused);
    tcase_add_test(facts, what_fails_while_a_workbook_is_filled_leaves_none);
    tcase_add_test(facts, a_workbook_is_whole_with_all_of_its_cells_and_bytes_alone);
    tcase_add_loop_test(facts, texts_are_as_cells_can_hold_them, 0, (int)(sizeof texts / sizeof *texts));
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
