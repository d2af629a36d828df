/* output/comparison/comparison.h -- results against a base, as plain data: in each world, every variant less the base
 * of that world; made from files, printed as tables, written as CSV, JSON and HDF5.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_COMPARISON_H
#define ZHOL_COMPARISON_H

#include "output/result/result.h"
#include "sim/core/calendar.h"
#include "sim/statistics/benefit_cost.h"
#include "sim/statistics/dominance.h"
#include "sim/statistics/paired.h"

#include <stdint.h>
#include <stdio.h>

enum { COMPARISON_SCHEMA = 2 };

struct given;

struct comparison_outcome {
    char *path, *unit, *total, *long_name, *title; /* unit of a year, and of the horizon */
    enum outcome_rule rule;
    enum outcome_better better;
    enum outcome_chance chance;
    enum outcome_subject subject;
    enum outcome_main main;
    unsigned rank;
    bool headline, account, horizon_only;
};

/* Where a result comes from. */
struct comparison_origin {
    char *title, *history, *content; /* NULL: there is none */
    uint64_t replications;
    uint64_t pairs; /* replications that it may have in common with its base; of a base none */
};

struct comparison {
    bool of_worlds;                 /* variants are worlds; for tables and CSV */
    bool unpaired;                  /* on request */
    char *title, *history, *source; /* the caller's to give, allocated */
    char *base;                     /* what it is called */
    size_t worlds, variants;
    char **world, **variant;               /* names, without spaces */
    struct comparison_origin *base_origin; /* [worlds] */
    struct comparison_origin *origin;      /* [worlds][variants] */
    char *rng, *prices;                    /* of the first base */
    uint64_t seed, replications;           /* the most that any pair can have */
    struct result_given given;             /* the futures of the first base that are compared; condition NULL: all */
    struct calendar calendar;
    size_t years;
    size_t first, periods;       /* those compared: years from `first` on, of which number `years` is the horizon */
    size_t shown, shown_periods; /* in tables, CSV and JSON */
    size_t quantiles, levels;
    double *probability, *level;
    size_t outcomes;
    struct comparison_outcome *outcome;
    /* [outcomes][worlds][variants][periods] */
    struct paired *cell;
    struct quantile_estimate *quantile;            /* [..][quantiles] */
    struct quantile_estimate *quantile_difference; /* [..][quantiles] */
    struct tail_difference *tail;                  /* [..][levels] */
    /* [outcomes][worlds][variants], over the horizon, if that is compared */
    struct dominance *dominance;
    struct benefit_cost *benefit_cost; /* NULL: of none */
    size_t notes;
    char **note; /* what is not as it should be, a sentence each */
};

void comparison_free(struct comparison *comparison);
size_t comparison_cells(const struct comparison *comparison);
/* period: as in a result, from `first` on. */
size_t comparison_index(const struct comparison *comparison, size_t outcome, size_t world, size_t variant,
                        size_t period);
/* How many differences there are, and how many of them are not of pairs; of all periods, or of those shown alone. */
struct comparison_counts {
    size_t known, unpaired;
};
void comparison_count(const struct comparison *comparison, bool shown, struct comparison_counts *counts);
MUST_CHECK __attribute__((format(printf, 2, 3))) struct fault *comparison_note(struct comparison *comparison,
                                                                               const char *format, ...);
/* The calendar year in which a year of the run begins. */
int comparison_year(const struct comparison *comparison, size_t period);
/* "2020", "2020-07" where the years of the run do not begin in January, or "horizon". */
enum { COMPARISON_PERIOD = 12 };
void comparison_period(const struct comparison *comparison, size_t period, char name[COMPARISON_PERIOD]);
/* "more", "less" or "neither". */
const char *comparison_better(enum outcome_better better);

