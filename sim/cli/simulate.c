/* sim/cli/simulate.c -- see simulate.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/simulate.h"
#include "models/keys.h"
#include "sim/cli/keep.h"
#include "sim/core/sketches.h"

#include <fnmatch.h>
#include <gnu/libc-version.h>
#include <gsl/gsl_version.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const double usual_quantiles[] = {0.05, 0.25, 0.5, 0.75, 0.95}, usual_cvar[] = {0.95};

const char *simulation_name(const struct simulation *simulation)
{
    return setting_find(simulation->scenario->root, "scenario")->text;
}

char *simulation_output(const char *file)
{
    const char *slash = strrchr(file, '/');
    const char *name = slash == NULL ? file : slash + 1;
    size_t length = strlen(name);
    if (length > 5 && strcmp(name + length - 5, ".yaml") == 0) length -= 5;
    char *output = NULL;
    return asprintf(&output, "%.*s.h5", (int)length, name) < 0 ? NULL : output;
}

char *simulation_arithmetic(void)
{
    char *text = NULL;
    return asprintf(&text, "fma glibc-%s gsl-%s", gnu_get_libc_version(), gsl_version) < 0 ? NULL : text;
}

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

static struct fault *choose_saved(struct simulation *simulation, const char *save)
{
    const struct setting *asked = save_asked(simulation);
    simulation->annual_saved = calloc(simulation->outcomes.count + 1, sizeof *simulation->annual_saved);
    simulation->horizon_saved = calloc(simulation->outcomes.count + 1, sizeof *simulation->horizon_saved);
    if (simulation->annual_saved == NULL || simulation->horizon_saved == NULL) return fault_no_memory();
    bool any = false;
    for (size_t i = 0; i < simulation->outcomes.count; i++) {
        const struct outcome *outcome = &simulation->outcomes.item[i];
        const bool saved = save != NULL    ? pattern_matches(save, outcome->path)
                           : asked != NULL ? asks_for(asked, outcome->path)
                                           : outcome->kind->sampled;
        simulation->annual_saved[i] = saved && !outcome->kind->horizon_only;
        simulation->horizon_saved[i] = saved;
        any = any || saved;
    }
    if (save != NULL && strcmp(save, "none") != 0 && !any)
        return fault_raise(FAULT_USAGE,
                           "--save '%s' matches no outcome; expected patterns such as 'drivers.*', or none", save);
    return check_save(simulation, asked);
}

/* The ascending numbers of a list of `run`, allocated; the usual ones if it is not stated. */
static struct fault *read_list(const struct simulation *simulation, struct setting *list, size_t usual,
                               const double usually[], const char *what, double **value, size_t *count)
{
    *count = list == NULL ? usual : list->children;
    *value = calloc(*count, sizeof **value);
    if (*value == NULL) return fault_no_memory();
    for (size_t i = 0; i < *count; i++) {
        if (list == NULL) {
            (*value)[i] = usually[i];
            continue;
        }
        list->child[i]->used = true;
        (*value)[i] = store_central(simulation->plan.store, list->child[i]->slot, simulation->plan.calendar.start);
        if (i > 0 && !((*value)[i] > (*value)[i - 1]))
            return fault_at(FAULT_SCENARIO, list->child[i]->place, "%s is %s; expected more than the %s before it",
                            list->child[i]->path, list->child[i]->text, what);
    }
    return NULL;
}

static struct fault *choose_quantiles(struct simulation *simulation, struct setting *run)
{
    struct setting *list = run == NULL ? NULL : setting_find(run, "quantiles");
    return read_list(simulation, list, sizeof usual_quantiles / sizeof *usual_quantiles, usual_quantiles, "quantile",
                     &simulation->probability, &simulation->quantiles);
}

