/* sim/cli/status_items.c -- what is told of a run, and the command that goes on with it; see status.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/keys.h"
#include "output/result/result.h"
#include "sim/cli/guard.h"
#include "sim/cli/status.h"
#include "sim/run/checkpoint.h"
#include "sim/run/continuation.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *status_word(enum status_state state)
{
    static const char *const words[] = {
        [STATUS_DONE] = "done",          [STATUS_LEFT] = "unfinished", [STATUS_WAITING] = "not begun",
        [STATUS_KEPT] = "kept",          [STATUS_EMPTY] = "empty",     [STATUS_REMNANT] = "remnant",
        [STATUS_FAILED] = "not trusted", [STATUS_OTHER] = "other",     [STATUS_UNREAD] = "not read",
        [STATUS_DAMAGED] = "damaged",    [STATUS_VANISHED] = "gone"};
    return words[state];
}

struct fault *status_add(struct status *status, const struct status_item *item)
{
    struct status_item *grown = reallocarray(status->item, status->items + 1, sizeof *grown);
    if (grown != NULL) {
        status->item = grown;
        grown[status->items++] = *item;
        if (item->path != NULL && item->words != NULL) return NULL;
    } else {
        free(item->path);
        free(item->words);
        free(item->command);
    }
    return fault_no_memory();
}

struct fault *status_has_result(const struct status *status, const struct identity *identity, uint64_t done,
                                const char *path, bool *has)
{
    struct result result = {0};
    *has = false;
    if (access(path, F_OK) < 0) return NULL;
    struct fault *fault = guard_head(path, status->memory);
    if (fault == NULL) fault = result_read_outline(path, &result);
    *has = fault == NULL && result.seed == identity->seed && strcmp(result.scenario, identity->scenario) == 0 &&
           result.replications >= done && (result.replications == identity->replications || result.stopped_by != NULL);
    result_free(&result);
    if (fault_is_memory(fault)) return fault;
    fault_free(fault); /* what it is is told where it is looked at itself */
    return NULL;
}

bool status_shard_name(const char *path, size_t *stem, uint64_t *index, uint64_t *count)
{
    static const char mark[] = ".shard-";
    const char *at = NULL;
    char rest = '\0';
    for (const char *next = strstr(path, mark); next != NULL; next = strstr(next + 1, mark)) at = next;
    if (at == NULL || strchr(at, '/') != NULL) return false;
    *stem = (size_t)(at - path);
    at += strlen(mark);
    return strspn(at, "0123456789-of") == strlen(at) &&
           sscanf(at, "%18" SCNu64 "-of-%18" SCNu64 "%c", index, count, &rest) == 2 && *index >= 1 && *index <= *count;
}

static bool is_same_file(const char *one, const char *other)
{
    struct stat a, b;
    return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* `path` as seen from a folder. */
static char *seen_from(const char *folder, const char *path)
{
    char *joined = NULL;
    if (path[0] == '/') return strdup(path);
    return asprintf(&joined, "%s/%s", folder, path) < 0 ? NULL : joined;
}

/* Whether the checkpoint or shard at `there` is what the command made, typed where it was. False without memory. */
static bool check_where_it_was(const struct identity *identity, const char *there, bool *is)
{
    *is = false;
    if (identity->folder == NULL || identity->output == NULL) return true;
    char *output = seen_from(identity->folder, identity->output);
    char *folder = output == NULL ? NULL : checkpoint_folder(output);
    if (folder != NULL) *is = is_same_file(folder, there) || is_same_file(output, there);
    const bool known = folder != NULL;
    free(output);
    free(folder);
    return known;
}

/* The result that a shard is to be a part of: "kz.h5" of "kz.shard-3-of-8". */
static char *whole_of(const char *shard)
{
    char *whole = NULL;
    size_t stem;
    uint64_t index, count;
    if (!status_shard_name(shard, &stem, &index, &count)) return strdup(shard);
    return asprintf(&whole, "%.*s.h5", (int)stem, shard) < 0 ? NULL : whole;
}

char *status_command(const struct identity *identity, const char *there, const char *result, const char *numbers,
                     const char *how)
{
    char *text = NULL, *output = NULL;
    size_t size = 0;
    char shard[40];
    bool was;
    if (!check_where_it_was(identity, there, &was)) return NULL;
    snprintf(shard, sizeof shard, "$i/%" PRIu64, identity->shard.count);
    FILE *to = open_memstream(&text, &size);
    if (to == NULL) return NULL;
    if (was && !is_same_file(identity->folder, ".")) {
        fputs("cd ", to);
        continuation_quote(identity->folder, to);
        fputs(" && ", to);
    }
    if (was) output = identity->shard.count > 0 ? whole_of(identity->output) : strdup(identity->output);
    if (was && output == NULL) {
        (void)fclose(to);
        free(text);
        return NULL;
    }
    if (numbers != NULL) fprintf(to, "for i in%s; do ", numbers);
    continuation_put(identity, was ? output : result, numbers == NULL ? NULL : shard, how, to);
    if (numbers != NULL) fputs("; done", to);
    free(output);
    return fclose(to) == 0 ? text : (free(text), NULL);
}

void status_free(struct status *status)
{
    for (size_t i = 0; i < status->items; i++) {
        free(status->item[i].path);
        free(status->item[i].words);
        free(status->item[i].command);
    }
    for (size_t r = 0; r < status->runs; r++) {
        struct status_run *run = &status->run[r];
        for (size_t i = 0; i < run->shards; i++) {
            free(run->shard[i].path);
            free(run->shard[i].words);
            identity_free(&run->shard[i].identity);
        }
        free(run->shard);
        free(run->stem);
    }
    free(status->item);
    free(status->run);
    *status = (struct status){0};
}
