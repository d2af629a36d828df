/* tests/scenarios/test_table.c -- tables of figures: cells and their places, dates, series, and what is wrong with them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/table/series.h"
#include "sim/core/calendar.h"

#include <check.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Good until the next but one. */
static struct source source_of(const char *text)
{
    static char name[] = "prices.csv", copy[2][256];
    static size_t next;
    char *to = copy[next++ % 2];
    snprintf(to, sizeof copy[0], "%s", text);
    return (struct source){.name = name, .text = to, .length = strlen(to)};
}

/* A fault at a place, of which the sentence holds some words. */
static void assert_fault(struct fault *fault, int line, int column, const char *words)
{
    ck_assert_msg(fault != NULL, "no fault; expected: %s", words);
    ck_assert_msg(strstr(fault->sentence, words) != NULL, "'%s' holds no '%s'", fault->sentence, words);
    ck_assert_int_eq(fault->place.line, line);
    ck_assert_int_eq(fault->place.column, column);
    ck_assert_int_eq(fault->code, FAULT_SCENARIO);
    fault_free(fault);
}

static void open_whole(struct table *table, const struct source *source)
{
    struct fault *fault = table_open(table, source);
    ck_assert_msg(fault == NULL, "%s", fault == NULL ? "" : fault->sentence);
}

static void assert_cell(const struct table *table, size_t row, size_t column, const char *text, int line, int at)
{
    const struct cell *cell = table_cell(table, row, column);
    ck_assert_str_eq(cell->text, text);
    ck_assert_int_eq(cell->line, line);
    ck_assert_int_eq(cell->column, at);
}

START_TEST(every_cell_knows_its_place_in_characters)
{
    const struct source source =
        source_of("date,жол, b\n2019,\"x, \"\"y\"\"\", 1 \n\n,,\n2020,,-2\n2021,\"two\nlines\",3");
    struct table table;
    open_whole(&table, &source);
    ck_assert_uint_eq(table.columns, 3);
    ck_assert_uint_eq(table.rows, 3);
    ck_assert_str_eq(table.header[1].text, "жол");
    ck_assert_int_eq(table.header[2].column, 11);
    assert_cell(&table, 0, 0, "2019", 2, 1);
    assert_cell(&table, 0, 1, "x, \"y\"", 2, 6);
    assert_cell(&table, 0, 2, "1", 2, 18);
    assert_cell(&table, 1, 0, "2020", 5, 1);
    assert_cell(&table, 1, 1, "", 5, 6);
    assert_cell(&table, 1, 2, "-2", 5, 7);
    assert_cell(&table, 2, 1, "two\nlines", 6, 6);
    assert_cell(&table, 2, 2, "3", 7, 8);
    ck_assert(table_is_empty(&table, 1, 1));
    ck_assert(!table_is_empty(&table, 1, 2));
    table_close(&table);
}
END_TEST

/* The same cells at the same places, whatever ends lines and stands before the text. */
START_TEST(line_ends_and_a_byte_order_mark_change_nothing)
{
    static const char *const texts[] = {"x,y\n1,\n3,4\n", "x,y\r\n1,\r\n3,4\r\n", "\xEF\xBB\xBFx,y\n1,\n3,4"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const struct source source = source_of(texts[i]);
        struct table table;
        open_whole(&table, &source);
        ck_assert_uint_eq(table.rows, 2);
        ck_assert_str_eq(table.header[0].text, "x");
        ck_assert_int_eq(table.header[0].column, 1);
        assert_cell(&table, 0, 1, "", 2, 3);
        assert_cell(&table, 1, 0, "3", 3, 1);
        assert_cell(&table, 1, 1, "4", 3, 3);
        table_close(&table);
    }
}
END_TEST

