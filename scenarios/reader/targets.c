/* scenarios/reader/targets.c -- see targets.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/reader/targets.h"
#include "sim/core/units.h"

#include <stdlib.h>
#include <string.h>

/* What a target is looked for with. */
struct search {
    struct walk *walk;
    const struct node *node; /* the effect */
    const char *owner;       /* the path of the map that holds it */
};

/* The names that stand or may stand in a map; ended by NULL, to be freed. */
static const char **names_in(const struct setting *map)
{
    size_t count = map->children;
    for (const struct key *key = map->key->keys; key != NULL && key->name != NULL; key++) count++;
    const char **names = calloc(count + 1, sizeof *names);
    if (names == NULL) return NULL;
    count = 0;
    for (size_t i = 0; i < map->children; i++) names[count++] = map->child[i]->name;
    for (const struct key *key = map->key->keys; key != NULL && key->name != NULL; key++) names[count++] = key->name;
    return names;
}

static struct fault *no_such(const struct search *search, const struct setting *map, const char *rest)
{
    char hint[96];
    const int length = (int)strcspn(rest, ".");
    char *part = strndup(rest, (size_t)length);
    const char **names = names_in(map);
    struct fault *fault = fault_no_memory();
    if (part != NULL && names != NULL)
        fault = fault_at(FAULT_SCENARIO, search->node->key_place,
                         "%s: '%s' is not a quantity of the scenario: there is no '%s' in %s%s", search->owner,
                         search->node->key, part, map->path[0] == '\0' ? "it" : map->path,
                         units_hint(part, names, sizeof hint, hint));
    free(part);
    free(names);
    return fault;
}

/* Why what stands under this path is no target. */
static const char *why_fixed(const char *path)
{
    if (strncmp(path, "drivers.", 8) == 0) return "drivers move by themselves; a shock to one is its `shift`";
    if (strncmp(path, "policies.", 9) == 0) return "what a policy does is not edited by another";
    if (strncmp(path, "events.", 7) == 0) return "of an event only the `rate` may be edited";
    if (strncmp(path, "regimes.", 8) == 0) return "of a regime only the rates of `transition` may be edited";
    if (strncmp(path, "flows.", 6) == 0 || strncmp(path, "commodities.", 12) == 0)
        return "it is part of how the base year is reproduced";
    return "it is read once for the whole run";
}

static struct fault *fixed(const struct search *search, const char *path)
{
    return fault_at(FAULT_SCENARIO, search->node->key_place,
                    "%s: %s cannot be edited: %s; expected a quantity such as legs.NAME.capacity", search->owner, path,
                    why_fixed(path));
}

static struct fault *not_stated(const struct search *search)
{
    return fault_at(FAULT_SCENARIO, search->node->key_place,
                    "%s: %s is not stated in the scenario, so there is nothing to edit; expected it there too",
                    search->owner, search->node->key);
}

/* A quantity that is not stated and whose absence means 0. */
static struct fault *add_implied(const struct search *search, const struct scope *scope, const struct key *key,
                                 struct setting *map, const char *name, struct setting **target)
{
    struct setting *setting = setting_add(map, key, name);
    struct scope here = *scope;
    struct quantity zero = {.form = QUANTITY_NUMBER, .p = {0.0}};
    if (setting == NULL) return fault_no_memory();
    setting->place = search->node->key_place;
    here.target = map->key->target;
    here.entry = setting->name;
    TRY(scope_unit(&here, key->unit, &setting->unit));
    if (setting->unit == NULL) return not_stated(search);
    if (asprintf(&setting->text, "0 %s", setting->unit) < 0) return fault_no_memory();
    *target = setting;
    return store_add(search->walk->store, setting->path, setting->unit, &zero, &setting->slot);
}

/* The declaration of a name that the map does not hold. */
static const struct key *declared_in(const struct search *search, const struct scope *scope, const struct setting *map,
                                     const char *name)
{
    const struct key *key = scope_key(scope, name);
    if (key != NULL || map->key->kind != KEY_ENTRIES || map->key->names != NAME_REFERENCE) return key;
    char target[SCOPE_NAME];
    for (const char *at = map->key->target; (at = scope_target(at, target)) != NULL;)
        if (tree_child(tree_child(search->walk->top->node, target), name) != NULL) return map->key->entry;
    return NULL;
}

static struct fault *descend(const struct search *search, const struct scope *scope, struct setting *map,
                             const char *rest, struct setting **target);

/* The first part of the rest is not in the map. */
static struct fault *descend_absent(const struct search *search, const struct scope *scope, struct setting *map,
                                    const char *rest, struct setting **target)
{
    const size_t length = strcspn(rest, ".");
    const bool last = rest[length] == '\0';
    char *name = strndup(rest, length);
    if (name == NULL) return fault_no_memory();
    const struct key *key = declared_in(search, scope, map, name);
    struct fault *fault = NULL;
    if (key == NULL)
        fault = no_such(search, map, rest);
    else if (key->kind == KEY_QUANTITY && last && !key->editable)
        fault = fixed(search, search->node->key);
    else if (key->kind == KEY_QUANTITY && last && key->implied)
        fault = add_implied(search, scope, key, map, name, target);
    else if (key->kind == KEY_ENTRIES && !last && key->entry->implied) {
        struct setting *inner = setting_add(map, key, name);
        const struct scope below = {.node = NULL, .keys = key->keys, .up = scope};
        if (inner == NULL)
            fault = fault_no_memory();
        else {
            inner->place = search->node->key_place;
            fault = descend(search, &below, inner, rest + length + 1, target);
        }
    } else
        fault = not_stated(search);
    free(name);
    return fault;
}

