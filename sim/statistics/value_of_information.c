/* sim/statistics/value_of_information.c -- see value_of_information.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/value_of_information.h"
#include "sim/statistics/moments.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#define NORMAL_975 1.959963984540054 /* the 0.975 quantile of the standard normal */
/* In double: the macro of math.h is a float. */
#define UNKNOWN __builtin_nan("")

/* The regret of a choice in every second future from `first` on; returns how many these are. */
static size_t regret_of_half(size_t count, size_t first, const float value[], const float best[], bool more,
                             double regret[])
{
    size_t n = 0;
    for (size_t i = first; i < count; i += 2)
        regret[n++] = more ? (double)best[i] - (double)value[i] : (double)value[i] - (double)best[i];
    return n;
}

static struct moments half(size_t count, size_t first, const float value[], const float best[], bool more,
                           double work[])
{
    return moments_of(regret_of_half(count, first, value, best, more, work), work, NULL);
}

/* The choice of least mean regret, and so of the best mean, of one half. */
static size_t choose(size_t choices, size_t count, size_t first, const float *const value[], const float best[],
                     bool more, double work[])
{
    size_t chosen = 0;
    double least = HUGE_VAL;
    for (size_t c = 0; c < choices; c++) {
        const struct moments regret = half(count, first, value[c], best, more, work);
        if (!(regret.mean < least)) continue;
        least = regret.mean;
        chosen = c;
    }
    return chosen;
}

/* How many may have the best mean, one of them `least`: no further from it than three standard errors. */
static size_t count_rivals(size_t choices, size_t count, const float *const value[], size_t least, double work[])
{
    size_t rivals = 0;
    for (size_t c = 0; c < choices; c++) {
        for (size_t i = 0; i < count; i++) work[i] = (double)value[c][i] - (double)value[least][i];
        const struct moments apart = moments_of(count, work, NULL);
        rivals += c == least || (apart.m2 > 0.0 && fabs(apart.mean) <= 3.0 * moments_standard_error(&apart));
    }
    return rivals;
}

struct value_of_information value_of_information(size_t choices, size_t count, const float *const value[],
                                                 const float best[], bool more, double work[])
{
    struct value_of_information out = {UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN};
    if (choices < 2 || count < 4) return out;
    struct moments valued[2];
    const size_t chosen[2] = {choose(choices, count, 1, value, best, more, work),
                              choose(choices, count, 0, value, best, more, work)};
    for (size_t h = 0; h < 2; h++) valued[h] = half(count, h, value[chosen[h]], best, more, work);
    const double n = (double)count, a = valued[0].count / n, b = valued[1].count / n;
    const double error_a = a * moments_standard_error(&valued[0]), error_b = b * moments_standard_error(&valued[1]);
    out.estimate = a * valued[0].mean + b * valued[1].mean;
    out.standard_error = sqrt(error_a * error_a + error_b * error_b);
    out.low = out.estimate - NORMAL_975 * out.standard_error;
    out.unsplit = HUGE_VAL;
    size_t least = 0;
    for (size_t c = 0; c < choices; c++) {
        const struct moments even = half(count, 0, value[c], best, more, work);
        const struct moments regret = moments_combine(even, half(count, 1, value[c], best, more, work));
        if (regret.mean < out.unsplit) {
            out.unsplit = regret.mean;
            least = c;
        }
        out.low = fmin(out.low, regret.mean - NORMAL_975 * moments_standard_error(&regret));
    }
    out.low = fmax(out.low, 0.0);
    const double rivals = (double)count_rivals(choices, count, value, least, work);
    out.high = out.estimate + gsl_cdf_ugaussian_Qinv(0.025 / rivals) * out.standard_error;
    return out;
}
