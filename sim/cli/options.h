/* sim/cli/options.h -- what `run` and `check` have in common on the command line.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_OPTIONS_H
#define ZHOL_OPTIONS_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct options {
    const char *missing;   /* what to say when no file is named */
    const char **scenario; /* files */
    size_t scenarios;
    const char **set; /* PATH=VALUE */
    size_t sets;
    const char **adopt; /* policies */
    size_t adopts;
    const char **path; /* folders to look for parents in */
    size_t paths;
    const char *output;     /* NULL: NAME.h5 here */
    long replications;      /* 0: as the scenario says */
    const char **precision; /* goals in place of a number of replications; "none": not even those of the scenario */
    size_t precisions;
    bool has_seed;
    uint64_t seed;
    int threads; /* 0: all */
    const char *rng;
    uint64_t memory;      /* bytes */
    const char *save;     /* NULL: as the scenario says; patterns separated by commas; "none" */
    bool compress;        /* samples and inputs in the file */
    const char *progress; /* auto, plain, none */
    bool force;
};

/* The options shared by both, as an argp child; its input is the struct options. */
extern const struct argp options_argp;
/* --precision, which a batch has not. */
extern const struct argp options_goals_argp;

/* Sets the defaults. */
void options_init(struct options *options);
void options_free(struct options *options);

/* Appends to a list of strings; false when memory is out. */
bool options_append(const char ***list, size_t *count, const char *item);

/* Reads "2GiB", "500 MB", "1073741824". False if it is no size. */
bool options_read_bytes(const char *text, uint64_t *bytes);

#endif