static const struct {
    const char *text;
    int line, column;
    const char *words;
} bad_tables[] = {
    {"", 1, 1, "the table is empty"},
    {"\n\n", 1, 1, "the table is empty"},
    {"a,b\n", 1, 1, "no rows"},
    {"date;brent\n2019;41,5\n", 1, 1, "parted by semicolons; expected commas"},
    {"date\tbrent\n2019\t41.5\n", 1, 1, "parted by tabs; expected commas"},
    {"a,b,a\n1,2,3\n", 1, 5, "a second column is named 'a'"},
    {"a,,c\n1,2,3\n", 1, 3, "column 2 has no name"},
    {"a,b\n1,2\n3,4,5\n", 3, 5, "this row has 3 cells; expected 2, one for each column: a comma ends a cell"},
    {"a,b\n1\n", 2, 1, "this row has 1 cell; expected 2"},
    {"a,b\n1,2\"3\"\n", 2, 4, "a quote stands inside a cell"},
    {"a,b\n\"1\"2,3\n", 2, 4, "a quote stands inside a cell"},
    {"a,b\n1,\"2\n3,4\n", 2, 3, "the quote that opens this cell is never closed"},
    {"a,b\n1,\xE4\n", 2, 3, "the byte 0xE4 is not UTF-8"},
    {"a,b\n1,\xC2\x85\n", 2, 3, "control character"},
    {"a,b\n1,\x01\n", 2, 3, "the control character 0x01"},
    {"a,b\r1,2\r", 1, 4, "a carriage return stands without a line feed"},
    {"\xFF\xFEx", 1, 1, "UTF-16"},
};

START_TEST(what_is_no_table_is_said_at_its_place)
{
    const struct source source = source_of(bad_tables[_i].text);
    struct table table;
    assert_fault(table_open(&table, &source), bad_tables[_i].line, bad_tables[_i].column, bad_tables[_i].words);
    table_close(&table);
}
END_TEST

START_TEST(a_column_that_is_not_there_is_named_with_those_that_are)
{
    const struct source source = source_of("date,brent,gas\n2019,1,2\n");
    struct table table;
    size_t column;
    open_whole(&table, &source);
    ck_assert_ptr_null(table_column(&table, "gas", &column));
    ck_assert_uint_eq(column, 2);
    assert_fault(table_column(&table, "brnt", &column), 0, 0, "prices.csv has no column 'brnt'; did you mean 'brent'?");
    assert_fault(table_column(&table, "uranium", &column), 0, 0, "its columns are date, brent, gas");
    table_close(&table);
}
END_TEST

static const struct {
    const char *cell;
    double value; /* NaN: none */
    const char *words;
} numbers[] = {
    {"41.76", 41.76, NULL},
    {"-.5", -0.5, NULL},
    {"+1e3", 1000.0, NULL},
    {" 7 ", 7.0, NULL},
    {"\"41,76\"", NAN, "'41,76' is not a number; expected a decimal point, and nothing between thousands"},
    {"1 000", NAN, "nothing between thousands"},
    {"", NAN, "the cell is empty"},
    {"n/a", NAN, "'n/a' is not a number"},
    {"nan", NAN, "'nan' is not a number"},
    {"inf", NAN, "'inf' is not a number"},
    {"0x10", NAN, "'0x10' is not a number"},
    {"1e999", NAN, "beyond the range"},
    {"1.2.3", NAN, "'1.2.3' is not a number"},
    {"-", NAN, "'-' is not a number"},
    {"12 %", NAN, "'12 %' is not a number"},
};

START_TEST(a_cell_is_a_finite_decimal_or_a_fault_at_its_place)
{
    char text[64];
    double number = 0.0;
    snprintf(text, sizeof text, "a,b\n1,%s\n", numbers[_i].cell);
    const struct source source = source_of(text);
    struct table table;
    open_whole(&table, &source);
    struct fault *fault = table_number(&table, 0, 1, &number);
    if (numbers[_i].words != NULL) {
        assert_fault(fault, 2, 3, numbers[_i].words);
    } else {
        ck_assert_ptr_null(fault);
        ck_assert_double_eq(number, numbers[_i].value);
    }
    table_close(&table);
}
END_TEST

