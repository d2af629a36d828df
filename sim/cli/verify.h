/* sim/cli/verify.h -- the samples of a result against some simulated again, and its statistics against its samples, bit
 * for bit.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_VERIFY_H
#define ZHOL_VERIFY_H

#include "output/result/stored.h"
#include "sim/run/blocks.h"

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
    float *value;              /* [years, or 1 if none are saved][replications] */
    double *number;            /* [replications and as many as a dataset of statistics has] */
};

MUST_CHECK struct fault *verify_init(struct verify *verify, const struct result *head, const struct stored *stored,
                                     const struct simulation *simulation);
void verify_free(struct verify *verify);

/* Calendar, prices, coordinates and labels of the file against those of the scenario: how many datasets were compared, and
 * where something differs. */
MUST_CHECK struct fault *verify_labels(struct verify *verify, size_t *compared, size_t *different);
/* Stored samples and inputs of the blocks against those simulated again. */
MUST_CHECK struct fault *verify_blocks(struct verify *verify, const struct blocks *blocks, const struct samples *again,
                                       struct verify_count *count);
/* What follows from the samples stored: how many are defined, the least, the greatest, and probabilities; where
 * quantiles are exact, these and the tails, with all that is told of their errors. */
MUST_CHECK struct fault *verify_order(struct verify *verify, struct verify_count *count);

#endif
