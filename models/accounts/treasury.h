/* models/accounts/treasury.h -- what the home state has and owes, month by month (models/README.md, The state):
 *
 *   Y   = start * ratio of a driver                      gross domestic product per year; Y* its trend
 *   F'  = F (1 + r)^(1/12) + receipts - transfer         the fund
 *   transfer = min(guaranteed, what F holds above its floor), and targeted ones on top
 *   balance  = revenue Y + lines of the public account that the fund does not receive + transfer
 *              - spending Y* - subsidies - investment of its own - upkeep - service of loans
 *   B'  = B (1 + i)^(1/12) - balance                     debt, beside what is outstanding of policies' loans
 *
 * All at constant prices of the base year. A policy's loan is debt from its drawing to its repayment; what is left of it
 * when the run ends stays debt, while `fiscal.debt-service` settles it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_TREASURY_H
#define ZHOL_TREASURY_H

#include "models/accounts/accounts.h"

struct treasury;
struct treasury_state; /* of a thread */

/* The declaration of the top-level key `state`, and what is reported. */
extern const struct key treasury_key;
extern const struct outcome_kind treasury_outcomes[];

/* Without the section `state` an empty one. */
MUST_CHECK struct fault *treasury_prepare(struct plan *plan, const struct drivers *drivers, struct treasury **treasury);
void treasury_free(struct treasury *treasury);

MUST_CHECK struct fault *treasury_open(const struct treasury *treasury, struct arena *arena,
                                       struct treasury_state **state);
/* For a block, the drivers at their start. */
void treasury_start(struct treasury_state *state, const struct rows *rows, const struct drivers_state *drivers);
/* A month, after the accounts. */
void treasury_step(struct treasury_state *state, const struct rows *rows, const struct drivers_state *drivers,
                   const struct accounts_state *accounts, const struct policies_state *policies);
void treasury_report(const struct treasury_state *state, struct outcome_rows *rows);

#endif