static const struct {
    const char *text;
    int year, month, months, day;
} periods[] = {
    {"2019", 2019, 1, 12, 0},   {"2019-Q1", 2019, 1, 3, 0},      {"2019-Q4", 2019, 10, 3, 0},
    {"2019-07", 2019, 7, 1, 0}, {"2019-12-31", 2019, 12, 1, 31}, {"2020-02-29", 2020, 2, 1, 29},
};

START_TEST(dates_are_years_quarters_months_or_days)
{
    struct period period;
    char text[PERIOD_TEXT];
    ck_assert(period_read(periods[_i].text, &period));
    ck_assert_int_eq(period.month, periods[_i].year * 12 + periods[_i].month - 1);
    ck_assert_int_eq(period.months, periods[_i].months);
    ck_assert_int_eq(period.day, periods[_i].day);
    period_write(&period, text);
    ck_assert_str_eq(text, periods[_i].text);
}
END_TEST

START_TEST(nothing_else_is_a_date)
{
    static const char *const texts[] = {"",           "19",         "2019-",   "2019-00",   "2019-13",    "2019-Q0",
                                        "2019-Q5",    "2019-q1",    "2019Q1",  "2019-7",    "2019-07-00", "2019-02-29",
                                        "2019-04-31", "2019-07-32", "07/2019", "2019-07-1", "0000",       "2019-07-311",
                                        "2019.07",    "-2019",      "20190701"};
    struct period period;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        ck_assert_msg(!period_read(texts[i], &period), "'%s' is read as a date", texts[i]);
}
END_TEST

static struct fault *open_series(struct table *table, const struct source *source, struct series *series,
                                 const struct series_request *request)
{
    open_whole(table, source);
    return series_open(series, table, request);
}

START_TEST(a_series_is_a_column_between_its_first_and_last_figure)
{
    const struct source source = source_of("v,note,date\n,a,2019-01\n1.5,b,2019-02\n2,c,2019-03\n,d,2019-04\n");
    struct table table;
    struct series series;
    ck_assert_ptr_null(open_series(&table, &source, &series, &(struct series_request){.column = "v"}));
    ck_assert_uint_eq(series.count, 2);
    ck_assert_double_eq(series.value[0], 1.5);
    ck_assert_double_eq(series.value[1], 2.0);
    ck_assert_int_eq(series.period[0].month, 2019 * 12 + 1);
    ck_assert_int_eq(series.period[1].months, 1);
    ck_assert_int_eq(series_value_place(&series, &table, 0).line, 3);
    ck_assert_int_eq(series_date_place(&series, &table, 1).column, 5);
    series_close(&series);
    table_close(&table);
}
END_TEST

START_TEST(filters_take_one_series_of_a_long_table)
{
    const struct source source =
        source_of("country,year,kind,pct\nAZE,1991,x,-0.7\nKAZ,1991,x,1\nKAZ,1991,y,7\nKAZ,1992,x,2\n");
    const struct series_filter both[] = {{"country", "KAZ"}, {"kind", "x"}}, none[] = {{"country", "KAS"}},
                               never[] = {{"country", "AZE"}, {"kind", "y"}}, lost[] = {{"land", "KAZ"}};
    struct table table;
    struct series series;
    struct series_request request = {.column = "pct", .filter = both, .filters = 2};
    ck_assert_ptr_null(open_series(&table, &source, &series, &request));
    ck_assert_uint_eq(series.count, 2);
    ck_assert_double_eq(series.value[0] + 10.0 * series.value[1], 21.0);
    ck_assert_int_eq(series.period[0].months, 12);
    series_close(&series);
    request = (struct series_request){.column = "pct", .filter = none, .filters = 1};
    assert_fault(series_open(&series, &table, &request), 0, 0,
                 "no row has 'KAS' in the column country; did you mean 'KAZ'?");
    series_close(&series);
    request = (struct series_request){.column = "pct", .filter = never, .filters = 2};
    assert_fault(series_open(&series, &table, &request), 0, 0, "no row passes all filters at once");
    series_close(&series);
    request = (struct series_request){.column = "pct", .filter = lost, .filters = 1};
    assert_fault(series_open(&series, &table, &request), 0, 0, "prices.csv has no column 'land'");
    series_close(&series);
    table_close(&table);
}
END_TEST

