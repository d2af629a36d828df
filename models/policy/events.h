/* models/policy/events.h -- disturbances: clocks that start them at random, or dates (models/README.md, Events).
 *
 * Each month, r the remaining duration in months:
 *   r <= 0: with probability p = 1 - e^{-rate D} an event starts at U ~ uniform(0, 1) of the month and lasts T, drawn
 *           anew; down = min(1 - U, T), r = T - (1 - U)
 *   else:   down = min(1, r), r = r - 1
 * `down` is the part of the month to which its effects are in force. No event starts in a month that begins down, so
 * that the share of time down is exactly p E[T] / (1 + p E[T]) for any law of T. Three draws per event and month:
 * arrival, position, duration. One event with many effects is what makes them happen together (Marshall and Olkin
 * 1967).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_EVENTS_H
#define ZHOL_EVENTS_H

#include "models/policy/effects.h"

struct events;
struct events_state; /* of a thread */

/* The declaration of the top-level key `events`, and what is reported. */
extern const struct key events_key;
extern const struct outcome_kind events_outcomes[];

/* All faults at once; *events is set even then. */
MUST_CHECK struct fault *events_prepare(struct plan *plan, struct effects *effects, struct events **events);
void events_free(struct events *events);
size_t events_count(const struct events *events);

MUST_CHECK struct fault *events_open(const struct events *events, struct events_state **state);
void events_close(struct events_state *state);
size_t events_rows(const struct events *events);
void events_start(struct events_state *state, uint64_t first_replication);
/* A month (0 = the first): writes the signals of the events. */
void events_step(struct events_state *state, const struct rows *rows, int month);
/* The same without chance: only what is dated happens, and lasts its median. */
void events_step_central(struct events_state *state, const struct rows *rows, int month);
void events_report(const struct events *events, const struct rows *rows, struct outcome_rows *report);

#endif
