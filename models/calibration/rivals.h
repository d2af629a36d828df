/* models/calibration/rivals.h -- processes held against one another on the same figures: by their likelihood, and by
 * what they would have forecast.
 * Each is fitted by maximum likelihood to the first part of the figures; from there the origin rolls to the end, and every
 * figure is forecast from all before it, one period and a year ahead, at the parameters of the first part. The score is
 * the mean continuous ranked probability score, in the unit of the figures: less is better.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_RIVALS_H
#define ZHOL_RIVALS_H

#include "models/calibration/calibration.h"

struct rival {
    const struct process *process;
    char *refusal; /* why it cannot be fitted, owned; NULL: it can */
    double log_likelihood, aic, bic;
    size_t forecasts[2]; /* one period and a year ahead; how many figures were forecast */
    double crps[2];      /* NaN where none was */
};

/* The part of the figures that is not forecast. */
#define RIVALS_FIRST_PART 0.6

/* Of one process. A fault is the machine's; what the figures do not tell is its refusal. */
MUST_CHECK struct fault *rival_of(const struct process *process, const struct calibration_series *series,
                                  const struct calibration_settings *settings, struct rival *rival);
void rival_free(struct rival *rival);

#endif
