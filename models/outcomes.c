/* models/outcomes.c -- see outcomes.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/outcomes.h"
#include "models/accounts/accounts.h"
#include "models/accounts/appraisal.h"
#include "models/accounts/gains.h"
#include "models/accounts/indices.h"
#include "models/accounts/thresholds.h"
#include "models/accounts/treasury.h"
#include "models/energy/energy.h"
#include "models/network/by_leg.h"
#include "models/network/corridors.h"
#include "models/network/network.h"
#include "models/policy/events.h"
#include "models/policy/policies.h"
#include "models/policy/regimes.h"

#include <ctype.h>
#include <fnmatch.h>

const struct outcome_kind *const outcome_tables[] = {drivers_outcomes,
                                                     flows_outcomes,
                                                     network_flow_outcomes,
                                                     accounts_flow_outcomes,
                                                     network_route_outcomes,
                                                     legs_outcomes,
                                                     by_leg_outcomes,
                                                     corridors_outcomes,
                                                     energy_outcomes,
                                                     energy_field_outcomes,
                                                     energy_outlet_outcomes,
                                                     events_outcomes,
                                                     regimes_outcomes,
                                                     policies_outcomes,
                                                     accounts_fiscal_outcomes,
                                                     accounts_trade_outcomes,
                                                     accounts_partner_outcomes,
                                                     treasury_outcomes,
                                                     gains_outcomes,
                                                     appraisal_outcomes,
                                                     indices_outcomes,
                                                     thresholds_outcomes,
                                                     network_solver_outcomes,
                                                     effects_outcomes,
                                                     NULL};

/* Whether the path fits, where each run of capitals stands for any name; *said: how much of it is no name. */
static bool fits(const char *pattern, const char *path, size_t *said)
{
    char glob[128];
    size_t length = 0;
    *said = 0;
    for (const char *at = pattern; *at != '\0' && length + 1 < sizeof glob; at++) {
        const bool name = isupper((unsigned char)*at) != 0;
        if (name && length > 0 && glob[length - 1] == '*') continue;
        glob[length++] = name ? '*' : *at;
        *said += !name;
    }
    glob[length] = '\0';
    return fnmatch(glob, path, 0) == 0;
}

const struct outcome_kind *outcomes_kind(const char *path)
{
    const struct outcome_kind *best = NULL;
    size_t most = 0, said;
    for (size_t t = 0; outcome_tables[t] != NULL; t++)
        for (const struct outcome_kind *kind = outcome_tables[t]; kind->pattern != NULL; kind++) {
            if (!fits(kind->pattern, path, &said) || (best != NULL && said <= most)) continue;
            best = kind;
            most = said;
        }
    return best;
}

static const struct key save_entry[] = {
    {.name = "*", .kind = KEY_TEXT, .meaning = "A path, or a pattern such as 'drivers.*'."}};
static const struct key outcomes_keys[] = {
    {.name = "corridors",
     .kind = KEY_ENTRIES,
     .default_value = "",
     .entry = corridors_entry,
     .meaning = "Named sets of routes whose volumes are reported."},
    {.name = "by_leg",
     .kind = KEY_LIST,
     .default_value = "",
     .min = 1,
     .max = 1000,
     .entry = by_leg_entry,
     .shorthand = "",
     .meaning = "Flows whose routes are reported leg by leg: cost, time and delay of each leg on the way."},
    {.name = "dependence",
     .kind = KEY_ENTRIES,
     .default_value = "",
     .entry = indices_dependence_entry,
     .meaning = "Named sets of exports, transit or imports, and countries whose legs they use."},
    {.name = "thresholds",
     .kind = KEY_ENTRIES,
     .default_value = "",
     .entry = thresholds_entry,
     .meaning = "Named things that may happen."},
    {.name = "save",
     .kind = KEY_LIST,
     .default_value = "",
     .min = 1,
     .max = 1000,
     .entry = save_entry,
     .shorthand = "",
     .meaning = "Outcomes whose yearly samples are saved, in place of the usual ones; `none` for none. --save comes "
                "first."},
    {.name = "coverage",
     .kind = KEY_SECTION,
     .default_value = "",
     .keys = accounts_coverage_keys,
     .meaning = "Which share of published trade the scenario's goods make up; said beside trade."},
    {.name = NULL}};
const struct key outcomes_key = {.name = "outcomes",
                                 .kind = KEY_SECTION,
                                 .default_value = "",
                                 .keys = outcomes_keys,
                                 .meaning = "What is reported beyond what every scenario reports."};
