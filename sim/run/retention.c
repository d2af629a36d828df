/* sim/run/retention.c -- see retention.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/retention.h"
#include "sim/statistics/sketch.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define GIB 1073741824.0

/* Of an outcome in a period, and what its names and attributes take in the file, as files of 4 to 419 outcomes tell. */
#define COMPRESSED 0.72 /* samples and inputs of the Kazakhstan scenario, to what they were; see output/README.md */
enum { STATISTICS = 13, STATISTIC_BYTES = 740, SAMPLE_BYTES = 3000, ROOT_BYTES = 60000 };

/* Whether the path is in the list of patterns separated by commas. */
static bool pattern_matches(const char *patterns, const char *path)
{
    char *copy = strdup(patterns), *rest = copy, *pattern;
    bool matches = false;
    while (copy != NULL && !matches && (pattern = strsep(&rest, ",")) != NULL) matches = fnmatch(pattern, path, 0) == 0;
    free(copy);
    return matches;
}

/* What the scenario asks to be saved; NULL: it does not say. */
static struct setting *save_asked(const struct simulation *simulation)
{
    struct setting *outcomes = setting_find(simulation->plan.root, "outcomes");
    struct setting *save = outcomes == NULL ? NULL : setting_find(outcomes, "save");
    for (size_t i = 0; save != NULL && i < save->children; i++) save->child[i]->used = true;
    return save;
}

static bool asks_for(const struct setting *save, const char *path)
{
    for (size_t i = 0; i < save->children; i++)
        if (fnmatch(save->child[i]->text, path, 0) == 0) return true;
    return false;
}

/* A pattern of the scenario that fits no outcome is rather a slip. */
static struct fault *check_save(const struct simulation *simulation, const struct setting *save)
{
    struct fault *faults = NULL;
    for (size_t i = 0; save != NULL && i < save->children; i++) {
        const struct setting *item = save->child[i];
        bool fits = strcmp(item->text, "none") == 0 && save->children == 1;
        for (size_t o = 0; o < simulation->outcomes.count && !fits; o++)
            fits = fnmatch(item->text, simulation->outcomes.item[o].path, 0) == 0;
        if (!fits)
            faults = fault_join(faults, fault_at(FAULT_SCENARIO, item->place,
                                                 "%s is '%s', which fits no outcome; expected a pattern such as "
                                                 "'drivers.*', or `none` alone",
                                                 item->path, item->text));
    }
    return faults;
}

/* Which outcomes are named: by --save, else by the scenario, else by their kind. */
static void choose_named(struct simulation *simulation, const struct setting *asked)
{
    for (size_t i = 0; i < simulation->outcomes.count; i++) {
        const struct outcome *outcome = &simulation->outcomes.item[i];
        const bool saved = simulation->save != NULL ? pattern_matches(simulation->save, outcome->path)
                           : asked != NULL          ? asks_for(asked, outcome->path)
                                                    : outcome->kind->sampled;
        simulation->annual_saved[i] = saved && !outcome->kind->horizon_only;
        simulation->horizon_saved[i] = saved;
    }
}

/* A pattern of --save that fits no outcome is rather a slip, too. */
static struct fault *check_option(const struct simulation *simulation)
{
    const char *save = simulation->save;
    if (save == NULL || strcmp(save, "none") == 0) return NULL;
    for (size_t i = 0; i < simulation->outcomes.count; i++)
        if (pattern_matches(save, simulation->outcomes.item[i].path)) return NULL;
    return fault_raise(FAULT_USAGE, "--save '%s' matches no outcome; expected patterns such as 'drivers.*', or none",
                       save);
}

struct fault *retention_check(const struct simulation *simulation)
{
    TRY(check_option(simulation));
    return check_save(simulation, save_asked(simulation));
}

size_t retention_rows(const struct simulation *simulation)
{
    const size_t years = world_years(simulation->world);
    size_t rows = 0;
    for (size_t i = 0; i < simulation->outcomes.count; i++)
        rows += (simulation->annual_saved[i] ? years : 0) + (simulation->horizon_saved[i] ? 1 : 0);
    return simulation->sketched ? rows : world_cells(simulation->world);
}

