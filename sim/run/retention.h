/* sim/run/retention.h -- what a run keeps of its samples, and so whether its quantiles are exact.
 *
 * All samples are kept while those of the whole run fit in --memory: then quantiles are exact. Beyond, they come from
 * sketches, whose memory does not grow with the replications, and samples are kept only of what --save or
 * outcomes.save names.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_RETENTION_H
#define ZHOL_RETENTION_H

#include "sim/run/simulation.h"

#include <stdio.h>

/* Patterns that fit no outcome, of --save or of the scenario. */
MUST_CHECK struct fault *retention_check(const struct simulation *simulation);
/* Decides, for simulation->replications; may be asked again for another number. Samples that were asked for and do not
 * fit are a fault. */
MUST_CHECK struct fault *retention_choose(struct simulation *simulation);
/* Up to how many replications, `limit` at most, the same would be kept. */
uint64_t retention_room(const struct simulation *simulation, uint64_t limit);

/* How many rows of samples, one per outcome and period, are kept. */
size_t retention_rows(const struct simulation *simulation);
/* keep[cell], for samples_init_some. */
void retention_cells(const struct simulation *simulation, bool keep[]);

/* Whether it is to be compressed: asked for, and there is something. */
bool retention_compressed(const struct simulation *simulation, const struct run_settings *settings);

/* Bytes of what is kept; of a run with goals, which makes room for all samples before it knows its number, at most. */
uint64_t retention_bytes(const struct simulation *simulation);

/* "exact", or "within 0.39 %, because ...". Allocated; NULL without memory. */
char *retention_quantiles(const struct simulation *simulation);
/* "all in memory", "none; ..." or which. */
const char *retention_samples(const struct simulation *simulation);
/* Both, in a line each of those that matter. */
MUST_CHECK struct fault *retention_tell(const struct simulation *simulation, FILE *to);
/* The most replications of which all samples fit in --memory; 0: not one. */
uint64_t retention_most(const struct simulation *simulation);
/* The most of which the samples of an outcome are kept over the horizon: more, if it is asked for. */
uint64_t retention_most_of(const struct simulation *simulation, const char *path);

#endif
