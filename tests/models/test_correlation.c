/* tests/models/test_correlation.c -- correlated innovations, their factoring in groups, and the t copula.
 * Tolerances are standard errors times 4.5, so that a true fact fails once in 150,000 seeds; the seed is fixed. Signs
 * of disjoint pairs are independent, so that the standard error of a sample tau is sqrt((1 - tau^2) / pairs) exactly;
 * the Kolmogorov-Smirnov distance is held to its own quantile of that probability.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/drivers/copula.h"
#include "models/drivers/correlation.h"
#include "sim/core/calendar.h"
#include "tests/models/support.h"

#include <check.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 65536, MONTHS = 8, M = N * MONTHS, SEED = 20190911, MOST = 8 };
#define BOUND 4.5
#define D     CALENDAR_MONTH_YEARS

/* An integral of c e^{-k (D - s)} dW_s whose shock has its own name; k = 0: a random walk. */
static struct innovation plain(const char *name, double k)
{
    return (struct innovation){.name = name, .shock = name, .terms = 1, .c = {0.3}, .k = {k}};
}

static struct correlation_pair pair(const char *a, const char *b, double rho)
{
    return (struct correlation_pair){.shock = {a, b}, .rho = rho};
}

static struct correlation_plan plan_of(size_t innovations, const struct innovation innovation[], size_t pairs,
                                       const struct correlation_pair stated[])
{
    return (struct correlation_plan){
        .innovation = innovation, .innovations = innovations, .pair = stated, .pairs = pairs, .seed = SEED};
}

static struct correlation *prepared(const struct correlation_plan *plan)
{
    struct correlation *correlation = NULL;
    struct fault *fault = correlation_prepare(plan, &correlation);
    ck_assert_msg(fault == NULL, "refused: %s", fault == NULL ? "" : fault->sentence);
    return correlation;
}

/* The innovations of replications 0 .. count-1: innovation i in month m at out[(i * months + m) * count]. */
static double *simulated(const struct correlation *correlation, size_t innovations, size_t count, size_t months)
{
    static _Alignas(LANES_ALIGNMENT) double e[MOST][LANES];
    struct arena arena = {0};
    struct correlation_state *state = NULL;
    double *out = malloc(innovations * count * months * sizeof *out);
    ck_assert_ptr_nonnull(out);
    ck_assert_uint_le(innovations, MOST);
    ck_assert_ptr_null(correlation_state_open(correlation, &arena, &state));
    for (size_t first = 0; first < count; first += LANES) {
        correlation_start(correlation, state, first);
        for (size_t m = 0; m < months; m++) {
            correlation_step(correlation, state, (int)m, e);
            for (size_t i = 0; i < innovations; i++) memcpy(out + (i * months + m) * count + first, e[i], sizeof e[i]);
        }
    }
    arena_free(&arena);
    return out;
}

static double *drawn(const struct correlation_plan *plan, size_t count, size_t months)
{
    struct correlation *correlation = prepared(plan);
    double *out = simulated(correlation, plan->innovations, count, months);
    correlation_free(correlation);
    return out;
}

static double mean_product(size_t count, const double x[], const double y[])
{
    double sum = 0.0;
    for (size_t i = 0; i < count; i++) sum += x[i] * y[i];
    return sum / (double)count;
}

/* The greatest distance between the shares of x and a law is below what one seed in 150,000 exceeds:
 * P(sqrt(n) distance > d) < 2 exp(-2 d^2). */
static void assert_law(size_t count, const double x[], double (*law)(double, double), double parameter)
{
    const double n = (double)count;
    double *sorted = malloc(count * sizeof *sorted), distance = 0.0;
    ck_assert_ptr_nonnull(sorted);
    memcpy(sorted, x, count * sizeof *sorted);
    gsl_sort(sorted, 1, count);
    for (size_t i = 0; i < count; i++) {
        const double p = law(sorted[i], parameter);
        distance = fmax(distance, fmax(p - (double)i / n, (double)(i + 1) / n - p));
    }
    free(sorted);
    ck_assert_double_lt(distance, sqrt(log(2.0 * 150000.0) / 2.0 / n));
}

static void assert_standard_normal(size_t count, const double x[])
{
    const double n = (double)count;
    double second = 0.0, third = 0.0, fourth = 0.0;
    for (size_t i = 0; i < count; i++) {
        const double square = x[i] * x[i];
        second += square / n;
        third += square * x[i] / n;
        fourth += square * square / n;
    }
    ck_assert_double_eq_tol(support_mean(count, x), 0.0, BOUND / sqrt(n));
    ck_assert_double_eq_tol(second, 1.0, BOUND * sqrt(2.0 / n)); /* Var z^2 = 2, Var z^3 = 15, Var z^4 = 96 */
    ck_assert_double_eq_tol(third, 0.0, BOUND * sqrt(15.0 / n));
    ck_assert_double_eq_tol(fourth, 3.0, BOUND * sqrt(96.0 / n));
    assert_law(count, x, gsl_cdf_gaussian_P, 1.0);
}

/* Kendall's tau, from pairs of replications that have none in common. */
static void assert_tau(size_t count, const double x[], const double y[], double tau)
{
    double sum = 0.0;
    for (size_t i = 0; i < count; i += 2) sum += (x[i] < x[i + 1]) == (y[i] < y[i + 1]) ? 1.0 : -1.0;
    const double pairs = 0.5 * (double)count;
    ck_assert_double_eq_tol(sum / pairs, tau, BOUND * sqrt((1.0 - tau * tau) / pairs));
}

