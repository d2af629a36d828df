/* sim/cli/keep.c -- see keep.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/keep.h"
#include "sim/core/sketch.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define GIB 1073741824.0

size_t keep_rows(const struct simulation *simulation)
{
    const size_t years = world_years(simulation->world);
    size_t rows = 0;
    for (size_t i = 0; i < simulation->outcomes.count; i++)
        rows += (simulation->annual_saved[i] ? years : 0) + (simulation->horizon_saved[i] ? 1 : 0);
    return simulation->sketched ? rows : world_cells(simulation->world);
}

void keep_cells(const struct simulation *simulation, bool keep[])
{
    const size_t years = world_years(simulation->world);
    for (size_t i = 0; i < simulation->outcomes.count; i++) {
        for (size_t y = 0; y < years; y++) keep[i * (years + 1) + y] = simulation->annual_saved[i];
        keep[i * (years + 1) + years] = simulation->horizon_saved[i];
    }
}

bool keep_compressed(const struct simulation *simulation, const struct options *options)
{
    return options->compress && keep_rows(simulation) > 0;
}

/* Bytes of so many rows and inputs. */
static uint64_t bytes_of(const struct simulation *simulation, size_t rows, size_t inputs)
{
    uint64_t bytes;
    return samples_bytes(simulation->replications, rows, inputs, &bytes) ? bytes : UINT64_MAX;
}

uint64_t keep_bytes(const struct simulation *simulation)
{
    const size_t inputs = simulation->inputs_saved ? store_inputs(simulation->plan.store) : 0;
    return bytes_of(simulation, keep_rows(simulation), inputs);
}

uint64_t keep_most(const struct simulation *simulation)
{
    const uint64_t each =
        sizeof(float) * world_cells(simulation->world) + sizeof(double) * store_inputs(simulation->plan.store);
    return simulation->memory / each;
}

static struct fault *refuse(const struct simulation *simulation, const char *save, uint64_t bytes)
{
    const uint64_t each = sizeof(float) * keep_rows(simulation);
    return fault_raise(FAULT_SCENARIO,
                       "%s: the samples of %" PRIu64 " replications that --save '%s' asks for take %.3g GiB, more than "
                       "--memory (%.3g GiB); lower -n to %" PRIu64 ", raise --memory or save less",
                       simulation->file, simulation->replications, save, (double)bytes / GIB,
                       (double)simulation->memory / GIB, simulation->memory / each);
}

/* Of samples that do not all fit, which are kept. */
static struct fault *choose_some(struct simulation *simulation, const char *save)
{
    const size_t outcomes = simulation->outcomes.count, inputs = store_inputs(simulation->plan.store);
    for (size_t i = 0; i < outcomes && save == NULL; i++)
        simulation->annual_saved[i] = simulation->horizon_saved[i] = false;
    const size_t rows = keep_rows(simulation);
    const uint64_t bytes = bytes_of(simulation, rows, 0);
    if (bytes > simulation->memory) return refuse(simulation, save, bytes);
    simulation->inputs_saved = rows > 0 && bytes_of(simulation, rows, inputs) <= simulation->memory;
    return NULL;
}

struct fault *keep_choose(struct simulation *simulation, const struct options *options)
{
    simulation->sketched = simulation_sample_bytes(simulation) > simulation->memory;
    if (simulation->sketched) return choose_some(simulation, options->save);
    for (size_t i = 0; i < simulation->outcomes.count; i++) simulation->horizon_saved[i] = true;
    simulation->inputs_saved = true;
    return NULL;
}

char *keep_quantiles(const struct simulation *simulation)
{
    char *text = NULL, advice[64] = "";
    const uint64_t most = keep_most(simulation);
    if (!simulation->sketched) return strdup("exact");
    if (most > 0) snprintf(advice, sizeof advice, "; -n %" PRIu64 " would be exact", most);
    const int length = asprintf(&text,
                                "within %.2g %%, because the samples would take %.3g GiB, more than --memory "
                                "(%.3g GiB)%s",
                                100.0 * SKETCH_ERROR, (double)simulation_sample_bytes(simulation) / GIB,
                                (double)simulation->memory / GIB, advice);
    return length < 0 ? NULL : text;
}

const char *keep_samples(const struct simulation *simulation)
{
    if (!simulation->sketched) return "all in memory";
    if (keep_rows(simulation) == 0) return "none are kept; --save PATTERNS keeps those of what it names, if they fit";
    return simulation->inputs_saved ? "of what --save names, and inputs"
                                    : "of what --save names; inputs would not fit beside them";
}

struct fault *keep_tell(const struct simulation *simulation, FILE *to)
{
    char *quantiles = keep_quantiles(simulation);
    if (quantiles == NULL) return fault_no_memory();
    fprintf(to, "%s: quantiles: %s\n", simulation_name(simulation), quantiles);
    if (simulation->sketched) fprintf(to, "%s: samples: %s\n", simulation_name(simulation), keep_samples(simulation));
    free(quantiles);
    return NULL;
}
