/* sim/run/warnings.c -- see warnings.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/warnings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Share of the standard error that what queues leave open may be. */
#define MOST_OPEN 0.5

static size_t of_outcome(const struct outcome *outcome, const struct moments *horizon, const char *before, FILE *to)
{
    const struct outcome_kind *kind = outcome->kind;
    const double value = kind->rule == OUTCOME_MAXIMUM ? horizon->max : horizon->mean;
    const char *unit = strcmp(outcome->total, "1") == 0 ? "" : outcome->total, *space = *unit == '\0' ? "" : " ";
    if (kind->warning == NULL || !(value > kind->tolerated)) return 0;
    fprintf(to, "%s%s is %.2g%s%s, more than %g%s%s: %s\n", before, outcome->path, value, space, unit, kind->tolerated,
            space, unit, kind->warning);
    return 1;
}

/* What queues leave open beside the error of what they decide about. */
static size_t of_queues(const struct result *result, const char *before, FILE *to)
{
    const struct moments *cost = result_horizon(result, "network.residual-cost"),
                         *national = result_horizon(result, "npv.national");
    const double error = national == NULL ? 0.0 : moments_standard_error(national);
    if (cost == NULL || national == NULL || !(error > RESULT_ROUNDING * fabs(national->mean)) ||
        !(cost->mean > MOST_OPEN * error))
        return 0;
    fprintf(to,
            "%snetwork.residual-cost is no small part of the standard error of npv.national; a smaller "
            "network.tolerance brings it down\n",
            before);
    return 1;
}

size_t warnings_of_run(const struct result *result, const char *before, FILE *to)
{
    size_t count = 0;
    for (size_t i = 0; i < result->outcomes.count; i++)
        count += of_outcome(&result->outcomes.item[i], &result->moments[i * (result->years + 1) + result->years],
                            before, to);
    return count + of_queues(result, before, to);
}

char *warnings_of_scenario(const struct simulation *simulation)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    if (to == NULL) return NULL;
    for (const struct fault *fault = simulation->plan.warnings; fault != NULL; fault = fault->next) {
        const char *name = fault->place.source == NULL ? NULL : fault->place.source->name;
        const char *slash = name == NULL ? NULL : strrchr(name, '/');
        if (name != NULL)
            fprintf(to, "%s:%d:%d: ", slash == NULL ? name : slash + 1, fault->place.line, fault->place.column);
        fprintf(to, "%s\n", fault->sentence);
    }
    return fclose(to) == 0 ? text : (free(text), NULL);
}

struct fault *warnings_write(const char *scenario, const struct result *result, char **text)
{
    size_t size = 0;
    *text = NULL;
    FILE *to = open_memstream(text, &size);
    if (to == NULL) return fault_no_memory();
    fputs(scenario, to);
    (void)warnings_of_run(result, "", to);
    if (fclose(to) != 0) return fault_no_memory();
    if (size > 0) {
        (*text)[size - 1] = '\0'; /* the last line feed */
        return NULL;
    }
    free(*text);
    *text = NULL;
    return NULL;
}
