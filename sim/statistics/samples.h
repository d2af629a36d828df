/* sim/statistics/samples.h -- every replication's value of every cell, in single precision, as one sink.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_SAMPLES_H
#define ZHOL_SAMPLES_H

#include "sim/core/outcome.h"

/* Of `count` replications from number `first` on. value[cell * count + replication - first]; NaN where undefined or where the replication is invalid. Each replication's
 * columns are written by one thread only; before its block is in, they hold anything. A value beyond the greatest float
 * (3.4e38) becomes infinite. input[i * count + replication - first] likewise, in double precision as drawn, also of invalid
 * replications. Both are freed by free(); NULL where there is nothing to hold. Where only some cells are kept, value
 * has rows for these alone, in order of cells, and row[cell] says which; with inputs 0 those of a block are left out.
 */
struct samples {
    uint64_t first, count;
    size_t cells;
    size_t inputs;
    float *value;
    double *input;
    size_t *row; /* [cells]; NULL: every cell is kept, in order */
};
#define SAMPLES_NOT_KEPT SIZE_MAX

/* Bytes that samples_init would take; false if that overflows. */
bool samples_bytes(uint64_t count, size_t cells, size_t inputs, uint64_t *bytes);
MUST_CHECK struct fault *samples_init(struct samples *samples, uint64_t count, size_t cells, size_t inputs);
/* The same of those cells alone for which keep[cell] is true. */
MUST_CHECK struct fault *samples_init_some(struct samples *samples, uint64_t count, size_t cells, const bool keep[],
                                           size_t inputs);
/* The samples of a cell, value[replication - first]; NULL if they are not kept. */
float *samples_of(const struct samples *samples, size_t cell);
/* The values of `count` replications from number `first` on, *bytes of them: of cell i, or of input i - samples->cells;
 * NULL if they are not kept. All of them, i below samples->cells + samples->inputs, are what is kept of the replications. */
void *samples_stretch(const struct samples *samples, size_t i, uint64_t first, uint64_t count, size_t *bytes);
void samples_free(struct samples *samples);
/* Room for `count` replications of some of the cells (keep NULL: of all) and all inputs or none, no more than it holds;
 * the first `held` replications move over. On a fault it is left as it was. */
MUST_CHECK struct fault *samples_refit(struct samples *samples, uint64_t count, const bool keep[], size_t inputs,
                                       uint64_t held);
/* Leaves the first `count` replications, no more than it has room for; the memory stays. */
void samples_cut(struct samples *samples, uint64_t count);
struct sink samples_sink(struct samples *samples);

/* What the sink makes of a block. 1 for each lane that has a replication which is valid, else 0. */
void samples_valid(const struct block_result *result, double valid[LANES]);
/* The values of a cell in single precision; NaN where the replication is not valid. An undefined value has the sign that
 * 0/0 has on x86-64: which one arithmetic gives depends on processors, and on the order in which a compiler takes what it
 * adds. */
static inline void samples_narrow(const double value[LANES], const double valid[LANES], float narrow[LANES])
{
    const double undefined = -__builtin_nan("");
    EACH_LANE(l)
    {
        const double defined = value[l] == value[l] ? value[l] : undefined;
        narrow[l] = (float)(valid[l] != 0 ? defined : __builtin_nan(""));
    }
}

#endif
