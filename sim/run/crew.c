/* sim/run/crew.c -- what the environment says; see crew.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/crew.h"

#include <stdlib.h>

unsigned long crew_started(const char **variable)
{
    static const char *const sizes[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const char *size = getenv(sizes[i]);
        const unsigned long started = size == NULL ? 0 : strtoul(size, NULL, 10);
        if (started < 2) continue;
        *variable = sizes[i];
        return started;
    }
    return 1;
}
