/* output/sensitivity/frame.h -- what may explain the outcomes of a result, replication by replication: inputs as drawn, paths
 * of drivers, and how long events and regimes lasted.
 *
 * A factor has one column, or those of what belongs together: of a driver its mean over the horizon, and the means of its
 * first and of its last year; of a regime the shares of its states; of inputs that are correlated, or grouped on request, each of
 * them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_FRAME_H
#define ZHOL_FRAME_H

#include "output/result/result.h"
#include "output/result/stored.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct given;

enum frame_kind { FRAME_INPUT, FRAME_DRIVER, FRAME_EVENT, FRAME_REGIME, FRAME_GROUP, FRAME_KINDS };
extern const char *const frame_kinds[FRAME_KINDS]; /* "input", ... */

/* Which replications are looked at, in ascending order. */
struct frame_selection {
    size_t count;
    uint32_t *replication;
};

struct frame_column {
    char *path;           /* of the input or outcome; "drivers.brent, first year" */
    enum frame_kind kind; /* of what it is by itself */
    size_t factor;
    float *value; /* [selection.count] */
};

struct frame_factor {
    char *name;
    char *subject; /* the outcomes that begin so are not explained by it: "drivers.brent"; NULL: none */
    enum frame_kind kind;
    size_t columns;
};

/* Columns stand in order of their factors. */
struct frame {
    struct frame_selection selection;
    struct result_given given; /* the futures of the file that are looked at; condition NULL: all */
    size_t columns, factors;
    struct frame_column *column;
    struct frame_factor *factor;
    size_t constant;     /* what does not vary, and is left out */
    size_t inputs;       /* that the file has */
    size_t without_ends; /* drivers without their first and last years, which the file does not have */
    size_t unknown;      /* replications that are left out because something has no value in them */
};

/* A name for all that fits one of the patterns. */
struct frame_group {
    const char *name;
    const char *const *pattern;
    size_t patterns;
};

struct frame_wish {
    const char *const *by; /* patterns of what may explain; none: all */
    size_t bys;
    const struct frame_group *group;
    size_t groups;
    const struct given *given; /* only in the futures of the file in which this holds; NULL: in all */
};

enum { FRAME_COLUMNS = 1000 }; /* at most */

/* Reads them. With `other`, results of the same draws, also their inputs that those before do not have; replications are
 * those that all have. FAULT_USAGE: a pattern that fits nothing; FAULT_FILES: nothing that varies; with a
 * condition also as given_find. */
MUST_CHECK struct fault *frame_read(const char *path, const struct stored *stored, const struct result *outline,
                                    size_t others, const struct stored *const other[], const struct frame_wish *wish,
                                    struct frame *frame);
void frame_free(struct frame *frame);

/* Values of all replications of a file, to those that are selected. */
void frame_select(const struct frame_selection *selection, const float from[], float to[]);

#endif
