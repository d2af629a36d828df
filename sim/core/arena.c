/* sim/core/arena.c -- see arena.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/arena.h"

#include <stdlib.h>

/* A place for one block more. */
static bool arena_grow(struct arena *arena)
{
    if (arena->blocks < arena->room) return true;
    const size_t room = 2 * arena->room + 16;
    void **grown = realloc(arena->block, room * sizeof *grown);
    if (grown == NULL) return false;
    arena->block = grown;
    arena->room = room;
    return true;
}

static void *arena_note(struct arena *arena, void *block, size_t bytes)
{
    if (block == NULL) {
        arena->out_of_memory = true;
        return NULL;
    }
    arena->block[arena->blocks++] = block;
    arena->bytes += bytes;
    return block;
}

void *arena_take(struct arena *arena, size_t count, size_t size)
{
    return arena_note(arena, arena_grow(arena) ? calloc(count + (count == 0), size) : NULL, count * size);
}

double (*arena_rows(struct arena *arena, size_t count))[LANES]
{
    return arena_note(arena, arena_grow(arena) ? lanes_rows(count) : NULL, count * sizeof(double[LANES]));
}

double *arena_narrow(struct arena *arena, size_t count, size_t width)
{
    double(*rows)[LANES] = arena_rows(arena, (count * width + LANES - 1) / LANES);
    return rows == NULL ? NULL : rows[0];
}

struct fault *arena_check(const struct arena *arena)
{
    return arena->out_of_memory ? fault_no_memory() : NULL;
}

void arena_free(struct arena *arena)
{
    for (size_t i = 0; i < arena->blocks; i++) free(arena->block[i]);
    free(arena->block);
    *arena = (struct arena){0};
}
