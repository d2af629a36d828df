/* sim/run/prepare.c -- from a scenario file to a simulation that is ready; see simulation.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/keys.h"
#include "scenarios/reader/provenance.h"
#include "sim/run/simulation.h"
#include "sim/run/warnings.h"

#include <gnu/libc-version.h>
#include <gsl/gsl_version.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double usual_quantiles[] = {0.05, 0.25, 0.5, 0.75, 0.95}, usual_cvar[] = {0.95};

const char *simulation_name(const struct simulation *simulation)
{
    return simulation->name;
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

/* What is prepared before the first month asks the C library's functions, whose last bits differ between architectures;
 * that of x86-64 goes without saying. */
#ifdef __x86_64__
#define ARCHITECTURE ""
#elif defined(__aarch64__)
#define ARCHITECTURE " aarch64"
#else
#define ARCHITECTURE " of-another-architecture"
#endif

char *simulation_arithmetic(void)
{
    char *text = NULL;
    return asprintf(&text, "fma" ARCHITECTURE " glibc-%s gsl-%s", gnu_get_libc_version(), gsl_version) < 0 ? NULL
                                                                                                           : text;
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
    const struct setting *title = setting_find(root, "title");
    simulation->name = setting_find(root, "scenario")->text;
    simulation->title = title == NULL ? NULL : title->text;
    struct setting *replications = run == NULL ? NULL : setting_find(run, "replications");
    struct setting *seed = run == NULL ? NULL : setting_find(run, "seed");
    simulation->replications = 10000;
    if (replications != NULL) simulation->replications = (uint64_t)replications->integer;
    if (settings->replications > 0) simulation->replications = settings->replications;
    simulation->plan.seed = seed == NULL ? 1 : (uint64_t)seed->integer;
    if (settings->has_seed) simulation->plan.seed = settings->seed;
    if (run == NULL) return NULL;
    setting_find(run, "home");
    const struct setting *prices = setting_find(run, "prices");
    simulation->prices = prices == NULL ? NULL : prices->text;
    return check_discount(simulation, setting_find(run, "discount"));
}

/* A number that is asked for, and a batch, whose cells have to be of one number, switch the goals off. */
static struct fault *read_goals(struct simulation *simulation, const struct run_settings *settings)
{
    struct precision_goals *goals = &simulation->goals;
    TRY(goals_read(&simulation->plan, world_years(simulation->world), settings->precision, settings->precisions,
                   goals));
    if (settings->replications > 0 || simulation->origin != NULL) goals_free(goals);
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
    TRY(kernels_choose(settings->isa, &simulation->kernels));
    simulation->plan.steps = simulation->kernels->world;
    TRY(stream_generator(settings->rng, &simulation->plan.generator));
    TRY(scenario_read(&request, &simulation->scenario));
    simulation->plan.warnings = simulation->scenario->warnings; /* components append */
    simulation->scenario->warnings = NULL;
    simulation->plan.root = simulation->scenario->root;
    simulation->plan.store = simulation->scenario->store;
    simulation->plan.units = simulation->scenario->units;
    simulation->plan.outcomes = &simulation->outcomes;
    TRY(read_run(simulation, settings));
    TRY(world_prepare(&simulation->plan, &simulation->world));
    TRY(choose_quantiles(simulation, setting_find(simulation->plan.root, "run")));
    TRY(choose_levels(simulation, setting_find(simulation->plan.root, "run")));
    TRY(read_goals(simulation, settings));
    TRY(retention_read(simulation, settings));
    TRY(retention_check(simulation, settings));
    simulation->warned = warnings_of_scenario(simulation);
    if (simulation->warned == NULL) return fault_no_memory();
    TRY(provenance_write(simulation->scenario->merged, &simulation->sources));
    struct fault *warnings = settings->strict ? simulation->plan.warnings : NULL;
    if (warnings != NULL) simulation->plan.warnings = NULL;
    return warnings;
}

void simulation_close(struct simulation *simulation)
{
    fault_free(simulation->plan.warnings);
    world_free(simulation->world);
    outcomes_free(&simulation->outcomes);
    scenario_free(simulation->scenario);
    goals_free(&simulation->goals);
    free(simulation->sources);
    free(simulation->warned);
    free(simulation->named);
    free(simulation->probability);
    free(simulation->level);
}
