/* sim/cli/status.c -- see status.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/status.h"
#include "output/hdf5/publish.h"
#include "output/result/result.h"
#include "sim/batch/batch.h"
#include "sim/cli/guard.h"
#include "sim/core/cause.h"
#include "sim/run/checkpoint.h"
#include "sim/run/continuation.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool ends_in(const char *path, const char *end)
{
    const size_t length = strlen(path), tail = strlen(end);
    return length > tail && strcmp(path + length - tail, end) == 0;
}

/* The sentence of a fault without its path, which stands before it already; the fault is freed. */
static char *words_of(struct fault *fault, const char *path)
{
    const size_t length = strlen(path);
    const char *text = fault->sentence;
    if (strncmp(text, path, length) == 0 && text[length] == ' ') text += length + 1;
    char *words = strdup(text);
    fault_free(fault);
    return words;
}

/* What says nothing of the file: the machine's. */
static bool is_of_the_machine(const struct fault *fault)
{
    return fault != NULL && fault->code == FAULT_MACHINE;
}

static struct fault *look_at_result(struct status *status, const char *path, bool named)
{
    struct result result = {0};
    struct status_item item = {.state = STATUS_DONE};
    struct fault *fault = guard_head(path, status->memory);
    if (fault == NULL) fault = result_read_outline(path, &result);
    if (fault_is_memory(fault)) {
        result_free(&result);
        return fault;
    }
    if (fault != NULL && !named && access(path, F_OK) < 0) {
        fault_free(fault); /* it was taken away just now */
        result_free(&result);
        return NULL;
    }
    if (fault != NULL) {
        item.state = fault->code == FAULT_MACHINE           ? STATUS_UNREAD
                     : fault->code == FAULT_USAGE && !named ? STATUS_OTHER
                                                            : STATUS_DAMAGED;
        item.words = words_of(fault, path);
    } else {
        if (ends_in(path, ".failed")) item.state = STATUS_FAILED;
        item.done = item.replications = result.replications;
        if (asprintf(&item.words, "%" PRIu64 " replications%s%s%s", result.replications,
                     item.state == STATUS_FAILED ? ", too many of which went non-finite" : "",
                     result.stopped_by == NULL ? "" : "; ", result.stopped_by == NULL ? "" : result.stopped_by) < 0)
            item.words = NULL;
    }
    result_free(&result);
    item.path = strdup(path);
    return status_add(status, &item);
}

/* What stands at a checkpoint. The texts are the caller's, and the identity. */
struct checkpoint_look {
    enum status_state state;
    struct parcel_head head;
    char *words; /* of damage */
};

static struct fault *read_state(const char *path, const char *folder, struct parcel *parcel)
{
    TRY(parcel_open(path, parcel));
    char *samples = checkpoint_samples(folder, parcel->head.generation);
    if (samples == NULL) return fault_no_memory();
    struct fault *fault = parcel_check(parcel, samples);
    free(samples);
    return fault;
}

/* A run that writes replaces the state, and then takes away samples that it does not speak of any more: what seems
 * damaged is looked at again until nothing changed in between. */
static struct fault *look_in(const char *state, const char *folder, struct checkpoint_look *look)
{
    struct parcel parcel = {.file = -1}, last;
    struct fault *fault = read_state(state, folder, &parcel);
    for (bool same = false; fault != NULL && !is_of_the_machine(fault) && access(state, F_OK) == 0 && !same;) {
        last = parcel;
        fault_free(fault);
        fault = read_state(state, folder, &parcel);
        same = last.body_size == parcel.body_size &&
               memcmp(last.body_digest, parcel.body_digest, sizeof last.body_digest) == 0;
        parcel_close(&last);
    }
    look->head = parcel.head;
    parcel.head = (struct parcel_head){0}; /* the caller's now */
    parcel_close(&parcel);
    if (is_of_the_machine(fault)) return fault;
    look->state = STATUS_LEFT;
    if (fault == NULL) return NULL;
    if (access(state, F_OK) < 0) {
        fault_free(fault);
        look->state = access(folder, F_OK) < 0 ? STATUS_VANISHED : STATUS_EMPTY;
        return NULL;
    }
    look->state = STATUS_DAMAGED;
    look->words = words_of(fault, folder);
    return look->words == NULL ? fault_no_memory() : NULL;
}

static struct fault *look(const char *folder, struct checkpoint_look *look)
{
    *look = (struct checkpoint_look){.state = STATUS_EMPTY};
    char *state = checkpoint_state(folder);
    struct fault *fault = state == NULL ? fault_no_memory() : look_in(state, folder, look);
    free(state);
    return fault;
}

