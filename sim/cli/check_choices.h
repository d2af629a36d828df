/* sim/cli/check_choices.h -- what `check` says of events, regimes and policies.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_CHECK_CHOICES_H
#define ZHOL_CHECK_CHOICES_H

#include "sim/run/simulate.h"

/* A line for each event, regime and policy; `state` is at the start, before any draw. */
void check_choices_print(const struct simulation *simulation, const struct world_state *state);

#endif
