/* sim/cli/calibrate_series.h -- from the file of a series to figures that a process can be fitted to.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_CALIBRATE_SERIES_H
#define ZHOL_CALIBRATE_SERIES_H

#include "models/calibration/calibration.h"
#include "scenarios/reader/tree.h"
#include "scenarios/table/series.h"
#include "sim/core/units.h"

enum { CALIBRATE_FILTERS = 8 };

/* What was asked of one file on the command line; words are those of the command line. */
struct calibrate_wish {
    const char *file, *model, *column, *date, *unit, *from, *to, *deflator, *name;
    struct series_filter filter[CALIBRATE_FILTERS]; /* whose `column` is COLUMN=VALUE until it is read */
    size_t filters;
    int means;     /* 1: means, 0: values at the ends of periods, -1: means but of days */
    bool explains; /* it stands for --on */
};

/* Figures in equal periods one after another. */
struct calibrate_series {
    const struct calibrate_wish *wish;
    char *name;               /* of the driver: --name, else the file's */
    char *column;             /* that was read */
    const char *unit;         /* as given; NULL: none was */
    bool rates;               /* the file has growth rates, of which `figures` are the levels */
    const char *deflator;     /* file it was deflated with, or NULL */
    char prices[PERIOD_TEXT]; /* of the deflator: whose prices they are in */
    struct period first, last;
    size_t there; /* figures that are not lacking */
    double *value;
    struct calibration_series figures;
};

/* Reads the file into the forest, picks the column, from and to, and turns rates into levels, days into months and
 * nominal values into real ones, as asked. Faults are at their place in the file, or of the command line. Close it in any
 * case. */
MUST_CHECK struct fault *calibrate_series_open(struct forest *forest, struct units *units,
                                               const struct calibrate_wish *wish, struct calibrate_series *series);
void calibrate_series_close(struct calibrate_series *series);

/* The period of the item `i`. */
struct period calibrate_series_period(const struct calibrate_series *series, size_t i);

#endif
