/* output/ranking/ranking.h -- which policy of each world is the best for an outcome, by how much, and how sure that is:
 * as plain data, made from result files, printed as tables, written as CSV, JSON and HDF5.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_RANKING_H
#define ZHOL_RANKING_H

#include "output/comparison/comparison.h"
#include "sim/statistics/simultaneous.h"
#include "sim/statistics/value_of_information.h"

struct given;

enum { RANKING_SCHEMA = 1 };

/* By the joint intervals. */
enum ranking_verdict {
    RANKING_WORSE = -1, /* behind another by more than the margin, surely */
    RANKING_OPEN = 0,   /* not separable: neither */
    RANKING_WITHIN = 1, /* not worse than the best by more than the margin, surely */
    RANKING_BEST = 2,   /* no other is better, surely */
};

/* Of Pareto: whether another policy is better in some of the outcomes and worse in none. */
enum ranking_pareto {
    RANKING_NOT_ASKED = -2, /* of one outcome */
    RANKING_BEATEN = -1,    /* surely: all its differences are beyond their intervals, or exactly 0 */
    RANKING_BEATEN_IN_MEAN = 0,
    RANKING_FRONT = 1,
};

/* A policy in a world. */
struct ranking_cell {
    double mean, standard_error;
    double rank;                    /* by the mean, from 1 */
    double rank_low, rank_high;     /* those that the joint intervals leave */
    struct simultaneous_gap behind; /* the best of the others, in the direction in which more is better */
    enum ranking_verdict verdict;
    double needed;                        /* replications that would separate it from the best, and the best from the
                                             next; NaN if it is separated, or equal */
    struct probability_estimate best_in;  /* futures */
    double confidence;                    /* that it is the best on average */
    double regret, regret_standard_error; /* mean */
    double regret_p95;
    enum dominance_verdict dominated_first,
        dominated_second; /* by the policy with the best mean; that one: not asked */
    enum ranking_pareto pareto;
};

/* All policies of a world. */
struct ranking_choice {
    size_t best, next;   /* by the mean */
    double replications; /* with a value in every policy of every world */
    double critical;     /* value of the joint intervals */
    struct value_of_information perfect;
};

struct ranking_outcome {
    enum outcome_better better;
    double margin; /* in the unit of the horizon: what is no worse than that is as good */
    bool bonferroni;
    size_t comparisons; /* that hold at once */
    size_t minimax;     /* the policy whose greatest mean regret over the worlds is least */
    double minimax_regret;
    /* [worlds][policies][policies], by how much the row's policy is better */
    struct simultaneous_pair *pair;
};

struct ranking {
    struct comparison of; /* names, outcomes, notes, where from: variants are all policies but the first, which is the
                             base; `given` is by which futures */
    char *title, *history, *source; /* the caller's to give, allocated */
    size_t policies;
    char **policy; /* names */
    size_t outcomes, worlds;
    struct ranking_outcome *outcome; /* [outcomes] */
    struct ranking_choice *choice;   /* [outcomes][worlds] */
    struct ranking_cell *cell;       /* [outcomes][worlds][policies] */
};

void ranking_free(struct ranking *ranking);
const struct ranking_choice *ranking_choice(const struct ranking *ranking, size_t outcome, size_t world);
const struct ranking_cell *ranking_cell(const struct ranking *ranking, size_t outcome, size_t world, size_t policy);
/* Half the joint interval of what one policy is ahead of another. */
double ranking_half(const struct ranking *ranking, size_t outcome, size_t world, size_t one, size_t other);
/* Whether the joint intervals leave it open that the policy is the best. */
bool ranking_may_be_best(const struct ranking *ranking, size_t outcome, size_t world, size_t policy);

/* Files, [worlds][policies], none missing; policy NULL: they are named by their files. */
struct ranking_files {
    size_t worlds, policies;
    const char *const *world, *const *policy;
    const char *const *file;
};

