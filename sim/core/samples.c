/* sim/core/samples.c -- see samples.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/samples.h"

#include <math.h>
#include <stdlib.h>

bool samples_bytes(uint64_t count, size_t cells, size_t inputs, uint64_t *bytes)
{
    uint64_t values, input_values, value_bytes, input_bytes;
    return !__builtin_mul_overflow(count, (uint64_t)cells, &values) &&
           !__builtin_mul_overflow(values, (uint64_t)sizeof(float), &value_bytes) &&
           !__builtin_mul_overflow(count, (uint64_t)inputs, &input_values) &&
           !__builtin_mul_overflow(input_values, (uint64_t)sizeof(double), &input_bytes) &&
           !__builtin_add_overflow(value_bytes, input_bytes, bytes);
}

struct fault *samples_init(struct samples *samples, uint64_t count, size_t cells, size_t inputs)
{
    uint64_t bytes;
    *samples = (struct samples){.count = count, .cells = cells, .inputs = inputs};
    if (!samples_bytes(count, cells, inputs, &bytes) || bytes > SIZE_MAX) return fault_no_memory();
    samples->value = malloc(count * cells * sizeof *samples->value + 1);
    samples->input = malloc(count * inputs * sizeof *samples->input + 1);
    if (samples->value != NULL && samples->input != NULL) return NULL;
    samples_free(samples);
    return fault_no_memory();
}

void samples_free(struct samples *samples)
{
    free(samples->value);
    free(samples->input);
    *samples = (struct samples){0};
}

static struct fault *samples_block(void *self, const struct block_result *result)
{
    struct samples *samples = self;
    for (size_t cell = 0; cell < result->cells; cell++) {
        float *to = samples->value + cell * samples->count + result->first;
        const double *from = result->cell[cell];
        for (size_t l = 0; l < result->lanes; l++) to[l] = result->failed_month[l] < 0 ? (float)from[l] : NAN;
    }
    for (size_t i = 0; i < result->inputs; i++) {
        double *to = samples->input + i * samples->count + result->first;
        for (size_t l = 0; l < result->lanes; l++) to[l] = result->input[i][l];
    }
    return NULL;
}

struct sink samples_sink(struct samples *samples)
{
    return (struct sink){.self = samples, .block = samples_block};
}
