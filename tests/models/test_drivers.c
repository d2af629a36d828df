/* tests/models/test_drivers.c -- every family of drivers against its closed form.
 * Tolerances are standard errors of the estimates: of a mean sd / sqrt(n), of a variance of normals v sqrt(2 / n),
 * times 4.5, so that a true fact fails once in 150,000 seeds; the seed is fixed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/drivers/first_year.h"
#include "tests/models/support.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 65536, SEED = 20190911 };
#define BOUND 4.5
#define HEAD  "scenario: t\ntime: {base: 2019-07, start: 2020-01, months: 240}\ndrivers:\n"

static void take_logs(size_t count, double x[])
{
    for (size_t i = 0; i < count; i++) x[i] = log(x[i]);
}

/* Mean and variance of n values against those of a normal law. */
static void assert_normal(const double x[], double mean, double variance)
{
    ck_assert_double_eq_tol(support_mean(N, x), mean, BOUND * sqrt(variance / N));
    ck_assert_double_eq_tol(support_moment(N, x, 2), variance, BOUND * variance * sqrt(2.0 / N));
    const double sd = sqrt(support_moment(N, x, 2));
    ck_assert_double_eq_tol(support_moment(N, x, 3) / (sd * sd * sd), 0.0, BOUND * sqrt(6.0 / N));
    ck_assert_double_eq_tol(support_moment(N, x, 4) / (sd * sd * sd * sd), 3.0, BOUND * sqrt(24.0 / N));
}

/* The share of x below the quantile q of probability p is p. */
static void assert_share_below(const double x[], double q, double p)
{
    size_t below = 0;
    for (size_t i = 0; i < N; i++) below += x[i] < q;
    ck_assert_double_eq_tol((double)below / N, p, BOUND * sqrt(p * (1.0 - p) / N));
}

START_TEST(log_of_gbm_is_normal_with_drift_of_the_expected_price)
{
    static const int month[] = {1, 240};
    double *x =
        support_run(HEAD "  s: {model: gbm, start: 50 USD/bbl, drift: 2 %/yr, sigma: 0.3}\n", SEED, "s", N, 2, month);
    const double mu = log(1.02), expected = 50.0 * pow(1.02, 20.0);
    const double sd = expected * sqrt(exp(0.09 * 20.0) - 1.0);
    ck_assert_double_eq_tol(support_mean(N, x + N), expected, BOUND * sd / sqrt(N));
    take_logs(2 * N, x);
    assert_normal(x, log(50.0) + (mu - 0.045) / 12.0, 0.09 / 12.0);
    assert_normal(x + N, log(50.0) + (mu - 0.045) * 20.0, 0.09 * 20.0);
    const double z5 = -1.6448536269514722;
    assert_share_below(x + N, log(50.0) + (mu - 0.045) * 20.0 + 0.3 * sqrt(20.0) * z5, 0.05);
    free(x);
}
END_TEST

START_TEST(log_of_a_mean_reverting_price_has_the_moments_of_schwartz_1997)
{
    static const int month[] = {12, 240};
    double *x = support_run(
        HEAD "  s: {model: mean-reverting, start: 30 USD/bbl, mean: 60 USD/bbl, kappa: 0.7 /yr, sigma: 0.33}\n", SEED,
        "s", N, 2, month);
    const double alpha = log(60.0) - 0.33 * 0.33 / (4.0 * 0.7);
    take_logs(2 * N, x);
    for (size_t i = 0; i < 2; i++) {
        const double t = month[i] / 12.0, keep = exp(-0.7 * t);
        assert_normal(x + i * N, alpha + keep * (log(30.0) - alpha), 0.33 * 0.33 * (1.0 - keep * keep) / 1.4);
    }
    free(x);
}
END_TEST

START_TEST(the_long_run_mean_price_is_the_stated_mean)
{
    static const int month[] = {240};
    double *x = support_run(
        HEAD "  s: {model: mean-reverting, start: 60 USD/bbl, mean: 60 USD/bbl, kappa: 1 /yr, sigma: 0.4}\n", SEED, "s",
        N, 1, month);
    const double variance = 0.16 / 2.0;
    ck_assert_double_eq_tol(support_mean(N, x), 60.0, BOUND * 60.0 * sqrt((exp(variance) - 1.0) / N));
    free(x);
}
END_TEST

