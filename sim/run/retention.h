/* sim/run/retention.h -- what a run keeps of its samples, and so whether its quantiles are exact.
 *
 * All samples are kept while those of the whole run fit in its memory: then quantiles are exact. Beyond, they come from
 * sketches, whose memory does not grow with the replications, and samples are kept only of the outcomes that were asked
 * for, by --save or outcomes.save. So what is kept follows from the number of replications and the memory alone.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_RETENTION_H
#define ZHOL_RETENTION_H

#include "sim/core/fault.h"
#include "sim/run/settings.h"

struct simulation;

struct retention {
    uint64_t replications, memory; /* which it is of; memory in bytes */
    bool sketched;                 /* quantiles come from sketches, because the samples do not fit in memory */
    bool inputs;                   /* are kept as drawn */
};

/* What a run of so many replications keeps. */
struct retention retention_of(const struct simulation *simulation, uint64_t replications, uint64_t memory);
/* Whether the yearly samples of an outcome are written, and whether those over the horizon are. */
bool retention_annual(const struct simulation *simulation, const struct retention *retention, size_t outcome);
bool retention_horizon(const struct simulation *simulation, const struct retention *retention, size_t outcome);
/* How many rows of samples, one per outcome and period, are kept. */
size_t retention_rows(const struct simulation *simulation, const struct retention *retention);
/* keep[cell], for samples_init_some. */
void retention_cells(const struct simulation *simulation, const struct retention *retention, bool keep[]);
/* Whether it is to be compressed: asked for, and there is something. */
bool retention_compressed(const struct simulation *simulation, const struct retention *retention,
                          const struct run_settings *settings);
/* Up to how many replications, `limit` at most, the same would be kept. */
uint64_t retention_room(const struct simulation *simulation, const struct retention *retention, uint64_t limit);

/* Bytes of what is kept; of a run with goals, which makes room for all samples before it knows its number, at most. */
uint64_t retention_bytes(const struct simulation *simulation, const struct retention *retention);
/* Of a run that keeps all samples, the part that its result will not hold. */
double retention_unwritten(const struct simulation *simulation);
/* Bytes of all samples of so many replications, were they kept. */
uint64_t retention_all_bytes(const struct simulation *simulation, uint64_t replications);
/* About those of the result file. */
uint64_t retention_file_bytes(const struct simulation *simulation, const struct retention *retention, bool compressed);

/* The most replications of which all samples fit in simulation->memory; 0: not one. */
uint64_t retention_most(const struct simulation *simulation);
/* The most of which the samples of an outcome are kept over the horizon: more, if it is asked for. Of what is no outcome
 * of the simulation there is nothing to keep: UINT64_MAX. */
uint64_t retention_most_of(const struct simulation *simulation, const char *path);

/* While a simulation is opened: which outcomes are asked for, into simulation->asked and ->named. Patterns that fit none
 * are faults, all at once. */
MUST_CHECK struct fault *retention_read(struct simulation *simulation, const struct run_settings *settings);
/* Samples that were asked for and do not fit are a fault, which says what to lower. */
MUST_CHECK struct fault *retention_check(const struct simulation *simulation, const struct run_settings *settings);

#endif
