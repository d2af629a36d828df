/* sim/run/warnings.h -- what is worth saying of a scenario and of what came out of it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_WARNINGS_H
#define ZHOL_WARNINGS_H

#include "sim/run/simulation.h"

#include <stdio.h>

/* Prints, each on a line behind `before`, the diagnostics that are more than they should be. How many there are. */
size_t warnings_of_run(const struct result *result, const char *before, FILE *to);

/* Those of a scenario, a line each: "FILE:LINE:COLUMN: SENTENCE" with the file's name alone. Allocated; NULL without
 * memory. */
char *warnings_of_scenario(const struct simulation *simulation);
/* All warnings as the attribute of a file: those of the scenario, as above, and those of the run, a line each. *text is
 * allocated; NULL: there are none. */
MUST_CHECK struct fault *warnings_write(const char *scenario, const struct result *result, char **text);

#endif
