/* sim/core/arena.h -- the memory of a state of the model: taken piece by piece while it is opened, counted as it is
 * taken, given back as a whole. What a component asks for here is all that has to be said of its memory.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_ARENA_H
#define ZHOL_ARENA_H

#include "sim/core/fault.h"
#include "sim/core/lanes.h"

struct arena {
    void **block; /* [blocks], of `room` places */
    size_t blocks, room;
    size_t bytes; /* taken so far */
    bool out_of_memory;
};

/* So many elements, all bytes 0; so many aligned rows of lanes, not set. NULL when memory is out. */
void *arena_take(struct arena *arena, size_t count, size_t size);
double (*arena_rows(struct arena *arena, size_t count))[LANES];
/* Likewise rows of `width` doubles, one right after another. */
double *arena_narrow(struct arena *arena, size_t count, size_t width);

/* Whether all that was asked for was there. */
MUST_CHECK struct fault *arena_check(const struct arena *arena);

/* Frees all; the arena is empty then. */
void arena_free(struct arena *arena);

#endif
