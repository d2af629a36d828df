/* sim/core/outcome.h -- named results, their declaration, and the interface that takes them in.
 *
 * A component declares its outcomes in a table (one row per kind of outcome), and reports a row of lanes per outcome
 * and month. The world folds the months into years and the years into the horizon by the rule of the declaration.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_OUTCOME_H
#define ZHOL_OUTCOME_H

#include "sim/core/fault.h"
#include "sim/core/lanes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How months make a year, and years the horizon. */
enum outcome_rule {
    OUTCOME_SUM,     /* the monthly row is a rate per year: a year's value is its mean, the horizon's the total */
    OUTCOME_MEAN,    /* mean of the months */
    OUTCOME_LAST,    /* value of the last month */
    OUTCOME_MINIMUM, /* least of the months */
    OUTCOME_MAXIMUM, /* greatest of the months */
    OUTCOME_RATIO,   /* sum of the rows over the sum of the weights: a mean by volume, say; undefined at 0 / 0 */
    OUTCOME_DERIVED, /* worked out by its component from sums of the year or horizon; may be undefined */
};

enum outcome_better { OUTCOME_NEITHER, OUTCOME_MORE, OUTCOME_LESS };

/* What of an outcome is the probability of something. */
enum outcome_chance {
    CHANCE_NONE,
    CHANCE_MEAN,    /* it is 0 or 1 in every replication, and its mean the probability of 1 */
    CHANCE_DEFINED, /* it has a value in the replications in which something has happened, and in no other */
};

/* What an outcome is about, in the order of reading. Every kind has one, and a file names it. */
enum outcome_subject {
    SUBJECT_NONE, /* was forgotten: a fault of the declaration */
    SUBJECT_DRIVERS,
    SUBJECT_CORRIDORS,
    SUBJECT_FLOWS,
    SUBJECT_ROUTES,
    SUBJECT_LEGS,
    SUBJECT_ENERGY,
    SUBJECT_TRADE,
    SUBJECT_FISCAL,
    SUBJECT_WORTH,
    SUBJECT_INDICES,
    SUBJECT_THRESHOLDS,
    SUBJECT_OTHER, /* policies, events, regimes and how well the run went */
    SUBJECTS
};

/* How a subject is shown. */
struct outcome_subject_words {
    const char *name;    /* in files */
    const char *title;   /* above its values */
    const char *prefix;  /* what the title says already of the paths below it */
    const char *changes; /* above its differences; NULL: it has no part among the main ones */
    const char *changes_prefix;
    size_t lines;    /* of differences, at most */
    size_t position; /* of the differences among those of other subjects, from 0 */
};
extern const struct outcome_subject_words outcome_subjects[SUBJECTS];
/* The subject of that name; SUBJECT_NONE if there is none. */
enum outcome_subject outcome_subject_named(const char *name);
/* The subject whose differences stand at that position; SUBJECT_NONE after the last. */
enum outcome_subject outcome_subject_at(size_t position);

/* The path without the prefix, if it begins with it. */
const char *outcome_label(const char *path, const char *prefix);

/* Whether a comparison that names no outcomes has it. */
enum outcome_main {
    MAIN_NOT,
    MAIN_CHANGED, /* among those of its subject that change most */
    MAIN_ALWAYS,  /* if it changes at all */
};

/* How soon a reader asks for an outcome, where few have room: 1 first, 0 after all that have a rank. */
enum { OUTCOME_RANKS = 10 };

struct outcome_kind {
    const char *pattern; /* "flows.F.demand": capitals stand for names */
    const char *words;   /* "demand of flow F": the same names, in words */
    /* "F: demand": the same with titles in place of names, where any of the things that `entities` lists has one, in the
     * order of the pattern and each by its path in the scenario: "flows.F". NULL: nothing of it has a title. */
    const char *heading;
    const char *entities;
    const char *unit; /* "$unit/yr" as in the schema, or fixed */
    enum outcome_rule rule;
    enum outcome_better better;
    enum outcome_chance chance;
    enum outcome_subject subject;
    enum outcome_main main;
    unsigned rank;       /* 0, or 1 .. OUTCOME_RANKS */
    bool headline;       /* is listed first */
    bool account;        /* is part of the account of a year though it is no headline */
    bool sampled;        /* its yearly samples are saved unless something else is asked for */
    bool diagnostic;     /* says how trustworthy the run is: its mean and greatest value also go to the diagnostics */
    bool horizon_only;   /* has a value over the whole horizon only: what its years hold is not part of a result */
    const char *meaning; /* one sentence */
    double tolerated;    /* what the mean of a diagnostic over the horizon, of OUTCOME_MAXIMUM its greatest, may be */
    const char *warning; /* what more than that means; NULL: there is no such bound */
};

