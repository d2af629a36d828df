/* sim/statistics/shares.c -- see shares.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/shares.h"
#include "sim/statistics/least_squares.h"

/* The correlations of some columns and y in the order in which they enter, factorised: what column k adds is the square of
 * u[k][some]. */
static void enter(size_t columns, const double correlation[], size_t some, const double place[], double u[])
{
    const size_t all = columns + 1, size = some + 1;
    for (size_t i = 0; i < size; i++) {
        const size_t row = i == some ? columns : (size_t)place[i];
        for (size_t j = i; j < size; j++)
            u[i * size + j] = correlation[row * all + (j == some ? columns : (size_t)place[j])];
        u[i * size + i] += i == some ? 0.0 : LEAST_SQUARES_RIDGE;
    }
    least_squares_factorise(size, u);
}

static void add(const struct shares_factors *factors, const double correlation[], const uint32_t order[],
                bool backwards, double work[], double share[])
{
    const size_t size = factors->columns + 1;
    double *place = work, *u = work + size;
    size_t k = 0;
    for (size_t o = 0; o < factors->factors; o++) {
        const size_t f = order[backwards ? factors->factors - 1 - o : o];
        for (size_t c = factors->first[f]; c < factors->first[f + 1]; c++) place[k++] = (double)factors->column[c];
    }
    enter(factors->columns, correlation, factors->columns, place, u);
    k = 0;
    for (size_t o = 0; o < factors->factors; o++) {
        const size_t f = order[backwards ? factors->factors - 1 - o : o];
        for (size_t c = factors->first[f]; c < factors->first[f + 1]; c++, k++)
            share[f] += u[k * size + size - 1] * u[k * size + size - 1];
    }
}

void shares_add(const struct shares_factors *factors, const double correlation[], const uint32_t order[], double work[],
                double share[])
{
    add(factors, correlation, order, false, work, share);
    add(factors, correlation, order, true, work, share);
}

double shares_explained(size_t columns, const double correlation[], size_t some, const size_t column[], double work[])
{
    double *place = work, *u = work + columns + 1, sum = 0.0;
    for (size_t i = 0; i < some; i++) place[i] = (double)column[i];
    enter(columns, correlation, some, place, u);
    for (size_t k = 0; k < some; k++) sum += u[k * (some + 1) + some] * u[k * (some + 1) + some];
    return sum;
}
