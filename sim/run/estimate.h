/* sim/run/estimate.h -- quantiles and tails of the cells of a run, from its samples or its sketches.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_ESTIMATE_H
#define ZHOL_ESTIMATE_H

#include "sim/run/accumulator.h"

struct estimate {
    uint64_t replications;
    const struct samples *samples; /* of all cells; NULL: from the sketch */
    const struct sketch *sketch;
};
/* Of what is in; until more comes in. */
MUST_CHECK struct fault *estimate_from(const struct intake *intake, struct estimate *estimate);
/* quantile[asked->quantiles] and cvar[asked->levels] of a cell, whose moments are those of the same replications; needs
 * work[replications]. */
void estimate_cell(const struct estimate *estimate, size_t cell, const struct moments *moments, float work[],
                   const struct quantiles_asked *asked, struct quantile_estimate quantile[],
                   struct cvar_estimate cvar[]);
/* Those of all cells of the result, on so many threads. */
MUST_CHECK struct fault *estimate_all(const struct estimate *estimate, size_t cells, int threads,
                                      struct result *result);

#endif
