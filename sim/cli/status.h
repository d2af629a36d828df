/* sim/cli/status.h -- what there is of runs: results, checkpoints, shards and what killed runs left, judged by the files
 * alone. Reads only and takes no lock, so that it may look while a run writes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_STATUS_H
#define ZHOL_STATUS_H

#include "sim/run/identity.h"

enum status_state {
    STATUS_DONE,     /* a whole result */
    STATUS_LEFT,     /* begun, and not finished */
    STATUS_KEPT,     /* the checkpoint of a run that is finished: it may be extended */
    STATUS_WAITING,  /* a cell of a batch that has not begun */
    STATUS_EMPTY,    /* a checkpoint with nothing in it yet */
    STATUS_REMNANT,  /* of a run that was killed while it wrote */
    STATUS_FAILED,   /* a result that is not to be trusted */
    STATUS_OTHER,    /* nothing of a run */
    STATUS_UNREAD,   /* the machine could not read it, which says nothing of it */
    STATUS_DAMAGED,  /* or of another run than those beside it */
    STATUS_VANISHED, /* while it was looked at */
};
const char *status_word(enum status_state state);

struct status_item {
    char *path;
    enum status_state state;
    uint64_t done, replications; /* 0 of 0: unknown */
    char *words;
    char *command; /* that goes on; NULL: nothing is left to do, or it is not known */
};

/* One of the shards of a run, or what is there in its place. */
struct status_shard {
    char *path;
    uint64_t index;
    enum status_state state;
    uint64_t done, replications;
    char *words;
    struct identity identity; /* source NULL: it cannot be read */
};

/* The shards of a run, which have a name and a number in common. */
struct status_run {
    char *stem; /* "kz" of "kz.shard-3-of-8" */
    uint64_t count;
    struct status_shard *shard;
    size_t shards;
};

struct status {
    const char *folder; /* of the results of a batch; NULL: as it is called */
    uint64_t memory;    /* most bytes for reading a result; 0: as its size says */
    struct status_item *item;
    size_t items;
    struct status_run *run;
    size_t runs;
};

/* Looks at a path, and of a folder that is no checkpoint at what lies in it, not in folders below; of the file of a batch
 * at the place of each of its cells. What is not there is a
 * fault (FAULT_FILES); damage is none. Begin with {0}, and free in any case. */
MUST_CHECK struct fault *status_look(struct status *status, const char *path);
/* When all were looked at: what there is of shards becomes an item for each run; in order of paths. */
MUST_CHECK struct fault *status_conclude(struct status *status);
/* 4 if something is damaged, else 0. */
int status_exit(const struct status *status);
/* The first of what the machine could not read; NULL: none. */
MUST_CHECK struct fault *status_unread(const struct status *status);
void status_free(struct status *status);

/* For the files that look: adds an item, which owns the texts from then on. */
MUST_CHECK struct fault *status_add(struct status *status, const struct status_item *item);
/* "kz", 3, 8 of "kz.shard-3-of-8"; false if that is no name of a shard. *stem is a length. */
bool status_shard_name(const char *path, size_t *stem, uint64_t *index, uint64_t *count);
/* Adds a shard, which owns its texts and its identity from then on. */
MUST_CHECK struct fault *status_add_shard(struct status *status, const struct status_shard *shard);
MUST_CHECK struct fault *status_conclude_run(struct status *status, const struct status_run *run);
/* The command that goes on, for what was found at `there`, whose result is `result`; of shards for each of the numbers
 * (" 3 5"; NULL: no shards). Allocated; NULL without memory. */
char *status_command(const struct identity *identity, const char *there, const char *result, const char *numbers,
                     const char *how);
/* Whether the result is whole and of this run. */
MUST_CHECK struct fault *status_has_result(const struct status *status, const struct identity *identity, uint64_t done,
                                           const char *result, bool *has);

#endif
