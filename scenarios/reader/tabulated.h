/* scenarios/reader/tabulated.h -- profiles whose figures stand in a table: {csv: prices.csv, column: brent, unit: USD/bbl}.
 *
 * Such a map becomes the profile that it stands for, a value for each period of the table, held until the next, so that
 * the merged scenario needs no other file; `source` says in it what it was. Each value has its place in the table.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_TABULATED_H
#define ZHOL_TABULATED_H

#include "scenarios/reader/tree.h"

/* The keys of such a map, ended by NULL, and what they are; for hints and for editors. */
struct tabulated_key {
    const char *name, *meaning;
};
extern const struct tabulated_key tabulated_keys[];

/* Whether the map names a table. */
bool tabulated_is(const struct node *map);
/* Whether it holds a date, as profiles do. */
bool tabulated_has_dates(const struct node *map);

/* Replaces all such maps of a merged document, from the root on. Tables are looked up from the document that names them, as
 * parents are, also in the folders of `search`. */
MUST_CHECK struct fault *tabulated_expand(struct forest *forest, const char *const search[], size_t searches,
                                          struct node *root);

#endif
