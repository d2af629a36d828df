/* sim/core/cause.h -- whose fault it is that a file cannot be read: the machine's, or that of who named it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_CAUSE_H
#define ZHOL_CAUSE_H

#include "sim/core/fault.h"

/* The code of an errno: `named` where another path would do (none is there, it is a folder, it may not be read), else
 * FAULT_MACHINE (the disk, memory, descriptors), which may do better the next time. */
enum fault_code cause_code(int error, enum fault_code named);

#endif
