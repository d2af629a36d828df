/* tests/bench/bench.h -- what all benchmarks share: a scenario opened as the program opens one, clocks, and the end of
 * a run that cannot go on.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_BENCH_H
#define ZHOL_BENCH_H

#include "models/world.h"
#include "scenarios/reader/reader.h"

#include <stddef.h>
#include <time.h>

/* Ends the program with the sentence of the fault, if there is one. */
void bench_must(struct fault *fault);

/* Seconds of a clock, CLOCK_MONOTONIC or CLOCK_THREAD_CPUTIME_ID. */
double bench_seconds(clockid_t clock);
/* Ascending, in place. */
void bench_sort(size_t count, double x[]);

struct bench_scenario {
    struct scenario *scenario;
    struct outcomes outcomes;
    struct plan plan;
    struct world *world;
};

/* Not to be moved while open: the plan points into it. `set` as of the option --set. */
void bench_open(struct bench_scenario *opened, const char *file, size_t sets, const char *const set[], uint64_t seed);
/* The same without events, regimes and adopted policies. */
void bench_open_calm(struct bench_scenario *opened, const char *file, uint64_t seed);
void bench_close(struct bench_scenario *opened);

#endif
