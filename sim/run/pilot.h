/* sim/run/pilot.h -- what the first replications of a run show, on one thread: its speed, its faults, and how many
 * replications its goals need.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_PILOT_H
#define ZHOL_PILOT_H

#include "sim/run/simulation.h"

struct pilot {
    uint64_t replications;
    double seconds; /* per chunk */
    size_t invalid;
    int month;                     /* of the first invalid one, the first month that is not finite, from 0 */
    size_t cause;                  /* and the outcome */
    struct precision_state *state; /* [goals] */
    uint64_t expected;             /* replications that the goals need; without goals, those of the run */
    struct retention retention;    /* what a run of so many keeps */
    double sketch_bytes;           /* of a sketch of what is expected, if the run needs one; about */
    size_t thread_bytes;           /* of the state of each thread */
};
/* Free it in any case. */
MUST_CHECK struct fault *pilot_fly(const struct simulation *simulation, struct pilot *pilot);
void pilot_free(struct pilot *pilot);

/* About what it takes to simulate so many chunks of the run on so many threads. */
struct pilot_needs {
    double seconds;
    double samples, sketches, thread; /* bytes; those of each thread */
    double spooled;                   /* of the samples, what is in a file while it runs, if it runs by itself */
    double bytes;                     /* in all */
};
struct pilot_needs pilot_needs(const struct simulation *simulation, const struct pilot *pilot, uint64_t chunks,
                               int threads);

#endif
