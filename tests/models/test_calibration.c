/* tests/models/test_calibration.c -- processes fitted to figures, against densities and laws computed in other ways.
 * The likelihood is held against the multivariate normal density of what the figures differ by from the first. Of a
 * process with stationary increments and the semivariance g(h) = Var(y(t + h) - y(t)) / 2 these have the covariances
 *   g(0,i) + g(0,j) - g(i,j);
 * where figures are means over T, g(k) is (P(k+1) - 2 P(k) + P(k-1) - 2 P(1)) / T^2, P'' = g, P(0) = P'(0) = 0.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/calibration/autoregression.h"
#include "models/calibration/calibration.h"
#include "models/calibration/event_rate.h"
#include "models/calibration/linear_process.h"
#include "models/calibration/regression.h"
#include "models/calibration/small_sample.h"

#include <check.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_statistics.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 20190911, FEW = 9 };
#define BOUND 4.5

static const double few[FEW] = {0.1, 0.35, 0.2, -0.15, -0.1, 0.3, 0.45, 0.7, 0.4};

/* g(h) = linear h + decaying (1 - exp(-kappa h)) */
struct semivariance {
    double linear, decaying, kappa;
};

static double at(const struct semivariance *g, double h)
{
    return g->linear * h - g->decaying * expm1(-g->kappa * h);
}

/* P(h), P'' = g */
static double twice_integrated(const struct semivariance *g, double h)
{
    const double k = g->kappa;
    return g->linear * h * h * h / 6.0 + g->decaying * (0.5 * h * h - (h - -expm1(-k * h) / k) / k);
}

static double between(const struct semivariance *g, int periods, double T, bool means)
{
    if (!means) return at(g, periods * T);
    if (periods == 0) return 0.0;
    return (twice_integrated(g, (periods + 1) * T) - 2.0 * twice_integrated(g, periods * T) +
            twice_integrated(g, (periods - 1) * T) - 2.0 * twice_integrated(g, T)) /
           (T * T);
}

/* The log density of y[there[0..n-1]] less the first, at drift beta and sigma. */
static double density(const struct semivariance *g, size_t n, const int there[], const double y[], double T, bool means,
                      double beta, double sigma)
{
    double value;
    gsl_matrix *c = gsl_matrix_alloc(n - 1, n - 1);
    gsl_vector *x = gsl_vector_alloc(n - 1), *mean = gsl_vector_calloc(n - 1), *work = gsl_vector_alloc(n - 1);
    for (size_t i = 0; i + 1 < n; i++) {
        const int a = there[i + 1] - there[0];
        gsl_vector_set(x, i, y[there[i + 1]] - y[there[0]] - beta * T * a);
        for (size_t k = 0; k + 1 < n; k++) {
            const int b = there[k + 1] - there[0];
            gsl_matrix_set(c, i, k,
                           sigma * sigma *
                               (between(g, a, T, means) + between(g, b, T, means) - between(g, abs(a - b), T, means)));
        }
    }
    ck_assert_int_eq(gsl_linalg_cholesky_decomp1(c), 0);
    ck_assert_int_eq(gsl_ran_multivariate_gaussian_log_pdf(x, mean, c, &value, work), 0);
    gsl_matrix_free(c);
    gsl_vector_free(x);
    gsl_vector_free(mean);
    gsl_vector_free(work);
    return value;
}

static double likelihood(const char *process, const double phi[], double rho, const double y[], int months, bool means,
                         double beta, double sigma)
{
    const struct process_given given = {rho};
    const struct kalman_figures figures = {FEW, y, months, means};
    struct kalman_pass pass;
    struct estimate unused;
    estimate_at(process_find(process), &given, &figures, phi, &pass, &unused);
    return kalman_log_likelihood(&pass, beta, sigma * sigma);
}

/* Spot and mean figures of months, quarters and years, all of them and with gaps. Where kappa T is small, differences of
 * P lose six digits of sixteen, and the factor of a smooth process's covariance two more. */
#define ROUNDING 1e-8

static void assert_density(const char *process, const double phi[], double rho, const struct semivariance *g,
                           double beta)
{
    static const int months[] = {1, 3, 12}, all[FEW] = {0, 1, 2, 3, 4, 5, 6, 7, 8}, some[6] = {0, 1, 4, 5, 7, 8};
    double gaps[FEW];
    for (size_t i = 0; i < FEW; i++) gaps[i] = i == 2 || i == 3 || i == 6 ? (double)NAN : few[i];
    for (size_t i = 0; i < 3; i++)
        for (int means = 0; means < 2; means++) {
            const double T = months[i] / 12.0, sigma = 0.3;
            const double expected = density(g, FEW, all, few, T, means != 0, beta, sigma);
            const double expected_gaps = density(g, 6, some, gaps, T, means != 0, beta, sigma);
            ck_assert_double_eq_tol(likelihood(process, phi, rho, few, months[i], means != 0, beta, sigma), expected,
                                    ROUNDING * fmax(1.0, fabs(expected)));
            ck_assert_double_eq_tol(likelihood(process, phi, rho, gaps, months[i], means != 0, beta, sigma),
                                    expected_gaps, ROUNDING * fmax(1.0, fabs(expected_gaps)));
        }
}

