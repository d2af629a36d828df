/* sim/cli/command.c -- see command.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/command.h"
#include "scenarios/reader/diagnostics.h"

#include <stdio.h>

int command_end(struct fault *faults)
{
    if (faults == NULL) return 0;
    const int status = (int)faults->code;
    diagnostics_print(faults, "error", stderr);
    fault_free(faults);
    return status;
}
