/* output/sensitivity/grouping.h -- columns that are taken as one factor: on request, and inputs that are correlated, of
 * which nothing can tell the shares apart.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_GROUPING_H
#define ZHOL_GROUPING_H

#include "output/sensitivity/frame.h"

/* Inputs of a greater correlation are one factor, where it is also five standard errors of none. */
#define GROUPING_CORRELATION 0.3

/* Whether a pattern as of file names fits a path, or "inputs." and a path. */
bool grouping_fits(const char *pattern, const char *path);
/* Joins factors, and puts columns in their order. FAULT_USAGE: a group without members. */
MUST_CHECK struct fault *grouping_apply(struct frame *frame, size_t groups, const struct frame_group group[]);

#endif
