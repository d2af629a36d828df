/* scenarios/reader/scope.c -- see scope.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/reader/scope.h"
#include "sim/core/calendar.h"
#include "sim/core/quantity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct key *key_named(const struct key *keys, const char *name)
{
    for (; keys != NULL && keys->name != NULL; keys++)
        if (strcmp(keys->name, name) == 0) return keys;
    return NULL;
}

struct scope scope_of(const struct node *node, const struct key *key, const struct scope *up)
{
    struct scope scope = {.node = node, .keys = key->keys, .up = up};
    const struct node *chosen = key->variants == NULL ? NULL : tree_child(node, key->variant_by);
    if (chosen == NULL || chosen->kind != NODE_SCALAR) return scope;
    for (const struct variant *const *v = key->variants; *v != NULL; v++)
        if (strcmp((*v)->name, chosen->text) == 0) scope.variant = *v;
    return scope;
}

const struct key *scope_key(const struct scope *scope, const char *name)
{
    const struct key *key = key_named(scope->keys, name);
    return key != NULL || scope->variant == NULL ? key : key_named(scope->variant->keys, name);
}

/* The text that stands for a key in the scope: as written, of a profile its first value, else the default. NULL: none.
 */
static const char *value_text(const struct scope *scope, const struct key *key)
{
    const struct node *node = tree_child(scope->node, key->name);
    int month;
    if (node == NULL) return key->default_value == NULL || key->default_value[0] == '\0' ? NULL : key->default_value;
    if (node->kind == NODE_SCALAR) return node->text;
    for (size_t i = 0; node->kind == NODE_MAP && i < node->children; i++)
        if (calendar_read(node->child[i]->key, &month) && node->child[i]->kind == NODE_SCALAR)
            return node->child[i]->text;
    return NULL;
}

/* A key and the scope in which it stands; key NULL: not found. */
struct found {
    struct scope scope;
    const struct key *key;
};

const char *scope_target(const char *at, char map[SCOPE_NAME])
{
    at += strspn(at, " ");
    const size_t length = strcspn(at, " ");
    snprintf(map, SCOPE_NAME, "%.*s", (int)length, at);
    return length == 0 ? NULL : at + length;
}

/* The scope of an entry of one of the top-level maps `target`; node NULL where there is none. */
static struct scope entry_scope(const struct scope *scope, const char *target, const char *name)
{
    char word[SCOPE_NAME];
    while (scope->up != NULL) scope = scope->up;
    for (const char *at = target; (at = scope_target(at, word)) != NULL;) {
        const struct key *map = key_named(scope->keys, word);
        const struct node *entry = map == NULL ? NULL : tree_child(tree_child(scope->node, map->name), name);
        if (entry != NULL && map->entry != NULL) return scope_of(entry, map->entry, scope);
    }
    return (struct scope){.node = NULL};
}

/* The key of that name here or further up. */
static struct found find_upwards(const struct scope *scope, const char *name)
{
    while (scope != NULL) {
        const struct key *key = scope_key(scope, name);
        if (key != NULL) return (struct found){*scope, key};
        scope = scope->up;
    }
    return (struct found){.key = NULL};
}

/* The scope that a found key leads into: of a reference the entry it names, of a section itself. node NULL: none. */
static struct scope step_into(const struct found *found)
{
    if (found->key->kind == KEY_REFERENCE) {
        char stem[SCOPE_NAME];
        const char *target = value_text(&found->scope, found->key);
        if (target == NULL) return (struct scope){.node = NULL};
        snprintf(stem, sizeof stem, "%.*s", (int)strcspn(target, "."), target); /* of NAME.VARIABLE, NAME */
        return entry_scope(&found->scope, found->key->target, stem);
    }
    const struct node *node = tree_child(found->scope.node, found->key->name);
    if (found->key->kind != KEY_SECTION || node == NULL) return (struct scope){.node = NULL};
    return scope_of(node, found->key, found->scope.up);
}

