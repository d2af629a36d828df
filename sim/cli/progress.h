/* sim/cli/progress.h -- how far a run is: a bar with rate and ETA on a terminal, a line every ten seconds in a log; and
 * Ctrl-C.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_PROGRESS_H
#define ZHOL_PROGRESS_H

#include "sim/core/ensemble.h"

#include <stdbool.h>

enum progress_style { PROGRESS_NONE, PROGRESS_BAR, PROGRESS_LINES };

struct progress {
    enum progress_style style;
    const char *label;
    uint64_t replications; /* of all parts */
    uint64_t before, part; /* of the parts before this one, and of this one */
    uint64_t there;        /* of these, before it began */
    double begin;          /* by the stopwatch */
    double shown;          /* seconds after begin of the last display */
    bool drawn;
};

/* From "auto", "plain" or "none". False if it is none of them. */
bool progress_read_style(const char *text, enum progress_style *style);
/* So many replications are to come, in one part or in several; 0: in one, and the loop says how many. */
void progress_begin(struct progress *progress, enum progress_style style, uint64_t replications);
/* The next part; `label` must last as long. 0 replications: how many they are, the loop says, in chunks. */
void progress_part(struct progress *progress, const char *label, uint64_t replications);
/* So many of the replications are in already. */
void progress_resume(struct progress *progress, uint64_t replications);
/* What an ensemble loop is to be watched with: shows progress and stops on SIGINT, SIGTERM or SIGHUP. */
struct ensemble_watch progress_watch(struct progress *progress);
/* Clears the bar, after each part. */
void progress_end(struct progress *progress);

/* From now on SIGINT, SIGTERM and SIGHUP ask running loops to stop; a second one ends the program at once. */
MUST_CHECK struct fault *progress_catch_signals(void);
bool progress_interrupted(void);

#endif
