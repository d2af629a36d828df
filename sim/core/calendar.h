/* sim/core/calendar.h -- months. A month is a whole number, year * 12 + (month - 1), so that differences count months.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_CALENDAR_H
#define ZHOL_CALENDAR_H

#include "sim/core/fault.h"

#include <stdbool.h>

#define CALENDAR_MONTHS_PER_YEAR 12
#define CALENDAR_LAST            (9999 * 12 + 11) /* the last month that can be written, 9999-12 */
#define CALENDAR_MONTH_YEARS     (1.0 / 12.0)     /* the length of a month, years */

/* The time of a run. `base` is the middle of the base year, `start` the first simulated month. */
struct calendar {
    int base;
    int start;
    int months; /* a multiple of 12 */
};

/* Reads "2020-01", or "2020" for its January; years 0001 to 9999, always four digits. False if the text is neither. */
bool calendar_read(const char *text, int *month);

/* Writes "2020-01" and a NUL, for a month of the years 0 to 9999. */
void calendar_write(int month, char text[8]);

/* Writes the month that a year of a run begins with, year 0 at `start`: "2021-07", or "2021" if runs begin in January.
 */
void calendar_write_year(int start, int year, char text[8]);

/* Days from 1970-01-01 to the first day of the month, proleptic Gregorian calendar; from year 1 on. */
long calendar_days(int month);

#endif
