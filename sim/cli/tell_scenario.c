/* sim/cli/tell_scenario.c -- see tell_scenario.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/tell_scenario.h"
#include "scenarios/reader/diagnostics.h"

#include <stdio.h>

void tell_scenario(const struct scenario *scenario, const struct fault *warnings)
{
    if (scenario != NULL) diagnostics_print(scenario->notes, "note", stderr);
    diagnostics_print(warnings, "warning", stderr);
}

void tell_scenario_in_short(const struct scenario *scenario, const struct fault *warnings)
{
    enum { NOTES_IN_FULL = 2 };
    if (scenario == NULL || fault_count(scenario->notes) <= NOTES_IN_FULL) {
        tell_scenario(scenario, warnings);
        return;
    }
    diagnostics_print_first(scenario->notes, "note", "`zhol check` has them all", stderr);
    diagnostics_print(warnings, "warning", stderr);
}
