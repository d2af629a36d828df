/* models/energy/energy_read.c -- reads and checks what energy.h works on; the keys are in energy_keys.c.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/energy/energy.h"
#include "sim/core/units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_true(struct setting *setting, const char *name)
{
    return setting_find(setting, name)->truth;
}

static void *some(size_t count, size_t size)
{
    return calloc(count + 1, size);
}

/* ---- fields ---- */

static size_t field_find(const struct energy_commodity *commodity, const char *name)
{
    size_t f = 0;
    while (f < commodity->fields && strcmp(commodity->field[f].name, name) != 0) f++;
    return f;
}

static struct fault *no_field(const struct energy_commodity *commodity, struct place place, const char *path,
                              const char *name)
{
    const char *words[ALLOCATION_FIELDS + 1] = {NULL};
    for (size_t f = 0; f < commodity->fields && f < ALLOCATION_FIELDS; f++) words[f] = commodity->field[f].name;
    char hint[96];
    return fault_at(FAULT_SCENARIO, place,
                    "%s: there is no field '%s' in energy.%s.fields; expected one of its names%s", path, name,
                    commodity->name, units_hint(name, words, sizeof hint, hint));
}

/* The countries of the scenario, ended by NULL: home, those of legs and markets, and the ends of flows. To be freed; NULL
 * without memory. */
static const char **countries_of(const struct plan *plan, const struct legs *legs)
{
    struct setting *flows = setting_find(plan->root, "flows"), *energy = setting_find(plan->root, "energy");
    size_t most = 2 + legs->count + (flows == NULL ? 0 : 2 * flows->children), count = 0;
    for (size_t e = 0; e < energy->children; e++) most += setting_find(energy->child[e], "outlets")->children;
    const char **country = some(most, sizeof *country);
    if (country == NULL) return NULL;
    if (plan->home != NULL) country[count++] = plan->home;
    for (size_t l = 0; l < legs->count; l++)
        if (legs->leg[l].country != NULL) country[count++] = legs->leg[l].country;
    for (size_t f = 0; flows != NULL && f < flows->children; f++) {
        country[count++] = setting_find(flows->child[f], "from")->text;
        country[count++] = setting_find(flows->child[f], "to")->text;
    }
    for (size_t e = 0; e < energy->children; e++) {
        const struct setting *outlets = setting_find(energy->child[e], "outlets");
        for (size_t o = 0; o < outlets->children; o++) {
            const struct setting *market = setting_find(outlets->child[o], "market");
            if (market != NULL) country[count++] = market->text;
        }
    }
    return country;
}

static struct fault *country_read(const struct energy *energy, struct energy_field *field, struct setting *setting,
                                  const struct plan *plan)
{
    char hint[96];
    double least, most;
    const struct setting *country = setting_find(setting, "country"), *home_share = setting_find(setting, "home_share");
    if (country == NULL) return NULL;
    field->country = country->text;
    field->foreign = plan->home != NULL && strcmp(plan->home, country->text) != 0;
    const char **known = countries_of(plan, energy->leg);
    if (known == NULL) return fault_no_memory();
    size_t c = 0;
    while (known[c] != NULL && strcmp(known[c], country->text) != 0) c++;
    struct fault *fault =
        known[c] != NULL
            ? NULL
            : fault_at(FAULT_SCENARIO, country->place,
                       "%s is '%s', which is no country of the scenario; expected `run.home`, the country of a leg, a "
                       "`market`, or an end of a flow%s",
                       country->path, country->text, units_hint(country->text, known, sizeof hint, hint));
    free(known);
    if (fault != NULL || !field->foreign) return fault;
    store_range(plan->store, field->home_share, &least, &most);
    if (most == 0.0) return NULL;
    return fault_at(FAULT_SCENARIO, home_share->place,
                    "%s is above 0, but the field lies in %s, and what it earns is in no account of %s; expected 0 %%",
                    home_share->path, country->text, plan->home);
}

static struct fault *fields_read(const struct energy *energy, struct energy_commodity *commodity,
                                 struct setting *section, const struct plan *plan)
{
    struct fault *faults = NULL;
    if (section->children > ALLOCATION_FIELDS)
        return fault_at(FAULT_SCENARIO, section->place, "%s has %zu fields; expected at most %d", section->path,
                        section->children, ALLOCATION_FIELDS);
    commodity->field = some(section->children, sizeof *commodity->field);
    if (commodity->field == NULL) return fault_no_memory();
    for (size_t i = 0; i < section->children; i++) {
        struct setting *setting = section->child[i];
        struct energy_field *field = &commodity->field[commodity->fields++];
        setting->used = true;
        *field = (struct energy_field){.name = setting->name,
                                       .cost = setting_slot(setting, "cost"),
                                       .home_share = setting_slot(setting, "home_share")};
        faults = fault_join(faults, decline_curve_prepare(setting, setting_slot(setting, "rate"), plan, &field->curve));
        faults = fault_join(faults, country_read(energy, field, setting, plan));
    }
    if (commodity->fields > 0) return faults;
    return fault_join(
        faults, fault_at(FAULT_SCENARIO, section->place, "%s has no field; expected at least one", section->path));
}

/* ---- outlets ---- */