START_TEST(a_mean_reverting_level_is_an_ornstein_uhlenbeck_process)
{
    static const int month[] = {6, 120};
    double *x =
        support_run(HEAD "  s: {model: mean-reverting, of: level, start: 1 USD/t, mean: -2 USD/t, kappa: 0.5 /yr, "
                         "sigma: 3 USD/t}\n",
                    SEED, "s", N, 2, month);
    for (size_t i = 0; i < 2; i++) {
        const double t = month[i] / 12.0, keep = exp(-0.5 * t);
        assert_normal(x + i * N, -2.0 + keep * 3.0, 9.0 * (1.0 - keep * keep));
    }
    free(x);
}
END_TEST

START_TEST(without_reversion_a_price_is_gbm_path_for_path)
{
    /* alpha = ln M - sigma^2 / (4 kappa): as kappa -> 0 the log drifts by -sigma^2 / 4, gbm with drift exp(sigma^2 / 4)
     * - 1 */
    static const int month[] = {240};
    char text[200];
    double *x = support_run(
        HEAD "  s: {model: mean-reverting, start: 60 USD/t, mean: 60 USD/t, kappa: 0.000000000001 /yr, sigma: 0.3}\n",
        SEED, "s", 1024, 1, month);
    snprintf(text, sizeof text, HEAD "  s: {model: gbm, start: 60 USD/t, drift: %.17g /yr, sigma: 0.3}\n",
             expm1(0.0225));
    double *y = support_run(text, SEED, "s", 1024, 1, month);
    for (size_t i = 0; i < 1024; i++) ck_assert_double_eq_tol(x[i] / y[i], 1.0, 1e-9);
    free(x);
    free(y);
}
END_TEST

/* Var ln S_t of Schwartz and Smith 2000. */
static double two_factor_variance(double t, double kappa, double s1, double s2, double rho)
{
    return s1 * s1 * (1.0 - exp(-2.0 * kappa * t)) / (2.0 * kappa) + s2 * s2 * t +
           2.0 * rho * s1 * s2 * (1.0 - exp(-kappa * t)) / kappa;
}

START_TEST(a_two_factor_price_has_the_variance_of_schwartz_and_smith_and_the_stated_expected_price)
{
    static const int month[] = {1, 36, 240};
    double *x = support_run(
        HEAD "  s: {model: two-factor, start: 64 USD/bbl, kappa: 1.49 /yr, sigma_short: 0.286, drift: 1 %/yr, "
             "sigma_long: 0.145, rho: 0.3}\n",
        SEED, "s", N, 3, month);
    for (size_t i = 0; i < 3; i++) {
        const double t = month[i] / 12.0, v = two_factor_variance(t, 1.49, 0.286, 0.145, 0.3);
        const double expected = 64.0 * pow(1.01, t);
        ck_assert_double_eq_tol(support_mean(N, x + i * N), expected, BOUND * expected * sqrt((exp(v) - 1.0) / N));
        take_logs(N, x + i * N);
        assert_normal(x + i * N, log(expected) - 0.5 * v, v);
    }
    free(x);
}
END_TEST

START_TEST(reversion_drawn_per_replication_mixes_the_laws)
{
    static const int month[] = {60};
    double *x = support_run(
        HEAD "  s: {model: two-factor, start: 64 USD/bbl, kappa: discrete(0.3:0.5 3:0.5) /yr, sigma_short: 0.3, "
             "sigma_long: 0.15, rho: 0.5}\n",
        SEED, "s", N, 1, month);
    const double v1 = two_factor_variance(5.0, 0.3, 0.3, 0.15, 0.5), v2 = two_factor_variance(5.0, 3.0, 0.3, 0.15, 0.5);
    const double spread = 0.25 * (v1 - v2), variance = 0.5 * (v1 + v2) + spread * spread;
    take_logs(N, x);
    ck_assert_double_eq_tol(support_mean(N, x), log(64.0) - 0.25 * (v1 + v2), BOUND * sqrt(variance / N));
    const double fourth = 1.5 * (v1 * v1 + v2 * v2) + 6.0 * spread * spread * 0.5 * (v1 + v2) + pow(spread, 4.0);
    ck_assert_double_eq_tol(support_moment(N, x, 2), variance, BOUND * sqrt((fourth - variance * variance) / N));
    free(x);
}
END_TEST

