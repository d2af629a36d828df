/* tests/bench/bench_kernels.c -- what the operations cost of which the model is made, with zhol's own functions of lanes, on
 * rows that stay in the nearest cache: ns per item, medians of runs taken in turn. Prints "NAME NANOSECONDS" per line.
 *
 * cmake --build build/release --target bench_kernels && build/release/tests/bench/bench_kernels
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/lanes.h"
#include "sim/core/stream.h"
#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROWS = 16, ROUNDS = 4000, REPEATS = 9 };

static _Alignas(LANES_ALIGNMENT) double in[ROWS][LANES], other[ROWS][LANES], out[ROWS][LANES];
static _Alignas(LANES_ALIGNMENT) float narrow[ROWS][LANES];

/* Keeps the compiler from leaving out rounds whose results nobody reads. */
static inline void used(void *memory)
{
    __asm__ volatile("" : : "r"(memory) : "memory");
}

#define ROW_BY_ROW(name, expression)                                                                                   \
    static void name(void)                                                                                             \
    {                                                                                                                  \
        for (int r = 0; r < ROWS; r++) {                                                                               \
            const double *x = in[r], *y = other[r];                                                                    \
            double *z = out[r];                                                                                        \
            EACH_LANE(l) z[l] = (expression);                                                                          \
            (void)y;                                                                                                   \
        }                                                                                                              \
    }

ROW_BY_ROW(exponential, lanes_exp(x[l]))
ROW_BY_ROW(logarithm, lanes_log(x[l]))
ROW_BY_ROW(division, x[l] / y[l])
ROW_BY_ROW(root, __builtin_sqrt(x[l]))
ROW_BY_ROW(copy, x[l])
ROW_BY_ROW(add_in_memory, z[l] + x[l])

/* Multiply-adds of numbers in registers: four chains a row, each of ROWS steps. */
static void fused(void)
{
    const double factor = in[0][0];
    for (int c = 0; c < 4; c++) {
        double *z = out[c];
        for (int first = 0; first < LANES; first += 16)
#pragma omp simd
            for (int l = first; l < first + 16; l++) {
                double sum = z[l];
#pragma GCC unroll 16
                for (int r = 0; r < ROWS / 4; r++) sum = LANES_FMA(sum, factor, 1.0);
                z[l] = sum;
            }
    }
}

static void sample(void)
{
    for (int r = 0; r < ROWS; r++) {
        const double *x = in[r];
        float *z = narrow[r];
        EACH_LANE(l) z[l] = (float)x[l];
    }
    used(narrow);
}

static struct stream stream;
static struct stream_state nothing;

static void uniforms(void)
{
    for (int r = 0; r < ROWS; r += 2) stream_uniforms(&stream, &nothing, 0, 1, (uint32_t)r, out + r);
}

static void normals(void)
{
    for (int r = 0; r < ROWS; r += 2) stream_normals(&stream, &nothing, 0, 1, (uint32_t)r, out + r);
}

int main(void)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } kernel[] = {{"exp", exponential},  {"log", logarithm}, {"divide", division},   {"root", root},
                  {"fma", fused},        {"copy", copy},     {"add", add_in_memory}, {"float", sample},
                  {"uniform", uniforms}, {"normal", normals}};
    enum { KERNELS = sizeof kernel / sizeof *kernel };
    double ns[KERNELS][REPEATS];
    stream = stream_named(1, "bench", NULL);
    for (int r = 0; r < ROWS; r++)
        for (int l = 0; l < LANES; l++) {
            in[r][l] = 0.5 + 1.0 / (1 + r * LANES + l);
            other[r][l] = 2.0 - in[r][l];
        }
    for (int repeat = 0; repeat < REPEATS; repeat++)
        for (int k = 0; k < KERNELS; k++) {
            const double since = bench_seconds(CLOCK_THREAD_CPUTIME_ID);
            for (int round = 0; round < ROUNDS; round++) {
                kernel[k].run();
                used(out);
            }
            ns[k][repeat] = 1e9 * (bench_seconds(CLOCK_THREAD_CPUTIME_ID) - since) / ((double)ROUNDS * ROWS * LANES);
        }
    for (int k = 0; k < KERNELS; k++) {
        bench_sort(REPEATS, ns[k]);
        printf("%s %.4f\n", kernel[k].name, ns[k][REPEATS / 2]);
    }
    return EXIT_SUCCESS;
}
