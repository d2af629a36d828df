/* models/accounts/indices.c -- see indices.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/accounts/indices.h"

#include <stdlib.h>
#include <string.h>

enum { ITEMS_MOST = 64 };

static const struct key country_entry[] = {{.name = "*", .kind = KEY_NAME, .meaning = "A country."}};
static const struct key item_entry[] = {
    {.name = "*", .kind = KEY_TEXT, .meaning = "What is in the set: flows.F or energy.E."}};
static const struct key dependence_keys[] = {
    TITLE_KEY,
    {.name = "country",
     .kind = KEY_LIST,
     .min = 1,
     .max = ITEMS_MOST,
     .entry = country_entry,
     .shorthand = "",
     .meaning = "Whose legs count."},
    {.name = "of",
     .kind = KEY_LIST,
     .min = 1,
     .max = ITEMS_MOST,
     .entry = item_entry,
     .shorthand = "",
     .meaning = "The set: own exports (flows from home, energy sold abroad), or transit, or imports; never mixed."},
    {.name = "over",
     .kind = KEY_CHOICE,
     .choices = "territory control",
     .default_value = "territory",
     .meaning = "Which legs are theirs: those on their territory (`country`), or those they decide over (`control`)."},
    {.name = "by",
     .kind = KEY_CHOICE,
     .choices = "value volume",
     .default_value = "value",
     .meaning = "What is added up; volume only in one unit."},
    {.name = NULL}};
const struct key indices_dependence_entry[] = {{.name = "*",
                                                .kind = KEY_SECTION,
                                                .keys = dependence_keys,
                                                .meaning = "How much of a set moves over the legs of countries."}};

enum { INDEX_ROUTES, INDEX_PARTNERS, INDEX_MULTIVECTOR, INDEX_MULTIVECTOR_BASE, INDEX_DEPENDENCE, INDEX_KINDS };
#define INDEX(path, is_main, of_rank, in_words, of_rule, is_better, is_sampled, sentence)                              \
    {                                                                                                                  \
        .pattern = path, .subject = SUBJECT_INDICES, .main = is_main, .rank = of_rank, .words = in_words, .unit = "1", \
        .rule = of_rule, .better = is_better, .headline = true, .sampled = is_sampled, .meaning = sentence             \
    }
const struct outcome_kind indices_outcomes[] = {
    [INDEX_ROUTES] =
        INDEX("index.hhi.routes", MAIN_CHANGED, 0, "concentration of routes", OUTCOME_DERIVED, OUTCOME_LESS, false,
              "Sum of squared route shares within a flow, mean over flows weighted by value."),
    [INDEX_PARTNERS] =
        INDEX("index.hhi.partners", MAIN_CHANGED, 0, "concentration of partners in exports", OUTCOME_DERIVED,
              OUTCOME_LESS, false, "Sum of squared shares of partners in the value of exports."),
    [INDEX_MULTIVECTOR] = INDEX(
        "index.multivector", MAIN_CHANGED, 0, "multivector index of exports", OUTCOME_DERIVED, OUTCOME_MORE, false,
        "1 - (HHI - 1/n)/(1 - 1/n) of the value of exports to n countries: 0 one country, 1 equal shares."),
    [INDEX_MULTIVECTOR_BASE] =
        INDEX("index.multivector-base", MAIN_CHANGED, 6, "multivector index of exports at base prices", OUTCOME_DERIVED,
              OUTCOME_MORE, true,
              "The same at base prices (of the base date, drivers at their start), because a falling oil price alone "
              "raises it."),
    [INDEX_DEPENDENCE] = {.pattern = "index.dependence.X",
                          .subject = SUBJECT_INDICES,
                          .main = MAIN_ALWAYS,
                          .rank = 4,
                          .words = "share of X that moves over its countries",
                          .heading = "X: share",
                          .entities = "outcomes.dependence.X",
                          .unit = "1",
                          .rule = OUTCOME_RATIO,
                          .better = OUTCOME_LESS,
                          .headline = true,
                          .sampled = true,
                          .meaning = "What moves over any leg of the set's countries, over all of the set."},
    {.pattern = NULL}};

/* A part of a set: a route of a flow, or an outlet of an energy commodity. */
struct part {
    bool is_route;
    size_t route, flow; /* in struct routes, and the flow in struct flows */
    size_t commodity, outlet;
    bool depends; /* some leg on the way is of the countries */
};

struct dependence {
    struct part *part;
    size_t parts;
    bool by_value;
    bool by_control; /* a leg is of who decides over it; else of its country */
    size_t outcome;
};

