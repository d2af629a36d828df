/* sim/core/installation.h -- where what comes with the program is: beside it, wherever it was moved to.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_INSTALLATION_H
#define ZHOL_INSTALLATION_H

#include "sim/core/fault.h"

/* The file of the program that runs, whatever links lead to it; where /proc is not there, as in a root that was only unpacked,
 * the path by which it was called. */
const char *installation_program(void);

/* The path of a folder that comes with the program, such as "scenarios", allocated; NULL: there is none. It is in the
 * installation that the program, or the library whose code this is, stands in; of one that was built and not installed, in
 * the folder where it was built. */
MUST_CHECK struct fault *installation_folder(const char *name, char **folder);

#endif
