/* models/accounts/profit_tax.h -- the tax on producers' profit and what it leaves them, by commodity and month
 * (models/README.md, Public account and trade):
 *
 *   profit  = margin - investment                        what producers invest is deducted when it is spent
 *   tax     = rate x max(0, profit `lag` months ago)     before the first month profit stood as in it
 *   home's  = home share x (profit - tax)
 *
 * No loss is carried forward. All in USD per year at the prices of the base year.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_PROFIT_TAX_H
#define ZHOL_PROFIT_TAX_H

#include "models/energy/energy.h"

struct profit_tax;
struct profit_tax_state; /* of a thread */

/* The keys of fiscal.profit_tax. */
extern const struct key profit_tax_keys[];

MUST_CHECK struct fault *profit_tax_prepare(struct plan *plan, struct setting *section, const struct energy *energy,
                                            struct profit_tax **tax);
void profit_tax_free(struct profit_tax *tax);

MUST_CHECK struct fault *profit_tax_open(const struct profit_tax *tax, struct arena *arena,
                                         struct profit_tax_state **state);
void profit_tax_start(struct profit_tax_state *state);
/* A month, after that of energy: rows of what is paid, of what is left to owners at home, and of what is invested, USD
 * per year, of all commodities together. */
void profit_tax_step(struct profit_tax_state *state, const struct rows *rows, const struct energy_state *energy,
                     double paid[LANES], double home[LANES], double invested[LANES]);

#endif
