/* sim/core/printable.h -- what of a text may be shown: names of files, and texts in them, are anybody's.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_PRINTABLE_H
#define ZHOL_PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* How many bytes of a character of UTF-8 begin there, 1 to 4; 0: of none, or of one that would act on a terminal, which are
 * U+0000 to U+001F (line feed and tab among them) and U+007F to U+009F. `at` ends with a 0 byte. */
size_t printable_size(const char *at);
/* Whether the text has nothing else. */
bool printable_all(const char *text);
/* The text with a question mark in place of each character that would act on a terminal. */
void printable_put(const char *text, FILE *to);
/* The same of its first bytes. */
void printable_put_some(const char *text, size_t length, FILE *to);

#endif
