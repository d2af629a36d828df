/* sim/statistics/reduction.h -- moments along one fixed binary tree, so that their bits do not depend on who computed
 * what first: node (level, index) covers leaves index * 2^level to (index + 1) * 2^level - 1, and only siblings are
 * combined.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_REDUCTION_H
#define ZHOL_REDUCTION_H

#include "sim/core/fault.h"
#include "sim/statistics/moments.h"

#include <stddef.h>
#include <stdint.h>

/* The fixed reduction tree over nodes of `width` moments each. Leaves (chunks) may be delivered in any order and by any
 * thread; holds at most about 2 log2(leaves) nodes when they come nearly in order. */
struct reduction;
MUST_CHECK struct fault *reduction_open(size_t width, struct reduction **reduction);
void reduction_close(struct reduction *reduction);
/* Delivers node (level, index); copies node[width]. Each leaf must be covered exactly once: a node that overlaps one
 * that is held is a fault (overlaps with a node that is being combined at that moment are not seen). */
MUST_CHECK struct fault *reduction_deliver(struct reduction *reduction, unsigned level, uint64_t index,
                                           const struct moments node[]);
/* The same without the copy: ask for a node to fill, [width] with any contents, then hand it over. The handing over
 * ends the caller's ownership, whatever it returns; a node that is not handed over is freed by free(). */
MUST_CHECK struct fault *reduction_borrow(struct reduction *reduction, struct moments **node);
MUST_CHECK struct fault *reduction_hand_over(struct reduction *reduction, unsigned level, uint64_t index,
                                             struct moments *node);
/* Delivers the last chunk, which is not full: never combined upward before reduction_total. At most one. */
MUST_CHECK struct fault *reduction_deliver_last(struct reduction *reduction, const struct moments node[]);
/* The total of all that was delivered: the complete nodes from right to left, the incomplete chunk first. */
MUST_CHECK struct fault *reduction_total(struct reduction *reduction, struct moments total[]);
/* Forgets all that was delivered and keeps the memory. */
void reduction_clear(struct reduction *reduction);
/* The complete nodes now held, in order of their leaves. For checkpoints and shards. Not beside a delivery. */
size_t reduction_nodes(const struct reduction *reduction);
void reduction_node(const struct reduction *reduction, size_t which, unsigned *level, uint64_t *index,
                    const struct moments **node);
/* The incomplete last one; NULL: none was delivered. */
const struct moments *reduction_last(const struct reduction *reduction);

#endif
