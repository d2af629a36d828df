/* sim/statistics/tally.c -- see tally.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/tally.h"

#include <pthread.h>
#include <stdlib.h>

/* A chunk of which some blocks are in: its blocks are the leaves of a small tree. */
struct chunk {
    uint64_t index;
    unsigned begun; /* bit b: block b was begun */
    unsigned in;    /* blocks that are in */
    struct reduction *blocks;
    struct chunk *next;
};

struct tally {
    uint64_t replications;
    size_t cells;
    struct reduction *chunks;
    pthread_mutex_t lock; /* over all below */
    struct chunk *open;
    struct chunk *idle; /* chunks that are done, kept for their memory */
    uint64_t chunks_in;
    struct invalid_replication *invalid;
    size_t invalids, room;
};

static struct fault *lock_fault(void)
{
    return fault_raise(FAULT_MACHINE, "a lock of the tally failed, which should never happen");
}

struct fault *tally_open(uint64_t replications, size_t cells, struct tally **tally)
{
    *tally = NULL;
    struct tally *made = calloc(1, sizeof *made);
    if (made == NULL) return fault_no_memory();
    if (pthread_mutex_init(&made->lock, NULL) != 0) {
        free(made);
        return lock_fault();
    }
    made->replications = replications;
    made->cells = cells;
    struct fault *fault = reduction_open(cells, &made->chunks);
    if (fault != NULL) {
        tally_close(made);
        return fault;
    }
    *tally = made;
    return NULL;
}

static void chunks_free(struct chunk *chunk)
{
    while (chunk != NULL) {
        struct chunk *next = chunk->next;
        reduction_close(chunk->blocks);
        free(chunk);
        chunk = next;
    }
}

void tally_close(struct tally *tally)
{
    if (tally == NULL) return;
    chunks_free(tally->open);
    chunks_free(tally->idle);
    reduction_close(tally->chunks);
    (void)pthread_mutex_destroy(&tally->lock); /* fails only while it is held */
    free(tally->invalid);
    free(tally);
}

static uint64_t divide_up(uint64_t count, uint64_t size)
{
    return count / size + (count % size != 0);
}

static bool chunk_is_full(const struct tally *tally, uint64_t index)
{
    return tally->replications - index * LANES_PER_CHUNK >= LANES_PER_CHUNK;
}

static unsigned chunk_blocks(const struct tally *tally, uint64_t index)
{
    return chunk_is_full(tally, index) ? BLOCKS_PER_CHUNK
                                       : (unsigned)divide_up(tally->replications % LANES_PER_CHUNK, LANES);
}

static struct fault *chunk_make(size_t cells, struct chunk **chunk)
{
    *chunk = calloc(1, sizeof **chunk);
    if (*chunk == NULL) return fault_no_memory();
    struct fault *fault = reduction_open(cells, &(*chunk)->blocks);
    if (fault == NULL) return NULL;
    free(*chunk);
    *chunk = NULL;
    return fault;
}

/* Under the lock. The open chunk of that index, opened if need be. */
static struct fault *chunk_find(struct tally *tally, uint64_t index, struct chunk **found)
{
    struct chunk *chunk = tally->open;
    while (chunk != NULL && chunk->index != index) chunk = chunk->next;
    if (chunk == NULL) {
        chunk = tally->idle;
        if (chunk != NULL)
            tally->idle = chunk->next;
        else
            TRY(chunk_make(tally->cells, &chunk));
        chunk->index = index;
        chunk->begun = chunk->in = 0;
        chunk->next = tally->open;
        tally->open = chunk;
    }
    *found = chunk;
    return NULL;
}

/* Under the lock. */
static struct fault *note_invalid(struct tally *tally, const struct block_result *result)
{
    for (size_t l = 0; l < result->lanes; l++) {
        if (result->failed_month[l] < 0) continue;
        if (tally->invalids == tally->room) {
            const size_t room = tally->room == 0 ? 16 : 2 * tally->room;
            struct invalid_replication *grown = reallocarray(tally->invalid, room, sizeof *grown);
            if (grown == NULL) return fault_no_memory();
            tally->invalid = grown;
            tally->room = room;
        }
        tally->invalid[tally->invalids++] =
            (struct invalid_replication){result->first + l, result->failed_month[l], result->failed_cause[l]};
    }
    return NULL;
}

static struct fault *block_begin(struct tally *tally, const struct block_result *result, struct chunk **chunk)
{
    const unsigned bit = 1u << (unsigned)(result->first / LANES % BLOCKS_PER_CHUNK);
    if (pthread_mutex_lock(&tally->lock) != 0) return lock_fault();
    struct fault *fault = chunk_find(tally, result->first / LANES_PER_CHUNK, chunk);
    if (fault == NULL && ((*chunk)->begun & bit) != 0)
        fault = fault_raise(FAULT_MACHINE, "the block of results at replication %llu came twice, expected once",
                            (unsigned long long)result->first);
    if (fault == NULL) {
        (*chunk)->begun |= bit;
        fault = note_invalid(tally, result);
    }
    if (pthread_mutex_unlock(&tally->lock) != 0) fault = fault_join(fault, lock_fault());
    return fault;
}

