/* output/result/datasets.h -- the table of what a result says of its outcomes: every dataset along `outcome`, with its
 * name, meaning, unit, dimensions and where its values come from. Writer, reader, `verify`, comparison, the tables of
 * `show` and the page of the format all read it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_DATASETS_H
#define ZHOL_DATASETS_H

#include "sim/core/outcome.h"
#include "sim/statistics/quantiles.h"

/* What a statistic has a value for, in each period: once, for each quantile, or for each level of both tails. */
enum dataset_along { ALONG_NOTHING, ALONG_QUANTILE, ALONG_TAIL };

/* Whether samples give the statistic again: not bit for bit (sums), or all of it; as stored, in single precision. */
enum dataset_check { CHECK_NOT, CHECK_SINGLE, CHECK_EXACT };

/* What is known of an outcome in a period. */
struct dataset_cell {
    enum outcome_chance chance;
    struct moments *moments;
    struct quantile_estimate *quantile; /* [quantiles] */
    struct cvar_estimate *cvar;         /* [levels], as in result.h */
};

struct dataset {
    const char *name;
    const char *meaning; /* after the name, and in long_name */
    enum dataset_along along;
    bool in_unit;   /* of the outcome; else a pure number */
    bool of_chance; /* only of the outcomes that tell of a probability, along `threshold` */
    enum dataset_check check;
    double (*get)(const struct dataset_cell *cell, size_t k);
    void (*set)(const struct dataset_cell *cell, size_t k, double value); /* in the order of the table; NULL: follows */
};
extern const struct dataset datasets[]; /* ended by name NULL */

/* The probability that the outcome tells of; NaN if it tells of none. */
struct probability_estimate dataset_probability(const struct dataset_cell *cell);

/* What describes an outcome: texts or small numbers along `outcome`. */
struct dataset_label {
    const char *name;
    const char *meaning;
    const char *(*text)(const struct outcome *outcome, bool annual); /* NULL: a number */
    unsigned (*number)(const struct outcome *outcome);
    bool optional; /* older files do not have it */
};
extern const struct dataset_label dataset_labels[]; /* ended by name NULL */

/* An outcome as its labels tell; the texts stay the file's. */
struct dataset_outcome {
    struct outcome_kind kind;
    const char *unit, *long_name, *title; /* title NULL: the file has none */
};
/* Takes in a label; false if it says nothing that is known. */
bool dataset_take_text(struct dataset_outcome *outcome, const char *label, const char *text);
bool dataset_take_number(struct dataset_outcome *outcome, const char *label, int value);

/* Tails lie in memory as levels in ascending order: those below 1/2 are lower tails. Where the i-th stated level, of
 * `levels` / 2, is. */
size_t dataset_tail(size_t levels, bool upper, size_t i);
/* How many values a statistic has in a period, and where the k-th in the order of files is in memory. */
size_t dataset_columns(enum dataset_along along, size_t quantiles, size_t levels);
size_t dataset_column(enum dataset_along along, size_t levels, size_t k);

#endif
