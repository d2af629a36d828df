/* sim/cli/sandbox.h -- a check in a process of its own, for what may crash, never end, or take all memory.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_SANDBOX_H
#define ZHOL_SANDBOX_H

#include "sim/core/fault.h"

#include <stdbool.h>
#include <stdint.h>

/* What the child may take. Processor time first, because what a clock on the wall shows depends on the disk and on who
 * else works there. */
struct sandbox_limits {
    uint64_t seconds;      /* of processor time */
    uint64_t wall_seconds; /* until it is given up, which says nothing of the file */
    uint64_t bytes;        /* of address space, program and libraries included */
    bool tight;            /* fewer than a sound file may take, so that a crash says nothing of it */
};
/* Enough, many times over, to read a sound result of the size of this file, of which one dataset is in memory at a
 * time; with `bytes`, that much memory instead (0: as the size says). */
struct sandbox_limits sandbox_limits_of(const char *path, uint64_t bytes);

/* Calls check(path) in a child and gives its first fault, without place and notes. A child that crashes, or takes more
 * processor time than it may, is a fault of FAULT_FILES that says so of the path; one that is killed, gets no memory,
 * crashes where that is tight, or takes too long, of FAULT_MACHINE. Before any threads are begun and any signals caught. */
MUST_CHECK struct fault *sandbox_run(struct fault *(*check)(const char *path), const char *path,
                                     const struct sandbox_limits *limits);

#endif