/* ---- the correlation of integrals ---- */

START_TEST(mean_reverting_shocks_are_less_correlated_over_a_month_than_at_once)
{
    const double k1 = 0.4, k2 = 6.0, rho = 0.7;
    const struct innovation innovation[] = {plain("a", k1), plain("b", k2)};
    const struct correlation_pair stated[] = {pair("a", "b", rho)};
    const struct correlation_plan plan = plan_of(2, innovation, 1, stated);
    struct correlation *correlation = prepared(&plan);
    const double variance1 = (1.0 - exp(-2.0 * k1 * D)) / (2.0 * k1),
                 variance2 = (1.0 - exp(-2.0 * k2 * D)) / (2.0 * k2);
    const double expected = rho * (1.0 - exp(-(k1 + k2) * D)) / (k1 + k2) / sqrt(variance1 * variance2);
    ck_assert_double_eq_tol(correlation_of(correlation, 0, 1), expected, 1e-14);
    ck_assert_double_eq_tol(correlation_of(correlation, 1, 0), expected, 1e-14);
    ck_assert_double_eq(correlation_of(correlation, 1, 1), 1.0);
    ck_assert_double_lt(expected, 0.999 * rho);
    correlation_free(correlation);
}
END_TEST

START_TEST(the_two_shocks_of_schwartz_and_smith_have_the_correlation_of_the_model)
{
    const double kappa = 1.49, rho = 0.3;
    const struct innovation innovation[] = {plain("s.short", kappa), plain("s.long", 0.0)};
    const struct correlation_pair stated[] = {pair("s.long", "s.short", rho)};
    const struct correlation_plan plan = plan_of(2, innovation, 1, stated);
    struct correlation *correlation = prepared(&plan);
    const double covariance = rho * (1.0 - exp(-kappa * D)) / kappa;
    const double expected = covariance / sqrt((1.0 - exp(-2.0 * kappa * D)) / (2.0 * kappa) * D);
    ck_assert_double_eq_tol(correlation_of(correlation, 0, 1), expected, 1e-14);
    ck_assert_double_eq_tol(expected, 0.29981, 5e-6); /* worked by hand */
    correlation_free(correlation);
}
END_TEST

/* The covariance of two innovations of one dW by Simpson's rule. */
static double integral(const struct innovation *a, const struct innovation *b)
{
    const int steps = 200;
    double sum = 0.0;
    for (int s = 0; s <= steps; s++) {
        double f = 0.0, g = 0.0;
        for (size_t i = 0; i < a->terms; i++) f += a->c[i] * exp(-a->k[i] * D * (steps - s) / steps);
        for (size_t i = 0; i < b->terms; i++) g += b->c[i] * exp(-b->k[i] * D * (steps - s) / steps);
        sum += f * g * (s == 0 || s == steps ? 1.0 : s % 2 == 1 ? 4.0 : 2.0);
    }
    return sum * D / (3.0 * steps);
}

START_TEST(innovations_of_several_terms_have_the_correlation_of_their_integrals)
{
    const struct innovation innovation[] = {
        {.name = "g", .shock = "g", .terms = 1, .c = {1.0}, .k = {0.6}},
        {.name = "g.level", .shock = "g", .terms = 2, .c = {1.0, -1.0}, .k = {0.0, 0.6}},
        {.name = "h", .shock = "h", .terms = 1, .c = {2.0}, .k = {1.1}},
        {.name = "h.level", .shock = "h", .terms = 2, .c = {3.0, -3.0}, .k = {0.0, 1.1}},
        plain("p", 0.0),
    };
    const struct correlation_pair stated[] = {pair("g", "h", 0.4), pair("p", "h", -0.5)};
    const struct correlation_plan plan = plan_of(5, innovation, 2, stated);
    const double rho[5][5] = {
        {1.0, 1.0, 0.4, 0.4, 0.0},  {1.0, 1.0, 0.4, 0.4, 0.0},   {0.4, 0.4, 1.0, 1.0, -0.5},
        {0.4, 0.4, 1.0, 1.0, -0.5}, {0.0, 0.0, -0.5, -0.5, 1.0},
    };
    struct correlation *correlation = prepared(&plan);
    for (size_t i = 0; i < 5; i++)
        for (size_t j = 0; j < 5; j++) {
            const struct innovation *a = &innovation[i], *b = &innovation[j];
            const double expected = rho[i][j] * integral(a, b) / sqrt(integral(a, a) * integral(b, b));
            ck_assert_double_eq_tol(correlation_of(correlation, i, j), expected, 1e-10);
        }
    correlation_free(correlation);
}
END_TEST

/* ---- the laws of simulated innovations ---- */

static const struct innovation four[] = {
    {.name = "a", .shock = "a", .terms = 1, .c = {1.0}, .k = {0.8}},
    {.name = "b", .shock = "b", .terms = 1, .c = {0.2}, .k = {0.0}},
    {.name = "c", .shock = "c", .terms = 1, .c = {1.0}, .k = {0.0}},
    {.name = "alone", .shock = "alone", .terms = 1, .c = {5.0}, .k = {2.0}},
};
static const struct correlation_pair four_pairs[] = {
    {.shock = {"a", "b"}, .rho = 0.5}, {.shock = {"b", "c"}, .rho = -0.7}, {.shock = {"a", "c"}, .rho = 0.1}};