struct ranking_wish {
    const char *const *outcome; /* patterns as of file names */
    size_t outcomes;
    bool lenient; /* an outcome that no file has, or that has no direction, is left out */
    enum outcome_better (*better)(const void *context, const char *path);
    const void *context;
    const struct given
        *given; /* only by the futures in which this holds in every world, in the file of its first policy; NULL: all */
    uint64_t memory; /* bytes for samples; 0: 4 GiB */
    int threads;
};

/* Outcomes that are ranked where none are named, as far as files have them; of each pattern the first. */
extern const char *const ranking_usual[];
enum { RANKING_USUAL = 3 };

/* Reads and ranks. Faults as of comparison_read; FAULT_USAGE if there is one policy only, or neither more nor less of an
 * outcome is better; FAULT_FILES if a file lacks an outcome or its samples; with a condition also as given_find_in_all. */
MUST_CHECK struct fault *ranking_read(const struct ranking_files *files, const struct ranking_wish *wish,
                                      struct ranking *ranking);

/* Judges an outcome again with a margin, no less than 0. */
void ranking_set_margin(struct ranking *ranking, size_t outcome, double margin);

/* The numbers of a policy, or of a world: columns of CSV, members of JSON, datasets of HDF5. */
struct ranking_number {
    const char *name;
    bool in_unit;  /* of the outcome; else a pure number */
    bool of_world; /* the same of all policies */
    bool whole;
    const char *flags; /* of whole numbers, "not_asked no undecided yes", from the least on; NULL: they count */
    int least;
    const char *meaning;
};
extern const struct ranking_number ranking_numbers[]; /* ended by name NULL */
double ranking_value(const struct ranking *ranking, size_t number, size_t outcome, size_t world, size_t policy);

/* One screen: of several worlds the best policy of each, of one world (number `world` if it is below `worlds`) a line per
 * policy. */
MUST_CHECK struct fault *ranking_print(const struct ranking *ranking, size_t world, FILE *to);
/* Of a condition a line with how many futures there are and where; else nothing. The table above has it. */
void ranking_print_given(const struct ranking *ranking, FILE *to);
/* By how much the best policy of an outcome in a world is ahead of the next that is not equal to it, and what decides it. */
enum { RANKING_DECIDERS = 3, RANKING_DECIDED = 3 }; /* factors; outcomes, which take a regression each */
struct ranking_lead {
    const char *best, *next;
    const char *reason;                       /* why it is not told; NULL: it is */
    const struct sensitivity *sensitivity;    /* of the difference, one case */
    size_t factor[RANKING_DECIDERS], factors; /* of that case, the greatest of those beyond chance first */
};
/* Gives it to `put`. */
MUST_CHECK struct fault *ranking_deciding(const struct ranking_files *files, const struct ranking *ranking,
                                          size_t outcome, size_t world,
                                          void (*put)(void *context, const struct ranking_lead *lead), void *context);
/* What decides, in a world (the first if `world` is not below `worlds`), by how much the best policy of each of the first three
 * outcomes is ahead of the next that is not equal to it: the three greatest shares of the variance of their difference, as sensitivity_read has
 * them; why not, where they are not to be had. With a condition nothing. */
MUST_CHECK struct fault *ranking_print_deciding(const struct ranking_files *files, const struct ranking *ranking,
                                                size_t world, FILE *to);
void ranking_csv(const struct ranking *ranking, FILE *to);
void ranking_json(const struct ranking *ranking, FILE *to);
/* The best of each world, all policies, their joint intervals, regret, fronts and, without a condition, what decides the lead in the world (the
 * first of several); notes, and where it all comes from: as a workbook
 * (spreadsheet.h). */
struct ranking_sheets {
    const char *command;
    const struct ranking_files *files;
    size_t world; /* this one alone, if it is below `worlds` */
};
MUST_CHECK struct fault *ranking_spreadsheet(const struct ranking *ranking, const struct ranking_sheets *sheets,
                                             const char *path, bool force);
/* As comparison_write. */
MUST_CHECK struct fault *ranking_write(const struct ranking *ranking, const char *path, bool force);

#endif
