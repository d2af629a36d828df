/* sim/statistics/least_squares.c -- see least_squares.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/least_squares.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TOGETHER = 4 }; /* rows that are taken off the others at once, so that memory is gone through less often */

/* Row k of U, once all before it are taken off. */
static void scale_row(size_t size, size_t k, double row[])
{
    const double pivot = row[k], scale = pivot > 0.1 * LEAST_SQUARES_RIDGE ? 1.0 / sqrt(pivot) : 0.0;
    for (size_t j = k; j < size; j++) row[j] *= scale;
}

/* Takes rows first .. first + count - 1 of U off row i, which comes after them. */
static void take_off(size_t size, const double matrix[], size_t first, size_t count, size_t i, double to[])
{
    const double *a = matrix + first * size;
    if (count == TOGETHER) {
        const double *b = a + size, *c = b + size, *d = c + size;
        const double of_a = a[i], of_b = b[i], of_c = c[i], of_d = d[i];
        for (size_t j = i; j < size; j++) to[j] = to[j] - of_a * a[j] - of_b * b[j] - of_c * c[j] - of_d * d[j];
        return;
    }
    for (size_t k = 0; k < count; k++) {
        const double *row = a + k * size, times = row[i];
        for (size_t j = i; j < size; j++) to[j] -= times * row[j];
    }
}

void least_squares_factorise(size_t size, double matrix[])
{
    for (size_t first = 0; first < size; first += TOGETHER) {
        const size_t count = size - first < TOGETHER ? size - first : TOGETHER;
        for (size_t k = 0; k < count; k++) {
            double *row = matrix + (first + k) * size;
            take_off(size, matrix, first, k, first + k, row);
            scale_row(size, first + k, row);
        }
        for (size_t i = first + count; i < size; i++) take_off(size, matrix, first, count, i, matrix + i * size);
    }
}

/* x with U'x = v, in its place. */
static void solve_down(size_t size, const double u[], double x[])
{
    for (size_t k = 0; k < size; k++) {
        const double *row = u + k * size;
        x[k] = row[k] > 0.0 ? x[k] / row[k] : 0.0;
        for (size_t j = k + 1; j < size; j++) x[j] -= x[k] * row[j];
    }
}

/* The inverse of U'U is V V', V the inverse of U, of which column k is worked out from the diagonal up. */
static void invert(size_t size, const double u[], double v[], double inverse[])
{
    memset(v, 0, size * size * sizeof *v);
    for (size_t i = size; i-- > 0;) {
        const double *row = u + i * size;
        double *to = v + i * size;
        if (!(row[i] > 0.0)) continue;
        for (size_t j = i + 1; j < size; j++) {
            const double *below = v + j * size;
            const double times = row[j];
            for (size_t k = j; k < size; k++) to[k] -= times * below[k];
        }
        to[i] = 1.0;
        for (size_t k = i; k < size; k++) to[k] /= row[i];
    }
    for (size_t i = 0; i < size; i++)
        for (size_t j = i; j < size; j++) {
            double sum = 0.0;
            for (size_t k = j; k < size; k++) sum += v[i * size + k] * v[j * size + k];
            inverse[i * size + j] = inverse[j * size + i] = sum;
        }
}

struct fault *least_squares_init(size_t size, const double correlation[], double ridge, struct least_squares *fit)
{
    const size_t all = size + 1;
    *fit = (struct least_squares){.size = size};
    double *u = malloc((2 * size * size + 1) * sizeof *u), *v = u == NULL ? NULL : u + size * size;
    fit->inverse = malloc((size * size + 1) * sizeof *fit->inverse);
    fit->b = calloc(size + 1, sizeof *fit->b);
    if (u == NULL || fit->inverse == NULL || fit->b == NULL) {
        free(u);
        return fault_no_memory();
    }
    for (size_t i = 0; i < size; i++) {
        memcpy(u + i * size, correlation + i * all, size * sizeof *u);
        u[i * size + i] += ridge;
    }
    least_squares_factorise(size, u);
    invert(size, u, v, fit->inverse);
    for (size_t i = 0; i < size; i++)
        for (size_t j = 0; j < size; j++) fit->b[i] += fit->inverse[i * size + j] * correlation[j * all + size];
    for (size_t i = 0; i < size; i++) fit->explained += fit->b[i] * correlation[i * all + size];
    free(u);
    return NULL;
}

void least_squares_free(struct least_squares *fit)
{
    free(fit->inverse);
    free(fit->b);
    *fit = (struct least_squares){0};
}

double least_squares_partial(const struct least_squares *fit, size_t j)
{
    const double b = fit->b[j], left = 1.0 - fit->explained, scale = fit->inverse[j * fit->size + j];
    const double below = b * b + scale * (left > 0.0 ? left : 0.0);
    return below > 0.0 ? b / sqrt(below) : 0.0;
}

double least_squares_unbiased(double explained, size_t p, double n)
{
    return explained - (1.0 - explained) * (double)p / (n - (double)p - 1.0);
}

