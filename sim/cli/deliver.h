/* sim/cli/deliver.h -- from a simulation that is ready to its result file, or to the file of a shard, past what may stop
 * it on the way.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_DELIVER_H
#define ZHOL_DELIVER_H

#include "sim/cli/progress.h"
#include "sim/run/simulate.h"

/* How results come into being, the same for all of a command. */
struct delivery_wish {
    bool force;        /* what is there gives way */
    bool resume, keep; /* goes on from a checkpoint; leaves one */
    bool cell;         /* of a batch: goes on from a checkpoint if it is of this run, and else begins anew */
    double interval;   /* seconds between two checkpoints */
    struct shard shard;
};
enum { DELIVERY_INTERVAL = 60 }; /* seconds, unless something else is asked for */

struct delivery {
    const struct simulation *simulation;
    const struct run_settings *settings;
    const struct delivery_wish *wish;
    const char *output;
    struct checkpoint checkpoint;
    bool replace;  /* what is there gives way */
    bool finished; /* it is there already */
};

/* Where the file of a shard goes, beside the result that it is to be a part of: "kz.shard-3-of-8" of "kz.h5". Allocated;
 * NULL without memory. */
char *deliver_shard_path(const char *result, const struct shard *shard);

/* Before anything is simulated: takes the lock of the output, and what is there to go on from. What stands in the way
 * is a fault: another run at work, a result or a checkpoint that neither --resume nor --force was said for, one of
 * another run. Close it in any case. `simulation`, `settings`, `wish` and `output` must last as long. */
MUST_CHECK struct fault *deliver_open(const struct simulation *simulation, const struct run_settings *settings,
                                      const struct delivery_wish *wish, const char *output, struct delivery *delivery);
/* Replications that are in already. */
uint64_t deliver_done(const struct delivery *delivery);
/* Simulates, writes the result and says on stderr what came out. A result with more invalid replications than can be
 * trusted is kept apart, as OUTPUT.failed, and is a fault. After an interruption it says how to go on. */
MUST_CHECK struct fault *deliver(struct delivery *delivery, struct progress *progress);
/* A checkpoint that holds nothing goes. */
void deliver_close(struct delivery *delivery);

#endif
