/* output/comparison/comparison_reading.h -- a comparison on its way from files: for comparison_files.c and
 * comparison_read.c alone.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_COMPARISON_READING_H
#define ZHOL_COMPARISON_READING_H

#include "output/comparison/comparison.h"
#include "output/given/given.h"
#include "output/result/stored.h"

/* One of the files, and what it holds of the outcome at hand. */
struct side {
    const char *path; /* NULL: there is none */
    struct result head;
    struct stored *stored;
    size_t index;            /* of the outcome in the head; its count: not there, or in another unit */
    float *horizon, *annual; /* [replications], [years][replications]; NULL: not asked for */
    float *costs;            /* [replications], over the horizon, of what the outcome holds; NULL: none asked for yet */
    bool has_horizon, has_annual, has_costs;
    bool has_summaries;
    struct summary *summary;            /* [years + 1] */
    struct moments *moments;            /* [years + 1] */
    struct quantile_estimate *quantile; /* [years + 1][quantiles] */
    struct cvar_estimate *tail;         /* [years + 1][levels] */
};

struct comparison_reading {
    const struct comparison_files *files;
    const struct comparison_wish *wish;
    struct comparison *to;
    struct side *base;            /* [worlds] */
    struct side *file;            /* [worlds][variants] */
    double *work;                 /* for summaries */
    struct given_futures futures; /* of the world at hand, if some are asked for */
    size_t world, outcome;        /* at hand */
};

/* Reads the heads of all files, refuses what cannot be compared and notes what is not as it should be. */
MUST_CHECK struct fault *comparison_reading_open_heads(struct comparison_reading *reading);
/* Notes that files have other numbers of replications, and which are compared. */
MUST_CHECK struct fault *comparison_reading_note_lengths(const struct comparison_reading *reading,
                                                         const struct side *base, const struct side *file, bool paired);
/* What worlds, variants and the base are called. */
MUST_CHECK struct fault *comparison_reading_set_names(const struct comparison_reading *reading);
/* Which outcomes are compared; those that only some files have, or in other units, are noted. */
MUST_CHECK struct fault *comparison_reading_set_outcomes(const struct comparison_reading *reading);

/* The first base that is there; NULL: none. */
const struct side *comparison_reading_first_base(const struct comparison_reading *reading);
/* How many files there may be, and one of them; bases first. */
size_t comparison_reading_sides(const struct comparison_reading *reading);
const struct side *comparison_reading_side(const struct comparison_reading *reading, size_t i);
/* Where an outcome stands in a file, in the unit of the comparison; else the number of its outcomes. */
size_t comparison_reading_find(const struct side *side, const struct comparison_outcome *outcome);

#endif
