/* models/policy/projects.h -- what a policy builds and pays (models/README.md, Projects), s the part of the building
 * time that has passed:
 *
 *   build time    T = build * delay
 *   cost          C = cost * overrun, of which the share 3 s^2 - 2 s^3 is spent by s; without `build` at once
 *   completion    the month ceil(start + T)
 *   upkeep        upkeep * C per year from completion, while the policy acts
 *   residual      what was spent times (life - age)/life, if above 0, at the end of the run
 * Overrun and delay are drawn together (Gaussian copula). Means and standard deviations of the classes of overrun:
 * Flyvbjerg, Skamris Holm and Buhl 2003, 258 projects, as lognormal laws.
 *
 * A loan pays its share of what is spent each month, and each drawing L is paid back by its own clock: i L for the
 * months of grace, then A = L i / (1 - (1 + i)^-(N - G)) until the month N, i = rate/12. Rates are nominal, so service
 * is deflated by (1 + inflation)^(-k/12), k the months since the drawing. What is outstanding of it is, likewise deflated,
 *
 *   O' = O (1 + i) (1 + inflation)^(-1/12) + drawn - service
 *
 * All amounts in USD at the prices of the base year.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_PROJECTS_H
#define ZHOL_PROJECTS_H

#include "models/plan.h"

struct project {
    int build, delay, cost, overrun, upkeep, life; /* slots; -1: none */
    bool fails;
    int fail_probability, fail_share; /* slots */
    struct stream fail;
    bool financed;
    int share, rate, inflation; /* slots, of the loan */
    int maturity, grace;        /* months */
};

/* The keys of a policy that are a project's, and the top-level key `finance`. */
extern const struct key project_fail_keys[], projects_finance_key;
extern const struct key_word project_overruns[];
#define PROJECT_KEYS                                                                                                   \
    {.name = "build",                                                                                                  \
     .kind = KEY_QUANTITY,                                                                                             \
     .unit = "mo",                                                                                                     \
     .default_value = "",                                                                                              \
     .min = 0,                                                                                                         \
     .max = 1e300,                                                                                                     \
     .min_open = true,                                                                                                 \
     .draws = true,                                                                                                    \
     .meaning = "Planned time of building; its effects start when it is complete. At once if absent."},                \
        {.name = "delay",                                                                                              \
         .kind = KEY_QUANTITY,                                                                                         \
         .unit = "",                                                                                                   \
         .default_value = "",                                                                                          \
         .min = 0,                                                                                                     \
         .max = 1e300,                                                                                                 \
         .min_open = true,                                                                                             \
         .draws = true,                                                                                                \
         .meaning = "Actual over planned time of building."},                                                          \
        {.name = "cost",                                                                                               \
         .kind = KEY_QUANTITY,                                                                                         \
         .unit = "USD",                                                                                                \
         .default_value = "",                                                                                          \
         .min = 0,                                                                                                     \
         .max = 1e300,                                                                                                 \
         .draws = true,                                                                                                \
         .meaning = "Planned cost, spent in the course of building."},                                                 \
        {.name = "overrun",                                                                                            \
         .kind = KEY_QUANTITY,                                                                                         \
         .unit = "",                                                                                                   \
         .default_value = "",                                                                                          \
         .min = 0,                                                                                                     \
         .max = 1e300,                                                                                                 \
         .min_open = true,                                                                                             \
         .draws = true,                                                                                                \
         .words = project_overruns,                                                                                    \
         .meaning = "Actual over planned cost: the class of the project, or a law."},                                  \
        {.name = "correlation",                                                                                        \
         .kind = KEY_QUANTITY,                                                                                         \
         .unit = "",                                                                                                   \
         .default_value = "0.3",                                                                                       \
         .min = -1,                                                                                                    \
         .max = 1,                                                                                                     \
         .meaning = "Of overrun and delay, as normal scores."},                                                        \
        {.name = "upkeep",                                                                                             \
         .kind = KEY_QUANTITY,                                                                                         \
         .unit = "1/yr",                                                                                               \
         .default_value = "",                                                                                          \
         .min = 0,                                                                                                     \
         .max = 1,                                                                                                     \
         .draws = true,                                                                                                \
         .meaning = "Of the actual cost per year, from completion on."},                                               \
        {.name = "life",                                                                                               \
         .kind = KEY_QUANTITY,                                                                                         \
         .unit = "yr",                                                                                                 \
         .default_value = "30 yr",                                                                                     \
         .min = 0,                                                                                                     \
         .max = 1e300,                                                                                                 \
         .min_open = true,                                                                                             \
         .draws = true,                                                                                                \
         .meaning = "Years after completion in which its value falls to 0, in a straight line."},                      \
        {.name = "finance",                                                                                            \
         .kind = KEY_REFERENCE,                                                                                        \
         .default_value = "",                                                                                          \
         .target = "finance",                                                                                          \
         .meaning = "The loan that pays a share; all is paid at once if absent."},                                     \
    {                                                                                                                  \
        .name = "fail", .kind = KEY_SECTION, .default_value = "", .keys = project_fail_keys,                           \
        .meaning = "That it may be given up half-way; never if absent."                                                \
    }

