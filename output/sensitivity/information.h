/* output/sensitivity/information.h -- what it would be worth to know inputs, drivers or events before choosing among policies, each
 * of which is a result (sim/statistics/evppi.h).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_INFORMATION_H
#define ZHOL_INFORMATION_H

#include "output/sensitivity/frame.h"
#include "sim/statistics/evppi.h"

#include <stdio.h>

struct information_wish {
    const char *outcome; /* its path; more of it, or less, is better as declared */
    int year;            /* 0: the whole horizon */
    struct frame_wish frame;
};

struct information_row {
    const char *name; /* of the factor, or "all inputs together" */
    enum frame_kind kind;
    size_t columns;
    struct evppi worth;
};

struct information {
    struct result outline; /* of the first file */
    size_t outcome;        /* of the outline */
    bool less;             /* is better */
    int year;
    size_t files;
    const char *const *path; /* [files] the caller's */
    double *mean;            /* [files] */
    size_t best;             /* without knowing more */
    size_t futures;          /* in which all have a value */
    struct frame frame;
    size_t rows;
    struct information_row
        *row; /* the most worth first, but for all inputs together, which is row 0 if there are inputs */
};

/* Reads results, at least two, that a guard has passed. Faults as of sensitivity.h; FAULT_USAGE where neither more nor
 * less of the outcome is better. The texts of the wish and the paths outlive it. */
MUST_CHECK struct fault *information_read(size_t files, const char *const path[], const struct information_wish *wish,
                                          struct information *information);
void information_free(struct information *information);

/* A table of a screen; a row per factor; one object. */
void information_print(const struct information *information, FILE *to);
/* As sensitivity_print_given. */
void information_print_given(const struct information *information, FILE *to);
void information_csv(const struct information *information, FILE *to);
void information_json(const struct information *information, FILE *to);

#endif
