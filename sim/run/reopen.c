/* sim/run/reopen.c -- see reopen.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/reopen.h"

#include <stdlib.h>
#include <string.h>

struct fault *reopen_check(const char *path, const struct result *result, bool force)
{
    const char *source = "zhol " ZHOL_VERSION;
    char *arithmetic = simulation_arithmetic();
    if (arithmetic == NULL) return fault_no_memory();
    struct fault *fault = NULL;
    if (!force && (strcmp(result->source, source) != 0 || strcmp(result->arithmetic, arithmetic) != 0))
        fault = fault_raise(FAULT_FILES,
                            "%s was made by %s on %s, this is %s on %s: the same bits are not to be expected; "
                            "use --force to try",
                            path, result->source, result->arithmetic, source, arithmetic);
    free(arithmetic);
    return fault;
}

/* The outcomes of which samples were saved, into saved[]. Where all samples fit in memory, those over the horizon are
 * there in any case. */
static size_t list_saved(const struct result *result, const char *saved[])
{
    size_t count = 0;
    for (size_t i = 0; i < result->outcomes.count; i++)
        if (result->annual_saved[i] || (result->horizon_saved[i] && !result->exact_quantiles))
            saved[count++] = result->outcomes.item[i].path;
    return count;
}

/* Whether the scenario gives what the result has, in the same order. */
static struct fault *check_outcomes(const char *path, const struct result *result, const struct simulation *simulation)
{
    const struct outcomes *has = &result->outcomes, *gives = &simulation->outcomes;
    if (world_years(simulation->world) != result->years || gives->count != has->count)
        return fault_raise(FAULT_FILES,
                           "%s has %zu outcomes and %zu years, but its scenario gives %zu outcomes and %zu years", path,
                           has->count, result->years, gives->count, world_years(simulation->world));
    for (size_t i = 0; i < has->count; i++)
        if (strcmp(has->item[i].path, gives->item[i].path) != 0)
            return fault_raise(FAULT_FILES, "%s has the outcome %s where its scenario gives %s", path,
                               has->item[i].path, gives->item[i].path);
    return NULL;
}

struct fault *reopen(const char *path, const struct result *result, const char *isa, struct simulation *simulation)
{
    const struct kernels *kernels;
    struct run_settings settings = settings_usual();
    TRY(kernels_choose(isa, &kernels));
    settings.isa = kernels->name;
    settings.saved = calloc(result->outcomes.count + 1, sizeof *settings.saved);
    if (settings.saved == NULL) return fault_no_memory();
    settings.saveds = list_saved(result, settings.saved);
    settings.replications = result->replications;
    settings.has_seed = true;
    settings.seed = result->seed;
    settings.rng = result->rng;
    settings.memory = result->memory;
    struct fault *fault = simulation_open_text(path, result->scenario, NULL, &settings, simulation);
    free(settings.saved);
    /* what is wrong with its scenario or its generator is wrong with the file */
    for (struct fault *each = fault; each != NULL; each = each->next)
        if (each->code == FAULT_SCENARIO || each->code == FAULT_USAGE) each->code = FAULT_FILES;
    return fault != NULL ? fault : check_outcomes(path, result, simulation);
}