START_TEST(innovations_are_standard_normal_with_the_stated_correlations)
{
    const struct correlation_plan plan = plan_of(4, four, 3, four_pairs);
    struct correlation *correlation = prepared(&plan);
    double *e = simulated(correlation, 4, N, MONTHS);
    for (size_t i = 0; i < 4; i++) {
        assert_standard_normal(M, e + i * M);
        for (size_t j = 0; j < i; j++) {
            const double r = correlation_of(correlation, i, j);
            ck_assert_double_eq_tol(mean_product(M, e + i * M, e + j * M), r, BOUND * sqrt((1.0 + r * r) / M));
            assert_tau(M, e + i * M, e + j * M, 2.0 / M_PI * asin(r));
        }
    }
    free(e);
    correlation_free(correlation);
}
END_TEST

START_TEST(generators_of_gsl_give_the_same_laws)
{
    struct correlation_plan plan = plan_of(4, four, 3, four_pairs);
    plan.generator = gsl_rng_mt19937;
    plan.family = COPULA_T;
    plan.dof = 5;
    struct correlation *correlation = prepared(&plan);
    double *e = simulated(correlation, 4, N, 2);
    for (size_t i = 0; i < 4; i++) {
        assert_standard_normal(2 * N, e + 2 * N * i);
        for (size_t j = 0; j < i; j++)
            assert_tau(2 * N, e + 2 * N * i, e + 2 * N * j, 2.0 / M_PI * asin(correlation_of(correlation, i, j)));
    }
    free(e);
    correlation_free(correlation);
}
END_TEST

static const int dofs[] = {3, 4, 5, 10};

START_TEST(under_the_t_copula_margins_stay_normal_and_tau_stays)
{
    struct correlation_plan plan = plan_of(4, four, 3, four_pairs);
    plan.family = COPULA_T;
    plan.dof = dofs[_i];
    struct correlation *correlation = prepared(&plan);
    double *e = simulated(correlation, 4, N, MONTHS);
    for (size_t i = 0; i < 4; i++) {
        assert_standard_normal(M, e + i * M);
        for (size_t j = 0; j < i; j++)
            assert_tau(M, e + i * M, e + j * M, 2.0 / M_PI * asin(correlation_of(correlation, i, j)));
    }
    free(e);
    correlation_free(correlation);
}
END_TEST

START_TEST(months_are_independent_even_of_the_common_stretch)
{
    struct correlation_plan plan = plan_of(4, four, 3, four_pairs);
    plan.family = COPULA_T;
    plan.dof = 3;
    double *e = drawn(&plan, N, MONTHS), *square = malloc(M * sizeof *square), *other = malloc(M * sizeof *other);
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < 4; j++)
            for (size_t lag = 1; lag <= 2; lag++) {
                const size_t count = (MONTHS - lag) * N;
                const double *x = e + i * M, *y = e + j * M + lag * N;
                for (size_t s = 0; s < count; s++) square[s] = x[s] * x[s] - 1.0, other[s] = y[s] * y[s] - 1.0;
                ck_assert_double_eq_tol(mean_product(count, x, y), 0.0, BOUND / sqrt((double)count));
                ck_assert_double_eq_tol(mean_product(count, square, other), 0.0, BOUND * 2.0 / sqrt((double)count));
            }
    free(square);
    free(other);
    free(e);
}
END_TEST

/* ---- tails ---- */

struct tail {
    double rho, dof, q; /* dof 0: Gaussian */
};

/* The density of X at x times P(Y < q | X = x). */
static double tail_density(double x, void *data)
{
    const struct tail *t = data;
    const double rest = 1.0 - t->rho * t->rho;
    if (t->dof == 0.0) return gsl_ran_ugaussian_pdf(x) * gsl_cdf_ugaussian_P((t->q - t->rho * x) / sqrt(rest));
    const double scale = sqrt((t->dof + x * x) * rest / (t->dof + 1.0));
    return gsl_ran_tdist_pdf(x, t->dof) * gsl_cdf_tdist_P((t->q - t->rho * x) / scale, t->dof + 1.0);
}

/* P(X and Y below their quantiles of probability p), by integration. */
static double both_below(double rho, double dof, double p)
{
    struct tail tail = {rho, dof, dof == 0.0 ? gsl_cdf_ugaussian_Pinv(p) : gsl_cdf_tdist_Pinv(p, dof)};
    gsl_function f = {tail_density, &tail};
    gsl_integration_workspace *work = gsl_integration_workspace_alloc(1000);
    double value = 0.0, error = 0.0;
    ck_assert_int_eq(gsl_integration_qagil(&f, tail.q, 0.0, 1e-9, 1000, work, &value, &error), 0);
    gsl_integration_workspace_free(work);
    return value;
}

static double tail_dependence(double rho, double dof)
{
    return 2.0 * gsl_cdf_tdist_P(-sqrt((dof + 1.0) * (1.0 - rho) / (1.0 + rho)), dof + 1.0);
}