/* Says that a block of the chunk is in. *done: it was the last one, and the chunk, no longer open, is the caller's. */
static struct fault *block_end(struct tally *tally, struct chunk *chunk, bool *done)
{
    if (pthread_mutex_lock(&tally->lock) != 0) return lock_fault();
    *done = ++chunk->in == chunk_blocks(tally, chunk->index);
    if (*done) {
        struct chunk **link = &tally->open;
        while (*link != chunk) link = &(*link)->next;
        *link = chunk->next;
        chunk->next = NULL;
    }
    return pthread_mutex_unlock(&tally->lock) == 0 ? NULL : lock_fault();
}

/* Hands the moments of a chunk to the tree of chunks. */
static struct fault *chunk_deliver(struct tally *tally, struct chunk *chunk)
{
    struct moments *node;
    TRY(reduction_borrow(tally->chunks, &node));
    struct fault *fault = reduction_total(chunk->blocks, node);
    if (fault == NULL && chunk_is_full(tally, chunk->index))
        return reduction_hand_over(tally->chunks, 0, chunk->index, node);
    if (fault == NULL) fault = reduction_deliver_last(tally->chunks, node);
    free(node);
    return fault;
}

static struct fault *chunk_end(struct tally *tally, struct chunk *chunk)
{
    struct fault *fault = chunk_deliver(tally, chunk);
    if (fault != NULL || pthread_mutex_lock(&tally->lock) != 0) {
        chunks_free(chunk);
        return fault != NULL ? fault : lock_fault();
    }
    reduction_clear(chunk->blocks);
    chunk->next = tally->idle;
    tally->idle = chunk;
    tally->chunks_in++;
    return pthread_mutex_unlock(&tally->lock) == 0 ? NULL : lock_fault();
}

static bool block_fits(const struct tally *tally, const struct block_result *result)
{
    if (result->cells != tally->cells || result->first % LANES != 0 || result->first >= tally->replications)
        return false;
    const uint64_t left = tally->replications - result->first;
    return result->lanes == (left < LANES ? left : LANES);
}

static struct fault *tally_block(void *self, const struct block_result *result)
{
    struct tally *tally = self;
    if (!block_fits(tally, result))
        return fault_raise(FAULT_MACHINE, "a block of results at replication %llu does not fit the tally",
                           (unsigned long long)result->first);
    struct chunk *chunk = NULL;
    struct moments *node;
    TRY(block_begin(tally, result, &chunk));
    TRY(reduction_borrow(chunk->blocks, &node));
    unsigned char valid[LANES];
    for (size_t l = 0; l < LANES; l++) valid[l] = l < result->lanes && result->failed_month[l] < 0;
    moments_of_lanes(result->cells, result->cell, valid, node);
    TRY(reduction_hand_over(chunk->blocks, 0, result->first / LANES % BLOCKS_PER_CHUNK, node));
    bool done = false;
    TRY(block_end(tally, chunk, &done));
    return done ? chunk_end(tally, chunk) : NULL;
}

struct sink tally_sink(struct tally *tally)
{
    return (struct sink){.self = tally, .block = tally_block};
}

struct fault *tally_extend(struct tally *tally, uint64_t replications)
{
    if (tally->replications % LANES_PER_CHUNK != 0 || replications < tally->replications)
        return fault_raise(FAULT_MACHINE, "a run of %llu replications cannot go on to %llu, expected whole chunks",
                           (unsigned long long)tally->replications, (unsigned long long)replications);
    tally->replications = replications;
    return NULL;
}

uint64_t tally_replications(const struct tally *tally)
{
    return tally->replications;
}

struct fault *tally_total(struct tally *tally, struct moments total[])
{
    if (pthread_mutex_lock(&tally->lock) != 0) return lock_fault();
    const uint64_t in = tally->chunks_in;
    if (pthread_mutex_unlock(&tally->lock) != 0) return lock_fault();
    const uint64_t all = divide_up(tally->replications, LANES_PER_CHUNK);
    if (in != all)
        return fault_raise(FAULT_MACHINE, "the results of %llu chunks of replications are in, expected all %llu",
                           (unsigned long long)in, (unsigned long long)all);
    return reduction_total(tally->chunks, total);
}

/* Chunks that are held as one node, in order: the i-th one's; false: there is none. */
static bool held_chunks(const struct tally *tally, size_t i, uint64_t *first, uint64_t *end)
{
    unsigned level;
    uint64_t index;
    const struct moments *node;
    const size_t nodes = reduction_nodes(tally->chunks);
    if (i < nodes) {
        reduction_node(tally->chunks, i, &level, &index, &node);
        *first = index << level;
        *end = (index + 1) << level;
        return true;
    }
    *first = tally->replications / LANES_PER_CHUNK;
    *end = *first + 1;
    return i == nodes && reduction_last(tally->chunks) != NULL;
}

