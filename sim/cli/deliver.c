/* sim/cli/deliver.c -- see deliver.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/deliver.h"
#include "sim/cli/guard.h"
#include "sim/cli/output_path.h"
#include "sim/cli/report.h"
#include "sim/core/printable.h"
#include "sim/core/stopwatch.h"
#include "sim/run/trust.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *deliver_shard_path(const char *result, const struct shard *shard)
{
    char *path = NULL;
    const int made = asprintf(&path, "%.*s.shard-%" PRIu64 "-of-%" PRIu64, (int)result_stem(result), result,
                              shard->index, shard->count);
    return made < 0 ? NULL : path;
}

static void warn(void *context, const struct fault *fault)
{
    const struct delivery *delivery = context;
    fprintf(stderr, "\nzhol: warning: %s; the run goes on, with %" PRIu64 " replications that are safe\n",
            fault->sentence, delivery->checkpoint.done);
}

/* Only a result of the same draws gives way to one that is resumed. */
static struct fault *check_result(const struct delivery *delivery)
{
    const struct simulation *simulation = delivery->simulation;
    struct result result;
    TRY(guard_result(delivery->output, false, 0));
    struct fault *fault = result_read_outline(delivery->output, &result);
    if (fault == NULL &&
        (result.seed != simulation->plan.seed || strcmp(result.scenario, simulation->scenario->merged_text) != 0))
        fault = fault_raise(FAULT_FILES,
                            "%s is of another scenario or seed; use --force to replace it, or -o for "
                            "another place",
                            delivery->output);
    if (fault == NULL && !checkpoint_is_there(&delivery->checkpoint) && simulation->goals.count == 0 &&
        result.replications > simulation->replications)
        fault = fault_raise(FAULT_FILES,
                            "%s has %" PRIu64 " replications already; expected -n of as many or more, not %" PRIu64
                            ", --force to replace it, or -o for another place",
                            delivery->output, result.replications, simulation->replications);
    result_free(&result);
    return fault;
}

/* A shard that is there is done, if it is of this run. */
static struct fault *check_shard(struct delivery *delivery, const struct identity *identity)
{
    struct parcel parcel;
    struct fault *fault = parcel_open(delivery->output, &parcel);
    if (fault == NULL) fault = parcel_check(&parcel, NULL);
    if (fault != NULL && fault->code == FAULT_FILES) {
        struct fault *said = fault_raise(FAULT_FILES, "%s; --force simulates it anew", fault->sentence);
        fault_free(fault);
        fault = said;
    }
    if (fault == NULL) fault = identity_compare(&parcel.head.identity, identity, IDENTITY_SAME_RUN, delivery->output);
    delivery->finished = fault == NULL;
    parcel_close(&parcel);
    return fault;
}

/* What to do about a file that is there already. */
static struct fault *check_output(struct delivery *delivery, const struct identity *identity)
{
    const struct delivery_wish *wish = delivery->wish;
    if (wish->force || access(delivery->output, F_OK) < 0) return NULL;
    if (!wish->resume) return output_path_check_free(delivery->output);
    if (wish->shard.count > 0) return check_shard(delivery, identity);
    TRY(check_result(delivery));
    if (!checkpoint_is_there(&delivery->checkpoint)) {
        printable_put(delivery->output, stderr);
        fputs(" is there, but not its checkpoint ", stderr);
        printable_put(delivery->checkpoint.folder, stderr);
        fputs(": it is simulated anew\n", stderr);
    }
    return NULL;
}

/* "a" and "a.h5" would have one checkpoint. */
static struct fault *check_name(const struct delivery *delivery)
{
    const struct checkpoint *checkpoint = &delivery->checkpoint;
    const char *there = checkpoint->there.head.identity.output, *output = delivery->output;
    if (!checkpoint_is_there(checkpoint) || delivery->wish->force || there == NULL) return NULL;
    const char *slash = strrchr(there, '/'), *other = slash == NULL ? there : slash + 1;
    slash = strrchr(output, '/');
    const char *name = slash == NULL ? output : slash + 1;
    if (strcmp(name, other) == 0 || result_stem(name) != result_stem(other) ||
        strncmp(name, other, result_stem(name)) != 0)
        return NULL;
    return fault_raise(FAULT_USAGE, "%s is of %s; expected -o of another name than %s, or --force to begin anew",
                       checkpoint->folder, other, name);
}

static struct fault *check_checkpoint(const struct delivery *delivery, const struct identity *identity)
{
    const struct checkpoint *checkpoint = &delivery->checkpoint;
    const struct delivery_wish *wish = delivery->wish;
    uint64_t first, end;
    if (!checkpoint_is_there(checkpoint) || wish->resume || wish->force) return NULL;
    identity_range(&identity->shard, identity->replications, &first, &end);
    return fault_raise(FAULT_USAGE,
                       "%s holds %" PRIu64 " of the %" PRIu64 " replications of a run; --resume goes on with them, "
                       "--force begins anew",
                       checkpoint->folder, checkpoint->done, end - first);
}

static struct fault *check_shards(const struct simulation *simulation, const struct shard *shard)
{
    const uint64_t chunks = chunks_of(simulation->replications);
    if (shard->count <= chunks) return NULL;
    return fault_raise(FAULT_USAGE,
                       "--shard is %" PRIu64 "/%" PRIu64 ", but %" PRIu64 " replications are %" PRIu64
                       " chunks of %d, which are not split; expected no more shards than that",
                       shard->index, shard->count, simulation->replications, chunks, LANES_PER_CHUNK);
}

