/* models/policy/regimes.h -- persistent states of the world, such as sanctions: finite Markov chains in continuous
 * time, seen monthly (models/README.md, Regimes).
 *
 *   P = exp(Q D),  Q the rates of `transition`, each row summing to 0; D a month
 * The chain steps once before the first month counts. `force` puts it into a state at a date, after which transitions
 * go on. The effects of a state are in force while it lasts.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_REGIMES_H
#define ZHOL_REGIMES_H

#include "models/policy/effects.h"

enum { REGIME_STATES = 6 }; /* at most */

struct regimes;
struct regimes_state; /* of a thread */

/* The declaration of the top-level key `regimes`, and what is reported. */
extern const struct key regimes_key;
extern const struct outcome_kind regimes_outcomes[];

/* All faults at once; *regimes is set even then. */
MUST_CHECK struct fault *regimes_prepare(struct plan *plan, struct effects *effects, struct regimes **regimes);
void regimes_free(struct regimes *regimes);
size_t regimes_count(const struct regimes *regimes);

/* After the store is sealed. */
MUST_CHECK struct fault *regimes_open(const struct regimes *regimes, struct arena *arena, struct regimes_state **state);
void regimes_start(struct regimes_state *state, uint64_t first_replication);
/* A month (0 = the first): writes the signals of the states. */
void regimes_step(struct regimes_state *state, const struct rows *rows, int month);
/* The same without chance: only what is forced happens. */
void regimes_step_central(struct regimes_state *state, const struct rows *rows, int month);
void regimes_report(const struct regimes *regimes, const struct rows *rows, struct outcome_rows *report);

/* P = exp(Q D) of n states, Q and P [n * n] rows of lanes, row by row: scaling and squaring of the series. */
void regime_transition(size_t n, const double (*rate)[LANES], double years, double (*probability)[LANES]);

#endif