static struct fault *outlet_needs(const struct setting *setting, const char *what, const char *why)
{
    return fault_at(FAULT_SCENARIO, setting->place, "%s %s; expected `%s`", setting->path, why, what);
}

/* Which keys go together. */
static struct fault *outlet_check(struct setting *setting, const struct energy_outlet *outlet)
{
    static const char *const own_only[] = {"from",    "also",        "demand", "term",         "contract",
                                           "minimum", "ship_or_pay", "price",  "differential", "differential_driver",
                                           "tariff",  "spread",      "market"};
    static const char *const beside_contract[] = {"term", "ship_or_pay", "demand", "spread"};
    static const char *const of_demand[] = {"growth", "decline", "season", "shock"};
    static const char *const transit_only[] = {"volume", "fee"};
    if (outlet->transit) {
        for (size_t i = 0; i < sizeof own_only / sizeof *own_only; i++) {
            const struct setting *other = setting_find(setting, own_only[i]);
            if (other != NULL)
                return fault_at(
                    FAULT_SCENARIO, other->place,
                    "%s: transit takes no field's supply, so it has none; expected `volume`, `via` and `fee`",
                    other->path);
        }
        if (outlet->wanted.value < 0) return outlet_needs(setting, "volume", "is transit without a volume");
        return outlet->fee < 0 ? outlet_needs(setting, "fee", "is transit without a fee") : NULL;
    }
    for (size_t i = 0; i < sizeof transit_only / sizeof *transit_only; i++) {
        const struct setting *other = setting_find(setting, transit_only[i]);
        if (other != NULL)
            return fault_at(FAULT_SCENARIO, other->place, "%s belongs to transit; expected `transit: true` with it",
                            other->path);
    }
    if (setting_find(setting, "from") == NULL)
        return outlet_needs(setting, "from", "says of no field that it may supply it");
    if (outlet->first && outlet->wanted.value < 0)
        return outlet_needs(setting, "demand", "is `first`, but wants no certain volume");
    if (outlet->ship_or_pay >= 0 && outlet->tariff < 0)
        return outlet_needs(setting, "tariff", "has `ship_or_pay`, but no tariff that would be owed");
    if (outlet->minimum >= 0 && outlet->contract < 0)
        return outlet_needs(setting, "contract", "has a minimum, but no contract");
    for (size_t i = 0; outlet->contract >= 0 && i < sizeof beside_contract / sizeof *beside_contract; i++) {
        const struct setting *other = setting_find(setting, beside_contract[i]);
        if (other != NULL)
            return fault_at(FAULT_SCENARIO, other->place,
                            "%s: a `contract` is all that its outlet takes; expected it alone, or `term` in its place",
                            other->path);
    }
    for (size_t i = 0; outlet->wanted.value < 0 && i < sizeof of_demand / sizeof *of_demand; i++) {
        const struct setting *other = setting_find(setting, of_demand[i]);
        if (other != NULL)
            return fault_at(
                FAULT_SCENARIO, other->place,
                "%s moves `demand`, which the outlet does not have; expected it too, or a profile of dates in "
                "`contract` or `term`",
                other->path);
    }
    const bool spot = outlet->term >= 0 || outlet->ship_or_pay >= 0 || outlet->spread >= 0;
    if (outlet->first && (spot || outlet->contract >= 0))
        return fault_at(FAULT_SCENARIO, setting->place,
                        "%s is `first` and has other volumes too; expected its `demand` alone", setting->path);
    return NULL;
}

static struct fault *via_read(const struct energy *energy, struct energy_outlet *outlet, struct setting *via)
{
    const size_t count = via == NULL ? 0 : via->children;
    outlet->via = some(count, sizeof *outlet->via);
    outlet->way = some(count, sizeof *outlet->way);
    if (outlet->via == NULL || outlet->way == NULL) return fault_no_memory();
    for (size_t i = 0; i < count; i++) {
        struct setting *item = via->child[i];
        const size_t leg = legs_find(energy->leg, item->text);
        item->used = true;
        for (size_t j = 0; j < outlet->ways; j++)
            if (outlet->way[j] == leg)
                return fault_at(FAULT_SCENARIO, item->place, "%s names %s twice; expected each leg once", via->path,
                                item->text);
        outlet->way[outlet->ways++] = leg;
        if (energy->leg->leg[leg].capacity >= 0) outlet->via[outlet->legs++] = leg;
    }
    return NULL;
}

/* A sale at home over foreign legs may be meant, but is rather a market forgotten. */
static void market_check(const struct energy *energy, const struct energy_outlet *outlet, const struct setting *setting,
                         struct plan *plan)
{
    for (size_t v = 0; v < outlet->ways && !outlet->transit && outlet->market == NULL && plan->home != NULL; v++) {
        const struct leg *leg = &energy->leg->leg[outlet->way[v]];
        if (leg->country == NULL || strcmp(leg->country, plan->home) == 0) continue;
        plan->warnings =
            fault_join(plan->warnings, fault_at(FAULT_SCENARIO, setting->place,
                                                "%s has no `market`, so it counts as sold at home, but passes %s in %s",
                                                setting->path, leg->name, leg->country));
        return;
    }
}

