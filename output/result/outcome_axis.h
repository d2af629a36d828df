/* output/result/outcome_axis.h -- the coordinate `outcome` of a group, and what describes each of its outcomes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_OUTCOME_AXIS_H
#define ZHOL_OUTCOME_AXIS_H

#include "output/hdf5/layout.h"
#include "output/result/datasets.h"

/* The labels of outcomes by year (`annual`) or over the horizon; the paths also as the group's attribute `outcomes`, a
 * line each. */
MUST_CHECK struct fault *outcome_axis_write(struct layout *layout, hid_t group, bool annual, const char *prices,
                                            size_t count, const struct outcome *const outcome[],
                                            struct layout_axis *axis);
/* The same as an older file has it: without the labels that are optional. */
MUST_CHECK struct fault *outcome_axis_write_untitled(struct layout *layout, hid_t group, bool annual,
                                                     const char *prices, size_t count,
                                                     const struct outcome *const outcome[], struct layout_axis *axis);

#endif