/* The result of a checkpoint: "runs/kz.h5" of "runs/kz.part", or "runs/kz" where that was its name. */
static char *result_of(const char *folder, const struct identity *identity)
{
    const size_t stem = strlen(folder) - strlen(".part");
    const char *output = identity->output, *slash = strrchr(folder, '/'), *name = slash == NULL ? folder : slash + 1;
    char *result = NULL;
    if (output != NULL && (slash = strrchr(output, '/')) != NULL) output = slash + 1;
    const size_t length = (size_t)(folder + stem - name);
    const bool bare = output != NULL && strlen(output) == length && strncmp(output, name, length) == 0;
    return asprintf(&result, "%.*s%s", (int)stem, folder, bare ? "" : ".h5") < 0 ? NULL : result;
}

static char *words_for(const struct checkpoint_look *look, const char *result)
{
    char *words = NULL;
    const uint64_t done = look->head.done, all = look->head.identity.replications;
    const bool known = look->head.identity.source != NULL;
    int made = -1;
    switch (look->state) {
    case STATUS_EMPTY:
        made =
            asprintf(&words, "nothing is safe yet of a run that has begun, or that was killed as it did; the next one "
                             "takes its place");
        break;
    case STATUS_KEPT: made = asprintf(&words, "%s is done; with a greater -n it is extended", result); break;
    case STATUS_DAMAGED:
        made = asprintf(&words, "%s; %s", look->words,
                        known ? "only anew" : "the command that made it begins anew with --force");
        break;
    default:
        made = asprintf(&words, "%" PRIu64 " of %s%" PRIu64 " replications, %" PRIu64 " left", done,
                        look->head.identity.goals > 0 ? "at most " : "", all, all - done);
    }
    return made < 0 ? NULL : words;
}

/* The command to extend a run says how, but not how far. */
static char *command_for(const struct checkpoint_look *look, const char *folder, const char *result)
{
    const bool anew = look->state == STATUS_DAMAGED;
    return status_command(&look->head.identity, folder, result, NULL, anew ? "--force" : "--resume");
}

/* The checkpoint of a whole run. */
static struct fault *add_checkpoint(struct status *status, const char *folder, struct checkpoint_look *look)
{
    char *result = result_of(folder, &look->head.identity);
    if (result == NULL) return fault_no_memory();
    const bool known = look->head.identity.source != NULL;
    bool has = false;
    struct fault *fault = look->state == STATUS_LEFT
                              ? status_has_result(status, &look->head.identity, look->head.done, result, &has)
                              : NULL;
    if (has) look->state = STATUS_KEPT;
    struct status_item item = {.path = strdup(folder), .state = look->state, .words = words_for(look, result)};
    if (known) {
        item.done = look->head.done;
        item.replications = look->head.identity.replications;
    }
    if (fault == NULL && known && (look->state == STATUS_LEFT || look->state == STATUS_DAMAGED) &&
        (item.command = command_for(look, folder, result)) == NULL)
        fault = fault_no_memory();
    free(result);
    return fault_join(fault, status_add(status, &item));
}

static struct fault *look_at_checkpoint(struct status *status, const char *folder)
{
    struct checkpoint_look found;
    size_t stem;
    uint64_t index, count, first, end;
    char *shard = strndup(folder, strlen(folder) - strlen(".part"));
    struct fault *fault = shard == NULL ? fault_no_memory() : look(folder, &found);
    if (fault == NULL && found.state != STATUS_VANISHED && status_shard_name(shard, &stem, &index, &count)) {
        const struct identity *identity = &found.head.identity;
        if (identity->source != NULL) identity_range(&identity->shard, identity->replications, &first, &end);
        const struct status_shard member = {.path = strdup(folder),
                                            .index = index,
                                            .state = found.state,
                                            .done = found.head.done,
                                            .replications = identity->source == NULL ? 0 : end - first,
                                            .words = found.words,
                                            .identity = *identity};
        free(shard);
        return status_add_shard(status, &member);
    }
    if (fault == NULL && found.state != STATUS_VANISHED) fault = add_checkpoint(status, folder, &found);
    if (shard != NULL) {
        identity_free(&found.head.identity);
        free(found.words);
    }
    free(shard);
    return fault;
}

