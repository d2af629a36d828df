/* sim/core/stopwatch.c -- see stopwatch.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/stopwatch.h"

#include <time.h>

double stopwatch_now(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* fails for clocks that there are not alone */
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
