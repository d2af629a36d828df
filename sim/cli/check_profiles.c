/* sim/cli/check_profiles.c -- see check_profiles.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/check_profiles.h"
#include "output/tables/wrapped.h"
#include "sim/cli/check_written.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { YEARS_MOST = 12 };

static double year_mean(const struct store *store, int slot, int first)
{
    double sum = 0.0;
    for (int m = 0; m < CALENDAR_MONTHS_PER_YEAR; m++) sum += store_central(store, slot, first + m);
    return sum / CALENDAR_MONTHS_PER_YEAR;
}

static void print_profile(const struct simulation *simulation, const struct setting *setting)
{
    const struct store *store = simulation->plan.store;
    const struct calendar *calendar = &simulation->plan.calendar;
    const bool table = setting->table.source != NULL;
    const int last = table ? setting->table_end - 1 : store_last_date(store, setting->slot),
              end = calendar->start + calendar->months;
    double mean[YEARS_MOST], most = 0.0;
    int month = calendar->start, years = 0;
    for (; month < end && (month == calendar->start || month <= last) && years < YEARS_MOST; years++) {
        mean[years] = year_mean(store, setting->slot, month);
        most = fmax(most, fabs(mean[years]));
        month += CALENDAR_MONTHS_PER_YEAR;
    }
    const struct check_written written = check_written(simulation, setting, most);
    printf("    %s%s%s:\n     ", setting->path, written.unit[0] == '\0' ? "" : ", ", written.unit);
    struct wrapped line = {.to = stdout, .indent = 6, .column = 5};
    for (int y = 0; y < years; y++) {
        char date[8], item[48];
        calendar_write(calendar->start + y * CALENDAR_MONTHS_PER_YEAR, date);
        date[4] = '\0'; /* a run begins in any month, and its years there */
        snprintf(item, sizeof item, "%s%s %.4g", y == 0 ? " " : "", date, mean[y] * written.factor);
        wrapped_add(&line, ",", item);
    }
    if (month < end && month <= last) wrapped_add(&line, ",", "...");
    if (table) {
        wrapped_add(&line, ";", "from");
        wrapped_add(&line, "", setting->table.source->name);
    }
    putchar('\n');
}

static void print_below(const struct simulation *simulation, const struct setting *setting, bool *any)
{
    if (setting->key->kind == KEY_QUANTITY && setting->slot >= 0 &&
        store_first_date(simulation->plan.store, setting->slot) != INT_MIN) {
        if (!*any)
            printf("\n  Profiles, means of years of the run (a year as a date is its January; a\n"
                   "  figure of a table is that of its period):\n");
        *any = true;
        print_profile(simulation, setting);
    }
    for (size_t i = 0; i < setting->children; i++) print_below(simulation, setting->child[i], any);
}

void check_profiles_print(const struct simulation *simulation)
{
    bool any = false;
    print_below(simulation, simulation->plan.root, &any);
}
