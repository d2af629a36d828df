/* models/inputs.c -- see inputs.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/inputs.h"
#include "models/drivers/correlation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct key correlation_keys[] = {
    {.name = "pairs",
     .kind = KEY_ENTRIES,
     .default_value = "",
     .names = NAME_INPUTS,
     .entry = correlation_pair_entry,
     .meaning = "Correlations by `a/b`, two paths of what is drawn once per replication; of a profile with `.times`."},
    CORRELATION_REPAIR_KEY,
    {.name = NULL}};
static const struct key inputs_keys[] = {{.name = "correlation",
                                          .kind = KEY_SECTION,
                                          .default_value = "",
                                          .keys = correlation_keys,
                                          .meaning = "How they hang together: a Gaussian copula."},
                                         {.name = NULL}};
const struct key inputs_key = {.name = "inputs",
                               .kind = KEY_SECTION,
                               .default_value = "",
                               .keys = inputs_keys,
                               .meaning = "What is drawn once per replication, in all sections."};

/* What is being joined. */
struct joining {
    struct plan *plan;
    struct correlation_pair *pair;
    size_t pairs;
    char **names; /* of the stated pairs, owned */
    int *slot;    /* of the members */
    struct innovation *member;
    size_t members;
};

/* The slot of a drawn input, by its name; -1: none. */
static int slot_named(const struct store *store, const char *name)
{
    for (size_t i = 0; i < store_inputs(store); i++)
        if (strcmp(store_input_name(store, i), name) == 0) return store_input_slot(store, i);
    return -1;
}

static struct fault *no_input(const struct plan *plan, const struct setting *entry, const char *name)
{
    const size_t count = store_inputs(plan->store);
    const char **known = calloc(count + 1, sizeof *known);
    char hint[200];
    if (known == NULL) return fault_no_memory();
    for (size_t i = 0; i < count; i++) known[i] = store_input_name(plan->store, i);
    struct fault *fault = fault_at(FAULT_SCENARIO, entry->place,
                                   "%s: '%s' is nothing that is drawn once per replication; expected such a path%s",
                                   entry->parent->path, name, units_hint(name, known, sizeof hint, hint));
    free(known);
    return fault;
}

/* Whether both inputs of a pair are drawn in this run; those of policies that are not adopted are not. */
static struct fault *pair_check(const struct plan *plan, const struct setting *entry, const char *const name[2],
                                bool *drawn)
{
    *drawn = true;
    for (size_t s = 0; s < 2; s++) {
        const int slot = slot_named(plan->store, name[s]);
        if (slot < 0) return no_input(plan, entry, name[s]);
        if (!store_is_idle(plan->store, slot)) continue;
        *drawn = false;
        if (strncmp(name[s], "events.", 7) == 0)
            return fault_at(FAULT_SCENARIO, entry->place,
                            "%s: %s is drawn each time its event happens; expected something drawn once per "
                            "replication",
                            entry->parent->path, name[s]);
    }
    return NULL;
}

static struct fault *pairs_read(struct joining *joining, struct setting *pairs)
{
    for (size_t i = 0; i < pairs->children; i++) {
        struct setting *entry = pairs->child[i];
        entry->used = true;
        char *copy = strdup(entry->name);
        if (copy == NULL) return fault_no_memory();
        joining->names[i] = copy;
        char *slash = strchr(copy, '/');
        *slash = '\0';
        const char *const name[2] = {copy, slash + 1};
        bool drawn;
        TRY(pair_check(joining->plan, entry, name, &drawn));
        const struct store *store = joining->plan->store;
        if (drawn)
            joining->pair[joining->pairs++] =
                (struct correlation_pair){.shock = {name[0], name[1]},
                                          .rho = store_central(store, entry->slot, joining->plan->calendar.start),
                                          .place = entry->place};
    }
    return NULL;
}

static bool is_in_pair(const struct joining *joining, const char *name)
{
    for (size_t p = 0; p < joining->pairs; p++)
        if (strcmp(joining->pair[p].shock[0], name) == 0 || strcmp(joining->pair[p].shock[1], name) == 0) return true;
    return false;
}

