/* output/paired.h -- how two runs on the same random numbers differ: replication by replication.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_PAIRED_H
#define ZHOL_PAIRED_H

#include <stdbool.h>
#include <stddef.h>

/* Over the replications that have a value in both. */
struct paired {
    size_t pairs;
    double mean;           /* of value - base; NaN without pairs */
    double standard_error; /* of that mean: sd of the differences / sqrt(pairs); NaN below 2 pairs */
    double rounding;       /* what the single precision of the samples can make of that mean, at most */
    bool same;             /* there are pairs, and every one is exactly equal */
};

/* Of samples in single precision, subtracted in double. A replication that is NaN in either leaves the pair. Needs
 * `work[count]`. */
struct paired paired_difference(size_t count, const float value[], const float base[], double work[]);

#endif