/* The unit that a found key states; NULL: none. A quantity chooses one only where its own declaration says so: the
 * `start` of a growth driver is in %/yr whatever it is written in. */
static const char *unit_stated(const struct found *found)
{
    const char *text = found->key == NULL ? NULL : value_text(&found->scope, found->key);
    if (text == NULL) return NULL;
    if (found->key->kind != KEY_QUANTITY) return text;
    return found->key->unit[0] == '$' ? quantity_unit_text(text) : NULL;
}

static size_t without_spaces(const char *unit, size_t length)
{
    while (length > 0 && unit[length - 1] == ' ') length--;
    return length;
}

/* Takes the time off the unit of a rate, "/d", "/ d" or " d^-1": "train/d" counts in trains. 0: in pure numbers. */
static size_t stock_length(const char *unit)
{
    static const char *const times[] = {"min", "h", "d", "wk", "mo", "yr"};
    const size_t length = without_spaces(unit, strlen(unit));
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        for (int form = 0; form < 3; form++) {
            char tail[12];
            snprintf(tail, sizeof tail, "%s%s", times[i], form == 0 ? "" : form == 1 ? "^-1" : "-1");
            const size_t size = strlen(tail);
            if (length < size + 1 || strncmp(unit + length - size, tail, size) != 0) continue;
            const size_t before = without_spaces(unit, length - size);
            if (form == 0 && before > 0 && unit[before - 1] == '/') return without_spaces(unit, before - 1);
            if (form > 0 && (before < length - size || (before > 0 && unit[before - 1] == '*')))
                return without_spaces(unit, before > 0 && unit[before - 1] == '*' ? before - 1 : before);
        }
    return length;
}

static bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* Copies a name of the template; the template's rest is returned. */
static const char *take_name(const char *at, char name[SCOPE_NAME])
{
    size_t length = 0;
    while (is_name_character(*at) && length + 1 < SCOPE_NAME) name[length++] = *at++;
    name[length] = '\0';
    return at;
}

/* The unit of a part of a template, which begins behind its "$"; *at moves behind it. NULL: there is none. A part is
 * a path x.y.z, from this scope on, with "^" from the one above; "*" in place of x is the entry that the value's own
 * name refers to; "|" separates what the last key may be. An entry that is there but states none of them has no unit.
 */
static const char *part_unit(const struct scope *scope, const char **at)
{
    char name[SCOPE_NAME];
    struct scope inner = *scope;
    bool within = false; /* in the scope that earlier parts led into */
    if (**at == '^') {
        ++*at;
        inner = scope->up == NULL ? (struct scope){.node = NULL} : *scope->up;
    }
    if (**at == '*') {
        ++*at;
        within = true;
        inner = scope->entry == NULL ? (struct scope){.node = NULL} : entry_scope(scope, scope->target, scope->entry);
        if (**at == '.') ++*at;
    }
    for (;;) {
        *at = take_name(*at, name);
        struct found found = within ? (struct found){inner, scope_key(&inner, name)} : find_upwards(&inner, name);
        if (**at == '.') {
            ++*at;
            within = true;
            inner = found.key == NULL ? (struct scope){.node = NULL} : step_into(&found);
            continue;
        }
        const char *unit = inner.node == NULL ? NULL : unit_stated(&found);
        if (unit != NULL && scope->states != NULL && (*scope->states == NULL || found.key->kind == KEY_QUANTITY))
            *scope->states = tree_child(found.scope.node, found.key->name);
        const bool either = **at == '|';
        while (**at == '|') {
            ++*at;
            *at = take_name(*at, name);
            found.key = inner.node == NULL ? NULL : scope_key(&inner, name);
            if (unit == NULL) unit = unit_stated(&found);
        }
        return unit == NULL && either && inner.node != NULL ? "1" : unit;
    }
}

