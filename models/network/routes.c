/* models/network/routes.c -- see routes.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/network/routes.h"
#include "sim/core/units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHARE_TOLERANCE 1e-9

/* What is needed to read one flow's routes. */
struct reader {
    const struct legs *legs;
    const struct flows *flows;
    size_t flow; /* in struct flows */
    struct setting *routes, *nests;
};

static struct setting *child_named(struct setting *section, const char *name)
{
    for (size_t i = 0; section != NULL && i < section->children; i++)
        if (strcmp(section->child[i]->name, name) == 0) return section->child[i];
    return NULL;
}

/* "; did you mean 'x'?" among the names of a section, or "". */
static const char *hint(const char *name, const struct setting *section, char text[96])
{
    const size_t count = section == NULL ? 0 : section->children;
    const char **words = calloc(count + 1, sizeof *words);
    text[0] = '\0';
    if (words == NULL) return text;
    for (size_t i = 0; i < count; i++) words[i] = section->child[i]->name;
    units_hint(name, words, 96, text);
    free(words);
    return text;
}

static struct fault *check_use(const struct reader *reader, const struct route *route, size_t which)
{
    const struct leg *leg = &reader->legs->leg[route->leg[which]];
    const char *commodity = flows_commodity(reader->flows, reader->flow);
    for (size_t i = 0; i < which; i++)
        if (route->leg[i] == route->leg[which])
            return fault_at(FAULT_SCENARIO, route->place,
                            "flows.%s.routes.%s.via names %s twice; expected each leg once",
                            flows_name(reader->flows, reader->flow), route->name, leg->name);
    if (leg->capacity < 0 || leg_slot(leg, LEG_USE, commodity) >= 0) return NULL;
    struct fault *fault =
        fault_at(FAULT_SCENARIO, route->place,
                 "flows.%s.routes.%s carries %s over %s, whose `use` does not say what capacity it takes; expected "
                 "legs.%s.use.%s",
                 flows_name(reader->flows, reader->flow), route->name, commodity, leg->name, leg->name, commodity);
    return fault_note(fault, leg->place, "the leg is here");
}

static struct fault *via_read(const struct reader *reader, struct route *route, struct setting *via)
{
    struct fault *faults = NULL;
    route->leg = calloc(via->children + 1, sizeof *route->leg);
    if (route->leg == NULL) return fault_no_memory();
    for (size_t i = 0; i < via->children; i++) {
        via->child[i]->used = true;
        route->leg[route->legs++] = legs_find(reader->legs, via->child[i]->text);
        faults = fault_join(faults, check_use(reader, route, i));
    }
    return faults;
}

/* The nest of a route by name, and that it is declared. "" where it has none. */
static struct fault *nest_named(const struct reader *reader, struct setting *setting, const char **name)
{
    char text[96];
    struct setting *nest = setting_find(setting, "nest");
    *name = nest == NULL ? "" : nest->text;
    struct setting *declared = nest == NULL ? NULL : child_named(reader->nests, nest->text);
    if (declared != NULL) declared->used = true;
    if (nest == NULL || declared != NULL) return NULL;
    return fault_at(FAULT_SCENARIO, nest->place,
                    "%s: there is no nest '%s' in `choice.nests` of the flow; expected %s%s", nest->path, nest->text,
                    "one of its names", hint(nest->text, reader->nests, text));
}

static struct fault *share_read(const struct reader *reader, struct route *route, struct setting *setting,
                                const struct plan *plan)
{
    struct setting *share = setting_find(setting, "share"), *like = setting_find(setting, "like"),
                   *offset = setting_find(setting, "offset");
    char text[96];
    route->offset = offset == NULL ? -1 : offset->slot;
    if ((share == NULL) == (like == NULL))
        return fault_at(FAULT_SCENARIO, setting->place,
                        "%s has %s; expected its `share` in the base year, or `like:` a route that has one",
                        setting->path, share == NULL ? "no share" : "both a share and `like`");
    if (share != NULL) {
        route->share = store_central(plan->store, share->slot, plan->calendar.base);
        if (offset == NULL) return NULL;
        return fault_at(FAULT_SCENARIO, offset->place, "%s goes with `like`; a route with a share needs none",
                        offset->path);
    }
    struct setting *other = child_named(reader->routes, like->text);
    if (other != NULL && setting_find(other, "share") != NULL) return NULL;
    return fault_at(FAULT_SCENARIO, like->place, "%s is '%s'; expected a route of the flow that has a share%s",
                    like->path, like->text, hint(like->text, reader->routes, text));
}