/* Whether all loans make sense; all faults at once. */
MUST_CHECK struct fault *project_check_loans(const struct plan *plan);
/* Reads them from the settings of a policy. Whether it is a project at all: it has a cost or a time. */
MUST_CHECK struct fault *project_read(struct setting *policy, struct plan *plan, struct project *project);

/* Rows of a project in a block; amounts in USD, of a month where not said otherwise. */
enum {
    PROJECT_TIME,     /* months of building; 0: none */
    PROJECT_COST,     /* C */
    PROJECT_STOP,     /* share of C at which it is given up; above 1: not */
    PROJECT_SPENT,    /* of the month */
    PROJECT_TOTAL,    /* spent so far */
    PROJECT_OWN,      /* spent of the month, less the loan's share */
    PROJECT_UPKEEP,   /* of the month */
    PROJECT_SERVICE,  /* of the month */
    PROJECT_INTEREST, /* i, per month */
    PROJECT_LEVEL,    /* A / L */
    PROJECT_DEFLATOR, /* of a month, (1 + inflation)^(-1/12), and its powers G + 1 and N + 1: */
    PROJECT_DEFLATOR_GRACE,
    PROJECT_DEFLATOR_END,
    PROJECT_ON_GRACE, /* deflated drawings that pay interest only, and those that are paid back */
    PROJECT_ON_LEVEL,
    PROJECT_OUTSTANDING, /* of the loan, deflated, at the end of the month */
    PROJECT_ROWS
};

/* For a block: draws and sets x[PROJECT_ROWS]. `calm`: it does not fail. */
void project_start(const struct project *project, const struct rows *rows, struct stream_state *fail,
                   uint64_t first_replication, bool calm, double (*x)[LANES]);
/* The month (0 = the first) from which it is complete, of one that starts in the month `start`; infinite: never. */
void project_completion(const struct project *project, const double (*x)[LANES], const double start[LANES],
                        double complete[LANES]);
/* What is spent in a month; 0 before the run. */
void project_spent(const struct project *project, const double (*x)[LANES], const double start[LANES], int month,
                   double spent[LANES]);
/* A month: spent, own, upkeep (where acts[] is 1) and service. */
void project_step(const struct project *project, const struct rows *rows, const double start[LANES],
                  const double acts[LANES], int month, double (*x)[LANES]);
/* In the last month, after project_step: what is still owed, and what it is still worth. */
void project_owed(const struct project *project, const struct rows *rows, const double (*x)[LANES],
                  const double start[LANES], int month, double owed[LANES]);
void project_residual(const struct project *project, const struct rows *rows, const double (*x)[LANES],
                      const double complete[LANES], int months, double residual[LANES]);

#endif
