/* sim/cli/apart.h -- a check in a process of its own, for what may crash.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_APART_H
#define ZHOL_APART_H

#include "sim/core/fault.h"

/* Calls check(path) in a child and gives its first fault, without place and notes. A child that dies is a fault of
 * FAULT_UNTRUSTED that says so of the path. Before any threads are begun. */
MUST_CHECK struct fault *apart(struct fault *(*check)(const char *path), const char *path);

#endif
