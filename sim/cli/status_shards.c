/* sim/cli/status_shards.c -- what there is of the shards of a run, all together; see status.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/status.h"
#include "sim/run/continuation.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 12 };

/* The run that a shard's name speaks of; a name of another form is a run of its own, which other parts may join. */
static struct fault *find_run(struct status *status, const struct status_shard *shard, struct status_run **run)
{
    size_t length;
    uint64_t index, count;
    char *path = strdup(shard->path);
    if (path == NULL) return fault_no_memory();
    if (strlen(path) > 5 && strcmp(path + strlen(path) - 5, ".part") == 0) path[strlen(path) - 5] = '\0';
    if (status_shard_name(path, &length, &index, &count))
        path[length] = '\0';
    else
        count = shard->identity.shard.count;
    for (size_t i = 0; i < status->runs; i++)
        if (status->run[i].count == count && strcmp(status->run[i].stem, path) == 0) {
            free(path);
            *run = &status->run[i];
            return NULL;
        }
    struct status_run *grown = reallocarray(status->run, status->runs + 1, sizeof *grown);
    if (grown == NULL) {
        free(path);
        return fault_no_memory();
    }
    status->run = grown;
    *run = &grown[status->runs++];
    **run = (struct status_run){.stem = path, .count = count};
    return NULL;
}

struct fault *status_add_shard(struct status *status, const struct status_shard *shard)
{
    struct status_run *run = NULL;
    struct status_shard *grown = NULL;
    struct fault *fault = shard->path == NULL ? fault_no_memory() : find_run(status, shard, &run);
    if (fault == NULL) {
        grown = reallocarray(run->shard, run->shards + 1, sizeof *grown);
        if (grown == NULL) fault = fault_no_memory();
    }
    if (fault != NULL) {
        struct identity identity = shard->identity;
        identity_free(&identity);
        free(shard->path);
        free(shard->words);
        return fault;
    }
    run->shard = grown;
    grown[run->shards++] = *shard;
    return NULL;
}

/* What is best of a number comes first: a finished shard before its checkpoint. */
static int by_index(const void *left, const void *right)
{
    const struct status_shard *a = left, *b = right;
    if (a->index != b->index) return a->index < b->index ? -1 : 1;
    return (int)(a->state != STATUS_DONE) - (int)(b->state != STATUS_DONE);
}

/* A number of a list: "3, 5, 7, ..." */
static void put_index(FILE *to, size_t *count, uint64_t index)
{
    if (*count < SHOWN) fprintf(to, "%s%" PRIu64, *count == 0 ? "" : ", ", index);
    if (*count == SHOWN) fputs(", ...", to);
    ++*count;
}

/* The first of a number; NULL: there is none. */
static const struct status_shard *shard_of(const struct status_run *run, uint64_t index, size_t *at)
{
    while (*at < run->shards && run->shard[*at].index < index) ++*at;
    return *at < run->shards && run->shard[*at].index == index ? &run->shard[*at] : NULL;
}

static void put_missing(const struct status_run *run, FILE *to)
{
    size_t count = 0, at = 0;
    for (uint64_t i = 1; i <= run->count && count <= SHOWN; i++) {
        const struct status_shard *shard = shard_of(run, i, &at);
        if (shard != NULL && shard->state != STATUS_EMPTY) continue;
        if (count == 0) fputs("; missing: ", to);
        put_index(to, &count, i);
    }
}

/* Of each number one: those that are under way, and those that are damaged, with the reason. */
static void put_state(const struct status_run *run, enum status_state state, const char *title, FILE *to)
{
    size_t count = 0;
    for (size_t i = 0; i < run->shards; i++) {
        const struct status_shard *shard = &run->shard[i];
        if (shard->state != state || (i > 0 && run->shard[i - 1].index == shard->index)) continue;
        if (count == 0) fprintf(to, "; %s: ", title);
        put_index(to, &count, shard->index);
        if (count > SHOWN) break;
        if (state == STATUS_LEFT)
            fprintf(to, " (%" PRIu64 " of %" PRIu64 " replications)", shard->done, shard->replications);
        else
            fprintf(to, " (%s)", shard->words);
    }
}

