/* output/tables/workbook_source.h -- where a result comes from, as rows of the sheet of provenance.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_WORKBOOK_SOURCE_H
#define ZHOL_WORKBOOK_SOURCE_H

#include "output/spreadsheet/spreadsheet.h"

/* Title, name, digest and all else that the file, which result_check has passed, tells of itself, below a heading. */
MUST_CHECK struct fault *workbook_source(struct spreadsheet *to, const char *heading, const char *file);

#endif
