/* models/keys.c -- see keys.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/keys.h"
#include "models/accounts/accounts.h"
#include "models/accounts/treasury.h"
#include "models/drivers/drivers.h"
#include "models/energy/energy.h"
#include "models/inputs.h"
#include "models/network/flows.h"
#include "models/network/network.h"
#include "models/outcomes.h"
#include "models/policy/events.h"
#include "models/policy/policies.h"
#include "models/policy/regimes.h"
#include "sim/core/calendar.h"

#include <stddef.h>

static const struct key time_keys[] = {
    {.name = "base",
     .kind = KEY_MONTH,
     .meaning = "Middle of the base year, to which base volumes and driver bases refer."},
    {.name = "start", .kind = KEY_MONTH, .meaning = "First simulated month."},
    {.name = "months", .kind = KEY_INTEGER, .min = 12, .max = 1200, .meaning = "Simulated months; whole years."},
    {.name = NULL}};
static const struct key discount_entry[] = {{.name = "*",
                                             .kind = KEY_QUANTITY,
                                             .unit = "1/yr",
                                             .min = 0,
                                             .max = 1,
                                             .compounds = true,
                                             .meaning = "A discount rate."}};
static const struct key quantile_entry[] = {{.name = "*",
                                             .kind = KEY_QUANTITY,
                                             .unit = "",
                                             .min = 0,
                                             .max = 1,
                                             .min_open = true,
                                             .max_open = true,
                                             .meaning = "A probability."}};
static const struct key cvar_entry[] = {{.name = "*",
                                         .kind = KEY_QUANTITY,
                                         .unit = "",
                                         .min = 0.5,
                                         .max = 1,
                                         .min_open = true,
                                         .max_open = true,
                                         .meaning = "A level."}};
static const struct key unit_entry[] = {
    {.name = "*",
     .kind = KEY_TEXT,
     .meaning = "What one is worth, such as KZT: 1/382.75 USD, of a currency its rate in the base year; k, M and G go "
                "before currencies."}};
static const struct key goal_keys[] = {
    {.name = "outcome", .kind = KEY_TEXT, .meaning = "The path of an outcome."},
    {.name = "year",
     .kind = KEY_INTEGER,
     .default_value = "",
     .min = 1,
     .max = 9999,
     .meaning = "A year of the run; the whole horizon if absent."},
    {.name = "statistic",
     .kind = KEY_CHOICE,
     .choices = "mean quantile cvar-upper cvar-lower probability",
     .default_value = "mean",
     .meaning = "What is to be known; a probability is that of a threshold."},
    {.name = "at",
     .kind = KEY_QUANTITY,
     .unit = "",
     .default_value = "",
     .min = 0,
     .max = 1,
     .min_open = true,
     .max_open = true,
     .meaning = "Probability of the quantile, or level of the CVaR (0.95 if absent)."},
    {.name = "relative",
     .kind = KEY_QUANTITY,
     .unit = "",
     .default_value = "",
     .min = 0,
     .max = 10,
     .share = true,
     .min_open = true,
     .meaning = "Half-width of the interval, as a share of the estimate."},
    {.name = "absolute",
     .kind = KEY_TEXT,
     .default_value = "",
     .meaning = "Half-width in the unit of the outcome; beside `relative` either one will do."},
    {.name = "confidence",
     .kind = KEY_QUANTITY,
     .unit = "",
     .default_value = "95 %",
     .min = 0.5,
     .max = 0.9999,
     .meaning = "How often the interval covers."},
    {.name = NULL}};
static const struct key goal_entry[] = {
    {.name = "*", .kind = KEY_SECTION, .keys = goal_keys, .meaning = "A number to be known well enough."}};
static const struct key precision_keys[] = {{.name = "limit",
                                             .kind = KEY_INTEGER,
                                             .default_value = "1000000",
                                             .min = 1,
                                             .max = KEYS_MOST_REPLICATIONS,
                                             .meaning = "Replications at most."},
                                            {.name = "goals",
                                             .kind = KEY_LIST,
                                             .min = 1,
                                             .max = 100,
                                             .entry = goal_entry,
                                             .meaning = "What is to be known how well; all of them."},
                                            {.name = NULL}};
static const struct key run_keys[] = {
    {.name = "replications",
     .kind = KEY_INTEGER,
     .default_value = "10000",
     .min = 1,
     .max = KEYS_MOST_REPLICATIONS,
     .meaning = "Simulated futures."},
    {.name = "precision",
     .kind = KEY_SECTION,
     .default_value = "",
     .keys = precision_keys,
     .meaning = "In place of `replications`: until some numbers are known well enough; -n and a batch switch it off."},
    {.name = "seed",
     .kind = KEY_INTEGER,
     .default_value = "1",
     .min = 0,
     .max = 9e18,
     .meaning = "Seed of all draws; 0 is a seed like any other."},
    {.name = "home", .kind = KEY_NAME, .default_value = "", .meaning = "The country whose accounts are kept."},
    {.name = "prices",
     .kind = KEY_TEXT,
     .default_value = "constant base-year USD",
     .meaning = "What money is counted in, such as `constant 2019 USD`."},
    {.name = "discount",
     .kind = KEY_LIST,
     .default_value = "",
     .min = 3,
     .max = 3,
     .entry = discount_entry,
     .meaning =
         "Three discount rates, ascending; the middle one is the plain one. A month counts at its first day, and "
         "present is the first day of the run."},
    {.name = "quantiles",
     .kind = KEY_LIST,
     .default_value = "",
     .min = 1,
     .max = 99,
     .entry = quantile_entry,
     .meaning = "Probabilities of the quantiles to report; 0.05, 0.25, 0.5, 0.75 and 0.95 if absent."},
    {.name = "cvar",
     .kind = KEY_LIST,
     .default_value = "",
     .min = 1,
     .max = 9,
     .entry = cvar_entry,
     .meaning = "Levels of the means of tails to report: of 0.95 those of the 5 % least and the 5 % greatest values; "
                "0.95 if absent."},
    {.name = NULL}};

static struct key keys[24];

const struct key *keys_root(void)
{
    size_t n = 0;
    keys[n++] = (struct key){.name = "scenario", .kind = KEY_NAME, .meaning = "Name of the scenario."};
    keys[n++] = (struct key){
        .name = "title", .kind = KEY_TITLE, .default_value = "", .meaning = "One line that says what it is."};
    keys[n++] = (struct key){.name = "units",
                             .kind = KEY_ENTRIES,
                             .default_value = "",
                             .names = NAME_UNIT,
                             .entry = unit_entry,
                             .meaning = "Units of the scenario's own, such as other currencies."};
    keys[n++] = (struct key){
        .name = "time", .kind = KEY_SECTION, .keys = time_keys, .meaning = "Base date, start and horizon."};
    keys[n++] = (struct key){.name = "run",
                             .kind = KEY_SECTION,
                             .default_value = "",
                             .keys = run_keys,
                             .meaning = "How it is simulated and counted."};
    keys[n++] = drivers_key;
    keys[n++] = inputs_key;
    keys[n++] = flows_commodities_key;
    keys[n++] = legs_key;
    keys[n++] = flows_key;
    keys[n++] = energy_key;
    keys[n++] = network_key;
    keys[n++] = events_key;
    keys[n++] = regimes_key;
    keys[n++] = policies_key;
    keys[n++] = policies_adopt_key;
    keys[n++] = projects_finance_key;
    keys[n++] = accounts_fiscal_key;
    keys[n++] = treasury_key;
    keys[n++] = outcomes_key;
    keys[n] = (struct key){.name = NULL};
    return keys;
}
