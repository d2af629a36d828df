/* output/comparison/main_outcomes.c -- see main_outcomes.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/comparison/main_outcomes.h"

#include <fnmatch.h>
#include <string.h>

const struct main_group main_groups[] = {
    {"Trade of the home country", "trade.", {"trade.exports", "trade.imports", "trade.balance"}, 3, {"*"}},
    {"Public revenue", "fiscal.", {"fiscal.*"}, 3, {"fiscal.total"}},
    {"Present values", "", {"npv.fiscal", "npv.project", "npv.national"}, 3, {"*"}},
    {"Dependence and concentration", "index.", {"index.*"}, 4, {"index.dependence.*"}},
    {"Corridors", "corridors.", {"corridors.*"}, 3, {NULL}},
    {"Energy", "energy.", {"energy.*.production", "energy.*.outlets.*.volume"}, 1, {NULL}},
    {"Queues at", "legs.", {"legs.*.delay"}, 3, {NULL}},
    {"What happens, and how probably", "thresholds.", {"thresholds.!(*.*)"}, 2, {NULL}},
    {.title = NULL}};

static bool matches(const char *const pattern[MAIN_PATTERNS], const char *path)
{
    for (size_t i = 0; i < MAIN_PATTERNS && pattern[i] != NULL; i++)
        if (fnmatch(pattern[i], path, FNM_EXTMATCH) == 0) return true;
    return false;
}

bool main_group_holds(const struct main_group *group, const char *path)
{
    return matches(group->pattern, path);
}

bool main_group_always(const struct main_group *group, const char *path)
{
    return matches(group->always, path);
}

size_t main_group_skip(const struct main_group *group)
{
    return strlen(group->skip);
}

bool main_outcome(const char *path)
{
    for (const struct main_group *group = main_groups; group->title != NULL; group++)
        if (main_group_holds(group, path)) return true;
    return false;
}

static const char *const first_asked[] = {"npv.national",
                                          "fiscal.total",
                                          "trade.balance",
                                          "index.dependence.*",
                                          "trade.exports",
                                          "index.multivector-base",
                                          "thresholds.!(*.*)",
                                          "corridors.*",
                                          "legs.*.delay",
                                          "flows.*.demand",
                                          "*"};

size_t main_ranks(void)
{
    return sizeof first_asked / sizeof *first_asked;
}

size_t main_rank(const char *path)
{
    size_t rank = 0;
    while (rank < main_ranks() && fnmatch(first_asked[rank], path, FNM_EXTMATCH) != 0) rank++;
    return rank;
}
