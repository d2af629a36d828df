/* output/contrast.h -- the worst replications of an outcome, and what sets them apart from the rest.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_CONTRAST_H
#define ZHOL_CONTRAST_H

#include "sim/core/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct contrast {
    size_t replications;
    size_t defined;              /* that have a value of the outcome; the others count for nothing */
    size_t count;                /* in the tail: with all that are equal to the last of the share */
    double edge;                 /* the value that the tail begins at */
    bool upper;                  /* at or above the edge, else at or below */
    unsigned char *worst, *rest; /* [replications] */
};

/* The share of the replications with the least (`upper`: greatest) values. */
MUST_CHECK struct fault *contrast_init(struct contrast *tail, size_t replications, const float value[], double share,
                                       bool upper);
void contrast_free(struct contrast *tail);

/* How a variable of the replications differs between the tail and the rest. */
struct separation {
    double worst_count, worst_mean, rest_count, rest_mean;
    double sd;              /* of all of both */
    double difference;      /* of the means, over sd; NaN where it does not vary */
    double least, greatest; /* its 95 % interval, by Welch's t */
};
/* A replication without a value of the variable is left out. */
struct separation contrast_separate(const struct contrast *tail, const double value[]);

/* A variable by name. The texts stay the caller's. */
struct tail_row {
    const char *path, *unit;
    bool input;
    struct separation separation;
};
/* By absolute difference, the greatest first; what does not vary last. */
void contrast_sort(size_t count, struct tail_row row[]);
/* The first `most` of sorted rows, as a table. */
MUST_CHECK struct fault *contrast_print(size_t count, const struct tail_row row[], size_t most, FILE *to);
MUST_CHECK struct fault *contrast_csv(size_t count, const struct tail_row row[], FILE *to);

#endif
