/* sim/run/chunks.h -- the parallel loop over the chunks of a run: an item is a chunk, a thread's state a world's.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_CHUNKS_H
#define ZHOL_CHUNKS_H

#include "models/world.h"
#include "sim/core/ensemble.h"
#include "sim/core/outcome.h"

struct chunks {
    const struct world *world;
    uint64_t first;        /* chunk */
    uint64_t replications; /* up to which it goes */
    uint64_t done;         /* chunks that the watch is told of, as done before */
    uint64_t expected;     /* and as all */
    struct sink sink[3];   /* each takes in every block */
    size_t sinks;
};
/* Chunks begin in ascending order, and one that was begun is done whatever the watch says, unless it fails. Faults:
 * FAULT_INTERRUPTED, FAULT_MACHINE. */
MUST_CHECK struct fault *chunks_simulate(const struct chunks *chunks, int threads, const struct ensemble_watch *watch);

#endif
