/* sim/core/store.h -- the quantities at run time: the only place where a model reads a number of the scenario.
 *
 * Every numeric key of the scenario has a slot, found by its path. For each slot the store knows how it varies:
 *   one number             written to its row once per thread
 *   one per replication    drawn when a block starts
 *   one per month          a profile over dates, the same in all lanes (times a drawn factor: per lane)
 *   moved                  a writer changes the row in some months, lane by lane
 * A component asks for the row of a slot at `start` or `step` and keeps no copy; what it reads is always LANES numbers,
 * so it has one code path. Only rows that vary by month are recomputed each month.
 *
 * Writers (effects of policies, regimes and events) change a row in the order of their registration, once it has its
 * own value of the month. A stage is a set of slots whose writers are called together, since what an earlier stage
 * holds may decide about a later one. Where a component makes more of a slot before it counts (growth, decline), it
 * calls the writers itself. Writers and their owners speak through signals: rows that belong to no quantity.
 *
 * Life: the reader adds slots (store_add_...), components and mechanisms add writers and signals in `prepare`,
 * store_seal ends that; then each thread opens rows and, for each block, calls rows_start, and for each month
 * rows_step, then rows_move for each stage.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_STORE_H
#define ZHOL_STORE_H

#include "sim/core/calendar.h"
#include "sim/core/fault.h"
#include "sim/core/lanes.h"
#include "sim/core/quantity.h"
#include "sim/core/stream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store;
struct rows;

enum store_variation { STORE_ONE, STORE_PER_REPLICATION, STORE_PER_MONTH, STORE_MOVED };

MUST_CHECK struct fault *store_open(struct store **store);
void store_close(struct store *store);

/* Adds a number or a distribution; the store takes over what `quantity` owns. The slot goes to *slot. */
MUST_CHECK struct fault *store_add(struct store *store, const char *path, const char *unit, struct quantity *quantity,
                                   int *slot);

/* Adds a profile: value[i] at month[i], ascending, linear between, constant outside; `step` true: stepwise. The factor
 * of the whole profile is the quantity `times` (taken over; a number 1 if there is none). Copies the arrays. */
MUST_CHECK struct fault *store_add_profile(struct store *store, const char *path, const char *unit, size_t count,
                                           const int month[], const double value[], bool step, struct quantity *times,
                                           int *slot);

/* Adds a quantity that its component draws by itself, as often as it needs; its row holds the median, and it is no
 * input. */
MUST_CHECK struct fault *store_add_occasional(struct store *store, const char *path, const char *unit,
                                              struct quantity *quantity, int *slot);
/* The number or distribution of a slot; of a profile its factor. */
const struct quantity *store_quantity(const struct store *store, int slot);
/* Ties the draw of a slot to that of another by a Gaussian copula of this correlation (between -1 and 1). Without
 * effect unless both are drawn. Ties do not chain. `to` -1 unties. */
void store_tie(struct store *store, int slot, int to, double correlation);
/* What a slot is tied to, and its correlation; -1: nothing. */
int store_tied(const struct store *store, int slot, double *correlation);
/* Joins the draws of slots that are drawn and not tied by a Gaussian copula: their normal scores z become L z, L
 * [count * count] lower triangular with rows of length 1. A slot is in one group at most. Copies the arrays. */
MUST_CHECK struct fault *store_join(struct store *store, size_t count, const int slot[], const double factor[]);
/* The slot is not read in this run: it is not drawn, and is no input. */
void store_idle(struct store *store, int slot);
bool store_is_idle(const struct store *store, int slot);

/* The slot of a path, -1 if there is none. */
int store_find(const struct store *store, const char *path);
size_t store_count(const struct store *store);
const char *store_path(const struct store *store, int slot);
const char *store_unit(const struct store *store, int slot);
enum store_variation store_variation(const struct store *store, int slot);
/* True if the row may differ from month to month. */
bool store_varies_by_month(const struct store *store, int slot);
/* The first date of a profile; INT_MIN of what is none. */
int store_first_date(const struct store *store, int slot);

/* The last one likewise, from which on a profile is constant. */
int store_last_date(const struct store *store, int slot);

/* The central value (median, medians of factors) in a month, before any writer. */
double store_central(const struct store *store, int slot, int month);
/* The mean, likewise. */
double store_mean(const struct store *store, int slot, int month);
/* The least and the greatest value that the quantity can have in any month, before any writer. */
void store_range(const struct store *store, int slot, double *least, double *most);

/* A writer: changes a row in place. `month` is the calendar month. Must be a pure function of its arguments, of what
 * `context` held when the run began, of signals and of rows of earlier stages. */
typedef void store_writer(const void *context, const struct rows *rows, int month, double row[LANES]);
enum { STORE_STAGES = 3 };
/* All writers of a slot belong to one stage, that of the first. */
MUST_CHECK struct fault *store_move(struct store *store, int slot, int stage, store_writer *writer,
                                    const void *context);
/* In the months of a run the quantity is multiplied by the factor of the month of the year (January first), before any
 * writer of the stage. At other dates, and in store_central and store_range, it is without. */
void store_season(struct store *store, int slot, int stage, const double factor[CALENDAR_MONTHS_PER_YEAR]);
/* The component calls the writers of this slot itself, with rows_apply. */
void store_defer(struct store *store, int slot);
/* A new signal. */
int store_signal(struct store *store);

/* Ends the building: names the draws with the seed. */
MUST_CHECK struct fault *store_seal(struct store *store, uint64_t seed, const gsl_rng_type *generator);

/* The inputs: slots (or factors of profiles) that are drawn, in order of slot. *name is the path, with ".times" for
 * factors. */
size_t store_inputs(const struct store *store);
const char *store_input_name(const struct store *store, size_t input);
int store_input_slot(const struct store *store, size_t input);

/* The rows of one thread. */
MUST_CHECK struct fault *rows_open(const struct store *store, struct arena *arena, struct rows **rows);
/* What rows_open takes: rows of lanes, and states of streams. */
/* For a new block: draws what is drawn per replication. */
void rows_start(struct rows *rows, uint64_t first_replication);
/* Instead of drawing: every drawn input at its median. For the state before any draw. */
void rows_central(struct rows *rows);
/* For a month: recomputes what varies by month, before any writer. */
void rows_step(struct rows *rows, int month);
/* The row that a slot has in a month before any writer, whatever month the rows are at. */
void rows_at(const struct rows *rows, int slot, int month, double row[LANES]);
/* Calls the writers of a stage. */
void rows_move(struct rows *rows, int stage, int month);
/* Calls the writers of a deferred slot on what its component made of it. */
void rows_apply(const struct rows *rows, int slot, int month, double row[LANES]);
/* The row of a slot; valid until the next rows_start, rows_step or rows_move, and aligned to LANES_ALIGNMENT. */
const double *rows_get(const struct rows *rows, int slot);
/* The row of the drawn input, as drawn. */
const double *rows_input(const struct rows *rows, size_t input);
/* The row of a signal, 0 after rows_start and rows_central. */
double *rows_signal(const struct rows *rows, int signal);

/* From now on the value of this slot before its writers, in the first lane, is kept: for accounts of what an effect
 * does. */
void rows_keep(struct rows *rows, int slot);
double rows_kept(const struct rows *rows);

#endif
