/* tests/bench/first_parallel.c -- preloaded by tests/bench/table: prints how long a program had run when it first went parallel, which
 * is where a run begins its first block.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef void parallel(void (*work)(void *), void *data, unsigned threads, unsigned flags);

void GOMP_parallel(void (*work)(void *), void *data, unsigned threads, unsigned flags);

/* Stands before that of libgomp. "first parallel: SECONDS" of processor time since the start go to standard error, once. */
void GOMP_parallel(void (*work)(void *), void *data, unsigned threads, unsigned flags)
{
    static atomic_flag told = ATOMIC_FLAG_INIT;
    struct timespec now;
    parallel *next = NULL;
    *(void **)&next = dlsym(RTLD_NEXT, "GOMP_parallel");
    if (next == NULL) abort();
    if (!atomic_flag_test_and_set(&told) && clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) == 0)
        fprintf(stderr, "first parallel: %.6f\n", (double)now.tv_sec + 1e-9 * (double)now.tv_nsec);
    next(work, data, threads, flags);
}
