/* scenarios/reader/merge.h -- `extends`, --set and --adopt: from several documents to one, with the figures of tables.
 *
 * Maps merge key by key, from left to right, then the document itself; scalars and lists replace; `key: null` deletes.
 * A table and a profile with dates take each other's place whole.
 * An empty key is refused: it is what is left where all entries of a map are commented out.
 * A parent reached twice is merged once, where it is reached first.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_MERGE_H
#define ZHOL_MERGE_H

#include "scenarios/reader/tree.h"

enum { MERGE_MOST_DEPTH = 8 };

/* What to merge; the same words as in struct reader_request. */
struct merging {
    const char *kind;
    const char *file;
    const char *text;
    const char *const *search;
    size_t searches;
    const char *const *set;
    size_t sets;
    const char *const *adopt;
    size_t adopts;
};

/* Reads the file or the text, its parents and the settings of the command line. *root is the merged map, in which a
 * value that replaced another remembers it (`over`); NULL where nothing could be read. *notes say what was deleted, and
 * what a list of policies leaves out that it replaces; they are no faults. */
MUST_CHECK struct fault *merge_read(struct forest *forest, const struct merging *merging, struct node **root,
                                    struct fault **notes);

#endif
