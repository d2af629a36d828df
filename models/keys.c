/* models/keys.c -- see keys.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/keys.h"
#include "models/accounts/accounts.h"
#include "models/drivers/drivers.h"
#include "models/energy/energy.h"
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
    {.name = "months", .kind = KEY_INTEGER, .least = 12, .most = 1200, .meaning = "Simulated months; whole years."},
    {.name = NULL}};
static const struct key discount_entry[] = {{.name = "*",
                                             .kind = KEY_QUANTITY,
                                             .unit = "1/yr",
                                             .least = 0,
                                             .most = 1,
                                             .compounds = true,
                                             .meaning = "A discount rate."}};
static const struct key quantile_entry[] = {{.name = "*",
                                             .kind = KEY_QUANTITY,
                                             .unit = "",
                                             .least = 0,
                                             .most = 1,
                                             .least_open = true,
                                             .most_open = true,
                                             .meaning = "A probability."}};
static const struct key cvar_entry[] = {{.name = "*",
                                         .kind = KEY_QUANTITY,
                                         .unit = "",
                                         .least = 0.5,
                                         .most = 1,
                                         .least_open = true,
                                         .most_open = true,
                                         .meaning = "A level."}};
static const struct key goal_keys[] = {
    {.name = "outcome", .kind = KEY_TEXT, .meaning = "The path of an outcome."},
    {.name = "year",
     .kind = KEY_INTEGER,
     .usual = "",
     .least = 1,
     .most = 9999,
     .meaning = "A year of the run; the whole horizon if absent."},
    {.name = "statistic",
     .kind = KEY_CHOICE,
     .choices = "mean quantile cvar-upper cvar-lower probability",
     .usual = "mean",
     .meaning = "What is to be known; a probability is that of a threshold."},
    {.name = "at",
     .kind = KEY_QUANTITY,
     .unit = "",
     .usual = "",
     .least = 0,
     .most = 1,
     .least_open = true,
     .most_open = true,
     .meaning = "Probability of the quantile, or level of the CVaR (0.95 if absent)."},
    {.name = "relative",
     .kind = KEY_QUANTITY,
     .unit = "",
     .usual = "",
     .least = 0,
     .most = 10,
     .least_open = true,
     .meaning = "Half-width of the interval, as a share of the estimate."},
    {.name = "absolute",
     .kind = KEY_TEXT,
     .usual = "",
     .meaning = "Half-width in the unit of the outcome; beside `relative` either one will do."},
    {.name = "confidence",
     .kind = KEY_QUANTITY,
     .unit = "",
     .usual = "95 %",
     .least = 0.5,
     .most = 0.9999,
     .meaning = "How often the interval covers."},
    {.name = NULL}};
static const struct key goal_entry[] = {
    {.name = "*", .kind = KEY_SECTION, .keys = goal_keys, .meaning = "A number to be known well enough."}};
static const struct key precision_keys[] = {{.name = "limit",
                                             .kind = KEY_INTEGER,
                                             .usual = "1000000",
                                             .least = 1,
                                             .most = KEYS_MOST_REPLICATIONS,
                                             .meaning = "Replications at most."},
                                            {.name = "goals",
                                             .kind = KEY_LIST,
                                             .least = 1,
                                             .most = 100,
                                             .entry = goal_entry,
                                             .meaning = "What is to be known how well; all of them."},
                                            {.name = NULL}};
static const struct key run_keys[] = {
    {.name = "replications",
     .kind = KEY_INTEGER,
     .usual = "10000",
     .least = 1,
     .most = KEYS_MOST_REPLICATIONS,
     .meaning = "Simulated futures."},
    {.name = "precision",
     .kind = KEY_SECTION,
     .usual = "",
     .keys = precision_keys,
     .meaning = "In place of `replications`: until some numbers are known well enough; -n and a batch switch it off."},
    {.name = "seed",
     .kind = KEY_INTEGER,
     .usual = "1",
     .least = 0,
     .most = 9e18,
     .meaning = "Seed of all draws; 0 is a seed like any other."},
    {.name = "home", .kind = KEY_NAME, .usual = "", .meaning = "The country whose accounts are kept."},
    {.name = "prices",
     .kind = KEY_TEXT,
     .usual = "constant base-year USD",
     .meaning = "What money is counted in, such as `constant 2019 USD`."},
    {.name = "discount",
     .kind = KEY_LIST,
     .usual = "",
     .least = 3,
     .most = 3,
     .entry = discount_entry,
     .meaning = "Three discount rates, ascending; the middle one is the plain one."},
    {.name = "quantiles",
     .kind = KEY_LIST,
     .usual = "",
     .least = 1,
     .most = 99,
     .entry = quantile_entry,
     .meaning = "Probabilities of the quantiles to report; 0.05, 0.25, 0.5, 0.75 and 0.95 if absent."},
    {.name = "cvar",
     .kind = KEY_LIST,
     .usual = "",
     .least = 1,
     .most = 9,
     .entry = cvar_entry,
     .meaning = "Levels of the means of tails to report: of 0.95 those of the 5 % least and the 5 % greatest values; "
                "0.95 if absent."},
    {.name = NULL}};

static struct key keys[20];

const struct key *scenario_keys(void)
{
    size_t n = 0;
    keys[n++] = (struct key){.name = "scenario", .kind = KEY_NAME, .meaning = "Name of the scenario."};
    keys[n++] =
        (struct key){.name = "title", .kind = KEY_TEXT, .usual = "", .meaning = "One line that says what it is."};
    keys[n++] = (struct key){
        .name = "time", .kind = KEY_SECTION, .keys = time_keys, .meaning = "Base date, start and horizon."};
    keys[n++] = (struct key){.name = "run",
                             .kind = KEY_SECTION,
                             .usual = "",
                             .keys = run_keys,
                             .meaning = "How it is simulated and counted."};
    keys[n++] = drivers_key;
    keys[n++] = commodities_key;
    keys[n++] = legs_key;
    keys[n++] = flows_key;
    keys[n++] = energy_key;
    keys[n++] = network_key;
    keys[n++] = events_key;
    keys[n++] = regimes_key;
    keys[n++] = policies_key;
    keys[n++] = adopt_key;
    keys[n++] = finance_key;
    keys[n++] = fiscal_key;
    keys[n++] = outcomes_key;
    keys[n] = (struct key){.name = NULL};
    return keys;
}
