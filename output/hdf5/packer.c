/* output/hdf5/packer.c -- see packer.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/hdf5/packer.h"
#include "sim/core/ensemble.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { WAVE = 64 }; /* chunks in memory at once */
enum { WIDTH_MOST = 8 };

/* What was added: rows, in order; `last` of a dataset. */
struct row {
    const unsigned char *value;
    bool last;
};

struct packer {
    const char *path;
    size_t width;
    hsize_t count, chunk; /* values of a row and of a chunk */
    int threads;
    struct row *row;
    size_t rows, room;
    size_t written; /* rows */
    /* the wave: deflated[c] is chunk first + c, counted through all rows */
    uint64_t first, ready;
    unsigned char *deflated[WAVE];
    size_t size[WAVE];
};

static uint64_t chunks_per_row(const struct packer *packer)
{
    return (packer->count + packer->chunk - 1) / packer->chunk;
}

static size_t chunk_bytes(const struct packer *packer)
{
    return (size_t)packer->chunk * packer->width;
}

struct fault *packer_open(const char *path, size_t width, hsize_t count, int threads, struct packer **packer)
{
    *packer = calloc(1, sizeof **packer);
    if (*packer == NULL) return fault_no_memory();
    **packer =
        (struct packer){.path = path, .width = width, .count = count, .chunk = layout_chunk(count), .threads = threads};
    const size_t most = compressBound(chunk_bytes(*packer));
    for (size_t c = 0; c < WAVE; c++) {
        (*packer)->deflated[c] = malloc(most);
        if ((*packer)->deflated[c] == NULL) return fault_no_memory();
    }
    return NULL;
}

void packer_close(struct packer *packer)
{
    if (packer == NULL) return;
    for (size_t c = 0; c < WAVE; c++) free(packer->deflated[c]);
    free(packer->row);
    free(packer);
}

struct fault *packer_add(struct packer *packer, const void *value, size_t rows)
{
    if (packer->rows + rows > packer->room) {
        const size_t room = 2 * packer->room + rows;
        struct row *grown = realloc(packer->row, room * sizeof *grown);
        if (grown == NULL) return fault_no_memory();
        packer->row = grown;
        packer->room = room;
    }
    for (size_t i = 0; i < rows; i++)
        packer->row[packer->rows++] = (struct row){
            .value = (const unsigned char *)value + i * (size_t)packer->count * packer->width, .last = i + 1 == rows};
    return NULL;
}

/* HDF5's filter `shuffle`: the first bytes of all values, then the second ones; the last chunk of a row is as long as
 * the others, filled up with the missing value. */
static void shuffle(const struct packer *packer, const unsigned char *value, size_t values, unsigned char *shuffled)
{
    const double missing = NAN;
    const float missing_single = NAN;
    unsigned char fill[WIDTH_MOST];
    memcpy(fill, packer->width == sizeof missing ? (const void *)&missing : &missing_single, packer->width);
    for (size_t b = 0; b < packer->width; b++) {
        unsigned char *plane = shuffled + b * (size_t)packer->chunk;
        for (size_t i = 0; i < values; i++) plane[i] = value[i * packer->width + b];
        memset(plane + values, fill[b], (size_t)packer->chunk - values);
    }
}

static struct fault *thread_open(void *context, void **thread_state)
{
    *thread_state = malloc(chunk_bytes(context));
    return *thread_state == NULL ? fault_no_memory() : NULL;
}

static void thread_close(void *context, void *thread_state)
{
    (void)context;
    free(thread_state);
}

static struct fault *pack(void *context, void *thread_state, uint64_t item)
{
    struct packer *packer = context;
    const uint64_t chunk = packer->first + item, each = chunks_per_row(packer);
    const hsize_t begin = chunk % each * packer->chunk, left = packer->count - begin;
    const unsigned char *value = packer->row[chunk / each].value + begin * packer->width;
    shuffle(packer, value, (size_t)(left < packer->chunk ? left : packer->chunk), thread_state);
    uLongf size = compressBound(chunk_bytes(packer));
    if (compress2(packer->deflated[item], &size, thread_state, chunk_bytes(packer), LAYOUT_LEVEL) != Z_OK)
        return fault_no_memory(); /* the only reason, as there is room for the longest */
    packer->size[item] = size;
    return NULL;
}

/* The wave that begins with the chunk. */
static struct fault *pack_wave(struct packer *packer, uint64_t first)
{
    const uint64_t left = packer->rows * chunks_per_row(packer) - first;
    const struct ensemble_body body = {thread_open, pack, thread_close, packer};
    packer->first = first;
    packer->ready = left < WAVE ? left : WAVE;
    return ensemble_for(packer->ready, packer->threads, &body, NULL);
}

static struct fault *write_row(struct packer *packer, hid_t dataset, int rank, hsize_t row)
{
    const uint64_t each = chunks_per_row(packer);
    for (uint64_t c = 0; c < each; c++) {
        const uint64_t chunk = packer->written * each + c;
        if (chunk >= packer->first + packer->ready) TRY(pack_wave(packer, chunk));
        const size_t at = (size_t)(chunk - packer->first);
        const hsize_t place[2] = {rank == 1 ? c * packer->chunk : row, c * packer->chunk};
        HDF5(packer->path, H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, place, packer->size[at], packer->deflated[at]),
             "write a dataset");
    }
    return NULL;
}

struct fault *packer_write(struct packer *packer, hid_t dataset)
{
    const hid_t space = H5Dget_space(dataset);
    HDF5(packer->path, space, "tell a shape");
    const int rank = H5Sget_simple_extent_ndims(space);
    HDF5(packer->path, H5Sclose(space), "close a shape");
    HDF5(packer->path, rank, "tell a shape");
    bool last = false;
    for (hsize_t row = 0; !last; row++) {
        TRY(write_row(packer, dataset, rank, row));
        last = packer->row[packer->written++].last;
    }
    return NULL;
}