/* Of each level that is stated, which is above 1/2, there are two tails. */
static struct fault *choose_levels(struct simulation *simulation, struct setting *run)
{
    struct setting *list = run == NULL ? NULL : setting_find(run, "cvar");
    double *stated = NULL;
    size_t count = 0;
    struct fault *fault =
        read_list(simulation, list, sizeof usual_cvar / sizeof *usual_cvar, usual_cvar, "level", &stated, &count);
    if (fault == NULL) {
        simulation->levels = 2 * count;
        simulation->level = calloc(simulation->levels, sizeof *simulation->level);
        if (simulation->level == NULL) fault = fault_no_memory();
    }
    for (size_t i = 0; i < count && fault == NULL; i++) {
        simulation->level[count + i] = stated[i];
        simulation->level[count - 1 - i] = tail_share(stated[i]);
    }
    free(stated);
    return fault;
}

static struct fault *check_discount(const struct simulation *simulation, struct setting *discount)
{
    for (size_t i = 0; discount != NULL && i < discount->children; i++) {
        struct setting *rate = discount->child[i];
        rate->used = true;
        if (i > 0 && !(store_central(simulation->plan.store, rate->slot, 0) >
                       store_central(simulation->plan.store, discount->child[i - 1]->slot, 0)))
            return fault_at(FAULT_SCENARIO, rate->place, "%s is %s; expected more than the rate before it", rate->path,
                            rate->text);
    }
    return NULL;
}

static struct fault *read_run(struct simulation *simulation, const struct options *options)
{
    struct setting *root = simulation->scenario->root, *run = setting_find(root, "run");
    setting_find(root, "title");
    setting_find(root, "scenario");
    struct setting *replications = run == NULL ? NULL : setting_find(run, "replications");
    struct setting *seed = run == NULL ? NULL : setting_find(run, "seed");
    simulation->replications = 10000;
    if (replications != NULL) simulation->replications = (uint64_t)replications->integer;
    if (options->replications > 0) simulation->replications = (uint64_t)options->replications;
    simulation->plan.seed = seed == NULL ? 1 : (uint64_t)seed->integer;
    if (options->has_seed) simulation->plan.seed = options->seed;
    if (run == NULL) return NULL;
    setting_find(run, "home");
    setting_find(run, "prices");
    return check_discount(simulation, setting_find(run, "discount"));
}

uint64_t simulation_sample_bytes(const struct simulation *simulation)
{
    uint64_t bytes = UINT64_MAX;
    const size_t inputs = store_inputs(simulation->plan.store);
    return samples_bytes(simulation->replications, world_cells(simulation->world), inputs, &bytes) ? bytes : UINT64_MAX;
}

#define COMPRESSED 0.72 /* samples and inputs of the Kazakhstan scenario, to what they were; see output/README.md */
enum { DATASET_BYTES = 1000 }; /* name and attributes */

uint64_t simulation_file_bytes(const struct simulation *simulation, bool compressed)
{
    const uint64_t years = world_years(simulation->world), outcomes = simulation->outcomes.count;
    uint64_t rows = simulation->inputs_saved ? 2 * store_inputs(simulation->plan.store) : 0, cells = 0, datasets = 0;
    for (size_t i = 0; i < outcomes; i++) {
        const bool horizon_only = simulation->outcomes.item[i].kind->horizon_only;
        rows += (simulation->annual_saved[i] ? years : 0) + (simulation->horizon_saved[i] ? 1 : 0);
        cells += horizon_only ? 1 : years + 1;
        datasets += horizon_only ? 12 : 24;
    }
    const uint64_t per_cell = (8 + 3 * simulation->quantiles + 3 * simulation->levels) * sizeof(double);
    const double samples = (double)(sizeof(float) * rows * simulation->replications);
    return (uint64_t)((compressed ? COMPRESSED : 1.0) * samples) + per_cell * cells + DATASET_BYTES * datasets;
}

struct dataset {
    char name[RESULT_NAME_MOST];
    const char *path;
};

static int by_name(const void *left, const void *right)
{
    const struct dataset *a = left, *b = right;
    return strcmp(a->name, b->name);
}

/* Two outcomes, or two inputs, must not be one dataset of the result. */
static struct fault *check_names(struct dataset *dataset, size_t count)
{
    for (size_t i = 0; i < count; i++) result_name(dataset[i].path, dataset[i].name);
    qsort(dataset, count, sizeof *dataset, by_name);
    for (size_t i = 1; i < count; i++)
        if (strcmp(dataset[i - 1].name, dataset[i].name) == 0)
            return fault_raise(FAULT_SCENARIO,
                               "%s and %s would both be the dataset %s of the result; expected names that differ in "
                               "more than a hyphen",
                               dataset[i - 1].path, dataset[i].path, dataset[i].name);
    return NULL;
}

