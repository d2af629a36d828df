/* sim/cli/command.c -- see command.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/command.h"
#include "scenarios/reader/diagnostics.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fault *command_parse(const struct argp *parser, int argc, char **argv, void *input)
{
    argp_err_exit_status = FAULT_USAGE;
    const error_t error = argp_parse(parser, argc, argv, 0, NULL, input);
    if (error == ENOMEM) return fault_no_memory();
    return error == 0 ? NULL : fault_raise(FAULT_MACHINE, "the command line cannot be read: %s", strerror(error));
}

struct fault *command_check_alone(void)
{
    static const char *const sizes[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const char *size = getenv(sizes[i]);
        if (size == NULL || strtol(size, NULL, 10) < 2) continue;
        return fault_raise(
            FAULT_USAGE,
            "this zhol was built without MPI, and was started %s times at once (%s): each would simulate "
            "the whole run; expected `zhol run --shard I/K`, or a build with -DZHOL_MPI=ON",
            size, sizes[i]);
    }
    return NULL;
}

int command_end(struct fault *faults)
{
    if (faults == NULL) return 0;
    const int status = (int)faults->code;
    diagnostics_print(faults, "error", stderr);
    fault_free(faults);
    return status;
}
