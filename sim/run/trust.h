/* sim/run/trust.h -- whether a result is fit for use, and so where it is written.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_TRUST_H
#define ZHOL_TRUST_H

#include "output/result/result.h"

/* As result_write. A result with more invalid replications than 1 in 10,000 is written as PATH.failed, in place of
 * whatever is there, so that they can be replayed, and is a fault (FAULT_UNTRUSTED). */
MUST_CHECK struct fault *trust_write(const struct result *result, const char *path, bool force, int threads);
/* What is said of a result that was written, but whose warnings are taken for errors (FAULT_UNTRUSTED). */
MUST_CHECK struct fault *trust_refuse_warnings(const char *path);

#endif