START_TEST(the_oracle_of_tails_tends_to_the_tail_dependence)
{
    ck_assert_double_eq_tol(tail_dependence(0.5, 4.0), 0.2532, 5e-5); /* worked by hand */
    double previous = 1.0;
    for (double p = 1e-2; p > 1e-9; p *= 0.1) {
        const double distance = both_below(0.5, 4.0, p) / p - tail_dependence(0.5, 4.0);
        ck_assert_double_gt(distance, 0.0);
        /* of order p^(2 / dof) */
        if (p < 1e-4) ck_assert_double_eq_tol(distance / previous, pow(0.1, 0.5), 0.01);
        previous = distance;
    }
    ck_assert_double_lt(both_below(0.5, 0.0, 1e-9) / 1e-9, 0.01);
}
END_TEST

/* The share of samples with both in a tail of probability p, on either side, against the integral. */
static void assert_tails(const double x[], const double y[], double rho, double dof)
{
    static const double probability[] = {0.05, 0.01, 0.001};
    for (size_t k = 0; k < 3; k++) {
        const double p = probability[k], q = gsl_cdf_ugaussian_Pinv(p), both = both_below(rho, dof, p);
        size_t low = 0, high = 0;
        for (size_t i = 0; i < M; i++) {
            low += x[i] < q && y[i] < q;
            high += x[i] > -q && y[i] > -q;
        }
        ck_assert_double_eq_tol((double)low / M, both, BOUND * sqrt(both * (1.0 - both) / M));
        ck_assert_double_eq_tol((double)high / M, both, BOUND * sqrt(both * (1.0 - both) / M));
    }
}

START_TEST(joint_tails_are_those_of_the_t_law)
{
    const struct innovation innovation[] = {plain("a", 0.0), plain("b", 0.0), plain("c", 0.0)};
    const struct correlation_pair stated[] = {pair("a", "b", 0.5)};
    struct correlation_plan plan = plan_of(3, innovation, 1, stated);
    plan.family = COPULA_T;
    plan.dof = dofs[_i];
    double *e = drawn(&plan, N, MONTHS);
    assert_tails(e, e + M, 0.5, plan.dof);
    assert_tails(e, e + 2 * M, 0.0, plan.dof); /* groups apart share the stretch of the month */
    free(e);
}
END_TEST

START_TEST(joint_tails_of_the_gaussian_copula_are_those_of_the_normal_law)
{
    const struct innovation innovation[] = {plain("a", 0.0), plain("b", 0.0)};
    const struct correlation_pair stated[] = {pair("a", "b", 0.5)};
    const struct correlation_plan plan = plan_of(2, innovation, 1, stated);
    double *e = drawn(&plan, N, MONTHS);
    assert_tails(e, e + M, 0.5, 0.0);
    free(e);
}
END_TEST

/* ---- the map of the t copula ---- */

static const int mapped[] = {3, 4, 5, 6, 9, 30, 1000};

static double exact_map(double y, double dof)
{
    return copysign(gsl_cdf_ugaussian_Qinv(gsl_cdf_tdist_Q(fabs(y), dof)), y);
}

/* The error of cubic interpolation with exact slopes: h^4 / 384 times the greatest fourth derivative, here by central
 * differences. */
static double interpolation_error(double dof)
{
    const double step = 0.05, knots = 40.0 / 1023.0;
    double greatest = 0.0;
    for (double y = 0.0; y < 39.0; y += 0.02) {
        const double outer = exact_map(y - 2.0 * step, dof) + exact_map(y + 2.0 * step, dof);
        const double inner = exact_map(y - step, dof) + exact_map(y + step, dof);
        greatest = fmax(greatest, fabs(outer - 4.0 * inner + 6.0 * exact_map(y, dof)) / pow(step, 4.0));
    }
    return greatest * pow(knots, 4.0) / 384.0;
}

START_TEST(the_map_takes_the_t_law_to_the_normal_law)
{
    struct copula *copula = NULL;
    const double dof = mapped[_i], error = 1.02 * interpolation_error(dof) + 1e-12;
    ck_assert_ptr_null(copula_prepare(mapped[_i], &copula));
    ck_assert_double_lt(error, 3.5e-9);
    for (double y = 0.0; y < 40.0; y += 0.0037) {
        const double z = copula_map(copula, y), tail = gsl_cdf_tdist_Q(y, dof);
        ck_assert_double_eq_tol(z, exact_map(y, dof), error);
        ck_assert_double_eq_tol(gsl_cdf_ugaussian_Q(z), tail, dof > 3.0 ? 1e-9 : 1.2e-9);
        ck_assert_double_eq_tol(gsl_cdf_ugaussian_Q(z) / tail, 1.0, 1e-8);
    }
    copula_free(copula);
}
END_TEST

START_TEST(the_map_is_odd_grows_and_is_held_beyond_its_last_knot)
{
    struct copula *copula = NULL;
    ck_assert_ptr_null(copula_prepare(mapped[_i], &copula));
    double previous = 0.0;
    ck_assert_double_eq(copula_map(copula, 0.0), 0.0);
    for (double y = 0.01; y < 50.0; y += 0.01) {
        const double z = copula_map(copula, y);
        ck_assert_double_eq(copula_map(copula, -y), -z);
        if (y < 40.0) ck_assert_double_gt(z, previous);
        previous = z;
    }
    const double last = gsl_cdf_ugaussian_Qinv(gsl_cdf_tdist_Q(40.0, mapped[_i]));
    ck_assert_double_eq_tol(copula_map(copula, 40.0), last, 1e-12);
    ck_assert_double_eq(copula_map(copula, 41.0), copula_map(copula, 40.0));
    ck_assert_double_eq(copula_map(copula, 1e300), copula_map(copula, 40.0));
    ck_assert_double_eq(copula_map(copula, -HUGE_VAL), -copula_map(copula, 40.0));
    copula_free(copula);
}
END_TEST

