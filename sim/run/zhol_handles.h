/* sim/run/zhol_handles.h -- what is behind the handles of zhol.h.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_HANDLES_H
#define ZHOL_HANDLES_H

#include "sim/run/simulation.h"
#include "sim/zhol.h"

struct zhol_fault {
    enum zhol_status status;
    char *text;
};

struct zhol_settings {
    struct run_settings run; /* its texts are owned */
    char **owned;
    size_t owneds;
};

struct zhol_plan {
    char *file, *text; /* text NULL: of a file */
    struct zhol_settings *settings;
    struct simulation simulation;
    char *warnings;
};

struct zhol_result {
    struct result result;
    int threads;  /* that compress it */
    bool strict;  /* its warnings are faults */
    bool is_read; /* from a file */
};

/* The faults as one that outlives what they point into; frees them. NULL of NULL. */
MUST_CHECK struct zhol_fault *zhol_fault_of(struct fault *faults);

#endif
