/* sim/run/simulate.h -- runs that are kept while they go on, and parts of runs; simulation.h has the run as a whole.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_SIMULATE_H
#define ZHOL_SIMULATE_H

#include "sim/run/checkpoint.h"

/* As simulation_run, from where the checkpoint is on, which is kept now and then and when the run is interrupted; the
 * caller removes it when the result is written. checkpoint NULL: none. */
MUST_CHECK struct fault *simulate_kept(const struct simulation *simulation, const struct run_settings *settings,
                                       struct checkpoint *checkpoint, const struct ensemble_watch *watch,
                                       struct result *result);
/* All replications of a simulation without goals, into an accumulator that the caller closes in any case. */
MUST_CHECK struct fault *simulate_accumulate(const struct simulation *simulation, int threads,
                                             struct checkpoint *checkpoint, const struct ensemble_watch *watch,
                                             struct accumulator *accumulator);
/* The same of the shard of checkpoint->identity, which is written to a file. */
MUST_CHECK struct fault *simulate_shard(const struct simulation *simulation, const struct run_settings *settings,
                                        struct checkpoint *checkpoint, const struct ensemble_watch *watch,
                                        const char *path);
/* What came in, all of it, as a result: its samples move there. */
MUST_CHECK struct fault *simulate_conclude(const struct simulation *simulation, const struct run_settings *settings,
                                           struct accumulator *accumulator, struct result *result);

#endif