START_TEST(the_map_of_a_row_is_the_map_of_each_and_keeps_what_is_no_number)
{
    struct copula *copula = NULL;
    _Alignas(LANES_ALIGNMENT) double stretch[LANES], e[LANES], y[LANES];
    ck_assert_ptr_null(copula_prepare(5, &copula));
    for (int l = 0; l < LANES; l++) {
        stretch[l] = 0.5 + 0.1 * l;
        e[l] = l == 7 ? (double)NAN : 0.3 * (l - 16);
        y[l] = e[l] * stretch[l];
    }
    copula_normalise(copula, stretch, e);
    for (int l = 0; l < LANES; l++) {
        if (l == 7)
            ck_assert_double_nan(e[l]);
        else
            ck_assert_double_eq(e[l], copula_map(copula, y[l]));
    }
    copula_free(copula);
}
END_TEST

START_TEST(the_stretch_has_the_chi_square_law)
{
    static _Alignas(LANES_ALIGNMENT) double w[N];
    const int dof = mapped[_i];
    const double n = N;
    struct copula *copula = NULL;
    ck_assert_ptr_null(copula_prepare(dof, &copula));
    const struct stream stream = stream_named(SEED, "w", NULL);
    struct arena arena = {0};
    struct stream_state state;
    ck_assert_ptr_null(stream_state_init(&stream, &arena, &state));
    for (uint64_t first = 0; first < N; first += LANES) {
        copula_stretch(copula, &stream, &state, first, 3, w + first);
        for (size_t l = 0; l < LANES; l++) w[first + l] = dof / (w[first + l] * w[first + l]);
    }
    assert_law(N, w, gsl_cdf_chisq_P, dof);
    ck_assert_double_eq_tol(support_mean(N, w), dof, BOUND * sqrt(2.0 * dof / n));
    const double fourth = 12.0 * dof * (dof + 4.0), variance = 2.0 * dof;
    ck_assert_double_eq_tol(support_moment(N, w, 2), variance, BOUND * sqrt((fourth - variance * variance) / n));
    arena_free(&arena);
    copula_free(copula);
}
END_TEST

/* ---- groups ---- */

START_TEST(groups_are_what_pairs_and_shocks_connect)
{
    const struct innovation innovation[] = {
        plain("z", 0.0), plain("m", 0.0), {.name = "y", .shock = "k", .terms = 1, .c = {1.0}, .k = {1.0}},
        plain("b", 0.0), plain("k", 0.0), plain("x", 0.0)};
    const struct correlation_pair stated[] = {pair("z", "k", 0.2), pair("m", "x", -0.2), pair("b", "m", 0.0)};
    const struct correlation_plan plan = plan_of(6, innovation, 3, stated);
    struct correlation *correlation = prepared(&plan);
    static const size_t group[] = {1, 2, 1, 0, 1, 2}; /* in order of the first names b, k, m */
    ck_assert_uint_eq(correlation_groups(correlation), 3);
    for (size_t i = 0; i < 6; i++) ck_assert_uint_eq(correlation_group(correlation, i), group[i]);
    correlation_free(correlation);
}
END_TEST

/* Innovation i of `a` has the same bits as innovation j of `b`. */
static void assert_same_bits(const struct correlation_plan *a, size_t i, const struct correlation_plan *b, size_t j)
{
    enum { COUNT = 2 * LANES, LENGTH = 7 * COUNT };
    double *x = drawn(a, COUNT, 7), *y = drawn(b, COUNT, 7);
    ck_assert_mem_eq(x + i * LENGTH, y + j * LENGTH, LENGTH * sizeof *x);
    free(x);
    free(y);
}

static void family_of(struct correlation_plan *plan, int i)
{
    plan->family = i == 0 ? COPULA_GAUSSIAN : COPULA_T;
    plan->dof = i == 0 ? 0 : i + 3;
}

START_TEST(what_is_not_connected_to_a_group_leaves_its_bits)
{
    const struct innovation with[] = {plain("aa", 1.0), four[0], plain("ab", 0.0), four[1],
                                      four[2],          four[3], plain("zz", 0.0)};
    const struct correlation_pair stated[] = {four_pairs[0], pair("aa", "zz", 0.9), four_pairs[1], four_pairs[2]};
    struct correlation_plan few = plan_of(3, four, 3, four_pairs), many = plan_of(7, with, 4, stated);
    family_of(&few, _i);
    family_of(&many, _i);
    assert_same_bits(&few, 0, &many, 1);
    assert_same_bits(&few, 1, &many, 3);
    assert_same_bits(&few, 2, &many, 4);
    struct correlation_plan alone = plan_of(1, &four[3], 0, NULL);
    family_of(&alone, _i);
    assert_same_bits(&alone, 0, &many, 5);
}
END_TEST