void retention_cells(const struct simulation *simulation, bool keep[])
{
    const size_t years = world_years(simulation->world);
    for (size_t i = 0; i < simulation->outcomes.count; i++) {
        for (size_t y = 0; y < years; y++) keep[i * (years + 1) + y] = simulation->annual_saved[i];
        keep[i * (years + 1) + years] = simulation->horizon_saved[i];
    }
}

bool retention_compressed(const struct simulation *simulation, const struct run_settings *settings)
{
    return settings->compress && retention_rows(simulation) > 0;
}

/* Bytes of so many rows and inputs. */
static uint64_t bytes_of(const struct simulation *simulation, size_t rows, size_t inputs)
{
    uint64_t bytes;
    return samples_bytes(simulation->replications, rows, inputs, &bytes) ? bytes : UINT64_MAX;
}

uint64_t retention_bytes(const struct simulation *simulation)
{
    const size_t inputs = simulation->inputs_saved ? store_inputs(simulation->plan.store) : 0;
    if (simulation->goals.count > 0) {
        const double each = (double)simulation_sample_bytes(simulation) / (double)simulation->replications,
                     all = each * (double)simulation->goals.limit;
        return all < (double)simulation->memory ? (uint64_t)all : simulation->memory;
    }
    return bytes_of(simulation, retention_rows(simulation), inputs);
}

uint64_t retention_most(const struct simulation *simulation)
{
    const uint64_t each =
        sizeof(float) * world_cells(simulation->world) + sizeof(double) * store_inputs(simulation->plan.store);
    return simulation->memory / each;
}

/* Whether the samples of an outcome are asked for, and so kept beyond --memory. */
static bool is_asked(const struct simulation *simulation, const struct setting *asked, const char *path)
{
    return simulation->save != NULL ? pattern_matches(simulation->save, path) : asked != NULL && asks_for(asked, path);
}

uint64_t retention_most_of(const struct simulation *simulation, const char *path)
{
    const struct setting *asked = save_asked(simulation);
    const size_t years = world_years(simulation->world);
    uint64_t rows = 0;
    for (size_t i = 0; i < simulation->outcomes.count; i++) {
        const struct outcome *outcome = &simulation->outcomes.item[i];
        if (is_asked(simulation, asked, outcome->path)) rows += outcome->kind->horizon_only ? 1 : years + 1;
    }
    const uint64_t all = retention_most(simulation);
    if (!is_asked(simulation, asked, path) || rows == 0) return all;
    const uint64_t some = simulation->memory / (sizeof(float) * rows);
    return some > all ? some : all;
}

static struct fault *refuse(const struct simulation *simulation, uint64_t bytes)
{
    const uint64_t most = simulation->memory / (sizeof(float) * retention_rows(simulation));
    const char *lower = simulation->goals.count > 0 ? "the limit of --precision" : "-n";
    char asker[128] = "outcomes.save";
    if (simulation->save != NULL) snprintf(asker, sizeof asker, "--save '%s'", simulation->save);
    return fault_raise(FAULT_SCENARIO,
                       "%s: the samples of %" PRIu64 " replications that %s asks for take %.3g GiB, more than "
                       "--memory (%.3g GiB); lower %s to %" PRIu64 ", raise --memory or save less",
                       simulation->file, simulation->replications, asker, (double)bytes / GIB,
                       (double)simulation->memory / GIB, lower, most);
}

/* Of samples that do not all fit, which are kept: those that were asked for. */
static struct fault *choose_some(struct simulation *simulation, bool asked)
{
    const size_t outcomes = simulation->outcomes.count, inputs = store_inputs(simulation->plan.store);
    for (size_t i = 0; i < outcomes && !asked; i++) simulation->annual_saved[i] = simulation->horizon_saved[i] = false;
    const size_t rows = retention_rows(simulation);
    const uint64_t bytes = bytes_of(simulation, rows, 0);
    if (bytes > simulation->memory) return refuse(simulation, bytes);
    simulation->inputs_saved = rows > 0 && bytes_of(simulation, rows, inputs) <= simulation->memory;
    return NULL;
}

struct fault *retention_choose(struct simulation *simulation)
{
    const struct setting *asked = save_asked(simulation);
    choose_named(simulation, asked);
    simulation->sketched = simulation_sample_bytes(simulation) > simulation->memory;
    if (simulation->sketched) return choose_some(simulation, simulation->save != NULL || asked != NULL);
    for (size_t i = 0; i < simulation->outcomes.count; i++) simulation->horizon_saved[i] = true;
    simulation->inputs_saved = true;
    return NULL;
}