static struct fault *outlet_read(const struct energy *energy, const struct energy_commodity *commodity,
                                 struct energy_outlet *outlet, struct setting *setting, struct plan *plan,
                                 const struct energy_price *benchmark)
{
    struct setting *market = setting_find(setting, "market");
    char *stream = NULL;
    setting->used = true;
    *outlet = (struct energy_outlet){
        .name = setting->name,
        .place = setting->place,
        .buyer = market == NULL || (plan->home != NULL && strcmp(market->text, plan->home) == 0) ? NULL : market->text,
        .transit = is_true(setting, "transit"),
        .first = is_true(setting, "first"),
        .shock = setting_slot(setting, "shock"),
        .term = setting_slot(setting, "term"),
        .contract = setting_slot(setting, "contract"),
        .minimum = setting_slot(setting, "minimum"),
        .ship_or_pay = setting_slot(setting, "ship_or_pay"),
        .tariff = setting_slot(setting, "tariff"),
        .spread = setting_slot(setting, "spread"),
        .also_leg = ENERGY_NONE,
        .fee = setting_slot(setting, "fee")};
    outlet->market = outlet->buyer;
    if (asprintf(&stream, "energy.%s.outlets.%s.shock", commodity->name, outlet->name) < 0) return fault_no_memory();
    outlet->shock_stream = stream_named(plan->seed, stream, plan->generator);
    free(stream);
    TRY(decline_curve_prepare(setting, setting_slot(setting, outlet->transit ? "volume" : "demand"), plan,
                              &outlet->wanted));
    TRY(season_read(setting_find(setting, "season"), plan, &outlet->season));
    TRY(via_read(energy, outlet, setting_find(setting, "via")));
    TRY(outlet_check(setting, outlet));
    market_check(energy, outlet, setting, plan);
    return outlet->transit ? NULL : energy_price_read(setting, plan, energy->drivers, benchmark, &outlet->price);
}

/* ---- the layout ---- */

/* The number of a leg among those that the commodity uses. */
static size_t leg_number(struct energy_commodity *commodity, size_t leg)
{
    size_t i = 0;
    while (i < commodity->legs && commodity->leg[i] != leg) i++;
    commodity->leg[i] = leg;
    if (i == commodity->legs) commodity->legs++;
    return i;
}

static struct fault *access_read(const struct energy_commodity *commodity, struct setting *setting,
                                 struct allocation_outlet *outlet)
{
    struct setting *from = setting_find(setting, "from");
    for (size_t i = 0; i < from->children; i++) {
        const size_t field = field_find(commodity, from->child[i]->text);
        from->child[i]->used = true;
        if (field == commodity->fields)
            return no_field(commodity, from->child[i]->place, from->path, from->child[i]->text);
        outlet->from |= 1u << field;
    }
    return NULL;
}

static struct fault *also_read(const struct energy *energy, struct energy_commodity *commodity, struct setting *setting,
                               struct allocation_outlet *outlet)
{
    struct setting *also = setting_find(setting, "also");
    if (also == NULL) return NULL;
    if (also->children != 1)
        return fault_at(FAULT_SCENARIO, also->place, "%s has %zu fields; expected one", also->path, also->children);
    struct setting *entry = also->child[0];
    const size_t field = field_find(commodity, entry->name), leg = legs_find(energy->leg, entry->text);
    entry->used = true;
    if (field == commodity->fields) return no_field(commodity, entry->place, also->path, entry->name);
    if (energy->leg->leg[leg].capacity < 0)
        return fault_at(FAULT_SCENARIO, entry->place,
                        "%s: %s has no capacity, so nothing limits it; expected %s in `from`", entry->path, entry->text,
                        entry->name);
    outlet->also = true;
    outlet->also_field = field;
    outlet->also_leg = leg_number(commodity, leg);
    for (const struct energy_outlet *other = commodity->outlet; other < commodity->outlet + commodity->outlets; other++)
        for (size_t v = 0; other->transit && v < other->ways; v++)
            if (other->way[v] == leg)
                return fault_at(FAULT_SCENARIO, entry->place,
                                "%s: transit of outlet %s passes %s too; expected a leg for one of the two",
                                entry->path, other->name, entry->text);
    return NULL;
}

/* Whose fields supply an outlet: those of home, or those of other countries, which sell abroad alone. */
static struct fault *supplier_check(const struct energy_commodity *commodity, struct energy_outlet *outlet,
                                    const struct allocation_outlet *access, struct setting *setting,
                                    const struct plan *plan)
{
    const struct energy_field *ours = NULL, *theirs = NULL;
    for (size_t f = 0; f < commodity->fields; f++) {
        if ((access->from >> f & 1) == 0 && !(access->also && access->also_field == f)) continue;
        if (commodity->field[f].foreign)
            theirs = &commodity->field[f];
        else
            ours = &commodity->field[f];
    }
    outlet->foreign = theirs != NULL;
    if (theirs == NULL) return NULL;
    outlet->market = NULL;
    const struct setting *market = setting_find(setting, "market");
    if (ours != NULL)
        return fault_at(FAULT_SCENARIO, setting->place,
                        "%s is supplied by %s in %s and by %s in %s, and how much comes from which is left open, so "
                        "that nobody knows what %s exports (models/README.md, Energy); expected an outlet for each",
                        setting->path, ours->name, plan->home, theirs->name, theirs->country, plan->home);
    if (outlet->buyer != NULL) return NULL;
    return fault_at(FAULT_SCENARIO, market == NULL ? setting->place : market->place,
                    "%s sells to %s what %s produces in %s, an import that energy does not count; expected another "
                    "`market`, or a flow to %s",
                    setting->path, plan->home, theirs->name, theirs->country, plan->home);
}

