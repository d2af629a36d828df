/* sim/statistics/ranks.c -- see ranks.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/ranks.h"

#include <string.h>

enum { DIGIT = 11, DIGITS = 1 << DIGIT, PASSES = 3 };

/* A whole number in the order of the value, -0 as 0. */
static uint32_t key_of(float value)
{
    const float zero = 0.0f, x = value + zero;
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (bits & 0x80000000u) != 0 ? ~bits : bits | 0x80000000u;
}

static void sort_by_digit(size_t count, int shift, const uint64_t from[], uint64_t to[])
{
    size_t place[DIGITS] = {0}, sum = 0;
    for (size_t i = 0; i < count; i++) place[(from[i] >> shift) % DIGITS]++;
    for (size_t d = 0; d < DIGITS; d++) {
        const size_t here = place[d];
        place[d] = sum;
        sum += here;
    }
    for (size_t i = 0; i < count; i++) to[place[(from[i] >> shift) % DIGITS]++] = from[i];
}

void ranks_of(size_t count, const float value[], uint64_t work[], float rank[])
{
    uint64_t *from = work, *to = work + count;
    for (size_t i = 0; i < count; i++) from[i] = (uint64_t)key_of(value[i]) << 32 | i;
    for (int pass = 0; pass < PASSES; pass++) {
        sort_by_digit(count, 32 + DIGIT * pass, from, to);
        uint64_t *swap = from;
        from = to;
        to = swap;
    }
    for (size_t i = 0, end; i < count; i = end) {
        end = i + 1;
        while (end < count && from[end] >> 32 == from[i] >> 32) end++;
        const float mean = (float)(0.5 * (double)(i + 1 + end));
        for (size_t k = i; k < end; k++) rank[from[k] & 0xffffffffu] = mean;
    }
}