/* The identity that the others are held to: that of the first whose own can be read. */
static const struct identity *identity_in(const struct status_run *run)
{
    for (size_t i = 0; i < run->shards; i++)
        if (run->shard[i].identity.source != NULL) return &run->shard[i].identity;
    return NULL;
}

/* Those that are not of the same run are no good beside the others. */
static struct fault *find_foreign(const struct status_run *run, const struct identity *expected, bool *foreign)
{
    for (size_t i = 0; i < run->shards; i++) {
        struct status_shard *shard = &run->shard[i];
        if (shard->identity.source == NULL || shard->state == STATUS_DAMAGED) continue;
        struct fault *fault = identity_compare(&shard->identity, expected, IDENTITY_SAME_RUN, "it");
        if (fault == NULL && shard->identity.shard.index != shard->index)
            fault = fault_raise(FAULT_FILES, "it is shard %" PRIu64, shard->identity.shard.index);
        if (fault == NULL) continue;
        if (fault_is_memory(fault)) return fault;
        *foreign = true;
        shard->state = STATUS_DAMAGED;
        shard->words = strdup(fault->sentence);
        fault_free(fault);
        if (shard->words == NULL) return fault_no_memory();
    }
    return NULL;
}

/* The files of all shards, by a pattern where their names have the form that `zhol run` gives them. */
static void put_files(const struct status_run *run, FILE *to)
{
    size_t stem;
    uint64_t index, count;
    bool alike = true;
    for (size_t i = 0; i < run->shards; i++)
        alike = alike &&
                (run->shard[i].state != STATUS_DONE || status_shard_name(run->shard[i].path, &stem, &index, &count));
    if (alike) {
        continuation_quote(run->stem, to);
        fprintf(to, ".shard-*-of-%" PRIu64, run->count);
        return;
    }
    for (size_t i = 0; i < run->shards; i++) {
        if (run->shard[i].state != STATUS_DONE) continue;
        if (i > 0) fputc(' ', to);
        continuation_quote(run->shard[i].path, to);
    }
}

/* " 3 5 $(seq 7 12)" of the shards that have to be simulated; false: none. */
static bool put_numbers(const struct status_run *run, bool damaged, FILE *to)
{
    size_t at = 0;
    bool any = false;
    for (uint64_t first = 1; first <= run->count; first++) {
        uint64_t last = first - 1;
        for (uint64_t i = first; i <= run->count; i++) {
            const struct status_shard *shard = shard_of(run, i, &at);
            const bool bad = shard != NULL && shard->state == STATUS_DAMAGED;
            if ((shard != NULL && shard->state == STATUS_DONE) || bad != damaged) break;
            last = i;
        }
        if (last >= first + 2)
            fprintf(to, " $(seq %" PRIu64 " %" PRIu64 ")", first, last);
        else
            for (uint64_t i = first; i <= last; i++) fprintf(to, " %" PRIu64, i);
        any = any || last >= first;
        if (last >= first) first = last;
    }
    return any;
}

/* `for i in 3 5; do zhol run ... --shard $i/8 --resume; done`; nothing if there are none. */
static struct fault *put_loop(const struct status_run *run, const struct identity *identity, const char *result,
                              bool damaged, FILE *to)
{
    char *numbers = NULL, *command = NULL;
    size_t size = 0;
    FILE *list = open_memstream(&numbers, &size);
    if (list == NULL) return fault_no_memory();
    const bool any = put_numbers(run, damaged, list);
    struct fault *fault = fclose(list) != 0 ? fault_no_memory() : NULL;
    const char *there = run->shard[0].path;
    for (size_t i = 0; i < run->shards; i++)
        if (&run->shard[i].identity == identity) there = run->shard[i].path;
    if (fault == NULL && any) {
        command = status_command(identity, there, result, numbers, damaged ? "--force" : "--resume");
        if (command == NULL)
            fault = fault_no_memory();
        else
            fprintf(to, "%s%s", ftell(to) > 0 ? "; " : "", command);
    }
    free(command);
    free(numbers);
    return fault;
}