/* How many tranches an outlet can have. */
static size_t tranches_of(const struct energy_outlet *outlet)
{
    if (outlet->first || outlet->contract >= 0) return 1;
    const size_t spot = outlet->spread >= 0 ? 3 : 1;
    return spot + (outlet->term >= 0 ? 1 : 0) + (outlet->ship_or_pay >= 0 ? 1 : 0);
}

static struct fault *layout_check(const struct energy *energy, struct energy_commodity *commodity,
                                  struct setting *section, const struct plan *plan)
{
    struct allocation_outlet *outlet = some(commodity->outlets, sizeof *outlet);
    size_t(*via)[ENERGY_NAMES] = some(commodity->outlets, sizeof *via), own = 0;
    struct fault *faults = NULL;
    const char **leg_name = some(energy->leg->count, sizeof *leg_name),
               **field_name = some(commodity->fields, sizeof *field_name);
    if (outlet == NULL || via == NULL || leg_name == NULL || field_name == NULL) {
        free(outlet);
        free(via);
        free(leg_name);
        free(field_name);
        return fault_no_memory();
    }
    for (size_t f = 0; f < commodity->fields; f++) field_name[f] = commodity->field[f].name;
    for (size_t i = 0; i < commodity->outlets; i++) {
        struct energy_outlet *of = &commodity->outlet[i];
        for (size_t v = 0; v < of->legs; v++) via[own][v] = leg_number(commodity, of->via[v]);
        if (of->transit) continue;
        outlet[own] =
            (struct allocation_outlet){.name = of->name, .place = of->place, .via = via[own], .legs = of->legs};
        faults = fault_join(faults, access_read(commodity, section->child[i], &outlet[own]));
        faults = fault_join(faults, also_read(energy, commodity, section->child[i], &outlet[own]));
        faults = fault_join(faults, supplier_check(commodity, of, &outlet[own], section->child[i], plan));
        of->also_leg = outlet[own].also ? commodity->leg[outlet[own].also_leg] : ENERGY_NONE;
        commodity->tranches += tranches_of(of);
        of->in_layout = own++;
    }
    for (size_t i = 0; i < commodity->legs; i++) leg_name[i] = energy->leg->leg[commodity->leg[i]].name;
    if (faults == NULL) {
        const struct allocation_layout layout = {field_name, commodity->fields, leg_name, outlet, own};
        struct fault *fault = allocation_prepare(&layout, &commodity->allocation);
        for (struct fault *f = fault; f != NULL; f = f->next) {
            const struct place place = f->place.source == NULL ? section->place : f->place;
            struct fault *placed = fault_at(f->code, place, "energy.%s: %s", commodity->name, f->sentence);
            faults = fault_join(faults, placed);
        }
        fault_free(fault);
    }
    free(outlet);
    free(via);
    free(leg_name);
    free(field_name);
    return faults;
}

/* ---- duty ---- */

static struct fault *band_add(struct energy_duty *duty, struct setting *band, const char *unit, struct plan *plan)
{
    struct quantity level;
    struct fault *fault = quantity_read(plan->units, band->name, unit, &level);
    if (fault != NULL) {
        struct fault *placed = fault_at(FAULT_SCENARIO, band->place, "%s: %s", band->parent->path, fault->sentence);
        fault_free(fault);
        return placed;
    }
    for (size_t b = 0; b < duty->bands; b++)
        if (duty->level[b] == level.p[0]) {
            quantity_free(&level);
            return fault_at(FAULT_SCENARIO, band->place, "%s has two bands from %s on; expected one",
                            band->parent->path, band->name);
        }
    size_t at = duty->bands++;
    for (; at > 0 && duty->level[at - 1] > level.p[0]; at--) {
        duty->level[at] = duty->level[at - 1];
        duty->duty[at] = duty->duty[at - 1];
    }
    duty->level[at] = level.p[0];
    duty->duty[at] = band->slot;
    band->used = true;
    quantity_free(&level);
    return NULL;
}

/* Bands or a slope, one of them. */
static struct fault *duty_check(struct setting *section, const struct setting *table, const struct energy_duty *duty)
{
    if (table != NULL && table->children == 0)
        return fault_at(FAULT_SCENARIO, table->place, "%s is empty; expected bands such as 50 USD/bbl: 50 USD/t",
                        table->path);
    if ((table != NULL) == (duty->slope >= 0))
        return fault_at(FAULT_SCENARIO, section->place,
                        "%s has %s; expected `table` with bands, or `slope` with the duty for each unit of the driver",
                        section->path, table == NULL ? "neither bands nor a slope" : "bands and a slope");
    struct setting *end =
        setting_find(section, "from") != NULL ? setting_find(section, "from") : setting_find(section, "to");
    if (table != NULL && end != NULL)
        return fault_at(FAULT_SCENARIO, end->place,
                        "%s stands beside bands, which have their own levels; expected it "
                        "with `slope`",
                        end->path);
    return NULL;
}

