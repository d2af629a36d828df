/* sim/run/crew_alone.c -- the crew of a build without MPI: there is none. A program with MPI is linked with crew_mpi.c in
 * its place.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/crew.h"

const char *crew_library(void)
{
    return "without MPI";
}

struct fault *crew_begin(struct crew **crew)
{
    *crew = NULL;
    return NULL;
}

bool crew_leads(const struct crew *crew)
{
    (void)crew;
    return true;
}

struct fault *crew_agree(struct crew *crew, int threads, size_t runs, const struct identity run[], struct fault *fault)
{
    (void)crew;
    (void)threads;
    (void)runs;
    (void)run;
    return fault;
}

const struct accumulator_crew *crew_of(struct crew *crew, size_t run)
{
    (void)crew;
    (void)run;
    return NULL;
}

struct fault *crew_serve(struct crew *crew, const struct simulation *const simulation[], int threads,
                         const struct ensemble_watch *watch, int *status)
{
    (void)crew;
    (void)simulation;
    (void)threads;
    (void)watch;
    *status = 0;
    return NULL;
}

void crew_end(struct crew *crew, int status)
{
    (void)crew;
    (void)status;
}