bool tally_next(const struct tally *tally, uint64_t from, bool in, uint64_t *first, uint64_t *end)
{
    const uint64_t all = divide_up(tally->replications, LANES_PER_CHUNK);
    uint64_t begin = 0, stop = 0, reach = from;
    for (size_t i = 0; held_chunks(tally, i, &begin, &stop); i++) {
        if (stop <= reach) continue;
        if (in && begin > reach && reach > from) break;
        if (in && reach == from) *first = begin > from ? begin : from;
        if (!in && begin > reach) {
            *first = reach;
            *end = begin < all ? begin : all;
            return *first < *end;
        }
        reach = stop;
    }
    if (!in) *first = reach;
    *end = in ? reach : all;
    return in ? reach > from : reach < all;
}

bool tally_has_last(const struct tally *tally)
{
    return reduction_last(tally->chunks) != NULL;
}

static bool in_whole_chunks(const struct tally *tally, uint64_t replication)
{
    return replication / LANES_PER_CHUNK < tally->replications / LANES_PER_CHUNK;
}

struct fault *tally_put(struct tally *tally, bool last, struct bytes *bytes)
{
    const size_t nodes = reduction_nodes(tally->chunks), size = tally->cells * sizeof(struct moments);
    uint64_t invalids = 0;
    bytes_put_number(bytes, nodes);
    for (size_t i = 0; i < nodes; i++) {
        unsigned level;
        uint64_t index;
        const struct moments *node;
        reduction_node(tally->chunks, i, &level, &index, &node);
        bytes_put_number(bytes, level);
        bytes_put_number(bytes, index);
        bytes_put(bytes, node, size);
    }
    last = last && reduction_last(tally->chunks) != NULL;
    bytes_put_number(bytes, last);
    if (last) bytes_put(bytes, reduction_last(tally->chunks), size);
    for (size_t i = 0; i < tally->invalids; i++)
        invalids += last || in_whole_chunks(tally, tally->invalid[i].replication);
    bytes_put_number(bytes, invalids);
    for (size_t i = 0; i < tally->invalids; i++)
        if (last || in_whole_chunks(tally, tally->invalid[i].replication))
            bytes_put(bytes, &tally->invalid[i], sizeof tally->invalid[i]);
    return bytes_fault(bytes);
}

static struct fault *not_a_tally(void)
{
    return fault_raise(FAULT_FILES, "the statistics are not those of a part of this run");
}

static struct fault *node_take(struct tally *tally, struct bytes_left *left, bool last)
{
    const uint64_t level = last ? 0 : bytes_take_number(left), index = last ? 0 : bytes_take_number(left);
    const uint64_t whole = tally->replications / LANES_PER_CHUNK;
    struct moments *node;
    if (left->failed || level > 62 || (!last && (index >= whole || (index + 1) > whole >> level))) return not_a_tally();
    TRY(reduction_borrow(tally->chunks, &node));
    bytes_take_items(left, node, tally->cells, sizeof *node);
    if (left->failed) {
        free(node);
        return not_a_tally();
    }
    if (last) {
        struct fault *fault = reduction_deliver_last(tally->chunks, node);
        free(node);
        TRY(fault);
    } else {
        TRY(reduction_hand_over(tally->chunks, (unsigned)level, index, node));
    }
    tally->chunks_in += UINT64_C(1) << level;
    return NULL;
}

static struct fault *invalids_take(struct tally *tally, struct bytes_left *left)
{
    struct invalid_replication *grown, item;
    const uint64_t count = bytes_take_number(left);
    if (left->failed || count > left->size / sizeof item) return not_a_tally();
    grown = reallocarray(tally->invalid, tally->invalids + count + 1, sizeof *grown);
    if (grown == NULL) return fault_no_memory();
    tally->invalid = grown;
    tally->room = tally->invalids + count + 1;
    for (uint64_t i = 0; i < count; i++) {
        bytes_take_items(left, &item, 1, sizeof item);
        if (item.replication >= tally->replications || item.month < 0 || item.cause < 0) return not_a_tally();
        tally->invalid[tally->invalids++] = item;
    }
    return NULL;
}

struct fault *tally_take(struct tally *tally, struct bytes_left *left)
{
    const uint64_t nodes = bytes_take_number(left);
    if (nodes > 0 && tally->cells == 0) return not_a_tally();
    for (uint64_t i = 0; i < nodes; i++) TRY(node_take(tally, left, false));
    const uint64_t last = bytes_take_number(left);
    if (left->failed || last > 1 || (last == 1 && tally->replications % LANES_PER_CHUNK == 0)) return not_a_tally();
    if (last == 1) TRY(node_take(tally, left, true));
    return invalids_take(tally, left);
}

static int by_replication(const void *left, const void *right)
{
    const struct invalid_replication *a = left, *b = right;
    return a->replication < b->replication ? -1 : a->replication > b->replication;
}

size_t tally_invalid(struct tally *tally, const struct invalid_replication **list)
{
    if (tally->invalids > 1) qsort(tally->invalid, tally->invalids, sizeof *tally->invalid, by_replication);
    *list = tally->invalid;
    return tally->invalids;
}
