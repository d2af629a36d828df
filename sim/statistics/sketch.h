/* sim/statistics/sketch.h -- how many values fall into each of many narrow buckets, with their mean and variance, cell
 * by cell: quantiles and tails of any number of values in memory that does not grow with it.
 *
 * A bucket is of the single-precision numbers that agree in sign, exponent and the first 7 bits behind the point. Its
 * value 2ab / (a + b), of its ends a and b, is within SKETCH_ERROR of every number in it, relative to that number.
 * Zeros of either sign and infinities are buckets of their own, which are exact. Numbers below 2^-126 have fewer
 * digits: of them the error is less than 2^-133, and those below 2^-133 count as zeros of their sign. Counts and
 * sums are whole numbers, so that the order in which values come, or sketches are merged, changes nothing.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_SKETCH_H
#define ZHOL_SKETCH_H

#include "sim/core/bytes.h"
#include "sim/core/fault.h"
#include "sim/statistics/moments.h"
#include "sim/statistics/quantiles.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SKETCH_ERROR (1.0 / 257.0) /* 0.389 %, a little less than 2^-8; of the first bucket above a power of two */

struct sketch;
/* Of `cells` cells without values. Each takes 20 bytes for every bucket between its least and its greatest value of
 * either sign, 2,560 for a factor of 2. */
MUST_CHECK struct fault *sketch_open(size_t cells, struct sketch **sketch);
void sketch_close(struct sketch *sketch);
/* Counts the values of a cell; NaN apart. Different cells may be added to from different threads at once. More than
 * UINT32_MAX values of a cell are a fault. */
MUST_CHECK struct fault *sketch_add(struct sketch *sketch, size_t cell, size_t count, const float value[]);
/* Adds what `from` has counted; both have the same cells. */
MUST_CHECK struct fault *sketch_merge(struct sketch *into, const struct sketch *from);

/* All counts as bytes; and those of a sketch of as many cells, added to what is there. What is no such sketch is a fault
 * (FAULT_FILES), which leaves some of it added. */
void sketch_put(const struct sketch *sketch, struct bytes *bytes);
MUST_CHECK struct fault *sketch_take(struct sketch *into, struct bytes_left *left);

/* How many values are in a cell, and how many more were NaN. */
uint64_t sketch_count(const struct sketch *sketch, size_t cell);
uint64_t sketch_undefined(const struct sketch *sketch, size_t cell);
/* Whether all buckets of all cells have the same counts and sums. */
bool sketch_equal(const struct sketch *left, const struct sketch *right);
/* Bytes that it takes now. */
size_t sketch_bytes(const struct sketch *sketch);

/* In what follows `moments` are those of the same values, for their least and greatest: what is told never lies outside
 * them, and the first and the last value are exact, as are values that are all equal. */

/* The value of a rank from 1 to sketch_count, -0 before +0; NaN of any other. */
double sketch_value(const struct sketch *sketch, size_t cell, const struct moments *moments, uint64_t rank);
/* As quantiles_estimate, by the same ranks. The estimate is within SKETCH_ERROR of that of the values themselves; the
 * bounds are the outer ends of their buckets, so that they enclose the bounds of the values themselves, and hold the
 * true quantile at least as often. */
void sketch_quantiles(const struct sketch *sketch, size_t cell, const struct moments *moments, size_t asked,
                      const double p[], struct quantile_estimate out[]);

/* As of the values themselves (tail.h), but that the bucket at the edge of the tail has to be split, of which the mean is
 * known and not the order: its mean and spread are exact, and so is all beyond. The values in it are taken as evenly
 * spread, and what that can do to the estimate at most, e, is in the standard error, as sqrt(s^2 + e^2): a bias of e
 * leaves in 1.96 of these what is within 1.96 s without it, or more. */
struct cvar_estimate sketch_cvar(const struct sketch *sketch, size_t cell, const struct moments *moments, double level);

#endif
