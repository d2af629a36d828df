/* sim/cli/options.h -- what `run` and `check` have in common on the command line.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_OPTIONS_H
#define ZHOL_OPTIONS_H

#include "sim/run/identity.h"
#include "sim/run/settings.h"

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct options {
    const char *missing;   /* what to say when no file is named */
    const char **scenario; /* files */
    size_t scenarios;
    const char *output;           /* NULL: NAME.h5 here */
    struct run_settings settings; /* owns its lists */
    const char *progress;         /* auto, plain, none */
    bool force;
};

/* The options shared by both, as an argp child; its input is the struct options. */
extern const struct argp options_argp;
/* -j, which a job script has not. */
extern const struct argp options_threads_argp;
/* --precision, which a batch has not. */
extern const struct argp options_goals_argp;

/* Sets the defaults. */
void options_init(struct options *options);
void options_free(struct options *options);

/* Appends to a list of strings; false when memory is out. */
bool options_append(const char ***list, size_t *count, const char *item);

/* Copies of arguments, which lists of patterns point into. */
struct options_copies {
    char **text;
    size_t count;
};
void options_copies_free(struct options_copies *copies);
/* Appends the patterns of an argument of --name, which stand between commas. An empty one ends the program. ENOMEM when
 * memory is out. */
error_t options_append_patterns(struct argp_state *state, const char *name, const char *argument,
                                struct options_copies *copies, const char ***patterns, size_t *count);

/* Reads a number of threads. */
bool options_read_threads(const char *text, int *threads);
/* Reads --year; what is none ends the command. */
void options_read_year(struct argp_state *state, const char *text, int *year);
/* Of commands that simulate. */
#define OPTIONS_ISA_MEANING                                                                                            \
    "Instruction set, one that `zhol --version` lists (default: the best that runs here); no effect on the result"
/* Checks that an instruction set is there and runs here, or ends the program. */
void options_check_isa(const char *name, struct argp_state *state);
/* Reads a time between checkpoints such as "60" or "0.5", or ends the program. */
void options_read_checkpoint(const char *text, struct argp_state *state, double *seconds);
/* Reads a part such as "3/8", or ends the program. */
void options_read_shard(const char *text, const char *option, struct argp_state *state, struct shard *shard);
/* Reads "2GiB", "500 MB", "1073741824". False if it is no size. */
bool options_read_bytes(const char *text, uint64_t *bytes);

#endif
