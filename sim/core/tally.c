/* sim/core/tally.c -- see tally.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/tally.h"

#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A chunk of which not all blocks are in. Its blocks are leaves of a small tree, kept until all are there. */
struct open_chunk {
    uint64_t chunk;
    unsigned blocks; /* delivered */
    struct moments *block[BLOCKS_PER_CHUNK];
    struct open_chunk *next;
};

struct tally {
    uint64_t replications;
    size_t cells;
    pthread_mutex_t lock;
    struct open_chunk *open;
    struct reduction *reduction;
    struct invalid_replication *invalid;
    size_t invalids;
};

struct fault *tally_open(uint64_t replications, size_t cells, struct tally **out)
{
    struct tally *tally = calloc(1, sizeof *tally);
    if (tally == NULL) return fault_no_memory();
    if (pthread_mutex_init(&tally->lock, NULL) != 0) {
        free(tally);
        return fault_raise(FAULT_MACHINE, "cannot make a lock");
    }
    tally->replications = replications;
    tally->cells = cells;
    *out = tally;
    return reduction_open(cells, &tally->reduction);
}

static void chunk_free(struct open_chunk *chunk)
{
    for (size_t i = 0; i < BLOCKS_PER_CHUNK; i++) free(chunk->block[i]);
    free(chunk);
}

void tally_close(struct tally *tally)
{
    if (tally == NULL) return;
    while (tally->open != NULL) {
        struct open_chunk *next = tally->open->next;
        chunk_free(tally->open);
        tally->open = next;
    }
    reduction_close(tally->reduction);
    pthread_mutex_destroy(&tally->lock);
    free(tally->invalid);
    free(tally);
}

static struct fault *note_invalid(struct tally *tally, const struct block_result *result)
{
    for (size_t l = 0; l < result->lanes; l++) {
        if (result->failed_month[l] < 0) continue;
        struct invalid_replication *grown = realloc(tally->invalid, (tally->invalids + 1) * sizeof *grown);
        if (grown == NULL) return fault_no_memory();
        tally->invalid = grown;
        grown[tally->invalids++] =
            (struct invalid_replication){result->first + l, result->failed_month[l], result->failed_cause[l]};
    }
    return NULL;
}

/* How many blocks the chunk has in this run, and whether it is full. */
static unsigned blocks_of(const struct tally *tally, uint64_t chunk, bool *full)
{
    const uint64_t left = tally->replications - chunk * LANES_PER_CHUNK;
    *full = left >= LANES_PER_CHUNK;
    return *full ? BLOCKS_PER_CHUNK : (unsigned)((left + LANES - 1) / LANES);
}

/* The chunk of which the last block just came in, taken out of the list; NULL if more are to come. Under the lock. */
static struct fault *chunk_add(struct tally *tally, uint64_t index, size_t block, struct moments *value, unsigned expected,
                               struct open_chunk **complete)
{
    struct open_chunk **at = &tally->open;
    while (*at != NULL && (*at)->chunk != index) at = &(*at)->next;
    if (*at == NULL) {
        struct open_chunk *chunk = calloc(1, sizeof *chunk);
        if (chunk == NULL) return fault_no_memory();
        chunk->chunk = index;
        *at = chunk;
    }
    struct open_chunk *chunk = *at;
    chunk->block[block] = value;
    if (++chunk->blocks < expected) return NULL;
    *at = chunk->next;
    *complete = chunk;
    return NULL;
}

/* Combines the blocks along a tree of neighbours; those that a short chunk lacks are empty. */
static struct fault *chunk_deliver(struct tally *tally, struct open_chunk *chunk, bool full)
{
    for (size_t width = 1; width < BLOCKS_PER_CHUNK; width *= 2)
        for (size_t i = 0; i + width < BLOCKS_PER_CHUNK; i += 2 * width) {
            struct moments *left = chunk->block[i];
            const struct moments *right = chunk->block[i + width];
            for (size_t cell = 0; right != NULL && cell < tally->cells; cell++)
                left[cell] = moments_combine(left[cell], right[cell]);
        }
    return full ? reduction_deliver(tally->reduction, 0, chunk->chunk, chunk->block[0])
                : reduction_deliver_last(tally->reduction, chunk->block[0]);
}

static struct fault *tally_block(void *self, const struct block_result *result)
{
    struct tally *tally = self;
    const uint64_t index = result->first / LANES_PER_CHUNK;
    const size_t block = result->first % LANES_PER_CHUNK / LANES;
    struct moments *value = malloc(tally->cells * sizeof *value + 1);
    if (value == NULL) return fault_no_memory();
    unsigned char valid[LANES];
    bool any_invalid = false, full;
    for (size_t l = 0; l < LANES; l++) {
        valid[l] = l < result->lanes && result->failed_month[l] < 0;
        any_invalid = any_invalid || (l < result->lanes && !valid[l]);
    }
    for (size_t cell = 0; cell < tally->cells; cell++) value[cell] = moments_of(LANES, result->cell[cell], valid);
    const unsigned expected = blocks_of(tally, index, &full);
    struct open_chunk *complete = NULL;
    pthread_mutex_lock(&tally->lock);
    struct fault *fault = any_invalid ? note_invalid(tally, result) : NULL;
    if (fault == NULL) fault = chunk_add(tally, index, block, value, expected, &complete);
    pthread_mutex_unlock(&tally->lock);
    if (fault != NULL) {
        free(value);
        return fault;
    }
    if (complete == NULL) return NULL;
    fault = chunk_deliver(tally, complete, full);
    chunk_free(complete);
    return fault;
}

struct sink tally_sink(struct tally *tally)
{
    return (struct sink){.self = tally, .block = tally_block};
}

struct fault *tally_total(struct tally *tally, struct moments total[])
{
    return reduction_total(tally->reduction, total);
}

static int by_replication(const void *a, const void *b)
{
    const uint64_t x = ((const struct invalid_replication *)a)->replication;
    const uint64_t y = ((const struct invalid_replication *)b)->replication;
    return x < y ? -1 : x > y;
}

size_t tally_invalid(struct tally *tally, const struct invalid_replication **list)
{
    if (tally->invalids > 0) qsort(tally->invalid, tally->invalids, sizeof *tally->invalid, by_replication);
    *list = tally->invalid;
    return tally->invalids;
}
