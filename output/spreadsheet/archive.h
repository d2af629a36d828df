/* output/spreadsheet/archive.h -- whether a workbook that was just written is whole.
 *
 * libxlsxwriter collects each part in a temporary file without asking whether that could be written: on a full disk it makes a
 * workbook of halves and reports success. So the file is read again: every part must be there to its last tag, and sheets
 * must have as many cells as were put into them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_ARCHIVE_H
#define ZHOL_ARCHIVE_H

#include "sim/core/fault.h"

#include <stdbool.h>
#include <stdint.h>

/* *whole: the file has so many cells, and all of its parts end as they should. A fault if it cannot be read. */
MUST_CHECK struct fault *archive_check(const char *path, uint64_t cells, bool *whole);

#endif