static struct fault *duty_read(const struct energy *energy, struct energy_commodity *commodity, struct setting *section,
                               struct plan *plan)
{
    struct energy_duty *duty = &commodity->duty;
    duty->slope = -1;
    if (section == NULL) return NULL;
    struct setting *driver = setting_find(section, "driver"), *table = setting_find(section, "table"),
                   *exempt = setting_find(section, "exempt");
    duty->slope = setting_slot(section, "slope");
    duty->from = setting_slot(section, "from");
    duty->to = setting_slot(section, "to");
    TRY(drivers_refer(energy->drivers, driver, &duty->driver));
    TRY(duty_check(section, table, duty));
    const size_t bands = table == NULL ? 0 : table->children;
    duty->level = some(bands, sizeof *duty->level);
    duty->duty = some(bands, sizeof *duty->duty);
    if (duty->level == NULL || duty->duty == NULL) return fault_no_memory();
    struct fault *faults = NULL;
    for (size_t i = 0; i < bands; i++)
        faults = fault_join(faults, band_add(duty, table->child[i], drivers_unit(energy->drivers, duty->driver), plan));
    for (size_t i = 0; exempt != NULL && i < exempt->children; i++) {
        const size_t field = field_find(commodity, exempt->child[i]->text);
        exempt->child[i]->used = true;
        if (field == commodity->fields)
            faults =
                fault_join(faults, no_field(commodity, exempt->child[i]->place, exempt->path, exempt->child[i]->text));
        else
            commodity->field[field].exempt = true;
    }
    return faults;
}

/* ---- quota ---- */

/* In no month may it be less, at medians, than what outlets are owed by term or contract. */
static struct fault *quota_check(const struct energy_commodity *commodity, struct setting *setting,
                                 const struct plan *plan)
{
    const struct setting *quota = setting_find(setting, "quota");
    for (int m = plan->calendar.start; quota != NULL && m < plan->calendar.start + plan->calendar.months; m++) {
        const double most = store_central(plan->store, commodity->quota, m);
        double owed = 0.0;
        for (size_t o = 0; o < commodity->outlets; o++) {
            const struct energy_outlet *outlet = &commodity->outlet[o];
            const int slot = outlet->contract >= 0 ? outlet->contract : outlet->term;
            if (slot >= 0) owed += store_central(plan->store, slot, m);
        }
        if (owed <= most * (1.0 + ALLOCATION_ROUNDING)) continue;
        char date[8];
        calendar_write(m, date);
        return fault_at(FAULT_SCENARIO, quota->place,
                        "%s is %.6g %s in %s, less than the %.6g that outlets take by `term` or `contract`; expected "
                        "at least as much",
                        quota->path, most, commodity->rate, date, owed);
    }
    return NULL;
}

/* ---- legs ---- */

static struct setting *leg_setting(const struct plan *plan, const struct leg *leg, const char *key)
{
    return setting_find(setting_find(setting_find(plan->root, "legs"), leg->name), key);
}

/* Of a leg that only energy uses it reads capacity, `use`, country and draught; what it charges stands at the outlet. */
static struct fault *leg_plain(const struct energy_commodity *commodity, const struct leg *leg, const struct plan *plan)
{
    static const char *const of_flows[] = {"cost", "fee", "subsidy", "penalty", "time", "sd", "bpr", "use"};
    for (size_t i = 0; i < sizeof of_flows / sizeof *of_flows; i++) {
        const struct setting *other = leg_setting(plan, leg, of_flows[i]);
        if (other == NULL || !other->stated) continue;
        if (strcmp(of_flows[i], "use") != 0)
            return fault_at(FAULT_SCENARIO, other->place,
                            "%s means nothing for energy, which uses this leg; expected `tariff`, or of transit `fee`, "
                            "at the outlet",
                            other->path);
        if (leg_slot(leg, LEG_USE, commodity->name) < 0)
            return fault_at(FAULT_SCENARIO, other->place,
                            "%s does not say what capacity %s takes, which uses this leg; expected %s.%s", other->path,
                            commodity->name, other->path, commodity->name);
    }
    return NULL;
}

/* Whether all of some outlet's volume uses the leg. What goes through the leg of `also` alone the allocation leaves
 * open: it settles what outlets get, not which of their fields it comes from. */
static bool carries_outlets(const struct energy_commodity *commodity, size_t leg)
{
    for (size_t o = 0; o < commodity->outlets; o++)
        for (size_t v = 0; v < commodity->outlet[o].legs; v++)
            if (commodity->outlet[o].via[v] == leg) return true;
    return false;
}

/* Why a leg cannot be shared; `with` is what else uses it. */
static struct fault *share_check(const struct energy_commodity *commodity, const struct leg *leg, size_t number,
                                 const char *with)
{
    if (carries_outlets(commodity, commodity->leg[number])) return NULL;
    return fault_at(FAULT_SCENARIO, leg->place,
                    "legs.%s is used by energy.%s and by %s, but what one of several fields sends through a leg of "
                    "`also` is left open, so that nobody knows what is left of it (models/README.md, Shared legs); "
                    "expected a leg for each",
                    leg->name, commodity->name, with);
}