struct indices {
    const struct flows *flows;
    const struct network *network;
    const struct energy *energy;
    const struct accounts *accounts;
    struct dependence *dependence;
    size_t dependences;
    bool has[INDEX_DEPENDENCE];
    size_t outcome[INDEX_DEPENDENCE];
    size_t partners;
};

/* Sums of a period: volumes of routes, values of flows (by number in struct routes), exports to partners, at current
 * and at base prices. */
struct sums {
    double (*route)[LANES];
    double (*flow)[LANES];
    double (*exports)[LANES];
    double (*base)[LANES];
};

struct indices_state {
    const struct indices *indices;
    struct sums year, all;
    double (*index)[LANES]; /* [INDEX_DEPENDENCE] */
    double (*over)[LANES];  /* [dependences] what depends */
    double (*whole)[LANES]; /* [dependences] the set */
};

/* ---- the sets, once per run ---- */

enum set_kind { SET_NONE, SET_EXPORTS, SET_TRANSIT, SET_IMPORTS, SET_HOME };

static bool names_country(const struct setting *countries, const char *country)
{
    for (size_t i = 0; country != NULL && i < countries->children; i++)
        if (strcmp(countries->child[i]->text, country) == 0) return true;
    return false;
}

/* Whose the leg is. */
static const char *owner_of(const struct dependence *dependence, const struct leg *leg)
{
    return dependence->by_control ? leg->control : leg->country;
}

/* Some leg is of each country: a slip of the pen would be a dependence of 0. */
static struct fault *countries_check(const struct indices *indices, const struct dependence *dependence,
                                     const struct setting *countries)
{
    const struct legs *legs = network_legs(indices->network);
    struct fault *faults = NULL;
    for (size_t i = 0; i < countries->children; i++) {
        const struct setting *country = countries->child[i];
        size_t l = 0;
        while (l < legs->count && (owner_of(dependence, &legs->leg[l]) == NULL ||
                                   strcmp(owner_of(dependence, &legs->leg[l]), country->text) != 0))
            l++;
        if (l < legs->count) continue;
        struct fault *fault =
            dependence->by_control
                ? fault_at(FAULT_SCENARIO, country->place,
                           "%s is '%s', which decides over no leg; expected the `control` or `country` of one",
                           country->path, country->text)
                : fault_at(FAULT_SCENARIO, country->place,
                           "%s is '%s', in which no leg is; expected the `country` of a leg", country->path,
                           country->text);
        faults = fault_join(faults, fault);
    }
    return faults;
}

static enum set_kind kind_of_flow(const struct plan *plan, const struct flows *flows, size_t f)
{
    const bool from = plan->home != NULL && strcmp(flows_from(flows, f), plan->home) == 0,
               to = plan->home != NULL && strcmp(flows_to(flows, f), plan->home) == 0;
    return from && to ? SET_HOME : from ? SET_EXPORTS : to ? SET_IMPORTS : SET_TRANSIT;
}

static struct fault *part_add(struct dependence *dependence, struct part part)
{
    struct part *grown = realloc(dependence->part, (dependence->parts + 1) * sizeof *grown);
    if (grown == NULL) return fault_no_memory();
    dependence->part = grown;
    grown[dependence->parts++] = part;
    return NULL;
}

static struct fault *flow_add(const struct indices *indices, struct dependence *dependence, size_t f,
                              const struct setting *countries, const struct setting *item)
{
    const struct routes *routes = network_routes(indices->network);
    const struct legs *legs = network_legs(indices->network);
    bool any = false;
    for (size_t r = 0; r < routes->count; r++) {
        if (routes->flow[routes->route[r].flow].flow != f) continue;
        struct part part = {.is_route = true, .route = r, .flow = f};
        for (size_t i = 0; i < routes->route[r].legs; i++)
            part.depends =
                part.depends || names_country(countries, owner_of(dependence, &legs->leg[routes->route[r].leg[i]]));
        any = true;
        TRY(part_add(dependence, part));
    }
    if (any) return NULL;
    return fault_at(FAULT_SCENARIO, item->place,
                    "%s: %s has no routes, so it passes no leg; expected a flow with routes", item->path, item->text);
}

