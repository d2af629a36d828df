/* tests/bench/bench_drivers_plain.c -- see bench_drivers_plain.h
 * Written as one would with GSL and no thought of vectors: replications, then months; one normal draw at a time, a
 * triangular factor, libm's exp per driver and month. Transitions are exact and double; constants are computed once.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench_drivers_plain.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>

enum { GROWTHS = 4, SHOCKS = 8, INNOVATIONS = 12, BASE = 2019 * 12 + 6, START = 2020 * 12 };
enum { SHORT, LONG, CN, EU, KZ, CA, SEA, FALL };
#define D (1.0 / 12.0)

#define BRENT_START 64.4
#define BRENT_KAPPA 1.49
#define BRENT_SHORT 0.286
#define BRENT_RHO   0.3
#define SEA_KAPPA   0.8
#define SEA_SIGMA   0.45
#define FALL_SIGMA  0.10
static const double brent_long[3] = {0.145, 0.18, 0.22}, fall_drift[3] = {0.0, 0.07, 0.20}; /* triangular */

static const struct growth {
    double reversion, sigma;
    int points, year[4];
    double mean[4];
} growths[GROWTHS] = {
    {0.6, 0.015, 4, {2019, 2025, 2030, 2040}, {0.06, 0.05, 0.04, 0.03}},
    {0.9, 0.018, 1, {2019}, {0.015}},
    {0.7, 0.025, 3, {2019, 2025, 2040}, {0.045, 0.035, 0.025}},
    {0.7, 0.025, 2, {2019, 2040}, {0.055, 0.04}},
};

static const struct {
    int a, b;
    double rho;
} pairs[] = {{SHORT, LONG, BRENT_RHO}, {LONG, KZ, 0.45}, {LONG, CN, 0.20},
             {CN, EU, 0.30},           {CN, CA, 0.30},   {KZ, CA, 0.40}};

/* An innovation: the integral of (c0 + c1 e^{-k (D - s)}) dW_s of a shock. */
struct integral {
    int shock;
    double c0, c1, k;
};

static double phi(double k)
{
    return k == 0.0 ? D : -expm1(-k * D) / k;
}

static double covariance(const struct integral *a, const struct integral *b)
{
    return a->c0 * b->c0 * D + a->c0 * b->c1 * phi(b->k) + a->c1 * b->c0 * phi(a->k) + a->c1 * b->c1 * phi(a->k + b->k);
}

static double correlation(int a, int b)
{
    if (a == b) return 1.0;
    for (size_t p = 0; p < sizeof pairs / sizeof *pairs; p++)
        if ((pairs[p].a == a && pairs[p].b == b) || (pairs[p].a == b && pairs[p].b == a)) return pairs[p].rho;
    return 0.0;
}

/* The lower factor of the correlations, and the standard deviations at a volatility of 1. */
static void factor(double factor[INNOVATIONS][INNOVATIONS], double sd[INNOVATIONS])
{
    struct integral integral[INNOVATIONS] = {{SHORT, 0.0, 1.0, BRENT_KAPPA}, {LONG, 1.0, 0.0, 0.0}};
    for (int g = 0; g < GROWTHS; g++) {
        const double kappa = growths[g].reversion;
        integral[2 + 2 * g] = (struct integral){CN + g, 0.0, 1.0, kappa};
        integral[3 + 2 * g] = (struct integral){CN + g, 1.0 / kappa, -1.0 / kappa, kappa};
    }
    integral[10] = (struct integral){SEA, 0.0, 1.0, SEA_KAPPA};
    integral[11] = (struct integral){FALL, 1.0, 0.0, 0.0};
    gsl_matrix *matrix = gsl_matrix_alloc(INNOVATIONS, INNOVATIONS);
    for (size_t i = 0; i < INNOVATIONS; i++) sd[i] = sqrt(covariance(&integral[i], &integral[i]));
    for (size_t i = 0; i < INNOVATIONS; i++)
        for (size_t j = 0; j < INNOVATIONS; j++)
            gsl_matrix_set(matrix, i, j,
                           correlation(integral[i].shock, integral[j].shock) * covariance(&integral[i], &integral[j]) /
                               (sd[i] * sd[j]));
    gsl_linalg_cholesky_decomp1(matrix);
    for (size_t i = 0; i < INNOVATIONS; i++)
        for (size_t j = 0; j < INNOVATIONS; j++) factor[i][j] = j > i ? 0.0 : gsl_matrix_get(matrix, i, j);
    gsl_matrix_free(matrix);
}

/* The published growth of a month: linear between Januaries. */
static double growth_of(const struct growth *growth, int month)
{
    const double year = month / 12.0;
    int i = 0;
    while (i < growth->points && growth->year[i] <= year) i++;
    if (i == 0) return growth->mean[0];
    if (i == growth->points) return growth->mean[i - 1];
    const double t = (year - growth->year[i - 1]) / (growth->year[i] - growth->year[i - 1]);
    return growth->mean[i - 1] + t * (growth->mean[i] - growth->mean[i - 1]);
}

