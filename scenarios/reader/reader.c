/* scenarios/reader/reader.c -- see reader.h. Walks the merged tree beside the declared keys.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/reader/reader.h"
#include "scenarios/reader/merge.h"
#include "scenarios/reader/targets.h"
#include "scenarios/reader/values.h"
#include "sim/core/quantity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct key factor_key = {.name = "*", .kind = KEY_QUANTITY, .unit = "", .meaning = "A factor."};

static struct fault *read_value(struct walk *walk, const struct scope *scope, const struct key *key,
                                const struct node *node, const char *name, struct setting *parent, bool stated);

/* The names that a map may hold: the declared ones; for hints. Ended by NULL, to be freed. */
static const char **known_names(const struct scope *scope)
{
    const struct key *tables[] = {scope->keys, scope->variant == NULL ? NULL : scope->variant->keys};
    size_t count = 0;
    for (size_t t = 0; t < 2; t++)
        for (const struct key *key = tables[t]; key != NULL && key->name != NULL; key++) count++;
    const char **names = calloc(count + 1, sizeof *names);
    if (names == NULL) return NULL;
    count = 0;
    for (size_t t = 0; t < 2; t++)
        for (const struct key *key = tables[t]; key != NULL && key->name != NULL; key++) names[count++] = key->name;
    return names;
}

static const char *shown_path(const struct setting *setting)
{
    return setting->path[0] == '\0' ? setting->key->meaning : setting->path;
}

/* "; did you mean 'sigma'?", or what else might have been meant: "; expected sigma, start or drift". Allocated; NULL
 * without memory. */
static char *meant(const char *key, const char *const names[])
{
    char hint[96], *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    if (to == NULL) return NULL;
    units_hint(key, names, sizeof hint, hint);
    fputs(hint, to);
    for (size_t i = 0; hint[0] == '\0' && names[i] != NULL; i++)
        fprintf(to, "%s%s", i == 0 ? "; expected " : names[i + 1] == NULL ? " or " : ", ", names[i]);
    return fclose(to) == 0 ? text : (free(text), NULL);
}

/* The key of the scope whose map such a name belongs into: a pair, a transition. NULL: none. */
static const struct key *key_for(const struct scope *scope, const char *name)
{
    const bool pair = strchr(name, '/') != NULL, arrow = strstr(name, "->") != NULL;
    for (const struct key *key = scope->keys; key != NULL && key->name != NULL; key++)
        if (key->kind == KEY_ENTRIES &&
            ((pair && (key->names == NAME_PAIR || key->names == NAME_INPUTS)) || (arrow && key->names == NAME_ARROW)))
            return key;
    return NULL;
}

static struct fault *unknown_key(const struct scope *scope, const struct node *node, const struct setting *parent)
{
    const char **names = known_names(scope);
    const struct key *holds = key_for(scope, node->key);
    char *hint = NULL;
    if (holds != NULL && asprintf(&hint, "; expected it in `%s`", holds->name) < 0) hint = NULL;
    if (holds == NULL && names != NULL) hint = meant(node->key, names);
    struct fault *fault;
    if (hint == NULL)
        fault = fault_no_memory();
    else if (scope->variant != NULL)
        fault = fault_at(FAULT_SCENARIO, node->key_place, "%s: '%s' is not a key of the model %s%s", shown_path(parent),
                         node->key, scope->variant->name, hint);
    else
        fault = fault_at(FAULT_SCENARIO, node->key_place, "%s: '%s' is not a key that stands here%s",
                         shown_path(parent), node->key, hint);
    free(names);
    free(hint);
    return fault;
}

static struct fault *missing_key(const struct scope *scope, const struct key *key, const struct setting *parent)
{
    const struct node *map = scope->node;
    const struct place place = map->key == NULL ? map->place : map->key_place;
    const int length = (int)strlen(key->meaning) - 1; /* without its full stop */
    return fault_at(FAULT_SCENARIO, place, "%s lacks the key '%s': %.*s", shown_path(parent), key->name, length,
                    key->meaning);
}

