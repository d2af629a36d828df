/* sim/cli/words.h -- the words that a command takes, as its parser declares them: for its manual, for completion, and for what is
 * no word of it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_WORDS_H
#define ZHOL_WORDS_H

#include "sim/core/fault.h"

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* An option, or the heading of those that follow it (`heading`). */
struct word {
    const struct argp_option *option;
    int group;
    bool heading;
};
struct words {
    struct word *word; /* [count], in the order of --help; without hidden ones */
    size_t count;
};

MUST_CHECK struct fault *words_read(const struct argp *parser, struct words *words);
void words_free(struct words *words);
/* Its letter, 0 if it has none. */
char words_letter(const struct argp_option *option);

/* Completion goes by these lines: "=" and the arguments; of each option its names and, after a blank, its argument. */
MUST_CHECK struct fault *words_print(const struct argp *parser, FILE *to);

/* A fault (FAULT_USAGE) if a long option on the command line is none of the parser's: what it may be meant for. */
MUST_CHECK struct fault *words_check(const struct argp *parser, int argc, char **argv);

#endif
