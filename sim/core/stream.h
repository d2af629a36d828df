/* sim/core/stream.h -- random numbers that are addressed, not consumed.
 *
 * With Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011; Random123) a draw is a pure function of seed, name,
 * replication, month and slot: the key comes from seed and name, the counter from the rest. A slot is one call of
 * Philox: four words, or two uniforms of 53 bits. The generators of GSL, there for comparison, have to be consumed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_STREAM_H
#define ZHOL_STREAM_H

#include "sim/core/arena.h"
#include "sim/core/fault.h"
#include "sim/core/lanes.h"

#include <gsl/gsl_rng.h>
#include <stdbool.h>
#include <stdint.h>

enum { STREAM_BEFORE = -1 }; /* the month of what is drawn once per replication, before the first month */

/* A named source of draws of one run. `type` is NULL with Philox. Else it is a generator of GSL: each replication has
 * one of its own, seeded by a hash of seed, name and replication, whose draws are taken in order. */
struct stream {
    uint32_t key[2];
    const gsl_rng_type *type;
};

/* Philox4x32-10 wrapped for GSL. gsl_rng_set(seed) starts at key = seed, counter 0; stream_seek places it. */
extern const gsl_rng_type *const stream_gsl_philox;

/* The generator of that name ("philox", or any that GSL ships); NULL in *type for philox. An unknown name is a fault of
 * FAULT_USAGE that names near ones. */
MUST_CHECK struct fault *stream_generator(const char *name, const gsl_rng_type **type);

struct stream stream_named(uint64_t seed, const char *name, const gsl_rng_type *type);

/* Places a Philox gsl_rng at the draws of (replication, month, slot) of this stream: gsl_rng_get gives the four words
 * of the slot, then those of slot + 1, ...; gsl_rng_uniform takes two words and gives 53 bits. */
void stream_seek(gsl_rng *philox, const struct stream *stream, uint64_t replication, int month, uint32_t slot);

/* What a block keeps for streams whose generator must be consumed in order; empty and free of cost for Philox. */
struct stream_state {
    gsl_rng *lane[LANES]; /* NULL with Philox */
};
/* Its generators are the arena's. */
MUST_CHECK struct fault *stream_state_init(const struct stream *stream, struct arena *arena,
                                           struct stream_state *state);
/* Once per block, before its first draw. */
void stream_state_start(const struct stream *stream, struct stream_state *state, uint64_t first_replication);

/* Two rows of uniforms in (0, 1) for the replications first_replication + l; u[2][LANES], aligned. With Philox the one
 * is made of the slot's words 0 and 1, the other of words 2 and 3: the same as two gsl_rng_uniform after stream_seek,
 * with 0 replaced by 2^-54. Else they are the next of the generator, whatever month and slot are. */
void stream_uniforms(const struct stream *stream, struct stream_state *state, uint64_t first_replication, int month,
                     uint32_t slot, double u[2][LANES]);

/* Two rows of independent standard normals, by Box and Muller 1958 on the same two uniforms. */
void stream_normals(const struct stream *stream, struct stream_state *state, uint64_t first_replication, int month,
                    uint32_t slot, double z[2][LANES]);

#endif
