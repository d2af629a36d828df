/* output/diff/diff_values.h -- which values of two merged scenarios differ.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_DIFF_VALUES_H
#define ZHOL_DIFF_VALUES_H

#include "output/diff/diff.h"

/* Of two results, by their texts of merged scenarios and of where numbers come from, into diff->value. FAULT_FILES if one cannot
 * be read. */
MUST_CHECK struct fault *diff_values_read(const struct result outline[2], struct diff *diff);

#endif
