/* models/accounts/indices.h -- how concentrated and how dependent the country is (models/README.md, Indices and
 * thresholds), from the sums of a year or of the horizon:
 *
 *   index.hhi.routes      sum of squared route shares within a flow, mean over flows weighted by value
 *   index.hhi.partners    sum of squared shares of partners in exports
 *   index.multivector     1 - (HHI - 1/n)/(1 - 1/n), n partners: 0 one partner, 1 equal shares; -base at base prices
 *   index.dependence.X    share of a set that moves over any leg of some countries, by value or by volume
 * Herfindahl 1950, Hirschman 1945.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_INDICES_H
#define ZHOL_INDICES_H

#include "models/accounts/accounts.h"

struct indices;
struct indices_state; /* of a thread */

/* The key `dependence` of the section `outcomes`, and what is reported. */
extern const struct key indices_dependence_entry[];
extern const struct outcome_kind indices_outcomes[];

MUST_CHECK struct fault *indices_prepare(struct plan *plan, const struct flows *flows, const struct network *network,
                                         const struct energy *energy, const struct accounts *accounts,
                                         struct indices **indices);
void indices_free(struct indices *indices);

MUST_CHECK struct fault *indices_open(const struct indices *indices, struct arena *arena, struct indices_state **state);
/* A month, after the accounts. */
void indices_step(struct indices_state *state, const struct accounts_state *accounts,
                  const struct network_state *network, const struct energy_state *energy, int month);
/* Works out what depends on the sums of the year just stepped, or with `horizon` of all years. */
void indices_derive(struct indices_state *state, bool horizon);
void indices_report(const struct indices_state *state, struct outcome_rows *rows);

#endif
