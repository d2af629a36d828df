/* sim/cli/terminal.h -- standard output and error, of which nothing acts on a terminal: names of files, texts in them and words
 * of the command line are anybody's.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_TERMINAL_H
#define ZHOL_TERMINAL_H

#include <stdbool.h>

/* From now on stdout and stderr put a question mark in place of each byte that is of no printable character, but for line
 * feeds and tabs. Without memory they stay as they are. */
void terminal_begin(void);
/* Whether emphasis (sim/core/emphasis.h) is shown: "always", "never", or "auto", as at first: on a terminal, unless NO_COLOR or
 * TERM says otherwise. False if it is none of these. */
bool terminal_colour(const char *when);
/* To standard error as it stands, for what moves the cursor. */
void terminal_move(const char *sequence);

#endif
