/* sim/run/spool.h -- samples of the cells that quantiles are taken of and no result holds: in blocks, as replications
 * come in, the first in memory and the rest in a file, so that a run takes no more memory the more replications it has.
 *
 * The file has no name, and so ends with the process. Where it cannot be made or written, the blocks stay in memory.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_SPOOL_H
#define ZHOL_SPOOL_H

#include "sim/core/outcome.h"

#include <stdbool.h>

/* Where it may be. */
struct spool_place {
    const char *folder; /* of the file */
    uint64_t memory;    /* bytes that are held before there is one */
};
#define SPOOL_MEMORY (UINT64_C(64) << 20) /* a short run needs no file */

struct spool;
/* Of those of `cells` cells for which keep[cell] is false, in `count` replications from number `first` on, a multiple of
 * LANES. Close it in any case. */
MUST_CHECK struct fault *spool_open(size_t cells, const bool keep[], uint64_t first, uint64_t count,
                                    struct spool_place place, struct spool **spool);
void spool_close(struct spool *spool);
/* Room for `count` replications, no fewer than before; not beside anything else. */
MUST_CHECK struct fault *spool_extend(struct spool *spool, uint64_t count);
/* The number of cells that it holds, and whether a cell is one of them. */
size_t spool_rows(const struct spool *spool);
bool spool_holds(const struct spool *spool, size_t cell);
/* Takes in blocks, on any thread, as the sink of samples.h does. */
struct sink spool_sink(struct spool *spool);

/* How many cells are best read or written together, of which `count` values each then fit in some megabytes. */
size_t spool_cells_at_once(uint64_t count);
/* The values of `count` replications from number `first` on, a multiple of LANES, of those among the cells from `cell` to
 * before `end` that it holds: value[(c - cell) * count + replication - first]; nothing is done to the places of others.
 * Any thread may read what is in. Faults: FAULT_MACHINE. */
MUST_CHECK struct fault *spool_read(const struct spool *spool, size_t cell, size_t end, uint64_t first, uint64_t count,
                                    float value[]);
/* And back, in place of blocks that the sink takes in; one call at a time. */
MUST_CHECK struct fault *spool_write(struct spool *spool, size_t cell, size_t end, uint64_t first, uint64_t count,
                                     const float value[]);

#endif