START_TEST(monthly_returns_with_jumps_have_mertons_cumulants)
{
    static const int month[] = {1};
    double *x = support_run(
        HEAD
        "  s: {model: gbm, start: 1 USD/t, drift: 2 %/yr, sigma: 0.28, jumps: {rate: 6 /yr, mean: -0.12, sd: 0.18}}\n",
        SEED, "s", N, 1, month);
    const double D = 1.0 / 12.0, mj = -0.12, sj = 0.18, s2 = sj * sj, rate = 6.0 * D;
    const double k = exp(mj + 0.5 * s2) - 1.0, mu = log(1.02);
    const double c1 = (mu - 0.0392) * D - rate * k + rate * mj, c2 = 0.0784 * D + rate * (s2 + mj * mj);
    const double c3 = rate * (mj * mj * mj + 3.0 * mj * s2);
    const double c4 = rate * (pow(mj, 4.0) + 6.0 * mj * mj * s2 + 3.0 * s2 * s2);
    const double c6 = rate * (pow(mj, 6.0) + 15.0 * pow(mj, 4.0) * s2 + 45.0 * mj * mj * s2 * s2 + 15.0 * s2 * s2 * s2);
    const double expected = pow(1.02, D);
    ck_assert_double_eq_tol(support_mean(N, x), expected, BOUND * sqrt((exp(c2 + 0.01) - 1.0) / N));
    take_logs(N, x);
    ck_assert_double_eq_tol(support_mean(N, x), c1, BOUND * sqrt(c2 / N));
    ck_assert_double_eq_tol(support_moment(N, x, 2), c2, BOUND * sqrt((c4 + 2.0 * c2 * c2) / N));
    /* Var k3 = (k6 + 9 k2 k4 + 9 k3^2 + 6 k2^3) / n */
    ck_assert_double_eq_tol(support_moment(N, x, 3), c3,
                            BOUND * sqrt((c6 + 9.0 * c2 * c4 + 9.0 * c3 * c3 + 6.0 * c2 * c2 * c2) / N));
    const double m2 = support_moment(N, x, 2), excess = support_moment(N, x, 4) - 3.0 * m2 * m2;
    ck_assert_double_gt(c4, 0.0);
    ck_assert_double_eq_tol(excess / c4, 1.0, 0.25);
    free(x);
}
END_TEST

START_TEST(jumps_leave_the_expected_two_factor_price_as_stated)
{
    static const int month[] = {24, 120};
    double *x = support_run(
        HEAD
        "  s: {model: two-factor, start: 64 USD/bbl, kappa: 1 /yr, sigma_short: 0.2, drift: 2 %/yr, sigma_long: 0.1, "
        "jumps: {rate: 2 /yr, mean: -0.1, sd: 0.2}}\n",
        SEED, "s", N, 2, month);
    for (size_t i = 0; i < 2; i++) {
        const double sd = sqrt(support_moment(N, x + i * N, 2));
        ck_assert_double_eq_tol(support_mean(N, x + i * N), 64.0 * pow(1.02, month[i] / 12.0), BOUND * sd / sqrt(N));
    }
    free(x);
}
END_TEST