static struct fault *open_checkpoint(struct delivery *delivery, struct identity *identity)
{
    struct checkpoint *checkpoint = &delivery->checkpoint;
    const struct delivery_wish *wish = delivery->wish;
    char *folder = checkpoint_folder(delivery->output);
    struct fault *fault =
        folder == NULL ? fault_no_memory()
        : wish->cell   ? checkpoint_open_for(delivery->output, delivery->simulation, delivery->settings, checkpoint)
                       : checkpoint_open(folder, wish->force && !wish->resume, checkpoint);
    free(folder);
    if (fault != NULL) return fault;
    delivery->replace = wish->force || wish->resume || wish->cell; /* of a cell, another batch may have been as fast */
    if (checkpoint->unlocked)
        fprintf(stderr,
                "zhol: warning: %s lies on a file system without locks: nothing keeps a second run away from it\n",
                checkpoint->folder);
    checkpoint->interval = wish->interval;
    checkpoint->keep = wish->keep;
    checkpoint->warn = warn;
    checkpoint->context = delivery;
    if (wish->cell) return NULL;
    TRY(check_name(delivery));
    TRY(check_output(delivery, identity));
    TRY(check_checkpoint(delivery, identity));
    TRY(checkpoint_begin(checkpoint, identity, wish->resume ? CHECKPOINT_RESUME : CHECKPOINT_ANEW));
    if (checkpoint_is_there(checkpoint) && !delivery->finished) {
        printable_put(checkpoint->folder, stderr);
        fprintf(stderr, ": goes on from %" PRIu64 " replications\n", checkpoint->done);
    }
    return NULL;
}

struct fault *deliver_open(const struct simulation *simulation, const struct run_settings *settings,
                           const struct delivery_wish *wish, const char *output, struct delivery *delivery)
{
    struct identity identity;
    *delivery = (struct delivery){.simulation = simulation,
                                  .settings = settings,
                                  .wish = wish,
                                  .output = output,
                                  .checkpoint = {.lock = -1, .samples = -1, .there.file = -1}};
    TRY(check_shards(simulation, &wish->shard));
    struct fault *fault = identity_of(simulation, settings, wish->shard, &identity);
    identity.keep = wish->keep;
    if (fault == NULL && (identity.output = strdup(output)) == NULL) fault = fault_no_memory();
    if (fault == NULL) fault = open_checkpoint(delivery, &identity);
    identity_free(&identity);
    return fault;
}

uint64_t deliver_done(const struct delivery *delivery)
{
    return delivery->checkpoint.done;
}

static struct fault *write_result(struct delivery *delivery, struct progress *progress)
{
    const struct run_settings *settings = delivery->settings;
    struct result result;
    const struct ensemble_watch watch = progress_watch(progress);
    const double begin = stopwatch_now();
    struct fault *fault = simulate_kept(delivery->simulation, settings, &delivery->checkpoint, &watch, &result);
    progress_end(progress);
    if (fault == NULL) fault = trust_write(&result, delivery->output, delivery->replace, settings->threads);
    const double seconds = stopwatch_now() - begin;
    const size_t warnings = fault == NULL ? report_result(&result, delivery->output, seconds) : 0;
    if (fault == NULL && result.stopped_by != NULL)
        fprintf(stderr, "stopped by %s\n", result.stopped_by);
    else if (fault == NULL && delivery->simulation->origin == NULL)
        report_needed(&result);
    if (fault == NULL && warnings > 0 && settings->strict) fault = trust_refuse_warnings(delivery->output);
    result_free(&result);
    return fault;
}

static struct fault *write_shard(struct delivery *delivery, struct progress *progress)
{
    const struct ensemble_watch watch = progress_watch(progress);
    const struct shard *shard = &delivery->wish->shard;
    if (delivery->finished) {
        fprintf(stderr, "%s is finished already\n", delivery->output);
        return NULL;
    }
    struct fault *fault =
        simulate_shard(delivery->simulation, delivery->settings, &delivery->checkpoint, &watch, delivery->output);
    progress_end(progress);
    if (fault == NULL) {
        printable_put(delivery->output, stderr);
        fprintf(stderr, ": shard %" PRIu64 " of %" PRIu64 "; when all are there, `zhol merge` makes the result\n",
                shard->index, shard->count);
    }
    return fault;
}

/* What is safe of a run that was stopped. */
static void tell_interrupted(const struct delivery *delivery)
{
    const struct checkpoint *checkpoint = &delivery->checkpoint;
    uint64_t first, end;
    identity_range(&checkpoint->identity.shard, checkpoint->identity.replications, &first, &end);
    if (checkpoint->done == 0)
        fputs("zhol: interrupted; nothing was written\n", stderr);
    else
        fprintf(stderr,
                "zhol: interrupted; %s holds %" PRIu64 " of %s%" PRIu64 " replications: the same command with --resume "
                "goes on\n",
                checkpoint->folder, checkpoint->done, delivery->simulation->goals.count > 0 ? "at most " : "",
                end - first);
}

struct fault *deliver(struct delivery *delivery, struct progress *progress)
{
    struct fault *fault =
        delivery->wish->shard.count > 0 ? write_shard(delivery, progress) : write_result(delivery, progress);
    if (fault != NULL && fault->code == FAULT_INTERRUPTED && !delivery->wish->cell) tell_interrupted(delivery);
    if (fault != NULL && fault->code != FAULT_UNTRUSTED) return fault;
    if (!delivery->wish->keep) fault = fault_join(fault, checkpoint_remove(&delivery->checkpoint));
    return fault;
}

void deliver_close(struct delivery *delivery)
{
    struct checkpoint *checkpoint = &delivery->checkpoint;
    const bool empty = checkpoint->lock >= 0 && access(checkpoint->folder, F_OK) == 0 &&
                       access(checkpoint->state, F_OK) < 0 && errno == ENOENT;
    if (empty) fault_free(checkpoint_remove(checkpoint)); /* what remains is swept by the next run */
    checkpoint_close(checkpoint);
}
