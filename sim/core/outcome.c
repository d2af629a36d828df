/* sim/core/outcome.c -- see outcome.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/outcome.h"

#include <stdlib.h>
#include <string.h>

/* The unit of a total over the horizon: of a rate per year, the unit itself. */
static char *total_unit(enum outcome_rule rule, const char *unit)
{
    const size_t length = strlen(unit);
    if (rule != OUTCOME_SUM || length < 3 || strcmp(unit + length - 3, "/yr") != 0) return strdup(unit);
    return length == 3 ? strdup("1") : strndup(unit, length - 3);
}

struct fault *outcomes_add(struct outcomes *outcomes, const struct outcome_kind *kind, const char *path, const char *unit,
                           const char *long_name, size_t *index)
{
    struct outcome *grown = realloc(outcomes->item, (outcomes->count + 1) * sizeof *grown);
    if (grown == NULL) return fault_no_memory();
    outcomes->item = grown;
    *index = outcomes->count;
    struct outcome *outcome = &grown[outcomes->count++];
    *outcome = (struct outcome){.kind = kind,
                                .path = strdup(path),
                                .unit = strdup(unit),
                                .total = total_unit(kind->rule, unit),
                                .long_name = strdup(long_name)};
    if (outcome->path == NULL || outcome->unit == NULL || outcome->total == NULL || outcome->long_name == NULL)
        return fault_no_memory();
    return NULL;
}

void outcomes_free(struct outcomes *outcomes)
{
    for (size_t i = 0; i < outcomes->count; i++) {
        free(outcomes->item[i].path);
        free(outcomes->item[i].unit);
        free(outcomes->item[i].total);
        free(outcomes->item[i].long_name);
    }
    free(outcomes->item);
    *outcomes = (struct outcomes){0};
}

size_t outcomes_find(const struct outcomes *outcomes, const char *path)
{
    size_t i = 0;
    while (i < outcomes->count && strcmp(outcomes->item[i].path, path) != 0) i++;
    return i;
}
