/* sim/core/stopwatch.h -- how long things take. No result depends on it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_STOPWATCH_H
#define ZHOL_STOPWATCH_H

/* Seconds since some moment before the program began: only differences mean anything. It never goes back. */
double stopwatch_now(void);

#endif
