/* sim/run/zhol.c -- see zhol.h: faults, settings, and from a scenario to its result.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/keys.h"
#include "scenarios/reader/diagnostics.h"
#include "sim/run/zhol_handles.h"

#include <gsl/gsl_errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

const char *zhol_version(void)
{
    return ZHOL_VERSION;
}

static char no_memory_text[] = "zhol: error: out of memory";
static struct zhol_fault no_memory = {ZHOL_MACHINE, no_memory_text};

/* As the program prints them, without the final newline. Allocated; NULL without memory. */
static char *text_of(const struct fault *faults, const char *kind)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    if (to == NULL) return NULL;
    diagnostics_print(faults, kind, to);
    if (fclose(to) != 0) {
        free(text);
        return NULL;
    }
    while (size > 0 && text[size - 1] == '\n') text[--size] = '\0';
    return text;
}

struct zhol_fault *zhol_fault_of(struct fault *faults)
{
    if (faults == NULL) return NULL;
    struct zhol_fault *fault = fault_is_memory(faults) ? NULL : malloc(sizeof *fault);
    if (fault != NULL) *fault = (struct zhol_fault){(enum zhol_status)faults->code, text_of(faults, "error")};
    fault_free(faults);
    if (fault != NULL && fault->text != NULL) return fault;
    free(fault);
    return &no_memory;
}

enum zhol_status zhol_fault_status(const struct zhol_fault *fault)
{
    return fault->status;
}

const char *zhol_fault_text(const struct zhol_fault *fault)
{
    return fault->text;
}

void zhol_fault_free(struct zhol_fault *fault)
{
    if (fault == NULL || fault == &no_memory) return;
    free(fault->text);
    free(fault);
}

struct zhol_fault *zhol_settings_new(struct zhol_settings **settings)
{
    *settings = calloc(1, sizeof **settings);
    if (*settings == NULL) return &no_memory;
    (*settings)->run = settings_usual();
    return NULL;
}

void zhol_settings_free(struct zhol_settings *settings)
{
    if (settings == NULL) return;
    for (size_t i = 0; i < settings->owneds; i++) free(settings->owned[i]);
    free(settings->owned);
    free(settings->run.set);
    free(settings->run.adopt);
    free(settings->run.path);
    free(settings->run.precision);
    free(settings);
}

/* Keeps a copy of a text, of a setting that has one. */
static struct fault *keep(struct zhol_settings *settings, const char *text, const char **kept)
{
    char **grown = reallocarray(settings->owned, settings->owneds + 1, sizeof *grown);
    if (grown == NULL) return fault_no_memory();
    settings->owned = grown;
    grown[settings->owneds] = strdup(text);
    if (grown[settings->owneds] == NULL) return fault_no_memory();
    *kept = grown[settings->owneds++];
    return NULL;
}

/* The same of a setting that has several. */
static struct fault *append(struct zhol_settings *settings, const char *text, const char ***list, size_t *count)
{
    const char **grown = reallocarray(*list, *count + 1, sizeof *grown);
    if (grown == NULL) return fault_no_memory();
    *list = grown;
    TRY(keep(settings, text, &grown[*count]));
    ++*count;
    return NULL;
}

struct zhol_fault *zhol_settings_seed(struct zhol_settings *settings, uint64_t seed)
{
    settings->run.seed = seed;
    settings->run.has_seed = true;
    return NULL;
}

struct zhol_fault *zhol_settings_replications(struct zhol_settings *settings, uint64_t replications)
{
    if (replications > KEYS_MOST_REPLICATIONS)
        return zhol_fault_of(fault_raise(FAULT_USAGE, "%" PRIu64 " replications; expected a number from 1 to %ld, or 0",
                                         replications, KEYS_MOST_REPLICATIONS));
    settings->run.replications = replications;
    return NULL;
}

