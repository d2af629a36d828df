/* sim/run/estimate.h -- quantiles and tails of the cells of a run, from its samples or its sketches.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_ESTIMATE_H
#define ZHOL_ESTIMATE_H

#include "sim/run/accumulator.h"

struct estimate {
    uint64_t replications;
    const struct accumulator *exact; /* which has the samples of all cells; NULL: from the sketch */
    const struct sketch *sketch;
};
/* Of what is in; until more comes in. */
struct estimate estimate_from(const struct accumulator *accumulator);
/* What a thread needs to take them of so many cells at once, at most spool_cells_at_once(replications). Close it in any
 * case. */
struct estimate_work {
    float *select, *read;
    const float **row;
};
MUST_CHECK struct fault *estimate_work_open(const struct estimate *estimate, size_t cells, struct estimate_work *work);
void estimate_work_close(struct estimate_work *work);
/* quantile[end - cell][asked->quantiles] and cvar[end - cell][asked->levels] of the cells from `cell` to before `end`, whose
 * moments[end - cell] are those of the same replications. */
MUST_CHECK struct fault *estimate_cells(const struct estimate *estimate, size_t cell, size_t end,
                                        const struct moments moments[], struct estimate_work *work,
                                        const struct quantiles_asked *asked, struct quantile_estimate quantile[],
                                        struct cvar_estimate cvar[]);
/* Those of all cells of the result, on so many threads. */
MUST_CHECK struct fault *estimate_all(const struct estimate *estimate, size_t cells, int threads,
                                      struct result *result);

#endif