/* A leg that a route of a flow passes too says who comes first. */
static struct fault *share_with_flows(const struct energy_commodity *commodity, const struct leg *leg, size_t number,
                                      const struct route *route, const struct plan *plan)
{
    const struct setting *soft = leg_setting(plan, leg, "bpr");
    struct fault *fault = NULL;
    if (leg->shared == LEG_NOT_SHARED)
        fault = fault_at(FAULT_SCENARIO, leg->place,
                         "legs.%s is used by energy.%s and by a route of a flow, and nothing says who takes its "
                         "capacity first (models/README.md, Shared legs); expected `shared: energy-first` or `shared: "
                         "energy-last`, or a leg for each",
                         leg->name, commodity->name);
    else if (soft != NULL)
        fault = fault_at(FAULT_SCENARIO, soft->place,
                         "%s makes time depend on how much flows alone use, but energy.%s uses the leg too "
                         "(models/README.md, Shared legs); expected it without `bpr`",
                         soft->path, commodity->name);
    else
        fault = share_check(commodity, leg, number, "a route of a flow");
    return fault == NULL ? NULL : fault_note(fault, route->place, "the route is here");
}

/* What a leg's capacity is in the commodity's unit: by `use`, or because it is counted alike. */
static struct fault *leg_convert(struct energy_commodity *commodity, const struct leg *leg, size_t number,
                                 const struct plan *plan)
{
    const int use = commodity->use[number] = leg_slot(leg, LEG_USE, commodity->name);
    char stock[160];
    unit_per(leg->stock, commodity->unit, sizeof stock, stock);
    TRY(units_set_heat(plan->units, commodity->heat));
    struct fault *fault =
        use < 0 ? units_factor(plan->units, leg->stock, commodity->unit, &commodity->factor[number])
                : units_factor(plan->units, store_unit(plan->store, use), stock, &commodity->factor[number]);
    if (fault == NULL) return NULL;
    struct fault *placed =
        use < 0 ? fault_at(FAULT_SCENARIO, leg->place,
                           "legs.%s.capacity counts in %s, but energy.%s in %s: %s, or "
                           "legs.%s.use.%s",
                           leg->name, leg->stock, commodity->name, commodity->unit, fault->sentence, leg->name,
                           commodity->name)
                : fault_at(FAULT_SCENARIO, leg->place, "legs.%s.use.%s: energy.%s counts in %s: %s", leg->name,
                           commodity->name, commodity->name, commodity->unit, fault->sentence);
    fault_free(fault);
    return placed;
}

/* Takes a leg for the commodity, and settles whether it may share it with what else uses it. */
static struct fault *leg_take(const struct energy *energy, struct energy_commodity *commodity, size_t number,
                              const struct plan *plan)
{
    const size_t taken = commodity->leg[number];
    const struct leg *leg = &energy->leg->leg[taken];
    const struct routes *routes = network_routes(energy->network);
    bool flows = false;
    for (size_t r = 0; r < routes->count && !flows; r++)
        for (size_t i = 0; i < routes->route[r].legs && !flows; i++) {
            flows = routes->route[r].leg[i] == taken;
            if (flows) TRY(share_with_flows(commodity, leg, number, &routes->route[r], plan));
        }
    for (const struct energy_commodity *other = energy->commodity; other < commodity; other++)
        for (size_t i = 0; i < other->legs; i++) {
            char with[80];
            if (other->leg[i] != taken) continue;
            snprintf(with, sizeof with, "energy.%.60s", other->name);
            TRY(share_check(commodity, leg, number, with));
            snprintf(with, sizeof with, "energy.%.60s", commodity->name);
            TRY(share_check(other, leg, i, with));
        }
    if (!flows) TRY(leg_plain(commodity, leg, plan));
    return leg_convert(commodity, leg, number, plan);
}

static struct fault *legs_take(const struct energy *energy, struct energy_commodity *commodity, const struct plan *plan)
{
    struct fault *faults = NULL;
    commodity->factor = some(commodity->legs, sizeof *commodity->factor);
    commodity->leg_outcome = some(commodity->legs, sizeof *commodity->leg_outcome);
    commodity->use = some(commodity->legs, sizeof *commodity->use);
    commodity->shared = some(commodity->legs, sizeof *commodity->shared);
    if (commodity->factor == NULL || commodity->leg_outcome == NULL || commodity->use == NULL ||
        commodity->shared == NULL)
        return fault_no_memory();
    for (size_t i = 0; i < commodity->legs; i++) {
        commodity->shared[i] = ENERGY_NONE;
        faults = fault_join(faults, leg_take(energy, commodity, i, plan));
    }
    return faults;
}