/* Whether a key that does not stand here was meant for this one, and is a fault already. */
static bool is_mistyped(const struct scope *scope, const struct key *key, const char *const names[])
{
    for (size_t i = 0; i < scope->node->children; i++) {
        const char *stated = scope->node->child[i]->key;
        const char *nearest = scope_key(scope, stated) == NULL ? units_nearest(stated, names) : NULL;
        if (nearest != NULL && strcmp(nearest, key->name) == 0) return true;
    }
    return false;
}

/* A required key that is not there. */
static struct fault *absent_key(const struct scope *scope, const struct key *key, const struct setting *parent)
{
    const char **names = known_names(scope);
    if (names == NULL) return fault_no_memory();
    struct fault *fault = is_mistyped(scope, key, names) ? NULL : missing_key(scope, key, parent);
    free(names);
    return fault;
}

/* The keys that were not stated: their defaults, or faults. */
static struct fault *read_absent(struct walk *walk, const struct scope *scope, const struct key *keys,
                                 struct setting *parent)
{
    struct fault *faults = NULL;
    for (const struct key *key = keys; key != NULL && key->name != NULL && !fault_enough(faults); key++) {
        if (tree_child(scope->node, key->name) != NULL || (key->default_value != NULL && key->default_value[0] == '\0'))
            continue;
        if (key->default_value == NULL) {
            faults = fault_join(faults, absent_key(scope, key, parent));
            continue;
        }
        const bool section = key->kind == KEY_SECTION; /* "{}": all its keys have defaults */
        struct node *usual = tree_node(walk->forest, section ? NODE_MAP : NODE_SCALAR, scope->node->place);
        if (usual == NULL || (!section && (usual->text = strdup(key->default_value)) == NULL))
            return fault_join(faults, fault_no_memory());
        faults = fault_join(faults, read_value(walk, scope, key, usual, key->name, parent, false));
    }
    return faults;
}

static struct fault *unknown_variant(const struct node *node, const struct key *section, const struct setting *setting)
{
    const struct node *chosen = tree_child(node, section->variant_by);
    if (section->variants == NULL || chosen == NULL || chosen->kind != NODE_SCALAR) return NULL;
    const char *names[32] = {NULL};
    char hint[96], *known = NULL;
    size_t count = 0, size = 0;
    for (const struct variant *const *v = section->variants; *v != NULL; v++)
        if (count < 31) names[count++] = (*v)->name;
    FILE *to = open_memstream(&known, &size);
    if (to == NULL) return fault_no_memory();
    for (size_t i = 0; i < count; i++) fprintf(to, "%s%s", i == 0 ? "" : i + 1 == count ? " or " : ", ", names[i]);
    if (fclose(to) != 0) return fault_no_memory();
    struct fault *fault = value_fault(chosen, "%s.%s is '%s'; expected %s%s", setting->path, section->variant_by,
                                      chosen->text, known, units_hint(chosen->text, names, sizeof hint, hint));
    free(known);
    return fault;
}

static struct fault *read_section(struct walk *walk, const struct scope *up, const struct node *node,
                                  struct setting *setting)
{
    const struct scope scope = scope_of(node, setting->key, up);
    if (setting->key->variants != NULL && scope.variant == NULL && tree_child(node, setting->key->variant_by) != NULL)
        return unknown_variant(node, setting->key, setting); /* without a model no key can be judged */
    struct fault *faults = NULL;
    for (size_t i = 0; i < node->children && !fault_enough(faults); i++) {
        const struct key *key = scope_key(&scope, node->child[i]->key);
        struct fault *fault = key == NULL ? unknown_key(&scope, node->child[i], setting)
                                          : read_value(walk, &scope, key, node->child[i], key->name, setting, true);
        faults = fault_join(faults, fault);
    }
    faults = fault_join(faults, read_absent(walk, &scope, scope.keys, setting));
    return scope.variant == NULL ? faults : fault_join(faults, read_absent(walk, &scope, scope.variant->keys, setting));
}