static struct fault *check_datasets(const struct simulation *simulation)
{
    const struct store *store = simulation->plan.store;
    const size_t outcomes = simulation->outcomes.count, inputs = store_inputs(store);
    struct dataset *dataset = calloc((outcomes > inputs ? outcomes : inputs) + 1, sizeof *dataset);
    if (dataset == NULL) return fault_no_memory();
    for (size_t i = 0; i < outcomes; i++) dataset[i].path = simulation->outcomes.item[i].path;
    struct fault *fault = check_names(dataset, outcomes);
    for (size_t i = 0; i < inputs && fault == NULL; i++) dataset[i].path = store_input_name(store, i);
    if (fault == NULL) fault = check_names(dataset, inputs);
    free(dataset);
    return fault;
}

struct fault *simulation_open(const char *file, const struct options *options, struct simulation *simulation)
{
    return simulation_open_text(file, NULL, NULL, options, simulation);
}

struct fault *simulation_open_text(const char *file, const char *text, const struct origin *origin,
                                   const struct options *options, struct simulation *simulation)
{
    *simulation = (struct simulation){.file = file, .origin = origin, .memory = options->memory, .rng = options->rng};
    const struct reading reading = {.file = file,
                                    .text = text,
                                    .search = options->path,
                                    .searches = options->paths,
                                    .set = options->set,
                                    .sets = options->sets,
                                    .adopt = options->adopt,
                                    .adopts = options->adopts,
                                    .keys = scenario_keys()};
    TRY(stream_generator(options->rng, &simulation->plan.generator));
    TRY(scenario_read(&reading, &simulation->scenario));
    simulation->plan.root = simulation->scenario->root;
    simulation->plan.store = simulation->scenario->store;
    simulation->plan.units = simulation->scenario->units;
    simulation->plan.outcomes = &simulation->outcomes;
    TRY(read_run(simulation, options));
    TRY(world_prepare(&simulation->plan, &simulation->world));
    TRY(choose_quantiles(simulation, setting_find(simulation->plan.root, "run")));
    TRY(choose_levels(simulation, setting_find(simulation->plan.root, "run")));
    TRY(choose_saved(simulation, options->save));
    TRY(check_datasets(simulation));
    return keep_choose(simulation, options);
}

void simulation_close(struct simulation *simulation)
{
    fault_free(simulation->plan.warnings);
    world_free(simulation->world);
    outcomes_free(&simulation->outcomes);
    scenario_free(simulation->scenario);
    free(simulation->annual_saved);
    free(simulation->horizon_saved);
    free(simulation->probability);
    free(simulation->level);
}

/* The parallel loop: an item is a chunk, a thread's state a world's. */
struct loop {
    const struct world *world;
    uint64_t replications;
    struct sink sink[3];
    size_t sinks;
};

static struct fault *loop_open(void *context, void **thread_state)
{
    const struct loop *loop = context;
    struct world_state *state = NULL;
    struct fault *fault = world_open(loop->world, &state);
    *thread_state = state;
    return fault;
}

static void loop_close(void *context, void *thread_state)
{
    (void)context;
    world_close(thread_state);
}

static struct fault *loop_chunk(void *context, void *thread_state, uint64_t chunk)
{
    const struct loop *loop = context;
    for (uint64_t block = 0; block < BLOCKS_PER_CHUNK; block++) {
        const uint64_t first = chunk * LANES_PER_CHUNK + block * LANES;
        if (first >= loop->replications) break;
        const uint64_t left = loop->replications - first;
        struct block_result result;
        world_simulate(thread_state, first, left < LANES ? left : LANES, &result);
        for (size_t s = 0; s < loop->sinks; s++) TRY(loop->sink[s].block(loop->sink[s].self, &result));
    }
    return NULL;
}

/* What takes in the blocks of a run; sketches NULL: quantiles are exact. */
struct intake {
    struct tally *tally;
    struct sketches *sketches;
};

