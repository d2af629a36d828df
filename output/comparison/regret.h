/* output/comparison/regret.h -- what each policy of a world leaves on the table, in every future, against the best one
 * of that future: max over policies of X less X of the policy where more is better, turned round where less is (Savage
 * 1951). The least greatest mean over the worlds is minimax regret: no probabilities of worlds are needed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_REGRET_H
#define ZHOL_REGRET_H

#include "output/comparison/comparison.h"

struct regret {
    char *path; /* of the outcome */
    enum outcome_better better;
    /* Its only outcome is called regret.PATH, its base `best`: the cells hold the best of the future less the
     * policy. */
    struct comparison comparison;
    struct quantile_estimate *p95; /* [worlds][policies] of the regret */
};

/* Whether the best of each future is known: every file has the samples of the outcome over the horizon. FAULT_USAGE if
 * no file has the outcome, or neither more nor less of it is better; FAULT_FILES if a file lacks the samples. Reads
 * none. */
MUST_CHECK struct fault *regret_check(const struct comparison_files *files, const char *path,
                                      enum outcome_better better);

/* The files are [worlds][policies], all policies of a world among one another; `like` is a comparison of some of them,
 * which says all else. A policy without a file, or without the samples, has no regret; a replication without a value in
 * any of the others leaves the world; of files of other lengths the first replications, as many as `like` has, are
 * compared. FAULT_USAGE if no file has the outcome. */
MUST_CHECK struct fault *regret_read(const struct comparison_files *files, const char *path, enum outcome_better better,
                                     const struct comparison *like, struct regret *regret);
void regret_free(struct regret *regret);

/* Mean and 95th percentile by policy and world, then, of several worlds, the greatest mean of each policy. */
MUST_CHECK struct fault *regret_print(const struct regret *regret, FILE *to);
/* The policy whose greatest mean over the worlds is least; `policies` if that is not known of any. */
size_t regret_minimax(const struct regret *regret);
/* The greatest mean of a policy over the worlds, and in which; NaN if that of any world is not known. */
double regret_greatest(const struct regret *regret, size_t policy, size_t *world);

#endif