START_TEST(gaps_and_days_are_allowed_where_they_are_asked_for)
{
    const struct source source = source_of("day,v\n2019-12-30,1\n2019-12-31,\n2020-01-02,3\n");
    struct table table;
    struct series series;
    const struct series_request days = {.column = "v", .gaps = true, .days = true};
    ck_assert_ptr_null(open_series(&table, &source, &series, &days));
    ck_assert_uint_eq(series.count, 3);
    ck_assert(isnan(series.value[1]));
    ck_assert_int_eq(series.period[2].day, 2);
    series_close(&series);
    table_close(&table);
    const struct source years = source_of("year,v\n2015,1\n2017,2\n");
    const struct series_request gaps = {.column = "v", .gaps = true};
    ck_assert_ptr_null(open_series(&table, &years, &series, &gaps));
    ck_assert_uint_eq(series.count, 2);
    series_close(&series);
    table_close(&table);
}
END_TEST

static const struct {
    const char *text, *date;
    int line, column;
    const char *words;
} bad_series[] = {
    {"date,v\n2019-01,1\n2019-01,2\n", NULL, 3, 1, "2019-01 appears twice"},
    {"date,v,k\n2019,1,a\n2019,2,b\n", NULL, 3, 1, "or a filter on another column"},
    {"date,v\n2019-02,1\n2019-01,2\n", NULL, 3, 1, "2019-01 stands below 2019-02; expected dates from early to late"},
    {"date,v\n2019-Q4,1\n2020-Q2,2\n", NULL, 3, 1, "2020-Q2 follows 2019-Q4, without 2020-Q1; expected no gaps"},
    {"date,v\n2019,1\n2021,2\n", NULL, 3, 1, "without 2020"},
    {"date,v\n2019,1\n2020-Q1,2\n", NULL, 3, 1, "2020-Q1 is a quarter; expected a year, as in the rows above"},
    {"date,v\n2019,1\n,2\n", NULL, 3, 1, "date: the date is empty"},
    {"date,v\n2019,1\n1.1.2020,2\n", NULL, 3, 1, "date: '1.1.2020' is not a date; expected a year such as 2019"},
    {"date,v\n2019-01-01,1\n", NULL, 2, 1, "2019-01-01 is a day; expected a year"},
    {"date,v\n2019,1\n2020,\n2021,3\n", NULL, 3, 6, "v: the cell is empty"},
    {"date,v\n2019,1\n2020,x\n", NULL, 3, 6, "v: 'x' is not a number"},
    {"date,v\n2019,\n", NULL, 0, 0, "prices.csv has no figure in the column v"},
    {"v,x\n1,1\n", NULL, 0, 0, "the column v holds the dates"},
    {"date,v\n2019,1\n", "when", 0, 0, "prices.csv has no column 'when'"},
};

START_TEST(what_is_no_series_is_said_at_its_place)
{
    const struct source source = source_of(bad_series[_i].text);
    struct table table;
    struct series series;
    const struct series_request request = {.column = "v", .date = bad_series[_i].date};
    assert_fault(open_series(&table, &source, &series, &request), bad_series[_i].line, bad_series[_i].column,
                 bad_series[_i].words);
    series_close(&series);
    table_close(&table);
}
END_TEST

START_TEST(all_that_is_wrong_is_said_at_once)
{
    const struct source source = source_of("date,v\n2019,x\n2020,y\n2022,1\n");
    struct table table;
    struct series series;
    struct fault *fault = open_series(&table, &source, &series, &(struct series_request){.column = "v"});
    ck_assert_uint_eq(fault_count(fault), 3);
    fault_free(fault);
    series_close(&series);
    table_close(&table);
}
END_TEST