static struct fault *simulate_chunks(const struct simulation *simulation, int threads,
                                     const struct ensemble_watch *watch, const struct intake *intake,
                                     struct samples *samples)
{
    struct loop loop = {.world = simulation->world, .replications = simulation->replications};
    loop.sink[loop.sinks++] = tally_sink(intake->tally);
    if (samples->count > 0) loop.sink[loop.sinks++] = samples_sink(samples);
    if (intake->sketches != NULL) loop.sink[loop.sinks++] = sketches_sink(intake->sketches);
    const struct ensemble_body body = {loop_open, loop_chunk, loop_close, &loop};
    return ensemble_for((simulation->replications + LANES_PER_CHUNK - 1) / LANES_PER_CHUNK, threads, &body, watch);
}

/* Quantiles and tails are selected cell by cell, in parallel: an item is a cell. */
struct selection {
    const struct samples *samples;
    struct statistics_asked asked;
    struct quantile_estimate *quantile;
    struct cvar_estimate *cvar;
};

static struct fault *selection_open(void *context, void **thread_state)
{
    const struct selection *selection = context;
    *thread_state = malloc((selection->samples->count + 1) * sizeof(float));
    return *thread_state == NULL ? fault_no_memory() : NULL;
}

static struct fault *selection_cell(void *context, void *thread_state, uint64_t cell)
{
    const struct selection *selection = context;
    const struct samples *samples = selection->samples;
    statistics_quantiles_and_tails(samples->count, samples_of(samples, cell), thread_state, &selection->asked,
                                   selection->quantile + cell * selection->asked.quantiles,
                                   selection->cvar + cell * selection->asked.levels);
    return NULL;
}

static void selection_close(void *context, void *thread_state)
{
    (void)context;
    free(thread_state);
}

static struct fault *select_quantiles(const struct simulation *simulation, int threads, struct result *result)
{
    struct selection selection = {.samples = &result->samples,
                                  .asked = {result->quantiles, result->probability, result->levels, result->level},
                                  .quantile = result->quantile,
                                  .cvar = result->cvar};
    const struct ensemble_body body = {selection_open, selection_cell, selection_close, &selection};
    return ensemble_for(world_cells(simulation->world), threads, &body, NULL);
}

/* The same from counts. */
struct estimation {
    const struct sketch *sketch;
    const struct result *result;
};

/* The mean of a tail from counts: of what lies beyond the value at its edge. */
static struct cvar_estimate estimate_tail(const struct sketch *sketch, size_t cell, const struct moments *moments,
                                          double level)
{
    const uint64_t n = sketch_count(sketch, cell), edge = tail_edge(n, level);
    const bool upper = tail_is_upper(level);
    const struct sketch_part part = sketch_part(sketch, cell, moments, upper ? edge + 1 : 1, upper ? n : edge - 1);
    const bool some = part.count > 0;
    const struct tail tail = {(double)part.count, some ? part.mean : 0.0, some ? part.variance : 0.0};
    return tail_cvar((double)n, level, sketch_value(sketch, cell, moments, edge), &tail);
}

static struct fault *estimation_cell(void *context, void *thread_state, uint64_t cell)
{
    const struct estimation *estimation = context;
    const struct result *result = estimation->result;
    (void)thread_state;
    sketch_quantiles(estimation->sketch, cell, &result->moments[cell], result->quantiles, result->probability,
                     result->quantile + cell * result->quantiles);
    for (size_t i = 0; i < result->levels; i++)
        result->cvar[cell * result->levels + i] =
            estimate_tail(estimation->sketch, cell, &result->moments[cell], result->level[i]);
    return NULL;
}

static struct fault *estimate_quantiles(const struct simulation *simulation, int threads, struct sketches *sketches,
                                        struct result *result)
{
    struct estimation estimation = {.result = result};
    TRY(sketches_total(sketches, &estimation.sketch));
    const struct ensemble_body body = {NULL, estimation_cell, NULL, &estimation};
    return ensemble_for(world_cells(simulation->world), threads, &body, NULL);
}

