/* scenarios/reader/values.h -- one value of a scenario: from its text to a checked setting, quantities into the store.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_VALUES_H
#define ZHOL_VALUES_H

#include "scenarios/reader/scope.h"
#include "sim/core/setting.h"
#include "sim/core/store.h"
#include "sim/core/units.h"

/* Whether a text is a name: lower-case letters, digits and single hyphens. */
bool value_is_name(const char *text);

/* A map of effects, read when all else is, so that their targets are known. */
struct pending {
    const struct node *node;
    struct setting *setting;
};

/* What every part of the reading needs. */
struct walk {
    struct forest *forest;
    struct units *units;
    struct store *store;
    const struct scope *top;
    struct setting *root;
    const struct node *states; /* the value that states the unit of the quantity being read; NULL: its key does */
    struct pending *pending;
    size_t pendings;
};

/* Reads a value that has no keys of its own (also a profile) into `setting`, whose key and path are set. */
MUST_CHECK struct fault *value_read(struct walk *walk, const struct scope *scope, const struct node *node,
                                    struct setting *setting);

/* Defines the units of the scenario's own, which everything else may use. NULL: there are none. */
MUST_CHECK struct fault *value_define_units(struct units *units, const struct node *map);

/* Checks the name of an entry by the rule of the map that holds it; sets setting->month of NAME_MONTH. */
MUST_CHECK struct fault *value_check_name(struct walk *walk, const struct key *map, const struct node *node,
                                          struct setting *setting);

/* Whether everything between the two lies in the range of another key, for a value that takes its place. */
MUST_CHECK struct fault *value_check_range(const struct key *key, const struct setting *setting, double least,
                                           double most);

/* Whether a value that is put in place of that of another key, or added to it, would be a percentage without its sign. */
MUST_CHECK struct fault *value_check_share(const struct key *key, const struct setting *setting, double least,
                                           double most);

/* A fault of this value, with a note of the value that it replaced. Takes a format as fault_at does. */
A_FAULT __attribute__((format(printf, 2, 3))) struct fault *value_fault(const struct node *node, const char *format,
                                                                        ...);

#endif
