/* output/hdf5/axes.c -- see axes.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/hdf5/axes.h"

#include <stdlib.h>

static double year_start(const struct calendar *calendar, size_t year)
{
    return (double)calendar_days(calendar->start + (int)year * CALENDAR_MONTHS_PER_YEAR);
}

struct fault *axes_time(struct layout *layout, hid_t group, const struct calendar *calendar, size_t years,
                        struct layout_axis *axis)
{
    struct layout_axis pair;
    hid_t bounds = -1;
    double *value = malloc((3 * years + 1) * sizeof *value);
    if (value == NULL) return fault_no_memory();
    for (size_t y = 0; y < years; y++) {
        value[y] = year_start(calendar, y);
        value[years + 2 * y] = value[y];
        value[years + 2 * y + 1] = year_start(calendar, y + 1);
    }
    struct fault *fault = layout_scale(layout, group, "time", years, value, axis);
    if (fault == NULL) fault = layout_text(layout, axis->scale, "standard_name", "time");
    if (fault == NULL) fault = layout_text(layout, axis->scale, "long_name", "start of the year of the run");
    if (fault == NULL) fault = layout_text(layout, axis->scale, "units", "days since 1970-01-01");
    if (fault == NULL) fault = layout_text(layout, axis->scale, "calendar", "proleptic_gregorian");
    if (fault == NULL) fault = layout_text(layout, axis->scale, "axis", "T");
    if (fault == NULL) fault = layout_text(layout, axis->scale, "bounds", "time_bounds");
    if (fault == NULL) fault = layout_dimension(layout, group, "bounds", 2, &pair);
    if (fault == NULL) {
        const struct layout_data data = {
            .name = "time_bounds", .type = H5T_NATIVE_DOUBLE, .rank = 2, .axis = {*axis, pair}, .value = value + years};
        fault = layout_dataset(layout, group, &data, &bounds);
    }
    free(value);
    return fault;
}

struct fault *axes_quantile(struct layout *layout, hid_t group, size_t count, const double probability[],
                            struct layout_axis *axis)
{
    TRY(layout_scale(layout, group, "quantile", count, probability, axis));
    TRY(layout_text(layout, axis->scale, "units", "1"));
    return layout_text(layout, axis->scale, "long_name", "probability below the quantile");
}

struct fault *axes_tail(struct layout *layout, hid_t group, struct layout_axis *axis)
{
    static const char *const tails[] = {"lower", "upper"};
    return axes_labels(layout, group, "tail", "which end: the least or the greatest values", 2, tails, axis);
}

struct fault *axes_level(struct layout *layout, hid_t group, size_t count, const double level[],
                         struct layout_axis *axis)
{
    TRY(layout_scale(layout, group, "level", count, level, axis));
    TRY(layout_text(layout, axis->scale, "units", "1"));
    return layout_text(layout, axis->scale, "long_name", "share of the values that is not in the tail");
}

struct fault *axes_labels(struct layout *layout, hid_t group, const char *name, const char *long_name, size_t count,
                          const char *const label[], struct layout_axis *axis)
{
    TRY(layout_labels(layout, group, name, count, label, axis));
    return layout_text(layout, axis->scale, "long_name", long_name);
}