/* Writes a unit to divide by: its products become quotients and the other way round. */
static void write_inverse(const char *unit, size_t length, FILE *to)
{
    if (length >= 2 && strncmp(unit, "1/", 2) == 0) {
        fprintf(to, "*%.*s", (int)length - 2, unit + 2);
        return;
    }
    fputc('/', to);
    for (size_t i = 0; i < length; i++)
        fputc(unit[i] == '/' ? '*' : unit[i] == '*' || unit[i] == ' ' ? '/' : unit[i], to);
}

/* Writes the template with its names replaced; false where one of them has no unit. */
static bool substitute(const struct scope *scope, const char *template, FILE *to)
{
    for (const char *at = template; *at != '\0';) {
        const bool slash = *at == '/' && at[1] == '$';
        if (*at != '$' && !slash) {
            fputc(*at++, to);
            continue;
        }
        at += 1 + slash;
        const char *unit = part_unit(scope, &at);
        if (unit == NULL) return false;
        const bool stock = *at == '!';
        at += stock;
        size_t length = stock ? stock_length(unit) : strlen(unit);
        if (stock && length == without_spaces(unit, strlen(unit))) return false; /* it is no rate */
        if (length == 0 || (length == 1 && unit[0] == '1')) {                    /* counted in pure numbers */
            unit = "1";
            length = 1;
        }
        if (slash && (unit[0] == '\0' || strcmp(unit, "1") == 0)) continue; /* USD per pure number */
        if (slash)
            write_inverse(unit, length, to);
        else
            fprintf(to, "%.*s", (int)length, unit);
    }
    return true;
}

/* Of "?x=v:unit" the part after the colon if the choice x has the value v, else "". NULL: x is missing. */
static const char *choose(const struct scope *scope, const char *template)
{
    char name[SCOPE_NAME], value[SCOPE_NAME];
    if (template[0] != '?') return template;
    template = take_name(template + 1, name);
    template = take_name(template + 1, value);
    const struct key *key = scope_key(scope, name);
    while (key == NULL && scope->up != NULL) {
        scope = scope->up;
        key = scope_key(scope, name);
    }
    const char *text = key == NULL ? NULL : value_text(scope, key);
    return text == NULL || strcmp(text, value) != 0 ? "" : template + 1;
}

/* The unit of the target of the effect that the scope stands in. */
static struct fault *edited_unit(const struct scope *scope, char **unit)
{
    while (scope != NULL && scope->edited == NULL) scope = scope->up;
    if (scope == NULL) return NULL;
    *unit = strdup(scope->edited);
    return *unit == NULL ? fault_no_memory() : NULL;
}

struct fault *scope_unit(const struct scope *scope, const char *template, char **unit)
{
    size_t size = 0;
    *unit = NULL;
    if (strcmp(template, "@") == 0) return edited_unit(scope, unit);
    FILE *to = open_memstream(unit, &size);
    if (to == NULL) return fault_no_memory();
    const bool known = substitute(scope, choose(scope, template), to);
    if (fclose(to) != 0) return fault_no_memory();
    if (!known) {
        free(*unit);
        *unit = NULL;
    }
    return NULL;
}

static const char *heat_stated(const struct scope *scope)
{
    for (const struct key *key = scope->keys; scope->node != NULL && key != NULL && key->name != NULL; key++)
        if (key->heat) return value_text(scope, key);
    return NULL;
}

const char *scope_heat(const struct scope *scope)
{
    if (scope->entry != NULL && scope->target != NULL) {
        const struct scope entry = entry_scope(scope, scope->target, scope->entry);
        const char *heat = heat_stated(&entry);
        if (heat != NULL) return heat;
    }
    for (; scope != NULL; scope = scope->up) {
        const struct found commodity = {*scope, key_named(scope->keys, "commodity")};
        const struct scope entry = commodity.key == NULL ? *scope : step_into(&commodity);
        const char *heat = scope->edited_heat != NULL ? scope->edited_heat : heat_stated(&entry);
        if (heat != NULL) return heat;
    }
    return NULL;
}
