/* models/accounts/gains.h -- who gains, country by country (models/README.md, Who gains).
 *
 *   gains.users.C    what users gain over the base price, of the flows from and to C
 *   gains.fees.C     fees of the legs of C; at home with those of transit
 *   gains.owners.C   the producers' profit after tax: what stays at home, and what goes abroad
 * Users' gain is parted between the exporter's and the importer's country: of a flow from or to home its `home_share`
 * is home's and the rest the other country's; of any other `split` is the exporter's and the rest the importer's.
 * Summed over countries these are all surplus of flows, all fees, and the margins less the tax on them. What belongs to
 * no country that the scenario names, such as fees of a leg that states none, is of `other`.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_GAINS_H
#define ZHOL_GAINS_H

#include "models/accounts/accounts.h"

struct gains;
struct gains_state; /* of a thread */

extern const struct outcome_kind gains_outcomes[];

MUST_CHECK struct fault *gains_prepare(struct plan *plan, const struct flows *flows, const struct network *network,
                                       const struct energy *energy, struct gains **gains);
void gains_free(struct gains *gains);

MUST_CHECK struct fault *gains_open(const struct gains *gains, struct arena *arena, struct gains_state **state);
/* A month, after the accounts. */
void gains_step(struct gains_state *state, const struct rows *rows, const struct flows_state *flows,
                const struct network_state *network, const struct energy_state *energy,
                const struct accounts_state *accounts);
void gains_report(const struct gains_state *state, struct outcome_rows *rows);

/* What is gained abroad in the month, USD per year: by users, by fees and by owners, and what other states take of
 * imports less what they pay on their legs. */
const double *gains_abroad(const struct gains_state *state);

#endif
