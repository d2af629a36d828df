/* output/hdf5/axes.h -- the coordinates that groups of HDF5 files have in common.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_AXES_H
#define ZHOL_AXES_H

#include "output/hdf5/layout.h"
#include "sim/core/calendar.h"

/* `time`: the first day of each year of the run, with `time_bounds`. */
MUST_CHECK struct fault *axes_time(struct layout *layout, hid_t group, const struct calendar *calendar, size_t years,
                                   hid_t *time);
MUST_CHECK struct fault *axes_quantile(struct layout *layout, hid_t group, size_t count, const double probability[],
                                       hid_t *scale);
MUST_CHECK struct fault *axes_level(struct layout *layout, hid_t group, size_t count, const double level[],
                                    hid_t *scale);
/* Numbers 0, 1, ... that stand for names, which have no spaces. */
MUST_CHECK struct fault *axes_names(struct layout *layout, hid_t group, const char *axis, const char *long_name,
                                    size_t count, char *const names[], hid_t *scale);

#endif
