/* sim/run/parcel.h -- a part of a run in a file: of which run it is, what is in, and, in the same file or in another, the
 * samples. A finished shard is one, and so is the state of a checkpoint.
 *
 * The file ends in a fixed trailer with the sizes and the SHA-256 of its parts, so that one that was cut off or changed
 * is known at once. Its numbers are stored as the machine has them: it is for the same build of zhol, as are its bits.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_PARCEL_H
#define ZHOL_PARCEL_H

#include "sim/run/accumulator.h"
#include "sim/run/identity.h"

enum { PARCEL_DIGEST = 32 };

/* Samples of the replications from `first` to before `end`, somewhere in a file. */
struct parcel_record {
    uint64_t first, end;
    uint64_t offset, size; /* bytes */
    unsigned char digest[PARCEL_DIGEST];
};
struct parcel_records {
    struct parcel_record *item;
    size_t count, room;
};

/* What the head of a parcel says. */
struct parcel_head {
    uint64_t done;       /* replications that are in */
    uint64_t generation; /* number of the file that has the samples of a checkpoint */
    bool finished;       /* all of the run or the shard is in: it is no checkpoint */
    struct identity identity;
};

/* Of an accumulator: how many replications are in whole chunks, or in all with `last`. */
uint64_t parcel_done(const struct accumulator *accumulator, bool last);

/* Appends the samples of those replications to the open file at *end, which moves on, and notes where they are. */
MUST_CHECK struct fault *parcel_put_samples(int file, const char *path, const struct accumulator *accumulator,
                                            uint64_t first, uint64_t stop, uint64_t *end,
                                            struct parcel_records *records);
void parcel_records_free(struct parcel_records *records);

/* Writes the file whole or not at all, in place of another. records NULL: the samples go into this file. */
MUST_CHECK struct fault *parcel_write(const char *path, const struct parcel_head *head,
                                      const struct accumulator *accumulator, const struct parcel_records *records);

/* A parcel that is read. */
struct parcel {
    char *path;
    int file; /* -1: none */
    struct parcel_head head;
    uint64_t body_offset, body_size;
    unsigned char body_digest[PARCEL_DIGEST];
    unsigned char *body;
    struct bytes_left statistics; /* in it */
    struct parcel_records records;
};
/* Opens it and reads its head. What is no parcel, or is damaged, is a fault (FAULT_FILES); what is not there or cannot
 * be read, one of FAULT_MACHINE. Close it in any case. */
MUST_CHECK struct fault *parcel_open(const char *path, struct parcel *parcel);
void parcel_close(struct parcel *parcel);
/* Reads all but the samples, into parcel->statistics and ->records. */
MUST_CHECK struct fault *parcel_read(struct parcel *parcel);
/* Forgets what parcel_read read, and closes the file, which it opens again; the head stays. */
void parcel_drop(struct parcel *parcel);
/* Reads all of it, samples too, for their digests alone: damage is a fault (FAULT_FILES). */
MUST_CHECK struct fault *parcel_check(struct parcel *parcel, const char *samples_path);
/* Adds all of it to the accumulator: the statistics, and the samples, which are in `samples_path`, NULL: in the same
 * file. */
MUST_CHECK struct fault *parcel_add(struct parcel *parcel, const char *samples_path, struct accumulator *accumulator);

#endif
