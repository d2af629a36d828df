/* output/hdf5/locked.h -- why a file that is there cannot be opened: another program has it, or it cannot be locked.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_LOCKED_H
#define ZHOL_LOCKED_H

#include "sim/core/fault.h"

/* A fault (FAULT_MACHINE) where the file is locked for writing elsewhere, or its file system has no locks. */
MUST_CHECK struct fault *locked_check(const char *path);

#endif
