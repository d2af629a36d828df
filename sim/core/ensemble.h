/* sim/core/ensemble.h -- the only place with threads.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_ENSEMBLE_H
#define ZHOL_ENSEMBLE_H

#include "sim/core/fault.h"

#include <stdbool.h>
#include <stdint.h>

/* How a parallel loop is watched. All may be NULL. */
struct ensemble_watch {
    bool (*stop)(void *context); /* true: begin no further item; called by any thread */
    void (*progress)(void *context, uint64_t done, uint64_t all); /* after an item; one call at a time */
    void *context;
};

/* Calls body(context, thread_state, item) once for each item 0 .. count-1 on `threads` threads (0: as many as OpenMP
 * sees processors, or as OMP_NUM_THREADS says), never more than there are items. Items begin in ascending order. Each
 * thread first opens its state with `open` and at the end closes it with `close`, which takes what an opening that
 * failed left as well, NULL among it; either may be NULL. The first fault ends the loop: no further items begin; all faults are joined, those of opening first, then in
 * order of item. So the first fault of an item is that of the lowest faulty one, for any number of threads. A stop
 * asked for by the watch while items are left gives FAULT_INTERRUPTED, after any faults. */
struct ensemble_body {
    struct fault *(*open)(void *context, void **thread_state);
    struct fault *(*item)(void *context, void *thread_state, uint64_t item);
    void (*close)(void *context, void *thread_state);
    void *context;
};
MUST_CHECK struct fault *ensemble_for(uint64_t count, int threads, const struct ensemble_body *body,
                                      const struct ensemble_watch *watch);

/* How many threads ensemble_for would use. */
int ensemble_threads(int threads);

#endif