uint64_t retention_room(const struct simulation *simulation, uint64_t limit)
{
    uint64_t most = limit;
    if (!simulation->sketched)
        most = retention_most(simulation);
    else if (simulation->inputs_saved)
        most = simulation->memory /
               (sizeof(float) * retention_rows(simulation) + sizeof(double) * store_inputs(simulation->plan.store));
    return most < limit ? most : limit;
}

char *retention_quantiles(const struct simulation *simulation)
{
    char *text = NULL, advice[64] = "";
    const uint64_t most = retention_most(simulation);
    if (!simulation->sketched) return strdup("exact");
    if (simulation->goals.count > 0 && most >= PRECISION_FIRST * LANES_PER_CHUNK) {
        const int said = asprintf(&text,
                                  "exact up to %" PRIu64 " replications, of which the samples fit in --memory "
                                  "(%.3g GiB), and within %.2g %% beyond",
                                  most, (double)simulation->memory / GIB, 100.0 * SKETCH_ERROR);
        return said < 0 ? NULL : text;
    }
    if (most > 0) snprintf(advice, sizeof advice, "; -n %" PRIu64 " would be exact", most);
    const int length = asprintf(&text,
                                "within %.2g %%, because the samples would take %.3g GiB, more than --memory "
                                "(%.3g GiB)%s",
                                100.0 * SKETCH_ERROR, (double)simulation_sample_bytes(simulation) / GIB,
                                (double)simulation->memory / GIB, advice);
    return length < 0 ? NULL : text;
}

const char *retention_samples(const struct simulation *simulation)
{
    if (!simulation->sketched) return "all in memory";
    if (retention_rows(simulation) == 0) return "none are kept; --save PATTERNS keeps those of what it names";
    return simulation->inputs_saved ? "of what was asked for, and inputs"
                                    : "of what was asked for; inputs would not fit beside them";
}

struct fault *retention_tell(const struct simulation *simulation, FILE *to)
{
    char *quantiles = retention_quantiles(simulation);
    if (quantiles == NULL) return fault_no_memory();
    fprintf(to, "%s: quantiles: %s\n", simulation_name(simulation), quantiles);
    if (simulation->sketched)
        fprintf(to, "%s: samples: %s\n", simulation_name(simulation), retention_samples(simulation));
    free(quantiles);
    return NULL;
}

uint64_t simulation_sample_bytes(const struct simulation *simulation)
{
    uint64_t bytes = UINT64_MAX;
    const size_t inputs = store_inputs(simulation->plan.store);
    return samples_bytes(simulation->replications, world_cells(simulation->world), inputs, &bytes) ? bytes : UINT64_MAX;
}

uint64_t simulation_file_bytes(const struct simulation *simulation, bool compressed)
{
    const uint64_t years = world_years(simulation->world), outcomes = simulation->outcomes.count;
    const uint64_t inputs = simulation->inputs_saved ? store_inputs(simulation->plan.store) : 0;
    uint64_t rows = 2 * inputs, cells = 0, statistics = 0, samples = inputs;
    for (size_t i = 0; i < outcomes; i++) {
        const bool horizon_only = simulation->outcomes.item[i].kind->horizon_only;
        rows += (simulation->annual_saved[i] ? years : 0) + (simulation->horizon_saved[i] ? 1 : 0);
        cells += horizon_only ? 1 : years + 1;
        statistics += (horizon_only ? 1u : 2u) * STATISTICS;
        samples += (simulation->annual_saved[i] ? 1u : 0u) + (simulation->horizon_saved[i] ? 1u : 0u);
    }
    const uint64_t per_cell = (8 + 3 * simulation->quantiles + 2 * simulation->levels) * sizeof(double);
    const double replications = (double)(sizeof(float) * rows * simulation->replications);
    return (uint64_t)((compressed ? COMPRESSED : 1.0) * replications) + per_cell * cells +
           STATISTIC_BYTES * statistics + SAMPLE_BYTES * samples + ROOT_BYTES +
           strlen(simulation->scenario->merged_text);
}