static struct fault *read_entry(struct walk *walk, const struct scope *scope, const struct node *node,
                                struct setting *parent)
{
    const struct key *map = parent->key;
    struct fault *faults = read_value(walk, scope, map->entry, node, node->key, parent, true);
    struct setting *entry = parent->children == 0 ? NULL : parent->child[parent->children - 1];
    if (entry == NULL || strcmp(entry->name, node->key) != 0) return faults;
    if (map->names == NAME_UNIT) parent->used = entry->used = true; /* by all that is read after it */
    return fault_join(value_check_name(walk, map, node, entry), faults);
}

/* Effects wait until what they edit is read. */
static struct fault *defer_effects(struct walk *walk, const struct node *node, struct setting *setting)
{
    struct pending *grown = realloc(walk->pending, (walk->pendings + 1) * sizeof *grown);
    if (grown == NULL) return fault_no_memory();
    walk->pending = grown;
    walk->pending[walk->pendings++] = (struct pending){node, setting};
    return NULL;
}

/* The heat value in whose reach a setting is: of a map around it, or of the commodity that it is named after or that
 * its flow moves. NULL: none. */
static const char *heat_at(struct setting *root, const struct setting *setting)
{
    for (; setting != NULL; setting = setting->parent) {
        const char *commodity = setting->name;
        for (size_t i = 0; i < setting->children; i++) {
            if (setting->child[i]->key->heat) return setting->child[i]->text;
            if (strcmp(setting->child[i]->name, "commodity") == 0) commodity = setting->child[i]->text;
        }
        static const char *const maps[] = {"commodities", "energy"};
        for (size_t m = 0; m < 2 && commodity != NULL; m++) {
            char path[TREE_MOST_KEY + 24];
            snprintf(path, sizeof path, "%s.%s.heat", maps[m], commodity);
            const struct setting *heat = setting_at(root, path);
            if (heat != NULL) return heat->text;
        }
    }
    return NULL;
}

/* Maps inside one another in place of a path: effects: {legs: {aktau: {capacity: {scale: 0.5}}}} */
static struct fault *check_nested(const struct node *node, const struct setting *owner)
{
    char *path = strdup(node->key);
    struct fault *fault = path == NULL ? fault_no_memory() : NULL;
    const struct node *inner = node;
    size_t depth = 0;
    for (; fault == NULL && inner->kind == NODE_MAP && inner->children > 0 && inner->child[0]->kind == NODE_MAP;
         depth++) {
        char *longer = NULL;
        inner = inner->child[0];
        if (asprintf(&longer, "%s.%s", path, inner->key) < 0)
            fault = fault_no_memory();
        else {
            free(path);
            path = longer;
        }
    }
    if (fault == NULL && depth > 0 &&
        scope_key(&(struct scope){.keys = owner->key->entry->keys}, node->child[0]->key) == NULL)
        fault = fault_at(FAULT_SCENARIO, node->key_place,
                         "%s: '%s' holds maps; expected the whole path as one key, `%s: {...}`", owner->path, node->key,
                         path);
    free(path);
    return fault;
}

static struct fault *read_effect(struct walk *walk, const struct node *node, struct setting *owner)
{
    struct setting *target;
    const char *unit;
    TRY(check_nested(node, owner));
    TRY(targets_find(walk, node, owner->path, &target, &unit));
    if (unit == NULL) return NULL; /* the target is a fault of its own */
    const struct scope scope = {
        .node = node, .keys = NULL, .up = walk->top, .edited = unit, .edited_heat = heat_at(walk->root, target)};
    TRY(read_value(walk, &scope, owner->key->entry, node, node->key, owner, true));
    return targets_check(walk, owner->child[owner->children - 1], target);
}

