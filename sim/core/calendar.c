/* sim/core/calendar.c -- see calendar.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/calendar.h"

/* Reads exactly `count` digits; -1 if there are fewer. */
static int digits_read(const char *text, int count)
{
    int value = 0;
    for (int i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9') return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

static void digits_write(int value, int count, char text[])
{
    for (int i = count - 1; i >= 0; i--) {
        text[i] = (char)('0' + value % 10);
        value /= 10;
    }
}

bool calendar_read(const char *text, int *month)
{
    const int year = digits_read(text, 4);
    int of_year = 1;
    if (year < 1) return false;
    if (text[4] != '\0') {
        if (text[4] != '-') return false;
        of_year = digits_read(text + 5, 2);
        if (of_year < 1 || of_year > CALENDAR_MONTHS_PER_YEAR || text[7] != '\0') return false;
    }
    *month = year * CALENDAR_MONTHS_PER_YEAR + of_year - 1;
    return true;
}

void calendar_write(int month, char text[8])
{
    digits_write(month / CALENDAR_MONTHS_PER_YEAR, 4, text);
    text[4] = '-';
    digits_write(month % CALENDAR_MONTHS_PER_YEAR + 1, 2, text + 5);
    text[7] = '\0';
}

void calendar_write_year(int start, int year, char text[8])
{
    calendar_write(start + year * CALENDAR_MONTHS_PER_YEAR, text);
    if (start % CALENDAR_MONTHS_PER_YEAR == 0) text[4] = '\0';
}

long calendar_days(int month)
{
    /* With years that begin in March, the leap day is the last of its year and every month has a fixed place. */
    static const int before[CALENDAR_MONTHS_PER_YEAR] = {0, 31, 61, 92, 122, 153, 184, 214, 245, 275, 306, 337};
    static const long epoch = 719468; /* days from 0000-03-01 to 1970-01-01 */
    const int since_march = month - 2;
    const long year = since_march / CALENDAR_MONTHS_PER_YEAR;
    const int of_year = since_march % CALENDAR_MONTHS_PER_YEAR;
    return year * 365 + year / 4 - year / 100 + year / 400 + before[of_year] - epoch;
}
