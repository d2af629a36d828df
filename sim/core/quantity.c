/* sim/core/quantity.c -- the laws of the distributions, see quantity.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/quantity.h"

#include <float.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <stdlib.h>

#define SIMPSON_STRIPS 200
#define GAMMA_NARROW   0.02  /* coefficient of variation below which an expansion in it serves */
#define GAMMA_TINY     -40.0 /* log of the value, of scale 1, below which exp(-x) is 1 */
#define GAMMA_STEPS    100
#define GAMMA_NEAR     1e-8 /* of a step's bound; the next step would be its square */

void quantity_free(struct quantity *quantity)
{
    free(quantity->value);
    free(quantity->weight);
    *quantity = (struct quantity){.form = QUANTITY_NUMBER};
}

bool quantity_is_drawn(const struct quantity *quantity)
{
    return quantity->form != QUANTITY_NUMBER;
}

static double triangular_inverse(const double p[], double u)
{
    const double width = p[2] - p[0], rise = p[1] - p[0], fall = p[2] - p[1];
    if (!(width > 0.0)) return p[0];
    return u < rise / width ? p[0] + sqrt(u * width * rise) : p[2] - sqrt((1.0 - u) * width * fall);
}

static double normal_inverse(const double p[], double u)
{
    if (isinf(p[2]) && isinf(p[3])) return p[0] + p[1] * gsl_cdf_ugaussian_Pinv(u);
    if (!(p[1] > 0.0)) return p[0];
    const double a = (p[2] - p[0]) / p[1], b = (p[3] - p[0]) / p[1];
    /* Both tails as sums of positive terms; the smaller is exact where the other has lost its digits near 1. */
    const double below = (1.0 - u) * gsl_cdf_ugaussian_P(a) + u * gsl_cdf_ugaussian_P(b);
    const double above = (1.0 - u) * gsl_cdf_ugaussian_Q(a) + u * gsl_cdf_ugaussian_Q(b);
    const double z = below < above ? gsl_cdf_ugaussian_Pinv(below) : gsl_cdf_ugaussian_Qinv(above);
    return fmin(fmax(p[0] + p[1] * z, p[2]), p[3]);
}

static double lognormal_inverse(const double p[], double u)
{
    const double variance = log1p(p[1] * p[1]);
    return exp(log(p[0]) - 0.5 * variance + sqrt(variance) * gsl_cdf_ugaussian_Pinv(u));
}

/* Of mean 1: the Cornish-Fisher expansion (Goldberg and Levine 1946). Its error is of order cv^7; at cv 0.02 it changes
 * no probability above 1e-4 by more than 5e-11 of it, and GSL's own P does by 3e-11. */
static double gamma_narrow(double cv, double z)
{
    const double s = z * z;
    const double second = (s - 1.0) / 3.0, third = z * (s - 7.0) / 36.0, fourth = (16.0 - s * (7.0 + 3.0 * s)) / 810.0,
                 fifth = z * (s * (256.0 + 9.0 * s) - 433.0) / 38880.0,
                 sixth = (1472.0 + s * (s * (12.0 * s - 243.0) - 923.0)) / 204120.0;
    return 1.0 + cv * (z + cv * (second + cv * (third + cv * (fourth + cv * (fifth + cv * sixth)))));
}

/* Of scale 1: Newton's method on the log of the nearer tail, which is concave in log x, by steps of at most one
 * standard deviation. GSL's inverses fail at small shapes (NaN at u = 0.1 with cv 3) and at great ones. */
static double gamma_newton(double shape, double cv, double u)
{
    const bool lower = u <= 0.5;
    const double tail = lower ? u : 1.0 - u, bound = fmin(cv, 1.0);
    const double power = (log(u) + gsl_sf_lngamma(shape + 1.0)) / shape; /* P < x^shape / Gamma(shape + 1) */
    if (power < GAMMA_TINY) return exp(power);
    const double root = 1.0 - cv * cv / 9.0 + gsl_cdf_ugaussian_Pinv(u) * cv / 3.0; /* Wilson and Hilferty 1931 */
    double x = fmax(exp(power), root > 0.0 ? shape * root * root * root : 0.0);
    for (int i = 0; i < GAMMA_STEPS; i++) {
        const double found = lower ? gsl_cdf_gamma_P(x, shape, 1.0) : gsl_cdf_gamma_Q(x, shape, 1.0);
        const double inward = log(tail / found) * found / (x * gsl_ran_gamma_pdf(x, shape, 1.0));
        const double step = fmax(fmin(inward, bound), -bound); /* NaN, where both are 0, goes inward */
        x *= exp(lower ? step : -step);
        if (fabs(step) < GAMMA_NEAR * bound) return x;
    }
    return NAN;
}