static bool is_stated(const struct joining *joining, const char *a, const char *b)
{
    for (size_t p = 0; p < joining->pairs; p++) {
        const char *const *shock = joining->pair[p].shock;
        if ((strcmp(shock[0], a) == 0 && strcmp(shock[1], b) == 0) ||
            (strcmp(shock[0], b) == 0 && strcmp(shock[1], a) == 0))
            return true;
    }
    return false;
}

static const char *name_of(const struct store *store, int slot)
{
    for (size_t i = 0; i < store_inputs(store); i++)
        if (store_input_slot(store, i) == slot) return store_input_name(store, i);
    return NULL;
}

/* Ties to or from a member become pairs, unless a pair says otherwise. */
static void ties_take(struct joining *joining, struct place place)
{
    struct store *store = joining->plan->store;
    for (size_t i = 0; i < store_inputs(store); i++) {
        double r;
        const int slot = store_input_slot(store, i), to = store_tied(store, slot, &r);
        const char *name = store_input_name(store, i), *other = to < 0 ? NULL : name_of(store, to);
        if (other == NULL || store_is_idle(store, slot) || store_is_idle(store, to)) continue;
        if (!is_in_pair(joining, name) && !is_in_pair(joining, other)) continue;
        if (!is_stated(joining, name, other) && r != 0.0)
            joining->pair[joining->pairs++] =
                (struct correlation_pair){.shock = {name, other}, .rho = r, .place = place};
        store_tie(store, slot, -1, 0.0);
    }
}

/* One member for every input in a pair. */
static void members_find(struct joining *joining)
{
    const struct store *store = joining->plan->store;
    for (size_t i = 0; i < store_inputs(store); i++) {
        const char *name = store_input_name(store, i);
        if (!is_in_pair(joining, name)) continue;
        joining->slot[joining->members] = store_input_slot(store, i);
        joining->member[joining->members++] = (struct innovation){.name = name, .shock = name, .terms = 1, .c = {1.0}};
    }
}

static struct fault *join(const struct joining *joining, struct setting *section)
{
    const struct setting *repair = setting_find(section, "repair");
    const struct correlation_plan plan = {.innovation = joining->member,
                                          .innovations = joining->members,
                                          .pair = joining->pair,
                                          .pairs = joining->pairs,
                                          .shrink = strcmp(repair->text, "shrink") == 0,
                                          .place = section->place,
                                          .warnings = &joining->plan->warnings};
    struct correlation *correlation = NULL;
    struct fault *fault = correlation_prepare(&plan, &correlation);
    for (size_t g = 0; fault == NULL && g < correlation_groups(correlation); g++) {
        size_t count;
        const size_t *member;
        const double *factor = correlation_factor(correlation, g, &count, &member);
        int *slot = calloc(count, sizeof *slot);
        if (slot == NULL) fault = fault_no_memory();
        for (size_t i = 0; i < count && fault == NULL; i++) slot[i] = joining->slot[member[i]];
        if (fault == NULL) fault = store_join(joining->plan->store, count, slot, factor);
        free(slot);
    }
    correlation_free(correlation);
    return fault;
}

struct fault *inputs_prepare(struct plan *plan)
{
    struct setting *inputs = setting_find(plan->root, "inputs"),
                   *section = inputs == NULL ? NULL : setting_find(inputs, "correlation"),
                   *pairs = section == NULL ? NULL : setting_find(section, "pairs");
    const size_t count = store_inputs(plan->store), stated = pairs == NULL ? 0 : pairs->children;
    if (section != NULL) setting_find(section, "repair");
    if (stated == 0) return NULL;
    struct joining joining = {.plan = plan,
                              .pair = calloc(stated + count, sizeof *joining.pair),
                              .names = calloc(stated, sizeof *joining.names),
                              .slot = calloc(count + 1, sizeof *joining.slot),
                              .member = calloc(count + 1, sizeof *joining.member)};
    struct fault *fault = NULL;
    if (joining.pair == NULL || joining.names == NULL || joining.slot == NULL || joining.member == NULL)
        fault = fault_no_memory();
    if (fault == NULL) fault = pairs_read(&joining, pairs);
    if (fault == NULL) {
        ties_take(&joining, section->place);
        members_find(&joining);
        fault = join(&joining, section);
    }
    for (size_t i = 0; joining.names != NULL && i < stated; i++) free(joining.names[i]);
    free(joining.names);
    free(joining.pair);
    free(joining.slot);
    free(joining.member);
    return fault;
}
