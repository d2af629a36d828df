/* sim/run/accumulator.h -- what takes in the replications of a run, in one go or in several: moments of every cell, and
 * what they are distributed like, as samples while those of all fit in memory, else as sketches.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_ACCUMULATOR_H
#define ZHOL_ACCUMULATOR_H

#include "sim/run/simulation.h"
#include "sim/statistics/sketches.h"

struct accumulator {
    const struct simulation *simulation;
    int threads;     /* 0: all */
    uint64_t limit;  /* replications, at most */
    uint64_t memory; /* bytes, of samples */
    struct tally *tally;
    struct sketches *sketches;  /* NULL: quantiles are exact, of the samples of all cells */
    struct samples samples;     /* with room for more than are in; those of all cells, of some, or none */
    uint64_t replications;      /* that are in */
    struct retention retention; /* what is kept of them */
};

/* Close it in any case. */
MUST_CHECK struct fault *accumulator_open(const struct simulation *simulation, int threads, uint64_t limit,
                                          uint64_t memory, struct accumulator *accumulator);
void accumulator_close(struct accumulator *accumulator);
/* Simulates on to `replications` in all, whole chunks unless it is the limit; what is kept is what a run of that number
 * keeps. What it holds is then the same as if they came in one go. The progress that the watch is told is in chunks of
 * `expected` replications. Faults: FAULT_INTERRUPTED, FAULT_MACHINE. */
MUST_CHECK struct fault *accumulator_simulate(struct accumulator *accumulator, uint64_t replications, uint64_t expected,
                                              const struct ensemble_watch *watch);

#endif