static struct fault *read_pending(struct walk *walk)
{
    struct fault *faults = NULL;
    for (size_t p = 0; p < walk->pendings; p++) {
        const struct pending *pending = &walk->pending[p];
        for (size_t i = 0; i < pending->node->children && !fault_enough(faults); i++)
            faults = fault_join(faults, read_effect(walk, pending->node->child[i], pending->setting));
    }
    free(walk->pending);
    walk->pending = NULL;
    walk->pendings = 0;
    return faults;
}

static struct fault *read_entries(struct walk *walk, const struct scope *up, const struct node *node,
                                  struct setting *setting)
{
    const struct scope scope = {.node = node, .keys = setting->key->keys, .up = up};
    struct fault *faults = NULL;
    if (setting->key->names == NAME_TARGET) return defer_effects(walk, node, setting);
    for (size_t i = 0; i < node->children && !fault_enough(faults); i++) {
        const struct key *fixed = scope_key(&scope, node->child[i]->key);
        struct fault *fault = fixed == NULL
                                  ? read_entry(walk, &scope, node->child[i], setting)
                                  : read_value(walk, &scope, fixed, node->child[i], fixed->name, setting, true);
        faults = fault_join(faults, fault);
    }
    return fault_join(faults, read_absent(walk, &scope, scope.keys, setting));
}

static struct fault *read_items(struct walk *walk, const struct scope *scope, const struct node *node,
                                struct setting *setting)
{
    const struct key *key = setting->key, *item = key->kind == KEY_FACTORS ? &factor_key : key->entry;
    const double count = (double)node->children;
    struct fault *faults = NULL;
    if (count < key->min || count > key->max) {
        if (key->min == key->max)
            return value_fault(node, "%s has %zu values; expected %.0f", setting->path, node->children, key->min);
        return value_fault(node, "%s has %zu values; expected %.0f to %.0f", setting->path, node->children, key->min,
                           key->max);
    }
    for (size_t i = 0; i < node->children && !fault_enough(faults); i++) {
        char name[24];
        snprintf(name, sizeof name, "%zu", i + 1);
        faults = fault_join(faults, read_value(walk, scope, item, node->child[i], name, setting, true));
    }
    return faults;
}

/* Whether the map is a profile: its first key is a date or a word of profiles. */
static bool is_profile(const struct node *node)
{
    int month;
    if (node->kind != NODE_MAP || node->children == 0) return false;
    const char *first = node->child[0]->key;
    return calendar_read(first, &month) || strcmp(first, "times") == 0 || strcmp(first, "interpolation") == 0 ||
           strcmp(first, "source") == 0;
}

/* Whether it may stand in place of a section: a single value, a profile, or for a list one of single values. */
static bool is_short(const struct key *section, const struct node *node)
{
    const struct key *key = section->keys;
    if (node->kind == NODE_SCALAR) return !tree_is_null(node);
    if (node->kind == NODE_MAP) return is_profile(node);
    while (strcmp(key->name, section->shorthand) != 0) key++;
    if (key->kind != KEY_LIST) return false;
    for (size_t i = 0; i < node->children; i++)
        if (node->child[i]->kind != NODE_SCALAR) return false;
    return true;
}

/* What stands in place of a section is for one key of it. */
static struct fault *expand_shorthand(struct walk *walk, const struct key *key, const struct node **node)
{
    if (!is_short(key, *node)) return NULL;
    struct node *section = tree_node(walk->forest, NODE_MAP, (*node)->place);
    struct node *value = tree_node(walk->forest, (*node)->kind, (*node)->place);
    if (section == NULL || value == NULL) return fault_no_memory();
    if ((*node)->text != NULL && (value->text = strdup((*node)->text)) == NULL) return fault_no_memory();
    value->plain = (*node)->plain;
    value->over = (*node)->over;
    value->table = (*node)->table;
    value->end = (*node)->end;
    for (size_t i = 0; i < (*node)->children; i++) {
        struct node *point = (*node)->child[i];
        struct node *copy = tree_node(walk->forest, point->kind, point->place);
        if (copy == NULL) return fault_no_memory();
        if (point->text != NULL && (copy->text = strdup(point->text)) == NULL) return fault_no_memory();
        copy->plain = point->plain;
        TRY(tree_append(value, point->key, point->key_place, copy));
    }
    TRY(tree_append(section, key->shorthand, (*node)->place, value));
    *node = section;
    return NULL;
}

