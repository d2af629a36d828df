/* sim/batch/batch_goals.h -- what a batch is to find out how well: differences between each policy and the base, on the
 * same random numbers, over the horizon.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_BATCH_GOALS_H
#define ZHOL_BATCH_GOALS_H

#include "sim/batch/batch.h"
#include "sim/run/simulation.h"

enum difference_statistic {
    DIFFERENCE_MEAN,       /* of the paired differences */
    DIFFERENCE_QUANTILE,   /* of the paired differences */
    DIFFERENCE_CVAR_UPPER, /* of the means of both tails */
    DIFFERENCE_CVAR_LOWER,
    DIFFERENCE_BETTER /* share of the futures in which the policy is better */
};

struct batch_goal {
    const char *outcome;
    enum difference_statistic statistic;
    enum outcome_better better;
    struct precision_goal goal; /* its widths and `at`; 95 % */
    size_t world, policy;       /* of the batch; BATCH_ANY */
    char *words;                /* "mean of npv.national within 10 MUSD" */
    char *unit;                 /* "" of a pure number */
};
#define BATCH_ANY SIZE_MAX

struct batch_goals {
    struct batch_goal *item;
    size_t count;
    uint64_t limit; /* replications */
};

/* `base` is the base cell, ready to be simulated. All faults at once. Free it in any case. */
MUST_CHECK struct fault *batch_goals_read(const struct batch *batch, const struct simulation *base,
                                          struct batch_goals *goals);
void batch_goals_free(struct batch_goals *goals);

#endif
