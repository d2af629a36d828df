/* sim/cli/worst.h -- what the worst replications of a result have in common, from its samples.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_WORST_H
#define ZHOL_WORST_H

#include "output/result/result.h"

#include <stdio.h>

enum worst_side { WORST_AS_DECLARED, WORST_LOWER, WORST_UPPER };

struct worst {
    const char *path; /* of the result */
    const char *outcome;
    double share; /* of the replications, 0 to 1 */
    enum worst_side side;
    bool csv; /* all variables, else a table of the first */
};

/* Compares every input, and what else happened in a replication, between the worst replications and the rest. */
MUST_CHECK struct fault *worst_write(const struct worst *worst, const struct result *head, FILE *to);

#endif
