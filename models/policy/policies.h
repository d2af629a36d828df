/* models/policy/policies.h -- what a government chooses: dated edits that may have to be built, and cost
 * (models/README.md, Policies).
 *
 * Only what `adopt` names counts, directly or through bundles. A policy starts at its date, or where `when` has held in
 * a replication; it acts from its completion (projects.h) until `end`, from when on nothing starts it. A trigger reads
 * this month's drivers and last month's outcomes; it starts a policy once.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_POLICIES_H
#define ZHOL_POLICIES_H

#include "models/policy/effects.h"
#include "models/policy/projects.h"
#include "models/policy/watch.h"

struct policies;
struct policies_state; /* of a thread */

/* The declarations of the top-level keys `policies` and `adopt`, and what is reported. */
extern const struct key policies_key, policies_adopt_key;
extern const struct outcome_kind policies_outcomes[];

/* All faults at once; *policies is set even then. */
MUST_CHECK struct fault *policies_prepare(struct plan *plan, struct effects *effects, struct policies **policies);
/* Reads the triggers, when all outcomes are declared. */
MUST_CHECK struct fault *policies_connect(struct policies *policies, const struct plan *plan,
                                          const struct drivers *drivers);
void policies_free(struct policies *policies);

size_t policies_count(const struct policies *policies); /* adopted */
const char *policies_name(const struct policies *policies, size_t policy);
/* Whether any has a cost. */
bool policies_spend(const struct policies *policies);

MUST_CHECK struct fault *policies_open(const struct policies *policies, struct arena *arena,
                                       struct policies_state **state);
/* What a state takes: rows of lanes, and states of streams. */
/* For a block. `calm`: nothing fails. */
void policies_start(struct policies_state *state, const struct rows *rows, uint64_t first_replication, bool calm);
/* Before anything else of a month (0 = the first), while `last` holds the outcomes of the last one: counts for the
 * triggers that watch one of them. */
void policies_watch(struct policies_state *state, const struct outcome_rows *last, int month);
/* Then, after the drivers: writes the signals of the policies. With drivers NULL triggers stay still. */
void policies_step(struct policies_state *state, const struct rows *rows, const struct drivers_state *drivers,
                   int month);
void policies_report(const struct policies_state *state, const struct rows *rows, struct outcome_rows *report);

/* Rows of the month, USD per year, of all policies: what is invested in all and by the state itself, upkeep, and the
 * service of loans, in the last month with what is still owed; what all is worth in the end, USD, in the last month
 * only; of the service what is settled because the run ends, USD per year; and what is outstanding of loans at the end
 * of the month, before that, USD. */
struct policies_money {
    const double *invested, *own, *upkeep, *service, *residual, *settled, *outstanding;
};
struct policies_money policies_money(const struct policies_state *state);
/* The month from which a policy is complete, in a block; infinite: it is not. */
const double *policies_complete(const struct policies_state *state, size_t policy);

#endif