/* A single value in place of a list is a list of one. */
static struct fault *expand_item(struct walk *walk, const struct node **node)
{
    if ((*node)->kind != NODE_SCALAR || tree_is_null(*node)) return NULL;
    struct node *list = tree_node(walk->forest, NODE_LIST, (*node)->place);
    struct node *item = tree_node(walk->forest, NODE_SCALAR, (*node)->place);
    if (list == NULL || item == NULL || (item->text = strdup((*node)->text)) == NULL) return fault_no_memory();
    item->plain = (*node)->plain;
    TRY(tree_append(list, NULL, (*node)->place, item));
    *node = list;
    return NULL;
}

/* What the list is to hold is said by the meaning of its key. */
static struct fault *no_list(const struct node *node, const struct setting *setting)
{
    const struct key *key = setting->key;
    char text[64], count[48];
    if (key->min == key->max)
        snprintf(count, sizeof count, "%.0f values", key->min);
    else
        snprintf(count, sizeof count, "%.0f to %.0f values", key->min, key->max);
    return value_fault(node, "%s is %s; expected a list in brackets, of %s: %.*s", setting->path,
                       tree_describe(node, text), count, (int)strlen(key->meaning) - 1, key->meaning);
}

/* A map of names with the value that stands in its place, or with the names that are listed there. */
static struct fault *no_map(const struct node *node, const struct setting *setting)
{
    const struct key *key = setting->key;
    char text[64], where[3 * SCOPE_NAME] = "", map[SCOPE_NAME];
    const char *found = tree_describe(node, text);
    const bool named = key->kind == KEY_ENTRIES && (key->names == NAME_PLAIN || key->names == NAME_REFERENCE),
               list = node->kind == NODE_LIST && node->children > 0 && node->child[0]->kind == NODE_SCALAR;
    if (!named || tree_is_null(node))
        return value_fault(node, "%s is %s; expected a map of keys", setting->path, found);
    for (const char *at = key->names == NAME_REFERENCE ? key->target : NULL; at != NULL && *at != '\0';) {
        const size_t said = strlen(where);
        if ((at = scope_target(at, map)) == NULL) break;
        snprintf(where + said, sizeof where - said, "%s`%s`", said == 0 ? " of " : " or ", map);
    }
    return value_fault(node, "%s is %s; expected a map by name%s, such as {%s: %s}", setting->path, found, where,
                       list ? node->child[0]->text : "NAME", node->kind == NODE_SCALAR ? node->text : "...");
}

static struct fault *read_value(struct walk *walk, const struct scope *scope, const struct key *key,
                                const struct node *node, const char *name, struct setting *parent, bool stated)
{
    struct setting *setting = setting_add(parent, key, name);
    if (setting == NULL) return fault_no_memory();
    setting->place = node->place;
    setting->stated = stated;
    if (key->kind == KEY_SECTION && key->shorthand != NULL) TRY(expand_shorthand(walk, key, &node));
    if (key->kind == KEY_LIST && key->shorthand != NULL) TRY(expand_item(walk, &node));
    const bool map = key->kind == KEY_SECTION || key->kind == KEY_ENTRIES,
               list = key->kind == KEY_LIST || key->kind == KEY_FACTORS;
    if (map && (node->kind != NODE_MAP || node->table != NULL)) return no_map(node, setting);
    if (list && node->kind != NODE_LIST) return no_list(node, setting);
    if (key->kind == KEY_SECTION) return read_section(walk, scope, node, setting);
    if (key->kind == KEY_ENTRIES) return read_entries(walk, scope, node, setting);
    if (list) return read_items(walk, scope, node, setting);
    return value_read(walk, scope, node, setting);
}