static double gamma_inverse(const double p[], double u)
{
    const double cv = p[1];
    const double x = cv < GAMMA_NARROW ? p[0] * gamma_narrow(cv, gsl_cdf_ugaussian_Pinv(u))
                                       : p[0] * cv * cv * gamma_newton(1.0 / (cv * cv), cv, u);
    return isnan(x) ? x : fmax(x, DBL_TRUE_MIN);
}

static double exponential_inverse(const double p[], double u)
{
    return fmax(-p[0] * log1p(-u), DBL_TRUE_MIN);
}

static double pert_inverse(const double p[], double u)
{
    const double width = p[2] - p[0];
    if (!(width > 0.0)) return p[0];
    const double alpha = 1.0 + 4.0 * (p[1] - p[0]) / width, beta = 1.0 + 4.0 * (p[2] - p[1]) / width;
    /* From the nearer end, where GSL's inverse keeps its relative accuracy. */
    return u <= 0.5 ? p[0] + width * gsl_cdf_beta_Pinv(u, alpha, beta)
                    : p[2] - width * gsl_cdf_beta_Pinv(1.0 - u, beta, alpha);
}

static double discrete_inverse(const struct quantity *quantity, double u)
{
    double sum = 0.0;
    for (size_t i = 0; i + 1 < quantity->count; i++) {
        sum += quantity->weight[i];
        if (u <= sum) return quantity->value[i];
    }
    return quantity->value[quantity->count - 1];
}

double quantity_inverse(const struct quantity *quantity, double u)
{
    const double *p = quantity->p;
    switch (quantity->form) {
    case QUANTITY_UNIFORM: return fmin(p[0] + u * (p[1] - p[0]), p[1]);
    case QUANTITY_TRIANGULAR: return triangular_inverse(p, u);
    case QUANTITY_NORMAL: return normal_inverse(p, u);
    case QUANTITY_LOGNORMAL: return lognormal_inverse(p, u);
    case QUANTITY_GAMMA: return gamma_inverse(p, u);
    case QUANTITY_EXPONENTIAL: return exponential_inverse(p, u);
    case QUANTITY_PERT: return pert_inverse(p, u);
    case QUANTITY_DISCRETE: return discrete_inverse(quantity, u);
    case QUANTITY_NUMBER: break;
    }
    return p[0];
}

double quantity_central(const struct quantity *quantity)
{
    return quantity_inverse(quantity, 0.5);
}

/* Mean and variance of a standard normal between a and b where they are so close that the closed form would cancel:
 * Simpson's rule about the middle. */
static void narrow_moments(double a, double b, double *mean, double *variance)
{
    const double middle = 0.5 * (a + b), step = (b - a) / SIMPSON_STRIPS;
    double mass = 0.0, first = 0.0, second = 0.0;
    for (int i = 0; i <= SIMPSON_STRIPS; i++) {
        const double y = step * (i - SIMPSON_STRIPS / 2);
        const double simpson = i == 0 || i == SIMPSON_STRIPS ? 1.0 : i % 2 == 1 ? 4.0 : 2.0;
        const double weight = simpson * exp(-y * (middle + 0.5 * y));
        mass += weight;
        first += weight * y;
        second += weight * y * y;
    }
    first /= mass;
    *mean = middle + first;
    *variance = second / mass - first * first;
}

/* phi(x) x, which is 0 at infinity. */
static double density_times(double x)
{
    return isinf(x) ? 0.0 : x * gsl_ran_ugaussian_pdf(x);
}

