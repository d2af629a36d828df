/* sim/run/settings.h -- what a user may ask of a run beside what its scenario says. Plain data: whoever fills it, owns
 * the lists and texts.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_SETTINGS_H
#define ZHOL_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SETTINGS_MOST_THREADS = 4096 };

struct accumulator_crew;

struct run_settings {
    const char **set; /* PATH=VALUE */
    size_t sets;
    const char **adopt; /* policies */
    size_t adopts;
    const char **path; /* folders to look for parents in */
    size_t paths;
    uint64_t replications;  /* 0: as the scenario says */
    const char **precision; /* goals in place of a number of replications; "none": not even those of the scenario */
    size_t precisions;
    bool has_seed;
    uint64_t seed;
    int threads;                         /* 0: all */
    const struct accumulator_crew *crew; /* processes that simulate together; NULL: this one alone */
    const char *rng;
    const char *isa;    /* of the processor; NULL: as kernels_choose says. No effect on the result */
    uint64_t memory;    /* bytes */
    const char *save;   /* NULL: as the scenario says; patterns separated by commas; "none" */
    const char **saved; /* in place of `save`: the paths of the outcomes whose samples are kept; NULL: as `save` says */
    size_t saveds;
    bool compress; /* samples and inputs in the file */
    bool strict;   /* warnings of the scenario are faults */
};

/* Nothing but what the scenario says. */
struct run_settings settings_usual(void);

#endif
