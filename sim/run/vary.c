/* sim/run/vary.c -- see vary.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/vary.h"
#include "sim/core/calendar.h"
#include "sim/run/simulation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *vary_scale(const char *text, double factor)
{
    char *end = NULL, *scaled = NULL;
    int month;
    if (calendar_read(text, &month)) return NULL;
    const bool begins = (*text >= '0' && *text <= '9') || (*text != '\0' && strchr("+-.", *text) != NULL);
    const double number = begins ? strtod(text, &end) : 0.0;
    if (!begins || end == text || !isfinite(number)) return NULL;
    return asprintf(&scaled, "%.15g%s", number * factor, end) < 0 ? NULL : scaled;
}

static struct fault *take_samples(const struct vary_request *request, const struct result *result, float value[])
{
    const size_t count = request->replications;
    for (size_t c = 0; c < request->cells; c++) {
        const float *sample = samples_of(&result->samples, request->cell[c]);
        if (sample == NULL) return fault_raise(FAULT_MACHINE, "samples are wanting that a run of few replications has");
        memcpy(value + c * count, sample, count * sizeof *value);
    }
    return NULL;
}

struct fault *vary_run(const struct vary_request *request, const char *set, float value[])
{
    static const char *none[] = {"none"};
    const struct result *outline = request->outline;
    struct simulation simulation = {.file = NULL};
    struct result result = {0};
    struct run_settings settings = settings_usual();
    settings.set = &set;
    settings.sets = set != NULL;
    settings.precision = none;
    settings.precisions = 1;
    settings.replications = request->replications;
    settings.has_seed = true;
    settings.seed = outline->seed;
    settings.rng = outline->rng;
    settings.threads = request->threads;
    struct fault *fault = simulation_open_text(request->path, outline->scenario, NULL, &settings, &simulation);
    if (fault == NULL &&
        (simulation.outcomes.count != outline->outcomes.count || world_years(simulation.world) != outline->years))
        fault = fault_raise(FAULT_SCENARIO, "with %s it has other outcomes", set == NULL ? "its own values" : set);
    if (fault == NULL) fault = simulation_run(&simulation, &settings, NULL, &result);
    if (fault == NULL) fault = take_samples(request, &result, value);
    if (fault != NULL && fault->place.source != NULL && !fault_is_memory(fault)) { /* which goes with the simulation */
        struct fault *other = fault_raise(fault->code, "%s", fault->sentence);
        fault_free(fault);
        fault = other;
    }
    result_free(&result);
    simulation_close(&simulation);
    return fault;
}
