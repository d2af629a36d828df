/* sim/run/checkpoint.c -- see checkpoint.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/checkpoint.h"
#include "sim/core/stopwatch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct fault *cannot(const char *path, const char *what)
{
    const int error = errno;
    return fault_raise(FAULT_MACHINE, "%s cannot be %s: %s", path, what, strerror(error));
}

char *checkpoint_folder(const char *result)
{
    char *folder = NULL;
    return asprintf(&folder, "%.*s.part", (int)result_stem(result), result) < 0 ? NULL : folder;
}

char *checkpoint_state(const char *folder)
{
    char *path = NULL;
    return asprintf(&path, "%s/state", folder) < 0 ? NULL : path;
}

char *checkpoint_samples(const char *folder, uint64_t generation)
{
    char *path = NULL;
    return asprintf(&path, "%s/samples-%" PRIu64, folder, generation) < 0 ? NULL : path;
}

/* A lock of the open file, which ends with it, and so with the process. */
static struct fault *lock_file(const char *path, const char *folder, int *file, bool *unlocked)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct stat status;
    do {
        if (*file >= 0) (void)close(*file);
        *file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
        if (*file < 0) return cannot(path, "opened");
        if (fcntl(*file, F_OFD_SETLK, &lock) < 0) {
            if (errno == EAGAIN || errno == EACCES)
                return fault_raise(FAULT_USAGE, "another run is at work on this result: it holds %s", folder);
            *unlocked = errno == ENOLCK || errno == EOPNOTSUPP;
            if (!*unlocked) return cannot(path, "locked");
        }
        if (fstat(*file, &status) < 0) return cannot(path, "looked at");
    } while (status.st_nlink == 0); /* it was taken away by a run that ended just now */
    return NULL;
}

static struct fault *take_lock(struct checkpoint *checkpoint)
{
    char *path = NULL;
    if (mkdir(checkpoint->folder, 0777) < 0 && errno != EEXIST) return cannot(checkpoint->folder, "made");
    if (asprintf(&path, "%s/lock", checkpoint->folder) < 0) return fault_no_memory();
    struct fault *fault = lock_file(path, checkpoint->folder, &checkpoint->lock, &checkpoint->unlocked);
    free(path);
    if (fault != NULL && checkpoint->lock >= 0) {
        (void)close(checkpoint->lock); /* it is another's, and so is all in the folder */
        checkpoint->lock = -1;
    }
    return fault;
}

/* What is a checkpoint's own in its folder. */
static bool is_own(const char *name)
{
    return strcmp(name, "state") == 0 || strncmp(name, "state.tmp", 9) == 0 || strncmp(name, "samples-", 8) == 0;
}

/* Takes away all of its own but what is named; the state first, which means nothing without its samples. */
static struct fault *sweep(const struct checkpoint *checkpoint, const char *keep, const char *or_this)
{
    struct fault *fault = NULL;
    DIR *folder = opendir(checkpoint->folder);
    if (folder == NULL) return cannot(checkpoint->folder, "read");
    if (strcmp(keep, "state") != 0 && unlinkat(dirfd(folder), "state", 0) < 0 && errno != ENOENT)
        fault = cannot(checkpoint->state, "taken away");
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        const char *name = entry->d_name;
        if (!is_own(name) || strcmp(name, keep) == 0 || strcmp(name, or_this) == 0) continue;
        if (unlinkat(dirfd(folder), name, 0) < 0 && errno != ENOENT && fault == NULL)
            fault = cannot(name, "taken away");
    }
    if (closedir(folder) < 0 && fault == NULL) fault = cannot(checkpoint->folder, "read");
    return fault;
}

struct fault *checkpoint_open(const char *folder, bool anew, struct checkpoint *checkpoint)
{
    *checkpoint = (struct checkpoint){.folder = strdup(folder), .lock = -1, .samples = -1, .there.file = -1};
    checkpoint->state = checkpoint_state(folder);
    if (checkpoint->folder == NULL || checkpoint->state == NULL) return fault_no_memory();
    TRY(take_lock(checkpoint));
    checkpoint->last = stopwatch_now();
    if (anew || (access(checkpoint->state, F_OK) < 0 && errno == ENOENT)) return NULL;
    TRY(parcel_open(checkpoint->state, &checkpoint->there));
    checkpoint->done = checkpoint->there.head.done;
    return NULL;
}

bool checkpoint_is_there(const struct checkpoint *checkpoint)
{
    return checkpoint->there.file >= 0;
}

/* Whether what is there may be gone on from. */
static struct fault *check_there(const struct checkpoint *checkpoint)
{
    const struct identity *there = &checkpoint->there.head.identity, *wanted = &checkpoint->identity;
    TRY(identity_compare(there, wanted, IDENTITY_GOES_ON, checkpoint->folder));
    if (there->shard.index != wanted->shard.index)
        return fault_raise(FAULT_FILES, "%s is of shard %" PRIu64 "; expected shard %" PRIu64, checkpoint->folder,
                           there->shard.index, wanted->shard.index);
    if (checkpoint->done > wanted->replications)
        return fault_raise(FAULT_FILES,
                           "%s has %" PRIu64 " replications already; expected -n of as many or more, not %" PRIu64,
                           checkpoint->folder, checkpoint->done, wanted->replications);
    return NULL;
}

