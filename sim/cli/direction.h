/* sim/cli/direction.h -- of which outcomes more is better: as they are declared, or as the command line says.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_DIRECTION_H
#define ZHOL_DIRECTION_H

#include "sim/core/outcome.h"

#include <stdbool.h>

struct better {
    const char **more, **less; /* patterns as of file names, which go before what is declared */
    size_t mores, lesses;
};
/* Whether the command line says that less of it is better. */
bool direction_is_less(const struct better *better, const char *path);
/* For struct comparison_wish; context is a struct better. */
enum outcome_better direction_of(const void *context, const char *path);

#endif
