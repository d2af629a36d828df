/* sim/run/retention.c -- see retention.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/retention.h"
#include "sim/core/gib.h"
#include "sim/run/simulation.h"
#include "sim/statistics/sketch.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of an outcome in a period, and what its names and attributes take in the file, as files of 4 to 419 outcomes tell. */
#define COMPRESSED 0.72 /* samples and inputs of the Kazakhstan scenario, to what they were; see output/README.md */
/* Of the labels of an outcome in a group, of an input, and of all that a file has besides; as found in files. */
enum { OUTCOME_BYTES = 390, INPUT_BYTES = 150, ROOT_BYTES = 76000, TEXT_BYTES = 36 };

/* Patterns as of file names; they point into the text. */
struct patterns {
    char *text;
    const char **item;
    size_t count;
};

/* Of a text in which commas separate them; NULL: none. Free it in any case. */
static struct fault *patterns_split(const char *text, struct patterns *patterns)
{
    *patterns = (struct patterns){0};
    if (text == NULL) return NULL;
    size_t most = 1;
    for (const char *c = text; *c != '\0'; c++) most += *c == ',';
    patterns->text = strdup(text);
    patterns->item = calloc(most, sizeof *patterns->item);
    if (patterns->text == NULL || patterns->item == NULL) return fault_no_memory();
    for (char *rest = patterns->text; rest != NULL;) patterns->item[patterns->count++] = strsep(&rest, ",");
    return NULL;
}

static void patterns_free(struct patterns *patterns)
{
    free(patterns->text);
    free(patterns->item);
}

static bool patterns_match(const struct patterns *patterns, const char *path)
{
    for (size_t i = 0; i < patterns->count; i++)
        if (fnmatch(patterns->item[i], path, 0) == 0) return true;
    return false;
}

static bool asks_for(const struct setting *save, const char *path)
{
    for (size_t i = 0; i < save->children; i++)
        if (fnmatch(save->child[i]->text, path, 0) == 0) return true;
    return false;
}

