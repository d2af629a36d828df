/* sim/cli/report.h -- what is said on stderr of a run that is done.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_REPORT_H
#define ZHOL_REPORT_H

#include "output/result/result.h"

/* What came out and how sure it is; how many warnings there were. */
size_t report_result(const struct result *result, const char *output, double seconds);
/* The outcomes whose means are known least, and what it would take. */
void report_needed(const struct result *result);

#endif
