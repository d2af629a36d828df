/* sim/cli/rank_files.h -- which files are ranked: the cells of a batch's folder, or results that are policies of one world.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_RANK_FILES_H
#define ZHOL_RANK_FILES_H

#include "sim/core/fault.h"

#include <stdbool.h>
#include <stdint.h>

/* A result that a batch made. Names are without folders; of the policy that does nothing it is that of the base. */
struct rank_cell {
    char *path;
    char *command;        /* "zhol batch NAME" */
    char *name;           /* of the cell */
    char *world, *policy; /* policy NULL: nothing is done */
};

struct rank_files {
    struct rank_cell *cell; /* of all files that are looked at */
    size_t cells;
    size_t worlds, policies;
    const char **world, **policy; /* names; NULL: as files are called */
    const char **file;            /* [worlds][policies] */
    char *batch;                  /* the command that made them; NULL: they are of no batch */
};

/* Looks at one folder, or at two files or more; all that is read is guarded first. Files that are cells of one batch are
 * arranged by its worlds and policies, others are policies of one world. FAULT_FILES if a batch is not finished: a world
 * lacks a policy that another has, or a checkpoint is there without its result. Free it in any case. */
MUST_CHECK struct fault *rank_files_read(const char *const path[], size_t paths, bool unsealed, uint64_t memory,
                                         struct rank_files *files);
void rank_files_free(struct rank_files *files);

#endif
