/* output/hdf5/packer.c -- see packer.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/hdf5/packer.h"
#include "sim/core/ensemble.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { WAVE = 64 }; /* chunks in memory at once */

struct packer {
    const struct layout *layout;
    hid_t dataset;
    const struct layout_data *data;
    const void *const *row;
    size_t width;                                                     /* of a value, bytes */
    hsize_t size[LAYOUT_RANK], chunk[LAYOUT_RANK], grid[LAYOUT_RANK]; /* of values; chunks along a dimension */
    size_t rows, chunks, chunk_values;
    unsigned char missing[sizeof(double)];
    /* the wave: deflated[c] is chunk first + c */
    size_t first;
    unsigned char *deflated[WAVE];
    size_t deflated_size[WAVE];
};

/* Where a chunk begins, and how many values of it there are along each dimension. */
static void place_chunk(const struct packer *packer, size_t chunk, hsize_t start[], hsize_t count[])
{
    for (int d = packer->data->rank - 1; d >= 0; d--) {
        start[d] = chunk % packer->grid[d] * packer->chunk[d];
        const hsize_t left = packer->size[d] - start[d];
        count[d] = left < packer->chunk[d] ? left : packer->chunk[d];
        chunk /= packer->grid[d];
    }
}

/* The values of a chunk, one row after the other. `whole`: of the shape of a whole chunk, with missing values where
 * the dataset has ended. */
static void gather(const struct packer *packer, const hsize_t start[], const hsize_t count[], bool whole,
                   unsigned char *to)
{
    const int last = packer->data->rank - 1;
    const hsize_t *shape = whole ? packer->chunk : count;
    size_t rows = 1;
    for (int d = 0; d < last; d++) rows *= shape[d];
    for (size_t r = 0; r < rows; r++) {
        size_t index = 0, step = 1, rest = r;
        bool inside = true;
        for (int d = last - 1; d >= 0; d--) {
            const size_t at = rest % shape[d];
            rest /= shape[d];
            inside = inside && at < count[d];
            index += (start[d] + at) * step;
            step *= packer->size[d];
        }
        const size_t held = inside ? count[last] : 0;
        if (held > 0)
            memcpy(to, (const unsigned char *)packer->row[index] + start[last] * packer->width, held * packer->width);
        for (size_t i = held; i < shape[last]; i++) memcpy(to + i * packer->width, packer->missing, packer->width);
        to += shape[last] * packer->width;
    }
}

/* The bytes of all values in the order of their significance, as HDF5 shuffles. */
static void shuffle(const struct packer *packer, const unsigned char *value, unsigned char *shuffled)
{
    for (size_t b = 0; b < packer->width; b++)
        for (size_t i = 0; i < packer->chunk_values; i++)
            shuffled[b * packer->chunk_values + i] = value[i * packer->width + b];
}

/* Room for a chunk, twice. */
static struct fault *thread_open(void *context, void **thread_state)
{
    const struct packer *packer = context;
    *thread_state = malloc(2 * packer->chunk_values * packer->width);
    return *thread_state == NULL ? fault_no_memory() : NULL;
}

static void thread_close(void *context, void *thread_state)
{
    (void)context;
    free(thread_state);
}

static struct fault *deflate_chunk(void *context, void *thread_state, uint64_t item)
{
    struct packer *packer = context;
    hsize_t start[LAYOUT_RANK], count[LAYOUT_RANK];
    const size_t bytes = packer->chunk_values * packer->width;
    unsigned char *value = thread_state, *shuffled = value + bytes;
    place_chunk(packer, packer->first + item, start, count);
    gather(packer, start, count, true, value);
    shuffle(packer, value, shuffled);
    uLongf size = compressBound(bytes);
    if (compress2(packer->deflated[item], &size, shuffled, bytes, LAYOUT_LEVEL) != Z_OK)
        return fault_no_memory(); /* the only reason, as there is room for the longest */
    packer->deflated_size[item] = size;
    return NULL;
}