static struct fault *outcomes_of(const struct energy *energy, struct energy_commodity *commodity, struct plan *plan)
{
    char netback[160];
    unit_per("USD", commodity->unit, sizeof netback, netback);
    TRY(outcomes_declare(plan->outcomes, &energy_outcomes[ENERGY_PRODUCTION], &commodity->name, commodity->rate,
                         &commodity->production));
    TRY(outcomes_declare(plan->outcomes, &energy_outcomes[ENERGY_SHUT_IN], &commodity->name, commodity->rate,
                         &commodity->shut_in));
    if (commodity->quota >= 0)
        TRY(outcomes_declare(plan->outcomes, &energy_outcomes[ENERGY_HELD_BACK], &commodity->name, commodity->rate,
                             &commodity->held_back));
    for (size_t f = 0; f < commodity->fields; f++) {
        const char *const names[] = {commodity->name, commodity->field[f].name};
        TRY(outcomes_declare(plan->outcomes, energy_field_outcomes, names, commodity->rate,
                             &commodity->field[f].production));
    }
    for (size_t i = 0; i < commodity->outlets; i++) {
        struct energy_outlet *outlet = &commodity->outlet[i];
        const char *const names[] = {commodity->name, outlet->name};
        const char *const units[OUTLET_OUTCOMES] = {[OUTLET_VOLUME] = commodity->rate,
                                                    [OUTLET_REVENUE] = "USD/yr",
                                                    [OUTLET_NETBACK] = netback,
                                                    [OUTLET_SERVED] = "1"};
        const bool wants = outlet->wanted.value >= 0 || outlet->contract >= 0;
        for (size_t o = 0; o < OUTLET_OUTCOMES; o++)
            if (!(o == OUTLET_SERVED && !wants) && !(o == OUTLET_NETBACK && outlet->transit))
                TRY(outcomes_declare(plan->outcomes, &energy_outlet_outcomes[o], names, units[o], &outlet->outcome[o]));
    }
    for (size_t i = 0; i < commodity->legs; i++) {
        const struct leg *leg = &energy->leg->leg[commodity->leg[i]];
        char used[160], path[160];
        size_t next;
        commodity->leg_outcome[i] = ENERGY_NONE;
        snprintf(path, sizeof path, "legs.%s.used", leg->name);
        const bool declared = outcomes_find(plan->outcomes, path) < plan->outcomes->count; /* by what else uses it */
        if (declared || !carries_outlets(commodity, commodity->leg[i])) continue;
        snprintf(used, sizeof used, "%s/yr", leg->stock);
        TRY(outcomes_declare(plan->outcomes, &legs_outcomes[LEG_USED], &leg->name, used, &commodity->leg_outcome[i]));
        TRY(outcomes_declare(plan->outcomes, &legs_outcomes[LEG_UTILISATION], &leg->name, "1", &next));
    }
    return NULL;
}

/* ---- shared legs ---- */

static size_t outcome_of_leg(const struct plan *plan, const struct leg *leg, const char *what)
{
    char path[160];
    snprintf(path, sizeof path, "legs.%s.%s", leg->name, what);
    return outcomes_find(plan->outcomes, path);
}

/* Enters the leg if it is used by several, flows as one of them. */
static void share(struct energy *energy, size_t leg, const struct plan *plan)
{
    struct energy_shared *shared = &energy->shared[energy->shareds];
    const struct leg *of = &energy->leg->leg[leg];
    size_t users = 0;
    *shared = (struct energy_shared){.leg = leg, .queue = ENERGY_NONE};
    for (size_t q = 0; q < network_queues(energy->network); q++)
        if (network_queue_leg(energy->network, q) == leg) shared->queue = q;
    for (size_t c = 0; c < energy->count; c++)
        for (size_t i = 0; i < energy->commodity[c].legs; i++) users += energy->commodity[c].leg[i] == leg;
    if (users + (shared->queue != ENERGY_NONE) < 2 || users == 0) return;
    shared->used = outcome_of_leg(plan, of, "used");
    shared->utilisation = outcome_of_leg(plan, of, "utilisation");
    for (size_t c = 0; c < energy->count; c++)
        for (size_t i = 0; i < energy->commodity[c].legs; i++) {
            if (energy->commodity[c].leg[i] != leg) continue;
            energy->commodity[c].shared[i] = energy->shareds;
            energy->commodity[c].leg_outcome[i] = ENERGY_NONE;
        }
    energy->shareds++;
}

/* Before flows, or after them: both would be a circle. */
static struct fault *order_check(const struct energy *energy, struct energy_commodity *commodity,
                                 const struct plan *plan)
{
    const struct leg *first = NULL, *last = NULL;
    for (size_t i = 0; i < commodity->legs; i++) {
        const struct leg *leg = &energy->leg->leg[commodity->leg[i]];
        if (commodity->shared[i] == ENERGY_NONE || energy->shared[commodity->shared[i]].queue == ENERGY_NONE) continue;
        if (leg->shared == LEG_ENERGY_FIRST)
            first = leg;
        else
            last = leg;
    }
    commodity->before = first != NULL;
    if (first == NULL || last == NULL) return NULL;
    struct fault *fault =
        fault_at(FAULT_SCENARIO, leg_setting(plan, last, "shared")->place,
                 "energy.%s takes legs.%s before flows and legs.%s after them, so that each would wait for the other "
                 "(models/README.md, Shared legs); expected the same `shared` of both",
                 commodity->name, first->name, last->name);
    return fault_note(fault, leg_setting(plan, first, "shared")->place, "the other leg is here");
}