/* The child whose name the rest begins with: the longest, since names may hold dots. */
static struct setting *child_at(const struct setting *map, const char *rest, size_t *length)
{
    struct setting *found = NULL;
    *length = 0;
    for (size_t i = 0; i < map->children; i++) {
        const size_t size = strlen(map->child[i]->name);
        if (size < *length || strncmp(map->child[i]->name, rest, size) != 0) continue;
        if (rest[size] != '\0' && rest[size] != '.') continue;
        found = map->child[i];
        *length = size;
    }
    return found;
}

static struct fault *descend(const struct search *search, const struct scope *scope, struct setting *map,
                             const char *rest, struct setting **target)
{
    size_t length;
    struct setting *child = child_at(map, rest, &length);
    if (child == NULL) return descend_absent(search, scope, map, rest, target);
    if (rest[length] == '\0') {
        *target = child;
        return NULL;
    }
    const struct key *key = child->key;
    if (key->kind != KEY_SECTION && key->kind != KEY_ENTRIES)
        return fault_at(FAULT_SCENARIO, search->node->key_place,
                        "%s: '%s' is not a quantity of the scenario: %s has no parts; expected that path alone",
                        search->owner, search->node->key, child->path);
    const struct node *node = tree_child(scope->node, child->name);
    const struct scope below = key->kind == KEY_SECTION ? scope_of(node, key, scope)
                                                        : (struct scope){.node = node, .keys = key->keys, .up = scope};
    return descend(search, &below, child, rest + length + 1, target);
}

static void note_edited(const struct search *search, struct setting *setting)
{
    setting->edited = true;
    setting->edited_at = search->node->key_place;
}

/* Each entry of a map would become the same, or have the same added to it. */
static struct fault *map_check(const struct search *search, const struct setting *map)
{
    const struct node *set = tree_child(search->node, "set"), *add = tree_child(search->node, "add");
    if (set != NULL)
        return fault_at(FAULT_SCENARIO, set->place,
                        "%s.%s.set: %s is a map; expected `scale` or `add`, or the path of one of its entries",
                        search->owner, map->path, map->path);
    for (size_t i = 1; add != NULL && i < map->children; i++)
        if (strcmp(map->child[i]->unit, map->child[0]->unit) != 0)
            return fault_at(FAULT_SCENARIO, add->place,
                            "%s.%s.add: the entries of %s are in different units; expected `scale`, or one of them",
                            search->owner, map->path, map->path);
    return NULL;
}

/* The unit of all quantities of a map; "" where they differ; NULL: one of them is a fault of its own. */
static struct fault *map_unit(const struct search *search, struct setting *map, const char **unit)
{
    *unit = NULL;
    for (size_t i = 0; i < map->children; i++) {
        struct setting *entry = map->child[i];
        if (entry->key->kind != KEY_QUANTITY)
            return fault_at(FAULT_SCENARIO, search->node->key_place,
                            "%s: %s is a map of more than quantities; expected the path of a quantity below %s.%s",
                            search->owner, map->path, map->path, entry->name);
        if (!entry->key->editable) return fixed(search, map->path);
        if (entry->slot < 0) {
            *unit = NULL;
            return NULL;
        }
        note_edited(search, entry);
        *unit = *unit == NULL || strcmp(*unit, entry->unit) == 0 ? entry->unit : "";
    }
    if (map->children > 0) return map_check(search, map);
    return fault_at(FAULT_SCENARIO, search->node->key_place, "%s: %s has no entries, so there is nothing to edit; %s",
                    search->owner, map->path, "expected some");
}

struct fault *targets_find(struct walk *walk, const struct node *node, const char *owner, struct setting **target,
                           const char **unit)
{
    const struct search search = {walk, node, owner};
    struct setting *found = NULL;
    *target = NULL;
    *unit = NULL;
    TRY(descend(&search, walk->top, walk->root, node->key, &found));
    *target = found;
    note_edited(&search, found);
    struct setting *quantity = setting_quantity(found);
    if (quantity == NULL && found->key->kind == KEY_ENTRIES) return map_unit(&search, found, unit);
    if (quantity == NULL && strncmp(found->path, "drivers.", 8) == 0) return fixed(&search, found->path);
    if (quantity == NULL)
        return fault_at(FAULT_SCENARIO, node->key_place, "%s: %s is not a number; expected the path of a quantity",
                        owner, found->path);
    if (!quantity->key->editable) return fixed(&search, found->path);
    note_edited(&search, quantity);
    *target = quantity;
    if (quantity->slot >= 0) *unit = quantity->unit;
    return NULL;
}

struct fault *targets_check(struct walk *walk, const struct setting *effect, struct setting *target)
{
    static const char *const names[] = {"set", "add", "scale"};
    const struct setting *set = NULL, *add = NULL;
    size_t operations = 0;
    for (size_t i = 0; i < effect->children; i++)
        for (size_t o = 0; o < sizeof names / sizeof *names; o++) {
            if (strcmp(effect->child[i]->name, names[o]) != 0) continue;
            operations++;
            if (o == 0) set = effect->child[i];
            if (o == 1) add = effect->child[i];
        }
    if (operations != 1)
        return fault_at(FAULT_SCENARIO, effect->place, "%s has %s of `set`, `add` and `scale`; expected one of them",
                        effect->path, operations == 0 ? "none" : "more than one");
    double min, max;
    if (add != NULL && add->slot >= 0) {
        store_range(walk->store, add->slot, &min, &max);
        return value_check_share(target->key, add, min, max);
    }
    if (set == NULL || set->slot < 0) return NULL;
    store_range(walk->store, set->slot, &min, &max);
    return value_check_range(target->key, set, min, max);
}