START_TEST(the_likelihood_of_walks_is_the_normal_density_of_their_differences)
{
    static const double none[PROCESS_PHIS] = {0};
    const struct semivariance g = {.linear = 0.5, .kappa = 1.0};
    assert_density("walk", none, 0.0, &g, 0.0);
    assert_density("gbm", none, 0.0, &g, 0.07);
    assert_density("trend", none, 0.0, &g, -0.2);
}
END_TEST

START_TEST(the_likelihood_of_two_factors_is_the_normal_density_of_their_differences)
{
    const double kappa = 1.49, w = 0.7, rho = 0.3, both = rho * sqrt(w * (1.0 - w));
    const double phi[PROCESS_PHIS] = {log(kappa), log(w / (1.0 - w))};
    const struct semivariance g = {0.5 * (1.0 - w), 0.5 * w / kappa + both / kappa, kappa};
    assert_density("two-factor", phi, rho, &g, 0.03);
}
END_TEST

START_TEST(the_likelihood_of_growth_is_the_normal_density_of_its_differences)
{
    const double kappa = 0.7, phi[PROCESS_PHIS] = {log(kappa)};
    const struct semivariance g = {0.5 / (kappa * kappa), -0.5 / (kappa * kappa * kappa), kappa};
    assert_density("growth", phi, 0.0, &g, 0.04);
}
END_TEST

/* Prices alone tell of two factors sigma_long and sigma_short^2 + 2 rho sigma_short sigma_long. */
START_TEST(every_correlation_of_two_factors_has_the_same_likelihood)
{
    const double kappa = 1.49, s1 = 0.28, s2 = 0.15;
    double first = 0.0;
    for (int i = 0; i < 4; i++) {
        const double rho = -0.2 + 0.3 * i, other = -rho * s2 + sqrt(rho * rho * s2 * s2 + s1 * s1);
        const double phi[PROCESS_PHIS] = {log(kappa), 2.0 * log(other / s2)};
        const double value = likelihood("two-factor", phi, rho, few, 1, true, 0.02, sqrt(other * other + s2 * s2));
        if (i == 0) first = value;
        ck_assert_double_eq_tol(value, first, 1e-9);
    }
}
END_TEST

/* Given the first figure, points of it are an autoregression. */
START_TEST(the_likelihood_of_a_reverting_process_is_that_of_an_autoregression)
{
    const double kappa = 0.8, phi[PROCESS_PHIS] = {log(kappa)}, alpha = 0.2, sigma = 0.3;
    for (int months = 1; months <= 12; months += 11) {
        const double keep = exp(-kappa * months / 12.0), sd = sigma * sqrt((1.0 - keep * keep) / (2.0 * kappa));
        double expected = 0.0;
        for (size_t i = 1; i < FEW; i++)
            expected += log(gsl_ran_gaussian_pdf(few[i] - alpha - keep * (few[i - 1] - alpha), sd));
        ck_assert_double_eq_tol(likelihood("mean-reverting", phi, 0.0, few, months, false, alpha, sigma), expected,
                                1e-10);
    }
}
END_TEST

/* Means of it, by their joint law from a start of which nothing is known: as N(alpha, K) at 0 with a great K, by which
 * the law given the first mean differs by parts of 1/K. */
