/* sim/run/merge.h -- the shards of a run as the one run that they are parts of, from the files alone.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_MERGE_H
#define ZHOL_MERGE_H

#include "sim/run/simulate.h"

struct merge {
    struct parcel *shard; /* [shards], in order of their numbers; open */
    size_t shards;
    struct run_settings settings;
    const char **words; /* lists of the settings */
    struct simulation simulation;
    char *account; /* what the goals come to, a line each, and how many replications they need; NULL: there are none */
    bool met;
};

/* Opens the shards, in whatever order they are named. Shards that are missing, named twice, unfinished, damaged or of
 * another run are faults (FAULT_FILES), all at once. Close it in any case, after the faults were printed. */
MUST_CHECK struct fault *merge_open(size_t files, const char *const file[], struct merge *merge);
void merge_close(struct merge *merge);
/* The result of the run, as one that was made in one go, and what the goals come to: those of the scenario or of the
 * list. */
MUST_CHECK struct fault *merge_run(struct merge *merge, int threads, size_t goals, const char *const goal[],
                                   struct result *result);

#endif
