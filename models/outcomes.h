/* models/outcomes.h -- every kind of outcome that a scenario can have, in one list: what it is called, its unit, how it
 * adds up, which way is better. Results, tables, comparisons and the reference page read the same declarations.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_OUTCOMES_H
#define ZHOL_OUTCOMES_H

#include "sim/core/outcome.h"
#include "sim/core/schema.h"

/* Tables of kinds, each ended by pattern NULL; the list is ended by NULL. */
extern const struct outcome_kind *const outcome_tables[];

/* The kind of the outcome at a path: of those whose pattern it fits, the one that says most of it. NULL: none. */
const struct outcome_kind *outcomes_kind(const char *path);

/* The declaration of the top-level key `outcomes`. */
extern const struct key outcomes_key;

#endif
