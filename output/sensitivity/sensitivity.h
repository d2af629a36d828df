/* output/sensitivity/sensitivity.h -- what decides outcomes of a result, or what they differ by from another: shares of
 * the variance, by regression (sim/statistics/attribution.h) on what frame.h reads.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_SENSITIVITY_H
#define ZHOL_SENSITIVITY_H

#include "output/sensitivity/frame.h"
#include "sim/statistics/attribution.h"

#include <stdio.h>

enum { SENSITIVITY_SCHEMA = 1 };

struct sensitivity_wish {
    const char *const *outcome; /* patterns; none: the outcome of the first rank */
    size_t outcomes;
    int year;    /* 0: the whole horizon */
    double rate; /* of false discoveries */
    struct frame_wish frame;
};

/* One outcome. */
struct sensitivity_case {
    const struct outcome *outcome; /* of the outline */
    size_t futures;                /* with a value */
    double mean, sd;
    size_t *factor; /* [attribution.factors] of the frame: those that may explain it */
    struct attribution attribution;
    size_t discoveries;
};

struct sensitivity {
    char *title, *history, *source; /* the caller's to give, allocated */
    char *path, *other;             /* the files; other NULL: none */
    struct result outline;
    double rate;
    int year;
    struct frame frame;
    size_t count;
    struct sensitivity_case *of;
    size_t constant; /* outcomes that are the same in all futures, and are left out */
    char *command;   /* that made the first result */
};

/* Works it out, of files that a guard has passed; other NULL: of one alone. Faults: FAULT_USAGE an unknown outcome or a year
 * that the result does not have; FAULT_FILES no samples of it, with the command that keeps them, files that are not of
 * the same draws, or too few replications. */
MUST_CHECK struct fault *sensitivity_read(const char *path, const char *other, const struct sensitivity_wish *wish,
                                          struct sensitivity *sensitivity);
void sensitivity_free(struct sensitivity *sensitivity);

/* What is known of a factor of a case, each with a name: columns of CSV, members of JSON, datasets of HDF5. */
struct sensitivity_number {
    const char *name, *meaning;
};
extern const struct sensitivity_number sensitivity_numbers[]; /* ended by name NULL */
double sensitivity_value(const struct attribution_factor *factor, size_t number);
/* And of a case. */
extern const struct sensitivity_number sensitivity_totals[];
double sensitivity_total(const struct sensitivity_case *of, size_t number);

/* As tables of a screen; a row per outcome and factor; one object. */
MUST_CHECK struct fault *sensitivity_print(const struct sensitivity *sensitivity, FILE *to);
/* Of a condition a line with how many futures there are and where; else nothing. The tables above have it. */
void sensitivity_print_given(const struct sensitivity *sensitivity, FILE *to);
void sensitivity_csv(const struct sensitivity *sensitivity, FILE *to);
void sensitivity_json(const struct sensitivity *sensitivity, FILE *to);
/* The whole file under a temporary name, flushed, synced and renamed. */
MUST_CHECK struct fault *sensitivity_write(const struct sensitivity *sensitivity, const char *path, bool force);

#endif
