/* models/horizon.c -- see horizon.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/horizon.h"

#include <limits.h>
#include <string.h>

/* "2039-12", the last month. */
static const char *last_of(const struct plan *plan, char text[8])
{
    calendar_write(plan->calendar.start + plan->calendar.months - 1, text);
    return text;
}

static bool is_after(const struct plan *plan, int month)
{
    return month >= plan->calendar.start + plan->calendar.months;
}

static struct fault *check_month(const struct plan *plan, const struct setting *setting)
{
    char text[8];
    const int month = (int)setting->integer;
    if (!setting->key->ends && is_after(plan, month))
        return fault_at(FAULT_SCENARIO, setting->place, "%s is %s, after the end of the run in %s: it has no effect",
                        setting->path, setting->text, last_of(plan, text));
    if (!setting->key->ends || month > plan->calendar.start) return NULL;
    calendar_write(plan->calendar.start, text);
    return fault_at(FAULT_SCENARIO, setting->place,
                    "%s is %s, no later than the first month of the run, %s: it has no effect", setting->path,
                    setting->text, text);
}

/* An entry of a map of dates. */
static struct fault *check_entry(const struct plan *plan, const struct setting *entry)
{
    char text[8];
    if (!is_after(plan, entry->month)) return NULL;
    return fault_at(FAULT_SCENARIO, entry->place, "%s lies after the end of the run in %s: it has no effect",
                    entry->path, last_of(plan, text));
}

/* The file of a table without its folder: warnings are stored in results, which know no folders. */
static const char *table_name(const struct setting *setting)
{
    const char *name = setting->table.source->name, *slash = strrchr(name, '/');
    return slash == NULL ? name : slash + 1;
}

static bool has_table(const struct setting *setting)
{
    return setting->table.source != NULL;
}

/* A table that ends before the run does. */
static struct fault *check_table(const struct plan *plan, const struct setting *setting)
{
    const int end = plan->calendar.start + plan->calendar.months;
    char date[8], text[8];
    if (!has_table(setting) || setting->table_end >= end) return NULL;
    calendar_write(setting->table_end - 1, date);
    return fault_at(FAULT_SCENARIO, setting->place,
                    "%s: %s ends in %s, its last value holds until the end of the run in %s", setting->path,
                    table_name(setting), date, last_of(plan, text));
}

/* Where there is one date alone, before the run, it says since when. */
static struct fault *check_profile(const struct plan *plan, const struct setting *setting)
{
    const struct calendar *calendar = &plan->calendar;
    const int first = store_first_date(plan->store, setting->slot);
    const int last = has_table(setting) ? setting->table_end - 1 : store_last_date(plan->store, setting->slot);
    const int begin = calendar->base < calendar->start ? calendar->base : calendar->start;
    char date[8], text[8];
    if (first == INT_MIN || store_is_idle(plan->store, setting->slot)) return NULL;
    if (is_after(plan, first)) {
        calendar_write(first, date);
        return fault_at(FAULT_SCENARIO, setting->place,
                        "%s begins in %s, after the end of the run in %s: its first value holds all the time",
                        setting->path, date, last_of(plan, text));
    }
    if (first == last || last >= begin) return check_table(plan, setting);
    calendar_write(last, date);
    calendar_write(begin, text);
    return fault_at(FAULT_SCENARIO, setting->place, "%s ends in %s, before %s in %s: its last value holds all the time",
                    setting->path, date, calendar->base < calendar->start ? "the base date" : "the run begins", text);
}

/* Before its first figure a table says nothing, and what is needed from the base date on is not made up. */
static struct fault *cover_table(const struct plan *plan, const struct setting *setting)
{
    char first[8], base[8];
    const int month = setting->slot < 0 ? INT_MIN : store_first_date(plan->store, setting->slot);
    if (!has_table(setting) || month <= plan->calendar.base) return NULL;
    calendar_write(month, first);
    calendar_write(plan->calendar.base, base);
    return fault_note(fault_at(FAULT_SCENARIO, setting->table,
                               "%s: the figures start in %s, after time.base, %s; expected them from the base date on",
                               setting->path, first, base),
                      setting->place, "the table is named here");
}

struct fault *horizon_cover(const struct plan *plan, const struct setting *setting)
{
    struct fault *faults = cover_table(plan, setting);
    for (size_t i = 0; i < setting->children && !fault_enough(faults); i++)
        faults = fault_join(faults, horizon_cover(plan, setting->child[i]));
    return faults;
}

void horizon_check(struct plan *plan, const struct setting *setting)
{
    struct fault *warning = NULL;
    if (!setting->stated) return;
    if (setting->key->kind == KEY_MONTH) warning = check_month(plan, setting);
    if (setting->key->kind == KEY_QUANTITY && setting->slot >= 0) warning = check_profile(plan, setting);
    plan->warnings = fault_join(plan->warnings, warning);
    for (size_t i = 0; i < setting->children; i++) {
        const struct setting *child = setting->child[i];
        if (setting->key->kind == KEY_ENTRIES && setting->key->names == NAME_MONTH)
            plan->warnings = fault_join(plan->warnings, check_entry(plan, child));
        horizon_check(plan, child);
    }
}
