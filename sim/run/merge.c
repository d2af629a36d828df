/* sim/run/merge.c -- see merge.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/merge.h"
#include "sim/run/judge.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A folder is rather the checkpoint of a shard that is not finished. */
static struct fault *open_shard(const char *file, struct parcel *parcel)
{
    struct stat status;
    const char *end = strrchr(file, '.');
    if (stat(file, &status) == 0 && S_ISDIR(status.st_mode))
        return fault_raise(FAULT_FILES, "%s is %s; expected the file of a shard", file,
                           end != NULL && strcmp(end, ".part") == 0
                               ? "the checkpoint of a shard that is not finished: --resume goes on with it"
                               : "a folder");
    TRY(parcel_open(file, parcel));
    parcel_drop(parcel); /* there may be more shards than files that may be open */
    if (parcel->head.identity.shard.count == 0)
        return fault_raise(FAULT_FILES,
                           "%s is no shard but the checkpoint of a whole run; expected files that "
                           "`zhol run --shard` made",
                           file);
    if (!parcel->head.finished)
        return fault_raise(FAULT_FILES,
                           "%s is the checkpoint of a shard that is not finished: --resume goes on with it", file);
    return NULL;
}

static int by_shard(const void *left, const void *right)
{
    const struct parcel *a = left, *b = right;
    const uint64_t i = a->head.identity.shard.index, k = b->head.identity.shard.index;
    return i < k ? -1 : i > k;
}

/* "3, 5 and 7 of 8" */
static struct fault *missing(const struct merge *merge)
{
    enum { SHOWN = 12 };
    char *text = NULL;
    size_t size = 0, count = 0;
    const uint64_t all = merge->shard[0].head.identity.shard.count;
    FILE *to = open_memstream(&text, &size);
    if (to == NULL) return fault_no_memory();
    for (uint64_t i = 1, at = 0; i <= all && count <= SHOWN; i++) {
        while (at < merge->shards && merge->shard[at].head.identity.shard.index < i) at++;
        if (at < merge->shards && merge->shard[at].head.identity.shard.index == i) continue;
        if (count++ < SHOWN)
            fprintf(to, "%s%" PRIu64, count == 1 ? "" : ", ", i);
        else
            fputs(", ...", to);
    }
    struct fault *fault = fclose(to) != 0 ? fault_no_memory() : NULL;
    if (fault == NULL && count > 0)
        fault = fault_raise(FAULT_FILES, "of %" PRIu64 " shards these are missing: %s", all, text);
    free(text);
    return fault;
}

static struct fault *check_shards(const struct merge *merge)
{
    const struct parcel *first = &merge->shard[0];
    struct fault *faults = NULL;
    for (size_t i = 1; i < merge->shards && !fault_enough(faults); i++) {
        const struct parcel *shard = &merge->shard[i];
        struct fault *differs =
            identity_compare(&shard->head.identity, &first->head.identity, IDENTITY_SAME_RUN, shard->path);
        const bool same = differs == NULL;
        faults = fault_join(faults, differs);
        if (same && shard->head.identity.shard.index == merge->shard[i - 1].head.identity.shard.index)
            faults =
                fault_join(faults, fault_raise(FAULT_FILES, "%s and %s are both shard %" PRIu64 " of %" PRIu64,
                                               merge->shard[i - 1].path, shard->path, shard->head.identity.shard.index,
                                               shard->head.identity.shard.count));
    }
    return faults != NULL ? faults : missing(merge);
}

/* The simulation that the shards are of. What was stated on the command line is part of its text already. */
static struct fault *open_simulation(struct merge *merge)
{
    const struct identity *identity = &merge->shard[0].head.identity;
    static const char *none[] = {"none"};
    struct run_settings settings = settings_usual();
    settings.replications = identity->replications;
    settings.precision = none;
    settings.precisions = 1;
    settings.has_seed = true;
    settings.seed = identity->seed;
    settings.rng = identity->rng;
    settings.memory = identity->memory;
    settings.save = identity->save;
    struct fault *fault = simulation_open_text(identity->file, identity->scenario, NULL, &settings, &merge->simulation);
    if (fault != NULL) return fault;
    free(merge->simulation.warned); /* of its text, which has no files */
    merge->simulation.warned = strdup(identity->warned);
    free(merge->simulation.sources); /* of its text, which has no comments */
    merge->simulation.sources = strdup(identity->sources);
    if (merge->simulation.warned == NULL || merge->simulation.sources == NULL) return fault_no_memory();
    settings.compress = identity->compressed;
    settings.sets = identity->sets;
    settings.adopts = identity->adopts;
    merge->words = calloc(settings.sets + settings.adopts + 1, sizeof *merge->words);
    if (merge->words == NULL) return fault_no_memory();
    for (size_t i = 0; i < settings.sets; i++) merge->words[i] = identity->set[i];
    for (size_t i = 0; i < settings.adopts; i++) merge->words[settings.sets + i] = identity->adopt[i];
    settings.set = merge->words;
    settings.adopt = merge->words + settings.sets;
    merge->settings = settings;
    struct identity opened;
    fault = identity_of(&merge->simulation, &settings, identity->shard, &opened);
    if (fault == NULL) fault = identity_compare(identity, &opened, IDENTITY_SAME_RUN, merge->shard[0].path);
    identity_free(&opened);
    return fault;
}