START_TEST(order_of_the_plan_and_names_of_shocks_leave_all_bits)
{
    struct innovation turned[] = {four[3], four[1], four[2], four[0]};
    struct correlation_pair stated[] = {pair("C", "b", -0.7), pair("b", "a", 0.5), pair("C", "a", 0.1)};
    static const size_t at[] = {3, 1, 2, 0};
    turned[2].shock = "C"; /* a shock has no draws of its own: only innovations have */
    struct correlation_plan plan = plan_of(4, four, 3, four_pairs), other = plan_of(4, turned, 3, stated);
    family_of(&plan, _i);
    family_of(&other, _i);
    for (size_t i = 0; i < 4; i++) assert_same_bits(&plan, i, &other, at[i]);
}
END_TEST

START_TEST(a_group_is_factored_in_order_of_name)
{
    enum { COUNT = LANES, LENGTH = 5 * COUNT };
    const struct correlation_plan apart = plan_of(3, four, 0, NULL), joined = plan_of(3, four, 3, four_pairs);
    double *z = drawn(&apart, COUNT, 5), *e = drawn(&joined, COUNT, 5);
    struct correlation *correlation = prepared(&joined);
    const double ab = correlation_of(correlation, 0, 1), ac = correlation_of(correlation, 0, 2);
    const double bb = sqrt(1.0 - ab * ab), cb = (correlation_of(correlation, 1, 2) - ab * ac) / bb;
    const double cc = sqrt(1.0 - ac * ac - cb * cb);
    ck_assert_mem_eq(e, z, LENGTH * sizeof *e); /* the first name keeps its own draws */
    for (size_t i = 0; i < LENGTH; i++) {
        const double a = z[i], b = z[LENGTH + i], c = z[2 * LENGTH + i];
        ck_assert_double_eq_tol(e[LENGTH + i], ab * a + bb * b, 1e-14);
        ck_assert_double_eq_tol(e[2 * LENGTH + i], ac * a + cb * b + cc * c, 1e-14);
    }
    correlation_free(correlation);
    free(e);
    free(z);
}
END_TEST

START_TEST(an_innovation_alone_is_the_normals_of_its_own_stream_two_months_a_slot)
{
    enum { PER = 6 };
    _Alignas(LANES_ALIGNMENT) double z[2][LANES];
    const struct correlation_plan plan = plan_of(1, four, 0, NULL);
    const struct stream stream = stream_named(SEED, "drivers.a", NULL);
    struct arena arena = {0};
    struct stream_state state;
    double *e = drawn(&plan, LANES, PER);
    ck_assert_ptr_null(stream_state_init(&stream, &arena, &state));
    for (int month = 0; month < PER; month++) {
        stream_normals(&stream, &state, 0, month / 2, 0, z);
        ck_assert_mem_eq(e + month * LANES, z[month % 2], sizeof z[0]);
    }
    arena_free(&arena);
    free(e);
}
END_TEST

START_TEST(a_block_depends_on_its_replications_alone)
{
    struct correlation_plan plan = plan_of(4, four, 3, four_pairs);
    family_of(&plan, 2);
    static _Alignas(LANES_ALIGNMENT) double e[4][LANES];
    struct correlation *correlation = prepared(&plan);
    struct arena arena = {0};
    struct correlation_state *state = NULL;
    double *all = simulated(correlation, 4, 4 * LANES, 3);
    ck_assert_ptr_null(correlation_state_open(correlation, &arena, &state));
    correlation_start(correlation, state, 2 * LANES);
    for (size_t m = 0; m < 3; m++) {
        correlation_step(correlation, state, (int)m, e);
        for (size_t i = 0; i < 4; i++) ck_assert_mem_eq(e[i], all + (i * 3 + m) * 4 * LANES + 2 * LANES, sizeof e[i]);
    }
    arena_free(&arena);
    correlation_free(correlation);
    free(all);
}
END_TEST

/* ---- what is refused or repaired ---- */

/* Three random walks with rho -0.6 between each two: eigenvalues 1 - 2 * 0.6 = -0.2, and 1.6 twice. */
static const struct innovation walks[] = {{.name = "u", .shock = "u", .terms = 1, .c = {1.0}},
                                          {.name = "v", .shock = "v", .terms = 1, .c = {1.0}},
                                          {.name = "w", .shock = "w", .terms = 1, .c = {1.0}},
                                          {.name = "x", .shock = "x", .terms = 1, .c = {1.0}},
                                          {.name = "y", .shock = "y", .terms = 1, .c = {1.0}}};
static const struct correlation_pair against[] = {{.shock = {"u", "v"}, .rho = -0.6},
                                                  {.shock = {"v", "w"}, .rho = -0.6},
                                                  {.shock = {"u", "w"}, .rho = -0.6},
                                                  {.shock = {"x", "y"}, .rho = 0.5}};

static void assert_refused(const struct correlation_plan *plan, int line, const char *first, const char *second)
{
    struct correlation *correlation = NULL;
    struct fault *fault = correlation_prepare(plan, &correlation);
    ck_assert_ptr_null(correlation);
    ck_assert_ptr_nonnull(fault);
    ck_assert_int_eq(fault->code, FAULT_SCENARIO);
    ck_assert_int_eq(fault->place.line, line);
    ck_assert_msg(strstr(fault->sentence, first) != NULL, "'%s' is not in: %s", first, fault->sentence);
    ck_assert_msg(strstr(fault->sentence, second) != NULL, "'%s' is not in: %s", second, fault->sentence);
    fault_free(fault);
}