static struct fault *shares_check(const struct reader *reader, const struct routes *routes,
                                  const struct route_flow *flow)
{
    double sum = 0.0;
    for (size_t r = 0; r < flow->routes; r++) sum += routes->route[flow->first_route + r].share;
    if (fabs(sum - 1.0) <= SHARE_TOLERANCE) return NULL;
    return fault_at(FAULT_SCENARIO, reader->routes->place, "%s: the shares sum to %.12g %%; expected 100 %%",
                    reader->routes->path, 100.0 * sum);
}

/* Adds the routes of one nest (named; or the route `alone`) behind those that are there. */
static struct fault *nest_add(const struct reader *reader, struct routes *routes, const char *name,
                              struct setting *alone, const struct plan *plan)
{
    struct fault *faults = NULL;
    struct nest *nest = &routes->nest[routes->nests];
    struct setting *lambda = alone == NULL ? child_named(reader->nests, name) : NULL;
    *nest = (struct nest){.first = routes->count, .lambda = lambda == NULL ? -1 : lambda->slot};
    for (size_t i = 0; i < reader->routes->children; i++) {
        struct setting *setting = reader->routes->child[i], *in = setting_find(setting, "nest");
        if (alone != NULL ? setting != alone : in == NULL || strcmp(in->text, name) != 0) continue;
        struct route *route = &routes->route[routes->count++];
        *route = (struct route){.name = setting->name,
                                .place = setting->place,
                                .flow = routes->flows,
                                .nest = routes->nests,
                                .like = routes->count - 1};
        setting->used = true;
        nest->count++;
        faults = fault_join(faults, share_read(reader, route, setting, plan));
        faults = fault_join(faults, via_read(reader, route, setting_find(setting, "via")));
    }
    routes->nests++;
    return faults;
}

/* Finds the routes that others are like. */
static void likes_find(const struct reader *reader, struct routes *routes, const struct route_flow *flow)
{
    for (size_t r = flow->first_route; r < flow->first_route + flow->routes; r++) {
        struct route *route = &routes->route[r];
        struct setting *like = setting_find(child_named(reader->routes, route->name), "like");
        for (size_t o = flow->first_route; like != NULL && o < flow->first_route + flow->routes; o++)
            if (strcmp(routes->route[o].name, like->text) == 0) route->like = o;
    }
}

static struct fault *nests_read(const struct reader *reader, struct routes *routes, const struct plan *plan)
{
    struct fault *faults = NULL;
    for (size_t i = 0; i < reader->routes->children; i++) {
        struct setting *setting = reader->routes->child[i];
        const char *name;
        struct fault *fault = nest_named(reader, setting, &name);
        bool done = fault != NULL;
        for (size_t j = 0; j < i && name[0] != '\0'; j++) { /* the nest came with an earlier route */
            const struct setting *in = setting_find(reader->routes->child[j], "nest");
            done = done || (in != NULL && strcmp(in->text, name) == 0);
        }
        if (!done) fault = nest_add(reader, routes, name, name[0] == '\0' ? setting : NULL, plan);
        faults = fault_join(faults, fault);
    }
    for (size_t i = 0; faults == NULL && reader->nests != NULL && i < reader->nests->children; i++)
        if (!reader->nests->child[i]->used)
            faults = fault_join(faults, fault_at(FAULT_SCENARIO, reader->nests->child[i]->place,
                                                 "%s: no route is in this nest; expected `nest: %s` with some route",
                                                 reader->nests->child[i]->path, reader->nests->child[i]->name));
    return faults;
}

static struct fault *flow_read(const struct reader *reader, struct routes *routes, const struct plan *plan)
{
    struct route_flow *flow = &routes->flow[routes->flows];
    struct setting *choice = setting_find(flows_setting(reader->flows, reader->flow), "choice");
    struct setting *commodity =
        setting_find(setting_find(plan->root, "commodities"), flows_commodity(reader->flows, reader->flow));
    *flow = (struct route_flow){
        .flow = reader->flow,
        .commodity = flows_commodity(reader->flows, reader->flow),
        .first_route = routes->count,
        .first_nest = routes->nests,
        .sensitivity = choice == NULL ? -1 : setting_slot(choice, "sensitivity"),
        .time_value = setting_slot(commodity, "time_value"),
        .reliability = setting_slot(commodity, "reliability_ratio"),
        .priority = (int)setting_find(flows_setting(reader->flows, reader->flow), "priority")->integer,
    };
    struct fault *faults = nests_read(reader, routes, plan);
    flow->routes = routes->count - flow->first_route;
    flow->nests = routes->nests - flow->first_nest;
    likes_find(reader, routes, flow);
    if (faults == NULL) faults = shares_check(reader, routes, flow);
    if (flow->time_value < 0)
        faults = fault_join(faults, fault_at(FAULT_SCENARIO, reader->routes->place,
                                             "%s needs the value of time of its commodity; expected "
                                             "commodities.%s.time_value, in USD per unit and day",
                                             reader->routes->path, flows_commodity(reader->flows, reader->flow)));
    if (flow->sensitivity < 0 && reader->routes->children > 1)
        faults = fault_join(faults, fault_at(FAULT_SCENARIO, reader->routes->place,
                                             "%s offers a choice, but nothing says how shippers choose; expected "
                                             "`choice: {sensitivity: ...}`",
                                             reader->routes->path));
    routes->flows++;
    return faults;
}

