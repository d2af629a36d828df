/* sim/statistics/evppi.c -- see evppi.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/evppi.h"
#include "sim/statistics/least_squares.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FOLDS = 5, PARTS = 2 * FOLDS }; /* row r is of part r % PARTS; the first FOLDS are one half */
#define RIDGE 1e-6                     /* per row */

/* The shapes among which cross-validation chooses: a line, a cubic, and cubic splines of so many knots. */
static const struct shape {
    size_t powers, knots;
} shapes[] = {{1, 0}, {3, 0}, {3, 2}, {3, 5}};
enum { SHAPES = sizeof shapes / sizeof *shapes, WIDEST = 3 + 5 };

struct informing {
    size_t rows, alternatives, columns;
    const double *const *value;
    const float *const *rank;
    struct shape shape;
    size_t basis, all; /* functions with the constant; those and the differences */
    double *z;         /* [all] of a row */
    double *part;      /* [PARTS][all][all] sums of products, above the diagonal */
    double *known, *u; /* [all][all] */
    double *choice;    /* [alternatives][basis]: what a half finds */
    double *gain;      /* [rows] */
};

static size_t half_of(size_t row)
{
    return row % PARTS < FOLDS ? 0 : 1;
}

/* The functions of the columns in a row: Legendre's polynomials of u = 2 rank/n - 1, and (u - knot)^3 from each knot on. */
static void put_basis(const struct informing *in, size_t row, double z[])
{
    size_t k = 0;
    z[k++] = 1.0;
    for (size_t c = 0; c < in->columns; c++) {
        const double u = (2.0 * (double)in->rank[c][row] - 1.0) / (double)in->rows - 1.0;
        z[k++] = u;
        if (in->shape.powers > 1) z[k++] = (3.0 * u * u - 1.0) / 2.0;
        if (in->shape.powers > 2) z[k++] = (5.0 * u * u * u - 3.0 * u) / 2.0;
        for (size_t i = 1; i <= in->shape.knots; i++) {
            const double from = u - (2.0 * (double)i / (double)(in->shape.knots + 1) - 1.0);
            z[k++] = from > 0.0 ? from * from * from : 0.0;
        }
    }
}

static void add_products(const struct informing *in)
{
    memset(in->part, 0, PARTS * in->all * in->all * sizeof *in->part);
    for (size_t r = 0; r < in->rows; r++) {
        double *part = in->part + (r % PARTS) * in->all * in->all;
        put_basis(in, r, in->z);
        for (size_t a = 1; a < in->alternatives; a++) in->z[in->basis + a - 1] = in->value[a][r] - in->value[0][r];
        for (size_t i = 0; i < in->all; i++) {
            const double times = in->z[i];
            for (size_t j = i; j < in->all; j++) part[i * in->all + j] += times * in->z[j];
        }
    }
}

/* Into `known` the products of a half, without one of its parts (PARTS: with all). */
static void sum_half(const struct informing *in, size_t half, size_t without)
{
    memset(in->known, 0, in->all * in->all * sizeof *in->known);
    for (size_t p = half * FOLDS; p < (half + 1) * FOLDS; p++)
        for (size_t i = 0; p != without && i < in->all * in->all; i++)
            in->known[i] += in->part[p * in->all * in->all + i];
}

/* The coefficients of each difference, [alternatives][basis], those of the first 0. */
static void fit(const struct informing *in, double coefficient[])
{
    const size_t all = in->all, basis = in->basis;
    double *u = in->u;
    memcpy(u, in->known, all * all * sizeof *u);
    for (size_t i = 0; i < all; i++) u[i * all + i] += RIDGE * in->known[0]; /* the rows */
    least_squares_factorise(all, u);
    for (size_t i = 0; i < basis; i++) coefficient[i] = 0.0;
    for (size_t a = 1; a < in->alternatives; a++) {
        double *of = coefficient + a * basis;
        for (size_t i = basis; i-- > 0;) {
            double left = u[i * all + basis + a - 1];
            for (size_t j = i + 1; j < basis; j++) left -= u[i * all + j] * of[j];
            of[i] = u[i * all + i] > 0.0 ? left / u[i * all + i] : 0.0;
        }
    }
}

/* The sum of squares that the coefficients leave in a part, of each difference in units of its own: `scale`. */
static double error_in(const struct informing *in, size_t p, const double coefficient[], const double scale[])
{
    const double *part = in->part + p * in->all * in->all;
    double error = 0.0;
    for (size_t a = 1; a < in->alternatives; a++) {
        const double *of = coefficient + a * in->basis;
        const size_t y = in->basis + a - 1;
        double sum = part[y * in->all + y];
        for (size_t i = 0; i < in->basis; i++) {
            sum += of[i] * (of[i] * part[i * in->all + i] - 2.0 * part[i * in->all + y]);
            for (size_t j = i + 1; j < in->basis; j++) sum += 2.0 * of[i] * of[j] * part[i * in->all + j];
        }
        error += scale[a] > 0.0 ? sum / scale[a] : 0.0;
    }
    return error;
}

