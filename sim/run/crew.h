/* sim/run/crew.h -- the processes that simulate the same runs together, started at once by mpirun or srun with the same
 * command line. The first of them, the lead, hands out chunks, adds up what comes back, and alone prints, locks and
 * writes; the others simulate what they are handed. A build without MPI has none.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_CREW_H
#define ZHOL_CREW_H

#include "sim/run/identity.h"
#include "sim/run/part.h"

struct crew;

/* How many processes were started at once, which *variable of the environment says; 1: it says nothing of it. */
unsigned long crew_started(const char **variable);
/* "with Open MPI v4.1.4", "without MPI". */
const char *crew_library(void);

/* Joins the others; *crew is NULL if there are none. From then on only the lead prints to stdout and stderr. */
MUST_CHECK struct fault *crew_begin(struct crew **crew);
bool crew_leads(const struct crew *crew);
/* Each says what it is about to simulate, on so many threads, or why it cannot (`fault`, which it takes over). Returns a
 * fault to all if one has one or is about to do something else. */
MUST_CHECK struct fault *crew_agree(struct crew *crew, int threads, size_t runs, const struct identity run[],
                                    struct fault *fault);
/* The lead: what an accumulator of that run is given. */
const struct accumulator_crew *crew_of(struct crew *crew, size_t run);
/* All others: simulates what the lead says until it says to leave, with which exit status. simulation[runs]. */
MUST_CHECK struct fault *crew_serve(struct crew *crew, const struct simulation *const simulation[], int threads,
                                    const struct ensemble_watch *watch, int *status);
/* Lets all leave with this exit status. NULL is allowed. */
void crew_end(struct crew *crew, int status);

#endif
