/* sim/run/identity.c -- see identity.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/identity.h"
#include "models/keys.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void identity_range(const struct shard *shard, uint64_t replications, uint64_t *first, uint64_t *end)
{
    const uint64_t chunks = chunks_of(replications), count = shard->count;
    *first = 0;
    *end = replications;
    if (count == 0) return;
    /* shares of a whole number, without the product, which might not fit */
    const uint64_t each = chunks / count, more = chunks % count, index = shard->index;
    const uint64_t begin = (index - 1) * each + (index - 1 < more ? index - 1 : more);
    const uint64_t stop = begin + each + (index - 1 < more ? 1 : 0);
    *first = begin * LANES_PER_CHUNK;
    if (stop < chunks) *end = stop * LANES_PER_CHUNK;
}

/* A list of texts, copied. */
static bool copy_texts(size_t count, const char *const text[], char ***copy, size_t *copied)
{
    *copy = calloc(count + 1, sizeof **copy);
    if (*copy == NULL) return false;
    for (*copied = 0; *copied < count; ++*copied)
        if (((*copy)[*copied] = strdup(text[*copied])) == NULL) return false;
    return true;
}

static bool copy_saved(const struct simulation *simulation, struct identity *identity)
{
    const struct outcomes *outcomes = &simulation->outcomes;
    identity->saved = calloc(outcomes->count + 1, sizeof *identity->saved);
    if (identity->saved == NULL) return false;
    for (size_t i = 0; i < outcomes->count; i++) {
        if (!simulation->named[i]) continue;
        char *path = strdup(outcomes->item[i].path);
        if (path == NULL) return false;
        identity->saved[identity->saveds++] = path;
    }
    return true;
}

static bool copy_goals(const struct simulation *simulation, struct identity *identity)
{
    const struct precision_goals *goals = &simulation->goals;
    identity->goal = calloc(goals->count + 1, sizeof *identity->goal);
    if (identity->goal == NULL) return false;
    for (; identity->goals < goals->count; identity->goals++)
        if ((identity->goal[identity->goals] = strdup(goals->item[identity->goals].words)) == NULL) return false;
    return true;
}

struct fault *identity_of(const struct simulation *simulation, const struct run_settings *settings, struct shard shard,
                          struct identity *identity)
{
    *identity = (struct identity){.source = strdup("zhol " ZHOL_VERSION),
                                  .file = strdup(simulation->file),
                                  .name = strdup(simulation->name),
                                  .scenario = strdup(simulation->scenario->merged_text),
                                  .rng = strdup(simulation->rng),
                                  .arithmetic = simulation_arithmetic(),
                                  .warned = strdup(simulation->warned),
                                  .sources = strdup(simulation->sources),
                                  .seed = simulation->plan.seed,
                                  .memory = simulation->memory,
                                  .replications = simulation->replications,
                                  .shard = shard,
                                  .compressed = settings->compress,
                                  .folder = getcwd(NULL, 0)}; /* NULL: it is gone */
    const struct origin *origin = simulation->origin;
    const char *command = origin == NULL ? NULL : origin->typed == NULL ? origin->command : origin->typed;
    if (command != NULL && (identity->command = strdup(command)) == NULL) return fault_no_memory();
    if (settings->save != NULL && (identity->save = strdup(settings->save)) == NULL) return fault_no_memory();
    const bool copied =
        copy_texts(settings->sets, settings->set, &identity->set, &identity->sets) &&
        copy_texts(settings->adopts, settings->adopt, &identity->adopt, &identity->adopts) &&
        copy_texts(settings->paths, settings->path, &identity->path, &identity->paths) &&
        copy_texts(settings->precisions, settings->precision, &identity->precision, &identity->precisions) &&
        copy_saved(simulation, identity) && copy_goals(simulation, identity);
    return copied && identity->source != NULL && identity->file != NULL && identity->name != NULL &&
                   identity->scenario != NULL && identity->rng != NULL && identity->arithmetic != NULL &&
                   identity->warned != NULL && identity->sources != NULL
               ? NULL
               : fault_no_memory();
}