static double foresee(const struct informing *in, size_t half, const double scale[], double coefficient[])
{
    double error = 0.0;
    for (size_t p = half * FOLDS; p < (half + 1) * FOLDS; p++) {
        sum_half(in, half, p);
        fit(in, coefficient);
        error += error_in(in, p, coefficient, scale);
    }
    return error;
}

static size_t best_of(size_t count, const double value[])
{
    size_t best = 0;
    for (size_t a = 1; a < count; a++)
        if (value[a] > value[best]) best = a;
    return best;
}

/* In the rows that are not of the half: what its choice by x is worth beyond its choice without. */
static void value_choice(const struct informing *in, size_t half, const double coefficient[], const double mean[],
                         double worth[])
{
    const size_t plain = best_of(in->alternatives, mean);
    for (size_t r = 0; r < in->rows; r++) {
        if (half_of(r) == half) continue;
        put_basis(in, r, in->z);
        for (size_t a = 0; a < in->alternatives; a++) {
            worth[a] = 0.0;
            for (size_t i = 0; i < in->basis; i++) worth[a] += coefficient[a * in->basis + i] * in->z[i];
        }
        const size_t chosen = best_of(in->alternatives, worth);
        in->gain[r] = in->value[chosen][r] - in->value[plain][r];
    }
}

static void set_shape(struct informing *in, size_t s)
{
    in->shape = shapes[s];
    in->basis = 1 + in->columns * (in->shape.powers + in->shape.knots);
    in->all = in->basis + in->alternatives - 1;
    add_products(in);
}

/* Of the first and second half the shape that foresees best. `work` is room for 4 alternatives. */
static void inform(struct informing *in, double work[])
{
    const size_t tried = in->columns > EVPPI_BENT ? 1 : SHAPES;
    double least[2] = {INFINITY, INFINITY}, *scale = work, *mean = work + in->alternatives;
    for (size_t s = 0; s < tried; s++) {
        set_shape(in, s);
        for (size_t half = 0; half < 2; half++) {
            sum_half(in, half, PARTS);
            for (size_t a = 1; a < in->alternatives; a++) {
                const size_t y = in->basis + a - 1;
                mean[a] = in->known[y] / in->known[0];
                scale[a] = in->known[y * in->all + y] / in->known[0] - mean[a] * mean[a];
            }
            mean[0] = 0.0;
            const double error = foresee(in, half, scale, in->choice);
            if (!(error < least[half])) continue;
            least[half] = error;
            sum_half(in, half, PARTS);
            fit(in, in->choice);
            value_choice(in, half, in->choice, mean, work + 2 * in->alternatives);
        }
    }
}

struct fault *evppi_of(size_t rows, size_t alternatives, const double *const value[], size_t columns,
                       const float *const rank[], struct evppi *evppi)
{
    struct informing in = {
        .rows = rows, .alternatives = alternatives, .columns = columns, .value = value, .rank = rank};
    const size_t wide = columns > EVPPI_BENT ? 1 : WIDEST, all = 1 + columns * wide + alternatives - 1;
    double mean = 0.0, square = 0.0;
    in.part = malloc(PARTS * all * all * sizeof *in.part);
    in.known = malloc(2 * all * all * sizeof *in.known);
    in.z = malloc(all * sizeof *in.z);
    in.choice = malloc(alternatives * all * sizeof *in.choice);
    in.gain = calloc(rows + 1, sizeof *in.gain);
    double *work = malloc(4 * alternatives * sizeof *work);
    const bool made =
        in.part != NULL && in.known != NULL && in.z != NULL && in.choice != NULL && in.gain != NULL && work != NULL;
    if (made) {
        in.u = in.known + all * all;
        inform(&in, work);
        for (size_t r = 0; r < rows; r++) mean += in.gain[r] / (double)rows;
        for (size_t r = 0; r < rows; r++) square += (in.gain[r] - mean) * (in.gain[r] - mean);
        *evppi = (struct evppi){mean, sqrt(square / (double)rows / ((double)rows - 1.0))};
    }
    free(in.part);
    free(in.known);
    free(in.z);
    free(in.choice);
    free(in.gain);
    free(work);
    return made ? NULL : fault_no_memory();
}