/* The root is a section that has no parent. */
static struct fault *read_root(struct scenario *scenario, const struct key *keys)
{
    const struct scope top = {.node = scenario->merged, .keys = keys};
    struct walk walk = {.forest = &scenario->forest, .units = scenario->units, .store = scenario->store, .top = &top};
    struct fault *faults = NULL;
    scenario->root = setting_add(NULL, &scenario->root_key, "");
    if (scenario->root == NULL) return fault_no_memory();
    scenario->root->place = scenario->merged->place;
    scenario->root->stated = true;
    walk.root = scenario->root;
    if (scope_key(&top, "units") != NULL)
        faults = value_define_units(scenario->units, tree_child(scenario->merged, "units"));
    for (size_t i = 0; i < scenario->merged->children && !fault_enough(faults); i++) {
        const struct node *node = scenario->merged->child[i];
        const struct key *key = scope_key(&top, node->key);
        struct fault *fault = key == NULL ? unknown_key(&top, node, scenario->root)
                                          : read_value(&walk, &top, key, node, key->name, scenario->root, true);
        faults = fault_join(faults, fault);
    }
    faults = fault_join(faults, read_absent(&walk, &top, keys, scenario->root));
    return fault_join(faults, read_pending(&walk));
}

/* Every quantity has a place in the store: one whose unit depends on something that has none is a fault of its own. */
static struct fault *check_slots(const struct setting *setting)
{
    if (setting->key->kind == KEY_QUANTITY && setting->slot < 0) {
        const char *part = strchr(setting->key->unit, '$'), *name = part == NULL ? "" : part + strspn(part, "$^*.");
        return fault_at(FAULT_SCENARIO, setting->place,
                        "%s: its unit is that of `%.*s`, which is not stated or has none; expected it too",
                        setting->path, (int)strcspn(name, "!/|"), name);
    }
    for (size_t i = 0; i < setting->children; i++) TRY(check_slots(setting->child[i]));
    return NULL;
}

/* The unit of a text that is a quantity, "" of a pure number; NULL: it is none. */
static const char *unit_of(struct units *units, const struct node *node)
{
    if (node->kind != NODE_SCALAR || node->text[0] == '\0') return NULL;
    const char *unit = quantity_unit_text(node->text);
    struct fault *fault = unit == NULL ? NULL : units_check(units, unit);
    if (fault == NULL) return unit;
    fault_free(fault);
    return NULL;
}

/* A number without a unit in place of one that had some: said here, or where it chooses the unit of others they would be
 * called wrong. */
static struct fault *check_replaced(struct units *units, const struct node *node, const char *path)
{
    struct fault *faults = NULL;
    const struct node *model = tree_child(node, "model");
    if (model != NULL && model->over != NULL) return NULL; /* its keys are others */
    for (size_t i = 0; i < node->children && !fault_enough(faults); i++) {
        const struct node *child = node->child[i];
        char *inner = NULL;
        if (child->key == NULL) continue;
        if (asprintf(&inner, "%s%s%s", path, path[0] == '\0' ? "" : ".", child->key) < 0) return fault_no_memory();
        const char *unit = child->over == NULL ? NULL : unit_of(units, child),
                   *old = unit == NULL || unit[0] != '\0' ? NULL : unit_of(units, child->over);
        if (old != NULL && !units_are_pure(units, old))
            faults = fault_join(faults, value_fault(child, "%s: %s has no unit; expected one such as %s, which it had",
                                                    inner, child->text, old));
        faults = fault_join(faults, check_replaced(units, child, inner));
        free(inner);
    }
    return faults;
}