void identity_free(struct identity *identity)
{
    char *const text[] = {identity->source, identity->file,       identity->name,   identity->scenario,
                          identity->rng,    identity->arithmetic, identity->save,   identity->folder,
                          identity->output, identity->command,    identity->warned, identity->sources};
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) free(text[i]);
    bytes_free_texts(identity->sets, identity->set);
    bytes_free_texts(identity->adopts, identity->adopt);
    bytes_free_texts(identity->paths, identity->path);
    bytes_free_texts(identity->precisions, identity->precision);
    bytes_free_texts(identity->saveds, identity->saved);
    bytes_free_texts(identity->goals, identity->goal);
    *identity = (struct identity){0};
}

void identity_put(const struct identity *identity, struct bytes *bytes)
{
    const char *const text[] = {identity->source, identity->file,       identity->name,   identity->scenario,
                                identity->rng,    identity->arithmetic, identity->save,   identity->folder,
                                identity->output, identity->command,    identity->warned, identity->sources};
    const uint64_t number[] = {identity->seed,        identity->memory,      identity->replications,
                               identity->shard.index, identity->shard.count, identity->compressed,
                               identity->keep};
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) bytes_put_text(bytes, text[i]);
    bytes_put(bytes, number, sizeof number);
    bytes_put_texts(bytes, identity->sets, (const char *const *)identity->set);
    bytes_put_texts(bytes, identity->adopts, (const char *const *)identity->adopt);
    bytes_put_texts(bytes, identity->paths, (const char *const *)identity->path);
    bytes_put_texts(bytes, identity->precisions, (const char *const *)identity->precision);
    bytes_put_texts(bytes, identity->saveds, (const char *const *)identity->saved);
    bytes_put_texts(bytes, identity->goals, (const char *const *)identity->goal);
}

static bool is_sound(const struct identity *identity)
{
    const struct shard *shard = &identity->shard;
    bool sound = identity->source != NULL && identity->file != NULL && identity->name != NULL &&
                 identity->scenario != NULL && identity->rng != NULL && identity->arithmetic != NULL &&
                 identity->warned != NULL && identity->sources != NULL && identity->replications > 0 &&
                 identity->replications <= KEYS_MOST_REPLICATIONS &&
                 shard->count <= chunks_of(identity->replications) &&
                 (shard->count == 0 ? shard->index == 0 : shard->index >= 1 && shard->index <= shard->count);
    for (size_t i = 0; i < identity->sets; i++) sound = sound && identity->set[i] != NULL;
    for (size_t i = 0; i < identity->adopts; i++) sound = sound && identity->adopt[i] != NULL;
    for (size_t i = 0; i < identity->paths; i++) sound = sound && identity->path[i] != NULL;
    for (size_t i = 0; i < identity->precisions; i++) sound = sound && identity->precision[i] != NULL;
    for (size_t i = 0; i < identity->saveds; i++) sound = sound && identity->saved[i] != NULL;
    for (size_t i = 0; i < identity->goals; i++) sound = sound && identity->goal[i] != NULL;
    return sound;
}

struct fault *identity_take(struct bytes_left *left, struct identity *identity)
{
    char **const text[] = {&identity->source, &identity->file,       &identity->name,   &identity->scenario,
                           &identity->rng,    &identity->arithmetic, &identity->save,   &identity->folder,
                           &identity->output, &identity->command,    &identity->warned, &identity->sources};
    *identity = (struct identity){0};
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) *text[i] = bytes_take_text(left);
    identity->seed = bytes_take_number(left);
    identity->memory = bytes_take_number(left);
    identity->replications = bytes_take_number(left);
    identity->shard.index = bytes_take_number(left);
    identity->shard.count = bytes_take_number(left);
    identity->compressed = bytes_take_number(left) != 0;
    identity->keep = bytes_take_number(left) != 0;
    identity->set = bytes_take_texts(left, &identity->sets);
    identity->adopt = bytes_take_texts(left, &identity->adopts);
    identity->path = bytes_take_texts(left, &identity->paths);
    identity->precision = bytes_take_texts(left, &identity->precisions);
    identity->saved = bytes_take_texts(left, &identity->saveds);
    identity->goal = bytes_take_texts(left, &identity->goals);
    if (left->no_memory) return fault_no_memory();
    return !left->failed && is_sound(identity) ? NULL : fault_raise(FAULT_FILES, "it does not say what run it is of");
}

static struct fault *differs(const char *path, const char *what, const char *there, const char *wanted)
{
    return fault_raise(FAULT_FILES, "%s is of %s %s; expected %s", path, what, there, wanted);
}

