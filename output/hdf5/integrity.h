/* output/hdf5/integrity.h -- whether a result file holds together beyond its content: every index leads to every
 * object, and every dataset is tied to its dimensions as they are to it. Readers go ways that the content, read in
 * order of creation, does not.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_INTEGRITY_H
#define ZHOL_INTEGRITY_H

#include "sim/core/fault.h"

/* FAULT_FILES if not. */
MUST_CHECK struct fault *integrity_check(const char *path);

#endif
