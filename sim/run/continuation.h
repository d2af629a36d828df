/* sim/run/continuation.h -- the command that goes on with a run, from what its parts say of it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_CONTINUATION_H
#define ZHOL_CONTINUATION_H

#include "sim/run/identity.h"

#include <stdio.h>

/* A word as a shell reads it back, without what would act on a terminal: 'two words', $'\x1b[2J'. */
void continuation_quote(const char *word, FILE *to);
/* The same, in quotes also if it needs none. */
void continuation_quote_all(const char *word, FILE *to);
/* An option before each of its words, which stand in quotes. */
void continuation_options(const char *option, const char *const word[], size_t count, FILE *to);
/* A space and the name of a file without its folder; of a folder as it is. */
void continuation_file(const char *path, FILE *to);
/* A command as it was typed; argv[0] is put as it stands. Allocated; NULL without memory. */
char *continuation_typed(int argc, char **argv);
/* `zhol run ...` with all that makes the run the one it is; of a batch its own command, which says the rest. `shard`: as
 * it stands behind --shard, NULL: none; `how`: the last option, such as --resume. */
void continuation_put(const struct identity *identity, const char *output, const char *shard, const char *how,
                      FILE *to);

#endif
