/* sim/core/lanes.h -- vector arithmetic on lanes: a lane is one replication inside a block of LANES.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_LANES_H
#define ZHOL_LANES_H

enum { LANES = 32, LANES_PER_CHUNK = 512, BLOCKS_PER_CHUNK = LANES_PER_CHUNK / LANES, LANES_ALIGNMENT = 64 };

/* Runs the statement that follows for every lane l, as one vector loop. */
#define EACH_LANE(l) _Pragma("omp simd") for (int l = 0; l < LANES; l++)

#endif
