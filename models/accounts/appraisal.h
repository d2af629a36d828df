/* models/accounts/appraisal.h -- net present values of one run (models/README.md, Appraisal), each month's sum of
 *
 *   npv.fiscal     fiscal.total
 *   npv.project    fees of home legs and transit - investment - upkeep + residual value
 *   npv.national   duty + royalty + profit tax + import duty - subsidies + fees of home legs and transit
 *                  + home share of the producers' profit after tax + home share of the users' gain of flows from or to
 *                  home - investment - upkeep + residual value
 *   npv.all        the same of all countries: with it what is gained abroad (gains.h)
 *   npv.costs      investment + upkeep - residual value
 * times (1 + r)^(-t/12), t months from the first, at each of run.discount. Investment is the whole of what is spent:
 * loans are a part of npv.fiscal alone. The residual value counts in the last month. Only differences between runs
 * mean anything, since the users' gain is counted from the base price.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_APPRAISAL_H
#define ZHOL_APPRAISAL_H

#include "models/accounts/accounts.h"
#include "models/accounts/gains.h"

struct appraisal;
struct appraisal_state; /* of a thread */

extern const struct outcome_kind appraisal_outcomes[];

/* Without run.home or run.discount nothing is appraised. */
MUST_CHECK struct fault *appraisal_prepare(struct plan *plan, const struct flows *flows,
                                           const struct accounts *accounts, struct appraisal **appraisal);
void appraisal_free(struct appraisal *appraisal);

MUST_CHECK struct fault *appraisal_open(const struct appraisal *appraisal, struct arena *arena,
                                        struct appraisal_state **state);
/* A month (0 = the first), after the accounts. */
void appraisal_step(struct appraisal_state *state, const struct rows *rows, const struct flows_state *flows,
                    const struct accounts_state *accounts, const struct gains_state *gains,
                    const struct policies_state *policies, int month);
void appraisal_report(const struct appraisal_state *state, struct outcome_rows *rows);

#endif