START_TEST(an_indefinite_matrix_is_refused_with_its_names_and_smallest_eigenvalue)
{
    struct correlation_plan plan = plan_of(5, walks, 4, against);
    plan.place.line = 12;
    assert_refused(&plan, 12, "of u, v, w are not positive definite", "smallest eigenvalue is -0.2;");
}
END_TEST

START_TEST(a_singular_matrix_is_refused)
{
    const struct correlation_pair half[] = {pair("u", "v", -0.5), pair("v", "w", -0.5), pair("u", "w", -0.5)};
    struct correlation_plan plan = plan_of(3, walks, 3, half);
    plan.place.line = 3;
    assert_refused(&plan, 3, "not positive definite", "smallest eigenvalue is ");
}
END_TEST

/* Six walks with rho -0.3 between each two: eigenvalue 1 - 5 * 0.3. Ten of their 15 pairs are told. */
START_TEST(of_many_pairs_that_are_shrunk_the_first_ten_are_told)
{
    enum { WALKS = 6, PAIRS = WALKS * (WALKS - 1) / 2 };
    static const char *const name[WALKS] = {"a", "b", "c", "d", "e", "f"};
    struct innovation many[WALKS];
    struct correlation_pair pairs[PAIRS];
    size_t count = 0, told = 0;
    for (size_t i = 0; i < WALKS; i++) {
        many[i] = (struct innovation){.name = name[i], .shock = name[i], .terms = 1, .c = {1.0}};
        for (size_t j = 0; j < i; j++)
            pairs[count++] = (struct correlation_pair){.shock = {name[i], name[j]}, .rho = -0.3};
    }
    struct correlation_plan plan = plan_of(WALKS, many, PAIRS, pairs);
    struct fault *warnings = NULL;
    plan.shrink = true;
    plan.warnings = &warnings;
    struct correlation *correlation = prepared(&plan);
    ck_assert_ptr_nonnull(warnings);
    for (const char *at = warnings->sentence; (at = strstr(at, " instead of ")) != NULL; at++) told++;
    ck_assert_uint_eq(told, 10);
    ck_assert_ptr_nonnull(strstr(warnings->sentence, " and 5 more"));
    fault_free(warnings);
    correlation_free(correlation);
}
END_TEST

START_TEST(shrinking_gives_the_smallest_weight_that_repairs)
{
    struct correlation_plan plan = plan_of(5, walks, 4, against);
    struct fault *warnings = NULL;
    plan.shrink = true;
    plan.warnings = &warnings;
    struct correlation *correlation = prepared(&plan);
    const double w = (1e-6 + 0.2) / 1.2; /* (1 - w) (-0.2) + w = 1e-6 */
    const double r = correlation_of(correlation, 0, 1);
    ck_assert_double_eq_tol(correlation_shrinkage(correlation), w, 1e-14);
    ck_assert_ptr_nonnull(warnings);
    ck_assert_ptr_nonnull(strstr(warnings->sentence, "shrunk towards independence with weight"));
    ck_assert_ptr_nonnull(strstr(warnings->sentence, " instead of "));
    ck_assert_ptr_null(strstr(warnings->sentence, " more"));
    ck_assert_ptr_null(warnings->next);
    fault_free(warnings);
    ck_assert_double_eq_tol(r, -0.6 * (1.0 - w), 1e-14);
    ck_assert_double_eq_tol(1.0 + 2.0 * r, 1e-6, 1e-14); /* smallest eigenvalue */
    ck_assert_double_eq(correlation_of(correlation, 1, 1), 1.0);
    ck_assert_double_eq(correlation_of(correlation, 3, 4), 0.5); /* another group keeps its own */
    double *e = simulated(correlation, 5, N, 1);
    for (size_t i = 0; i < 3; i++) {
        const double *x = e + i * N, *y = e + (i + 1) % 3 * N;
        assert_standard_normal(N, x);
        ck_assert_double_eq_tol(mean_product(N, x, y), r, BOUND * sqrt((1.0 + r * r) / N));
    }
    free(e);
    correlation_free(correlation);
}
END_TEST

START_TEST(shrinking_leaves_a_definite_matrix_alone)
{
    struct correlation_plan plan = plan_of(4, four, 3, four_pairs), shrinking = plan;
    shrinking.shrink = true;
    struct correlation *correlation = prepared(&shrinking);
    ck_assert_double_eq(correlation_shrinkage(correlation), 0.0);
    correlation_free(correlation);
    for (size_t i = 0; i < 4; i++) assert_same_bits(&plan, i, &shrinking, i);
}
END_TEST

START_TEST(pairs_that_say_nothing_or_twice_are_refused)
{
    struct correlation_pair stated[] = {pair("u", "v", 0.1), pair("v", "u", 0.2)};
    stated[0].place.line = 7;
    stated[1].place.line = 8;
    const struct correlation_plan plan = plan_of(3, walks, 2, stated);
    assert_refused(&plan, 8, "v and u", "stated twice");
    stated[1].shock[1] = "v";
    assert_refused(&plan, 8, "v with itself", "two different shocks");
    stated[1].shock[1] = "nobody";
    assert_refused(&plan, 8, "'nobody'", "expected one of u, v, w");
    stated[1].shock[1] = "w";
    for (double rho = -1.0; rho <= 1.0; rho += 2.0) {
        stated[1].rho = rho;
        assert_refused(&plan, 8, "v and w is", "more than -1 and less than 1");
    }
}
END_TEST