START_TEST(two_regimes_of_volatility_give_fat_tails_and_clustering)
{
    static const int month[] = {1, 2, 5, 6};
    const double D = 1.0 / 12.0, a = 2.0, b = 4.0, low = 0.2, high = 0.6;
    double *x = support_run(HEAD "  s: {model: trend, start: 0 m, drift: 0 m/yr, sigma: 1 m, volatility: {low: 0.2, "
                                 "high: 0.6, up: 2 /yr, down: 4 /yr}}\n",
                            SEED, "s", N, 4, month);
    double *first = malloc(N * sizeof *first), *square = malloc(N * sizeof *square);
    for (size_t i = 0; i < N; i++) first[i] = x[N + i] - x[i];
    const double pi2 = a / (a + b), pi1 = 1.0 - pi2;
    const double v = (pi1 * low * low + pi2 * high * high) * D;
    const double fourth = 3.0 * (pi1 * pow(low, 4.0) + pi2 * pow(high, 4.0)) * D * D;
    ck_assert_double_eq_tol(support_moment(N, first, 2), v, BOUND * sqrt((fourth - v * v) / N));
    const double eighth = 105.0 * (pi1 * pow(low, 8.0) + pi2 * pow(high, 8.0)) * pow(D, 4.0);
    ck_assert_double_eq_tol(support_moment(N, first, 4), fourth, BOUND * sqrt((eighth - fourth * fourth) / N));
    /* autocovariance of the squares at lag 4: pi1 pi2 (high^2 - low^2)^2 D^2 (1 - p12 - p21)^4 */
    for (size_t i = 0; i < N; i++) square[i] = pow(first[i], 2.0) * pow(x[3 * N + i] - x[2 * N + i], 2.0);
    const double turn = exp(-(a + b) * D), gap = high * high - low * low;
    const double expected = v * v + pi1 * pi2 * gap * gap * D * D * pow(turn, 4.0);
    ck_assert_double_eq_tol(support_mean(N, square), expected, BOUND * sqrt(support_moment(N, square, 2) / N));
    free(first);
    free(square);
    free(x);
}
END_TEST

/* Var of the integral over t years of an OU process that starts at 0, and of one that has run for ever. */
static double growth_variance(double t, double kappa, double s)
{
    return s * s / (kappa * kappa) *
           (t - 2.0 * (1.0 - exp(-kappa * t)) / kappa + (1.0 - exp(-2.0 * kappa * t)) / (2.0 * kappa));
}

static double settled_variance(double t, double kappa, double s)
{
    return s * s / (kappa * kappa) * (t - (1.0 - exp(-kappa * t)) / kappa);
}

/* s of an OU process whose integral over a year has the standard deviation sigma. */
static double growth_s(double kappa, double sigma)
{
    return sigma / sqrt((1.0 - (1.0 - exp(-kappa)) / kappa) / (kappa * kappa));
}

static double covariance_of(const double x[], const double y[])
{
    const double mx = support_mean(N, x), my = support_mean(N, y);
    double sum = 0.0;
    for (size_t i = 0; i < N; i++) sum += (x[i] - mx) * (y[i] - my);
    return sum / N;
}

START_TEST(log_volume_of_growth_that_starts_at_its_mean_has_the_variance_of_an_integrated_ou_process)
{
    static const int month[] = {1, 12, 240};
    const double kappa = 0.6, s = growth_s(kappa, 0.02);
    double *x =
        support_run(HEAD "  y: {model: growth, mean: 3 %/yr, reversion: 0.6 /yr, sigma: 2 %/yr, start: 0 %/yr}\n", SEED,
                    "y", N, 3, month);
    take_logs(3 * N, x);
    for (size_t i = 0; i < 3; i++) { /* from the base date on, half a year before the start */
        const double t = 0.5 + month[i] / 12.0;
        assert_normal(x + i * N, log(1.03) * t, growth_variance(t, kappa, s));
    }
    free(x);
}
END_TEST

