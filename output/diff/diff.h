/* output/diff/diff.h -- what two runs differ in: values of their scenarios, and the outcomes that moved beyond the error of the
 * simulation.
 *
 * Of every outcome over the horizon the mean difference is tested, by pairs where both runs are of the same draws, else as of
 * independent ones; those are told of whose rate of false discoveries (discovery.h) is no more than asked for. An outcome that is
 * equal in every pair, or but for rounding, is no hypothesis.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_DIFF_H
#define ZHOL_DIFF_H

#include "output/comparison/comparison.h"

/* A value of the merged scenarios that differs, by its path. */
struct diff_value {
    char *path;
    char *before, *after; /* as they are written; NULL: it is not there */
    char *place[2];       /* "kazakhstan-2019.yaml:30" in either; NULL: not known */
};

struct diff_outcome {
    size_t outcome; /* of the comparison */
    double p;       /* two-sided, by Student's t */
    double rate;    /* the least rate of false discoveries at which it is one */
    double effect;  /* the absolute difference over the standard deviation of the futures, of both runs on average */
};

struct diff {
    char *path[2], *seed[2]; /* of the files; how their draws were made, in words */
    bool same_draws;         /* of both */
    size_t values;
    struct diff_value *value; /* in the order of the first scenario, then what only the second has */
    struct comparison
        comparison; /* the second less the first, over the horizon; without outcomes where it was not asked for */
    double rate;    /* of false discoveries, as asked for */
    size_t tested;  /* outcomes with a hypothesis */
    size_t moved;
    struct diff_outcome *outcome; /* [moved], by effect, the largest first */
};

/* Reads both files, which a guard has passed: values first, which are there whatever is returned. FAULT_FILES if the outcomes
 * cannot be compared, as comparison_read. Free it in any case. */
MUST_CHECK struct fault *diff_read(const char *const path[2], double rate, int threads, struct diff *diff);
void diff_free(struct diff *diff);

/* Whether nothing at all differs. */
bool diff_is_nothing(const struct diff *diff);

/* As tables, of which outcomes may be left out; a row per value and outcome; one object. */
MUST_CHECK struct fault *diff_print(const struct diff *diff, FILE *to);
void diff_print_values(const struct diff *diff, FILE *to);
void diff_csv(const struct diff *diff, FILE *to);
void diff_json(const struct diff *diff, FILE *to);

#endif