/* The file of a shard that is finished, or a state that was named. */
static struct fault *look_at_shard(struct status *status, const char *path)
{
    struct parcel parcel;
    struct status_shard shard = {.state = STATUS_DONE};
    size_t stem;
    uint64_t count;
    struct fault *fault = parcel_open(path, &parcel);
    if (fault == NULL) fault = parcel_check(&parcel, NULL);
    if (fault == NULL && (!parcel.head.finished || parcel.head.identity.shard.count == 0))
        fault = fault_raise(FAULT_FILES, "%s is a checkpoint that was taken from its folder", path);
    shard.identity = parcel.head.identity;
    shard.done = shard.replications = parcel.head.done;
    shard.index = parcel.head.identity.shard.index;
    parcel.head = (struct parcel_head){0};
    parcel_close(&parcel);
    if (is_of_the_machine(fault) || (fault != NULL && access(path, F_OK) < 0)) {
        identity_free(&shard.identity);
        if (is_of_the_machine(fault)) return fault;
        fault_free(fault);
        return NULL;
    }
    if (fault != NULL) {
        shard.state = STATUS_DAMAGED;
        if ((shard.words = words_of(fault, path)) == NULL) return fault_no_memory();
    }
    if (shard.index == 0 && !status_shard_name(path, &stem, &shard.index, &count)) {
        struct status_item item = {.path = strdup(path), .state = STATUS_DAMAGED, .words = shard.words};
        identity_free(&shard.identity);
        return status_add(status, &item);
    }
    shard.path = strdup(path);
    return status_add_shard(status, &shard);
}

static struct fault *add_remnant(struct status *status, const char *path)
{
    char *command = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&command, &size);
    if (to == NULL) return fault_no_memory();
    fputs("rm -- ", to);
    continuation_quote(path, to);
    if (fclose(to) != 0) return fault_no_memory();
    const struct status_item item = {.path = strdup(path),
                                     .state = STATUS_REMNANT,
                                     .words = strdup("of a run that was killed while it wrote; it is of no use"),
                                     .command = command};
    return status_add(status, &item);
}

static bool begins_with(const char *path, const char *begin)
{
    char text[16];
    const size_t length = strlen(begin);
    FILE *from = fopen(path, "re");
    if (from == NULL) return false;
    const bool is = fread(text, 1, length, from) == length && memcmp(text, begin, length) == 0;
    (void)fclose(from); /* it was only read */
    return is;
}

/* Whether a file begins as parts of runs do. */
static bool is_parcel(const char *path)
{
    return begins_with(path, "zhol parcel ");
}

/* As HDF5 does. */
static bool is_hdf5(const char *path)
{
    return begins_with(path, "\x89HDF\r\n\x1a\n");
}

static struct fault *look_at_file(struct status *status, const char *path, bool named)
{
    size_t stem;
    uint64_t index, count;
    bool left = false;
    if (publish_is_temporary(path, &left)) return left ? add_remnant(status, path) : NULL;
    if (status_shard_name(path, &stem, &index, &count) || (named && is_parcel(path)))
        return look_at_shard(status, path);
    if (named || ends_in(path, ".h5") || ends_in(path, ".h5.failed") || is_hdf5(path))
        return look_at_result(status, path, named);
    return NULL;
}

static int is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static struct fault *look_in_folder(struct status *status, const char *folder)
{
    struct dirent **entry = NULL;
    struct fault *fault = NULL;
    const int entries = scandir(folder, &entry, is_shown, alphasort);
    if (entries < 0)
        return fault_raise(cause_code(errno, FAULT_FILES), "%s cannot be read: %s", folder, strerror(errno));
    for (int i = 0; i < entries; i++) {
        struct stat info;
        char *path = NULL;
        const bool here = strcmp(folder, ".") == 0;
        const int made = here ? asprintf(&path, "%s", entry[i]->d_name)
                              : asprintf(&path, "%s%s%s", folder, ends_in(folder, "/") ? "" : "/", entry[i]->d_name);
        free(entry[i]);
        if (made < 0) {
            fault = fault_join(fault, fault_no_memory());
            continue;
        }
        if (fault == NULL && stat(path, &info) == 0) {
            if (S_ISDIR(info.st_mode) && ends_in(path, ".part"))
                fault = look_at_checkpoint(status, path);
            else if (S_ISREG(info.st_mode))
                fault = look_at_file(status, path, false);
        }
        free(path);
    }
    free(entry);
    return fault;
}

static struct fault *look_at_cell(struct status *status, const char *result)
{
    char *folder = checkpoint_folder(result);
    struct fault *fault = folder == NULL ? fault_no_memory() : NULL;
    const bool begun = folder != NULL && access(folder, F_OK) == 0, done = access(result, F_OK) == 0;
    if (fault == NULL && done) fault = look_at_result(status, result, true);
    if (fault == NULL && begun) fault = look_at_checkpoint(status, folder);
    free(folder);
    if (fault != NULL || done || begun) return fault;
    const struct status_item item = {.path = strdup(result),
                                     .state = STATUS_WAITING,
                                     .words = strdup("a cell of the batch, which its command goes on with")};
    return status_add(status, &item);
}

