/* sim/core/ensemble.c -- see ensemble.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/ensemble.h"

#include <omp.h>

struct shared {
    const struct ensemble_body *body;
    const struct ensemble_watch *watch;
    uint64_t count, next, done;
    bool halted, interrupted;
    struct fault *faults;
};

int ensemble_threads(int threads)
{
    return threads > 0 ? threads : omp_get_max_threads();
}

static void fail(struct shared *shared, struct fault *fault)
{
#pragma omp critical(ensemble)
    {
        shared->faults = fault_join(shared->faults, fault);
        shared->halted = true;
    }
}

/* The next item; false when there is none or the loop was halted. */
static bool take(struct shared *shared, uint64_t *item)
{
    bool taken = false;
    const struct ensemble_watch *watch = shared->watch;
    const bool stop = watch != NULL && watch->stop != NULL && watch->stop(watch->context);
#pragma omp critical(ensemble)
    {
        if (stop && shared->next < shared->count && !shared->halted) shared->halted = shared->interrupted = true;
        if (!shared->halted && shared->next < shared->count) {
            *item = shared->next++;
            taken = true;
        }
    }
    return taken;
}

static void finish(struct shared *shared)
{
    const struct ensemble_watch *watch = shared->watch;
#pragma omp critical(ensemble_progress)
    {
        shared->done++;
        if (watch != NULL && watch->progress != NULL) watch->progress(watch->context, shared->done, shared->count);
    }
}

static void work(struct shared *shared)
{
    const struct ensemble_body *body = shared->body;
    void *state = NULL;
    uint64_t item;
    struct fault *fault = body->open == NULL ? NULL : body->open(body->context, &state);
    while (fault == NULL && take(shared, &item)) {
        fault = body->item(body->context, state, item);
        if (fault == NULL) finish(shared);
    }
    if (fault != NULL) fail(shared, fault);
    if (body->close != NULL) body->close(body->context, state);
}

struct fault *ensemble_for(uint64_t count, int threads, const struct ensemble_body *body,
                           const struct ensemble_watch *watch)
{
    struct shared shared = {.body = body, .watch = watch, .count = count};
    int team = ensemble_threads(threads);
    if ((uint64_t)team > count) team = count == 0 ? 1 : (int)count;
#pragma omp parallel num_threads(team)
    work(&shared);
    if (shared.faults == NULL && shared.interrupted) return fault_raise(FAULT_INTERRUPTED, "interrupted");
    return shared.faults;
}