/* Where time is worth nothing delays move nobody. */
static void worthless_time_warn(const struct reader *reader, const struct route_flow *flow, struct plan *plan)
{
    if (flow->time_value < 0 || flow->routes < 2 ||
        store_central(plan->store, flow->time_value, plan->calendar.start) > 0.0)
        return;
    plan->warnings = fault_join(
        plan->warnings,
        fault_at(FAULT_SCENARIO, reader->routes->place,
                 "commodities.%s.time_value is 0, so queues move no cargo of flows.%s to another route, and cost it "
                 "nothing, unless a leg is closed altogether",
                 flow->commodity, flows_name(reader->flows, reader->flow)));
}

/* Whether some route of the flow uses a leg with capacity. */
static bool queues(struct setting *section, const struct legs *legs)
{
    for (size_t i = 0; i < section->children; i++) {
        struct setting *via = setting_find(section->child[i], "via");
        for (size_t j = 0; j < via->children; j++)
            if (legs->leg[legs_find(legs, via->child[j]->text)].capacity >= 0) return true;
    }
    return false;
}

struct fault *routes_prepare(struct plan *plan, const struct flows *flows, const struct legs *legs,
                             struct routes *routes)
{
    struct fault *faults = NULL;
    size_t most = 0;
    for (size_t f = 0; f < flows_count(flows); f++) {
        const struct setting *section = setting_find(flows_setting(flows, f), "routes");
        most += section == NULL ? 0 : section->children;
    }
    routes->route = calloc(most + 1, sizeof *routes->route);
    routes->nest = calloc(most + 1, sizeof *routes->nest);
    routes->flow = calloc(flows_count(flows) + 1, sizeof *routes->flow);
    if (routes->route == NULL || routes->nest == NULL || routes->flow == NULL) return fault_no_memory();
    for (int queued = 1; queued >= 0; queued--) {
        for (size_t f = 0; f < flows_count(flows); f++) {
            struct setting *section = setting_find(flows_setting(flows, f), "routes"),
                           *choice = setting_find(flows_setting(flows, f), "choice");
            if (queued && choice != NULL && (section == NULL || section->children == 0))
                faults = fault_join(faults, fault_at(FAULT_SCENARIO, choice->place,
                                                     "%s is stated, but the flow has no routes; expected `routes:` too",
                                                     choice->path));
            if (section == NULL || section->children == 0 || queues(section, legs) != queued) continue;
            const struct reader reader = {.legs = legs,
                                          .flows = flows,
                                          .flow = f,
                                          .routes = section,
                                          .nests = choice == NULL ? NULL : setting_find(choice, "nests")};
            faults = fault_join(faults, flow_read(&reader, routes, plan));
            if (queued) worthless_time_warn(&reader, &routes->flow[routes->flows - 1], plan);
        }
        if (queued) routes->queued = routes->flows;
    }
    return faults;
}

void routes_free(struct routes *routes)
{
    for (size_t r = 0; r < routes->count; r++) free(routes->route[r].leg);
    free(routes->route);
    free(routes->nest);
    free(routes->flow);
    *routes = (struct routes){0};
}

size_t routes_find(const struct routes *routes, const struct flows *flows, const char *flow_and_route)
{
    size_t r = 0;
    for (; r < routes->count; r++) {
        const char *name = flows_name(flows, routes->flow[routes->route[r].flow].flow);
        const size_t length = strlen(name);
        if (strncmp(flow_and_route, name, length) == 0 && flow_and_route[length] == '.' &&
            strcmp(flow_and_route + length + 1, routes->route[r].name) == 0)
            break;
    }
    return r;
}

double routes_nest_share(const struct routes *routes, size_t nest)
{
    double share = 0.0;
    for (size_t r = 0; r < routes->nest[nest].count; r++) share += routes->route[routes->nest[nest].first + r].share;
    return share;
}
