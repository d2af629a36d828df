/* sim/cli/direction.c -- see direction.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/direction.h"
#include "models/outcomes.h"

#include <fnmatch.h>

static bool matches(const char *const pattern[], size_t count, const char *path)
{
    for (size_t i = 0; i < count; i++)
        if (fnmatch(pattern[i], path, 0) == 0) return true;
    return false;
}

bool direction_is_less(const struct better *better, const char *path)
{
    return matches(better->less, better->lesses, path);
}

enum outcome_better direction_of(const void *context, const char *path)
{
    const struct better *better = context;
    const struct outcome_kind *kind = outcomes_kind(path);
    if (matches(better->more, better->mores, path)) return OUTCOME_MORE;
    if (matches(better->less, better->lesses, path)) return OUTCOME_LESS;
    return kind == NULL ? OUTCOME_NEITHER : kind->better;
}