static bool is_listed(const struct run_settings *settings, const char *path)
{
    for (size_t i = 0; i < settings->saveds; i++)
        if (strcmp(settings->saved[i], path) == 0) return true;
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

/* A pattern of --save that fits no outcome is rather a slip, too. */
static struct fault *check_option(const struct simulation *simulation, const char *save,
                                  const struct patterns *patterns)
{
    if (save == NULL || strcmp(save, "none") == 0) return NULL;
    for (size_t p = 0; p < patterns->count; p++) {
        char hint[160];
        bool fits = false;
        for (size_t i = 0; i < simulation->outcomes.count && !fits; i++)
            fits = fnmatch(patterns->item[p], simulation->outcomes.item[i].path, 0) == 0;
        if (!fits) outcomes_hint(&simulation->outcomes, patterns->item[p], sizeof hint, hint);
        if (!fits)
            return fault_raise(FAULT_USAGE,
                               "--save '%s' matches no outcome; expected patterns such as 'drivers.*', or "
                               "none%s",
                               patterns->item[p], hint);
    }
    return NULL;
}

/* The settings go before the scenario, and that before what is usual of each kind. */
static struct fault *name_outcomes(struct simulation *simulation, const struct run_settings *settings,
                                   const struct patterns *patterns, const struct setting *save)
{
    TRY(check_option(simulation, settings->save, patterns));
    TRY(check_save(simulation, save));
    simulation->asked = settings->saved != NULL || settings->save != NULL || save != NULL;
    simulation->named = calloc(simulation->outcomes.count + 1, sizeof *simulation->named);
    if (simulation->named == NULL) return fault_no_memory();
    for (size_t i = 0; i < simulation->outcomes.count; i++) {
        const struct outcome *outcome = &simulation->outcomes.item[i];
        simulation->named[i] = settings->saved != NULL  ? is_listed(settings, outcome->path)
                               : settings->save != NULL ? patterns_match(patterns, outcome->path)
                               : save != NULL           ? asks_for(save, outcome->path)
                                                        : outcome->kind->sampled;
    }
    return NULL;
}

struct fault *retention_read(struct simulation *simulation, const struct run_settings *settings)
{
    struct setting *outcomes = setting_find(simulation->plan.root, "outcomes");
    struct setting *save = outcomes == NULL ? NULL : setting_find(outcomes, "save");
    struct patterns patterns;
    for (size_t i = 0; save != NULL && i < save->children; i++) save->child[i]->used = true;
    struct fault *fault = patterns_split(settings->save, &patterns);
    if (fault == NULL) fault = name_outcomes(simulation, settings, &patterns, save);
    patterns_free(&patterns);
    return fault;
}

bool retention_annual(const struct simulation *simulation, const struct retention *retention, size_t outcome)
{
    return simulation->named[outcome] && !simulation->outcomes.item[outcome].kind->horizon_only &&
           (!retention->sketched || simulation->asked);
}

bool retention_horizon(const struct simulation *simulation, const struct retention *retention, size_t outcome)
{
    return !retention->sketched || (simulation->asked && simulation->named[outcome]);
}

size_t retention_rows(const struct simulation *simulation, const struct retention *retention)
{
    const size_t years = world_years(simulation->world);
    size_t rows = 0;
    if (!retention->sketched) return world_cells(simulation->world);
    for (size_t i = 0; i < simulation->outcomes.count; i++)
        rows += (retention_annual(simulation, retention, i) ? years : 0) +
                (retention_horizon(simulation, retention, i) ? 1 : 0);
    return rows;
}

void retention_cells(const struct simulation *simulation, const struct retention *retention, bool keep[])
{
    const size_t years = world_years(simulation->world);
    for (size_t i = 0; i < simulation->outcomes.count; i++) {
        for (size_t y = 0; y < years; y++) keep[i * (years + 1) + y] = retention_annual(simulation, retention, i);
        keep[i * (years + 1) + years] = retention_horizon(simulation, retention, i);
    }
}

bool retention_compressed(const struct simulation *simulation, const struct retention *retention,
                          const struct run_settings *settings)
{
    return settings->compress && retention_rows(simulation, retention) > 0;
}

/* Bytes of so many rows and inputs. */
static uint64_t bytes_of(uint64_t replications, size_t rows, size_t inputs)
{
    uint64_t bytes;
    return samples_bytes(replications, rows, inputs, &bytes) ? bytes : UINT64_MAX;
}

uint64_t retention_all_bytes(const struct simulation *simulation, uint64_t replications)
{
    return bytes_of(replications, world_cells(simulation->world), store_inputs(simulation->plan.store));
}

struct retention retention_of(const struct simulation *simulation, uint64_t replications, uint64_t memory)
{
    struct retention retention = {.replications = replications, .memory = memory};
    retention.sketched = retention_all_bytes(simulation, replications) > memory;
    const size_t rows = retention_rows(simulation, &retention), inputs = store_inputs(simulation->plan.store);
    retention.inputs = !retention.sketched || (rows > 0 && bytes_of(replications, rows, inputs) <= memory);
    return retention;
}

uint64_t retention_bytes(const struct simulation *simulation, const struct retention *retention)
{
    const size_t inputs = retention->inputs ? store_inputs(simulation->plan.store) : 0;
    if (simulation->goals.count > 0) {
        const double each = (double)retention_all_bytes(simulation, retention->replications) /
                            (double)retention->replications,
                     all = each * (double)simulation->goals.limit;
        return all < (double)retention->memory ? (uint64_t)all : retention->memory;
    }
    return bytes_of(retention->replications, retention_rows(simulation, retention), inputs);
}

/* Bytes of all that is sampled of a replication; one where that is nothing, which then has no bound in practice. */
static uint64_t bytes_each(const struct simulation *simulation)
{
    const uint64_t bytes =
        sizeof(float) * world_cells(simulation->world) + sizeof(double) * store_inputs(simulation->plan.store);
    return bytes > 0 ? bytes : 1;
}

double retention_unwritten(const struct simulation *simulation)
{
    const struct retention all = {.inputs = true};
    const uint64_t years = world_years(simulation->world);
    uint64_t cells = world_cells(simulation->world);
    for (size_t i = 0; i < simulation->outcomes.count; i++)
        cells -= (retention_annual(simulation, &all, i) ? years : 0) + (retention_horizon(simulation, &all, i) ? 1 : 0);
    return (double)(sizeof(float) * cells) / (double)bytes_each(simulation);
}

uint64_t retention_most(const struct simulation *simulation)
{
    return simulation->memory / bytes_each(simulation);
}

uint64_t retention_most_of(const struct simulation *simulation, const char *path)
{
    const size_t years = world_years(simulation->world), outcome = outcomes_find(&simulation->outcomes, path);
    uint64_t rows = 0;
    if (outcome == simulation->outcomes.count) return UINT64_MAX;
    const uint64_t all = retention_most(simulation);
    if (!simulation->asked || !simulation->named[outcome]) return all;
    for (size_t i = 0; i < simulation->outcomes.count; i++)
        if (simulation->named[i]) rows += simulation->outcomes.item[i].kind->horizon_only ? 1 : years + 1;
    const uint64_t some = simulation->memory / (sizeof(float) * rows);
    return some > all ? some : all;
}

uint64_t retention_room(const struct simulation *simulation, const struct retention *retention, uint64_t limit)
{
    const uint64_t inputs = sizeof(double) * store_inputs(simulation->plan.store);
    uint64_t most = limit;
    if (!retention->sketched)
        most = retention->memory / bytes_each(simulation);
    else if (retention->inputs)
        most = retention->memory / (sizeof(float) * retention_rows(simulation, retention) + inputs);
    return most < limit ? most : limit;
}

struct fault *retention_check(const struct simulation *simulation, const struct run_settings *settings)
{
    const uint64_t replications = simulation->replications, memory = simulation->memory;
    const struct retention retention = retention_of(simulation, replications, memory);
    const size_t rows = retention_rows(simulation, &retention);
    const uint64_t bytes = bytes_of(replications, rows, 0);
    if (!retention.sketched || bytes <= memory) return NULL;
    const char *lower = simulation->goals.count > 0 ? "the limit of --precision" : "-n";
    char asker[128] = "outcomes.save";
    if (settings->save != NULL) snprintf(asker, sizeof asker, "--save '%s'", settings->save);
    return fault_raise(FAULT_SCENARIO,
                       "%s: the samples of %" PRIu64 " replications that %s asks for take %.3g GiB, more than "
                       "--memory (%.3g GiB); lower %s to %" PRIu64 ", raise --memory or save less",
                       simulation->file, replications, asker, (double)bytes / GIB, (double)memory / GIB, lower,
                       memory / (sizeof(float) * rows));
}

uint64_t retention_file_bytes(const struct simulation *simulation, const struct retention *retention, bool compressed)
{
    const uint64_t years = world_years(simulation->world), outcomes = simulation->outcomes.count;
    const uint64_t inputs = retention->inputs ? store_inputs(simulation->plan.store) : 0;
    uint64_t rows = 2 * inputs, cells = 0, labels = 0, titles = 0;
    for (size_t i = 0; i < outcomes; i++) {
        const bool horizon_only = simulation->outcomes.item[i].kind->horizon_only;
        const bool annual = retention_annual(simulation, retention, i),
                   horizon = retention_horizon(simulation, retention, i);
        rows += (annual ? years : 0) + (horizon ? 1 : 0);
        cells += horizon_only ? 1 : years + 1;
        const uint64_t groups = (horizon_only ? 1u : 2u) + (annual ? 1u : 0u) + (horizon ? 1u : 0u);
        labels += groups;
        titles += groups * (TEXT_BYTES + strlen(simulation->outcomes.item[i].title));
    }
    const uint64_t per_cell = (8 + 3 * simulation->quantiles + 3 * simulation->levels) * sizeof(double);
    const double replications = (double)(sizeof(float) * rows * retention->replications);
    return (uint64_t)((compressed ? COMPRESSED : 1.0) * replications) + per_cell * cells + OUTCOME_BYTES * labels +
           titles + INPUT_BYTES * inputs + ROOT_BYTES + strlen(simulation->scenario->merged_text) +
           strlen(simulation->sources);
}
