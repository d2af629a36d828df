/* sim/batch/batch_run.h -- a batch on its way: what became of each cell, and what is compared at the end.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_BATCH_RUN_H
#define ZHOL_BATCH_RUN_H

#include "sim/batch/batch.h"
#include "sim/run/simulation.h"

#include <stdio.h>

enum cell_state { CELL_WAITING, CELL_UNCHANGED, CELL_DONE, CELL_FAILED };

struct cell_run {
    enum cell_state state;
    char *output; /* DIR/NAME.h5 */
    bool replace; /* something is there that gives way */
    uint64_t replications;
    uint64_t there;      /* replications of the result that is there, if it is of the same draws; else 0 */
    uint64_t max;        /* of which the samples that are compared are kept */
    char *warned, *said; /* what was printed about it, so that the same is not printed of each cell */
    char *why;           /* of a failed cell: the first sentence, with its place */
};

/* An outcome to compare. */
struct wanted {
    const char *path;
    struct place place;
    bool found;    /* some cell has it */
    char hint[96]; /* or which one was meant */
};

/* How a batch is watched. Each may be NULL. */
struct batch_watch {
    bool (*stop)(void *context); /* true: begin no further cell, and no further chunk of one; called by any thread */
    /* A cell is simulated to judge its differences: what to watch that with, until it ends. */
    struct ensemble_watch (*cell_begin)(void *context, const char *cell);
    void (*cell_end)(void *context);
    /* Samples of a cell do not fit in memory; of all cells, which keep alike, the first is told. */
    struct fault *(*sketched)(void *context, const struct simulation *simulation, const struct retention *retention);
    void *context;
};

struct batch_run {
    const struct batch *batch;
    const struct run_settings *settings; /* of every cell */
    bool force;                          /* whatever is in the place of a result gives way */
    /* Checks what is in the place of a result before it is read; FAULT_USAGE: it is no result at all. */
    struct fault *(*guard)(const char *path);
    const char *written[2]; /* other files that it writes; NULL: none */
    struct batch_watch watch;
    FILE *log;             /* is told of warnings and of cells that fail; NULL: nobody is */
    const char *folder;    /* of the results */
    char *command;         /* "zhol batch NAME" */
    const char *typed;     /* the command as it was given; NULL: unknown */
    uint64_t replications; /* of every cell; 0: as the settings or the scenarios say */
    double interval;       /* seconds between two checkpoints of a cell */
    bool deciding;         /* that number is not the last word: what a run of it keeps does not matter */
    char *stopped_by;      /* what decided about that number: "precision: ..."; NULL: nothing */
    struct cell_run *cell;
    size_t cells;
    struct wanted *outcome;
    size_t outcomes;
    bool default_value;   /* these were not asked for */
    struct wanted regret; /* path NULL: none */
    struct wanted *rank;  /* by what policies are ranked */
    size_t ranks;         /* 0: by the usual ones */
};

/* folder NULL: the name of the batch. */
MUST_CHECK struct fault *batch_run_init(struct batch_run *run, const struct batch *batch,
                                        const struct run_settings *settings, const char *folder);
void batch_run_free(struct batch_run *run);
size_t batch_run_count(const struct batch_run *run, enum cell_state state);
/* All outcomes whose samples are needed, one after another: NULL after the last. One without a path is not asked for. */
struct wanted *batch_run_wanted(struct batch_run *run, size_t i);
/* FAULT_INTERRUPTED if the watch asks to stop. */
MUST_CHECK struct fault *batch_run_stop(const struct batch_run *run);

/* The cell's scenario, ready to be simulated; `origin` must live as long. */
MUST_CHECK struct fault *batch_run_open(struct batch_run *run, size_t index, struct origin *origin,
                                        struct simulation *simulation);
/* Logs the faults of a cell and counts it as failed. What no cell survives (memory, an interruption) is passed on. */
MUST_CHECK struct fault *batch_run_fail(struct batch_run *run, size_t index, struct fault *faults);

/* Reads, prepares and closes every cell that has not failed: each is waiting, unchanged or failed afterwards. May be
 * asked again for another number of replications. Outcomes to compare that no
 * cell has are faults; of the usual ones those are left out. */
MUST_CHECK struct fault *batch_check(struct batch_run *run);

/* Prints the differences between the results that are there, and regret, and, if all are there, which policy is the best
 * in each world; writes the first two as CSV to a file, and what
 * policies change, with years, to an HDF5 file, where these are named. */
MUST_CHECK struct fault *batch_compare(const struct batch_run *run, FILE *to, const char *csv, const char *comparison);

#endif
