/* output/comparison/main_outcomes.h -- the outcomes that a comparison shows first, by subject.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_MAIN_OUTCOMES_H
#define ZHOL_MAIN_OUTCOMES_H

#include <stdbool.h>
#include <stddef.h>

enum { MAIN_PATTERNS = 4 };

struct main_group {
    const char *title;
    const char *skip;                   /* what need not be said again of its paths */
    const char *pattern[MAIN_PATTERNS]; /* as of file names, with !(...) for all but */
    size_t max;                         /* lines */
    const char *always[MAIN_PATTERNS];  /* patterns of those shown if they change at all */
};
/* Ended by title NULL. */
extern const struct main_group main_groups[];

bool main_group_holds(const struct main_group *group, const char *path);
bool main_group_always(const struct main_group *group, const char *path);
/* How much of a path its title says already. */
size_t main_group_skip(const struct main_group *group);
/* How soon a reader asks for it, where few have room: 0 first, main_ranks() not at all. */
size_t main_rank(const char *path);
size_t main_ranks(void);
/* Whether any group holds it. */
bool main_outcome(const char *path);

#endif
