/* sim/run/spool.c -- see spool.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/spool.h"
#include "sim/statistics/samples.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { AT_ONCE = 32 };                                /* cells */
static const uint64_t work_bytes = UINT64_C(4) << 20; /* of values that are read together */

struct spool {
    size_t cells, rows;
    size_t *row; /* [cells + 1]: of how many cells before it there are rows */
    uint64_t first, count;
    float **block; /* [blocks][rows * LANES]; NULL: in the file, or not in yet */
    size_t blocks;
    uint64_t memory;           /* bytes: the most that is held while there can be a file */
    atomic_uint_fast64_t held; /* bytes of blocks in memory, while there is a choice */
    _Atomic(float *) spare;    /* a block's memory; NULL: none */
    char *folder;
    atomic_int file; /* NOT_YET, NEVER or a descriptor */
};
enum { NOT_YET = -1, NEVER = -2 };

static size_t block_bytes(const struct spool *spool)
{
    return spool->rows * LANES * sizeof(float);
}

static size_t blocks_of(uint64_t count)
{
    return (size_t)(count / LANES + (count % LANES != 0));
}

struct fault *spool_open(size_t cells, const bool keep[], uint64_t first, uint64_t count, struct spool_place place,
                         struct spool **spool)
{
    struct spool *made = calloc(1, sizeof *made);
    *spool = made;
    if (made == NULL) return fault_no_memory();
    made->cells = cells;
    made->first = first;
    made->file = NOT_YET;
    made->memory = place.memory;
    made->folder = strdup(place.folder);
    made->row = calloc(cells + 1, sizeof *made->row);
    if (made->folder == NULL || made->row == NULL) return fault_no_memory();
    for (size_t c = 0; c < cells; c++) made->row[c + 1] = made->row[c] + (keep[c] ? 0 : 1);
    made->rows = made->row[cells];
    return spool_extend(made, count);
}

void spool_close(struct spool *spool)
{
    if (spool == NULL) return;
    for (size_t b = 0; b < spool->blocks; b++) free(spool->block[b]);
    if (spool->file >= 0) (void)close(spool->file); /* nobody reads it again */
    free(spool->spare);
    free(spool->block);
    free(spool->row);
    free(spool->folder);
    free(spool);
}

struct fault *spool_extend(struct spool *spool, uint64_t count)
{
    const size_t blocks = blocks_of(count);
    float **grown = reallocarray(spool->block, blocks + 1, sizeof *grown);
    if (grown == NULL) return fault_no_memory();
    for (size_t b = spool->blocks; b < blocks; b++) grown[b] = NULL;
    spool->block = grown;
    spool->blocks = blocks;
    spool->count = count;
    return NULL;
}

size_t spool_rows(const struct spool *spool)
{
    return spool->rows;
}

bool spool_holds(const struct spool *spool, size_t cell)
{
    return spool->row[cell] != spool->row[cell + 1];
}

/* A file in the folder that has no name, or no longer; -1: there can be none. */
static int file_make(const char *folder)
{
    char *path = NULL;
    int file = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file >= 0 || asprintf(&path, "%s/samples-XXXXXX", folder) < 0) return file;
    file = mkostemp(path, O_CLOEXEC);
    if (file >= 0) (void)unlink(path); /* what remains is swept with the folder */
    free(path);
    return file;
}

/* The file, made when it is first needed. */
static int file_of(struct spool *spool)
{
    int expected = NOT_YET;
    if (spool->file != NOT_YET) return spool->file;
    const int made = file_make(spool->folder);
    if (atomic_compare_exchange_strong(&spool->file, &expected, made >= 0 ? made : NEVER)) return spool->file;
    if (made >= 0) (void)close(made); /* another thread was before */
    return expected;
}

static bool file_put(int file, const void *from, size_t size, uint64_t offset)
{
    for (const unsigned char *at = from; size > 0;) {
        const ssize_t written = pwrite(file, at, size, (off_t)offset);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        at += written;
        size -= (size_t)written;
        offset += (uint64_t)written;
    }
    return true;
}

static struct fault *file_get(int file, void *to, size_t size, uint64_t offset)
{
    for (unsigned char *at = to; size > 0;) {
        const ssize_t got = pread(file, at, size, (off_t)offset);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0)
            return fault_raise(FAULT_MACHINE, "the samples of the run cannot be read back: %s",
                               got < 0 ? strerror(errno) : "their file ends too early");
        at += got;
        size -= (size_t)got;
        offset += (uint64_t)got;
    }
    return NULL;
}

/* Whether one block more may stay in memory though there can be a file. */
static bool memory_take(struct spool *spool)
{
    const uint64_t bytes = block_bytes(spool);
    if (atomic_fetch_add(&spool->held, bytes) + bytes <= spool->memory) return true;
    atomic_fetch_sub(&spool->held, bytes);
    return false;
}

