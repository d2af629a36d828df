/* sim/cli/output_path.h -- where a file is to be written, looked at before the work that goes into it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_OUTPUT_PATH_H
#define ZHOL_OUTPUT_PATH_H

#include "scenarios/reader/reader.h"

#include <stdbool.h>

/* What is no regular file, and a folder that is not there or cannot be written to, are faults; links are followed. NULL:
 * nothing is to be written. */
MUST_CHECK struct fault *output_path_check(const char *path);
/* What is there already is a fault (FAULT_USAGE). */
MUST_CHECK struct fault *output_path_check_free(const char *path);
/* What an option names, NULL where nothing is to be written, is FAULT_USAGE if it is the file, which is read. */
MUST_CHECK struct fault *output_path_check_other(const char *option, const char *path, const char *file);
/* What an option names, beside files that are read: output_path_check, and FAULT_USAGE of one of the files, or of what is
 * there already without `force`. */
MUST_CHECK struct fault *output_path_check_apart(const char *option, const char *path, bool force, size_t files,
                                                 const char *const file[]);
/* Likewise of -o and --xlsx, each NULL where nothing is to be written, which are also two names. */
MUST_CHECK struct fault *output_path_check_both(const char *output, const char *workbook, bool force, size_t files,
                                                const char *const file[]);
/* What the scenario of `file` was read from is a fault (FAULT_USAGE). */
MUST_CHECK struct fault *output_path_check_sources(const char *path, const struct scenario *scenario, const char *file);
/* Whether both are one file, or would be. */
bool output_path_is_same(const char *one, const char *other);

#endif
