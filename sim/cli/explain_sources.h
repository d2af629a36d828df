/* sim/cli/explain_sources.h -- the numbers of a scenario by where they come from.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_EXPLAIN_SOURCES_H
#define ZHOL_EXPLAIN_SOURCES_H

#include "scenarios/reader/reader.h"

#include <stdio.h>

enum explain_format { EXPLAIN_TEXT, EXPLAIN_CSV, EXPLAIN_JSON };

/* How many there are of each kind (provenance.h), then each with its value, file:line and comment: those without a source first.
 * As CSV a row per number, as JSON one object. */
MUST_CHECK struct fault *explain_sources(const struct scenario *scenario, enum explain_format format, FILE *to);

#endif