START_TEST(a_driver_of_several_shocks_is_refused_with_their_names)
{
    const struct innovation innovation[] = {plain("a", 0.0), plain("oil.short", 1.0), plain("oil.long", 0.0)};
    struct correlation_pair stated[] = {pair("a", "oil", 0.1)};
    stated[0].place.line = 9;
    const struct correlation_plan plan = plan_of(3, innovation, 1, stated);
    assert_refused(&plan, 9, "'oil'", "expected one of oil.short, oil.long");
}
END_TEST

START_TEST(a_scenario_is_refused_at_its_section_of_correlations)
{
    struct support support;
    struct fault *fault = support_try(&support,
                                      "scenario: t\n"
                                      "time: {base: 2019-07, start: 2020-01, months: 12}\n"
                                      "drivers:\n"
                                      "  u: {model: trend, start: 0 m, drift: 0 m/yr, sigma: 1 m}\n"
                                      "  v: {model: trend, start: 0 m, drift: 0 m/yr, sigma: 1 m}\n"
                                      "  w: {model: trend, start: 0 m, drift: 0 m/yr, sigma: 1 m}\n"
                                      "  correlation: {pairs: {u/v: -0.6, v/w: -0.6, u/w: -0.6}}\n",
                                      SEED);
    ck_assert_ptr_nonnull(fault);
    ck_assert_ptr_nonnull(strstr(fault->sentence, "smallest eigenvalue is -0.2;"));
    ck_assert_int_eq(fault->place.line, 7);
    fault_free(fault);
    support_close(&support);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("correlation");
    TCase *law = tcase_create("laws"), *tails = tcase_create("tails"), *groups = tcase_create("groups"),
          *refusals = tcase_create("refusals");
    enum { DOFS = sizeof dofs / sizeof *dofs, MAPPED = sizeof mapped / sizeof *mapped };
    tcase_set_timeout(law, 20);
    tcase_add_test(law, mean_reverting_shocks_are_less_correlated_over_a_month_than_at_once);
    tcase_add_test(law, the_two_shocks_of_schwartz_and_smith_have_the_correlation_of_the_model);
    tcase_add_test(law, innovations_of_several_terms_have_the_correlation_of_their_integrals);
    tcase_add_test(law, innovations_are_standard_normal_with_the_stated_correlations);
    tcase_add_test(law, generators_of_gsl_give_the_same_laws);
    tcase_add_loop_test(law, under_the_t_copula_margins_stay_normal_and_tau_stays, 0, DOFS);
    tcase_add_test(law, months_are_independent_even_of_the_common_stretch);
    suite_add_tcase(suite, law);
    tcase_set_timeout(tails, 20);
    tcase_add_test(tails, the_oracle_of_tails_tends_to_the_tail_dependence);
    tcase_add_loop_test(tails, joint_tails_are_those_of_the_t_law, 0, DOFS);
    tcase_add_test(tails, joint_tails_of_the_gaussian_copula_are_those_of_the_normal_law);
    tcase_add_loop_test(tails, the_map_takes_the_t_law_to_the_normal_law, 0, MAPPED);
    tcase_add_loop_test(tails, the_map_is_odd_grows_and_is_held_beyond_its_last_knot, 0, MAPPED);
    tcase_add_test(tails, the_map_of_a_row_is_the_map_of_each_and_keeps_what_is_no_number);
    tcase_add_loop_test(tails, the_stretch_has_the_chi_square_law, 0, MAPPED);
    suite_add_tcase(suite, tails);
    tcase_add_test(groups, groups_are_what_pairs_and_shocks_connect);
    tcase_add_loop_test(groups, what_is_not_connected_to_a_group_leaves_its_bits, 0, 3);
    tcase_add_loop_test(groups, order_of_the_plan_and_names_of_shocks_leave_all_bits, 0, 3);
    tcase_add_test(groups, a_group_is_factored_in_order_of_name);
    tcase_add_test(groups, an_innovation_alone_is_the_normals_of_its_own_stream_two_months_a_slot);
    tcase_add_test(groups, a_block_depends_on_its_replications_alone);
    suite_add_tcase(suite, groups);
    tcase_add_test(refusals, an_indefinite_matrix_is_refused_with_its_names_and_smallest_eigenvalue);
    tcase_add_test(refusals, a_singular_matrix_is_refused);
    tcase_add_test(refusals, shrinking_gives_the_smallest_weight_that_repairs);
    tcase_add_test(refusals, of_many_pairs_that_are_shrunk_the_first_ten_are_told);
    tcase_add_test(refusals, shrinking_leaves_a_definite_matrix_alone);
    tcase_add_test(refusals, pairs_that_say_nothing_or_twice_are_refused);
    tcase_add_test(refusals, a_driver_of_several_shocks_is_refused_with_their_names);
    tcase_add_test(refusals, a_scenario_is_refused_at_its_section_of_correlations);
    suite_add_tcase(suite, refusals);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