/* The byte of a source at a line and a column of characters; NULL: there is none. */
static const char *byte_at(const struct source *source, int line, int column)
{
    const char *at = source->text;
    for (; line > 1; line--) {
        if ((at = strchr(at, '\n')) == NULL) return NULL;
        at++;
    }
    for (; column > 1 && *at != '\0'; column--) do
            at++;
        while (((unsigned char)*at & 0xC0) == 0x80);
    return *at == '\0' ? NULL : at;
}

static void assert_cell_is_there(const struct table *table, const struct cell *cell)
{
    const char *at = byte_at(table->source, cell->line, cell->column);
    if (cell->text[0] == '\0') return;
    ck_assert_ptr_nonnull(at);
    ck_assert_msg(*at == '"' || *at == cell->text[0], "'%s' is not at %d:%d of\n%s", cell->text, cell->line,
                  cell->column, table->source->text);
}

/* Whatever the text: a fault with a place in it, or cells that are found where they say. */
START_TEST(texts_at_random_are_refused_or_have_their_cells_where_they_say)
{
    static const char *const pieces[] = {",", ",",  "\n",   "\n",   "\r\n", "\"", "\"\"",         "a",    "жол",
                                         " ", "\t", "2019", "2020", "-1.5", ";",  "\xEF\xBB\xBF", "\xC2", "\x01"};
    enum { PIECES = sizeof pieces / sizeof *pieces, TEXTS = 30000 };
    uint64_t state = 1;
    size_t opened = 0;
    for (int i = 0; i < TEXTS; i++) {
        char text[200] = "a,b\n";
        const size_t kinds = i % 2 == 0 ? PIECES : 14; /* half of them without what no table has */
        for (int n = (i % 25) + 1; n > 0; n--) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            strcat(text, pieces[(state >> 33) % kinds]);
        }
        const struct source source = source_of(text);
        struct table table;
        struct series series;
        struct fault *fault = table_open(&table, &source);
        if (fault == NULL) {
            opened++;
            for (size_t c = 0; c < table.columns * (table.rows + 1); c++)
                assert_cell_is_there(&table, &table.header[c]);
            fault = series_open(&series, &table, &(struct series_request){.column = "b", .gaps = true});
            series_close(&series);
        } else {
            ck_assert_ptr_eq(fault->place.source, &source);
            ck_assert_int_ge(fault->place.line, 1);
        }
        fault_free(fault);
        table_close(&table);
    }
    ck_assert_uint_gt(opened, TEXTS / 50);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("table");
    TCase *tcase = tcase_create("table");
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, every_cell_knows_its_place_in_characters);
    tcase_add_test(tcase, line_ends_and_a_byte_order_mark_change_nothing);
    tcase_add_loop_test(tcase, what_is_no_table_is_said_at_its_place, 0, sizeof bad_tables / sizeof *bad_tables);
    tcase_add_test(tcase, a_column_that_is_not_there_is_named_with_those_that_are);
    tcase_add_loop_test(tcase, a_cell_is_a_finite_decimal_or_a_fault_at_its_place, 0, sizeof numbers / sizeof *numbers);
    tcase_add_loop_test(tcase, dates_are_years_quarters_months_or_days, 0, sizeof periods / sizeof *periods);
    tcase_add_test(tcase, nothing_else_is_a_date);
    tcase_add_test(tcase, a_series_is_a_column_between_its_first_and_last_figure);
    tcase_add_test(tcase, filters_take_one_series_of_a_long_table);
    tcase_add_test(tcase, gaps_and_days_are_allowed_where_they_are_asked_for);
    tcase_add_loop_test(tcase, what_is_no_series_is_said_at_its_place, 0, sizeof bad_series / sizeof *bad_series);
    tcase_add_test(tcase, all_that_is_wrong_is_said_at_once);
    tcase_add_test(tcase, texts_at_random_are_refused_or_have_their_cells_where_they_say);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
