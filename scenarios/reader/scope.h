/* scenarios/reader/scope.h -- where a value stands in the scenario: its map, the keys declared there, and the maps
 * around it. Units such as "$unit" or "$commodity.unit" are looked up along it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_SCOPE_H
#define ZHOL_SCOPE_H

#include "scenarios/reader/tree.h"
#include "sim/core/schema.h"

enum { SCOPE_NAME = 64 }; /* bytes of a name in a template or a target, at most */

struct scope {
    const struct node *node; /* the map; NULL where it is absent and its keys take their defaults */
    const struct key *keys;
    const struct variant *variant; /* the one chosen; NULL: none, or not known */
    const struct scope *up;
    const struct node **states;       /* not NULL: is told which value states the unit of a template,
                                  a quantity rather than a unit, which is stated for nothing else */
    const char *edited, *edited_heat; /* of an effect: the unit of its target, and the heat value there, or NULL */
    const char *target, /* of a value that is named after an entry of a top-level map, such as a cost by commodity */
        *entry;
};

/* The scope of a map that is declared by `key` (a section). */
struct scope scope_of(const struct node *node, const struct key *key, const struct scope *up);
/* The declaration of a name in the scope itself; NULL if there is none. */
const struct key *scope_key(const struct scope *scope, const char *name);

/* The next of the maps that a key's `target` names, beginning at `at`, into `map`; what follows it. NULL: no more. */
const char *scope_target(const char *at, char map[SCOPE_NAME]);

/* The heat value in whose reach a value of this scope is, as it is written; NULL: there is none. */
const char *scope_heat(const struct scope *scope);

/* The unit that a key's template stands for in this scope, allocated. NULL with *unit NULL where it depends on a value
 * that is missing or wrong, which is then a fault of its own. */
MUST_CHECK struct fault *scope_unit(const struct scope *scope, const char *template, char **unit);

#endif
