/* output/report/contents.h -- what a page tells, as plain data: results, what they differ in, what decides them, which policy is the
 * best, and what happened.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_CONTENTS_H
#define ZHOL_CONTENTS_H

#include "output/comparison/comparison.h"
#include "output/hdf5/content.h"
#include "output/ranking/ranking.h"
#include "output/score/score.h"
#include "output/sensitivity/sensitivity.h"

/* One of the results. */
struct contents_result {
    const char *path;                  /* the caller's */
    char *name;                        /* by which it is called: of its file, or of its policy */
    struct result of;                  /* all but the samples */
    char *content;                     /* the SHA-256 that the file states */
    char scenario[CONTENT_DIGITS + 1]; /* that of the scenario */
    bool sampled;                      /* the file has samples */
    bool *yearly;                      /* [outcomes of the result] it has those of the years */
};

/* An outcome of the page. */
struct contents_outcome {
    const struct outcome *of; /* of the first result that has it */
    size_t *at;               /* [results] in each result; its count of outcomes: not there, or in another unit */
    size_t compared;          /* in the comparison; its count: not there */
    bool key;                 /* among the few to look at first; they come first */
};

/* A sentence why something is not on the page; NULL: it is. */
struct contents {
    const char *command; /* what makes the page; the caller's */
    char *title;
    size_t year; /* that is shown beside the horizon, from the first on */
    size_t results;
    struct contents_result *result; /* the base first */
    size_t outcomes, keys;
    struct contents_outcome *outcome; /* by subject; within it the key ones first */
    struct comparison comparison;     /* of two results or more */
    struct sensitivity decision;      /* of the base, or of the difference of a result from it */
    size_t decision_of;               /* that result; 0: of the base alone */
    char *undecided;
    size_t world;           /* of the ranking, in which the results are */
    struct ranking ranking; /* its outcomes 0: none was asked for */
    char *unranked;
    struct score score; /* its figures 0: none was asked for */
};

struct contents_wish {
    const char *command;
    const char *title; /* NULL: that of the base */
    size_t results;
    const char *const *path;           /* [results] the base first; guarded */
    const char *const *name;           /* [results]; NULL: of the files */
    const struct ranking_files *batch; /* to be ranked; NULL: nothing is */
    size_t world;                      /* of the batch, in which the results are */
    const char *const *outcome;        /* patterns of the key ones; none: those that a reader asks for first */
    size_t outcomes;
    int year;                        /* 0: the last of the run */
    const struct observed *observed; /* NULL: nothing is known */
    struct units *units;
    int threads;
    uint64_t memory;
};

/* Reads and works out all of it. FAULT_FILES of results that cannot be compared; FAULT_USAGE of a year outside the run and of a
 * pattern without a match; of figures as score_read. Free it in any case. */
MUST_CHECK struct fault *contents_read(const struct contents_wish *wish, struct contents *contents);
void contents_free(struct contents *contents);

/* The statistics of an outcome in a result and a period; NULL: it is not there, or has no such years. */
const struct moments *contents_moments(const struct contents *contents, const struct contents_outcome *outcome,
                                       size_t result, size_t period);
/* Where it stands in a result that has it. */
size_t contents_at(const struct contents_outcome *outcome, size_t result);
/* What it is called: its title, or else its path. */
const char *contents_name(const struct outcome *outcome);

#endif