static struct fault *energy_add(const struct indices *indices, struct dependence *dependence, size_t c,
                                const struct setting *countries, const struct setting *item)
{
    bool any = false;
    const struct energy_commodity *commodity = &indices->energy->commodity[c];
    for (size_t o = 0; o < commodity->outlets; o++) {
        const struct energy_outlet *outlet = &commodity->outlet[o];
        if (outlet->transit || outlet->market == NULL) continue;
        struct part part = {.commodity = c, .outlet = o};
        any = true;
        for (size_t v = 0; v < outlet->ways; v++)
            part.depends = part.depends ||
                           names_country(countries, owner_of(dependence, &indices->energy->leg->leg[outlet->way[v]]));
        const struct leg *also = outlet->also_leg == ENERGY_NONE ? NULL : &indices->energy->leg->leg[outlet->also_leg];
        if (also != NULL && !part.depends && names_country(countries, owner_of(dependence, also)))
            return fault_at(
                FAULT_SCENARIO, item->place,
                "%s: what outlet %s of %s gets through %s, %s %s, is left open; expected that leg in `via`, "
                "or another country",
                item->path, outlet->name, item->text, also->name, dependence->by_control ? "of" : "in",
                owner_of(dependence, also));
        TRY(part_add(dependence, part));
    }
    if (any) return NULL;
    return fault_at(FAULT_SCENARIO, item->place, "%s: %s has no outlet with a `market` abroad; expected one that has",
                    item->path, item->text);
}

static struct fault *item_add(const struct indices *indices, struct dependence *dependence, struct setting *item,
                              const struct setting *countries, const struct plan *plan, enum set_kind *kind,
                              const char **unit)
{
    enum set_kind of = SET_NONE;
    const char *counted = "";
    struct fault *fault = NULL;
    item->used = true;
    for (size_t f = 0; f < flows_count(indices->flows) && strncmp(item->text, "flows.", 6) == 0; f++) {
        if (strcmp(item->text + 6, flows_name(indices->flows, f)) != 0) continue;
        of = kind_of_flow(plan, indices->flows, f);
        counted = flows_counted_in(indices->flows, f);
        fault = flow_add(indices, dependence, f, countries, item);
    }
    for (size_t c = 0; c < indices->energy->count && strncmp(item->text, "energy.", 7) == 0; c++) {
        if (strcmp(item->text + 7, indices->energy->commodity[c].name) != 0) continue;
        of = SET_EXPORTS;
        counted = indices->energy->commodity[c].unit;
        fault = energy_add(indices, dependence, c, countries, item);
    }
    if (fault != NULL) return fault;
    if (of == SET_NONE)
        return fault_at(FAULT_SCENARIO, item->place, "%s is '%s'; expected flows.NAME or energy.NAME of the scenario",
                        item->path, item->text);
    if (of == SET_HOME)
        return fault_at(FAULT_SCENARIO, item->place,
                        "%s: %s stays at home; expected a flow that crosses a border, or energy", item->path,
                        item->text);
    if (*kind != SET_NONE && *kind != of)
        return fault_at(FAULT_SCENARIO, item->place,
                        "%s: %s is %s, unlike what stands before it; expected exports, transit or imports alone",
                        item->path, item->text,
                        of == SET_EXPORTS   ? "an export"
                        : of == SET_TRANSIT ? "transit"
                                            : "an import");
    if (!dependence->by_value && *unit != NULL && strcmp(*unit, counted) != 0)
        return fault_at(FAULT_SCENARIO, item->place,
                        "%s: %s is counted in %s, what stands before it in %s; expected one unit, or `by: value`",
                        item->path, item->text, counted, *unit);
    *kind = of;
    *unit = counted;
    return NULL;
}

static struct fault *dependence_read(const struct indices *indices, struct dependence *dependence,
                                     struct setting *setting, struct plan *plan)
{
    struct setting *countries = setting_find(setting, "country"), *of = setting_find(setting, "of");
    enum set_kind kind = SET_NONE;
    const char *unit = NULL, *name = setting->name;
    struct fault *faults = NULL;
    setting->used = true;
    dependence->by_value = strcmp(setting_find(setting, "by")->text, "value") == 0;
    dependence->by_control = strcmp(setting_find(setting, "over")->text, "control") == 0;
    for (size_t i = 0; i < countries->children; i++) countries->child[i]->used = true;
    faults = countries_check(indices, dependence, countries);
    for (size_t i = 0; i < of->children; i++)
        faults = fault_join(faults, item_add(indices, dependence, of->child[i], countries, plan, &kind, &unit));
    if (faults != NULL) return faults;
    return outcomes_declare(plan->outcomes, &indices_outcomes[INDEX_DEPENDENCE], &name, "1", &dependence->outcome);
}

