/* sim/cli/reference_datasets.h -- what files of results and of comparisons hold, as a page.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_REFERENCE_DATASETS_H
#define ZHOL_REFERENCE_DATASETS_H

#include "sim/core/fault.h"

#include <stdio.h>

/* Markdown tables of the statistics of a result, of the labels of its outcomes and of the numbers of a comparison, from
 * the tables that declare them. */
MUST_CHECK struct fault *reference_datasets(FILE *to);

#endif
