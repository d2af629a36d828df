/* scenarios/reader/shipped.h -- the scenarios that come with the program, by name.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_SHIPPED_H
#define ZHOL_SHIPPED_H

#include "sim/core/fault.h"

#include <stddef.h>

struct shipped {
    char *folder; /* NULL: none came with it */
    char **name;  /* [count] without the ending, such as "minimal" and "worlds/border-closure"; a NULL after the last */
    size_t count;
};

/* All, by folder and in order of name. */
MUST_CHECK struct fault *shipped_read(struct shipped *shipped);
void shipped_free(struct shipped *shipped);
/* The one of that name, or else the first of it in any folder; NULL: there is none. */
const char *shipped_find(const struct shipped *shipped, const char *name);
/* The name, with its folder, of one whose name differs little; NULL: there is none. */
const char *shipped_nearest(const struct shipped *shipped, const char *name);

#endif