struct fault *indices_prepare(struct plan *plan, const struct flows *flows, const struct network *network,
                              const struct energy *energy, const struct accounts *accounts, struct indices **out)
{
    struct indices *indices = calloc(1, sizeof *indices);
    struct setting *outcomes = setting_find(plan->root, "outcomes");
    struct setting *section = outcomes == NULL ? NULL : setting_find(outcomes, "dependence");
    const size_t count = section == NULL ? 0 : section->children;
    struct fault *faults = NULL;
    if (indices == NULL) return fault_no_memory();
    *out = indices;
    indices->flows = flows;
    indices->network = network;
    indices->energy = energy;
    indices->accounts = accounts;
    indices->partners = accounts_partners(accounts);
    indices->dependence = calloc(count + 1, sizeof *indices->dependence);
    if (indices->dependence == NULL) return fault_no_memory();
    for (size_t i = 0; i < count; i++)
        faults = fault_join(
            faults, dependence_read(indices, &indices->dependence[indices->dependences++], section->child[i], plan));
    if (faults != NULL) return faults;
    indices->has[INDEX_ROUTES] = network_routes(network)->count > 0;
    indices->has[INDEX_PARTNERS] = indices->partners > 0;
    indices->has[INDEX_MULTIVECTOR] = indices->has[INDEX_MULTIVECTOR_BASE] = indices->partners > 1;
    for (size_t i = 0; i < INDEX_DEPENDENCE; i++)
        if (indices->has[i])
            TRY(outcomes_declare(plan->outcomes, &indices_outcomes[i], NULL, "1", &indices->outcome[i]));
    return NULL;
}

void indices_free(struct indices *indices)
{
    if (indices == NULL) return;
    for (size_t i = 0; i < indices->dependences; i++) free(indices->dependence[i].part);
    free(indices->dependence);
    free(indices);
}

/* ---- the lanes ---- */

static struct fault *sums_open(struct sums *sums, struct arena *arena, const struct indices *indices)
{
    const struct routes *routes = network_routes(indices->network);
    sums->route = arena_rows(arena, routes->count);
    sums->flow = arena_rows(arena, routes->flows);
    sums->exports = arena_rows(arena, indices->partners);
    sums->base = arena_rows(arena, indices->partners);
    return arena_check(arena);
}

struct fault *indices_open(const struct indices *indices, struct arena *arena, struct indices_state **out)
{
    struct indices_state *state = arena_take(arena, 1, sizeof *state);
    if (state == NULL) return fault_no_memory();
    *out = state;
    state->indices = indices;
    TRY(sums_open(&state->year, arena, indices));
    TRY(sums_open(&state->all, arena, indices));
    state->index = arena_rows(arena, INDEX_DEPENDENCE);
    state->over = arena_rows(arena, indices->dependences);
    state->whole = arena_rows(arena, indices->dependences);
    return arena_check(arena);
}

static void add(bool first, double sum[LANES], const double part[LANES])
{
    if (first)
        EACH_LANE(l) sum[l] = part[l];
    else
        EACH_LANE(l) sum[l] += part[l];
}

static void dependences(struct indices_state *state, const struct accounts_state *accounts,
                        const struct network_state *network, const struct energy_state *energy)
{
    const struct indices *indices = state->indices;
    const struct routes *routes = network_routes(indices->network);
    for (size_t i = 0; i < indices->dependences; i++) {
        const struct dependence *dependence = &indices->dependence[i];
        double *over = state->over[i], *whole = state->whole[i];
        EACH_LANE(l) over[l] = whole[l] = 0.0;
        for (size_t p = 0; p < dependence->parts; p++) {
            const struct part *part = &dependence->part[p];
            _Alignas(LANES_ALIGNMENT) double amount[LANES];
            if (!part->is_route) {
                const double *row = dependence->by_value ? energy_revenue(energy, part->commodity, part->outlet)
                                                         : energy_volume(energy, part->commodity, part->outlet);
                EACH_LANE(l) amount[l] = row[l] > 0.0 ? row[l] : 0.0; /* a sale at a negative price */
            } else {
                const double *volume = network_volume(network, part->route);
                EACH_LANE(l) amount[l] = volume[l];
                if (dependence->by_value) { /* the value of a unit is that of what the flow shipped */
                    const double *value = accounts_flow_value(accounts, part->flow),
                                 *shipped = network_shipped(network, routes->route[part->route].flow);
                    EACH_LANE(l) amount[l] = shipped[l] > 0.0 ? volume[l] / shipped[l] * value[l] : 0.0;
                }
            }
            EACH_LANE(l) whole[l] += amount[l];
            if (part->depends) EACH_LANE(l) over[l] += amount[l];
        }
    }
}