START_TEST(the_likelihood_of_means_of_a_reverting_process_is_their_normal_density)
{
    enum { N = FEW };
    const double k = 0.8, phi[PROCESS_PHIS] = {log(k)}, alpha = 0.2, sigma = 0.3, T = 0.25, K = 1e6;
    double value, first;
    gsl_matrix *c = gsl_matrix_alloc(N, N);
    gsl_vector *x = gsl_vector_alloc(N), *mean = gsl_vector_calloc(N), *work = gsl_vector_alloc(N);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++) {
            double lag[3], d = fabs((double)i - (double)j);
            for (int s = 0; s < 3; s++) {
                const double h = fabs(d + s - 1.0) * T;
                lag[s] = exp(-k * h) / (2.0 * k * k * k) + h / (2.0 * k * k);
            }
            const double fade = -expm1(-k * T) / (k * T), early = fade * fade * exp(-k * T * (double)(i + j));
            gsl_matrix_set(
                c, i, j, sigma * sigma * ((lag[0] - 2.0 * lag[1] + lag[2]) / (T * T) + (K - 1.0 / (2.0 * k)) * early));
            gsl_vector_set(x, i, few[i] - alpha);
        }
    first = log(gsl_ran_gaussian_pdf(few[0] - alpha, sqrt(gsl_matrix_get(c, 0, 0))));
    ck_assert_int_eq(gsl_linalg_cholesky_decomp1(c), 0);
    ck_assert_int_eq(gsl_ran_multivariate_gaussian_log_pdf(x, mean, c, &value, work), 0);
    ck_assert_double_eq_tol(likelihood("mean-reverting", phi, 0.0, few, 3, true, alpha, sigma), value - first, 1e-4);
    gsl_matrix_free(c);
    gsl_vector_free(x);
    gsl_vector_free(mean);
    gsl_vector_free(work);
}
END_TEST

/* Of independent normal differences all is known: sigma^2 is their variance, the drift their mean over D. */
START_TEST(gbm_of_points_is_fitted_by_mean_and_variance_of_log_returns)
{
    double price[FEW], mean = (few[FEW - 1] - few[0]) / (FEW - 1), square = 0.0;
    for (size_t i = 0; i < FEW; i++) price[i] = 50.0 * exp(few[i]);
    for (size_t i = 1; i < FEW; i++) square += pow(few[i] - few[i - 1] - mean, 2.0);
    const struct calibration_series series = {FEW, price, 1, false};
    const struct calibration_settings settings = {.seed = SEED};
    struct calibration_fit fit;
    ck_assert_ptr_null(calibration_fit(process_find("gbm"), &series, &settings, &fit));
    const double sigma2 = 12.0 * square / (FEW - 2);
    ck_assert_double_eq_tol(fit.parameter[1].value, sqrt(sigma2), 1e-12);
    ck_assert_double_eq_tol(fit.parameter[0].value, expm1(12.0 * mean + 0.5 * sigma2), 1e-12);
    ck_assert_double_eq_tol(fit.beta, 12.0 * mean, 1e-12);
    ck_assert_double_eq_tol(sqrt(fit.covariance[2][2]), sqrt(sigma2 / ((FEW - 1) / 12.0)), 1e-12);
    ck_assert_double_eq_tol(fit.last.value, price[FEW - 1], 1e-10);
    ck_assert_double_eq(fit.last.se, 0.0);
}
END_TEST

START_TEST(means_of_a_walk_have_differences_that_correlate_by_a_quarter)
{
    enum { N = 40000 };
    static const double none[PROCESS_PHIS] = {0};
    static double y[N];
    const struct kalman_figures like = {N, y, 1, true};
    const struct process_given given = {0.0};
    ck_assert_ptr_null(small_sample_simulate(process_find("walk"), &given, none, &like, SEED, 0, y));
    for (size_t i = 0; i + 1 < N; i++) y[i] = y[i + 1] - y[i];
    /* Bartlett 1946, of a moving average of order one: Var r = (1 - 3 r^2 + 4 r^4) / n */
    const double r = 0.25, error = sqrt((1.0 - 3.0 * r * r + 4.0 * r * r * r * r) / N);
    ck_assert_double_eq_tol(gsl_stats_correlation(y, 1, y + 1, 1, N - 2), r, BOUND * error);
}
END_TEST

/* Kendall 1954: E phi = phi - (1 + 3 phi) / n. The variance of the estimate is (1 - phi^2) / n. */
START_TEST(maximum_likelihood_takes_an_autoregression_for_faster_than_it_is)
{
    enum { N = 201, SERIES = 800 };
    const double keep = 0.9, phi[PROCESS_PHIS] = {log(-12.0 * log(keep))};
    double y[N] = {0}, sum = 0.0;
    const struct kalman_figures like = {N, y, 1, false};
    const struct process_given given = {0.0};
    const struct process *process = process_find("mean-reverting-level");
    for (uint64_t s = 0; s < SERIES; s++) {
        struct estimate estimate;
        ck_assert_ptr_null(small_sample_simulate(process, &given, phi, &like, SEED, s, y));
        ck_assert_ptr_null(estimate_maximum(process, &given, &like, true, &estimate));
        sum += exp(-exp(estimate.phi[0]) / 12.0);
    }
    const double n = N - 1, error = sqrt((1.0 - keep * keep) / n / SERIES);
    ck_assert_double_eq_tol(sum / SERIES, keep - (1.0 + 3.0 * keep) / n, BOUND * error);
}
END_TEST