struct fault *checkpoint_begin(struct checkpoint *checkpoint, struct identity *identity, enum checkpoint_use use)
{
    struct fault *fault = NULL;
    checkpoint->identity = *identity;
    *identity = (struct identity){0};
    bool anew = use == CHECKPOINT_ANEW || !checkpoint_is_there(checkpoint);
    if (!anew) fault = check_there(checkpoint);
    if (fault != NULL && (use == CHECKPOINT_RESUME || fault_is_memory(fault))) return fault;
    anew = anew || fault != NULL;
    fault_free(fault);
    if (!anew) return NULL;
    checkpoint->done = 0;
    parcel_close(&checkpoint->there);
    return sweep(checkpoint, "", "");
}

struct fault *checkpoint_open_for(const char *result, const struct simulation *simulation,
                                  const struct run_settings *settings, struct checkpoint *checkpoint)
{
    struct identity identity;
    char *folder = checkpoint_folder(result);
    *checkpoint = (struct checkpoint){.lock = -1, .samples = -1, .there.file = -1};
    struct fault *fault = folder == NULL ? fault_no_memory() : checkpoint_open(folder, false, checkpoint);
    if (fault != NULL && fault->code == FAULT_FILES) { /* a damaged one is of no run */
        fault_free(fault);
        checkpoint_close(checkpoint);
        fault = checkpoint_open(folder, true, checkpoint);
    }
    free(folder);
    if (fault != NULL) return fault;
    fault = identity_of(simulation, settings, (struct shard){0, 0}, &identity);
    if (fault == NULL) fault = checkpoint_begin(checkpoint, &identity, CHECKPOINT_RESUME_OR_ANEW);
    identity_free(&identity);
    return fault;
}

struct fault *checkpoint_resume(struct checkpoint *checkpoint, struct accumulator *accumulator)
{
    struct parcel *there = &checkpoint->there;
    if (!checkpoint_is_there(checkpoint)) return NULL;
    TRY(parcel_read(there));
    char *path = checkpoint_samples(checkpoint->folder, there->head.generation);
    struct fault *fault = path == NULL ? fault_no_memory() : parcel_add(there, path, accumulator);
    free(path);
    if (fault != NULL) return fault;
    const uint64_t whole = accumulator->whole > 0 ? accumulator->whole : accumulator->limit;
    const struct retention wanted = retention_of(accumulator->simulation, whole, accumulator->memory);
    const struct retention *has = &accumulator->retention;
    const bool goals = accumulator->simulation->goals.count > 0; /* whose retention follows from what is in */
    if (!goals && ((has->sketched && !wanted.sketched) || (!has->inputs && wanted.inputs)))
        return fault_raise(FAULT_FILES,
                           "%s is of a run of %" PRIu64 " replications, whose samples do not fit in --memory and were "
                           "not kept; %" PRIu64 " are to be kept with them; expected a greater -n, or --force to begin "
                           "anew",
                           checkpoint->folder, there->head.identity.replications, whole);
    checkpoint->generation = there->head.generation;
    checkpoint->records = there->records;
    there->records = (struct parcel_records){0};
    for (size_t i = 0; i < checkpoint->records.count; i++) {
        const struct parcel_record *record = &checkpoint->records.item[i];
        if (record->offset + record->size > checkpoint->end) checkpoint->end = record->offset + record->size;
    }
    return NULL;
}

/* From now on samples go into another file. */
static void begin_samples(struct checkpoint *checkpoint)
{
    if (checkpoint->samples >= 0) (void)close(checkpoint->samples); /* it will be taken away */
    checkpoint->samples = -1;
    checkpoint->generation++;
    checkpoint->end = 0;
    checkpoint->records.count = 0;
}

/* A file for these samples: that which is there, or another, where they are not like those in it. */
static struct fault *open_samples(struct checkpoint *checkpoint, const struct accumulator *accumulator)
{
    const struct samples *samples = &accumulator->samples;
    const size_t rows = accumulator_rows(accumulator);
    const bool first = checkpoint->samples < 0;
    uint64_t each = 0;
    if (!samples_bytes(1, rows, samples->inputs, &each)) return fault_no_memory();
    const struct parcel_record *record = checkpoint->records.item;
    const bool alike = first ? checkpoint->records.count > 0 && record->size == each * (record->end - record->first)
                             : rows == checkpoint->rows && samples->inputs == checkpoint->inputs;
    if (!first && alike) return NULL;
    if (!alike) begin_samples(checkpoint);
    char *path = checkpoint_samples(checkpoint->folder, checkpoint->generation);
    if (path == NULL) return fault_no_memory();
    checkpoint->samples = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    struct fault *fault = checkpoint->samples < 0 ? cannot(path, "written") : NULL;
    free(path);
    checkpoint->rows = rows;
    checkpoint->inputs = samples->inputs;
    return fault;
}

