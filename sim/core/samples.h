/* sim/core/samples.h -- every replication's value of every cell, in single precision, as one sink.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_SAMPLES_H
#define ZHOL_SAMPLES_H

#include "sim/core/outcome.h"

/* value[cell * count + replication]; NaN where undefined or where the replication is invalid. Each replication's
 * columns are written by one thread only; before its block is in, they hold anything. A value beyond the greatest float
 * (3.4e38) becomes infinite. input[i * count + replication] likewise, in double precision as drawn, also of invalid
 * replications. Both are freed by free(); NULL where there is nothing to hold. */
struct samples {
    uint64_t count;
    size_t cells;
    size_t inputs;
    float *value;
    double *input;
};

/* Bytes that samples_init would take; false if that overflows. */
bool samples_bytes(uint64_t count, size_t cells, size_t inputs, uint64_t *bytes);
MUST_CHECK struct fault *samples_init(struct samples *samples, uint64_t count, size_t cells, size_t inputs);
void samples_free(struct samples *samples);
struct sink samples_sink(struct samples *samples);

#endif