/* Whether some text below the node holds the path of an entry, as outcomes and triggers do. */
static bool is_mentioned(const struct node *node, const char *path)
{
    const char *found = node->kind == NODE_SCALAR ? strstr(node->text, path) : NULL;
    if (found != NULL && strchr("abcdefghijklmnopqrstuvwxyz0123456789-", found[strlen(path)]) == NULL) return true;
    if (found != NULL && found[strlen(path)] == '\0') return true;
    for (size_t i = 0; i < node->children; i++)
        if (is_mentioned(node->child[i], path)) return true;
    return false;
}

/* Maps at the root whose entries have to be named to do anything. */
static const struct named_map {
    const char *name;
    bool kept;   /* they may be kept for other files, which adopt them; only what is new in a variant is told */
    bool driven; /* by themselves they are outcomes, which is all that they are for in a scenario of nothing else */
    bool acts;   /* or they have effects */
} named_maps[] = {{.name = "legs"},
                  {.name = "commodities"},
                  {.name = "finance"},
                  {.name = "drivers", .driven = true},
                  {.name = "events", .acts = true},
                  {.name = "regimes", .acts = true},
                  {.name = "policies", .kept = true}};

/* Whether an event has effects, or a regime some state that has. */
static bool has_effects(const struct node *entry)
{
    const struct node *effects = tree_child(entry, "effects"), *states = tree_child(entry, "states");
    if (effects != NULL && effects->children > 0) return true;
    for (size_t i = 0; states != NULL && i < states->children; i++)
        if (states->child[i]->children > 0) return true;
    return false;
}

static bool has_entries(const struct scenario *scenario, const char *map)
{
    const struct node *node = tree_child(scenario->merged, map);
    return node != NULL && node->children > 0;
}

static bool is_unused(const struct scenario *scenario, const struct named_map *map, const struct key *key,
                      const struct node *entry)
{
    char path[2 * TREE_MOST_KEY];
    snprintf(path, sizeof path, "%s.%s", key->name, entry->key);
    if (map->kept && !entry->added) return false;
    if (map->driven && !has_entries(scenario, "flows") && !has_entries(scenario, "energy")) return false;
    if (map->acts && has_effects(entry)) return false;
    return !entry->referred && scope_key(&(struct scope){.keys = key->keys}, entry->key) == NULL &&
           !is_mentioned(scenario->merged, path);
}

static struct fault *add_warning(struct scenario *scenario, struct fault *warning)
{
    if (fault_is_memory(warning)) return warning;
    scenario->warnings = fault_join(scenario->warnings, warning);
    return NULL;
}

