/* sim/statistics/gram.c -- see gram.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/gram.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HIGH = 4, WIDE = 8, ROWS = 64 }; /* of what is summed in registers */

typedef float numbers __attribute__((vector_size(WIDE * sizeof(float))));

struct fault *gram_init(size_t rows, size_t columns, struct gram *gram)
{
    const size_t stride = (columns + GRAM_TILE - 1) / GRAM_TILE * GRAM_TILE;
    const size_t blocks = rows < GRAM_BLOCKS ? rows : GRAM_BLOCKS;
    *gram = (struct gram){.rows = rows, .columns = columns, .stride = stride, .blocks = blocks};
    gram->table = aligned_alloc(64, (rows * stride + GRAM_TILE) * sizeof *gram->table / 64 * 64 + 64);
    gram->block = aligned_alloc(64, (blocks * stride * stride + GRAM_TILE) * sizeof *gram->block / 64 * 64 + 64);
    if (gram->table == NULL || gram->block == NULL) return fault_no_memory();
    memset(gram->table, 0, rows * stride * sizeof *gram->table);
    memset(gram->block, 0, blocks * stride * stride * sizeof *gram->block);
    for (size_t r = 0; r < rows; r++) gram->table[r * stride] = 1.0f;
    return NULL;
}

void gram_free(struct gram *gram)
{
    free(gram->table);
    free(gram->block);
    *gram = (struct gram){0};
}

void gram_set(struct gram *gram, size_t column, const float value[])
{
    const double count = (double)gram->rows;
    double mean = 0.0, square = 0.0;
    for (size_t r = 0; r < gram->rows; r++) mean += (double)value[r];
    mean /= count;
    for (size_t r = 0; r < gram->rows; r++) square += ((double)value[r] - mean) * ((double)value[r] - mean);
    const double sd = sqrt(square / count), scale = sd > 1e-7 * fabs(mean) ? 1.0 / sd : 0.0;
    for (size_t r = 0; r < gram->rows; r++)
        gram->table[r * gram->stride + column] = (float)(((double)value[r] - mean) * scale);
}

static size_t first_row(const struct gram *gram, size_t block)
{
    return block * gram->rows / gram->blocks;
}

/* to[HIGH][2 WIDE] += sum over the rows of a[r][..HIGH]' b[r][..2 WIDE]; `step` apart are the rows of a, of b and of to. */
static void add_tile(size_t rows, const float *a, size_t a_step, const float *b, size_t b_step, float *to,
                     size_t to_step)
{
    numbers left[HIGH] = {{0.0f}}, right[HIGH] = {{0.0f}};
    for (size_t r = 0; r < rows; r++) {
        numbers x, y;
        memcpy(&x, b + r * b_step, sizeof x);
        memcpy(&y, b + r * b_step + WIDE, sizeof y);
        for (size_t h = 0; h < HIGH; h++) {
            left[h] += a[r * a_step + h] * x;
            right[h] += a[r * a_step + h] * y;
        }
    }
    for (size_t h = 0; h < HIGH; h++) {
        memcpy(to + h * to_step, &left[h], sizeof left[h]);
        memcpy(to + h * to_step + WIDE, &right[h], sizeof right[h]);
    }
}

void gram_multiply(struct gram *gram)
{
    const size_t stride = gram->stride;
    for (size_t b = 0; b < gram->blocks; b++) {
        const size_t first = first_row(gram, b), rows = first_row(gram, b + 1) - first;
        const float *table = gram->table + first * stride;
        float *block = gram->block + b * stride * stride;
        for (size_t i = 0; i < stride; i += HIGH)
            for (size_t j = i / GRAM_TILE * GRAM_TILE; j < stride; j += GRAM_TILE)
                add_tile(rows, table + i, stride, table + j, stride, block + i * stride + j, stride);
    }
}

/* Row i, from the diagonal on. */
static void add_row(const struct gram *gram, size_t i, size_t block, double times, double to[])
{
    const float *from = gram->block + (block * gram->stride + i) * gram->stride;
    for (size_t j = i; j < gram->columns; j++) to[j] += times * (double)from[j];
}

void gram_sums(const struct gram *gram, size_t count, const unsigned weight[], double sum[])
{
    const size_t columns = gram->columns;
    memset(sum, 0, count * columns * columns * sizeof *sum);
    for (size_t i = 0; i < columns; i++)
        for (size_t b = 0; b < gram->blocks; b++)
            for (size_t s = 0; s < count; s++) {
                const unsigned times = weight[s * gram->blocks + b];
                if (times > 0) add_row(gram, i, b, (double)times, sum + (s * columns + i) * columns);
            }
    for (size_t s = 0; s < count; s++)
        for (size_t i = 0; i < columns; i++)
            for (size_t j = 0; j < i; j++) sum[(s * columns + i) * columns + j] = sum[(s * columns + j) * columns + i];
}

void gram_sum(const struct gram *gram, const unsigned weight[], double sum[])
{
    gram_sums(gram, 1, weight, sum);
}

void gram_correlate(size_t columns, const double sum[], double correlation[])
{
    const size_t size = columns - 1;
    const double count = sum[0];
    for (size_t i = 0; i < size; i++)
        for (size_t j = 0; j < size; j++)
            correlation[i * size + j] =
                sum[(i + 1) * columns + j + 1] / count - sum[i + 1] / count * (sum[j + 1] / count);
    for (size_t i = 0; i < size; i++) {
        const double variance = correlation[i * size + i];
        const double scale = variance > 1e-9 ? 1.0 / sqrt(variance) : 0.0;
        for (size_t j = 0; j < size; j++) correlation[i * size + j] *= scale;
        for (size_t j = 0; j < size; j++) correlation[j * size + i] *= scale;
    }
    for (size_t i = 0; i < size; i++) correlation[i * size + i] = 1.0;
}

void gram_multiply_others(const struct gram *gram, size_t others, const float *const other[], double product[])
{
    const size_t stride = gram->stride;
    float turned[ROWS * HIGH], tile[HIGH * GRAM_TILE];
    memset(product, 0, others * stride * sizeof *product);
    for (size_t o = 0; o < others; o += HIGH)
        for (size_t first = 0; first < gram->rows; first += ROWS) {
            const size_t rows = gram->rows - first < ROWS ? gram->rows - first : ROWS;
            for (size_t r = 0; r < rows; r++)
                for (size_t h = 0; h < HIGH; h++) turned[r * HIGH + h] = other[o + h][first + r];
            for (size_t j = 0; j < stride; j += GRAM_TILE) {
                add_tile(rows, turned, HIGH, gram->table + first * stride + j, stride, tile, GRAM_TILE);
                for (size_t h = 0; h < HIGH; h++)
                    for (size_t k = 0; k < GRAM_TILE; k++)
                        product[(o + h) * stride + j + k] += (double)tile[h * GRAM_TILE + k];
            }
        }
}
