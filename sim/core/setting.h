/* sim/core/setting.h -- a scenario as read and checked: a tree of settings, each with the key that declares it, its
 * value and its place in a file. Defaults are filled in. Quantities are not held here but in the store, under their
 * path.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_SETTING_H
#define ZHOL_SETTING_H

#include "sim/core/fault.h"
#include "sim/core/schema.h"

#include <stdbool.h>
#include <stddef.h>

struct setting {
    const struct key *key;
    char *name;             /* "kappa"; of list items "1", "2", ... */
    char *path;             /* "drivers.brent.kappa"; the root's is "" */
    struct place place;     /* of the value; of a default: of the map that lacks it */
    bool stated;            /* false: the default was taken */
    bool used;              /* a model asked for it */
    bool edited;            /* an effect edits it */
    struct place edited_at; /* the last of them */
    char *text;             /* as written (scalars): names, choices, references, units, quantities */
    char *unit;             /* of quantities and factors: the unit it is kept in, all "$" replaced; owned */
    long integer;           /* of KEY_INTEGER; of KEY_MONTH the month */
    bool truth;             /* of KEY_BOOLEAN */
    int slot;               /* of KEY_QUANTITY: its place in the store; else -1 */
    int month;              /* of entries with NAME_MONTH: the month their name says */
    struct place table;     /* of a profile from a table: the place of its first date; else source NULL */
    int table_end;          /* of such a profile: the month after the last that a figure stands for */
    struct setting **child; /* maps and lists: in the order of the file, keys with defaults last */
    size_t children;
    struct setting *parent;
};

/* A new setting below `parent` (NULL: a root), with empty values and slot -1. NULL when memory is out. */
struct setting *setting_add(struct setting *parent, const struct key *key, const char *name);

/* The child of that name, marked as used; NULL if it was not stated and has no default. */
struct setting *setting_find(struct setting *parent, const char *name);

/* The setting at a path such as "drivers.brent.kappa" from `root`; names of entries may themselves contain dots. */
struct setting *setting_at(struct setting *root, const char *path);

/* The quantity that a setting stands for: itself, or what is stated for the shorthand of a section. NULL: none. */
struct setting *setting_quantity(struct setting *setting);

/* The slot of a child quantity in the store, -1 if absent. */
int setting_slot(struct setting *parent, const char *name);

/* The first stated setting that nothing asked for; NULL if there is none. */
const struct setting *setting_unused(const struct setting *root);

void setting_free(struct setting *setting);

#endif
