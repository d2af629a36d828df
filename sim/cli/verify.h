/* sim/cli/verify.h -- a result against what is simulated again, and its statistics against its samples, bit for bit.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_VERIFY_H
#define ZHOL_VERIFY_H

#include "output/stored.h"
#include "sim/cli/simulate.h"

/* How many outcomes and inputs were compared, and how many of their datasets differ. */
struct verify_count {
    size_t horizon, annual, inputs;
    size_t different;
};

struct verify {
    const struct result *head; /* of the file */
    const struct stored *stored;
    const struct simulation *simulation;
    struct fault *differences; /* the first of each dataset, as FAULT_UNTRUSTED; no more than are shown */
    size_t different;          /* datasets */
    float *value;              /* [years + 1][replications] */
    double *number;            /* [replications], and as many as a dataset of statistics has */
    double *expected;
};

MUST_CHECK struct fault *verify_init(struct verify *verify, const struct result *head, const struct stored *stored,
                                     const struct simulation *simulation);
void verify_free(struct verify *verify);

/* Stored samples and inputs against samples of some replications, replication[i] that of sample i (NULL: i). */
MUST_CHECK struct fault *verify_samples(struct verify *verify, const struct samples *again,
                                        const uint64_t replication[], struct verify_count *count);
/* What follows from the stored samples: how many are defined, the least, the greatest, the quantiles and their bounds.
 */
MUST_CHECK struct fault *verify_order(struct verify *verify, struct verify_count *count);
/* All statistics and diagnostics against those of the whole run simulated again. */
MUST_CHECK struct fault *verify_statistics(struct verify *verify, const struct result *again,
                                           struct verify_count *count);

#endif
