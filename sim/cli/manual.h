/* sim/cli/manual.h -- manual pages, in the language of man(7), from what parsers declare.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_MANUAL_H
#define ZHOL_MANUAL_H

#include "sim/core/fault.h"

#include <argp.h>
#include <stdio.h>

/* The page of a command such as "zhol run"; `meaning` is what it does in half a line. */
MUST_CHECK struct fault *manual_command(const char *name, const char *meaning, const struct argp *parser, FILE *to);

/* Of the page zhol(1): what stands before its list of commands, an entry of that list, and what stands after it. */
void manual_begin(FILE *to);
void manual_purpose(const char *purpose, FILE *to);
void manual_entry(const char *name, const char *meaning, FILE *to);
void manual_end(FILE *to);

#endif
