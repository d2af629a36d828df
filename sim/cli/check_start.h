/* sim/cli/check_start.h -- what zhol check tells of a scenario's state at the start, before anything is drawn.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_CHECK_START_H
#define ZHOL_CHECK_START_H

#include "sim/run/simulation.h"

/* Drivers and their first year, demand, routes and legs of the base year, events, regimes, policies, energy and
 * profiles. Puts `state` at the start, at the medians of what is drawn. */
MUST_CHECK struct fault *check_start_print(const struct simulation *simulation, struct world_state *state);

#endif
