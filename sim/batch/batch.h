/* sim/batch/batch.h -- a batch file: worlds, policies, and the cells that each world makes with each policy.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_BATCH_H
#define ZHOL_BATCH_H

#include "scenarios/reader/reader.h"

/* A cell is the scenario `extends: [WORLD, POLICY]`; of the base policy, which does nothing, `extends: [WORLD]`. */
struct batch_cell {
    size_t world, policy;
    char *name; /* border-closure-with-nurly-zhol-sreb; beside the base only the other's name */
    char *file; /* what its document is called, in the folder of the batch file */
    char *text; /* the document */
    char *list; /* "cell NAME: extends [worlds/border-closure, policies/nurly-zhol-sreb]" */
};

struct batch {
    struct scenario *document; /* owns the texts; alive as long as faults point into it */
    const char *name;
    const struct setting *worlds, *policies; /* lists of names */
    const struct setting *outcomes;          /* a list of paths; NULL: the usual ones */
    const struct setting *regret;            /* a path; NULL: none */
    const struct setting *rank;              /* a list of paths; NULL: the usual ones */
    struct setting *precision;               /* when it knows enough; NULL: its number of replications says */
    size_t base_world, base_policy;
    char **world, **policy;  /* their names without folders */
    struct batch_cell *cell; /* [worlds][policies] */
};

/* The keys of a batch file. */
const struct key *batch_keys(void);
/* Whether the file says of itself that it is a batch. One that is not there, or may not be read, is none, which its reader
 * will say; a fault is that of the machine. */
MUST_CHECK struct fault *batch_is_file(const char *path, bool *is);
/* Reads and checks the file, which is looked for as scenarios are, also in the folders of `search`. All faults at once.
 * Free it in any case, after the faults were printed. */
MUST_CHECK struct fault *batch_read(const char *file, const char *const search[], size_t searches, struct batch *batch);
void batch_free(struct batch *batch);

/* How many cells, and the place of one among them. */
size_t batch_cells(const struct batch *batch);
size_t batch_index(const struct batch *batch, size_t world, size_t policy);
/* Whether neither is the base. */
bool batch_is_joined(const struct batch *batch, const struct batch_cell *cell);

#endif
