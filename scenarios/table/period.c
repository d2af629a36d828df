/* scenarios/table/period.c -- see period.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/table/period.h"
#include "sim/core/calendar.h"

#include <stdio.h>
#include <string.h>

enum { MONTH_TEXT = 7, MONTHS_PER_QUARTER = 3 };

/* "-Q3" behind a year. */
static bool quarter_read(const char *year, const char *rest, struct period *period)
{
    if (rest[0] != '-' || rest[1] != 'Q' || rest[2] < '1' || rest[2] > '4' || rest[3] != '\0') return false;
    if (!calendar_read(year, &period->month)) return false;
    period->month += (rest[2] - '1') * MONTHS_PER_QUARTER;
    period->months = MONTHS_PER_QUARTER;
    return true;
}

/* "-31" behind a month. */
static bool day_read(const char *month, const char *rest, struct period *period)
{
    if (rest[0] != '-' || rest[1] < '0' || rest[1] > '3' || rest[2] < '0' || rest[2] > '9' || rest[3] != '\0')
        return false;
    if (!calendar_read(month, &period->month)) return false;
    period->day = 10 * (rest[1] - '0') + (rest[2] - '0');
    return period->day >= 1 && period->day <= calendar_days(period->month + 1) - calendar_days(period->month);
}

bool period_read(const char *text, struct period *period)
{
    char head[MONTH_TEXT + 1];
    const size_t length = strlen(text);
    *period = (struct period){.months = 1};
    if (length == 4) period->months = CALENDAR_MONTHS_PER_YEAR;
    if (length == 4 || length == MONTH_TEXT) {
        snprintf(head, sizeof head, "%.4s", text);
        return calendar_read(text, &period->month) || quarter_read(head, text + 4, period);
    }
    if (length != MONTH_TEXT + 3) return false;
    snprintf(head, sizeof head, "%.7s", text);
    return day_read(head, text + MONTH_TEXT, period);
}

void period_write(const struct period *period, char text[PERIOD_TEXT])
{
    char month[8];
    calendar_write(period->month, month);
    const int quarter = period->month % CALENDAR_MONTHS_PER_YEAR / MONTHS_PER_QUARTER + 1;
    if (period->day > 0)
        snprintf(text, PERIOD_TEXT, "%s-%02d", month, period->day % 100);
    else if (period->months == CALENDAR_MONTHS_PER_YEAR)
        snprintf(text, PERIOD_TEXT, "%.4s", month);
    else if (period->months == MONTHS_PER_QUARTER)
        snprintf(text, PERIOD_TEXT, "%.4s-Q%d", month, quarter);
    else
        snprintf(text, PERIOD_TEXT, "%s", month);
}

const char *period_words(const struct period *period)
{
    if (period->day > 0) return "a day";
    return period->months == CALENDAR_MONTHS_PER_YEAR ? "a year" : period->months == 1 ? "a month" : "a quarter";
}
