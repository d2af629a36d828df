/* models/network/corridors.c -- see corridors.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/network/corridors.h"

#include <stdlib.h>
#include <string.h>

enum { ROUTES_MOST = 1000 };

static const struct key route_entry[] = {{.name = "*", .kind = KEY_TEXT, .meaning = "A route, as FLOW.ROUTE."}};
static const struct key corridor_keys[] = {TITLE_KEY,
                                           {.name = "routes",
                                            .kind = KEY_LIST,
                                            .min = 1,
                                            .max = ROUTES_MOST,
                                            .entry = route_entry,
                                            .meaning = "Its routes, each as FLOW.ROUTE."},
                                           {.name = NULL}};
const struct key corridors_entry[] = {{.name = "*",
                                       .kind = KEY_SECTION,
                                       .keys = corridor_keys,
                                       .shorthand = "routes",
                                       .meaning = "A named set of routes."}};

const struct outcome_kind corridors_outcomes[] = {{.pattern = "corridors.C.COMMODITY",
                                                   .subject = SUBJECT_CORRIDORS,
                                                   .main = MAIN_CHANGED,
                                                   .rank = 8,
                                                   .words = "volume of COMMODITY through corridor C",
                                                   .heading = "C: COMMODITY",
                                                   .entities = "outcomes.corridors.C commodities.COMMODITY",
                                                   .unit = "$commodity.unit/yr",
                                                   .rule = OUTCOME_SUM,
                                                   .headline = true,
                                                   .sampled = true,
                                                   .meaning = "What moves over the routes of the corridor."},
                                                  {.pattern = NULL}};

/* The corridor's entry for a commodity; added if there is none. */
static struct fault *entry_of(struct corridors *corridors, const struct setting *setting, const char *commodity,
                              const char *unit, size_t routes, struct plan *plan, struct corridor **entry)
{
    for (size_t i = 0; i < corridors->count; i++) {
        *entry = &corridors->corridor[i];
        if (strcmp((*entry)->name, setting->name) == 0 && strcmp((*entry)->commodity, commodity) == 0) return NULL;
    }
    struct corridor *grown = realloc(corridors->corridor, (corridors->count + 1) * sizeof *grown);
    if (grown == NULL) return fault_no_memory();
    corridors->corridor = grown;
    *entry = &grown[corridors->count];
    **entry = (struct corridor){.name = setting->name, .commodity = commodity};
    (*entry)->route = calloc(routes, sizeof *(*entry)->route);
    if ((*entry)->route == NULL) return fault_no_memory();
    corridors->count++;
    const char *const names[] = {setting->name, commodity};
    return outcomes_declare(plan->outcomes, &corridors_outcomes[0], names, unit, &(*entry)->outcome);
}

static struct fault *route_add(struct corridors *corridors, const struct setting *setting, struct setting *item,
                               struct plan *plan, const struct flows *flows, const struct routes *routes)
{
    const size_t route = routes_find(routes, flows, item->text);
    struct corridor *entry = NULL;
    item->used = true;
    if (route == routes->count)
        return fault_at(FAULT_SCENARIO, item->place,
                        "%s is '%s', which is not a route; expected FLOW.ROUTE, such as %s.%s", item->path, item->text,
                        routes->count == 0 ? "china-europe" : flows_name(flows, routes->flow[0].flow),
                        routes->count == 0 ? "north" : routes->route[0].name);
    const struct route_flow *flow = &routes->flow[routes->route[route].flow];
    TRY(entry_of(corridors, setting, flow->commodity, flows_unit(flows, flow->flow), item->parent->children, plan,
                 &entry));
    for (size_t i = 0; i < entry->routes; i++)
        if (entry->route[i] == route)
            return fault_at(FAULT_SCENARIO, item->place,
                            "%s: %s stands in the corridor already; expected each route once", item->path, item->text);
    entry->route[entry->routes++] = route;
    return NULL;
}

struct fault *corridors_prepare(struct plan *plan, const struct flows *flows, const struct routes *routes,
                                struct corridors *corridors)
{
    struct setting *outcomes = setting_find(plan->root, "outcomes");
    struct setting *section = outcomes == NULL ? NULL : setting_find(outcomes, "corridors");
    struct fault *faults = NULL;
    for (size_t i = 0; section != NULL && i < section->children; i++) {
        struct setting *corridor = section->child[i], *list = setting_find(corridor, "routes");
        corridor->used = true;
        for (size_t j = 0; j < list->children; j++)
            faults = fault_join(faults, route_add(corridors, corridor, list->child[j], plan, flows, routes));
    }
    return faults;
}

void corridors_free(struct corridors *corridors)
{
    for (size_t i = 0; i < corridors->count; i++) free(corridors->corridor[i].route);
    free(corridors->corridor);
    *corridors = (struct corridors){0};
}
