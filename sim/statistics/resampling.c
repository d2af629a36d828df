/* sim/statistics/resampling.c -- see resampling.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/resampling.h"

struct drawing {
    const struct stream *stream;
    int number;
    uint32_t slot;
    size_t left; /* of u */
    _Alignas(64) double u[2][LANES];
};

/* A whole number below `below`. */
static size_t draw(struct drawing *drawing, size_t below)
{
    struct stream_state none = {{NULL}};
    if (drawing->left == 0) {
        stream_uniforms(drawing->stream, &none, 0, drawing->number, drawing->slot++, drawing->u);
        drawing->left = 2 * LANES;
    }
    drawing->left--;
    const size_t drawn = (size_t)(drawing->u[drawing->left / LANES][drawing->left % LANES] * (double)below);
    return drawn < below ? drawn : below - 1;
}

void resampling_counts(const struct stream *stream, int number, size_t count, unsigned times[])
{
    struct drawing drawing = {.stream = stream, .number = number};
    for (size_t i = 0; i < count; i++) times[i] = 0;
    for (size_t i = 0; i < count; i++) times[draw(&drawing, count)]++;
}

void resampling_order(const struct stream *stream, int number, size_t count, uint32_t order[])
{
    struct drawing drawing = {.stream = stream, .number = number};
    for (size_t i = 0; i < count; i++) order[i] = (uint32_t)i;
    for (size_t i = count; i > 1; i--) { /* Fisher and Yates; Durstenfeld 1964 */
        const size_t other = draw(&drawing, i);
        const uint32_t swap = order[i - 1];
        order[i - 1] = order[other];
        order[other] = swap;
    }
}