START_TEST(yearly_growth_has_its_standard_deviation_in_every_year)
{
    /* lag k of an OU process integrated over years: s^2 / (2 kappa^3) (1 - e^-kappa)^2 e^-(k - 1) kappa */
    static const int month[] = {6, 18, 30, 42, 228, 240};
    const double kappa = 0.35, sigma = 0.025, s = growth_s(kappa, sigma);
    double *x = support_run(HEAD "  y: {model: growth, mean: 3 %/yr, reversion: 0.35 /yr, sigma: 2.5 %/yr}\n", SEED,
                            "y", N, 6, month),
           *growth = malloc(5 * N * sizeof *growth);
    ck_assert_ptr_nonnull(growth);
    take_logs(6 * N, x);
    for (size_t i = 0; i < 6; i++)
        assert_normal(x + i * N, log(1.03) * (0.5 + month[i] / 12.0),
                      settled_variance(0.5 + month[i] / 12.0, kappa, s));
    for (size_t y = 0; y < 5; y++)
        for (size_t i = 0; i < N; i++) growth[y * N + i] = x[(y + 1) * N + i] - x[y * N + i];
    for (size_t y = 0; y < 3; y++) assert_normal(growth + y * N, log(1.03), sigma * sigma);
    assert_normal(growth + 4 * N, log(1.03), sigma * sigma);
    for (size_t lag = 1; lag < 3; lag++) { /* Var of a sample covariance of normals: (v^2 + c^2) / n */
        const double c =
            s * s / (2.0 * pow(kappa, 3.0)) * pow(1.0 - exp(-kappa), 2.0) * exp(-kappa * ((double)lag - 1.0));
        ck_assert_double_eq_tol(covariance_of(growth, growth + lag * N), c,
                                BOUND * sqrt((pow(sigma, 4.0) + c * c) / N));
    }
    free(growth);
    free(x);
}
END_TEST

START_TEST(growth_starts_above_its_mean_by_what_is_stated)
{
    /* G decays from ln(1.05 / 1.03); what it adds is G (1 - e^-kappa t) / kappa */
    static const int month[] = {1, 120};
    double *x =
        support_run(HEAD "  y: {model: growth, mean: 3 %/yr, reversion: 0.6 /yr, sigma: 0 %/yr, start: 2 %/yr}\n", SEED,
                    "y", LANES, 2, month);
    for (size_t i = 0; i < 2; i++) {
        const double t = 0.5 + month[i] / 12.0;
        const double expected = log(1.03) * t + log(1.05 / 1.03) * (1.0 - exp(-0.6 * t)) / 0.6;
        for (size_t l = 0; l < LANES; l++) ck_assert_double_eq_tol(log(x[i * LANES + l]), expected, 1e-14);
    }
    free(x);
}
END_TEST

START_TEST(two_growths_hang_together_from_the_base_date_on)
{
    /* Cov = rho s1 s2 / (k1 + k2) sum_i (t - (1 - e^-k_i t) / k_i) / k_i */
    static const int month[] = {1, 60};
    struct support support;
    support_open(&support,
                 HEAD "  a: {model: growth, mean: 3 %/yr, reversion: 0.3 /yr, sigma: 2 %/yr}\n"
                      "  b: {model: growth, mean: 3 %/yr, reversion: 1.2 /yr, sigma: 3 %/yr}\n"
                      "  correlation: {pairs: {a/b: 0.6}}\n",
                 SEED);
    double *a = malloc(2 * N * sizeof *a), *b = malloc(2 * N * sizeof *b);
    ck_assert(a != NULL && b != NULL);
    support_levels(&support, "a", N, 2, month, a);
    support_levels(&support, "b", N, 2, month, b);
    take_logs(2 * N, a);
    take_logs(2 * N, b);
    const double k[2] = {0.3, 1.2}, s[2] = {growth_s(k[0], 0.02), growth_s(k[1], 0.03)};
    for (size_t i = 0; i < 2; i++) {
        const double t = 0.5 + month[i] / 12.0;
        double c = 0.0, v = 1.0;
        for (size_t j = 0; j < 2; j++) {
            c += 0.6 * s[0] * s[1] / (k[0] + k[1]) * (t - (1.0 - exp(-k[j] * t)) / k[j]) / k[j];
            v *= settled_variance(t, k[j], s[j]);
        }
        ck_assert_double_eq_tol(covariance_of(a + i * N, b + i * N), c, BOUND * sqrt((v + c * c) / N));
    }
    free(a);
    free(b);
    support_close(&support);
}
END_TEST