static double triangular(gsl_rng *rng, const double p[3])
{
    const double u = gsl_rng_uniform(rng), width = p[2] - p[0], part = p[1] - p[0];
    return u < part / width ? p[0] + sqrt(u * width * part) : p[2] - sqrt((1.0 - u) * width * (p[2] - p[1]));
}

void PLAIN_RUN(unsigned long seed, size_t count, int dof, double out[])
{
    static const int date[PLAIN_DATES] = PLAIN_DATE;
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, seed);
    double L[INNOVATIONS][INNOVATIONS], sd[INNOVATIONS], keep[GROWTHS], carry[GROWTHS], s[GROWTHS];
    double month_growth[PLAIN_MONTHS][GROWTHS], before[GROWTHS];
    factor(L, sd);
    for (int g = 0; g < GROWTHS; g++) {
        const double kappa = growths[g].reversion;
        keep[g] = exp(-kappa * D);
        carry[g] = (1.0 - keep[g]) / kappa;
        s[g] = growths[g].sigma * kappa / sqrt(1.0 - (1.0 - exp(-kappa)) / kappa);
        before[g] = 0.0;
        for (int m = BASE; m < START; m++) before[g] += log1p(growth_of(&growths[g], m)) * D;
        for (int m = 0; m < PLAIN_MONTHS; m++) month_growth[m][g] = log1p(growth_of(&growths[g], START + m)) * D;
    }
    const double brent_keep = exp(-BRENT_KAPPA * D);
    const double sea_keep = exp(-SEA_KAPPA * D), sea_alpha = -SEA_SIGMA * SEA_SIGMA / (4.0 * SEA_KAPPA);
    for (size_t r = 0; r < count; r++) {
        const double sigma_long = triangular(rng, brent_long), drift = triangular(rng, fall_drift);
        const double variance_short = BRENT_SHORT * BRENT_SHORT * sd[0] * sd[0];
        const double variance_long = sigma_long * sigma_long * D;
        const double cross = 2.0 * BRENT_RHO * BRENT_SHORT * sigma_long * (1.0 - brent_keep) / BRENT_KAPPA;
        double chi = 0.0, xi = log(BRENT_START), power = 1.0, sea = 0.0, fall = 0.0, log_volume[GROWTHS],
               growth[GROWTHS];
        for (int g = 0; g < GROWTHS; g++) log_volume[g] = before[g], growth[g] = 0.0;
        double path[PLAIN_MONTHS][PLAIN_DRIVERS];
        for (int m = 0; m < PLAIN_MONTHS; m++) {
            double z[INNOVATIONS], e[INNOVATIONS], *level = path[m];
            for (int i = 0; i < INNOVATIONS; i++) z[i] = gsl_ran_gaussian_ziggurat(rng, 1.0);
            for (int i = 0; i < INNOVATIONS; i++) {
                double sum = 0.0;
                for (int j = 0; j <= i; j++) sum += L[i][j] * z[j];
                e[i] = sum;
            }
            if (dof > 0) {
                const double stretch = sqrt(dof / gsl_ran_chisq(rng, dof));
                for (int i = 0; i < INNOVATIONS; i++)
                    e[i] = gsl_cdf_ugaussian_Pinv(gsl_cdf_tdist_P(e[i] * stretch, dof));
            }
            const double rise = power * power * variance_short + variance_long + power * cross;
            chi = brent_keep * chi + BRENT_SHORT * sd[0] * e[0];
            xi += -0.5 * rise + sigma_long * sd[1] * e[1];
            power *= brent_keep;
            level[0] = exp(chi + xi);
            for (int g = 0; g < GROWTHS; g++) {
                log_volume[g] += month_growth[m][g] + carry[g] * growth[g] + s[g] * sd[3 + 2 * g] * e[3 + 2 * g];
                growth[g] = keep[g] * growth[g] + s[g] * sd[2 + 2 * g] * e[2 + 2 * g];
                level[1 + g] = exp(log_volume[g]);
            }
            sea = sea_alpha + sea_keep * (sea - sea_alpha) + SEA_SIGMA * sd[10] * e[10];
            level[5] = exp(sea);
            fall += drift * D + FALL_SIGMA * sd[11] * e[11];
            level[6] = fall;
        }
        for (size_t t = 0; t < PLAIN_DATES; t++)
            for (size_t d = 0; d < PLAIN_DRIVERS; d++) out[(t * PLAIN_DRIVERS + d) * count + r] = path[date[t] - 1][d];
    }
    gsl_rng_free(rng);
}
