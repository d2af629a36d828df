/* sim/cli/tell_scenario.h -- what is worth saying of a scenario that was read: what its files delete, and warnings.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_TELL_SCENARIO_H
#define ZHOL_TELL_SCENARIO_H

#include "scenarios/reader/reader.h"

/* To stderr. The scenario NULL, which could not be read: warnings alone. */
void tell_scenario(const struct scenario *scenario, const struct fault *warnings);
/* Likewise, but of many keys that are deleted the first alone, and that `zhol check` has the others: for commands whose own
 * words are worth more. */
void tell_scenario_in_short(const struct scenario *scenario, const struct fault *warnings);

#endif
