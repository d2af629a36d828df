/* models/home.c -- see home.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/home.h"

#include <stdlib.h>
#include <string.h>

/* The countries that a scenario names; `home` where what states none is at home. */
struct countries {
    const char **name;
    size_t count, room;
    bool home;
};

/* Without marking anything as used. */
static const struct setting *child_of(const struct setting *setting, const char *name)
{
    for (size_t i = 0; setting != NULL && i < setting->children; i++)
        if (strcmp(setting->child[i]->name, name) == 0) return setting->child[i];
    return NULL;
}

static void add(struct countries *countries, const struct setting *entry, const char *key)
{
    const struct setting *country = child_of(entry, key);
    if (country == NULL || country->text == NULL || countries->count == countries->room) return;
    countries->name[countries->count++] = country->text;
}

static size_t children_of(const struct setting *setting)
{
    return setting == NULL ? 0 : setting->children;
}

static void add_energy(struct countries *countries, const struct setting *commodity)
{
    const struct setting *fields = child_of(commodity, "fields"), *outlets = child_of(commodity, "outlets");
    for (size_t f = 0; f < children_of(fields); f++) {
        countries->home = countries->home || child_of(fields->child[f], "country") == NULL;
        add(countries, fields->child[f], "country");
    }
    for (size_t o = 0; o < children_of(outlets); o++) {
        countries->home = countries->home || child_of(outlets->child[o], "market") == NULL;
        add(countries, outlets->child[o], "market");
    }
}

static struct fault *no_home(const struct setting *home, const struct countries *countries)
{
    char hint[96];
    return fault_at(
        FAULT_SCENARIO, home->place,
        "run.home is '%s', to which no leg, flow or field belongs; expected a country that is named, such as "
        "%s%s",
        home->text, countries->name[0], units_hint(home->text, countries->name, sizeof hint, hint));
}

struct fault *home_check(struct plan *plan)
{
    const struct setting *home = child_of(child_of(plan->root, "run"), "home"), *legs = child_of(plan->root, "legs"),
                         *flows = child_of(plan->root, "flows"), *energy = child_of(plan->root, "energy");
    struct countries countries = {.room = 2 * (children_of(legs) + children_of(flows))};
    if (home == NULL) return NULL;
    for (size_t c = 0; c < children_of(energy); c++)
        countries.room +=
            children_of(child_of(energy->child[c], "fields")) + children_of(child_of(energy->child[c], "outlets"));
    if ((countries.name = calloc(countries.room + 1, sizeof *countries.name)) == NULL) return fault_no_memory();
    for (size_t i = 0; i < children_of(legs); i++) {
        add(&countries, legs->child[i], "country");
        add(&countries, legs->child[i], "control");
    }
    for (size_t c = 0; c < children_of(energy); c++) add_energy(&countries, energy->child[c]);
    const size_t earning = countries.count;
    for (size_t i = 0; i < children_of(flows); i++) {
        add(&countries, flows->child[i], "from");
        add(&countries, flows->child[i], "to");
    }
    for (size_t i = 0; i < countries.count; i++)
        countries.home = countries.home || strcmp(countries.name[i], home->text) == 0;
    struct fault *fault = NULL;
    if (!countries.home && earning > 0)
        fault = no_home(home, &countries);
    else if (!countries.home && countries.count > 0)
        plan->warnings = fault_join(plan->warnings, no_home(home, &countries));
    free(countries.name);
    return fault;
}
