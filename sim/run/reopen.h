/* sim/run/reopen.h -- the simulation that made a result, again, from the result alone.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_REOPEN_H
#define ZHOL_REOPEN_H

#include "sim/run/simulation.h"

/* FAULT_FILES if another version or other arithmetic made the result, so that its bits need not come out again; not
 * with `force`. */
MUST_CHECK struct fault *reopen_check(const char *path, const struct result *result, bool force);
/* Prepares the scenario that the result holds, with its seed, generator, number of replications and what is kept of
 * their samples. It needs no more of the result than its head, which must last as long. FAULT_FILES if it has other
 * outcomes than the result. Close it in any case, after the faults were printed. `isa` as in the settings of a run. */
MUST_CHECK struct fault *reopen(const char *path, const struct result *result, const char *isa,
                                struct simulation *simulation);

#endif
