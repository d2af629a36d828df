/* models/outcomes.c -- see outcomes.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/outcomes.h"
#include "models/corridors.h"
#include "models/energy.h"
#include "models/network.h"

const struct outcome_kind *const outcome_tables[] = {
    drivers_outcomes,   flows_outcomes,  network_flow_outcomes,  network_route_outcomes,  legs_outcomes,
    corridors_outcomes, energy_outcomes, energy_outlet_outcomes, network_solver_outcomes, NULL};