/* What is to be compared. */
struct comparison_wish {
    const struct given *given;  /* only in the futures of the base of each world in which this holds; NULL: in all */
    bool unpaired;              /* as if all draws were independent */
    bool years;                 /* compare years too, else the horizon alone; */
    bool show_years;            /* and show them */
    int year;                   /* show this year alone, if not 0 */
    const char *const *outcome; /* patterns as of file names, in the order wanted; none: the headlines of the base */
    size_t outcomes;
    bool lenient; /* a pattern without a match is no fault */
    enum outcome_better (*better)(const void *context, const char *path);
    const void *context;
    int threads;
};
/* The files; names without folders and ending are made of them unless they are given. NULL: there is no such file. */
struct comparison_files {
    const char *base_name;
    size_t worlds, variants;
    const char *const *world, *const *variant; /* names */
    const char *const *base;                   /* [worlds] */
    const char *const *file;                   /* [worlds][variants] */
};
/* Reads outcome by outcome, and compares on all threads; the same bits for any number of them. FAULT_FILES if files
 * cannot be compared: of another seed or generator (unless unpaired), start, number of months, prices or format. What
 * only some files have is compared where it is and noted. FAULT_USAGE for a pattern without a match, or a year outside
 * the run; with a condition also as given_find. Samples are read with their checksums; the content of the files as a whole is not checked. */
MUST_CHECK struct fault *comparison_read(const struct comparison_files *files, const struct comparison_wish *wish,
                                         struct comparison *comparison);

/* The numbers of a cell, each with a name: columns of CSV, members of JSON, datasets of HDF5. */
struct comparison_number {
    const char *name;
    enum dataset_along along;
    bool in_unit;    /* of the outcome; else a pure number */
    bool of_horizon; /* over the horizon alone */
    bool whole;      /* dominance: whole numbers */
    const char *meaning;
};
extern const struct comparison_number comparison_numbers[]; /* ended by name NULL */
double comparison_value(const struct comparison *comparison, size_t number, size_t cell, size_t k);
/* How many values a number has in a cell. */
size_t comparison_columns(const struct comparison *comparison, enum dataset_along along);

/* Tables of text. */
enum { COMPARISON_LINES = 40 }; /* of a screen */
/* What the numbers of the tables are. */
void comparison_print_head(FILE *to);
/* A line per variant, columns of outcomes; over the horizon, or of the only year. */
MUST_CHECK struct fault *comparison_print(const struct comparison *comparison, FILE *to);
/* A line per outcome, variant and period, with ranges of futures, shares and what pairing saved; of one variant in one
 * period all that is known. With `main_only` the outcomes to look at first, as many as fit on a screen: of one variant
 * by subject, those that change most. Of the first world. */
MUST_CHECK struct fault *comparison_screen(const struct comparison *comparison, bool main_only, FILE *to);
/* Of some futures alone: a line with how many they are and where; else nothing. The screen has it in its head. */
void comparison_print_given(const struct comparison *comparison, FILE *to);
/* The verdicts of dominance. */
MUST_CHECK struct fault *comparison_print_dominance(const struct comparison *comparison, FILE *to);
MUST_CHECK struct fault *comparison_print_notes(const struct comparison *comparison, FILE *to);

/* A row per world, variant, outcome and period; what is not known is empty. The head is of one of them, if they are of
 * the same quantiles and levels. */
void comparison_csv_head(const struct comparison *comparison, FILE *to);
void comparison_csv(const struct comparison *comparison, FILE *to);
/* One object; what is not known or not finite is null. */
void comparison_json(const struct comparison *comparison, FILE *to);
/* The whole file under a temporary name, flushed, synced and renamed, as a result. Same comparison, same bytes. */
MUST_CHECK struct fault *comparison_write(const struct comparison *comparison, const char *path, bool force);

/* The outcomes as a result describes them: [outcomes] each; the texts stay those of the comparison. */
void comparison_declare(const struct comparison *comparison, struct outcome_kind kind[], struct outcome outcome[]);

/* Whether the file is a comparison of a known format, of the structure of comparisons, and, if `sealed`, has the content
 * that it states. FAULT_FILES if not. */
MUST_CHECK struct fault *comparison_check(const char *path, bool sealed);
/* What a comparison file that comparison_check has passed holds: of what, worlds, variants, periods, outcomes with their units and numbers. */
MUST_CHECK struct fault *comparison_list(const char *path, FILE *to);

#endif
