/* sim/run/prepare.c -- from a scenario file to a simulation that is ready; see simulate.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/keys.h"
#include "sim/run/retention.h"

#include <gnu/libc-version.h>
#include <gsl/gsl_version.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static struct fault *read_run(struct simulation *simulation, const struct run_settings *settings)
{
    struct setting *root = simulation->scenario->root, *run = setting_find(root, "run");
    setting_find(root, "title");
    setting_find(root, "scenario");
    struct setting *replications = run == NULL ? NULL : setting_find(run, "replications");
    struct setting *seed = run == NULL ? NULL : setting_find(run, "seed");
    simulation->replications = 10000;
    if (replications != NULL) simulation->replications = (uint64_t)replications->integer;
    if (settings->replications > 0) simulation->replications = settings->replications;
    simulation->plan.seed = seed == NULL ? 1 : (uint64_t)seed->integer;
    if (settings->has_seed) simulation->plan.seed = settings->seed;
    if (run == NULL) return NULL;
    setting_find(run, "home");
    setting_find(run, "prices");
    return check_discount(simulation, setting_find(run, "discount"));
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

/* A number that is asked for, and a batch, whose cells have to be of one number, switch the goals off. */
static struct fault *read_goals(struct simulation *simulation, const struct run_settings *settings)
{
    struct precision_goals *goals = &simulation->goals;
    TRY(precision_goals_read(&simulation->plan, world_years(simulation->world), settings->precision,
                             settings->precisions, goals));
    if (settings->replications > 0 || simulation->origin != NULL) precision_goals_free(goals);
    if (goals->count > 0) simulation->replications = goals->limit;
    return NULL;
}

struct fault *simulation_open(const char *file, const struct run_settings *settings, struct simulation *simulation)
{
    return simulation_open_text(file, NULL, NULL, settings, simulation);
}

struct fault *simulation_open_text(const char *file, const char *text, const struct origin *origin,
                                   const struct run_settings *settings, struct simulation *simulation)
{
    *simulation = (struct simulation){.file = file, .origin = origin, .memory = settings->memory, .rng = settings->rng};
    const struct reader_request request = {.file = file,
                                           .text = text,
                                           .search = settings->path,
                                           .searches = settings->paths,
                                           .set = settings->set,
                                           .sets = settings->sets,
                                           .adopt = settings->adopt,
                                           .adopts = settings->adopts,
                                           .keys = keys_root()};
    if (settings->save != NULL && (simulation->save = strdup(settings->save)) == NULL) return fault_no_memory();
    TRY(stream_generator(settings->rng, &simulation->plan.generator));
    TRY(scenario_read(&request, &simulation->scenario));
    simulation->plan.root = simulation->scenario->root;
    simulation->plan.store = simulation->scenario->store;
    simulation->plan.units = simulation->scenario->units;
    simulation->plan.outcomes = &simulation->outcomes;
    TRY(read_run(simulation, settings));
    TRY(world_prepare(&simulation->plan, &simulation->world));
    TRY(choose_quantiles(simulation, setting_find(simulation->plan.root, "run")));
    TRY(choose_levels(simulation, setting_find(simulation->plan.root, "run")));
    TRY(read_goals(simulation, settings));
    TRY(keep_check(simulation));
    TRY(check_datasets(simulation));
    simulation->annual_saved = calloc(simulation->outcomes.count + 1, sizeof *simulation->annual_saved);
    simulation->horizon_saved = calloc(simulation->outcomes.count + 1, sizeof *simulation->horizon_saved);
    if (simulation->annual_saved == NULL || simulation->horizon_saved == NULL) return fault_no_memory();
    return keep_choose(simulation);
}

void simulation_close(struct simulation *simulation)
{
    fault_free(simulation->plan.warnings);
    world_free(simulation->world);
    outcomes_free(&simulation->outcomes);
    scenario_free(simulation->scenario);
    precision_goals_free(&simulation->goals);
    free(simulation->save);
    free(simulation->annual_saved);
    free(simulation->horizon_saved);
    free(simulation->probability);
    free(simulation->level);
}
