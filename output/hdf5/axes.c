/* output/hdf5/axes.c -- see axes.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/hdf5/axes.h"

#include <stdio.h>
#include <stdlib.h>

static double year_start(const struct calendar *calendar, size_t year)
{
    return (double)calendar_days(calendar->start + (int)year * CALENDAR_MONTHS_PER_YEAR);
}

struct fault *axes_time(struct layout *layout, hid_t group, const struct calendar *calendar, size_t years, hid_t *time)
{
    hid_t pair = -1, bounds = -1;
    double *value = malloc((3 * years + 1) * sizeof *value);
    if (value == NULL) return fault_no_memory();
    for (size_t y = 0; y < years; y++) {
        value[y] = year_start(calendar, y);
        value[years + 2 * y] = value[y];
        value[years + 2 * y + 1] = year_start(calendar, y + 1);
    }
    struct fault *fault = layout_scale(layout, group, "time", years, value, time);
    if (fault == NULL) fault = layout_text(layout, *time, "standard_name", "time");
    if (fault == NULL) fault = layout_text(layout, *time, "long_name", "start of the year of the run");
    if (fault == NULL) fault = layout_text(layout, *time, "units", "days since 1970-01-01");
    if (fault == NULL) fault = layout_text(layout, *time, "calendar", "proleptic_gregorian");
    if (fault == NULL) fault = layout_text(layout, *time, "axis", "T");
    if (fault == NULL) fault = layout_text(layout, *time, "bounds", "time_bounds");
    if (fault == NULL) fault = layout_dimension(layout, group, "bounds", 2, &pair);
    const struct layout_data data = {.name = "time_bounds",
                                     .type = H5T_NATIVE_DOUBLE,
                                     .rank = 2,
                                     .scale = {*time, pair},
                                     .size = {years, 2},
                                     .value = value + years};
    if (fault == NULL) fault = layout_dataset(layout, group, &data, &bounds);
    free(value);
    return fault;
}

struct fault *axes_level(struct layout *layout, hid_t group, size_t count, const double level[], hid_t *scale)
{
    TRY(layout_scale(layout, group, "level", count, level, scale));
    TRY(layout_text(layout, *scale, "units", "1"));
    return layout_text(layout, *scale, "long_name",
                       "level of the tail: above 0.5 the mean of the greatest values, below 0.5 of the least");
}

struct fault *axes_quantile(struct layout *layout, hid_t group, size_t count, const double probability[], hid_t *scale)
{
    TRY(layout_scale(layout, group, "quantile", count, probability, scale));
    TRY(layout_text(layout, *scale, "units", "1"));
    return layout_text(layout, *scale, "long_name", "probability below the quantile");
}

/* The numbers and the names as attributes, since datasets of texts stop some readers. */
static struct fault *name_numbers(const struct layout *layout, hid_t scale, size_t count, char *const names[])
{
    char *text = NULL;
    size_t size = 0;
    int32_t *flag = malloc((count + 1) * sizeof *flag);
    FILE *to = open_memstream(&text, &size);
    struct fault *fault = flag == NULL || to == NULL ? fault_no_memory() : NULL;
    for (size_t i = 0; i < count && fault == NULL; i++) {
        flag[i] = (int32_t)i;
        fprintf(to, "%s%s", i == 0 ? "" : " ", names[i]);
    }
    if (to != NULL && fclose(to) != 0 && fault == NULL) fault = fault_no_memory();
    if (fault == NULL) fault = layout_integers(layout, scale, "flag_values", count, flag);
    if (fault == NULL) fault = layout_text(layout, scale, "flag_meanings", text);
    free(text);
    free(flag);
    return fault;
}

struct fault *axes_names(struct layout *layout, hid_t group, const char *axis, const char *long_name, size_t count,
                         char *const names[], hid_t *scale)
{
    double *number = malloc((count + 1) * sizeof *number);
    if (number == NULL) return fault_no_memory();
    for (size_t i = 0; i < count; i++) number[i] = (double)i;
    struct fault *fault = layout_scale(layout, group, axis, count, number, scale);
    free(number);
    if (fault == NULL) fault = layout_text(layout, *scale, "units", "1");
    if (fault == NULL) fault = layout_text(layout, *scale, "long_name", long_name);
    return fault == NULL ? name_numbers(layout, *scale, count, names) : fault;
}
