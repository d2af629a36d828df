/* sim/statistics/tail.h -- the mean of the worst or best part of n values (conditional value at risk, CVaR), and its
 * standard error.
 *
 * A level above 1/2 names the upper tail, of the n (1 - level) greatest values; one below 1/2 the lower tail, of the
 * n level least. That many points need not be a whole number: the value at the edge of the tail counts for the part
 * that is left, so that the tail is exactly that share of the values (Acerbi and Tasche 2002; Rockafellar and Uryasev
 * 2002), and negating all values turns one tail into the other. The standard error is that of Manistre and Hancock
 * (2005): with m points, the value q at the edge and a = 1 - m / n, sqrt((v + a (mean - q)^2) / m), v the variance in
 * the tail with m - 1. It holds for many points and a density at q, not where q is the value of many (such as 0 and 1).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_TAIL_H
#define ZHOL_TAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Values of a tail, whoever counted them: at most as many as it has points; the others are at the edge. */
struct tail {
    double count;
    double mean;     /* anything without values */
    double variance; /* with count */
};

struct cvar_estimate {
    double estimate;       /* NaN without values */
    double standard_error; /* NaN below two points */
    double points;
};

bool tail_is_upper(double level);
/* Of all values; the level of the other tail of that share, too. To 15 digits: of 0.95 it is 0.05, which 1 - 0.95 is
 * not. */
double tail_share(double level);
/* As a whole number where it differs from one by rounding only: of 100 values, level 0.95 has 5 points. */
double tail_points(double n, double level);
/* The rank (from 1) of the value at the edge; 0 with n = 0. */
uint64_t tail_edge(uint64_t n, double level);
/* The sample's values beyond the edge; NaN is left out. */
struct tail tail_of(size_t count, const float sample[], double edge, bool upper);
/* The estimates from n values, the value at the edge and the values beyond. An infinite value in the tail makes the
 * mean infinite or NaN and the standard error NaN. */
struct cvar_estimate tail_cvar(double n, double level, double edge, const struct tail *tail);

#endif