/* Johnson, Kotz and Balakrishnan 1994, section 13.10.1. */
static void normal_moments(const double p[], double *mean, double *variance)
{
    *mean = p[0];
    *variance = p[1] * p[1];
    if ((isinf(p[2]) && isinf(p[3])) || !(p[1] > 0.0)) return;
    const double a = (p[2] - p[0]) / p[1], b = (p[3] - p[0]) / p[1];
    double m, v;
    if ((b - a) * (1.0 + fmin(fabs(a), fabs(b))) < 1.0) {
        narrow_moments(a, b, &m, &v);
    } else {
        const double mass =
            a > 0.0 ? gsl_cdf_ugaussian_Q(a) - gsl_cdf_ugaussian_Q(b) : gsl_cdf_ugaussian_P(b) - gsl_cdf_ugaussian_P(a);
        m = (gsl_ran_ugaussian_pdf(a) - gsl_ran_ugaussian_pdf(b)) / mass;
        v = 1.0 + (density_times(a) - density_times(b)) / mass - m * m;
    }
    *mean = p[0] + p[1] * m;
    *variance = p[1] * p[1] * v;
}

static double discrete_moment(const struct quantity *quantity, double about, int power)
{
    double sum = 0.0, mass = 0.0;
    for (size_t i = 0; i < quantity->count; i++) {
        const double y = quantity->value[i] - about;
        sum += quantity->weight[i] * (power == 2 ? y * y : y);
        mass += quantity->weight[i];
    }
    return sum / mass;
}

static void moments_find(const struct quantity *quantity, double *mean, double *variance)
{
    const double *p = quantity->p;
    const double rise = p[1] - p[0], fall = p[2] - p[1];
    *mean = p[0];
    *variance = 0.0;
    switch (quantity->form) {
    case QUANTITY_UNIFORM:
        *mean = 0.5 * (p[0] + p[1]);
        *variance = rise * rise / 12.0;
        break;
    case QUANTITY_TRIANGULAR: /* the variance about the mode, so that nothing cancels far from zero */
        *mean = (p[0] + p[1] + p[2]) / 3.0;
        *variance = (rise * rise + fall * fall + rise * fall) / 18.0;
        break;
    case QUANTITY_NORMAL: normal_moments(p, mean, variance); break;
    case QUANTITY_LOGNORMAL:
    case QUANTITY_GAMMA: *variance = p[0] * p[1] * (p[0] * p[1]); break;
    case QUANTITY_EXPONENTIAL: *variance = p[0] * p[0]; break;
    case QUANTITY_PERT:
        *mean = (p[0] + 4.0 * p[1] + p[2]) / 6.0;
        *variance = (*mean - p[0]) * (p[2] - *mean) / 7.0;
        break;
    case QUANTITY_DISCRETE:
        *mean = discrete_moment(quantity, 0.0, 1);
        *variance = discrete_moment(quantity, *mean, 2);
        break;
    case QUANTITY_NUMBER: break;
    }
}

double quantity_mean(const struct quantity *quantity)
{
    double mean, variance;
    moments_find(quantity, &mean, &variance);
    return mean;
}

double quantity_variance(const struct quantity *quantity)
{
    double mean, variance;
    moments_find(quantity, &mean, &variance);
    return variance;
}

void quantity_support(const struct quantity *quantity, double *least, double *most)
{
    const double *p = quantity->p;
    *least = p[0];
    *most = p[0];
    switch (quantity->form) {
    case QUANTITY_UNIFORM: *most = p[1]; break;
    case QUANTITY_TRIANGULAR:
    case QUANTITY_PERT: *most = p[2]; break;
    case QUANTITY_NORMAL:
        if (!(p[1] > 0.0)) break;
        *least = p[2];
        *most = p[3];
        break;
    case QUANTITY_LOGNORMAL:
    case QUANTITY_GAMMA:
    case QUANTITY_EXPONENTIAL:
        *least = DBL_TRUE_MIN; /* they come as near to 0 as one likes, but not there */
        *most = INFINITY;
        break;
    case QUANTITY_DISCRETE:
        *least = quantity->value[0];
        *most = quantity->value[quantity->count - 1];
        break;
    case QUANTITY_NUMBER: break;
    }
}