/* The value at q of the way through sorted ones, between the two that are nearest. */
static double quantile_at(size_t n, const double sorted[], double q)
{
    const double at = q * (double)(n - 1), whole = floor(at);
    const size_t i = (size_t)whole;
    return sorted[i] + (at - whole) * (i + 1 < n ? sorted[i + 1] - sorted[i] : 0.0);
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of a process with two phi, what is known of them is the bootstrap, done here again: its median as the bias, half of what
 * lies between -1 and 1 sd of a normal law as the sd, and the correlation. */
START_TEST(two_speeds_are_as_well_known_as_their_bootstrap_says)
{
    enum { N = 60, AGAIN = 200 };
    static double phi[2][AGAIN], y[N], figures[N];
    const double truth[PROCESS_PHIS] = {log(2.0), 0.5};
    const struct kalman_figures like = {N, figures, 1, false};
    const struct process_given given = {0.0};
    const struct process *process = process_find("two-factor");
    ck_assert_ptr_nonnull(process);
    ck_assert_uint_eq(process->phis, 2);
    struct estimate estimate;
    struct small_sample law;
    ck_assert_ptr_null(small_sample_simulate(process, &given, truth, &like, SEED, 1000, figures));
    ck_assert_ptr_null(estimate_maximum(process, &given, &like, false, &estimate));
    ck_assert_ptr_null(small_sample_of(process, &given, &like, &estimate, SEED, &law));
    const struct kalman_figures simulated = {N, y, 1, false};
    for (uint64_t s = 0; s < AGAIN; s++) {
        struct estimate again;
        ck_assert_ptr_null(small_sample_simulate(process, &given, estimate.phi, &like, SEED, s, y));
        ck_assert_ptr_null(estimate_maximum(process, &given, &simulated, true, &again));
        for (size_t k = 0; k < 2; k++) phi[k][s] = again.phi[k];
    }
    double sd[2];
    const double r = gsl_stats_correlation(phi[0], 1, phi[1], 1, AGAIN);
    for (size_t k = 0; k < 2; k++) {
        qsort(phi[k], AGAIN, sizeof *phi[k], ascending);
        const double centre = 2.0 * estimate.phi[k] - quantile_at(AGAIN, phi[k], 0.5);
        sd[k] = 0.5 * (quantile_at(AGAIN, phi[k], 0.5 * erfc(-sqrt(0.5))) -
                       quantile_at(AGAIN, phi[k], 0.5 * erfc(sqrt(0.5))));
        ck_assert_double_gt(sd[k], 0.0);
        ck_assert_double_eq_tol(law.phi[k], centre, 1e-12);
        ck_assert_double_eq_tol(law.low[k], centre - 1.959963984540054 * sd[k], 1e-12);
        ck_assert_double_eq_tol(law.high[k], centre + 1.959963984540054 * sd[k], 1e-12);
        ck_assert_double_eq_tol(law.covariance[k][k], sd[k] * sd[k], 1e-12 * sd[k] * sd[k]);
    }
    ck_assert_double_eq_tol(law.covariance[0][1], r * sd[0] * sd[1], 1e-12 * sd[0] * sd[1]);
    ck_assert_double_eq(law.covariance[1][0], law.covariance[0][1]);
}
END_TEST

/* Prices whose logs are such figures, times a tenth, have the same speed; both are looked for to 1e-7. */
START_TEST(two_factors_have_the_speed_of_their_logs)
{
    enum { N = 240 };
    const double truth[PROCESS_PHIS] = {log(2.0), 0.5};
    double figures[N] = {0.0}, price[N];
    const struct kalman_figures like = {N, figures, 1, false};
    const struct process_given given = {0.0};
    const struct process *process = process_find("two-factor");
    struct estimate estimate;
    ck_assert_ptr_null(small_sample_simulate(process, &given, truth, &like, SEED, 1000, figures));
    ck_assert_ptr_null(estimate_maximum(process, &given, &like, false, &estimate));
    for (size_t i = 0; i < N; i++) price[i] = 50.0 * exp(0.1 * figures[i]);
    const struct calibration_series series = {N, price, 1, false};
    const struct calibration_settings settings = {.seed = SEED, .plain = true};
    struct calibration_fit fit;
    struct fault *fault = calibration_fit(process, &series, &settings, &fit);
    ck_assert_msg(fault == NULL, "%s", fault == NULL ? "" : fault->sentence);
    ck_assert_uint_eq(process->parameters, PROCESS_PARAMETERS);
    ck_assert_double_eq_tol(log(fit.parameter[0].value), estimate.phi[0], 1e-5);
}
END_TEST

/* A forecast is the law of the next figures: of a walk its variance grows by sigma^2 D a month. */
START_TEST(a_forecast_of_a_walk_stays_where_it_is_and_widens_by_the_root_of_time)
{
    double price[FEW];
    for (size_t i = 0; i < FEW; i++) price[i] = 50.0 * exp(few[i]);
    const struct calibration_series series = {FEW, price, 1, false};
    const struct calibration_settings settings = {.seed = SEED};
    struct calibration_fit fit;
    ck_assert_ptr_null(calibration_fit(process_find("walk"), &series, &settings, &fit));
    for (size_t ahead = 1; ahead <= 12; ahead += 11) {
        struct calibration_law law;
        ck_assert_ptr_null(calibration_forecast(&fit, &series, ahead, &law));
        ck_assert(law.log);
        ck_assert_double_eq_tol(law.mean, log(price[FEW - 1]), 1e-12);
        ck_assert_double_eq_tol(law.sd, fit.sigma * sqrt((double)ahead / 12.0), 1e-12);
    }
}
END_TEST

/* Draws have the uncertainty of the parameters too: of points of gbm a year ahead, beta is not known by sigma^2/T with T
 * years of figures, and sigma by a factor of variance 1/(2 (n - 2)) of its log, whose square has the mean
 * exp(2/(2 (n - 2))). */
START_TEST(draws_of_a_forecast_are_as_wide_as_what_is_not_known)
{
    enum { N = 61, DRAWS = 20000 };
    double price[N];
    static double draw[DRAWS], again[DRAWS];
    const struct kalman_figures like = {N, price, 1, false};
    static const double none[PROCESS_PHIS] = {0};
    const struct process_given given = {0.0};
    memset(price, 0, sizeof price);
    ck_assert_ptr_null(small_sample_simulate(process_find("gbm"), &given, none, &like, SEED, 1, price));
    for (size_t i = 0; i < N; i++) price[i] = 50.0 * exp(0.3 * price[i]);
    const struct calibration_series series = {N, price, 1, false};
    const struct calibration_settings settings = {.seed = SEED};
    struct calibration_fit fit;
    struct calibration_law law;
    ck_assert_ptr_null(calibration_fit(process_find("gbm"), &series, &settings, &fit));
    ck_assert_ptr_null(calibration_forecast(&fit, &series, 12, &law));
    ck_assert_ptr_null(calibration_draws(&fit, &series, 12, SEED, DRAWS, draw));
    ck_assert_ptr_null(calibration_draws(&fit, &series, 12, SEED, DRAWS, again));
    ck_assert_mem_eq(draw, again, sizeof draw);
    for (size_t i = 0; i < DRAWS; i++) draw[i] = log(draw[i]);
    const double years = (N - 1) / 12.0, variance = law.sd * law.sd * (exp(1.0 / (N - 2)) + 1.0 / years);
    ck_assert_double_eq_tol(gsl_stats_mean(draw, 1, DRAWS), law.mean, BOUND * sqrt(variance / DRAWS));
    ck_assert_double_eq_tol(gsl_stats_variance(draw, 1, DRAWS), variance, BOUND * variance * sqrt(2.1 / DRAWS));
}
END_TEST

/* dz = (beta - kappa z) dt + sigma dW over T, with or without many months, slow or so fast that nothing is left of a
 * month before: f, c and v are those of the exact solution, J the integral of z. */
START_TEST(a_reversion_of_any_speed_has_its_closed_form)
{
    static const double speed[] = {0.05, 1.0, 5.9, 6.1, 24.0, 90.0};
    for (size_t s = 0; s < sizeof speed / sizeof *speed; s++)
        for (int months = 1; months <= 12; months += 11) {
            const double k = speed[s], T = months / 12.0, left = exp(-k * T), gone = -expm1(-k * T);
            const struct linear_process process = {
                .states = 1, .a = {{-k}}, .q = {{1.0}}, .observe = {1.0}, .has_beta = true, .column = {1.0}};
            struct linear_transition of;
            linear_process_over(&process, months, &of);
            const size_t J = LINEAR_STATES;
            ck_assert_double_eq_tol(of.f[0][0], left, 1e-13);
            ck_assert_double_eq_tol(of.f[J][0], gone / k, 1e-13);
            ck_assert_double_eq_tol(of.c[0], gone / k, 1e-13);
            ck_assert_double_eq_tol(of.c[J], (T - gone / k) / k, 1e-13);
            ck_assert_double_eq_tol(of.v[0][0], -expm1(-2.0 * k * T) / (2.0 * k), 1e-13);
            ck_assert_double_eq_tol(of.v[0][J], gone * gone / (2.0 * k * k), 1e-13);
            ck_assert_double_eq_tol(of.v[J][J], (T - 2.0 * gone / k - expm1(-2.0 * k * T) / (2.0 * k)) / (k * k),
                                    1e-13);
        }
}
END_TEST

/* The score is the integral of (F(x) - 1(x >= y))^2; by the midpoint rule, whose error is of the square of the step. */
START_TEST(the_score_of_a_law_is_the_integral_of_its_distance)
{
    const struct calibration_law laws[] = {{false, 3.0, 2.0}, {true, 4.0, 0.4}};
    for (size_t i = 0; i < 2; i++) {
        const double low = laws[i].log ? 0.0 : -20.0, high = laws[i].log ? 1000.0 : 25.0, y = laws[i].log ? 70.0 : 4.5;
        const size_t steps = 900000;
        double sum = 0.0;
        for (size_t k = 0; k < steps; k++) {
            const double x = low + (high - low) * ((double)k + 0.5) / (double)steps;
            const double z = ((laws[i].log ? log(x) : x) - laws[i].mean) / laws[i].sd;
            const double distance = 0.5 * erfc(-z * M_SQRT1_2) - (x >= y ? 1.0 : 0.0);
            sum += distance * distance;
        }
        ck_assert_double_eq_tol(calibration_crps(&laws[i], y), sum * (high - low) / (double)steps, 2e-3);
    }
}
END_TEST

/* 1, -1, 1, -1, ...: r_k = (-1)^k (n - k)/n, so that Q = (n + 2)/n sum (n - k); its kurtosis is 1, its skewness 0. */
START_TEST(what_alternates_is_neither_independent_nor_normal)
{
    enum { N = 20 };
    double e[N + 2];
    for (size_t i = 0; i < N; i++) e[i] = i % 2 == 0 ? 1.0 : -1.0;
    e[N] = e[N + 1] = (double)NAN; /* left out */
    const struct diagnostic q = diagnostic_ljung_box(N + 2, e, 2, 1), jb = diagnostic_jarque_bera(N + 2, e);
    ck_assert_double_eq_tol(q.statistic, 22.0 / 20.0 * (19.0 + 18.0), 1e-12);
    ck_assert_uint_eq(q.freedom, 1);
    ck_assert_double_eq_tol(q.p, erfc(sqrt(q.statistic / 2.0)), 1e-12);
    ck_assert_double_eq_tol(jb.statistic, N / 6.0, 1e-12);
    ck_assert_double_eq_tol(jb.p, exp(-0.5 * jb.statistic), 1e-12);
}
END_TEST

/* x and e are autoregressions of 1/2 with variance 1: products correlate by 1/4^k, so that n Var b is 1 + 2 sum 1/4^k, of
 * which Bartlett's weights of 5 lags keep 1 + 2 sum (1 - k/6)/4^k; as if independent it were 1. */
START_TEST(the_error_of_a_slope_allows_for_what_hangs_together)
{
    enum { N = 400, SERIES = 500 };
    static double x[N], y[N];
    double sum = 0.0, squares = 0.0, kept = 1.0;
    gsl_rng *generator = gsl_rng_alloc(gsl_rng_mt19937);
    for (int k = 1; k <= 5; k++) kept += 2.0 * (1.0 - k / 6.0) * pow(0.25, k);
    for (int s = 0; s < SERIES; s++) {
        struct regression regression;
        double e = gsl_ran_ugaussian(generator);
        x[0] = gsl_ran_ugaussian(generator);
        for (size_t i = 0; i < N; i++) {
            if (i > 0) {
                x[i] = 0.5 * x[i - 1] + sqrt(0.75) * gsl_ran_ugaussian(generator);
                e = 0.5 * e + sqrt(0.75) * gsl_ran_ugaussian(generator);
            }
            y[i] = 2.0 + 0.7 * x[i] + e;
        }
        ck_assert(regression_line(N, x, y, &regression));
        ck_assert_uint_eq(regression.lags, 5);
        sum += N * regression.se * regression.se / SERIES;
        squares += pow(N * regression.se * regression.se, 2.0) / SERIES;
    }
    gsl_rng_free(generator);
    /* besides the error of the mean, terms of the order of 10/n */
    ck_assert_double_eq_tol(sum, kept, BOUND * sqrt((squares - sum * sum) / SERIES) + 10.0 / N);
}
END_TEST

/* Of a step and a line, both of N: their covariance is N/8 and their variances 1/4 and (N^2 - 1)/12. */
START_TEST(what_does_not_vary_has_neither_slope_nor_correlation)
{
    enum { N = REGRESSION_LEAST };
    double one[N], rising[N], falling[N];
    struct regression line;
    struct regression_correlation pairs;
    for (size_t i = 0; i < N; i++) {
        one[i] = 3.0;
        rising[i] = (double)i;
        falling[i] = 5.0 - 0.5 * (double)i;
    }
    ck_assert(!regression_line(N, one, rising, &line) && !regression_line(N, rising, one, &line));
    ck_assert(!regression_correlate(N, one, rising, &pairs) && !regression_correlate(N, rising, one, &pairs));
    ck_assert(!regression_correlate(N, one, one, &pairs));
    ck_assert(!regression_line(N - 1, rising, falling, &line) && !regression_correlate(N - 1, rising, falling, &pairs));
    ck_assert(regression_line(N, rising, falling, &line));
    ck_assert_double_eq_tol(line.slope, -0.5, 1e-15);
    for (size_t i = 0; i < N; i++) one[i] = i < N / 2 ? 0.0 : 1.0;
    const double r = N / 8.0 / sqrt((N * N - 1.0) / 48.0);
    ck_assert(regression_correlate(N, one, rising, &pairs));
    ck_assert_double_eq_tol(pairs.r, r, 1e-14);
    ck_assert_double_eq_tol(atanh(pairs.high) - atanh(pairs.r), 1.959963984540054 / sqrt(N - 3.0), 1e-12);
    ck_assert_double_eq_tol(atanh(pairs.r) - atanh(pairs.low), 1.959963984540054 / sqrt(N - 3.0), 1e-12);
}
END_TEST

/* Kendall's bias of an autoregression, (1 + 3 phi)/n = 0.057, is of the first order, which the jackknife takes off. */
START_TEST(the_jackknife_takes_the_bias_off_an_autoregression)
{
    enum { N = 61, SERIES = 2000 };
    double x[N] = {0.0}, sum = 0.0, squares = 0.0;
    size_t fitted = 0;
    gsl_rng *generator = gsl_rng_alloc(gsl_rng_mt19937);
    for (int s = 0; s < SERIES; s++) {
        struct autoregression fit;
        x[0] = gsl_ran_ugaussian(generator) / 0.8;
        for (size_t i = 1; i < N; i++) x[i] = 0.6 * x[i - 1] + gsl_ran_ugaussian(generator);
        struct fault *fault = autoregression_fit(N, 1, x, &fit);
        if (fault == NULL) {
            sum += fit.a[0][0];
            squares += fit.a[0][0] * fit.a[0][0];
            fitted++;
        }
        fault_free(fault);
    }
    gsl_rng_free(generator);
    ck_assert_uint_ge(fitted, SERIES * 99 / 100);
    const double mean = sum / (double)fitted, error = sqrt((squares / (double)fitted - mean * mean) / (double)fitted);
    ck_assert_double_eq_tol(mean, 0.6, BOUND * error + 10.0 / (N * N)); /* and of the second order */
}
END_TEST

START_TEST(a_joint_fit_finds_matrix_and_correlation_again)
{
    enum { N = 4000 };
    static double x[N][2];
    static const double a[2][2] = {{0.6, 0.2}, {-0.1, 0.8}}, c[2] = {0.3, -0.2};
    struct autoregression fit;
    gsl_rng *generator = gsl_rng_alloc(gsl_rng_mt19937);
    for (size_t t = 1; t < N; t++) {
        const double e0 = gsl_ran_ugaussian(generator), e1 = 0.6 * e0 + 0.8 * gsl_ran_ugaussian(generator);
        x[t][0] = c[0] + a[0][0] * x[t - 1][0] + a[0][1] * x[t - 1][1] + 0.5 * e0;
        x[t][1] = c[1] + a[1][0] * x[t - 1][0] + a[1][1] * x[t - 1][1] + 2.0 * e1;
    }
    gsl_rng_free(generator);
    ck_assert_ptr_null(autoregression_fit(N, 2, &x[0][0], &fit));
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < 2; j++) ck_assert_double_eq_tol(fit.a[i][j], a[i][j], BOUND * fit.se[i][j]);
    ck_assert_double_eq_tol(fit.sigma[0], 0.5, BOUND * 0.5 / sqrt(2.0 * N));
    ck_assert_double_eq_tol(fit.sigma[1], 2.0, BOUND * 2.0 / sqrt(2.0 * N));
    ck_assert_double_eq_tol(fit.correlation[0][1], 0.6, BOUND * 0.64 / sqrt(N));
    /* of [[0.6, 0.2], [-0.1, 0.8]]: 0.7 +- i 0.1 */
    ck_assert_double_eq_tol(fit.radius, sqrt(0.5), 0.05);
}
END_TEST

