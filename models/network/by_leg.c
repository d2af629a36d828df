/* models/network/by_leg.c -- see by_leg.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/network/by_leg.h"

#include <stdlib.h>
#include <string.h>

const struct key by_leg_entry[] = {
    {.name = "*", .kind = KEY_REFERENCE, .target = "flows", .meaning = "A flow, such as china-europe."}};

const struct outcome_kind by_leg_outcomes[] = {
    [BY_LEG_COST] = {.pattern = "routes.F.R.legs.L.cost",
                     .subject = SUBJECT_ROUTES,
                     .words = "cost of leg L on route R of flow F",
                     .heading = "F, R, L: cost",
                     .entities = "flows.F flows.F.routes.R legs.L",
                     .unit = "USD/$commodity.unit",
                     .rule = OUTCOME_RATIO,
                     .better = OUTCOME_LESS,
                     .meaning = "Cost, fee and penalty less subsidy, mean weighted by the volume of the route. Of the "
                                "flows that `outcomes.by_leg` names."},
    [BY_LEG_TIME] = {.pattern = "routes.F.R.legs.L.time",
                     .subject = SUBJECT_ROUTES,
                     .words = "time on leg L of route R of flow F",
                     .heading = "F, R, L: time",
                     .entities = "flows.F flows.F.routes.R legs.L",
                     .unit = "d",
                     .rule = OUTCOME_RATIO,
                     .better = OUTCOME_LESS,
                     .meaning = "Time with soft congestion, but without the queue, weighted likewise."},
    [BY_LEG_DELAY] = {.pattern = "routes.F.R.legs.L.delay",
                      .subject = SUBJECT_ROUTES,
                      .words = "delay by the queue at leg L on route R of flow F",
                      .heading = "F, R, L: delay",
                      .entities = "flows.F flows.F.routes.R legs.L",
                      .unit = "d",
                      .rule = OUTCOME_RATIO,
                      .better = OUTCOME_LESS,
                      .meaning = "Delay by the queue, weighted likewise: over the legs of a route they add up to "
                                 "`routes.F.R.delay`."},
    {.pattern = NULL}};

static struct fault *part_add(struct by_leg *by_leg, size_t route, size_t way, struct plan *plan,
                              const struct flows *flows, const struct legs *legs, const struct routes *routes)
{
    static const enum leg_map fixed[BY_LEG_FIXED] = {LEG_FEE, LEG_SUBSIDY, LEG_PENALTY};
    const struct route_flow *flow = &routes->flow[routes->route[route].flow];
    struct by_leg_part *part = &by_leg->part[by_leg->count++];
    *part = (struct by_leg_part){.route = route, .way = way, .leg = routes->route[route].leg[way]};
    const struct leg *leg = &legs->leg[part->leg];
    part->cost = leg_slot(leg, LEG_COST, flow->commodity);
    for (size_t i = 0; i < BY_LEG_FIXED; i++) part->fixed[i] = leg_slot(leg, fixed[i], flow->commodity);
    char per_unit[160];
    unit_per("USD", flows_counted_in(flows, flow->flow), sizeof per_unit, per_unit);
    const char *const names[] = {flows_name(flows, flow->flow), routes->route[route].name, leg->name};
    for (size_t o = 0; o < BY_LEG_OUTCOMES; o++)
        TRY(outcomes_declare(plan->outcomes, &by_leg_outcomes[o], names, o == BY_LEG_COST ? per_unit : "d",
                             &part->outcome[o]));
    return NULL;
}

/* The flow of that name among those that have routes; routes->flows if there is none. */
static size_t flow_named(const char *name, const struct flows *flows, const struct routes *routes)
{
    size_t f = 0;
    while (f < routes->flows && strcmp(flows_name(flows, routes->flow[f].flow), name) != 0) f++;
    return f;
}

static struct fault *flow_add(struct by_leg *by_leg, const struct setting *item, size_t before, struct plan *plan,
                              const struct flows *flows, const struct legs *legs, const struct routes *routes)
{
    const size_t f = flow_named(item->text, flows, routes);
    if (f == routes->flows)
        return fault_at(FAULT_SCENARIO, item->place, "%s: flow %s has no routes; expected one that has", item->path,
                        item->text);
    const struct setting *list = item->parent;
    for (size_t i = 0; i < before; i++)
        if (strcmp(list->child[i]->text, item->text) == 0)
            return fault_at(FAULT_SCENARIO, item->place, "%s: %s stands in the list already; expected each flow once",
                            item->path, item->text);
    for (size_t r = routes->flow[f].first_route; r < routes->flow[f].first_route + routes->flow[f].routes; r++)
        for (size_t i = 0; i < routes->route[r].legs; i++) TRY(part_add(by_leg, r, i, plan, flows, legs, routes));
    return NULL;
}

struct fault *by_leg_prepare(struct plan *plan, const struct flows *flows, const struct legs *legs,
                             const struct routes *routes, struct by_leg *by_leg)
{
    struct setting *outcomes = setting_find(plan->root, "outcomes");
    struct setting *list = outcomes == NULL ? NULL : setting_find(outcomes, "by_leg");
    struct fault *faults = NULL;
    size_t ways = 0;
    if (list == NULL) return NULL;
    for (size_t r = 0; r < routes->count; r++) ways += routes->route[r].legs;
    by_leg->part = calloc(ways + 1, sizeof *by_leg->part);
    if (by_leg->part == NULL) return fault_no_memory();
    for (size_t i = 0; i < list->children; i++) {
        list->child[i]->used = true;
        faults = fault_join(faults, flow_add(by_leg, list->child[i], i, plan, flows, legs, routes));
    }
    return faults;
}

void by_leg_free(struct by_leg *by_leg)
{
    free(by_leg->part);
    *by_leg = (struct by_leg){0};
}

void by_leg_cost(const struct by_leg_part *part, const struct legs *legs, const struct route_cost *cost,
                 const struct rows *rows, double usd[LANES], double days[LANES])
{
    static const double sign[BY_LEG_FIXED] = {1.0, -1.0, 1.0};
    const struct leg *leg = &legs->leg[part->leg];
    const double *time = rows_get(rows, leg->time), *soft = route_cost_soft(cost, part->leg);
    EACH_LANE(l)
    {
        usd[l] = 0.0;
        days[l] = time[l];
    }
    if (leg->soft > 0.0) EACH_LANE(l) days[l] += soft[l];
    if (part->cost >= 0) {
        const double *amount = rows_get(rows, part->cost);
        EACH_LANE(l) usd[l] = amount[l];
        if (leg->follows) {
            const double *ratio = route_cost_ratio(cost, leg->cost_driver);
            EACH_LANE(l) usd[l] *= ratio[l];
        }
    }
    for (size_t i = 0; i < BY_LEG_FIXED; i++) {
        if (part->fixed[i] < 0) continue;
        const double *amount = rows_get(rows, part->fixed[i]), of = sign[i];
        EACH_LANE(l) usd[l] += of * amount[l];
    }
}
