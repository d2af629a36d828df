/* models/policy/events.h -- disturbances: clocks that start them at random, or dates (models/README.md, Events).
 *
 * A clock alternates between waiting and lasting. From a point of the month on at which the event is not there, the
 * wait X for the next start is exponential with the hazard of the month (no memory, so that it is drawn anew each
 * month), and it lasts T, drawn anew; then again, up to 16 starts a month. `down`, the sum of its parts, is the part of
 * the month to which its effects are in force. The share of time down is exactly
 *   rate E[T] / (1 + rate E[T])
 * for any law of T. Draws: the wait and the duration of the first start of a month in two slots of one stream, those of
 * further starts in another; a value that is drawn each time in a stream of its own, slot by start. One event with many
 * effects is what makes them happen together (Marshall and Olkin 1967).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_EVENTS_H
#define ZHOL_EVENTS_H

#include "models/drivers/drivers.h"
#include "models/policy/effects.h"

struct events;
struct events_state; /* of a thread */

/* The declaration of the top-level key `events`, and what is reported. */
extern const struct key events_key;
extern const struct outcome_kind events_outcomes[];

/* All faults at once; *events is set even then. */
MUST_CHECK struct fault *events_prepare(struct plan *plan, struct effects *effects, const struct drivers *drivers,
                                        struct events **events);
void events_free(struct events *events);
size_t events_count(const struct events *events);

MUST_CHECK struct fault *events_open(const struct events *events, struct arena *arena, struct events_state **state);
/* What a state takes: rows of lanes, and states of streams. */
void events_start(struct events_state *state, uint64_t first_replication);
/* A month (0 = the first): writes the signals of the events. */
void events_step(struct events_state *state, const struct rows *rows, const struct drivers_state *drivers, int month);
/* The same without chance: only what has dates happens, and lasts its median. */
void events_step_central(struct events_state *state, const struct rows *rows, int month);
void events_report(const struct events_state *state, const struct rows *rows, struct outcome_rows *report);

#endif
