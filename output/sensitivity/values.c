/* output/sensitivity/values.c -- see values.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/sensitivity/values.h"

#include <stdlib.h>

struct fault *values_missing(const struct values_file *file, int year, const char *outcome)
{
    const char *command = file->outline->history;
    return fault_raise(FAULT_FILES,
                       "%s holds no samples of %s %s; simulate again with what else explains it:\n\n  %s --save "
                       "'%s,drivers.*,events.*,regimes.*' --force",
                       file->path, outcome, year == 0 ? "over the horizon" : "by year",
                       command == NULL ? "zhol run SCENARIO" : command, outcome);
}

struct fault *values_read(const struct values_file *file, const struct frame_selection *selection, int year,
                          const char *outcome, float y[])
{
    const size_t years = year == 0 ? 1 : file->outline->years, count = stored_replications(file->stored);
    const size_t at = year == 0 ? 0 : (size_t)(year - file->outline->calendar.start / CALENDAR_MONTHS_PER_YEAR);
    if (!stored_has_samples(file->stored, year != 0, outcome)) return values_missing(file, year, outcome);
    float *row = calloc(years * count + 1, sizeof *row);
    if (row == NULL) return fault_no_memory();
    struct fault *fault = stored_samples(file->stored, year != 0, outcome, years, row);
    if (fault == NULL) frame_select(selection, row + at * count, y);
    free(row);
    return fault;
}
