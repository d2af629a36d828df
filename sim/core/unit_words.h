/* sim/core/unit_words.h -- what people write for units, and what of ours it means.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_UNIT_WORDS_H
#define ZHOL_UNIT_WORDS_H

#include "sim/core/units.h"

/* What may be meant by a text in which some word is none of the names (ended by NULL). Never a unit of another size: one
 * of the text is `times` of the meant unit. False: nothing is known of it. */
bool unit_words_find(const char *const names[], const char *text, struct unit_meaning *meant);

#endif