struct fault *least_squares_group_init(const struct least_squares *fit, size_t size, const size_t column[],
                                       struct least_squares_group *group)
{
    *group = (struct least_squares_group){.size = size, .column = column};
    group->factor = malloc((size * size + 1) * sizeof *group->factor);
    if (group->factor == NULL) return fault_no_memory();
    for (size_t i = 0; i < size; i++)
        for (size_t j = 0; j < size; j++) group->factor[i * size + j] = fit->inverse[column[i] * fit->size + column[j]];
    least_squares_factorise(size, group->factor);
    return NULL;
}

void least_squares_group_free(struct least_squares_group *group)
{
    free(group->factor);
    *group = (struct least_squares_group){0};
}

double least_squares_last(const struct least_squares_group *group, const double b[], double work[])
{
    double sum = 0.0;
    for (size_t i = 0; i < group->size; i++) work[i] = b[group->column[i]];
    solve_down(group->size, group->factor, work);
    for (size_t i = 0; i < group->size; i++) sum += work[i] * work[i];
    return sum;
}

/* ---- foresight ---- */

struct foreseeing {
    const struct gram *gram;
    double *sum, *known, *fold, *correlation, *u;
};

/* The coefficients, [columns] with that of the constant first and -1 of y last, of the columns as they are. */
static void fit_known(const struct foreseeing *foreseeing, double ridge, double coefficient[])
{
    const size_t columns = foreseeing->gram->columns, size = columns - 2, all = size + 1;
    const double *known = foreseeing->known, count = known[0];
    double *u = foreseeing->u;
    memcpy(u, foreseeing->correlation, all * all * sizeof *u);
    for (size_t i = 0; i < size; i++) u[i * all + i] += ridge;
    least_squares_factorise(all, u);
    for (size_t i = size; i-- > 0;) {
        double value = u[i * all + size];
        for (size_t j = i + 1; j < size; j++) value -= u[i * all + j] * coefficient[j + 1];
        coefficient[i + 1] = u[i * all + i] > 0.0 ? value / u[i * all + i] : 0.0;
    }
    const double y_mean = known[columns - 1] / count;
    const double y_sd = sqrt(known[columns * columns - 1] / count - y_mean * y_mean);
    double constant = y_mean;
    for (size_t i = 1; i <= size; i++) {
        const double mean = known[i] / count, square = known[i * columns + i] / count - mean * mean;
        coefficient[i] = square > 1e-9 ? coefficient[i] * y_sd / sqrt(square) : 0.0;
        constant -= coefficient[i] * mean;
    }
    coefficient[0] = constant;
    coefficient[columns - 1] = -1.0;
}

static double error_of(const struct foreseeing *foreseeing, const double coefficient[])
{
    const size_t columns = foreseeing->gram->columns;
    double error = 0.0;
    for (size_t i = 0; i < columns; i++)
        for (size_t j = 0; j < columns; j++)
            error += coefficient[i] * coefficient[j] * foreseeing->fold[i * columns + j];
    return error;
}

static const double ridges[] = {LEAST_SQUARES_RIDGE, 1e-3, 1e-2, 1e-1};
enum { RIDGES = sizeof ridges / sizeof *ridges };

static void foresee(const struct foreseeing *foreseeing, double coefficient[],
                    struct least_squares_foresight *foresight)
{
    const struct gram *gram = foreseeing->gram;
    const size_t columns = gram->columns;
    double error[RIDGES] = {0.0};
    unsigned weight[GRAM_BLOCKS];
    for (size_t b = 0; b < gram->blocks; b++) weight[b] = 1;
    gram_sum(gram, weight, foreseeing->sum);
    for (size_t f = 0; f < LEAST_SQUARES_FOLDS; f++) {
        for (size_t b = 0; b < gram->blocks; b++) weight[b] = b % LEAST_SQUARES_FOLDS == f;
        gram_sum(gram, weight, foreseeing->fold);
        for (size_t i = 0; i < columns * columns; i++) foreseeing->known[i] = foreseeing->sum[i] - foreseeing->fold[i];
        gram_correlate(columns, foreseeing->known, foreseeing->correlation);
        for (size_t k = 0; k < RIDGES; k++) {
            fit_known(foreseeing, ridges[k], coefficient);
            error[k] += error_of(foreseeing, coefficient);
        }
    }
    size_t best = 0;
    for (size_t k = 1; k < RIDGES; k++)
        if (error[k] < error[best]) best = k;
    const double *sum = foreseeing->sum, mean = sum[columns - 1] / sum[0];
    const double total = sum[columns * columns - 1] - sum[0] * mean * mean;
    *foresight = (struct least_squares_foresight){1.0 - error[best] / total, ridges[best]};
}

struct fault *least_squares_foresee(const struct gram *gram, struct least_squares_foresight *foresight)
{
    const size_t columns = gram->columns, square = columns * columns;
    double *room = malloc((5 * square + columns + 1) * sizeof *room);
    if (room == NULL) return fault_no_memory();
    const struct foreseeing foreseeing = {
        gram, room, room + square, room + 2 * square, room + 3 * square, room + 4 * square};
    foresee(&foreseeing, room + 5 * square, foresight);
    free(room);
    return NULL;
}
