/* tests/core/test_calendar.c -- months are read, written and counted in days as the Gregorian calendar has them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/calendar.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int month_of(const char *text)
{
    int month = -1;
    ck_assert_msg(calendar_read(text, &month), "'%s' was refused", text);
    return month;
}

START_TEST(a_month_is_twelve_times_the_year_and_its_place_in_it)
{
    ck_assert_int_eq(month_of("2020-01"), 2020 * 12);
    ck_assert_int_eq(month_of("2019-07"), 2019 * 12 + 6);
    ck_assert_int_eq(month_of("9999-12"), 9999 * 12 + 11);
    ck_assert_int_eq(month_of("0001-01"), 12);
    ck_assert_int_eq(month_of("2020-03") - month_of("2019-12"), 3);
}
END_TEST

START_TEST(a_year_alone_is_its_january)
{
    ck_assert_int_eq(month_of("2020"), month_of("2020-01"));
    ck_assert_int_eq(month_of("0001"), 12);
}
END_TEST

START_TEST(whatever_else_is_not_a_date)
{
    static const char *const wrong[] = {"",           "2",       "202",     "20200",   "0000",    "0000-01",
                                        "2020-",      "2020-1",  "2020-00", "2020-13", "2020-1a", "2020-011",
                                        "2020/01",    "2020 01", " 2020",   "2020 ",   "-2020",   "+2020-01",
                                        "2020-01-01", "jan",     "2020--1", "20a0",    "2020-+1", "2O20"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int month = 77;
        ck_assert_msg(!calendar_read(wrong[i], &month), "'%s' was read as %d", wrong[i], month);
        ck_assert_int_eq(month, 77);
    }
}
END_TEST

START_TEST(every_month_is_written_as_it_is_read)
{
    for (int month = 12; month < 10000 * 12; month++) {
        char text[8], expected[32];
        calendar_write(month, text);
        snprintf(expected, sizeof expected, "%04d-%02d", month / 12, month % 12 + 1);
        ck_assert_str_eq(text, expected);
        ck_assert_int_eq(month_of(text), month);
    }
}
END_TEST

START_TEST(a_year_of_a_run_is_called_by_its_first_month_unless_that_is_january)
{
    char text[8];
    calendar_write_year(month_of("2020-01"), 0, text);
    ck_assert_str_eq(text, "2020");
    calendar_write_year(month_of("2020-01"), 19, text);
    ck_assert_str_eq(text, "2039");
    calendar_write_year(month_of("2020-07"), 1, text);
    ck_assert_str_eq(text, "2021-07");
}
END_TEST

/* 1970-01-01 is day 0 by definition; 719162 days from 0001-01-01 (so that Rata Die 719163 is the epoch); the others
 * follow from 10957 days to 2000-01-01 and the lengths of months. */
START_TEST(days_agree_with_known_dates)
{
    ck_assert_int_eq(calendar_days(month_of("1970-01")), 0);
    ck_assert_int_eq(calendar_days(month_of("2000-01")), 10957);
    ck_assert_int_eq(calendar_days(month_of("2000-03")), 11017);
    ck_assert_int_eq(calendar_days(month_of("2020-01")), 18262);
    ck_assert_int_eq(calendar_days(month_of("1969-12")), -31);
    ck_assert_int_eq(calendar_days(month_of("0001-01")), -719162);
}
END_TEST

START_TEST(every_month_is_as_long_as_the_calendar_says)
{
    static const int length[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (int month = 12; month < 9999 * 12 + 11; month++) {
        const int year = month / 12;
        const int leap = month % 12 == 1 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        ck_assert_int_eq(calendar_days(month + 1) - calendar_days(month), length[month % 12] + leap);
    }
}
END_TEST

START_TEST(days_agree_with_the_system)
{
    for (int month = 1902 * 12; month < 2300 * 12; month++) {
        struct tm date = {.tm_year = month / 12 - 1900, .tm_mon = month % 12, .tm_mday = 1};
        ck_assert_int_eq(timegm(&date), calendar_days(month) * 86400);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("calendar");
    TCase *facts = tcase_create("facts");
    tcase_add_test(facts, a_month_is_twelve_times_the_year_and_its_place_in_it);
    tcase_add_test(facts, a_year_alone_is_its_january);
    tcase_add_test(facts, whatever_else_is_not_a_date);
    tcase_add_test(facts, every_month_is_written_as_it_is_read);
    tcase_add_test(facts, a_year_of_a_run_is_called_by_its_first_month_unless_that_is_january);
    tcase_add_test(facts, days_agree_with_known_dates);
    tcase_add_test(facts, every_month_is_as_long_as_the_calendar_says);
    tcase_add_test(facts, days_agree_with_the_system);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
