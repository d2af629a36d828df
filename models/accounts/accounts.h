/* models/accounts/accounts.h -- what the home country's state and trade get from it all, month by month
 * (models/README.md, Public account and trade):
 *
 *   fiscal.total = duty + royalty + profit tax + fees + import duty - subsidies
 *                  - investment of its own - upkeep - debt service
 * fees: `fee_take` times the fees of home legs and transit; profit tax as in profit_tax.h; import duty: tariff times value
 * of flows to home, of a customs union home's share of what all members collect; subsidies of home legs. Trade is value
 * times volume: of own outlets abroad, and of flows from and to home; goods of the model only. All in USD per year at
 * the prices of the base year.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_ACCOUNTS_H
#define ZHOL_ACCOUNTS_H

#include "models/energy/energy.h"
#include "models/network/network.h"
#include "models/policy/policies.h"

struct accounts;
struct accounts_state; /* of a thread */

/* The declarations of the top-level key `fiscal`, of outcomes.coverage, and of what is reported. */
extern const struct key accounts_fiscal_key, accounts_coverage_keys[];
extern const struct outcome_kind accounts_flow_outcomes[], accounts_fiscal_outcomes[], accounts_trade_outcomes[],
    accounts_partner_outcomes[];

/* Without run.home only the values of flows. */
MUST_CHECK struct fault *accounts_prepare(struct plan *plan, const struct flows *flows, const struct network *network,
                                          const struct energy *energy, const struct policies *policies,
                                          struct accounts **accounts);
void accounts_free(struct accounts *accounts);

/* Other countries that the home country sells to; a partner's name. */
size_t accounts_partners(const struct accounts *accounts);
const char *accounts_partner(const struct accounts *accounts, size_t partner);

MUST_CHECK struct fault *accounts_open(const struct accounts *accounts, struct arena *arena,
                                       struct accounts_state **state);
/* For a block, at the rows of the base date. */
void accounts_start(struct accounts_state *state, const struct rows *rows);
/* A month, after everything else. */
void accounts_step(struct accounts_state *state, const struct rows *rows, const struct flows_state *flows,
                   const struct network_state *network, const struct energy_state *energy,
                   const struct policies_state *policies);
void accounts_report(const struct accounts_state *state, struct outcome_rows *rows);

/* Rows of the month, USD per year: the value of a flow; exports to a partner, at current and at base
 * prices. */
const double *accounts_flow_value(const struct accounts_state *state, size_t flow);
const double *accounts_exports(const struct accounts_state *state, size_t partner);
const double *accounts_base_exports(const struct accounts_state *state, size_t partner);

/* Rows of the month of the home country, USD per year: lines of the public account, `fees` the state's share; fees of home legs and of transit in
 * all, before the state takes its share; producers' profit after tax that stays at home, and what all of them invest;
 * the import duty that home collects, of which it may get a share only. */
struct accounts_home {
    const double *duty, *royalty, *profit_tax, *fees, *import_duty, *subsidies, *total, *all_fees, *profit, *invested,
        *collected;
};
struct accounts_home accounts_home(const struct accounts_state *state);
/* Whether a flow begins or ends in the home country. */
bool accounts_touches_home(const struct accounts *accounts, size_t flow);

#endif
