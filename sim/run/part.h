/* sim/run/part.h -- some chunks of a run as bytes, on their way from the process that simulated them to the one that adds
 * them up. They are for a process of the same build on the same kind of processor.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_PART_H
#define ZHOL_PART_H

#include "sim/run/accumulator.h"

/* Which: chunks from `first` to before `end`, of a run that goes on to `reach` replications and, of its samples, keeps
 * what one of `whole` does. */
struct part {
    uint64_t first, end, reach, whole;
};

/* Simulates it, and appends to `bytes` what came in, or why it did not: a fault, and that the watch said stop, is part of
 * the bytes. What is returned is the memory that there was not. */
MUST_CHECK struct fault *part_simulate(const struct simulation *simulation, int threads, const struct part *part,
                                       const struct ensemble_watch *watch, struct bytes *bytes);
/* Adds it: *chunks more are in. Returns the fault that is in the bytes, after what came in was added. */
MUST_CHECK struct fault *part_add(struct bytes_left *left, struct accumulator *accumulator, uint64_t *chunks);

#endif
