/* sim/cli/assumptions.h -- how much of an answer hangs on the assumptions of its scenario.
 *
 * Of what is drawn, by the shares of the variance that sensitivity.h tells: its effect is the standard deviation of the outcome that
 * it explains. Of fixed numbers, by runs with the number less and more by a part of it, on the same draws: its effect is half of the
 * change of the mean between the two. Both are in the unit of the outcome.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_ASSUMPTIONS_H
#define ZHOL_ASSUMPTIONS_H

#include "output/sensitivity/sensitivity.h"

enum assumptions_format { ASSUMPTIONS_TEXT, ASSUMPTIONS_CSV, ASSUMPTIONS_JSON };

struct assumptions_wish {
    double vary;           /* the part, above 0 and below 1 */
    uint64_t replications; /* of each run; no more than the result has */
    int threads;
    enum assumptions_format format;
};

/* Of the outcomes that were explained, the largest effects first. FAULT_FILES if the result does not say where its numbers come
 * from. */
MUST_CHECK struct fault *assumptions_print(const struct sensitivity *sensitivity, const struct assumptions_wish *wish,
                                           FILE *to);

#endif
