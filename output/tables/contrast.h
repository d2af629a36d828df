/* output/tables/contrast.h -- the worst replications of an outcome, and what sets them apart from the rest.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_CONTRAST_H
#define ZHOL_CONTRAST_H

#include "sim/core/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The worst replications and the rest. */
struct contrast {
    size_t replications;
    size_t defined;              /* that have a value of the outcome; the others are in neither */
    size_t count;                /* of the worst: with all that are equal to the last of the share */
    double edge;                 /* the value of the last of them */
    bool upper;                  /* they lie at or above the edge, else at or below */
    unsigned char *worst, *rest; /* [replications] whether it is one of them */
};

/* The share of the replications with the least (`upper`: greatest) values. */
MUST_CHECK struct fault *contrast_init(struct contrast *contrast, size_t replications, const float value[],
                                       double share, bool upper);
void contrast_free(struct contrast *contrast);

/* How a variable of the replications differs between the worst and the rest. */
struct separation {
    double worst_count, worst_mean, rest_count, rest_mean;
    double sd;         /* of all of both */
    double difference; /* of the means, over sd; NaN where it does not vary */
    double error;      /* half its 95 % interval, by Welch's t */
};
/* A replication without a value of the variable is left out. */
struct separation contrast_separate(const struct contrast *contrast, const double value[]);

/* A variable by name. The texts stay the caller's. */
struct contrast_row {
    const char *path, *unit;
    bool input;
    struct separation separation;
};
/* By absolute difference, the greatest first; what does not vary last. */
void contrast_sort(size_t count, struct contrast_row row[]);
/* A table of the first `most` of sorted rows whose difference is larger than its error, and how many others there are.
 */
MUST_CHECK struct fault *contrast_print(size_t count, const struct contrast_row row[], size_t most, FILE *to);
/* All rows, with the ends of the interval. */
MUST_CHECK struct fault *contrast_csv(size_t count, const struct contrast_row row[], FILE *to);

#endif
