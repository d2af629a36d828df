/* sim/core/gib.h -- how large a GiB is.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_GIB_H
#define ZHOL_GIB_H

#include <stdint.h>

#define GIB (UINT64_C(1) << 30)

#endif