/* The file of a batch: each cell. */
static struct fault *look_at_batch(struct status *status, const char *path)
{
    struct batch batch = {0};
    struct fault *fault = batch_read(path, NULL, 0, &batch);
    if (fault != NULL && !fault_is_memory(fault)) { /* its place ends with the batch */
        struct fault *said = fault_raise(fault->code, "%s: %s", path, fault->sentence);
        fault_free(fault);
        fault = said;
    }
    for (size_t i = 0; fault == NULL && i < batch_cells(&batch); i++) {
        char *result = NULL;
        const char *folder = status->folder == NULL ? batch.name : status->folder;
        if (asprintf(&result, "%s/%s.h5", folder, batch.cell[i].name) < 0) result = NULL;
        fault = result == NULL ? fault_no_memory() : look_at_cell(status, result);
        free(result);
    }
    batch_free(&batch);
    return fault;
}

/* A path that was named, without slashes at its end. */
static struct fault *look_at(struct status *status, const char *path)
{
    struct stat info;
    if (stat(path, &info) < 0) {
        const int error = errno;
        char *folder = checkpoint_folder(path); /* of a result that is not there yet */
        const bool there = folder != NULL && stat(folder, &info) == 0;
        struct fault *fault = folder == NULL ? fault_no_memory()
                              : there        ? look_at_checkpoint(status, folder)
                                             : fault_raise(FAULT_FILES, "%s: %s", path, strerror(error));
        free(folder);
        return fault;
    }
    if (S_ISREG(info.st_mode)) {
        bool batch;
        TRY(batch_is_file(path, &batch));
        return batch ? look_at_batch(status, path) : look_at_file(status, path, true);
    }
    if (!S_ISDIR(info.st_mode)) return fault_raise(FAULT_FILES, "%s is neither a file nor a folder", path);
    return ends_in(path, ".part") ? look_at_checkpoint(status, path) : look_in_folder(status, path);
}

struct fault *status_look(struct status *status, const char *path)
{
    char *clean = strdup(path);
    if (clean == NULL) return fault_no_memory();
    for (size_t length = strlen(clean); length > 1 && clean[length - 1] == '/'; length--) clean[length - 1] = '\0';
    struct fault *fault = look_at(status, clean);
    free(clean);
    return fault;
}

static int by_path(const void *left, const void *right)
{
    const struct status_item *a = left, *b = right;
    return strcmp(a->path, b->path);
}

/* A number of a run that was not named: its shard, or the checkpoint of it, may lie beside those that were. */
static struct fault *look_beside(struct status *status, size_t run, uint64_t index)
{
    char *path = NULL, *folder = NULL;
    const struct status_run *of = &status->run[run];
    struct fault *fault = NULL;
    if (asprintf(&path, "%s.shard-%" PRIu64 "-of-%" PRIu64, of->stem, index, of->count) < 0) return fault_no_memory();
    if (asprintf(&folder, "%s.part", path) < 0) {
        free(path);
        return fault_no_memory();
    }
    if (access(path, F_OK) == 0)
        fault = look_at_shard(status, path);
    else if (access(folder, F_OK) == 0)
        fault = look_at_checkpoint(status, folder);
    free(path);
    free(folder);
    return fault;
}

static struct fault *complete(struct status *status, size_t run)
{
    const size_t named = status->run[run].shards;
    const uint64_t count = status->run[run].count;
    bool *is_named = calloc((size_t)count + 1, sizeof *is_named);
    struct fault *fault = is_named == NULL ? fault_no_memory() : NULL;
    for (size_t i = 0; i < named && fault == NULL; i++)
        if (status->run[run].shard[i].index <= count) is_named[status->run[run].shard[i].index] = true;
    for (uint64_t i = 1; i <= count && fault == NULL; i++)
        if (!is_named[i]) fault = look_beside(status, run, i);
    free(is_named);
    return fault;
}

struct fault *status_conclude(struct status *status)
{
    for (size_t i = 0; i < status->runs; i++) TRY(complete(status, i));
    for (size_t i = 0; i < status->runs; i++) TRY(status_conclude_run(status, &status->run[i]));
    if (status->items > 1) qsort(status->item, status->items, sizeof *status->item, by_path);
    return NULL;
}

int status_exit(const struct status *status)
{
    for (size_t i = 0; i < status->items; i++)
        if (status->item[i].state == STATUS_DAMAGED) return FAULT_FILES;
    return 0;
}

struct fault *status_unread(const struct status *status)
{
    for (size_t i = 0; i < status->items; i++)
        if (status->item[i].state == STATUS_UNREAD)
            return fault_raise(FAULT_MACHINE, "%s was not read: %s", status->item[i].path, status->item[i].words);
    return NULL;
}