static struct fault *write_deflated(struct packer *packer, int threads)
{
    const struct ensemble_body body = {thread_open, deflate_chunk, thread_close, packer};
    hsize_t start[LAYOUT_RANK], count[LAYOUT_RANK];
    for (size_t c = 0; c < WAVE; c++) {
        packer->deflated[c] = malloc(compressBound(packer->chunk_values * packer->width));
        if (packer->deflated[c] == NULL) return fault_no_memory();
    }
    for (; packer->first < packer->chunks; packer->first += WAVE) {
        const size_t left = packer->chunks - packer->first, ready = left < WAVE ? left : WAVE;
        TRY(ensemble_for(ready, threads, &body, NULL));
        for (size_t c = 0; c < ready; c++) {
            place_chunk(packer, packer->first + c, start, count);
            HDF5(packer->layout->path,
                 H5Dwrite_chunk(packer->dataset, H5P_DEFAULT, 0, start, packer->deflated_size[c], packer->deflated[c]),
                 "write a dataset");
        }
    }
    return NULL;
}

static struct fault *write_chunk(const struct packer *packer, const hsize_t start[], const hsize_t count[],
                                 const void *value)
{
    const hid_t space = H5Dget_space(packer->dataset), room = H5Screate_simple(packer->data->rank, count, NULL);
    struct fault *fault = NULL;
    if (space < 0 || room < 0 || H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) < 0 ||
        H5Dwrite(packer->dataset, packer->data->type, room, space, H5P_DEFAULT, value) < 0)
        fault = layout_fault(packer->layout->path, "write a dataset");
    if (space >= 0 && H5Sclose(space) < 0 && fault == NULL) fault = layout_fault(packer->layout->path, "close a shape");
    if (room >= 0 && H5Sclose(room) < 0 && fault == NULL) fault = layout_fault(packer->layout->path, "close a shape");
    return fault;
}

static struct fault *write_plain(struct packer *packer)
{
    hsize_t start[LAYOUT_RANK], count[LAYOUT_RANK];
    unsigned char *value = malloc(packer->chunk_values * packer->width);
    struct fault *fault = value == NULL ? fault_no_memory() : NULL;
    for (size_t c = 0; c < packer->chunks && fault == NULL; c++) {
        place_chunk(packer, c, start, count);
        gather(packer, start, count, false, value);
        fault = write_chunk(packer, start, count, value);
    }
    free(value);
    return fault;
}

static void set_missing(struct packer *packer)
{
    const double missing = NAN;
    const float missing_single = NAN;
    memcpy(packer->missing, packer->width == sizeof missing ? (const void *)&missing : &missing_single, packer->width);
}

struct fault *packer_write(const struct layout *layout, hid_t dataset, const struct layout_data *data,
                           const void *const row[], int threads)
{
    struct packer packer = {.layout = layout, .dataset = dataset, .data = data, .row = row};
    packer.width = H5Tget_size(data->type);
    packer.rows = packer.chunks = packer.chunk_values = 1;
    for (int d = 0; d < data->rank; d++) packer.size[d] = data->axis[d].size;
    layout_chunk(data->rank, packer.size, packer.chunk);
    for (int d = 0; d < data->rank; d++) {
        packer.grid[d] = (packer.size[d] + packer.chunk[d] - 1) / packer.chunk[d];
        packer.chunks *= packer.grid[d];
        packer.chunk_values *= packer.chunk[d];
        if (d < data->rank - 1) packer.rows *= packer.size[d];
    }
    set_missing(&packer);
    struct fault *fault = data->storage == LAYOUT_DEFLATED ? write_deflated(&packer, threads) : write_plain(&packer);
    for (size_t c = 0; c < WAVE; c++) free(packer.deflated[c]);
    for (size_t r = 0; r < packer.rows && packer.chunks > 0 && fault == NULL; r++)
        content_values(layout->content, packer.size[data->rank - 1] * packer.width, row[r]);
    return fault;
}
