/* sim/statistics/sketches.h -- sketches of every cell over all replications, as one sink.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_SKETCHES_H
#define ZHOL_SKETCHES_H

#include "sim/core/outcome.h"
#include "sim/statistics/samples.h"
#include "sim/statistics/sketch.h"

/* Whatever the number of threads, there is one sketch: a thread that adds a block has some of its cells at a time to
 * itself. Values are counted in single precision, as samples are; those of invalid replications as undefined. */
struct sketches;
MUST_CHECK struct fault *sketches_open(size_t cells, struct sketches **sketches);
void sketches_close(struct sketches *sketches);
struct sink sketches_sink(struct sketches *sketches);
/* Bytes that it takes. No block may be under way. */
size_t sketches_bytes(const struct sketches *sketches);
/* The sketch, which stays theirs. No block may be under way. */
const struct sketch *sketches_total(const struct sketches *sketches);

/* What was counted, as bytes, and back, as sketch_put and sketch_take. No block may be under way. */
void sketches_put(const struct sketches *sketches, struct bytes *bytes);
MUST_CHECK struct fault *sketches_take(struct sketches *sketches, struct bytes_left *left);

/* Counts the samples of the replications from `first` to before `end`, on so many threads (0: as ensemble_for), which
 * gives what the sink would have counted of the same blocks. All cells must have been kept. No block may be under way. */
MUST_CHECK struct fault *sketches_pour(struct sketches *sketches, const struct samples *samples, uint64_t first,
                                       uint64_t end, int threads);

/* Samples of `count` replications, wherever they are. */
struct sketches_source {
    uint64_t count;
    size_t at_once; /* cells that are best asked for together */
    /* row[c - cell][count], for the cells from `cell` to before `end`; any thread calls it. Room for all of them is in
     * work[], which may be used. */
    struct fault *(*rows)(void *context, size_t cell, size_t end, float work[], const float *row[]);
    void *context;
};
/* The same of such samples. */
MUST_CHECK struct fault *sketches_pour_from(struct sketches *sketches, const struct sketches_source *source,
                                            int threads);

#endif
