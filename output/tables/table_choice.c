/* output/tables/table_choice.c -- see table_choice.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/tables/table_choice.h"

#include <fnmatch.h>

size_t table_choice_row(const struct result *result, size_t outcome, size_t first)
{
    return result->outcomes.item[outcome].kind->horizon_only ? result->years : first;
}

struct fault *table_choice_periods(const struct result *result, int year, size_t *first, size_t *end)
{
    const int start = result->calendar.start / CALENDAR_MONTHS_PER_YEAR;
    *first = 0;
    *end = result->years + 1;
    if (year == 0) return NULL;
    if (year < start || year >= start + (int)result->years)
        return fault_raise(FAULT_USAGE, "--year is %d; expected a year of the run, %d to %d", year, start,
                           start + (int)result->years - 1);
    *first = (size_t)(year - start);
    *end = *first + 1;
    return NULL;
}

bool table_choice_asks(const struct outcome *outcome, const char *const patterns[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fnmatch(patterns[i], outcome->path, 0) == 0) return true;
    return count == 0;
}

static struct fault *no_outcome(const struct result *result, const char *pattern)
{
    char hint[160];
    outcomes_hint(&result->outcomes, pattern, sizeof hint, hint);
    return fault_raise(FAULT_USAGE, "no outcome matches '%s'%s", pattern,
                       hint[0] != '\0' ? hint : "; `zhol show RESULT --list` lists them");
}

struct fault *table_choice_check(const struct result *result, const char *const patterns[], size_t count, int year)
{
    for (size_t i = 0; i < count; i++) {
        bool found = false, has_years = false;
        for (size_t o = 0; o < result->outcomes.count; o++) {
            const struct outcome *item = &result->outcomes.item[o];
            if (fnmatch(patterns[i], item->path, 0) != 0) continue;
            found = true;
            has_years = has_years || !item->kind->horizon_only;
        }
        if (!found) return no_outcome(result, patterns[i]);
        if (year != 0 && !has_years)
            return fault_raise(FAULT_USAGE, "'%s' has a value over the whole horizon only; leave out --year",
                               patterns[i]);
    }
    return NULL;
}

bool table_choice_in_account(const struct outcome *outcome)
{
    return outcome->kind->headline || outcome->kind->account;
}
