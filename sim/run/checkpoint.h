/* sim/run/checkpoint.h -- what a run has done so far, in a folder beside its result, so that a kill costs little.
 *
 * NAME.part holds a lock, which is held while a run writes NAME; the file `state`, a parcel that is replaced as a whole;
 * and `samples-G`, to which samples are appended once and which means nothing beyond what the state says. So a kill at any
 * instant leaves the state as it was last, with its samples. The number G changes where other samples are to be kept.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_CHECKPOINT_H
#define ZHOL_CHECKPOINT_H

#include "sim/run/parcel.h"

struct checkpoint {
    char *folder, *state;
    int lock;            /* -1: not held */
    bool unlocked;       /* the file system has no locks: nothing keeps another run away */
    double interval;     /* seconds between two */
    bool keep;           /* it stays when the run is done */
    struct parcel there; /* the state that was found; file -1: none */
    struct identity identity;
    double last;   /* by the stopwatch: when it was kept, or tried to be */
    uint64_t done; /* replications that are safe */
    uint64_t generation, end;
    int samples; /* -1: none */
    size_t rows, inputs;
    struct parcel_records records;
    /* Is told why it could not be written, once for each reason; the run goes on. NULL: nobody is. */
    void (*warn)(void *context, const struct fault *fault);
    void *context;
    char *warned;
};

/* "runs/kz.part" of "runs/kz.h5". Allocated; NULL without memory. */
char *checkpoint_folder(const char *result);

/* Makes the folder, if need be, and takes its lock: that another run has it is a fault (FAULT_USAGE). Reads the state
 * that is there; one that cannot be read is a fault, but not with `anew`, which begins without. Close it in any case;
 * it is then as it was kept last. */
MUST_CHECK struct fault *checkpoint_open(const char *folder, bool anew, struct checkpoint *checkpoint);
/* The same of the run of a simulation that writes this result, whose checkpoint, if there is none of it, begins anew. */
MUST_CHECK struct fault *checkpoint_open_for(const char *result, const struct simulation *simulation,
                                             const struct run_settings *settings, struct checkpoint *checkpoint);
bool checkpoint_is_there(const struct checkpoint *checkpoint);
/* What becomes of a state that is there: it gives way; it is gone on from, and has to be of the run (FAULT_FILES); or it
 * is gone on from if it is of the run, and else gives way. */
enum checkpoint_use { CHECKPOINT_ANEW, CHECKPOINT_RESUME, CHECKPOINT_RESUME_OR_ANEW };
/* For a run of this identity, which it takes over. */
MUST_CHECK struct fault *checkpoint_begin(struct checkpoint *checkpoint, struct identity *identity,
                                          enum checkpoint_use use);
/* Adds what is there to the accumulator of the run. If it keeps fewer samples than the run does, it is of no use
 * (FAULT_FILES): counts do not become samples again. */
MUST_CHECK struct fault *checkpoint_resume(struct checkpoint *checkpoint, struct accumulator *accumulator);
/* What an accumulator is given; the checkpoint must stay where it is. */
struct accumulator_keeper checkpoint_keeper(struct checkpoint *checkpoint);
/* Keeps what is in. */
MUST_CHECK struct fault *checkpoint_save(struct checkpoint *checkpoint, const struct accumulator *accumulator);
/* Takes away the folder with all that is in it. */
MUST_CHECK struct fault *checkpoint_remove(struct checkpoint *checkpoint);
void checkpoint_close(struct checkpoint *checkpoint);

/* Where the state of a folder is, and its samples. Allocated; NULL without memory. */
char *checkpoint_state(const char *folder);
char *checkpoint_samples(const char *folder, uint64_t generation);

#endif
