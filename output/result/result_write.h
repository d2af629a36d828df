/* output/result/result_write.h -- the parts of a result file in their order, for whatever file is open.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_RESULT_WRITE_H
#define ZHOL_RESULT_WRITE_H

#include "output/hdf5/layout.h"
#include "output/result/result.h"

/* Writes all of it into an empty file, on so many threads (0: all); the layout is closed by the caller. */
MUST_CHECK struct fault *result_write_layout(const struct result *result, const struct layout *layout, int threads);

#endif