/* The gamma law of shape n + 1/2: its interval by the chi^2 law of 2 n + 1 degrees, of which 2.5
 * and 97.5 % of 3 degrees are 0.2158 and 9.3484 in tables. */
START_TEST(a_rate_of_one_start_has_the_interval_of_its_gamma_law)
{
    static const double starts[] = {0, 1, 0, 0, (double)NAN};
    struct event_rate rate;
    ck_assert_ptr_null(event_rate_fit(5, starts, 12, &rate));
    ck_assert_double_eq_tol(rate.years, 4.0, 1e-12);
    ck_assert_double_eq_tol(rate.mean, 1.5 / 4.0, 1e-12);
    ck_assert_double_eq_tol(rate.low, 0.2158 / 2.0 / 4.0, 1e-5);
    ck_assert_double_eq_tol(rate.high, 9.3484 / 2.0 / 4.0, 1e-5);
    ck_assert_double_eq_tol(rate.dispersion, 1.0, 1e-12); /* variance and mean are 1/4 both */
}
END_TEST

static void assert_refused(const char *process, size_t count, const double value[], const char *words)
{
    const struct calibration_series series = {count, value, 12, true};
    const struct calibration_settings settings = {.seed = SEED};
    struct calibration_fit fit;
    struct fault *fault = calibration_fit(process_find(process), &series, &settings, &fit);
    ck_assert_ptr_nonnull(fault);
    ck_assert_int_eq((int)fault->code, FAULT_SCENARIO);
    ck_assert_msg(strstr(fault->sentence, words) != NULL, "%s", fault->sentence);
    fault_free(fault);
}

