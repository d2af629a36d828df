/* scenarios/reader/lookup.h -- where the files are that documents name.
 *
 * In the folder of the document, the folder above it, the folders asked for, and the scenarios that come with the program, in
 * that order.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_LOOKUP_H
#define ZHOL_LOOKUP_H

#include "sim/core/fault.h"

#include <stdbool.h>
#include <stddef.h>

struct lookup {
    const char *const *search; /* [searches], folders asked for */
    size_t searches;
    const char *ending; /* of files, such as ".yaml"; a name may go without */
};

/* Whether a name leads elsewhere than below the folder that it is looked up in: absolute, or with a part "..". */
bool lookup_leaves_folder(const char *name);

/* The path of the file of that name, allocated; NULL with *found NULL: there is none. `from` is the document's path. */
MUST_CHECK struct fault *lookup_below(const struct lookup *lookup, const char *from, const char *name, char **found);

/* The same of a file that no document names: itself, with the ending or without, else among the folders asked for and the
 * scenarios that come with the program, those in folders of their own also by their name alone. */
MUST_CHECK struct fault *lookup_named(const struct lookup *lookup, const char *name, char **found);

/* For a sentence, the folders in which both look beyond those near the document, allocated: "--path DIR or the scenarios that
 * come with zhol (/usr/share/zhol/scenarios)". */
MUST_CHECK struct fault *lookup_folders(const struct lookup *lookup, char **words);

#endif
