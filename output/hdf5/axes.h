/* output/hdf5/axes.h -- the coordinates that groups of HDF5 files have in common.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_AXES_H
#define ZHOL_AXES_H

#include "output/hdf5/layout.h"
#include "sim/core/calendar.h"

/* `time`: the first day of each year of the run, with `time_bounds`. */
MUST_CHECK struct fault *axes_time(struct layout *layout, hid_t group, const struct calendar *calendar, size_t years,
                                   struct layout_axis *axis);
MUST_CHECK struct fault *axes_quantile(struct layout *layout, hid_t group, size_t count, const double probability[],
                                       struct layout_axis *axis);
/* `tail`: lower, upper; and `level`: that each of them leaves out. */
MUST_CHECK struct fault *axes_tail(struct layout *layout, hid_t group, struct layout_axis *axis);
MUST_CHECK struct fault *axes_level(struct layout *layout, hid_t group, size_t count, const double level[],
                                    struct layout_axis *axis);
/* Labels, and what they are. */
MUST_CHECK struct fault *axes_labels(struct layout *layout, hid_t group, const char *name, const char *long_name,
                                     size_t count, const char *const label[], struct layout_axis *axis);

#endif