/* The first run of replications in first .. end that are not in the file yet; false: none. */
static bool next_unsaved(const struct checkpoint *checkpoint, uint64_t *first, uint64_t *end)
{
    bool moved = true;
    while (moved) {
        moved = false;
        for (size_t i = 0; i < checkpoint->records.count; i++) {
            const struct parcel_record *record = &checkpoint->records.item[i];
            if (record->first <= *first && *first < record->end) {
                *first = record->end;
                moved = true;
            }
        }
    }
    for (size_t i = 0; i < checkpoint->records.count; i++) {
        const struct parcel_record *record = &checkpoint->records.item[i];
        if (record->first > *first && record->first < *end) *end = record->first;
    }
    return *first < *end;
}

/* Samples of whole chunks that are in. */
static struct fault *save_samples(struct checkpoint *checkpoint, const struct accumulator *accumulator)
{
    const uint64_t whole = tally_replications(accumulator->tally) / LANES_PER_CHUNK;
    uint64_t first, stop = accumulator->first / LANES_PER_CHUNK;
    TRY(open_samples(checkpoint, accumulator));
    while (tally_next(accumulator->tally, stop, true, &first, &stop)) {
        const uint64_t last = (stop < whole ? stop : whole) * LANES_PER_CHUNK;
        uint64_t from = first * LANES_PER_CHUNK, to = last;
        for (; next_unsaved(checkpoint, &from, &to); from = to, to = last)
            TRY(parcel_put_samples(checkpoint->samples, checkpoint->folder, accumulator, from, to, &checkpoint->end,
                                   &checkpoint->records));
    }
    return fdatasync(checkpoint->samples) < 0 ? cannot(checkpoint->folder, "written to the disk") : NULL;
}

struct fault *checkpoint_save(struct checkpoint *checkpoint, const struct accumulator *accumulator)
{
    const uint64_t done = parcel_done(accumulator, false);
    checkpoint->last = stopwatch_now();
    if (done == 0 && !checkpoint->keep) return NULL; /* nothing to go on from */
    if (accumulator->samples.count > 0)
        TRY(save_samples(checkpoint, accumulator));
    else if (checkpoint->records.count > 0)
        begin_samples(checkpoint); /* and none go in */
    struct parcel_head head = {.done = done, .generation = checkpoint->generation, .identity = checkpoint->identity};
    TRY(parcel_write(checkpoint->state, &head, accumulator, &checkpoint->records));
    checkpoint->done = done;
    char *samples = NULL;
    if (asprintf(&samples, "samples-%" PRIu64, checkpoint->generation) < 0) return fault_no_memory();
    struct fault *fault = sweep(checkpoint, "state", samples);
    free(samples);
    checkpoint->last = stopwatch_now();
    return fault;
}

static bool is_due(void *context)
{
    const struct checkpoint *checkpoint = context;
    return stopwatch_now() - checkpoint->last >= checkpoint->interval;
}

/* What cannot be written is told once, not every minute. */
static void keep(void *context, const struct accumulator *accumulator)
{
    struct checkpoint *checkpoint = context;
    struct fault *fault = checkpoint_save(checkpoint, accumulator);
    if (fault == NULL) return;
    if (checkpoint->warn != NULL && (checkpoint->warned == NULL || strcmp(checkpoint->warned, fault->sentence) != 0))
        checkpoint->warn(checkpoint->context, fault);
    free(checkpoint->warned);
    checkpoint->warned = strdup(fault->sentence); /* without memory it is told again */
    fault_free(fault);
}

struct accumulator_keeper checkpoint_keeper(struct checkpoint *checkpoint)
{
    return (struct accumulator_keeper){.due = is_due, .keep = keep, .at_end = checkpoint->keep, .context = checkpoint};
}

struct fault *checkpoint_remove(struct checkpoint *checkpoint)
{
    char *lock = NULL;
    TRY(sweep(checkpoint, "", ""));
    if (asprintf(&lock, "%s/lock", checkpoint->folder) < 0) return fault_no_memory();
    const bool gone = unlink(lock) == 0 && rmdir(checkpoint->folder) == 0;
    free(lock);
    /* what else lies there is not a run's, and another run may have come just now */
    return gone || errno == ENOTEMPTY || errno == EEXIST ? NULL : cannot(checkpoint->folder, "taken away");
}

void checkpoint_close(struct checkpoint *checkpoint)
{
    if (checkpoint->samples >= 0) (void)close(checkpoint->samples); /* what counts of it is synced */
    if (checkpoint->lock >= 0) (void)close(checkpoint->lock);
    parcel_close(&checkpoint->there);
    identity_free(&checkpoint->identity);
    parcel_records_free(&checkpoint->records);
    free(checkpoint->folder);
    free(checkpoint->state);
    free(checkpoint->warned);
    *checkpoint = (struct checkpoint){.lock = -1, .samples = -1, .there.file = -1};
}
