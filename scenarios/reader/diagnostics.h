/* scenarios/reader/diagnostics.h -- faults as a compiler prints them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_DIAGNOSTICS_H
#define ZHOL_DIAGNOSTICS_H

#include "sim/core/fault.h"

#include <stdio.h>

/* For each fault "file:line:column: KIND: sentence" (KIND is "error" or "warning"), the source line and a caret; its
 * notes likewise with "note:". Those of a file come in its order. A fault without a place is "zhol: KIND: sentence".
 * After FAULT_SHOWN_MOST faults one line says that there are more. */
void diagnostics_print(const struct fault *faults, const char *kind, FILE *to);
/* The first of several in a line of its own, with how many more there are, and `rest`, where those are told. */
void diagnostics_print_first(const struct fault *faults, const char *kind, const char *rest, FILE *to);

#endif
