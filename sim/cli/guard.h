/* sim/cli/guard.h -- a file that anyone may have made, before a command reads it: its structure and its content are looked
 * at in a process of their own, with limits, because damage makes HDF5 crash, or go round in circles.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_GUARD_H
#define ZHOL_GUARD_H

#include "sim/core/fault.h"

#include <stdbool.h>
#include <stdint.h>

struct argp;

/* A result or a comparison that may be read; with `unsealed` its content is not compared with what it states. `memory` is
 * the most bytes that the process may take, 0: as many as suffice for a sound file of that size. */
MUST_CHECK struct fault *guard_result(const char *path, bool unsealed, uint64_t memory);
MUST_CHECK struct fault *guard_comparison(const char *path, bool unsealed, uint64_t memory);
/* A result that may be of anything: FAULT_USAGE says that it is no result at all. */
MUST_CHECK struct fault *guard_head(const char *path, uint64_t memory);
/* A result, with all that leads from one object of it to another. */
MUST_CHECK struct fault *guard_whole(const char *path, uint64_t memory);

/* The option --memory of all commands that read results, as an argp child; its input is the uint64_t. */
extern const struct argp guard_argp;

/* The option `unsealed` of all commands that read results. */
#define GUARD_MEANING "Do not compare the content with the SHA-256 that the file states: saves the time to read it all"

#endif
