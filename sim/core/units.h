/* sim/core/units.h -- the units of a scenario, on UDUNITS-2 with definitions of our own.
 *
 * yr is 365.25 d and mo a twelfth of it, so that 12 Mt/yr is 1 Mt/mo exactly; TEU, FEU (2 TEU), train, USD, bbl, bcm, kcm
 * are known; SI prefixes only on t, USD, TEU and bbl; % is 1/100. Every other name is refused: UDUNITS alone would read
 * `kt` as knot and `mb` as millibar without a word.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_UNITS_H
#define ZHOL_UNITS_H

#include "sim/core/fault.h"

struct units; /* the system of units; opaque: holds UDUNITS handles. Not for use by two threads at once. */

MUST_CHECK struct fault *units_open(struct units **units);
void units_close(struct units *units);

/* The factor that turns a number in `from` into `to` ("Mt/yr" to "t/yr": 1e6). Either may be "" or "1": no dimension.
 * Fails with FAULT_SCENARIO and a sentence without a place, to which callers add theirs: an unknown name ("'tonne' is not
 * a unit; did you mean 't'?"), or another dimension ("Mt is a mass; expected a rate such as Mt/yr"). */
MUST_CHECK struct fault *units_factor(struct units *units, const char *from, const char *to, double *factor);

/* Fails unless the text is a unit made of known names. */
MUST_CHECK struct fault *units_check(struct units *units, const char *text);

/* The unit names that are known, NULL-terminated, for the reference page; `units_meaning` says what one is. */
const char *const *units_names(void);
const char *units_meaning(const char *name);

#endif
