/* scenarios/scope.c -- see scope.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/scope.h"
#include "sim/core/calendar.h"
#include "sim/core/quantity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MOST = 64 };

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
    for (const struct variant *v = key->variants; v->name != NULL; v++)
        if (strcmp(v->name, chosen->text) == 0) scope.variant = v;
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
    if (node == NULL) return key->usual == NULL || key->usual[0] == '\0' ? NULL : key->usual;
    if (node->kind == NODE_SCALAR) return node->text;
    for (size_t i = 0; node->kind == NODE_MAP && i < node->children; i++)
        if (calendar_read(node->child[i]->key, &month) && node->child[i]->kind == NODE_SCALAR)
            return node->child[i]->text;
    return NULL;
}

static const char *unit_named(const struct scope *scope, const char *name, const char *further);

/* The unit stated by the key `name` of an entry of the top-level map `target`. */
static const char *unit_of_entry(const struct scope *scope, const char *target, const char *entry_name,
                                 const char *name)
{
    while (scope->up != NULL) scope = scope->up;
    const struct key *map = key_named(scope->keys, target);
    const struct node *entry = map == NULL ? NULL : tree_child(tree_child(scope->node, map->name), entry_name);
    if (entry == NULL || map->entry == NULL) return NULL;
    const struct scope inner = scope_of(entry, map->entry, scope);
    return unit_named(&inner, name, NULL);
}

/* The unit stated by the key `name` of the entry that a reference names. */
static const char *unit_of_target(const struct scope *scope, const struct key *reference, const char *name)
{
    const char *target = value_text(scope, reference);
    return target == NULL ? NULL : unit_of_entry(scope, reference->target, target, name);
}

static const char *unit_named(const struct scope *scope, const char *name, const char *further)
{
    const struct key *key = NULL;
    while (scope != NULL && (key = scope_key(scope, name)) == NULL) scope = scope->up;
    if (key == NULL) return NULL;
    if (further != NULL) return key->kind == KEY_REFERENCE ? unit_of_target(scope, key, further) : NULL;
    const char *text = value_text(scope, key);
    if (text == NULL) return NULL;
    return key->kind == KEY_QUANTITY ? quantity_unit_text(text) : text;
}

/* Takes the time off the unit of a rate: "train/d" counts in trains. */
static size_t stock_length(const char *unit)
{
    static const char *const times[] = {"/min", "/h", "/d", "/mo", "/yr"};
    const size_t length = strlen(unit);
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        const size_t tail = strlen(times[i]);
        if (length > tail && strcmp(unit + length - tail, times[i]) == 0) return length - tail;
    }
    return length;
}

static bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* Copies a name of the template; the template's rest is returned. */
static const char *take_name(const char *at, char name[NAME_MOST])
{
    size_t length = 0;
    while (is_name_character(*at) && length + 1 < NAME_MOST) name[length++] = *at++;
    name[length] = '\0';
    return at;
}

/* The unit of a part of a template, which begins behind its "$"; *at moves behind it. NULL: there is none. */
static const char *part_unit(const struct scope *scope, const char **at)
{
    char name[NAME_MOST], further[NAME_MOST], other[NAME_MOST];
    const bool entry = **at == '*';
    *at = entry ? *at + 1 : take_name(*at, name);
    const bool reaches = **at == '.';
    if (reaches) *at = take_name(*at + 1, further);
    const bool either = reaches && **at == '|';
    if (either) *at = take_name(*at + 1, other);
    if (entry) return scope->entry == NULL ? NULL : unit_of_entry(scope, scope->target, scope->entry, further);
    const char *unit = unit_named(scope, name, reaches ? further : NULL);
    return unit == NULL && either ? unit_named(scope, name, other) : unit;
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
        if (slash && (unit[0] == '\0' || strcmp(unit, "1") == 0)) continue; /* USD per pure number */
        fprintf(to, "%s%.*s", slash ? "/" : "", (int)(stock ? stock_length(unit) : strlen(unit)), unit);
    }
    return true;
}

/* Of "?x=v:unit" the part after the colon if the choice x has the value v, else "". NULL: x is missing. */
static const char *choose(const struct scope *scope, const char *template)
{
    char name[NAME_MOST], value[NAME_MOST];
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

struct fault *scope_unit(const struct scope *scope, const char *template, char **unit)
{
    size_t size = 0;
    *unit = NULL;
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
