/* sim/core/ensemble.c -- see ensemble.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/ensemble.h"

#include <omp.h>
#include <stdlib.h>

/* The fault of one thread, which is its last act. */
struct thread_fault {
    bool opening;
    uint64_t item;
    struct fault *fault;
};

struct loop {
    const struct ensemble_body *body;
    const struct ensemble_watch *watch;
    uint64_t count;
    /* under critical(ensemble_items) */
    uint64_t next;
    bool halted, stopped;
    struct thread_fault *fault; /* [threads] */
    size_t faults;
    /* under critical(ensemble_progress) */
    uint64_t done;
};

int ensemble_threads(int threads)
{
    return threads > 0 ? threads : omp_get_max_threads();
}

static void loop_fail(struct loop *loop, struct thread_fault fault)
{
#pragma omp critical(ensemble_items)
    {
        loop->halted = true;
        loop->fault[loop->faults++] = fault;
    }
}

/* Takes the next item; false when there is none or none may begin. */
static bool loop_take(struct loop *loop, uint64_t *item)
{
    const struct ensemble_watch *watch = loop->watch;
    const bool stop = watch != NULL && watch->stop != NULL && watch->stop(watch->context);
    bool taken;
#pragma omp critical(ensemble_items)
    {
        if (stop && loop->next < loop->count && !loop->halted) loop->halted = loop->stopped = true;
        taken = !loop->halted && loop->next < loop->count;
        if (taken) *item = loop->next++;
    }
    return taken;
}

static void loop_progress(struct loop *loop)
{
    const struct ensemble_watch *watch = loop->watch;
#pragma omp critical(ensemble_progress)
    {
        loop->done++;
        if (watch != NULL && watch->progress != NULL) watch->progress(watch->context, loop->done, loop->count);
    }
}

/* What each thread does. */
static void loop_run(struct loop *loop)
{
    const struct ensemble_body *body = loop->body;
    void *state = NULL;
    struct fault *fault = body->open == NULL ? NULL : body->open(body->context, &state);
    const bool opened = fault == NULL;
    uint64_t item = 0;
    while (fault == NULL && loop_take(loop, &item)) {
        fault = body->item(body->context, state, item);
        if (fault == NULL) loop_progress(loop);
    }
    if (fault != NULL) loop_fail(loop, (struct thread_fault){!opened, item, fault});
    if (body->close != NULL) body->close(body->context, state);
}

static int by_item(const void *left, const void *right)
{
    const struct thread_fault *a = left, *b = right;
    if (a->opening != b->opening) return a->opening ? -1 : 1;
    return a->item < b->item ? -1 : a->item > b->item;
}

static struct fault *loop_faults(struct loop *loop)
{
    struct fault *all = NULL;
    qsort(loop->fault, loop->faults, sizeof *loop->fault, by_item);
    for (size_t i = 0; i < loop->faults; i++) all = fault_join(all, loop->fault[i].fault);
    if (loop->stopped)
        all = fault_join(all, fault_raise(FAULT_INTERRUPTED, "stopped on request after %llu of %llu parts",
                                          (unsigned long long)loop->done, (unsigned long long)loop->count));
    return all;
}

struct fault *ensemble_for(uint64_t count, int threads, const struct ensemble_body *body,
                           const struct ensemble_watch *watch)
{
    if (count == 0) return NULL;
    threads = ensemble_threads(threads);
    if ((uint64_t)threads > count) threads = (int)count;
    struct loop loop = {.body = body, .watch = watch, .count = count};
    loop.fault = calloc((size_t)threads, sizeof *loop.fault); /* a thread fails once at most */
    if (loop.fault == NULL) return fault_no_memory();
#pragma omp parallel num_threads(threads)
    loop_run(&loop);
    struct fault *fault = loop_faults(&loop);
    free(loop.fault);
    return fault;
}
