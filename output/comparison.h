/* output/comparison.h -- differences between runs as tables of text and as CSV: of policies in a world, or of worlds.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_COMPARISON_H
#define ZHOL_COMPARISON_H

#include "output/paired.h"
#include "sim/core/fault.h"

#include <stdint.h>
#include <stdio.h>

/* A run: a policy in a world. */
struct comparison_run {
    const char *world, *policy;
};

struct comparison_cell {
    bool known; /* both runs are there and have the outcome */
    struct paired difference;
};

/* Rows of runs, all against the same one; columns of outcomes over the whole horizon. */
struct comparison {
    struct comparison_run against;
    bool of_worlds; /* rows are called by their world, else by their policy */
    size_t rows, outcomes;
    struct comparison_run *run;   /* [rows] */
    const char *const *outcome;   /* [outcomes] paths */
    char **unit;                  /* [outcomes]; NULL: known of no run */
    struct comparison_cell *cell; /* [rows][outcomes] */
    uint64_t replications;
};

/* Makes room for rows and outcomes; what the texts of runs and outcomes point to stays the caller's, units are owned.
 */
MUST_CHECK struct fault *comparison_init(struct comparison *comparison, size_t rows, size_t outcomes);
void comparison_free(struct comparison *comparison);

/* A line that says what the numbers of the tables are. */
void comparison_print_head(FILE *to);
/* Units suit the size of the numbers of their column. */
void comparison_print(const struct comparison *comparison, FILE *to);
void comparison_csv_head(FILE *to);
/* A row per run and outcome; of a difference that is not known its numbers are empty. */
void comparison_csv(const struct comparison *comparison, FILE *to);

#endif
