/* sim/statistics/samples.c -- see samples.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/samples.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)2 << 20) /* bytes */

bool samples_bytes(uint64_t count, size_t cells, size_t inputs, uint64_t *bytes)
{
    uint64_t value, input;
    return !__builtin_mul_overflow(count, cells, &value) && !__builtin_mul_overflow(value, sizeof(float), &value) &&
           !__builtin_mul_overflow(count, inputs, &input) && !__builtin_mul_overflow(input, sizeof(double), &input) &&
           !__builtin_add_overflow(value, input, bytes);
}

/* Memory that is not touched here, so that each page lands near the thread that first writes to it. */
static void *samples_memory(uint64_t bytes)
{
    void *memory;
    const bool large = bytes >= HUGE_PAGE;
    if (posix_memalign(&memory, large ? HUGE_PAGE : LANES_ALIGNMENT, (size_t)bytes) != 0) return NULL;
    if (large) (void)madvise(memory, (size_t)bytes, MADV_HUGEPAGE); /* a wish: without it, it is only slower */
    return memory;
}

/* Memory for so many rows. */
static struct fault *samples_rows(struct samples *samples, size_t rows)
{
    uint64_t bytes;
    const uint64_t count = samples->count;
    const size_t inputs = samples->inputs;
    if (!samples_bytes(count, rows, inputs, &bytes) || bytes > PTRDIFF_MAX) {
        samples_free(samples);
        return fault_no_memory();
    }
    const uint64_t value = count * rows * sizeof *samples->value, input = count * inputs * sizeof *samples->input;
    if (value > 0) samples->value = samples_memory(value);
    if (input > 0) samples->input = samples_memory(input);
    if ((value > 0 && samples->value == NULL) || (input > 0 && samples->input == NULL)) {
        samples_free(samples);
        return fault_raise(FAULT_MACHINE, "no memory for the samples, which take %llu bytes",
                           (unsigned long long)bytes);
    }
    return NULL;
}

struct fault *samples_init(struct samples *samples, uint64_t count, size_t cells, size_t inputs)
{
    *samples = (struct samples){.count = count, .cells = cells, .inputs = inputs};
    return samples_rows(samples, cells);
}

struct fault *samples_init_some(struct samples *samples, uint64_t count, size_t cells, const bool keep[], size_t inputs)
{
    size_t rows = 0;
    *samples = (struct samples){.count = count, .cells = cells, .inputs = inputs};
    samples->row = calloc(cells + 1, sizeof *samples->row);
    if (samples->row == NULL) return fault_no_memory();
    for (size_t c = 0; c < cells; c++) samples->row[c] = keep[c] ? rows++ : SAMPLES_NOT_KEPT;
    return samples_rows(samples, rows);
}

float *samples_of(const struct samples *samples, size_t cell)
{
    const size_t row = samples->row == NULL ? cell : samples->row[cell];
    return row == SAMPLES_NOT_KEPT ? NULL : samples->value + row * samples->count;
}

void *samples_stretch(const struct samples *samples, size_t i, uint64_t first, uint64_t count, size_t *bytes)
{
    const uint64_t column = first - samples->first;
    if (i >= samples->cells) {
        *bytes = (size_t)count * sizeof *samples->input;
        return samples->input + (i - samples->cells) * samples->count + column;
    }
    float *row = samples_of(samples, i);
    *bytes = row == NULL ? 0 : (size_t)count * sizeof *row;
    return row == NULL ? NULL : row + column;
}

void samples_free(struct samples *samples)
{
    free(samples->row);
    free(samples->value);
    free(samples->input);
    *samples = (struct samples){0};
}

struct fault *samples_refit(struct samples *samples, uint64_t count, const bool keep[], size_t inputs, uint64_t held)
{
    struct samples made;
    if (keep == NULL)
        TRY(samples_init(&made, count, samples->cells, inputs));
    else
        TRY(samples_init_some(&made, count, samples->cells, keep, inputs));
    for (size_t c = 0; c < samples->cells; c++)
        if (samples_of(&made, c) != NULL) memcpy(samples_of(&made, c), samples_of(samples, c), held * sizeof(float));
    for (size_t i = 0; i < inputs; i++)
        memcpy(made.input + i * count, samples->input + i * samples->count, held * sizeof(double));
    made.first = samples->first;
    samples_free(samples);
    *samples = made;
    return NULL;
}

void samples_cut(struct samples *samples, uint64_t count)
{
    const uint64_t before = samples->count;
    if (count >= before) return;
    for (size_t c = 0, row = 0; c < samples->cells; c++) {
        if (samples_of(samples, c) == NULL) continue;
        memmove(samples->value + row * count, samples->value + row * before, count * sizeof(float));
        row++;
    }
    for (size_t i = 0; i < samples->inputs; i++)
        memmove(samples->input + i * count, samples->input + i * before, count * sizeof(double));
    samples->count = count;
}

void samples_valid(const struct block_result *result, double valid[LANES])
{
    for (int l = 0; l < LANES; l++) valid[l] = (size_t)l < result->lanes && result->failed_month[l] < 0 ? 1.0 : 0.0;
}

static struct fault *samples_block(void *self, const struct block_result *result)
{
    const struct samples *samples = self;
    const size_t lanes = result->lanes;
    if (result->cells != samples->cells || (samples->inputs > 0 && result->inputs != samples->inputs) ||
        lanes > LANES || result->first < samples->first || result->first - samples->first > samples->count ||
        lanes > samples->count - (result->first - samples->first))
        return fault_raise(FAULT_MACHINE, "a block of results at replication %llu does not fit the samples",
                           (unsigned long long)result->first);
    const uint64_t column = result->first - samples->first;
    double valid[LANES];
    samples_valid(result, valid);
    for (size_t c = 0; c < samples->cells; c++) {
        float *kept = samples_of(samples, c);
        if (kept == NULL) continue;
        float narrow[LANES];
        samples_narrow(result->cell[c], valid, narrow);
        memcpy(kept + column, narrow, lanes * sizeof narrow[0]);
    }
    for (size_t i = 0; i < samples->inputs; i++)
        memcpy(samples->input + i * samples->count + column, result->input[i], lanes * sizeof(double));
    return NULL;
}

struct sink samples_sink(struct samples *samples)
{
    return (struct sink){.self = samples, .block = samples_block};
}