START_TEST(what_figures_do_not_tell_is_refused_in_a_sentence)
{
    double line[40], same[40], wander[40];
    for (size_t i = 0; i < 40; i++) {
        line[i] = 1.0 + (double)i;
        same[i] = 3.0;
        wander[i] = exp(0.3 * (double)i + (i % 3 == 0 ? 0.05 : 0.0));
    }
    assert_refused("two-factor", 20, line, "too few figures for the process two-factor: 20; expected 60 or more");
    assert_refused("gbm", 40, same, "all 40 figures are the same");
    assert_refused("mean-reverting", 40, wander, "no reversion is seen in the figures");
    line[7] = -2.0;
    assert_refused("gbm", 40, line, "a figure is -2, but gbm is a process of logs");
}
END_TEST

int main(void)
{
    gsl_set_error_handler_off();
    Suite *suite = suite_create("calibration");
    TCase *likelihoods = tcase_create("likelihood"), *fits = tcase_create("fits");
    tcase_add_test(likelihoods, the_likelihood_of_walks_is_the_normal_density_of_their_differences);
    tcase_add_test(likelihoods, the_likelihood_of_two_factors_is_the_normal_density_of_their_differences);
    tcase_add_test(likelihoods, every_correlation_of_two_factors_has_the_same_likelihood);
    tcase_add_test(likelihoods, the_likelihood_of_growth_is_the_normal_density_of_its_differences);
    tcase_add_test(likelihoods, the_likelihood_of_a_reverting_process_is_that_of_an_autoregression);
    tcase_add_test(likelihoods, the_likelihood_of_means_of_a_reverting_process_is_their_normal_density);
    tcase_add_test(fits, gbm_of_points_is_fitted_by_mean_and_variance_of_log_returns);
    tcase_add_test(fits, means_of_a_walk_have_differences_that_correlate_by_a_quarter);
    tcase_add_test(fits, maximum_likelihood_takes_an_autoregression_for_faster_than_it_is);
    tcase_add_test(fits, two_speeds_are_as_well_known_as_their_bootstrap_says);
    tcase_add_test(fits, two_factors_have_the_speed_of_their_logs);
    tcase_add_test(fits, a_forecast_of_a_walk_stays_where_it_is_and_widens_by_the_root_of_time);
    tcase_add_test(fits, draws_of_a_forecast_are_as_wide_as_what_is_not_known);
    tcase_add_test(fits, a_reversion_of_any_speed_has_its_closed_form);
    tcase_add_test(fits, the_score_of_a_law_is_the_integral_of_its_distance);
    tcase_add_test(fits, what_alternates_is_neither_independent_nor_normal);
    tcase_add_test(fits, the_error_of_a_slope_allows_for_what_hangs_together);
    tcase_add_test(fits, what_does_not_vary_has_neither_slope_nor_correlation);
    tcase_add_test(fits, the_jackknife_takes_the_bias_off_an_autoregression);
    tcase_add_test(fits, a_joint_fit_finds_matrix_and_correlation_again);
    tcase_add_test(fits, a_rate_of_one_start_has_the_interval_of_its_gamma_law);
    tcase_add_test(fits, what_figures_do_not_tell_is_refused_in_a_sentence);
    suite_add_tcase(suite, likelihoods);
    suite_add_tcase(suite, fits);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
