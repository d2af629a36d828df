/* sim/core/units.h -- the units of a scenario, on UDUNITS-2 with definitions of our own.
 *
 * yr is 365.25 d and mo a twelfth of it, so that 12 Mt/yr is 1 Mt/mo exactly; TEU, FEU (2 TEU), train, USD, bbl, bcm,
 * kcm, MWh, GJ, MMBtu are known; the prefixes k, M, G only on t, USD, TEU, bbl, boe and toe; % is 1/100. A scenario may
 * add names of its own. Every other name is refused: UDUNITS alone would read `kt` as knot and `mb` as millibar without
 * a word.
 *
 * A unit is a chain of names, each with an optional whole power, multiplied by a space or `*` and divided by `/`, from
 * left to right: USD/TEU/d is USD/(TEU d), m^2 is m m. A leading `/` stands for `1/`. No parentheses. "" and "1" are
 * the unit of pure numbers.
 *
 * Exactness: a unit is kept as a fraction of whole numbers over the bases m, t, mo, TEU, train, USD and GJ (a day is
 * 16/487 mo), and divided only once, at the end. A conversion is therefore correctly rounded wherever the reduced whole
 * numbers stay below 2^53.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_UNITS_H
#define ZHOL_UNITS_H

#include "sim/core/fault.h"

#include <stdbool.h>

struct units; /* the system of units; opaque: holds UDUNITS handles. Not for use by two threads at once. */

/* Also silences the messages that UDUNITS would write to stderr, for the whole process. */
MUST_CHECK struct fault *units_open(struct units **units);
void units_close(struct units *units);

/* The factor that turns a number in `from` into `to` ("Mt/yr" to "t/yr": 1e6). Either may be "" or "1": no dimension.
 * Fails with FAULT_SCENARIO and a sentence without a place, to which callers add theirs: an unknown name ("'tonne' is
 * not a unit; did you mean 't'?"), or another dimension ("Mt is a mass; expected a rate such as Mt/yr"). */
MUST_CHECK struct fault *units_factor(struct units *units, const char *from, const char *to, double *factor);

/* The same as a fraction without common divisor: x in `from` is x * multiply / divide in `to`. Both are whole numbers,
 * so that 3 % comes out as 0.03 where 3 times the factor 0.01 might not. Faults as for units_factor. */
MUST_CHECK struct fault *units_ratio(struct units *units, const char *from, const char *to, double *multiply,
                                     double *divide);

/* Whether the text is a unit without dimension, such as %, Mt/t or "", whatever heat value is set. */
bool units_are_pure(struct units *units, const char *text);

/* Fails unless the text is a unit made of known names. */
MUST_CHECK struct fault *units_check(struct units *units, const char *text);

/* The unit names that are known, NULL-terminated, for the reference page; `units_meaning` says what one is (NULL:
 * unknown). */
const char *const *units_names(void);
const char *units_meaning(const char *name);

/* Adds a unit of the scenario's own, such as KZT, worth "1/382.75 USD"; of a currency also with k, M and G before it.
 * Fails where the name is taken or is more than a few letters, or the worth is no decimal or fraction with a unit. */
MUST_CHECK struct fault *units_define(struct units *units, const char *name, const char *worth);

/* From now on amounts of energy and of what has this heat value ("38 GJ/kcm") are converted into one another, also in
 * prices and rates. NULL, or a text of another dimension: no longer. */
MUST_CHECK struct fault *units_set_heat(struct units *units, const char *heat);

/* What may have been meant by a text that is no unit. */
struct unit_meaning {
    char wrong[41], right[41]; /* the first word that is no unit, and what stands for it */
    bool one_word;             /* one word for another of the same size is all that is wrong */
    char unit[96];             /* the whole text in our units ... */
    double times;              /* ... of which one of the text is so many */
    bool currency;             /* `wrong` is a currency, whose rate the scenario has to state */
    const char *note;          /* not NULL: `wrong` has several meanings, which this says */
};
/* False: nothing is known of it. */
bool units_meant(const struct units *units, const char *text, struct unit_meaning *meant);

/* "USD/TEU", or "USD" per a pure number. */
void unit_per(const char *unit, const char *per, size_t size, char text[]);

/* For "did you mean": which of the words (NULL-terminated) is `name` but for its case or a slip or two; NULL if none
 * is. */
const char *units_nearest(const char *name, const char *const words[]);

/* "; did you mean 'x'?" for the end of a sentence, or "" where no word is near; cut off at `size`. */
const char *units_hint(const char *name, const char *const words[], size_t size, char text[]);

#endif
