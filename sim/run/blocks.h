/* sim/run/blocks.h -- some blocks of a run, simulated on their own.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_BLOCKS_H
#define ZHOL_BLOCKS_H

#include "sim/run/simulation.h"

/* Numbers of blocks of LANES replications, ascending. */
struct blocks {
    size_t count;
    uint64_t *block;       /* [count] */
    uint64_t *replication; /* [samples] of which replication each sample is */
    size_t samples;
};

/* Spreads so many blocks over the replications, the first and the last among them; all, if there are no more. */
MUST_CHECK struct fault *blocks_spread(uint64_t replications, size_t count, struct blocks *blocks);
void blocks_free(struct blocks *blocks);
/* Simulates them into samples[blocks->samples], which is freed by the caller in any case. */
MUST_CHECK struct fault *blocks_simulate(const struct blocks *blocks, const struct simulation *simulation, int threads,
                                         const struct ensemble_watch *watch, struct samples *samples);

#endif