static struct fault *put_command(const struct status_run *run, const struct identity *identity, bool all, bool foreign,
                                 struct status_item *item)
{
    char *result = NULL;
    size_t size = 0;
    if (identity == NULL || (!all && foreign)) return NULL;
    if (asprintf(&result, "%s.h5", run->stem) < 0) return fault_no_memory();
    FILE *to = open_memstream(&item->command, &size);
    struct fault *fault = to == NULL ? fault_no_memory() : NULL;
    if (fault == NULL && all) {
        fputs("zhol merge -o ", to);
        continuation_quote(result, to);
        fputc(' ', to);
        put_files(run, to);
    } else if (fault == NULL) {
        fault = put_loop(run, identity, result, false, to);
        if (fault == NULL) fault = put_loop(run, identity, result, true, to);
    }
    if (to != NULL && fclose(to) != 0 && fault == NULL) fault = fault_no_memory();
    free(result);
    return fault;
}

/* Whether the shards, all there, were merged already. */
static struct fault *is_merged(const struct status *status, const struct status_run *run,
                               const struct identity *identity, bool *merged)
{
    char *result = NULL;
    if (identity == NULL) return NULL;
    if (asprintf(&result, "%s.h5", run->stem) < 0) return fault_no_memory();
    struct fault *fault = status_has_result(status, identity, identity->replications, result, merged);
    free(result);
    return fault;
}

static uint64_t count_done(const struct status_run *run)
{
    uint64_t done = 0;
    for (size_t i = 0; i < run->shards; i++)
        done += run->shard[i].state == STATUS_DONE && (i == 0 || run->shard[i - 1].index != run->shard[i].index);
    return done;
}

static bool has_damage(const struct status_run *run)
{
    for (size_t i = 0; i < run->shards; i++)
        if (run->shard[i].state == STATUS_DAMAGED && (i == 0 || run->shard[i - 1].index != run->shard[i].index))
            return true;
    return false;
}

static uint64_t replications_done(const struct status_run *run)
{
    uint64_t done = 0;
    for (size_t i = 0; i < run->shards; i++)
        if (run->shard[i].state != STATUS_DAMAGED && (i == 0 || run->shard[i - 1].index != run->shard[i].index))
            done += run->shard[i].done;
    return done;
}

struct fault *status_conclude_run(struct status *status, const struct status_run *run)
{
    struct status_item item = {.state = STATUS_LEFT};
    size_t size = 0;
    bool foreign = false, merged = false;
    qsort(run->shard, run->shards, sizeof *run->shard, by_index);
    const struct identity *identity = identity_in(run);
    if (identity != NULL) TRY(find_foreign(run, identity, &foreign));
    const uint64_t finished = count_done(run);
    const bool all = finished == run->count;
    if (all) TRY(is_merged(status, run, identity, &merged));
    FILE *to = open_memstream(&item.words, &size);
    if (to == NULL) return fault_no_memory();
    fprintf(to, "%" PRIu64 " of %" PRIu64 " shards are finished", finished, run->count);
    if (merged) fprintf(to, ", and merged: %s.h5", run->stem);
    put_state(run, STATUS_LEFT, "begun", to);
    put_missing(run, to);
    put_state(run, STATUS_DAMAGED, "damaged or of another run", to);
    struct fault *fault = fclose(to) != 0 ? fault_no_memory() : NULL;
    if (has_damage(run))
        item.state = STATUS_DAMAGED;
    else if (all)
        item.state = merged ? STATUS_DONE : STATUS_LEFT;
    if (identity != NULL) {
        item.done = replications_done(run);
        item.replications = identity->replications;
    }
    if (fault == NULL && !merged) fault = put_command(run, identity, all, foreign, &item);
    if (asprintf(&item.path, "%s.shard-*-of-%" PRIu64, run->stem, run->count) < 0) item.path = NULL;
    return fault_join(fault, status_add(status, &item));
}
