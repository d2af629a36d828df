/* sim/run/identity.h -- what makes a run the one it is: two parts of a run fit together only if all of this is equal.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_IDENTITY_H
#define ZHOL_IDENTITY_H

#include "sim/core/bytes.h"
#include "sim/run/simulation.h"

/* A part of the chunks of a run: number `index` of `count`, from 1; count 0: all of it. */
struct shard {
    uint64_t index, count;
};
/* The replications of a shard, from *first to before *end: whole chunks, but for the last one of the run. */
void identity_range(const struct shard *shard, uint64_t replications, uint64_t *first, uint64_t *end);

struct identity {
    char *source;   /* "zhol 0.1.0" */
    char *file;     /* of the scenario, as the user gave it */
    char *name;     /* of the scenario */
    char *scenario; /* merged text */
    char *rng, *arithmetic;
    char *save;    /* --save; NULL: not stated */
    char *warned;  /* the warnings of the scenario */
    char *sources; /* where its numbers come from; parts may differ in it */
    uint64_t seed, memory;
    uint64_t replications; /* of the whole run; with goals: at most */
    struct shard shard;
    bool compressed;
    char **set, **adopt;      /* of the command line */
    char **path, **precision; /* too; from here to `keep` only for the command that goes on: parts may differ in it */
    char *folder;             /* in which it was typed */
    char *output;             /* as it was named there; NULL: unknown */
    char *command;            /* of the whole batch, as it was typed; NULL: zhol run */
    bool keep;                /* the checkpoint stays at the end */
    char **saved;             /* paths of the outcomes whose samples are asked for, or are written as a rule */
    char **goal;              /* what is to be found out, in words; none: the number of replications is fixed */
    size_t sets, adopts, paths, precisions, saveds, goals;
};

/* Of a simulation that was opened with these settings. Free it in any case. */
MUST_CHECK struct fault *identity_of(const struct simulation *simulation, const struct run_settings *settings,
                                     struct shard shard, struct identity *identity);
void identity_free(struct identity *identity);
void identity_put(const struct identity *identity, struct bytes *bytes);
/* What is none is a fault (FAULT_FILES). Free it in any case. */
MUST_CHECK struct fault *identity_take(struct bytes_left *left, struct identity *identity);

/* Parts of one run have all in common but the shard's index; one that goes on from another may differ in the number of
 * replications, and in goals where it has none. */
enum identity_use { IDENTITY_SAME_RUN, IDENTITY_GOES_ON };
/* The first difference as a fault (FAULT_FILES): "`path` is of seed 1; expected seed 2". */
MUST_CHECK struct fault *identity_compare(const struct identity *there, const struct identity *wanted,
                                          enum identity_use use, const char *path);

#endif