struct zhol_fault *zhol_settings_threads(struct zhol_settings *settings, int threads)
{
    if (threads < 0 || threads > SETTINGS_MOST_THREADS)
        return zhol_fault_of(fault_raise(FAULT_USAGE, "%d threads; expected a number from 1 to %d, or 0", threads,
                                         SETTINGS_MOST_THREADS));
    settings->run.threads = threads;
    return NULL;
}

struct zhol_fault *zhol_settings_memory(struct zhol_settings *settings, uint64_t bytes)
{
    if (bytes == 0) return zhol_fault_of(fault_raise(FAULT_USAGE, "0 bytes of memory; expected a number above 0"));
    settings->run.memory = bytes;
    return NULL;
}

struct zhol_fault *zhol_settings_rng(struct zhol_settings *settings, const char *name)
{
    return zhol_fault_of(keep(settings, name, &settings->run.rng));
}

struct zhol_fault *zhol_settings_strict(struct zhol_settings *settings, int yes)
{
    settings->run.strict = yes != 0;
    return NULL;
}

struct zhol_fault *zhol_settings_compress(struct zhol_settings *settings, int yes)
{
    settings->run.compress = yes != 0;
    return NULL;
}

struct zhol_fault *zhol_settings_save(struct zhol_settings *settings, const char *patterns)
{
    return zhol_fault_of(keep(settings, patterns, &settings->run.save));
}

struct zhol_fault *zhol_settings_isa(struct zhol_settings *settings, const char *name)
{
    const struct kernels *kernels;
    struct fault *fault = kernels_choose(name, &kernels);
    if (fault == NULL) fault = keep(settings, name, &settings->run.isa);
    return zhol_fault_of(fault);
}

struct zhol_fault *zhol_settings_set(struct zhol_settings *settings, const char *path_value)
{
    if (strchr(path_value, '=') == NULL)
        return zhol_fault_of(fault_raise(FAULT_USAGE, "'%s' sets nothing; expected PATH=VALUE", path_value));
    return zhol_fault_of(append(settings, path_value, &settings->run.set, &settings->run.sets));
}

struct zhol_fault *zhol_settings_adopt(struct zhol_settings *settings, const char *policy)
{
    return zhol_fault_of(append(settings, policy, &settings->run.adopt, &settings->run.adopts));
}

struct zhol_fault *zhol_settings_path(struct zhol_settings *settings, const char *folder)
{
    return zhol_fault_of(append(settings, folder, &settings->run.path, &settings->run.paths));
}

struct zhol_fault *zhol_settings_precision(struct zhol_settings *settings, const char *goal)
{
    return zhol_fault_of(append(settings, goal, &settings->run.precision, &settings->run.precisions));
}

static struct fault *append_all(struct zhol_settings *settings, const char *const from[], size_t from_count,
                                const char ***list, size_t *count)
{
    for (size_t i = 0; i < from_count; i++) TRY(append(settings, from[i], list, count));
    return NULL;
}

/* Into settings that are new. */
static struct fault *settings_copy(const struct zhol_settings *from, struct zhol_settings *to)
{
    const struct run_settings *run = &from->run;
    struct run_settings *copy = &to->run;
    *copy = (struct run_settings){.replications = run->replications,
                                  .has_seed = run->has_seed,
                                  .seed = run->seed,
                                  .threads = run->threads,
                                  .memory = run->memory,
                                  .compress = run->compress,
                                  .strict = run->strict};
    TRY(keep(to, run->rng, &copy->rng));
    if (run->save != NULL) TRY(keep(to, run->save, &copy->save));
    if (run->isa != NULL) TRY(keep(to, run->isa, &copy->isa));
    TRY(append_all(to, run->set, run->sets, &copy->set, &copy->sets));
    TRY(append_all(to, run->adopt, run->adopts, &copy->adopt, &copy->adopts));
    TRY(append_all(to, run->path, run->paths, &copy->path, &copy->paths));
    return append_all(to, run->precision, run->precisions, &copy->precision, &copy->precisions);
}

