/* sim/run/simulation.h -- from settings and a scenario file to a result: joins reader, model, ensemble and statistics.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_SIMULATION_H
#define ZHOL_SIMULATION_H

#include "models/world.h"
#include "output/result/result.h"
#include "scenarios/reader/reader.h"
#include "sim/core/ensemble.h"
#include "sim/run/goals.h"
#include "sim/run/kernels.h"
#include "sim/run/retention.h"
#include "sim/run/settings.h"

/* Of a cell of a batch: what makes it. */
struct origin {
    const char *command; /* "zhol batch NAME" */
    const char *typed;   /* the command as it was given, quoted as a shell wants it; NULL: unknown */
    const char *cell;    /* "cell NAME: extends [WORLD, POLICY]" */
    bool joined;         /* of two scenarios that each have a title of their own */
};

/* A scenario ready to be simulated. Once opened, nothing changes it: it may be simulated several times. */
struct simulation {
    const char *file;            /* as the user gave it */
    const struct origin *origin; /* NULL: zhol run */
    struct scenario *scenario;
    const char *name, *title, *prices; /* of the scenario; title and prices NULL: it does not say */
    const struct kernels *kernels;     /* what it computes with */
    struct plan plan;
    struct outcomes outcomes;
    struct world *world;
    uint64_t replications; /* with goals: at most */
    struct precision_goals goals;
    uint64_t memory;
    const char *rng;
    char *sources;       /* where its numbers come from (provenance_write); of a part of a run those of the whole */
    char *warned;        /* the warnings of its scenario, as a file tells them, a line each; of a part of a run those of
                          * the run */
    bool *named;         /* [outcomes] whose samples are asked for, or, if nothing was, are written as a rule */
    bool asked;          /* settings or scenario say which */
    double *probability; /* [quantiles] */
    size_t quantiles;
    double *level; /* [levels] of tails, both sides, ascending */
    size_t levels;
};

/* Reads and prepares. All faults of the scenario at once. Free it in any case, after the faults were printed. Warnings
 * are in simulation->plan.warnings. */
MUST_CHECK struct fault *simulation_open(const char *file, const struct run_settings *settings,
                                         struct simulation *simulation);
/* The same of a document that is in no file; `file` is what it is called, in the folder to look parents up from. */
MUST_CHECK struct fault *simulation_open_text(const char *file, const char *text, const struct origin *origin,
                                              const struct run_settings *settings, struct simulation *simulation);
void simulation_close(struct simulation *simulation);

const char *simulation_name(const struct simulation *simulation);
/* The default place of the result: NAME.h5 in the current folder, of the file's name. Allocated; NULL without memory.
 */
char *simulation_output(const char *file);

/* The unit of an input as drawn: "1" of a pure number, such as the factor of a profile. */
const char *simulation_input_unit(const struct simulation *simulation, size_t input);

/* Simulates all replications, or until the goals are met. The result owns what it holds. Faults: FAULT_INTERRUPTED,
 * FAULT_MACHINE. */
MUST_CHECK struct fault *simulation_run(const struct simulation *simulation, const struct run_settings *settings,
                                        const struct ensemble_watch *watch, struct result *result);

/* What decides about bits: "fma glibc-2.36 gsl-2.7.1"; elsewhere than on x86-64 also the architecture. Allocated. */
char *simulation_arithmetic(void);

#endif
