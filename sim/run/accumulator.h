/* sim/run/accumulator.h -- what takes in the replications of a run, in one go or in several: moments of every cell, and
 * what they are distributed like, as samples while those of all fit in memory, else as sketches.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_ACCUMULATOR_H
#define ZHOL_ACCUMULATOR_H

#include "sim/core/bytes.h"
#include "sim/run/simulation.h"
#include "sim/run/spool.h"
#include "sim/statistics/sketches.h"

struct accumulator;

/* Where what has come in is kept against the day that the run is killed. All are called with no chunk under way, but
 * `due`, which any thread may call. */
struct accumulator_keeper {
    bool (*due)(void *context);                                         /* whether it is time to */
    void (*keep)(void *context, const struct accumulator *accumulator); /* a failure is the keeper's to tell */
    bool at_end; /* also when all is in: what is kept is to go on from */
    void *context;
};

/* Processes that simulate together: the accumulator is that of the one that hands out chunks. */
struct accumulator_crew {
    /* Simulates the replications from chunk `first` on to before `end`, and adds all of them (part_add), in whatever order
     * they come in; keeps what is in when the keeper says so. When the watch says stop, no more are handed out, those
     * that were begun come in, and the fault is FAULT_INTERRUPTED. The progress is in chunks of these. */
    struct fault *(*simulate)(void *context, struct accumulator *accumulator, uint64_t first, uint64_t end,
                              const struct ensemble_watch *watch);
    void *context;
};

struct accumulator {
    const struct simulation *simulation;
    int threads;     /* 0: all */
    uint64_t first;  /* replication: of whole chunks before it, others take care */
    uint64_t limit;  /* before which replication it ends, at most */
    uint64_t whole;  /* replications of the whole run, which decides what is kept; 0: as many as are in */
    uint64_t memory; /* bytes, of samples */
    struct tally *tally;
    struct sketches *sketches;               /* NULL: quantiles are exact, of the samples of all cells */
    struct samples samples;                  /* with room for more than are in; those of all cells, of some, or none */
    struct spool_place place;                /* of samples that no result holds; folder NULL: they are in samples */
    struct spool *spool;                     /* the samples of all other cells; NULL: there are none */
    uint64_t replications;                   /* before which all from `first` on are in; more may be, after a gap */
    struct retention retention;              /* what is kept of them */
    const struct accumulator_keeper *keeper; /* NULL: none */
    const struct accumulator_crew *crew;     /* NULL: this process alone */
};

/* Of all replications before `limit`. Close it in any case. */
MUST_CHECK struct fault *accumulator_open(const struct simulation *simulation, int threads, uint64_t limit,
                                          uint64_t memory, struct accumulator *accumulator);
/* Of those from `first`, where a chunk begins, to before `limit`, as a part of a run of `whole`. Close it in any case. */
MUST_CHECK struct fault *accumulator_open_part(const struct simulation *simulation, int threads, uint64_t first,
                                               uint64_t limit, uint64_t whole, struct accumulator *accumulator);
void accumulator_close(struct accumulator *accumulator);
/* Simulates what is missing before `replications`, whole chunks unless it is the limit; what is kept is what a run of
 * that number, or the whole run, keeps. What it holds is then the same as if they came in one go. The progress that the
 * watch is told is in chunks of `expected` replications. After an interruption, what was begun is in, and is kept.
 * Faults: FAULT_INTERRUPTED, FAULT_MACHINE. */
MUST_CHECK struct fault *accumulator_simulate(struct accumulator *accumulator, uint64_t replications, uint64_t expected,
                                              const struct ensemble_watch *watch);
/* Whether replications are in that do not make a whole chunk: the last ones of a run. */
bool accumulator_has_last(const struct accumulator *accumulator);

/* How many cells have samples. */
size_t accumulator_rows(const struct accumulator *accumulator);
/* The samples of the cells from `cell` to before `end`, no more than spool_cells_at_once(count), in `count` replications
 * from number `first` on, where a block begins: row[c - cell][count], NULL if they are not kept, elsewhere or in work[],
 * which has room for all. Any thread may ask for what is in. Faults: FAULT_MACHINE. */
MUST_CHECK struct fault *accumulator_samples(const struct accumulator *accumulator, size_t cell, size_t end,
                                             uint64_t first, uint64_t count, float work[], const float *row[]);

/* What is in, but for the samples, as bytes; without `last`, of whole chunks alone, which it must be if there are
 * sketches (FAULT_MACHINE), for their counts cannot be taken apart. */
MUST_CHECK struct fault *accumulator_put(const struct accumulator *accumulator, bool last, struct bytes *bytes);
/* And back, added to what is there, which is kept as accumulator->retention says or with less: makes room for the
 * samples of what came in, which are for the caller to fill. What is not of this run, or came before, is a fault
 * (FAULT_FILES). */
MUST_CHECK struct fault *accumulator_take(struct accumulator *accumulator, struct bytes_left *left);

#endif