/* The command that makes this result again. */
static char *make_history(const struct simulation *simulation, const struct options *options)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    if (to == NULL) return NULL;
    const struct origin *origin = simulation->origin;
    if (origin == NULL)
        fprintf(to, "zhol run %s", simulation_name(simulation));
    else
        fputs(origin->command, to);
    fprintf(to, " -n %" PRIu64 " --seed %" PRIu64, simulation->replications, simulation->plan.seed);
    if (strcmp(simulation->rng, "philox") != 0) fprintf(to, " --rng %s", simulation->rng);
    for (size_t i = 0; i < options->sets; i++) fprintf(to, " --set '%s'", options->set[i]);
    for (size_t i = 0; i < options->adopts; i++) fprintf(to, " --adopt %s", options->adopt[i]);
    if (options->save != NULL) fprintf(to, " --save '%s'", options->save);
    if (options->compress) fputs(" --compress", to);
    if (simulation->sketched) fprintf(to, " --memory %" PRIu64, simulation->memory);
    if (origin != NULL) fprintf(to, "; %s", origin->cell);
    return fclose(to) == 0 ? text : (free(text), NULL);
}

/* Of two scenarios the later title holds, so that the name has to say which two they are. */
static char *make_title(const struct simulation *simulation)
{
    struct setting *title = setting_find(simulation->plan.root, "title");
    const char *name = simulation_name(simulation);
    char *text = NULL;
    if (title == NULL || simulation->origin == NULL || !simulation->origin->joined)
        return strdup(title == NULL ? name : title->text);
    return asprintf(&text, "%s (%s)", title->text, name) < 0 ? NULL : text;
}

static struct fault *describe(const struct simulation *simulation, const struct options *options, struct result *result)
{
    struct setting *run = setting_find(simulation->plan.root, "run");
    struct setting *prices = run == NULL ? NULL : setting_find(run, "prices");
    result->title = make_title(simulation);
    result->history = make_history(simulation, options);
    result->source = strdup("zhol " ZHOL_VERSION);
    result->scenario = strdup(simulation->scenario->merged_text);
    result->seed = simulation->plan.seed;
    result->replications = simulation->replications;
    result->rng = strdup(simulation->rng);
    result->arithmetic = simulation_arithmetic();
    result->memory = simulation->memory;
    result->prices = strdup(prices == NULL ? "constant base-year USD" : prices->text);
    result->compressed = keep_compressed(simulation, options);
    result->exact_quantiles = !simulation->sketched;
    result->quantile_error = simulation->sketched ? SKETCH_ERROR : 0.0;
    result->calendar = simulation->plan.calendar;
    result->years = world_years(simulation->world);
    if (result->title == NULL || result->history == NULL || result->source == NULL || result->scenario == NULL ||
        result->rng == NULL || result->arithmetic == NULL || result->prices == NULL)
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

static struct fault *describe_inputs(const struct simulation *simulation, struct result *result)
{
    const struct store *store = simulation->plan.store;
    const size_t inputs = simulation->inputs_saved ? store_inputs(store) : 0;
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
        TRY(diagnostic_add(result, outcome, "maximum", "greatest", horizon->greatest));
    }
    return NULL;
}

/* Moves the outcomes over and copies what else the result owns. */
static struct fault *hand_over(struct simulation *simulation, struct tally *tally, struct result *result)
{
    const size_t outcomes = simulation->outcomes.count;
    const struct invalid_replication *invalid;
    result->invalids = tally_invalid(tally, &invalid);
    result->invalid = calloc(result->invalids + 1, sizeof *result->invalid);
    result->cause = calloc(outcomes + 1, sizeof *result->cause);
    result->annual_saved = calloc(outcomes + 1, sizeof *result->annual_saved);
    if (result->invalid == NULL || result->cause == NULL || result->annual_saved == NULL) return fault_no_memory();
    for (size_t i = 0; i < result->invalids; i++) result->invalid[i] = invalid[i];
    for (size_t i = 0; i < outcomes; i++) {
        result->annual_saved[i] = simulation->annual_saved[i];
        result->cause[i] = strdup(simulation->outcomes.item[i].path);
        if (result->cause[i] == NULL) return fault_no_memory();
        result->causes++;
    }
    result->outcomes = simulation->outcomes;
    simulation->outcomes = (struct outcomes){0};
    return NULL;
}

