/* scenarios/diagnostics.h -- faults as a compiler prints them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_DIAGNOSTICS_H
#define ZHOL_DIAGNOSTICS_H

#include "sim/core/fault.h"

#include <stdio.h>

/* For each fault "file:line:column: error: sentence", the source line and a caret; its notes likewise with "note:". A fault
 * without a place is "zhol: error: sentence". After `most` faults one line says how many more there are. */
void diagnostics_print(const struct fault *faults, size_t most, FILE *to);

#endif