static struct fault *spool_block(void *self, const struct block_result *result)
{
    struct spool *spool = self;
    const size_t block = (size_t)((result->first - spool->first) / LANES);
    double valid[LANES];
    if (result->cells != spool->cells || result->first < spool->first || block >= spool->blocks ||
        result->lanes > LANES || spool->block[block] != NULL)
        return fault_raise(FAULT_MACHINE, "a block of results at replication %llu does not fit what is kept of them",
                           (unsigned long long)result->first);
    float *value = atomic_exchange(&spool->spare, NULL);
    if (value == NULL) value = malloc(block_bytes(spool) + 1);
    if (value == NULL) return fault_no_memory();
    samples_valid(result, valid);
    for (size_t c = 0; c < spool->cells; c++)
        if (spool_holds(spool, c)) samples_narrow(result->cell[c], valid, value + spool->row[c] * LANES);
    const int file = memory_take(spool) ? NEVER : file_of(spool);
    if (file >= 0 && file_put(file, value, block_bytes(spool), block * (uint64_t)block_bytes(spool)))
        free(atomic_exchange(&spool->spare, value));
    else
        spool->block[block] = value;
    return NULL;
}

struct sink spool_sink(struct spool *spool)
{
    return (struct sink){.self = spool, .block = spool_block};
}

size_t spool_cells_at_once(uint64_t count)
{
    const uint64_t fit = work_bytes / (sizeof(float) * (count + 1));
    return fit < 1 ? 1 : fit > AT_ONCE ? AT_ONCE : (size_t)fit;
}

/* Some rows of one block, of which the values of `lanes` replications go to, or come from, place `at` of each cell. */
struct piece {
    size_t cell, end, block;
    uint64_t at, count;
    size_t lanes;
};

static void piece_out(const struct spool *spool, const struct piece *piece, const float *from, float value[])
{
    for (size_t c = piece->cell; c < piece->end; c++) {
        if (!spool_holds(spool, c)) continue;
        memcpy(value + (c - piece->cell) * piece->count + piece->at, from, piece->lanes * sizeof *from);
        from += LANES;
    }
}

static void piece_in(const struct spool *spool, const struct piece *piece, const float value[], float *to)
{
    for (size_t c = piece->cell; c < piece->end; c++) {
        if (!spool_holds(spool, c)) continue;
        memcpy(to, value + (c - piece->cell) * piece->count + piece->at, piece->lanes * sizeof *to);
        to += LANES;
    }
}

static uint64_t piece_offset(const struct spool *spool, const struct piece *piece)
{
    return piece->block * (uint64_t)block_bytes(spool) + spool->row[piece->cell] * LANES * sizeof(float);
}

static bool piece_fits(const struct spool *spool, size_t cell, size_t end, uint64_t first, uint64_t count)
{
    return cell <= end && end <= spool->cells && end - cell <= AT_ONCE && first >= spool->first &&
           (first - spool->first) % LANES == 0 && first - spool->first <= spool->count &&
           count <= spool->count - (first - spool->first);
}

static struct fault *wrong(uint64_t first)
{
    return fault_raise(FAULT_MACHINE, "samples from replication %llu on do not fit what is kept of them",
                       (unsigned long long)first);
}

struct fault *spool_read(const struct spool *spool, size_t cell, size_t end, uint64_t first, uint64_t count,
                         float value[])
{
    float part[AT_ONCE * LANES];
    if (!piece_fits(spool, cell, end, first, count)) return wrong(first);
    const size_t row = spool->row[cell], rows = spool->row[end] - row;
    struct piece piece = {.cell = cell, .end = end, .count = count};
    for (; piece.at < count && rows > 0; piece.at += LANES) {
        piece.block = (size_t)((first - spool->first + piece.at) / LANES);
        piece.lanes = count - piece.at < LANES ? (size_t)(count - piece.at) : LANES;
        const float *held = spool->block[piece.block];
        if (held == NULL) TRY(file_get(spool->file, part, rows * LANES * sizeof *part, piece_offset(spool, &piece)));
        piece_out(spool, &piece, held != NULL ? held + row * LANES : part, value);
    }
    return NULL;
}

struct fault *spool_write(struct spool *spool, size_t cell, size_t end, uint64_t first, uint64_t count,
                          const float value[])
{
    float part[AT_ONCE * LANES] = {0};
    if (!piece_fits(spool, cell, end, first, count)) return wrong(first);
    const size_t row = spool->row[cell], rows = spool->row[end] - row;
    struct piece piece = {.cell = cell, .end = end, .count = count};
    for (; piece.at < count && rows > 0; piece.at += LANES) {
        piece.block = (size_t)((first - spool->first + piece.at) / LANES);
        piece.lanes = count - piece.at < LANES ? (size_t)(count - piece.at) : LANES;
        float **held = &spool->block[piece.block];
        const bool begins = row == 0; /* then it is settled where the block is */
        if (begins && *held == NULL && (memory_take(spool) || file_of(spool) < 0)) {
            *held = malloc(block_bytes(spool));
            if (*held == NULL) return fault_no_memory();
        }
        piece_in(spool, &piece, value, *held != NULL ? *held + row * LANES : part);
        if (*held == NULL && !file_put(spool->file, part, rows * LANES * sizeof *part, piece_offset(spool, &piece)))
            return fault_raise(FAULT_MACHINE, "the samples of the run cannot be kept in %s: %s", spool->folder,
                               strerror(errno));
    }
    return NULL;
}