static struct fault *shared_find(struct energy *energy, struct plan *plan)
{
    struct fault *faults = NULL;
    energy->shared = some(energy->leg->count, sizeof *energy->shared);
    if (energy->shared == NULL) return fault_no_memory();
    for (size_t l = 0; l < energy->leg->count; l++) {
        const struct leg *leg = &energy->leg->leg[l];
        const size_t before = energy->shareds;
        share(energy, l, plan);
        const bool both = energy->shareds > before && energy->shared[before].queue != ENERGY_NONE;
        const struct setting *setting = leg_setting(plan, leg, "shared");
        if (leg->shared != LEG_NOT_SHARED && !both)
            plan->warnings =
                fault_join(plan->warnings,
                           fault_at(FAULT_SCENARIO, setting->place,
                                    "%s has no effect, because not both energy and a flow use the leg", setting->path));
    }
    for (size_t c = 0; c < energy->count; c++)
        faults = fault_join(faults, order_check(energy, &energy->commodity[c], plan));
    return faults;
}

static struct fault *commodity_read(struct energy *energy, struct energy_commodity *commodity, struct setting *setting,
                                    struct plan *plan)
{
    struct setting *outlets = setting_find(setting, "outlets");
    struct energy_price benchmark;
    bool has_benchmark = false;
    struct fault *faults = NULL;
    setting->used = true;
    commodity->name = setting->name;
    commodity->unit = setting_find(setting, "unit")->text;
    const struct setting *heat = setting_find(setting, "heat");
    commodity->heat = heat == NULL ? NULL : heat->text;
    commodity->floor = setting_slot(setting, "floor");
    commodity->royalty = setting_slot(setting, "royalty");
    commodity->quota = setting_slot(setting, "quota");
    if (asprintf(&commodity->rate, "%s/yr", commodity->unit) < 0) {
        commodity->rate = NULL;
        return fault_no_memory();
    }
    TRY(energy_price_read_benchmark(setting, energy->drivers, &has_benchmark, &benchmark));
    TRY(fields_read(energy, commodity, setting_find(setting, "fields"), plan));
    commodity->outlet = some(outlets->children, sizeof *commodity->outlet);
    commodity->leg = some(energy->leg->count, sizeof *commodity->leg);
    if (commodity->outlet == NULL || commodity->leg == NULL) return fault_no_memory();
    for (size_t i = 0; i < outlets->children; i++)
        faults = fault_join(faults, outlet_read(energy, commodity, &commodity->outlet[commodity->outlets++],
                                                outlets->child[i], plan, has_benchmark ? &benchmark : NULL));
    if (faults == NULL) faults = layout_check(energy, commodity, outlets, plan);
    faults = fault_join(faults, duty_read(energy, commodity, setting_find(setting, "duty"), plan));
    const struct setting *royalty = setting_find(setting, "royalty");
    if (plan->home == NULL && (setting_find(setting, "duty") != NULL || royalty->stated))
        plan->warnings = fault_join(
            plan->warnings,
            fault_at(FAULT_SCENARIO, setting->place,
                     "%s has a duty or royalty, but no country is home to take it; expected `run: {home: ...}`",
                     setting->path));
    if (faults == NULL) faults = quota_check(commodity, setting, plan);
    if (faults == NULL) faults = legs_take(energy, commodity, plan);
    return faults != NULL ? faults : outcomes_of(energy, commodity, plan);
}

struct fault *energy_prepare(struct plan *plan, const struct drivers *drivers, const struct network *network,
                             struct energy **out)
{
    struct setting *section = setting_find(plan->root, "energy");
    const size_t count = section == NULL ? 0 : section->children;
    struct energy *energy = calloc(1, sizeof *energy);
    struct fault *faults = NULL;
    if (energy == NULL) return fault_no_memory();
    *out = energy;
    energy->store = plan->store;
    energy->drivers = drivers;
    energy->network = network;
    energy->leg = network_legs(network);
    energy->calendar = plan->calendar;
    energy->commodity = some(count, sizeof *energy->commodity);
    if (energy->commodity == NULL) return fault_no_memory();
    for (size_t i = 0; i < count; i++)
        faults =
            fault_join(faults, commodity_read(energy, &energy->commodity[energy->count++], section->child[i], plan));
    return faults != NULL ? faults : shared_find(energy, plan);
}

void energy_free(struct energy *energy)
{
    if (energy == NULL) return;
    for (size_t i = 0; i < energy->count; i++) {
        struct energy_commodity *commodity = &energy->commodity[i];
        for (size_t f = 0; f < commodity->fields; f++) decline_curve_free(&commodity->field[f].curve);
        for (size_t o = 0; o < commodity->outlets; o++) {
            decline_curve_free(&commodity->outlet[o].wanted);
            free(commodity->outlet[o].via);
            free(commodity->outlet[o].way);
        }
        free(commodity->rate);
        free(commodity->field);
        free(commodity->outlet);
        free(commodity->leg);
        free(commodity->factor);
        free(commodity->use);
        free(commodity->shared);
        free(commodity->leg_outcome);
        free(commodity->duty.level);
        free(commodity->duty.duty);
    }
    free(energy->commodity);
    free(energy->shared);
    free(energy);
}