static struct fault *differs_by_number(const char *path, const char *what, uint64_t there, uint64_t wanted)
{
    return fault_raise(FAULT_FILES, "%s is of %s %" PRIu64 "; expected %" PRIu64, path, what, there, wanted);
}

/* The first line in which two scenarios differ. */
static struct fault *differs_by_scenario(const char *path, const struct identity *there, const struct identity *wanted)
{
    const char *a = there->scenario, *b = wanted->scenario;
    if (strcmp(there->name, wanted->name) != 0) return differs(path, "the scenario", there->name, wanted->name);
    for (;;) {
        const int m = (int)strcspn(a, "\n"), n = (int)strcspn(b, "\n");
        if (m != n || strncmp(a, b, (size_t)m) != 0 || a[m] == '\0') {
            const int i = (int)strspn(a, " "), k = (int)strspn(b, " ");
            return fault_raise(FAULT_FILES,
                               "%s is of another text of the scenario %s: it has '%.*s' where this one has '%.*s'",
                               path, there->name, m - i < 80 ? m - i : 80, a + i, n - k < 80 ? n - k : 80, b + k);
        }
        a += m + 1;
        b += n + 1;
    }
}

static bool texts_equal(size_t count, char **one, size_t others, char **other)
{
    if (count != others) return false;
    for (size_t i = 0; i < count; i++)
        if (strcmp(one[i], other[i]) != 0) return false;
    return true;
}

static struct fault *compare_lists(const struct identity *there, const struct identity *wanted, enum identity_use use,
                                   const char *path)
{
    if (!texts_equal(there->saveds, there->saved, wanted->saveds, wanted->saved) ||
        (there->save == NULL) != (wanted->save == NULL) ||
        (there->save != NULL && strcmp(there->save, wanted->save) != 0))
        return differs(path, "--save", there->save == NULL ? "as the scenario says" : there->save,
                       wanted->save == NULL ? "as the scenario says" : wanted->save);
    if (!texts_equal(there->sets, there->set, wanted->sets, wanted->set) ||
        !texts_equal(there->adopts, there->adopt, wanted->adopts, wanted->adopt))
        return fault_raise(FAULT_FILES, "%s was made with other --set or --adopt; expected those of this run, in order",
                           path);
    if ((use == IDENTITY_SAME_RUN || wanted->goals > 0) &&
        !texts_equal(there->goals, there->goal, wanted->goals, wanted->goal))
        return fault_raise(FAULT_FILES, "%s is of a run %s%s; expected one %s%s", path,
                           there->goals == 0 ? "of a fixed number of replications" : "until ",
                           there->goals == 0 ? "" : there->goal[0],
                           wanted->goals == 0 ? "of a fixed number of replications" : "until ",
                           wanted->goals == 0 ? "" : wanted->goal[0]);
    return NULL;
}

struct fault *identity_compare(const struct identity *there, const struct identity *wanted, enum identity_use use,
                               const char *path)
{
    if (strcmp(there->source, wanted->source) != 0) return differs(path, "the version", there->source, wanted->source);
    if (strcmp(there->arithmetic, wanted->arithmetic) != 0)
        return differs(path, "the arithmetic", there->arithmetic, wanted->arithmetic);
    if (strcmp(there->rng, wanted->rng) != 0) return differs(path, "the generator", there->rng, wanted->rng);
    if (there->seed != wanted->seed) return differs_by_number(path, "seed", there->seed, wanted->seed);
    if (strcmp(there->scenario, wanted->scenario) != 0) return differs_by_scenario(path, there, wanted);
    if (there->memory != wanted->memory) return differs_by_number(path, "--memory", there->memory, wanted->memory);
    if (there->shard.count != wanted->shard.count)
        return fault_raise(FAULT_FILES, "%s is of a run in %" PRIu64 " shards; expected %" PRIu64, path,
                           there->shard.count, wanted->shard.count);
    if (there->replications != wanted->replications && (use == IDENTITY_SAME_RUN || wanted->shard.count > 0))
        return fault_raise(FAULT_FILES, "%s is of a run of %" PRIu64 " replications; expected %" PRIu64, path,
                           there->replications, wanted->replications);
    if (use == IDENTITY_SAME_RUN && there->compressed != wanted->compressed)
        return differs(path, "a run", there->compressed ? "with --compress" : "without --compress",
                       wanted->compressed ? "one with it" : "one without it");
    return compare_lists(there, wanted, use, path);
}