/* What a variant brings was mostly meant to change another. */
static struct fault *warn_unused(struct scenario *scenario, bool acts, const struct key *key, const struct node *map,
                                 const struct node *entry)
{
    char hint[TREE_MOST_KEY];
    size_t known = 0;
    if (!entry->added)
        return add_warning(scenario, fault_at(FAULT_SCENARIO, entry->key_place, "%s.%s: nothing uses it%s", key->name,
                                              entry->key, acts ? ", and it has no effects" : ""));
    const char **names = calloc(map->children + 1, sizeof *names);
    if (names == NULL) return fault_no_memory();
    for (size_t i = 0; i < map->children; i++)
        if (map->child[i] != entry) names[known++] = map->child[i]->key;
    struct fault *warning = fault_at(FAULT_SCENARIO, entry->key_place, "%s.%s is new here, and nothing uses it%s",
                                     key->name, entry->key, units_hint(entry->key, names, sizeof hint, hint));
    free(names);
    return add_warning(scenario, warning);
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Whether a text holds the unit, of a currency also after k, M or G. */
static bool has_unit(const char *text, const char *unit)
{
    const size_t length = strlen(unit);
    for (const char *at = text; (at = strstr(at, unit)) != NULL; at++) {
        const bool prefixed = at > text && strchr("kMG", at[-1]) != NULL;
        const char *start = prefixed ? at - 1 : at;
        if ((start == text || !is_letter(start[-1])) && !is_letter(at[length])) return true;
    }
    return false;
}

/* Whether some text or key holds the unit, but for what defines it. */
static bool is_unit_used(const struct node *node, const struct node *defined)
{
    if (node == defined) return false;
    if (node->key != NULL && has_unit(node->key, defined->key)) return true;
    if (node->kind == NODE_SCALAR && has_unit(node->text, defined->key)) return true;
    for (size_t i = 0; i < node->children; i++)
        if (is_unit_used(node->child[i], defined)) return true;
    return false;
}

static struct fault *find_unused_units(struct scenario *scenario)
{
    const struct node *map = tree_child(scenario->merged, "units");
    for (size_t i = 0; map != NULL && map->kind == NODE_MAP && i < map->children; i++) {
        const struct node *unit = map->child[i];
        if (is_unit_used(scenario->merged, unit)) continue;
        TRY(add_warning(scenario,
                        fault_at(FAULT_SCENARIO, unit->key_place, "units.%s: no quantity has this unit", unit->key)));
    }
    return NULL;
}

static struct fault *find_unused(struct scenario *scenario, const struct key *keys)
{
    for (size_t m = 0; m < sizeof named_maps / sizeof *named_maps; m++) {
        const struct node *map = tree_child(scenario->merged, named_maps[m].name);
        const struct key *key = keys;
        while (key->name != NULL && strcmp(key->name, named_maps[m].name) != 0) key++;
        if (map == NULL || map->kind != NODE_MAP || key->name == NULL || key->kind != KEY_ENTRIES) continue;
        for (size_t i = 0; i < map->children; i++)
            if (is_unused(scenario, &named_maps[m], key, map->child[i]))
                TRY(warn_unused(scenario, named_maps[m].acts, key, map, map->child[i]));
    }
    return find_unused_units(scenario);
}

struct fault *scenario_read(const struct reader_request *request, struct scenario **out)
{
    struct scenario *scenario = calloc(1, sizeof *scenario);
    *out = scenario;
    if (scenario == NULL) return fault_no_memory();
    const struct merging merging = {.kind = request->kind,
                                    .file = request->file,
                                    .text = request->text,
                                    .search = request->search,
                                    .searches = request->searches,
                                    .set = request->set,
                                    .sets = request->sets,
                                    .adopt = request->adopt,
                                    .adopts = request->adopts};
    snprintf(scenario->root_words, sizeof scenario->root_words, "the %s",
             request->kind == NULL ? "scenario" : request->kind);
    scenario->root_key = (struct key){.name = "", .kind = KEY_SECTION, .meaning = scenario->root_words};
    TRY(units_open(&scenario->units));
    TRY(store_open(&scenario->store));
    TRY(merge_read(&scenario->forest, &merging, &scenario->merged, &scenario->notes));
    TRY(check_replaced(scenario->units, scenario->merged, ""));
    TRY(read_root(scenario, request->keys));
    TRY(check_slots(scenario->root));
    TRY(find_unused(scenario, request->keys));
    return tree_write(scenario->merged, &scenario->merged_text);
}

bool scenario_reads(const struct scenario *scenario, const char *path)
{
    struct stat file, source;
    if (scenario == NULL || stat(path, &file) < 0) return false; /* what is not there is not written over */
    for (size_t i = 0; i < scenario->forest.sources; i++)
        if (stat(scenario->forest.source[i]->name, &source) == 0 && source.st_dev == file.st_dev &&
            source.st_ino == file.st_ino)
            return true;
    return false;
}

void scenario_free(struct scenario *scenario)
{
    if (scenario == NULL) return;
    setting_free(scenario->root);
    store_close(scenario->store);
    units_close(scenario->units);
    free(scenario->merged_text);
    fault_free(scenario->notes);
    fault_free(scenario->warnings);
    tree_free(&scenario->forest);
    free(scenario);
}
