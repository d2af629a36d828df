/* sim/run/write_text.h -- a text to a file, whole or not at all.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_WRITE_TEXT_H
#define ZHOL_WRITE_TEXT_H

#include "sim/core/fault.h"

/* Replaces what is there; nothing is left behind on failure. */
MUST_CHECK struct fault *write_text(const char *path, const char *text);

#endif
