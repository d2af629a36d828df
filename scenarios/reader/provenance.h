/* scenarios/reader/provenance.h -- where the numbers of a scenario come from, by the comments beside them.
 *
 * A number, or a date or distribution in its place, is accounted for by a comment that names a year, a publisher or one of the words
 * below: on a line of its own value (of braces or brackets, on any of their lines), in the lines of comment right after that,
 * or beside or right above the name of a map or list that holds it, the nearest first. A comment in the first column, and the name
 * of a whole section, are too far away. A file that says before its `scenario:` that "All numbers are assumptions" has said it.
 * Of `scenario`, `title`, `time`, `run` and `units` nothing is asked.
 *
 * A comment with the word hindsight makes its numbers hindsight, one with the word assumption assumptions, any other that accounts
 * for them has a source. One that only refers back ("likewise", "as above") is of the kind of the number before.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_PROVENANCE_H
#define ZHOL_PROVENANCE_H

#include "scenarios/reader/tree.h"

enum provenance { PROVENANCE_NONE, PROVENANCE_ASSUMPTION, PROVENANCE_HINDSIGHT, PROVENANCE_SOURCED, PROVENANCE_KINDS };
/* "none", "assumption", "hindsight", "sourced". */
extern const char *const provenance_names[PROVENANCE_KINDS];

/* Gives each number of a document the comment that accounts for it. The comments stay the forest's. */
MUST_CHECK struct fault *provenance_read(struct forest *forest, const struct source *source, struct node *root);

/* A number of a merged scenario; a profile from a table is one. */
struct provenance_item {
    const char *path, *value;
    struct place place; /* source NULL: nowhere */
    enum provenance kind;
    const char *comment; /* "": none */
};
/* All of them, in the order of the scenario. What `visit` returns ends it. */
MUST_CHECK struct fault *provenance_visit(const struct node *root,
                                          struct fault *(*visit)(void *context, const struct provenance_item *item),
                                          void *context);

/* As a text of a line each, allocated: "KIND<tab>PATH<tab>FILE:LINE<tab>COMMENT", the file without its folders, so that the same
 * scenario gives the same text wherever it is. */
MUST_CHECK struct fault *provenance_write(const struct node *root, char **text);

#endif