struct outcome {
    const struct outcome_kind *kind;
    struct outcome_kind *own; /* the kind, where it was read; NULL: a declaration, which outlives it */
    char *path;               /* "flows.china-europe.demand" */
    char *unit;               /* of the yearly value, "TEU/yr" */
    char *total;              /* of the horizon value: of OUTCOME_SUM without "/yr", else as unit */
    char *long_name;          /* "demand of flow china-europe" */
    char *title;              /* for people: "China to Europe: demand", or the long name with a capital */
};

struct outcomes {
    struct outcome *item;
    size_t count;
};

/* Adds an outcome of the kind for these names, which replace the capitals of its pattern in turn: path and long name
 * come from the kind. */
MUST_CHECK struct fault *outcomes_declare(struct outcomes *outcomes, const struct outcome_kind *kind,
                                          const char *const names[], const char *unit, size_t *index);
/* Adds an outcome and gives its index. The texts are copied. Its `total` follows from `unit`: of OUTCOME_SUM without a
 * final "/yr" ("1/yr" and "/yr" become "1"), else the same. */
MUST_CHECK struct fault *outcomes_add(struct outcomes *outcomes, const struct outcome_kind *kind, const char *path,
                                      const char *unit, const char *long_name, size_t *index);
/* As outcomes_add, of a kind that need not outlive the call: the outcome has a copy. */
MUST_CHECK struct fault *outcomes_add_read(struct outcomes *outcomes, const struct outcome_kind *kind, const char *path,
                                           const char *unit, const char *long_name);
/* Gives it another title. The text is copied. */
MUST_CHECK struct fault *outcome_entitle(struct outcome *outcome, const char *title);
/* The title of what has none but a long name; allocated, NULL without memory. */
char *outcome_usual_title(const char *long_name);

enum { OUTCOME_NAMES = 3 };
/* What stands in the path for each run of capitals of the kind's pattern, allocated: free all OUTCOME_NAMES in any case.
 * *count: how many, 0 if the path is not of that pattern. */
MUST_CHECK struct fault *outcome_names(const struct outcome_kind *kind, const char *path, size_t *count,
                                       char *name[OUTCOME_NAMES]);
/* Of the capitals that the text begins with, the number of their name in the pattern; SIZE_MAX if it has none. */
size_t outcome_name_at(const char *pattern, const char *text);
/* A text with each run of capitals that the pattern has too replaced by the name for it; allocated, NULL without memory. */
char *outcome_fill(const char *text, const char *pattern, const char *const names[]);

/* The unit of what a rate in `unit` adds up to, as above. Allocated; NULL without memory. */
char *outcome_total_unit(const struct outcome_kind *kind, const char *unit);
/* A copy with texts of its own, and kinds where `from` has its own; free it in any case. */
MUST_CHECK struct fault *outcomes_copy(const struct outcomes *from, struct outcomes *copy);
void outcomes_free(struct outcomes *outcomes);
/* The index of a path; outcomes->count if there is none. */
size_t outcomes_find(const struct outcomes *outcomes, const char *path);
/* "; did you mean 'x'?", as units_hint; "" without memory. */
const char *outcomes_hint(const struct outcomes *outcomes, const char *path, size_t size, char text[]);

/* Where a thread's state holds the rows of the outcomes, as its components report them: row[outcome], and of
 * OUTCOME_RATIO the weights. Rows must be finite in every month of a valid replication. */
struct outcome_rows {
    const double **row;
    const double **weight;
};

/* A finished block, handed to each sink by the thread that simulated it. Cell = outcome * periods + period, where
 * periods 0 .. years-1 are the years and the last one is the horizon. */
struct block_result {
    uint64_t first; /* first replication */
    size_t lanes;   /* how many of the LANES are part of the run */
    size_t cells;
    const double (*cell)[LANES]; /* [cells][LANES]; NaN: undefined */
    size_t inputs;
    const double *const *input; /* [inputs] rows as drawn */
    const int *failed_month; /* [LANES]; -1: valid; else the first month (from start) with a value that is not finite */
    const int *failed_cause; /* [LANES]; the outcome of that value; -1: valid */
};

/* What takes in results. `block` is called from many threads at once, each replication exactly once, in any order. */
struct sink {
    void *self;
    struct fault *(*block)(void *self, const struct block_result *result);
};

#endif
