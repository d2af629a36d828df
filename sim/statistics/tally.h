/* sim/statistics/tally.h -- a sink that keeps the moments of every cell over all valid replications, and a list of the
 * invalid ones. Blocks are combined along a tree inside their chunk, and chunks along another, both as in reduction.h, so
 * that the order in which they come in makes no difference.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_TALLY_H
#define ZHOL_TALLY_H

#include "sim/core/bytes.h"
#include "sim/core/outcome.h"
#include "sim/statistics/quantiles.h"

struct invalid_replication {
    uint64_t replication;
    int month; /* from start */
    int cause; /* the outcome that was not finite */
};

struct tally;
/* For a run of `replications`; the blocks may come in any order, from any threads. Memory: a few nodes of `cells`
 * moments for each chunk of which some blocks are in and some are not, and those of the reduction. */
MUST_CHECK struct fault *tally_open(uint64_t replications, size_t cells, struct tally **tally);
void tally_close(struct tally *tally);
struct sink tally_sink(struct tally *tally);
/* The run goes on to more replications than it was opened for, whole chunks so far. Not beside a block. */
MUST_CHECK struct fault *tally_extend(struct tally *tally, uint64_t replications);
uint64_t tally_replications(const struct tally *tally);
/* total[cells], once all blocks are in: before, it is a fault. */
MUST_CHECK struct fault *tally_total(struct tally *tally, struct moments total[]);
/* The first run of chunks from chunk `from` on that are in, or that are not: *first to before *end; false: there is none.
 * Not beside a block. */
bool tally_next(const struct tally *tally, uint64_t from, bool in, uint64_t *first, uint64_t *end);
/* Whether the last chunk is in, which is not full. */
bool tally_has_last(const struct tally *tally);
/* What is in as bytes; without `last`, whole chunks alone. And back, added to what is there: the same part twice is a
 * fault, as is what is not of this run (FAULT_FILES). Not beside a block. */
MUST_CHECK struct fault *tally_put(struct tally *tally, bool last, struct bytes *bytes);
MUST_CHECK struct fault *tally_take(struct tally *tally, struct bytes_left *left);
/* The invalid replications in ascending order; owned by the tally. */
size_t tally_invalid(struct tally *tally, const struct invalid_replication **list);

#endif
