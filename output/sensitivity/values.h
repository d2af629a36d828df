/* output/sensitivity/values.h -- the values of an outcome in the replications that are looked at.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_VALUES_H
#define ZHOL_VALUES_H

#include "output/sensitivity/frame.h"

struct values_file {
    const char *path;
    const struct stored *stored;
    const struct result *outline;
};

/* Over the horizon, or in a year of the run that is not 0. A file without samples of it is a fault of FAULT_FILES with the command
 * that keeps them. */
MUST_CHECK struct fault *values_read(const struct values_file *file, const struct frame_selection *selection, int year,
                                     const char *outcome, float y[]);
/* That fault. */
A_FAULT struct fault *values_missing(const struct values_file *file, int year, const char *outcome);

#endif
