/* sim/core/samples.c -- see samples.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/samples.h"

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

struct fault *samples_init(struct samples *samples, uint64_t count, size_t cells, size_t inputs)
{
    uint64_t bytes;
    *samples = (struct samples){.count = count, .cells = cells, .inputs = inputs};
    if (!samples_bytes(count, cells, inputs, &bytes) || bytes > PTRDIFF_MAX) {
        *samples = (struct samples){0};
        return fault_no_memory();
    }
    const uint64_t value = count * cells * sizeof *samples->value, input = count * inputs * sizeof *samples->input;
    if (value > 0) samples->value = samples_memory(value);
    if (input > 0) samples->input = samples_memory(input);
    if ((value > 0 && samples->value == NULL) || (input > 0 && samples->input == NULL)) {
        samples_free(samples);
        return fault_raise(FAULT_MACHINE, "no memory for the samples, which take %llu bytes",
                           (unsigned long long)bytes);
    }
    return NULL;
}

void samples_free(struct samples *samples)
{
    free(samples->value);
    free(samples->input);
    *samples = (struct samples){0};
}

static struct fault *samples_block(void *self, const struct block_result *result)
{
    const struct samples *samples = self;
    const size_t lanes = result->lanes;
    if (result->cells != samples->cells || result->inputs != samples->inputs || lanes > LANES ||
        result->first > samples->count || lanes > samples->count - result->first)
        return fault_raise(FAULT_MACHINE, "a block of results at replication %llu does not fit the samples",
                           (unsigned long long)result->first);
    double valid[LANES];
    for (int l = 0; l < LANES; l++) valid[l] = (size_t)l < lanes && result->failed_month[l] < 0 ? 1.0 : 0.0;
    for (size_t c = 0; c < samples->cells; c++) {
        const double *row = result->cell[c];
        float narrow[LANES];
        EACH_LANE(l) narrow[l] = (float)(valid[l] != 0 ? row[l] : __builtin_nan(""));
        memcpy(samples->value + c * samples->count + result->first, narrow, lanes * sizeof narrow[0]);
    }
    for (size_t i = 0; i < samples->inputs; i++)
        memcpy(samples->input + i * samples->count + result->first, result->input[i], lanes * sizeof(double));
    return NULL;
}

struct sink samples_sink(struct samples *samples)
{
    return (struct sink){.self = samples, .block = samples_block};
}
