/* output/hdf5/publish.h -- a file under its name only when it is whole.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_PUBLISH_H
#define ZHOL_PUBLISH_H

#include "sim/core/fault.h"

#include <stdbool.h>

/* Has `write` make and close the file under a temporary name in the same folder, syncs and renames. `path` is for its
 * sentences. An existing file is replaced only with `force` (FAULT_USAGE otherwise). Nothing is left behind on failure.
 */
MUST_CHECK struct fault *publish(const char *path, bool force,
                                 struct fault *(*write)(const char *temporary, const char *path, const void *context),
                                 const void *context);

#endif