START_TEST(before_any_draw_growth_stands_at_its_median)
{
    struct support support;
    struct world_state *state = NULL;
    support_open(&support, HEAD "  y: {model: growth, mean: 3 %/yr, reversion: 0.35 /yr, sigma: 2.5 %/yr}\n", SEED);
    ck_assert_ptr_null(world_open(support.world, &state));
    world_start_central(state);
    for (int l = 0; l < LANES; l++)
        ck_assert_double_eq_tol(drivers_level(world_drivers_state(state), 0)[l], pow(1.03, 0.5), 1e-14);
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(the_median_of_growth_follows_its_profile_from_the_base_date)
{
    static const int month[] = {12};
    double *x =
        support_run(HEAD "  y: {model: growth, mean: {2019: 0 %/yr, 2021: 24 %/yr}, reversion: 1 /yr, sigma: 0 %/yr}\n",
                    SEED, "y", LANES, 1, month);
    double log_volume = 0.0;
    for (int m = 6; m < 24; m++) log_volume += log1p(0.01 * m) / 12.0; /* 1 %/yr more each month; months from 2019-07 */
    for (size_t i = 0; i < LANES; i++) ck_assert_double_eq_tol(x[i], exp(log_volume), 1e-14);
    free(x);
}
END_TEST

START_TEST(a_trend_drifts_and_wanders)
{
    static const int month[] = {3, 240};
    double *x = support_run(HEAD "  sea: {model: trend, start: 1 m, drift: 0.07 m/yr, sigma: 0.1 m}\n", SEED, "sea", N,
                            2, month);
    for (size_t i = 0; i < 2; i++) assert_normal(x + i * N, 1.0 + 0.07 * month[i] / 12.0, 0.01 * month[i] / 12.0);
    free(x);
}
END_TEST

START_TEST(the_first_year_has_the_quantiles_of_the_mean_of_its_months)
{
    /* the mean of S_1 .. S_12 of a walk with steps of variance v: v sum (13 - i)^2 / 144 = v 650 / 144; the standard
     * error of a quantile is sqrt(p (1 - p) / n) over the density there */
    struct support support;
    support_open(&support,
                 HEAD "  sea: {model: trend, start: 1 m, drift: 0.6 m/yr, sigma: 0.3 m}\n"
                      "  p: {model: path, unit: USD/t, values: {2020: 10 USD/t, 2021: 22 USD/t}}\n",
                 SEED);
    double *mean = malloc(2 * N * sizeof *mean);
    ck_assert_ptr_nonnull(mean);
    ck_assert_ptr_null(
        first_year_means(world_drivers(support.world), support.plan.store, &support.plan.calendar, N, mean));
    const double sd = sqrt(0.09 / 12.0 * 650.0 / 144.0), z = 1.6448536269514722;
    const double density = exp(-0.5 * z * z) / (sd * sqrt(2.0 * M_PI)), error = sqrt(0.05 * 0.95 / N) / density;
    const double middle = 1.0 + 0.6 * 6.5 / 12.0;
    ck_assert_double_eq_tol(first_year_quantile(N, mean, 0.05), middle - z * sd, BOUND * error);
    ck_assert_double_eq_tol(first_year_quantile(N, mean, 0.95), middle + z * sd, BOUND * error);
    ck_assert_double_eq_tol(first_year_quantile(N, mean + N, 0.05), 15.5, 1e-12);
    ck_assert_double_eq(first_year_quantile(N, mean + N, 0.95), first_year_quantile(N, mean + N, 0.05));
    free(mean);
    support_close(&support);
}
END_TEST

START_TEST(a_path_is_linear_between_its_dates)
{
    static const int month[] = {1, 7, 13, 240};
    double *x =
        support_run(HEAD "  p: {model: path, unit: USD/bbl, values: {2020-01: 10 USD/bbl, 2021-01: 22 USD/bbl}}\n",
                    SEED, "p", LANES, 4, month);
    const double expected[] = {10.0, 16.0, 22.0, 22.0};
    for (size_t i = 0; i < 4; i++)
        for (size_t l = 0; l < LANES; l++) ck_assert_double_eq(x[i * LANES + l], expected[i]);
    free(x);
}
END_TEST

START_TEST(a_var_settles_at_its_stationary_mean_and_covariance)
{
    static const int month[] = {240};
    const char *text = HEAD "  m: {model: var, of: level, variables: [a, b], matrix: [[0.8, 0.1], [-0.2, 0.7]], "
                            "constant: [1, 2], start: [0, 0], "
                            "sigma: [0.5, 0.25]}\n  correlation: {pairs: {m.a/m.b: 0.4}}\n";
    double *a = support_run(text, SEED, "m.a", N, 1, month), *b = support_run(text, SEED, "m.b", N, 1, month);
    const double det = 0.2 * 0.3 + 0.1 * 0.2; /* (I - A)^-1 c by Cramer's rule */
    const double mean_a = (1.0 * 0.3 + 0.1 * 2.0) / det, mean_b = (0.2 * 2.0 - 0.2 * 1.0) / det;
    double s[3] = {0.0, 0.0, 0.0}; /* S = A S A' + Q iterated to its fixed point: aa, ab, bb */
    for (int i = 0; i < 1000; i++) {
        const double aa = 0.64 * s[0] + 0.16 * s[1] + 0.01 * s[2] + 0.25;
        const double ab = -0.16 * s[0] + (0.56 - 0.02) * s[1] + 0.07 * s[2] + 0.4 * 0.125;
        const double bb = 0.04 * s[0] - 0.28 * s[1] + 0.49 * s[2] + 0.0625;
        s[0] = aa, s[1] = ab, s[2] = bb;
    }
    assert_normal(a, mean_a, s[0]);
    assert_normal(b, mean_b, s[2]);
    double product = 0.0;
    for (size_t i = 0; i < N; i++) product += (a[i] - mean_a) * (b[i] - mean_b);
    ck_assert_double_eq_tol(product / N, s[1], BOUND * sqrt((s[0] * s[2] + s[1] * s[1]) / N));
    free(a);
    free(b);
}
END_TEST

START_TEST(a_var_without_a_long_run_is_refused_with_its_spectral_radius)
{
    struct support support;
    struct fault *fault =
        support_try(&support,
                    HEAD "  m: {model: var, variables: [a, b], matrix: [[1.1, 0], [0, 0.5]], constant: [0, 0], "
                         "start: [0, 0], sigma: [0, 0]}\n",
                    SEED);
    ck_assert_ptr_nonnull(fault);
    ck_assert_ptr_nonnull(strstr(fault->sentence, "spectral radius 1.1000"));
    fault_free(fault);
    support_close(&support);
}
END_TEST

START_TEST(a_season_multiplies_the_level_and_leaves_its_mean)
{
    static const int month[] = {1, 7};
    const char *with =
        HEAD "  s: {model: gbm, start: 10 USD/t, sigma: 0.1, season: [1.5, 1, 1, 1, 1, 1, 0.5, 1, 1, 1, 1, 1]}\n";
    double *x = support_run(with, SEED, "s", LANES, 2, month);
    double *y = support_run(HEAD "  s: {model: gbm, start: 10 USD/t, sigma: 0.1}\n", SEED, "s", LANES, 2, month);
    for (size_t l = 0; l < LANES; l++) {
        ck_assert_double_eq_tol(x[l] / y[l], 1.5, 1e-14);
        ck_assert_double_eq_tol(x[LANES + l] / y[LANES + l], 0.5, 1e-14);
    }
    free(x);
    free(y);
}
END_TEST

START_TEST(a_shift_of_a_two_factor_price_fades_at_its_own_speed)
{
    static const int month[] = {2, 3, 15};
#define PRICE "  s: {model: two-factor, start: 64 USD/bbl, kappa: 0.5 /yr, sigma_short: 0.3, sigma_long: 0.1"
    double *x = support_run(HEAD PRICE ", shift: {2020-03: -50 %}}\n", SEED, "s", LANES, 3, month);
    double *y = support_run(HEAD PRICE "}\n", SEED, "s", LANES, 3, month);
    for (size_t l = 0; l < LANES; l++) {
        ck_assert_double_eq(x[l], y[l]);
        ck_assert_double_eq_tol(x[LANES + l] / y[LANES + l], 0.5, 1e-14);
        ck_assert_double_eq_tol(x[2 * LANES + l] / y[2 * LANES + l], pow(0.5, exp(-0.5)), 1e-13);
    }
    free(x);
    free(y);
}
END_TEST

START_TEST(a_shift_multiplies_a_level)
{
    static const int month[] = {3};
    double *x = support_run(HEAD "  s: {model: trend, start: 4 m, drift: 0 m/yr, sigma: 0 m, shift: {2020-03: 25 %}}\n",
                            SEED, "s", LANES, 1, month);
    for (size_t l = 0; l < LANES; l++) ck_assert_double_eq(x[l], 5.0);
    free(x);
}
END_TEST

START_TEST(adding_or_reordering_drivers_leaves_the_others_bits)
{
    static const int month[] = {120};
    double *x = support_run(HEAD "  a: {model: gbm, start: 1 USD/t, sigma: 0.3}\n", SEED, "a", LANES, 1, month);
    double *y = support_run(
        HEAD "  b: {model: gbm, start: 1 USD/t, sigma: 0.3}\n  c: {model: gbm, start: 1 USD/t, sigma: 0.1}\n"
             "  a: {model: gbm, start: 1 USD/t, sigma: 0.3}\n  correlation: {pairs: {b/c: 0.5}}\n",
        SEED, "a", LANES, 1, month);
    double *b = support_run(HEAD "  b: {model: gbm, start: 1 USD/t, sigma: 0.3}\n", SEED, "b", LANES, 1, month);
    ck_assert_mem_eq(x, y, LANES * sizeof *x);
    for (size_t l = 0; l < LANES; l++) ck_assert_double_ne(x[l], b[l]);
    free(x);
    free(y);
    free(b);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("drivers");
    TCase *laws = tcase_create("laws");
    tcase_set_timeout(laws, 20);
    tcase_add_test(laws, log_of_gbm_is_normal_with_drift_of_the_expected_price);
    tcase_add_test(laws, log_of_a_mean_reverting_price_has_the_moments_of_schwartz_1997);
    tcase_add_test(laws, the_long_run_mean_price_is_the_stated_mean);
    tcase_add_test(laws, a_mean_reverting_level_is_an_ornstein_uhlenbeck_process);
    tcase_add_test(laws, without_reversion_a_price_is_gbm_path_for_path);
    tcase_add_test(laws, a_two_factor_price_has_the_variance_of_schwartz_and_smith_and_the_stated_expected_price);
    tcase_add_test(laws, reversion_drawn_per_replication_mixes_the_laws);
    tcase_add_test(laws, monthly_returns_with_jumps_have_mertons_cumulants);
    tcase_add_test(laws, jumps_leave_the_expected_two_factor_price_as_stated);
    tcase_add_test(laws, two_regimes_of_volatility_give_fat_tails_and_clustering);
    tcase_add_test(laws, log_volume_of_growth_that_starts_at_its_mean_has_the_variance_of_an_integrated_ou_process);
    tcase_add_test(laws, yearly_growth_has_its_standard_deviation_in_every_year);
    tcase_add_test(laws, growth_starts_above_its_mean_by_what_is_stated);
    tcase_add_test(laws, two_growths_hang_together_from_the_base_date_on);
    tcase_add_test(laws, before_any_draw_growth_stands_at_its_median);
    tcase_add_test(laws, the_median_of_growth_follows_its_profile_from_the_base_date);
    tcase_add_test(laws, a_trend_drifts_and_wanders);
    tcase_add_test(laws, the_first_year_has_the_quantiles_of_the_mean_of_its_months);
    tcase_add_test(laws, a_path_is_linear_between_its_dates);
    tcase_add_test(laws, a_var_settles_at_its_stationary_mean_and_covariance);
    tcase_add_test(laws, a_var_without_a_long_run_is_refused_with_its_spectral_radius);
    tcase_add_test(laws, a_season_multiplies_the_level_and_leaves_its_mean);
    tcase_add_test(laws, a_shift_of_a_two_factor_price_fades_at_its_own_speed);
    tcase_add_test(laws, a_shift_multiplies_a_level);
    tcase_add_test(laws, adding_or_reordering_drivers_leaves_the_others_bits);
    suite_add_tcase(suite, laws);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
