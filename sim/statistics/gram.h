/* sim/statistics/gram.h -- sums of products of the columns of a table, of each block of its rows: what least squares
 * need to know, for all rows, for some, or for blocks drawn with replacement.
 *
 *     G_b = sum over the rows r of block b of z_r z_r',   z_r = (1, x_r1, ..., x_rp, y_r)
 *
 * Blocks are of consecutive rows. A sum of blocks gives means, variances and covariances of their rows. Products are
 * summed in single precision within a block, whose columns should be near mean 0 and variance 1, and blocks in double.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_GRAM_H
#define ZHOL_GRAM_H

#include "sim/core/fault.h"

#include <stddef.h>
#include <stdint.h>

enum { GRAM_BLOCKS = 128, GRAM_TILE = 16 };

/* A table in order of rows, with 1 in its first column and 0 behind its last, and its products. */
struct gram {
    size_t rows, columns; /* with the first and the last */
    size_t stride;        /* columns, rounded up */
    size_t blocks;
    float *table; /* [rows][stride] */
    float *block; /* [blocks][stride][stride], above the diagonal and on it */
};

/* Room for so many rows and columns, of which the first is 1. */
MUST_CHECK struct fault *gram_init(size_t rows, size_t columns, struct gram *gram);
void gram_free(struct gram *gram);
/* Fills a column, standardised in double: mean 0 and variance 1, or all 0 where it does not vary. */
void gram_set(struct gram *gram, size_t column, const float value[]);
/* Works out the products. */
void gram_multiply(struct gram *gram);
/* The weighted sum of the blocks: sum[columns][columns], symmetric. */
void gram_sum(const struct gram *gram, const unsigned weight[], double sum[]);
/* So many sums, weight[count][blocks], which go through the blocks once: sum[count][columns][columns]. */
void gram_sums(const struct gram *gram, size_t count, const unsigned weight[], double sum[]);
/* The correlations of the columns after the first, [columns - 1][columns - 1], from such a sum. A column without variance is
 * uncorrelated with all. */
void gram_correlate(size_t columns, const double sum[], double correlation[]);
/* Products of the columns with other columns of numbers: product[others][stride], added up over all rows of
 * other[others][rows]; others is a multiple of 4. */
void gram_multiply_others(const struct gram *gram, size_t others, const float *const other[], double product[]);

#endif
