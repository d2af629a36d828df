/* sim/run/describe.c -- see describe.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/describe.h"
#include "sim/run/continuation.h"
#include "sim/run/warnings.h"
#include "sim/statistics/sketch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_word(const char *before, const char *word, FILE *to)
{
    fputs(before, to);
    continuation_quote(word, to);
}

/* In quotes, also if it needs none. */
static void put_pattern(const char *before, const char *word, FILE *to)
{
    fputs(before, to);
    continuation_quote_all(word, to);
}

/* The command that makes this result again. */
static char *make_history(const struct accumulator *accumulator, const struct run_settings *settings)
{
    const struct simulation *simulation = accumulator->simulation;
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    if (to == NULL) return NULL;
    const struct origin *origin = simulation->origin;
    if (origin == NULL)
        put_word("zhol run ", simulation_name(simulation), to);
    else
        fputs(origin->command, to);
    fprintf(to, " -n %" PRIu64 " --seed %" PRIu64, accumulator->replications, simulation->plan.seed);
    if (strcmp(simulation->rng, "philox") != 0) fprintf(to, " --rng %s", simulation->rng);
    for (size_t i = 0; i < settings->sets; i++) put_pattern(" --set ", settings->set[i], to);
    for (size_t i = 0; i < settings->adopts; i++) put_word(" --adopt ", settings->adopt[i], to);
    if (settings->save != NULL) put_pattern(" --save ", settings->save, to);
    if (settings->compress) fputs(" --compress", to);
    if (accumulator->retention.sketched) fprintf(to, " --memory %" PRIu64, simulation->memory);
    if (origin != NULL) fprintf(to, "; %s", origin->cell);
    return fclose(to) == 0 ? text : (free(text), NULL);
}

/* Of two scenarios the later title holds, so that the name has to say which two they are. */
static char *make_title(const struct simulation *simulation)
{
    char *text = NULL;
    if (simulation->title == NULL || simulation->origin == NULL || !simulation->origin->joined)
        return strdup(simulation->title == NULL ? simulation->name : simulation->title);
    return asprintf(&text, "%s (%s)", simulation->title, simulation->name) < 0 ? NULL : text;
}

/* "3, 5 and 9 %/yr"; NULL: none are stated. */
static struct fault *describe_discount(const struct simulation *simulation, char **text)
{
    struct setting *run = setting_find(simulation->plan.root, "run");
    const struct setting *rates = run == NULL ? NULL : setting_find(run, "discount");
    size_t size = 0;
    *text = NULL;
    if (rates == NULL) return NULL;
    FILE *to = open_memstream(text, &size);
    if (to == NULL) return fault_no_memory();
    for (size_t i = 0; i < rates->children; i++)
        fprintf(to, "%s%.12g",
                i == 0                    ? ""
                : i + 1 < rates->children ? ", "
                                          : " and ",
                100.0 * store_central(simulation->plan.store, rates->child[i]->slot, simulation->plan.calendar.start));
    fputs(" %/yr", to);
    return fclose(to) == 0 ? NULL : fault_no_memory();
}

static struct fault *describe_run(const struct accumulator *accumulator, const struct run_settings *settings,
                                  struct result *result)
{
    const struct simulation *simulation = accumulator->simulation;
    const struct retention *retention = &accumulator->retention;
    result->title = make_title(simulation);
    result->history = make_history(accumulator, settings);
    result->source = strdup("zhol " ZHOL_VERSION);
    result->scenario = strdup(simulation->scenario->merged_text);
    result->seed = simulation->plan.seed;
    result->replications = accumulator->replications;
    result->sources = strdup(simulation->sources);
    result->rng = strdup(simulation->rng);
    result->arithmetic = simulation_arithmetic();
    result->memory = simulation->memory;
    result->prices = strdup(simulation->prices == NULL ? "constant base-year USD" : simulation->prices);
    result->exact_quantiles = !retention->sketched;
    result->compressed = retention_compressed(simulation, retention, settings);
    result->quantile_error = retention->sketched ? SKETCH_ERROR : 0.0;
    result->calendar = simulation->plan.calendar;
    result->years = world_years(simulation->world);
    if (result->title == NULL || result->history == NULL || result->source == NULL || result->scenario == NULL ||
        result->sources == NULL || result->rng == NULL || result->arithmetic == NULL || result->prices == NULL)
        return fault_no_memory();
    return NULL;
}