void indices_step(struct indices_state *state, const struct accounts_state *accounts,
                  const struct network_state *network, const struct energy_state *energy, int month)
{
    const struct indices *indices = state->indices;
    const struct routes *routes = network_routes(indices->network);
    const bool first = month % CALENDAR_MONTHS_PER_YEAR == 0, begins = month == CALENDAR_MONTHS_PER_YEAR - 1;
    const bool closes = month % CALENDAR_MONTHS_PER_YEAR == CALENDAR_MONTHS_PER_YEAR - 1;
    dependences(state, accounts, network, energy);
    for (size_t r = 0; r < routes->count; r++) add(first, state->year.route[r], network_volume(network, r));
    for (size_t f = 0; f < routes->flows; f++)
        add(first, state->year.flow[f], accounts_flow_value(accounts, routes->flow[f].flow));
    for (size_t p = 0; p < indices->partners; p++) {
        add(first, state->year.exports[p], accounts_exports(accounts, p));
        add(first, state->year.base[p], accounts_base_exports(accounts, p));
    }
    if (!closes) return;
    for (size_t r = 0; r < routes->count; r++) add(begins, state->all.route[r], state->year.route[r]);
    for (size_t f = 0; f < routes->flows; f++) add(begins, state->all.flow[f], state->year.flow[f]);
    for (size_t p = 0; p < indices->partners; p++) {
        add(begins, state->all.exports[p], state->year.exports[p]);
        add(begins, state->all.base[p], state->year.base[p]);
    }
}

/* The sum of squared shares; NaN of nothing, and where a part is negative (a sale at a negative price). */
static void concentration(size_t count, const double (*row)[LANES], double index[LANES])
{
    _Alignas(LANES_ALIGNMENT) double sum[LANES], squares[LANES];
    EACH_LANE(l) sum[l] = squares[l] = 0.0;
    for (size_t i = 0; i < count; i++) {
        const double *x = row[i];
        EACH_LANE(l)
        {
            sum[l] += x[l] < 0.0 ? __builtin_nan("") : x[l];
            squares[l] += x[l] * x[l];
        }
    }
    EACH_LANE(l) index[l] = squares[l] / (sum[l] * sum[l]);
}

static void multivector(size_t partners, const double hhi[LANES], double index[LANES])
{
    const double least = 1.0 / (double)partners;
    EACH_LANE(l) index[l] = 1.0 - (hhi[l] - least) / (1.0 - least);
}

void indices_derive(struct indices_state *state, bool horizon)
{
    const struct indices *indices = state->indices;
    const struct routes *routes = network_routes(indices->network);
    const struct sums *sums = horizon ? &state->all : &state->year;
    _Alignas(LANES_ALIGNMENT) double hhi[LANES], weighted[LANES], weight[LANES];
    if (indices->has[INDEX_ROUTES]) {
        double *index = state->index[INDEX_ROUTES];
        EACH_LANE(l) weighted[l] = weight[l] = 0.0;
        for (size_t f = 0; f < routes->flows; f++) {
            const struct route_flow *flow = &routes->flow[f];
            const double *value = sums->flow[f];
            concentration(flow->routes, (const double(*)[LANES])(sums->route + flow->first_route), hhi);
            EACH_LANE(l)
            {
                weighted[l] += value[l] > 0.0 ? value[l] * hhi[l] : 0.0;
                weight[l] += value[l];
            }
        }
        EACH_LANE(l) index[l] = weighted[l] / weight[l];
    }
    if (!indices->has[INDEX_PARTNERS]) return;
    concentration(indices->partners, (const double(*)[LANES])sums->exports, state->index[INDEX_PARTNERS]);
    if (!indices->has[INDEX_MULTIVECTOR]) return;
    multivector(indices->partners, state->index[INDEX_PARTNERS], state->index[INDEX_MULTIVECTOR]);
    concentration(indices->partners, (const double(*)[LANES])sums->base, hhi);
    multivector(indices->partners, hhi, state->index[INDEX_MULTIVECTOR_BASE]);
}

void indices_report(const struct indices_state *state, struct outcome_rows *rows)
{
    const struct indices *indices = state->indices;
    for (size_t i = 0; i < INDEX_DEPENDENCE; i++)
        if (indices->has[i]) rows->row[indices->outcome[i]] = state->index[i];
    for (size_t i = 0; i < indices->dependences; i++) {
        rows->row[indices->dependence[i].outcome] = state->over[i];
        rows->weight[indices->dependence[i].outcome] = state->whole[i];
    }
}