static struct fault *plan_read(struct zhol_plan *plan)
{
    const char *file = plan->file;
    const struct run_settings *settings = &plan->settings->run;
    TRY(plan->text == NULL ? simulation_open(file, settings, &plan->simulation)
                           : simulation_open_text(file, plan->text, NULL, settings, &plan->simulation));
    plan->warnings = text_of(plan->simulation.plan.warnings, "warning");
    return plan->warnings == NULL ? fault_no_memory() : NULL;
}

static struct fault *check_processor(void)
{
    if (lanes_cpu_suffices()) return NULL;
    return fault_raise(FAULT_MACHINE, "this processor has no fused multiply-add (fma, AVX2), which zhol is built for");
}

struct zhol_fault *zhol_open(const char *file, const struct zhol_settings *settings, struct zhol_plan **plan)
{
    return zhol_open_text(file, NULL, settings, plan);
}

struct zhol_fault *zhol_open_text(const char *name, const char *text, const struct zhol_settings *settings,
                                  struct zhol_plan **plan)
{
    *plan = NULL;
    struct zhol_fault *fault = zhol_fault_of(check_processor());
    if (fault != NULL) return fault;
    struct zhol_plan *made = calloc(1, sizeof *made);
    if (made == NULL) return &no_memory;
    (void)gsl_set_error_handler_off();
    made->file = strdup(name);
    made->text = text == NULL ? NULL : strdup(text);
    fault =
        made->file == NULL || (text != NULL && made->text == NULL) ? &no_memory : zhol_settings_new(&made->settings);
    if (fault == NULL && settings != NULL) fault = zhol_fault_of(settings_copy(settings, made->settings));
    if (fault == NULL) fault = zhol_fault_of(plan_read(made));
    if (fault == NULL)
        *plan = made;
    else
        zhol_plan_free(made);
    return fault;
}

void zhol_plan_free(struct zhol_plan *plan)
{
    if (plan == NULL) return;
    simulation_close(&plan->simulation);
    zhol_settings_free(plan->settings);
    free(plan->file);
    free(plan->text);
    free(plan->warnings);
    free(plan);
}

const char *zhol_plan_warnings(const struct zhol_plan *plan)
{
    return plan->warnings;
}

uint64_t zhol_plan_replications(const struct zhol_plan *plan)
{
    return plan->simulation.replications;
}

/* The caller's progress, as a loop is watched. */
struct watched {
    zhol_progress progress;
    void *context;
    uint64_t most; /* replications */
    atomic_bool stop;
};

static bool watched_stop(void *context)
{
    struct watched *watched = context;
    return watched->stop;
}

static uint64_t replications_of(const struct watched *watched, uint64_t chunks)
{
    const uint64_t replications = chunks * LANES_PER_CHUNK;
    return replications < watched->most ? replications : watched->most;
}

static void watched_progress(void *context, uint64_t done, uint64_t all)
{
    struct watched *watched = context;
    if (watched->progress(watched->context, replications_of(watched, done), replications_of(watched, all)) != 0)
        watched->stop = true;
}

struct zhol_fault *zhol_simulate(const struct zhol_plan *plan, zhol_progress progress, void *context,
                                 struct zhol_result **result)
{
    struct watched watched = {.progress = progress, .context = context, .most = plan->simulation.replications};
    const struct ensemble_watch watch = {watched_stop, watched_progress, &watched};
    *result = NULL;
    struct zhol_result *made = calloc(1, sizeof *made);
    if (made == NULL) return &no_memory;
    made->threads = plan->settings->run.threads;
    made->strict = plan->settings->run.strict;
    struct fault *fault =
        simulation_run(&plan->simulation, &plan->settings->run, progress == NULL ? NULL : &watch, &made->result);
    if (fault == NULL)
        *result = made;
    else
        zhol_result_free(made);
    return zhol_fault_of(fault);
}