const char *simulation_input_unit(const struct simulation *simulation, size_t input)
{
    const struct store *store = simulation->plan.store;
    const int slot = store_input_slot(store, input);
    const bool factor = strcmp(store_input_name(store, input), store_path(store, slot)) != 0;
    const char *unit = factor ? "" : store_unit(store, slot);
    return unit[0] == '\0' ? "1" : unit;
}

static struct fault *describe_inputs(const struct accumulator *accumulator, struct result *result)
{
    const struct simulation *simulation = accumulator->simulation;
    const struct store *store = simulation->plan.store;
    const size_t inputs = result->samples.inputs; /* none beside no samples */
    result->input = calloc(inputs + 1, sizeof *result->input);
    if (result->input == NULL) return fault_no_memory();
    for (size_t i = 0; i < inputs; i++) {
        struct result_input *input = &result->input[i];
        const char *name = store_input_name(store, i);
        input->path = strdup(name);
        input->unit = strdup(simulation_input_unit(simulation, i));
        if (asprintf(&input->long_name, "%s as drawn", name) < 0) input->long_name = NULL;
        if (input->path == NULL || input->unit == NULL || input->long_name == NULL) return fault_no_memory();
    }
    return NULL;
}

static struct fault *diagnostic_add(struct result *result, const struct outcome *outcome, const char *part,
                                    const char *words, double value)
{
    struct result_diagnostic *diagnostic = &result->diagnostic[result->diagnostics++];
    diagnostic->value = value;
    diagnostic->unit = strdup(outcome->unit);
    if (asprintf(&diagnostic->path, "%s.%s", outcome->path, part) < 0) diagnostic->path = NULL;
    if (asprintf(&diagnostic->meaning, "%s of the replications: %s", words, outcome->long_name) < 0)
        diagnostic->meaning = NULL;
    return diagnostic->unit == NULL || diagnostic->path == NULL || diagnostic->meaning == NULL ? fault_no_memory()
                                                                                               : NULL;
}

/* Of the outcomes that say how trustworthy the run is, their value over the horizon: its mean and the greatest. */
static struct fault *describe_diagnostics(const struct simulation *simulation, struct result *result)
{
    const struct outcomes *outcomes = &simulation->outcomes;
    result->diagnostic = calloc(2 * outcomes->count + 1, sizeof *result->diagnostic);
    if (result->diagnostic == NULL) return fault_no_memory();
    for (size_t i = 0; i < outcomes->count; i++) {
        const struct outcome *outcome = &outcomes->item[i];
        const struct moments *horizon = &result->moments[i * (result->years + 1) + result->years];
        if (!outcome->kind->diagnostic) continue;
        TRY(diagnostic_add(result, outcome, "mean", "mean", horizon->mean));
        TRY(diagnostic_add(result, outcome, "maximum", "greatest", horizon->max));
    }
    return NULL;
}

/* Copies what is declared, so that the result outlives the simulation. */
static struct fault *hand_over(const struct accumulator *accumulator, struct result *result)
{
    const struct simulation *simulation = accumulator->simulation;
    const size_t outcomes = simulation->outcomes.count;
    const struct invalid_replication *invalid;
    result->invalids = tally_invalid(accumulator->tally, &invalid);
    result->invalid = calloc(result->invalids + 1, sizeof *result->invalid);
    result->cause = calloc(outcomes + 1, sizeof *result->cause);
    result->annual_saved = calloc(outcomes + 1, sizeof *result->annual_saved);
    if (result->invalid == NULL || result->cause == NULL || result->annual_saved == NULL) return fault_no_memory();
    for (size_t i = 0; i < result->invalids; i++) result->invalid[i] = invalid[i];
    for (size_t i = 0; i < outcomes; i++) {
        result->annual_saved[i] = retention_annual(simulation, &accumulator->retention, i);
        result->cause[i] = strdup(simulation->outcomes.item[i].path);
        if (result->cause[i] == NULL) return fault_no_memory();
        result->causes++;
    }
    return outcomes_copy(&simulation->outcomes, &result->outcomes);
}

struct fault *describe(const struct accumulator *accumulator, const struct run_settings *settings,
                       struct result *result)
{
    TRY(describe_run(accumulator, settings, result));
    TRY(describe_discount(accumulator->simulation, &result->discount));
    TRY(describe_inputs(accumulator, result));
    TRY(describe_diagnostics(accumulator->simulation, result));
    TRY(hand_over(accumulator, result));
    return warnings_write(accumulator->simulation->warned, result, &result->warnings);
}
