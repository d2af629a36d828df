/* models/drivers/drivers.h -- all drivers of a scenario: the first step of a month (models/README.md, Drivers).
 *
 * An output is the level of one driver, or of one variable of a var driver; flows, prices and outcomes read outputs.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_DRIVERS_H
#define ZHOL_DRIVERS_H

#include "models/plan.h"

struct drivers;
struct drivers_state; /* of a thread */

/* The declaration of the top-level key `drivers`. */
extern const struct key drivers_key;
/* What is reported: a table ended by pattern NULL, like those of the other models; outcomes.h has them all. */
extern const struct outcome_kind drivers_outcomes[];

/* Reads the section `drivers` and adds an outcome drivers.D per output. Without drivers, an empty set. */
MUST_CHECK struct fault *drivers_prepare(struct plan *plan, struct drivers **drivers);
void drivers_free(struct drivers *drivers);

size_t drivers_outputs(const struct drivers *drivers);
/* The output of that name ("brent", "macro.cn"); drivers_outputs() if there is none. */
size_t drivers_find(const struct drivers *drivers, const char *name);
/* The output that a reference names; a fault at its place if it is none. */
MUST_CHECK struct fault *drivers_refer(const struct drivers *drivers, const struct setting *reference, size_t *output);
const char *drivers_name(const struct drivers *drivers, size_t output);
const char *drivers_unit(const struct drivers *drivers, size_t output);
/* True if the level is always positive: a price or a volume, of which logs can be taken. */
bool drivers_positive(const struct drivers *drivers, size_t output);

/* The innovations of all drivers, and which connected group of correlations each belongs to: a driver that joins a
 * group changes the draws of the group. */
size_t drivers_innovations(const struct drivers *drivers);
const char *drivers_innovation(const struct drivers *drivers, size_t innovation);
size_t drivers_group(const struct drivers *drivers, size_t innovation);
size_t drivers_groups(const struct drivers *drivers);

/* The shock of a flow's demand, which is stepped with the drivers; DRIVERS_NO_SHOCK if it has none. */
#define DRIVERS_NO_SHOCK SIZE_MAX
size_t drivers_shock(const struct drivers *drivers, const char *flow);

MUST_CHECK struct fault *drivers_open(const struct drivers *drivers, struct arena *arena, struct drivers_state **state);
/* What a state takes: rows of lanes, and states of streams. */
/* Whether what runs from the base date on is drawn before the start (false, the usual), or stands at its median. */
void drivers_calm(struct drivers_state *state, bool calm);
/* For a block; the store's rows must hold the values of the base date (rows_step). Afterwards levels and ratios are
 * those at the start, without season. */
void drivers_start(struct drivers_state *state, struct rows *rows, uint64_t first_replication);
/* A month (0 = the first), in ascending order; the store's rows are those of the month. */
void drivers_step(struct drivers_state *state, struct rows *rows, int month);
/* The level of an output; and the log of its ratio to its base (only where drivers_positive). Valid for the state's
 * life. */
const double *drivers_level(const struct drivers_state *state, size_t output);
const double *drivers_log_ratio(const struct drivers_state *state, size_t output);
/* The level that ratios of an output refer to: 1 of a volume, the start value of a price or level. After drivers_start.
 */
void drivers_base(const struct drivers_state *state, size_t output, double base[LANES]);
/* The log of a shock of the month. */
const double *drivers_log_shock(const struct drivers_state *state, size_t shock);
/* Enters the rows of drivers.D and drivers.D.clamped. */
void drivers_report(const struct drivers_state *state, struct outcome_rows *rows);

#endif