static struct fault *make_samples(const struct simulation *simulation, struct samples *samples)
{
    const size_t cells = world_cells(simulation->world);
    const size_t inputs = simulation->inputs_saved ? store_inputs(simulation->plan.store) : 0;
    if (!simulation->sketched) return samples_init(samples, simulation->replications, cells, inputs);
    if (keep_rows(simulation) == 0) return NULL;
    bool *keep = calloc(cells + 1, sizeof *keep);
    if (keep == NULL) return fault_no_memory();
    keep_cells(simulation, keep);
    struct fault *fault = samples_init_some(samples, simulation->replications, cells, keep, inputs);
    free(keep);
    return fault;
}

static struct fault *prepare_statistics(const struct simulation *simulation, size_t cells, struct result *result)
{
    result->moments = calloc(cells + 1, sizeof *result->moments);
    result->quantile = calloc(cells * simulation->quantiles + 1, sizeof *result->quantile);
    result->probability = calloc(simulation->quantiles + 1, sizeof *result->probability);
    result->cvar = calloc(cells * simulation->levels + 1, sizeof *result->cvar);
    result->level = calloc(simulation->levels + 1, sizeof *result->level);
    if (result->moments == NULL || result->quantile == NULL || result->probability == NULL || result->cvar == NULL ||
        result->level == NULL)
        return fault_no_memory();
    result->quantiles = simulation->quantiles;
    result->levels = simulation->levels;
    memcpy(result->probability, simulation->probability, simulation->quantiles * sizeof *result->probability);
    memcpy(result->level, simulation->level, simulation->levels * sizeof *result->level);
    return NULL;
}

struct fault *simulation_run(struct simulation *simulation, const struct options *options,
                             const struct ensemble_watch *watch, struct result *result)
{
    const size_t cells = world_cells(simulation->world);
    struct intake intake = {NULL, NULL};
    *result = (struct result){0};
    TRY(prepare_statistics(simulation, cells, result));
    TRY(describe(simulation, options, result));
    TRY(describe_inputs(simulation, result));
    TRY(make_samples(simulation, &result->samples));
    struct fault *fault = tally_open(simulation->replications, cells, &intake.tally);
    if (fault == NULL && simulation->sketched) fault = sketches_open(cells, &intake.sketches);
    if (fault == NULL) fault = simulate_chunks(simulation, options->threads, watch, &intake, &result->samples);
    if (fault == NULL) fault = tally_total(intake.tally, result->moments);
    if (fault == NULL)
        fault = simulation->sketched ? estimate_quantiles(simulation, options->threads, intake.sketches, result)
                                     : select_quantiles(simulation, options->threads, result);
    if (fault == NULL) fault = describe_diagnostics(simulation, result);
    if (fault == NULL) fault = hand_over(simulation, intake.tally, result);
    tally_close(intake.tally);
    sketches_close(intake.sketches);
    return fault;
}

static void pilot_note(struct pilot *pilot, const struct block_result *result)
{
    for (int l = 0; l < LANES; l++) {
        if (result->failed_month[l] < 0) continue;
        if (pilot->invalid++ > 0) continue;
        pilot->month = result->failed_month[l];
        pilot->cause = (size_t)result->failed_cause[l];
    }
}

struct fault *simulation_pilot(const struct simulation *simulation, struct pilot *pilot)
{
    struct world_state *state = NULL;
    struct block_result result;
    struct timespec begin, end;
    *pilot = (struct pilot){0};
    struct fault *fault = world_open(simulation->world, &state);
    if (fault == NULL) {
        world_simulate(state, 0, LANES, &result); /* warms caches */
        clock_gettime(CLOCK_MONOTONIC, &begin);
        for (uint64_t block = 0; block < BLOCKS_PER_CHUNK; block++) {
            world_simulate(state, block * LANES, LANES, &result);
            pilot_note(pilot, &result);
        }
        clock_gettime(CLOCK_MONOTONIC, &end);
        pilot->seconds = (double)(end.tv_sec - begin.tv_sec) + 1e-9 * (double)(end.tv_nsec - begin.tv_nsec);
    }
    world_close(state);
    return fault;
}
