/* scenarios/table/period.h -- what time a figure of a table stands for.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_PERIOD_H
#define ZHOL_PERIOD_H

#include <stdbool.h>

struct period {
    int month;  /* the first, as sim/core/calendar.h counts them: year * 12 + 0 to 11 */
    int months; /* 12, 3 or 1 */
    int day;    /* of that month, 1 to 31, where the text names one (then months is 1); else 0 */
};

enum { PERIOD_TEXT = 12 };

/* Reads "2019", "2019-Q3", "2019-07" or "2019-07-31", years 0001 to 9999. False if the text is none of them. */
bool period_read(const char *text, struct period *period);
/* Writes it likewise. */
void period_write(const struct period *period, char text[PERIOD_TEXT]);
/* "a year", "a quarter", "a month" or "a day". */
const char *period_words(const struct period *period);

#endif
