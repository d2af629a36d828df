/* tests/random/random_words.c -- the random numbers of a run as an endless stream of 32-bit words on standard output,
 * for programs that test generators:
 *
 *   random_words ORDER | dieharder -g 200 -d 15
 *
 * They come from the calls that models make. Without an order, the orders are listed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/stream.h"

#include <gsl/gsl_cdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 20190911, NAMES = 64, MONTHS = 240, SLOTS = 3, ROWS = 2 * NAMES };

/* What is drawn in a turn. */
static double row[2 * MONTHS * SLOTS][LANES];
static struct stream stream[NAMES];
static struct stream_state none; /* Philox has no state */

/* 32 of the 53 bits of a uniform, the first or the last. */
static uint32_t upper_bits(double u)
{
    return (uint32_t)((uint64_t)(u * 0x1p53) >> 21);
}

static uint32_t lower_bits(double u)
{
    return (uint32_t)(uint64_t)(u * 0x1p53);
}

static void put(uint32_t word)
{
    if (fwrite(&word, sizeof word, 1, stdout) != 1) exit(EXIT_SUCCESS); /* whoever reads has seen enough */
}

/* Row by row, as models read them. */
static void put_rows(int rows, uint32_t bits(double))
{
    for (int r = 0; r < rows; r++)
        for (int l = 0; l < LANES; l++) put(bits(row[r][l]));
}

/* Replication by replication. */
static void put_lanes(int rows)
{
    for (int l = 0; l < LANES; l++)
        for (int r = 0; r < rows; r++) put(upper_bits(row[r][l]));
}

static void draw(const struct stream *of, uint64_t first, int month, uint32_t slot, int at)
{
    stream_uniforms(of, &none, first, month, slot, row + at);
}

/* All that is drawn of a block in a month, name by name. */
static void draw_month(uint64_t block, int month)
{
    for (int n = 0; n < NAMES; n++) draw(&stream[n], block * LANES, month, 0, 2 * n);
}

static void replications(uint64_t turn)
{
    draw(&stream[0], turn * LANES, 0, 0, 0);
    put_rows(1, upper_bits);
}

static void last_bits(uint64_t turn)
{
    draw(&stream[0], turn * LANES, 0, 0, 0);
    put_rows(2, lower_bits);
}

static void months(uint64_t turn)
{
    for (int m = 0; m < MONTHS; m++) draw(&stream[0], turn * LANES, m, 0, 2 * m);
    put_lanes(2 * MONTHS);
}

static void slots(uint64_t turn)
{
    for (int m = 0; m < MONTHS; m++)
        for (int s = 0; s < SLOTS; s++) draw(&stream[0], turn * LANES, m, (uint32_t)s, 2 * (m * SLOTS + s));
    put_lanes(2 * MONTHS * SLOTS);
}

static void names(uint64_t turn)
{
    draw_month(turn / MONTHS, (int)(turn % MONTHS));
    put_lanes(ROWS);
}

static void blocks(uint64_t turn)
{
    draw_month(turn / MONTHS, (int)(turn % MONTHS));
    put_rows(ROWS, upper_bits);
}

/* The same draw of runs with seeds that follow one another. */
static void seeds(uint64_t turn)
{
    const struct stream of = stream_named(turn, "drivers.brent", NULL);
    draw(&of, 0, STREAM_BEFORE, 0, 0);
    for (int l = 0; l < 4; l++) put(upper_bits(row[0][l]));
}

/* The normals of Box and Muller, made uniform by their distribution function. */
static void normals(uint64_t turn)
{
    stream_normals(&stream[0], &none, turn * LANES, 0, 0, row);
    for (int r = 0; r < 2; r++) EACH_LANE(l) row[r][l] = gsl_cdf_ugaussian_P(row[r][l]);
    put_rows(2, upper_bits);
}

/* The inverse normal of uniforms, made uniform again. */
static void inverse(uint64_t turn)
{
    draw(&stream[0], turn * LANES, 0, 0, 0);
    for (int r = 0; r < 2; r++) EACH_LANE(l) row[r][l] = gsl_cdf_ugaussian_P(lanes_inverse_normal(row[r][l]));
    put_rows(2, upper_bits);
}

static const struct order {
    const char *name, *sentence;
    void (*next)(uint64_t turn);
} orders[] = {
    {"blocks", "as a run draws: block, month, name, lane", blocks},
    {"replications", "one name, month and slot: replication after replication", replications},
    {"months", "one name, a replication's months, then the next replication", months},
    {"slots", "one name, a replication's months and in each three slots, then the next replication", slots},
    {"names", "a replication's month, name after name", names},
    {"seeds", "one name and four replications, seed after seed", seeds},
    {"last-bits", "as replications, the last 32 of the 53 bits of uniforms", last_bits},
    {"normals", "as replications, normals by Box and Muller, through their distribution function", normals},
    {"inverse", "as replications, normals by the inverse, through their distribution function", inverse},
};

int main(int argc, char **argv)
{
    for (int n = 0; n < NAMES; n++) {
        char name[32];
        snprintf(name, sizeof name, "drivers.x%d", n);
        stream[n] = stream_named(SEED, name, NULL);
    }
    for (size_t o = 0; o < sizeof orders / sizeof *orders; o++) {
        if (argc < 2)
            printf("%-14s %s\n", orders[o].name, orders[o].sentence);
        else if (strcmp(orders[o].name, argv[1]) == 0)
            for (uint64_t turn = 0;; turn++) orders[o].next(turn);
    }
    if (argc < 2) return EXIT_SUCCESS;
    fprintf(stderr, "random_words: '%s' is no order; without one they are listed\n", argv[1]);
    return EXIT_FAILURE;
}
