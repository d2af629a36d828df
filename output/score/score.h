/* output/score/score.h -- a result beside what happened: where in the range of futures each figure fell, how often ranges
 * held, and how far forecasts were off, beside naive ones.
 *
 * In the unit of the figure. By samples of the year (sums and multiples need them), or, of a single outcome without any, by
 * the quantiles that the file states: then its place is interpolated and its CRPS not known.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_SCORE_H
#define ZHOL_SCORE_H

#include "output/result/result.h"
#include "output/score/observed.h"
#include "sim/statistics/clusters.h"
#include "sim/statistics/crps.h"
#include "sim/statistics/naive.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum score_quantile { SCORE_Q05, SCORE_Q25, SCORE_Q50, SCORE_Q75, SCORE_Q95, SCORE_QUANTILES };
extern const double score_probability[SCORE_QUANTILES];

struct score_wish {
    enum observed_confirmed least; /* what is confirmed less is left out */
    int from, until;               /* years; 0: all */
    const char *const *only;       /* patterns of outcomes; none: all */
    size_t onlies;
    const char *const *without; /* patterns of outcomes to leave out */
    size_t withouts;
};

struct score_figure {
    const struct observed_figure *of;
    size_t series; /* of the score */
    int ahead;     /* years from the start of the run: 1 is its first */
    bool sampled;
    size_t futures; /* that have a value */
    double place;   /* 0 to 1; where `beyond` is -1 or 1, less than or more than that */
    int beyond;
    double quantile[SCORE_QUANTILES]; /* NaN: not known */
    double in_50, in_90;              /* 1 or 0; NaN: not known */
    struct crps crps;                 /* NaN: not known */
    double naive[NAIVE_FORECASTS];    /* their CRPS; NaN: not known */
};

struct score_series {
    const struct observed_series *of;
    enum outcome_subject subject;
    char *title;        /* of a single outcome; NULL of several */
    double scale;       /* of a single outcome, from its unit into that of the figures; NaN of several */
    size_t known;       /* figures of the history */
    struct naive naive; /* by calendar years */
};

enum score_kind { SCORE_ALL, SCORE_SUBJECT, SCORE_AHEAD, SCORE_SERIES };

/* What is said of many figures. Ratios are of the mean CRPS of a series over that of the naive forecast for the same
 * figures, their geometric mean over the series: below 1 is better than the naive forecast. */
struct score_group {
    enum score_kind kind;
    char *name;
    size_t figures, series, below, above; /* below the 5 % quantile, above the 95 % quantile */
    double crps;                          /* the mean of the fair ones, of a single series; else NaN */
    struct cluster_estimate in_50, in_90;
    struct cluster_estimate ratio[NAIVE_FORECASTS];
    size_t compared[NAIVE_FORECASTS]; /* series that a ratio is of */
};

/* Figures that are not scored, by the first reason that holds. */
enum score_reason {
    SCORE_LEFT_NOMINAL,
    SCORE_LEFT_UNCONFIRMED,
    SCORE_LEFT_YEARS,
    SCORE_LEFT_WITHOUT,
    SCORE_LEFT_UNSAVED,
    SCORE_LEFT_UNDEFINED, /* no future has a value */
    SCORE_REASONS
};

struct score {
    char *result, *observed, *history; /* what the files are called; history NULL: none */
    struct calendar calendar;
    uint64_t replications;
    char *prices;
    size_t count, series_count, groups;
    struct score_figure *figure;
    struct score_series *series;
    struct score_group *group;
    size_t read, left[SCORE_REASONS]; /* figures of the file, and those left out */
    size_t confirmed[OBSERVED_WORDS]; /* of those that are scored */
    size_t interpolated;              /* of those, without samples */
    size_t later;                     /* figures of the history that are not before the run */
    char *command;                    /* that made the result */
    char *save;                       /* the outcomes whose samples are wanting, between commas; NULL: none */
};

/* Scores a result that a guard has passed. `history` (NULL: none) has figures of the same series before the run, from
 * which naive forecasts are made; what is of the run itself is not used. Faults, with their places: an outcome that the
 * result does not have, or not by year, a year that it does not have, a unit of another dimension, money of other prices;
 * without a place: nothing that can be scored, a pattern that fits nothing, a run whose years do not begin in January. */
MUST_CHECK struct fault *score_read(const char *path, const struct observed *observed, const struct observed *history,
                                    struct units *units, const struct score_wish *wish, struct score *score);
void score_free(struct score *score);

/* As tables; a row per figure; all of it. */
MUST_CHECK struct fault *score_print(const struct score *score, FILE *to);
void score_csv(const struct score *score, FILE *to);
void score_json(const struct score *score, FILE *to);

#endif
