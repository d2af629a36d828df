/* models/world.h -- the order of a month: drivers; policies, regimes and events, whose effects edit the quantities of
 * the month; demand of flows, energy that comes before flows on a leg of both, network, all other energy, accounts,
 * treasury, appraisal, indices, thresholds; and the folding of months into years and the horizon.
 *
 * A world is prepared once per run from a plan; each thread opens a state of its own and simulates blocks of LANES
 * replications.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_WORLD_H
#define ZHOL_WORLD_H

#include "models/accounts/accounts.h"
#include "models/accounts/appraisal.h"
#include "models/accounts/gains.h"
#include "models/accounts/indices.h"
#include "models/accounts/thresholds.h"
#include "models/accounts/treasury.h"
#include "models/drivers/drivers.h"
#include "models/energy/energy.h"
#include "models/network/flows.h"
#include "models/network/network.h"
#include "models/plan.h"
#include "models/policy/events.h"
#include "models/policy/policies.h"
#include "models/policy/regimes.h"

struct world;
struct world_state;

/* Reads time and run, prepares all components, seals the store. All faults at once. *world is set even then, to be
 * freed. plan->calendar is set by this. */
MUST_CHECK struct fault *world_prepare(struct plan *plan, struct world **world);
void world_free(struct world *world);

size_t world_years(const struct world *world);
size_t world_cells(const struct world *world); /* outcomes * (years + 1) */
const struct drivers *world_drivers(const struct world *world);
const struct flows *world_flows(const struct world *world);
const struct network *world_network(const struct world *world);
const struct energy *world_energy(const struct world *world);
const struct effects *world_effects(const struct world *world);
const struct policies *world_policies(const struct world *world);
const struct events *world_events(const struct world *world);
const struct regimes *world_regimes(const struct world *world);

/* Who opens a state closes it, whether opening failed or not: *state is then NULL or opened in part. */
MUST_CHECK struct fault *world_open(const struct world *world, struct world_state **state);
void world_close(struct world_state *state);

/* Simulates the replications first .. first + lanes - 1. The result points into the state and is valid until the next
 * call. */
void world_simulate(struct world_state *state, uint64_t first, size_t lanes, struct block_result *result);

/* Is called after each month of a block, when the rows of the outcomes hold it; months count from 0. */
struct month_watch {
    void (*month)(void *context, const struct outcome_rows *rows, int month);
    void *context;
};
/* The same, watched. */
void world_simulate_watched(struct world_state *state, uint64_t first, size_t lanes, const struct month_watch *watch,
                            struct block_result *result);

/* The same step by step: a block begins, then its months in ascending order; after each the rows of the outcomes hold
 * the month. */
void world_begin(struct world_state *state, uint64_t first);
void world_month(struct world_state *state, int month);
const struct outcome_rows *world_report(const struct world_state *state);

/* Puts the state at the start date before any draw, inputs at their medians; then levels and demands can be read. */
void world_start_central(struct world_state *state);
/* After that, a month of quantities and energy alone (0 = the first, ascending): prices as at the start, no weather,
 * flows on shared legs as in the base year; of effects those of dated events, forced states and dated policies. */
void world_energy_central(struct world_state *state, int month);
const struct rows *world_rows(const struct world_state *state);
void world_keep(struct world_state *state, int slot); /* see rows_keep */
const struct policies_state *world_policies_state(const struct world_state *state);
const struct energy_state *world_energy_state(const struct world_state *state);
const struct drivers_state *world_drivers_state(const struct world_state *state);
const struct flows_state *world_flows_state(const struct world_state *state);
const struct network_state *world_network_state(const struct world_state *state);

/* Bytes of a state: what its components took, row by row and generator by generator. */
size_t world_state_bytes(const struct world_state *state);

#endif
