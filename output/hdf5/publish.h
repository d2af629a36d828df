/* output/hdf5/publish.h -- a file under its name only when it is whole.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_PUBLISH_H
#define ZHOL_PUBLISH_H

#include "sim/core/fault.h"

#include <stdbool.h>

/* What a path stands for, links followed, allocated. FAULT_USAGE of a folder, a pipe, a device or a link that leads nowhere.
 * Free it in any case. */
MUST_CHECK struct fault *publish_target(const char *path, char **target);

/* Has `write` make and close the file, which is not there, under a temporary name in the folder of what the path stands
 * for, that no other process of any machine uses; syncs and renames. `path` is for its sentences. An existing file is
 * replaced only with `force` (FAULT_USAGE otherwise), and only a regular one. Nothing is left behind on failure, and what
 * killed processes of this machine left of the same file is swept. */
MUST_CHECK struct fault *publish(const char *path, bool force,
                                 struct fault *(*write)(const char *temporary, const char *path, const void *context),
                                 const void *context);

/* Whether a path has the form of a temporary name. *left: of a process of this machine that is no more. */
bool publish_is_temporary(const char *path, bool *left);

#endif