struct fault *merge_open(size_t files, const char *const file[], struct merge *merge)
{
    struct fault *faults = NULL;
    *merge = (struct merge){.shard = calloc(files, sizeof *merge->shard)};
    if (merge->shard == NULL) return fault_no_memory();
    for (; merge->shards < files && !fault_enough(faults); merge->shards++)
        faults = fault_join(faults, open_shard(file[merge->shards], &merge->shard[merge->shards]));
    if (faults != NULL) return faults;
    qsort(merge->shard, merge->shards, sizeof *merge->shard, by_shard);
    TRY(check_shards(merge));
    return open_simulation(merge);
}

void merge_close(struct merge *merge)
{
    simulation_close(&merge->simulation);
    for (size_t i = 0; i < merge->shards; i++) parcel_close(&merge->shard[i]);
    free(merge->shard);
    free(merge->words);
    free(merge->account);
    *merge = (struct merge){0};
}

/* How near the run is to what it is to find out, and how many replications more that takes. */
static struct fault *judge_goals(struct merge *merge, const struct accumulator *accumulator,
                                 const struct precision_goals *goals)
{
    char words[512];
    size_t size = 0;
    const uint64_t replications = accumulator->replications;
    struct precision_state *state = calloc(goals->count, sizeof *state);
    FILE *to = state == NULL ? NULL : open_memstream(&merge->account, &size);
    struct fault *fault = to == NULL ? fault_no_memory() : judge(accumulator, goals, state);
    for (size_t i = 0; i < goals->count && fault == NULL; i++) {
        judge_words(&goals->item[i], &state[i], sizeof words, words);
        fprintf(to, "%s%s\n", words, state[i].met ? "" : " (not met)");
    }
    if (fault == NULL) {
        merge->met = judge_all_met(goals, state);
        const uint64_t wanted = merge->met ? 0 : judge_expect(goals, state);
        if (wanted > replications)
            fprintf(to,
                    "all goals would take about %" PRIu64 " replications, %" PRIu64 " more; the limit is %" PRIu64 "\n",
                    wanted, wanted - replications, goals->limit);
        else if (!merge->met)
            fprintf(to, "the limit of %" PRIu64 " replications is reached\n", goals->limit);
    }
    if (to != NULL && fclose(to) != 0 && fault == NULL) fault = fault_no_memory();
    free(state);
    return fault;
}

static struct fault *add_all(struct merge *merge, struct accumulator *accumulator)
{
    const struct retention expected =
        retention_of(&merge->simulation, merge->simulation.replications, merge->simulation.memory);
    for (size_t i = 0; i < merge->shards; i++) {
        struct parcel *shard = &merge->shard[i];
        TRY(parcel_read(shard));
        TRY(parcel_add(shard, NULL, accumulator));
        if (accumulator->retention.sketched != expected.sketched || accumulator->retention.inputs != expected.inputs)
            return fault_raise(FAULT_FILES, "%s keeps other samples than its run does", shard->path);
        parcel_drop(shard); /* its memory is for the next one */
    }
    accumulator->retention = expected;
    return NULL;
}

struct fault *merge_run(struct merge *merge, int threads, size_t goals, const char *const goal[], struct result *result)
{
    const struct simulation *simulation = &merge->simulation;
    struct precision_goals wanted = {0};
    struct accumulator accumulator;
    *result = (struct result){0};
    merge->settings.threads = threads;
    struct fault *fault =
        accumulator_open(simulation, threads, simulation->replications, simulation->memory, &accumulator);
    accumulator.whole = simulation->replications;
    if (fault == NULL) fault = goals_read(&simulation->plan, world_years(simulation->world), goal, goals, &wanted);
    if (fault == NULL) fault = add_all(merge, &accumulator);
    if (fault == NULL && wanted.count > 0) fault = judge_goals(merge, &accumulator, &wanted);
    if (fault == NULL) fault = simulate_conclude(simulation, &merge->settings, &accumulator, result);
    goals_free(&wanted);
    accumulator_close(&accumulator);
    return fault;
}
