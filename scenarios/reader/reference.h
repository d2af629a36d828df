/* scenarios/reader/reference.h -- the declared keys as a page for people and as a schema for editors.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_REFERENCE_H
#define ZHOL_REFERENCE_H

#include "sim/core/fault.h"
#include "sim/core/outcome.h"
#include "sim/core/schema.h"

#include <stdio.h>

/* A Markdown page of every key, with units, defaults and ranges, the units and the distributions. */
MUST_CHECK struct fault *reference_markdown(const struct key *keys, FILE *to);
/* A Markdown table of every kind of outcome; tables are ended by pattern NULL, the list by NULL. */
MUST_CHECK struct fault *reference_outcomes(const struct outcome_kind *const tables[], FILE *to);

#endif
