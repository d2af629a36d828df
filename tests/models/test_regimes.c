/* tests/models/test_regimes.c -- states that last: their transition probabilities, shares, stays, dates and effects.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/policy/regimes.h"
#include "tests/models/support.h"

#include <check.h>
#include <float.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "scenario: t\ntime: {base: 2019-07, start: 2020-01, months: 240}\n"
#define LEG  "legs: {a: {capacity: 100 t/yr}}\n"

/* Every squaring doubles the error of before and adds that of a product of stochastic matrices, n roundings: in all
 * less than 2^10 * 2 * n roundings, of which the expected values have none to speak of. */
#define MATRIX_ROUNDING(n) (2048.0 * (double)(n)*DBL_EPSILON)

typedef double matrix[REGIME_STATES * REGIME_STATES];

/* P of lane 0; the other lanes have other multiples of the rates. */
static void transition(size_t n, const double rate[], double years, double p[])
{
    static _Alignas(LANES_ALIGNMENT) double q[REGIME_STATES * REGIME_STATES][LANES],
        probability[REGIME_STATES * REGIME_STATES][LANES];
    for (size_t i = 0; i < n * n; i++)
        for (int l = 0; l < LANES; l++) q[i][l] = rate[i] * (1.0 + 0.5 * l);
    regime_transition(n, (const double(*)[LANES])q, years, probability);
    for (size_t i = 0; i < n * n; i++) p[i] = probability[i][0];
}

/* A made-up matrix of rates: off the diagonal `scale` times numbers in (0, 1), some of them 0. */
static void made_up(size_t n, uint64_t seed, double scale, double q[])
{
    uint64_t x = seed * 2654435761u + 1u;
    for (size_t a = 0; a < n; a++) {
        q[a * n + a] = 0.0;
        for (size_t b = 0; b < n; b++) {
            if (a == b) continue;
            x = x * 6364136223846793005u + 1442695040888963407u;
            const double u = (double)(x >> 11) * 0x1p-53;
            q[a * n + b] = u < 0.2 ? 0.0 : scale * u;
            q[a * n + a] -= q[a * n + b];
        }
    }
}

static void multiply(size_t n, const double x[], const double y[], double product[])
{
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++) {
            product[a * n + b] = 0.0;
            for (size_t c = 0; c < n; c++) product[a * n + b] += x[a * n + c] * y[c * n + b];
        }
}

START_TEST(two_states_have_the_closed_form)
{
    static const double rates[][2] = {{0.2, 0.5}, {1.0, 1.0}, {0.0, 3.0}, {12.0, 0.01}, {100.0, 60.0}};
    static const double years[] = {1.0 / 12.0, 1.0, 0.001};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
        for (size_t t = 0; t < sizeof years / sizeof *years; t++) {
            const double a = rates[i][0], b = rates[i][1], moved = -expm1(-(a + b) * years[t]) / (a + b);
            double p[4];
            transition(2, (const double[]){-a, a, b, -b}, years[t], p);
            ck_assert_double_eq_tol(p[1], a * moved, MATRIX_ROUNDING(2));
            ck_assert_double_eq_tol(p[2], b * moved, MATRIX_ROUNDING(2));
            ck_assert_double_eq_tol(p[0], 1.0 - a * moved, MATRIX_ROUNDING(2));
            ck_assert_double_eq_tol(p[3], 1.0 - b * moved, MATRIX_ROUNDING(2));
        }
}
END_TEST

/* exp(Q years) by the Taylor series of 2^-24 of it in long double, squared; of the difference from 1, so that small
 * probabilities keep their digits: (1 + D)^2 - 1 = 2 D + D D. */
static void exponential(size_t n, const double q[], double years, double p[])
{
    enum { HALVINGS = 24 };
    long double x[36], term[36], next[36], sum[36];
    for (size_t i = 0; i < n * n; i++) {
        x[i] = (long double)q[i] * (long double)years / (1 << HALVINGS);
        term[i] = i % (n + 1) == 0 ? 1.0L : 0.0L;
        sum[i] = 0.0L;
    }
    for (int k = 1; k < 30; k++) {
        for (size_t a = 0; a < n; a++)
            for (size_t b = 0; b < n; b++) {
                next[a * n + b] = 0.0L;
                for (size_t c = 0; c < n; c++) next[a * n + b] += term[a * n + c] * x[c * n + b] / k;
            }
        memcpy(term, next, sizeof term);
        for (size_t i = 0; i < n * n; i++) sum[i] += term[i];
    }
    for (int s = 0; s < HALVINGS; s++) {
        for (size_t a = 0; a < n; a++)
            for (size_t b = 0; b < n; b++) {
                next[a * n + b] = 2.0L * sum[a * n + b];
                for (size_t c = 0; c < n; c++) next[a * n + b] += sum[a * n + c] * sum[c * n + b];
            }
        memcpy(sum, next, sizeof sum);
    }
    for (size_t i = 0; i < n * n; i++) p[i] = (double)(sum[i] + (i % (n + 1) == 0 ? 1.0L : 0.0L));
}

START_TEST(more_states_have_the_exponential_of_their_rates)
{
    static const double scale[] = {0.1, 1.0, 20.0, 100.0};
    for (size_t n = 3; n <= REGIME_STATES; n++)
        for (uint64_t seed = 0; seed < 20; seed++) {
            matrix q, p, expected;
            made_up(n, seed, scale[seed % 4], q);
            transition(n, q, 1.0 / 12.0, p);
            exponential(n, q, 1.0 / 12.0, expected);
            for (size_t i = 0; i < n * n; i++) ck_assert_double_eq_tol(p[i], expected[i], MATRIX_ROUNDING(n));
        }
}
END_TEST

START_TEST(gsl_finds_the_same_exponential)
{
    for (size_t n = 2; n <= 4; n++)
        for (uint64_t seed = 20; seed < 30; seed++) {
            matrix q, a, p, found;
            made_up(n, seed, 2.0, q);
            for (size_t i = 0; i < n * n; i++) a[i] = q[i] / 12.0;
            transition(n, q, 1.0 / 12.0, p);
            gsl_matrix_const_view from = gsl_matrix_const_view_array(a, n, n);
            gsl_matrix_view to = gsl_matrix_view_array(found, n, n);
            ck_assert_int_eq(gsl_linalg_exponential_ss(&from.matrix, &to.matrix, GSL_PREC_DOUBLE), 0);
            for (size_t i = 0; i < n * n; i++) ck_assert_double_eq_tol(p[i], found[i], 1e-10); /* GSL's own limit */
        }
}
END_TEST

START_TEST(rows_are_probabilities_and_two_months_are_a_month_twice)
{
    for (size_t n = 1; n <= REGIME_STATES; n++)
        for (uint64_t seed = 40; seed < 60; seed++) {
            matrix q, once, twice, squared;
            made_up(n, seed, seed % 2 == 0 ? 1.0 : 100.0, q);
            transition(n, q, 1.0 / 12.0, once);
            transition(n, q, 2.0 / 12.0, twice);
            multiply(n, once, once, squared);
            for (size_t a = 0; a < n; a++) {
                double sum = 0.0;
                for (size_t b = 0; b < n; b++) {
                    ck_assert_double_ge(once[a * n + b], -MATRIX_ROUNDING(n));
                    ck_assert_double_le(once[a * n + b], 1.0 + MATRIX_ROUNDING(n));
                    ck_assert_double_eq_tol(twice[a * n + b], squared[a * n + b], 4.0 * MATRIX_ROUNDING(n));
                    sum += once[a * n + b];
                }
                ck_assert_double_eq_tol(sum, 1.0, MATRIX_ROUNDING(n));
            }
        }
}
END_TEST

START_TEST(each_lane_has_its_own_rates)
{
    static _Alignas(LANES_ALIGNMENT) double q[4][LANES], p[4][LANES];
    for (int l = 0; l < LANES; l++) {
        q[0][l] = -(q[1][l] = 0.1 * l);
        q[3][l] = -(q[2][l] = 0.3);
    }
    regime_transition(2, (const double(*)[LANES])q, 1.0, p);
    for (int l = 0; l < LANES; l++) {
        const double a = 0.1 * l, b = 0.3;
        ck_assert_double_eq_tol(p[1][l], -a / (a + b) * expm1(-(a + b)), MATRIX_ROUNDING(2));
    }
}
END_TEST

/* ---- simulated ---- */

static double *numbers(size_t count)
{
    double *x = calloc(count, sizeof *x);
    ck_assert_ptr_nonnull(x);
    return x;
}

static struct world_state *opened(const struct support *support)
{
    struct world_state *state = NULL;
    ck_assert_ptr_null(world_open(support->world, &state));
    return state;
}

/* So many of the trials, each with a probability of its own: their sum and that of p (1 - p). */
static void assert_count(double count, double expected, double variance, const char *what, int month)
{
    ck_assert_msg(fabs(count - expected) <= SUPPORT_ERRORS * sqrt(variance) + 1e-9, "%s, month %d: %g, expected %g",
                  what, month, count, expected);
}

#define THREE                                                                                                          \
    "regimes:\n  r:\n    start: a\n    states: {a: {}, b: {}, c: {}}\n    transition: {a->b: 0.8 /yr, a->c: 0.2 "      \
    "/yr, b->c: 3 /yr, b->a: 0.5 /yr, c->a: 1.2 /yr, c->b: 0.1 /yr}\n"
static const double three[9] = {-1.0, 0.8, 0.2, 0.5, -3.5, 3.0, 1.2, 0.1, -1.3};
static const char *const three_paths[] = {"regimes.r.a", "regimes.r.b", "regimes.r.c"};

START_TEST(shares_in_the_long_run_solve_pi_q_is_0)
{
    /* pi Q = 0, sum 1: cofactors of the diagonal */
    enum { REPLICATIONS = 64 * LANES, SETTLED = 120 };
    double pi[3], sum = 0.0;
    for (int s = 0; s < 3; s++) {
        const int a = s == 0 ? 1 : 0, b = s == 2 ? 1 : 2;
        pi[s] = three[a * 3 + a] * three[b * 3 + b] - three[a * 3 + b] * three[b * 3 + a];
        sum += pi[s];
    }
    for (int b = 0; b < 3; b++) {
        double flow = 0.0;
        for (int a = 0; a < 3; a++) flow += pi[a] * three[a * 3 + b];
        ck_assert_double_eq_tol(flow, 0.0, 1e-14);
    }
    struct support support;
    support_open(&support, HEAD THREE, 21);
    struct world_state *state = opened(&support);
    double *share = numbers((size_t)3 * REPLICATIONS);
    for (size_t first = 0; first < REPLICATIONS; first += LANES) {
        world_begin(state, first);
        for (int m = 0; m < 240; m++) {
            world_month(state, m);
            for (size_t s = 0; s < 3 && m >= SETTLED; s++) {
                const double *in = support_row(&support, state, three_paths[s]);
                for (size_t l = 0; l < LANES; l++) share[s * REPLICATIONS + first + l] += in[l] / (240 - SETTLED);
            }
        }
    }
    for (size_t s = 0; s < 3; s++) support_mean_is(REPLICATIONS, share + s * REPLICATIONS, pi[s] / sum, three_paths[s]);
    free(share);
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(the_chain_steps_once_before_the_first_month_and_then_by_its_row)
{
    /* after n steps from a, the first row of P^n */
    enum { REPLICATIONS = 256 * LANES, STEPS = 6 };
    matrix p, power, next;
    double count[STEPS][3] = {{0.0}};
    struct support support;
    exponential(3, three, 1.0 / 12.0, p);
    support_open(&support, HEAD THREE, 22);
    struct world_state *state = opened(&support);
    for (size_t first = 0; first < REPLICATIONS; first += LANES) {
        world_begin(state, first);
        for (int m = 0; m < STEPS; m++) {
            world_month(state, m);
            for (int s = 0; s < 3; s++) {
                const double *in = support_row(&support, state, three_paths[s]);
                for (int l = 0; l < LANES; l++) count[m][s] += in[l];
            }
        }
    }
    memcpy(power, p, sizeof p);
    for (int m = 0; m < STEPS; m++) {
        for (int s = 0; s < 3; s++)
            assert_count(count[m][s], REPLICATIONS * power[s], REPLICATIONS * power[s] * (1.0 - power[s]),
                         three_paths[s], m);
        multiply(3, power, p, next);
        memcpy(power, next, sizeof power);
    }
    world_close(state);
    support_close(&support);
}
END_TEST

/* What is seen once a month of an exponential stay of mean 1/q: sum over n >= 1 of P(it lasts n months) =
 * 1 / (e^(q D) - 1) months, where the state is not entered again. */
START_TEST(a_stay_is_exponential_with_mean_one_over_minus_q_ii)
{
    enum { REPLICATIONS = 128 * LANES };
    static const double rate[] = {0.5, 1.5, 6.0};
    for (size_t i = 0; i < 3; i++) {
        char text[512];
        struct support support;
        snprintf(text, sizeof text,
                 HEAD "regimes: {r: {start: a, states: {a: {}, b: {}, c: {}}, transition: {a->b: %g /yr, a->c: %g "
                      "/yr, b->c: 2 /yr}}}\n",
                 0.25 * rate[i], 0.75 * rate[i]);
        support_open(&support, text, 23);
        struct world_state *state = opened(&support);
        const double *in = support_row(&support, state, "regimes.r.a");
        double *stay = numbers(REPLICATIONS), still[240] = {0.0};
        for (size_t first = 0; first < REPLICATIONS; first += LANES) {
            world_begin(state, first);
            for (int m = 0; m < 240; m++) {
                world_month(state, m);
                for (size_t l = 0; l < LANES; l++) {
                    ck_assert(in[l] == 0.0 || stay[first + l] == m); /* left for good */
                    stay[first + l] += in[l];
                    still[m] += in[l];
                }
            }
        }
        for (int m = 0; m < 240; m += 7) {
            const double p = exp(-rate[i] * (m + 1) / 12.0);
            assert_count(still[m], REPLICATIONS * p, REPLICATIONS * p * (1.0 - p), "still in a", m);
        }
        /* of 240 months, all of which some stays fill */
        const double month = exp(-rate[i] / 12.0);
        support_mean_is(REPLICATIONS, stay, month * (1.0 - pow(month, 240)) / (1.0 - month), "months in a");
        free(stay);
        world_close(state);
        support_close(&support);
    }
}
END_TEST

/* Counts, of the months m and m + 1, the replications in each of the three states. */
static void count_around(const char *yaml, uint64_t seed, size_t replications, int month, double count[2][3])
{
    struct support support;
    support_open(&support, yaml, seed);
    struct world_state *state = opened(&support);
    memset(count, 0, 2 * sizeof *count);
    for (size_t first = 0; first < replications; first += LANES) {
        world_begin(state, first);
        for (int m = 0; m <= month + 1; m++) {
            world_month(state, m);
            for (int s = 0; s < 3 && m >= month; s++) {
                const double *in = support_row(&support, state, three_paths[s]);
                for (int l = 0; l < LANES; l++) count[m - month][s] += in[l];
            }
        }
    }
    world_close(state);
    support_close(&support);
}

START_TEST(a_forced_state_holds_at_its_date_and_transitions_go_on_from_there)
{
    enum { REPLICATIONS = 128 * LANES };
    static const char *const forces[] = {"    force: {2020-06: b, 2023-01: c}\n", "    force: {2020: b}\n"};
    static const int month[] = {5, 0};
    matrix p;
    exponential(3, three, 1.0 / 12.0, p);
    for (int i = 0; i < 2; i++) {
        char text[512];
        double count[2][3];
        snprintf(text, sizeof text, "%s%s", HEAD THREE, forces[i]);
        count_around(text, 24, REPLICATIONS, month[i], count);
        ck_assert_double_eq(count[0][1], REPLICATIONS);
        for (int s = 0; s < 3; s++) {
            const double to = p[3 + s];
            assert_count(count[1][s], REPLICATIONS * to, REPLICATIONS * to * (1.0 - to), three_paths[s], month[i] + 1);
        }
        if (i > 0) continue;
        count_around(text, 24, LANES, 36, count);
        ck_assert_double_eq(count[0][2], LANES); /* the later date too */
    }
}
END_TEST

START_TEST(a_force_leaves_the_months_before_it_as_they_were)
{
    struct support plain, forced;
    support_open(&plain, HEAD THREE, 25);
    support_open(&forced, HEAD THREE "    force: {2021-01: b}\n", 25);
    struct world_state *a = support_begin(&plain), *b = support_begin(&forced);
    for (int m = 0; m < 12; m++) {
        world_month(a, m);
        world_month(b, m);
        for (int s = 0; s < 3; s++)
            ck_assert_mem_eq(support_row(&plain, a, three_paths[s]), support_row(&forced, b, three_paths[s]),
                             LANES * sizeof(double));
    }
    world_close(a);
    world_close(b);
    support_close(&plain);
    support_close(&forced);
}
END_TEST

START_TEST(a_rate_may_be_drawn_in_each_replication)
{
    enum { REPLICATIONS = 256 * LANES };
    static const int months[] = {0, 5, 11, 35};
    double still[4] = {0.0}, expected[4] = {0.0}, variance[4] = {0.0};
    struct support support;
    support_open(&support,
                 HEAD "regimes: {r: {start: a, states: {a: {}, b: {}}, transition: {a->b: uniform(0.1 4) /yr}}}\n", 26);
    struct world_state *state = opened(&support);
    for (size_t first = 0; first < REPLICATIONS; first += LANES) {
        world_begin(state, first);
        for (int m = 0, i = 0; m < 36; m++) {
            world_month(state, m);
            if (m != months[i]) continue;
            const double *rate = support_quantity(&support, state, "regimes.r.transition.a->b"),
                         *in = support_row(&support, state, "regimes.r.a");
            for (int l = 0; l < LANES; l++) {
                const double p = exp(-rate[l] * (m + 1) / 12.0);
                still[i] += in[l];
                expected[i] += p;
                variance[i] += p * (1.0 - p);
            }
            i++;
        }
    }
    for (int i = 0; i < 4; i++) assert_count(still[i], expected[i], variance[i], "still in a", months[i]);
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(a_state_whose_rates_a_policy_sets_to_0_is_never_left)
{
    struct support support;
    support_open(&support,
                 HEAD "regimes: {r: {start: a, states: {a: {}, b: {}}, transition: {a->b: 6 /yr, b->a: 6 /yr}}}\n"
                      "policies: {stay: {start: 2021-01, end: 2025-01, effects: {regimes.r.transition: {scale: 0}}}}\n"
                      "adopt: stay\n",
                 27);
    struct world_state *state = support_begin(&support);
    const double *in = support_row(&support, state, "regimes.r.a");
    double before[LANES] = {0.0};
    int moves = 0, after = 0;
    for (int m = 0; m < 120; m++) {
        world_month(state, m);
        for (int l = 0; l < LANES; l++) {
            const bool moved = m > 0 && in[l] != before[l];
            moves += moved && m < 12;
            after += moved && m >= 60;
            ck_assert(!moved || m < 12 || m >= 60);
            before[l] = in[l];
        }
    }
    ck_assert(moves > 50 && after > 50);
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(rates_over_dates_count_in_their_month)
{
    struct support support;
    support_open(&support,
                 HEAD "regimes: {r: {start: a, states: {a: {}, b: {}}, transition: {a->b: {2020-01: 0 /yr, 2021-06: "
                      "100 /yr, interpolation: step}}}}\n",
                 28);
    struct world_state *state = support_begin(&support);
    const double *in = support_row(&support, state, "regimes.r.a");
    for (int m = 0; m < 24; m++) {
        world_month(state, m);
        double sum = 0.0;
        for (int l = 0; l < LANES; l++) sum += in[l];
        if (m < 17) ck_assert_double_eq(sum, LANES);
        if (m >= 19) ck_assert_double_eq(sum, 0.0); /* but for e^-25 of them */
    }
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(effects_are_in_force_while_the_state_lasts_and_ramps_begin_anew)
{
    struct support support;
    support_open(&support,
                 HEAD "legs: {a: {capacity: 100 t/yr}, b: {capacity: 100 t/yr}}\n"
                      "regimes:\n  r:\n    start: calm\n    states: {calm: {}, tense: {legs.a.capacity: {scale: 0.5}, "
                      "legs.b.capacity: {add: 40 t/yr, ramp: 4 mo}}}\n    transition: {calm->tense: 2 /yr, "
                      "tense->calm: 2 /yr}\n",
                 29);
    struct world_state *state = support_begin(&support);
    const double *tense = support_row(&support, state, "regimes.r.tense"),
                 *calm = support_row(&support, state, "regimes.r.calm");
    int entered[LANES] = {0}, full = 0;
    double months[LANES] = {0.0};
    for (int m = 0; m < 240; m++) {
        world_month(state, m);
        const double *a = support_quantity(&support, state, "legs.a.capacity"),
                     *b = support_quantity(&support, state, "legs.b.capacity");
        for (int l = 0; l < LANES; l++) {
            ck_assert_double_eq(tense[l] + calm[l], 1.0);
            entered[l] += tense[l] == 1.0 && months[l] == 0.0;
            months[l] = tense[l] == 1.0 ? months[l] + 1.0 : 0.0;
            full += months[l] > 4.0;
            ck_assert_double_eq(a[l], tense[l] == 1.0 ? 50.0 : 100.0);
            ck_assert_double_eq(b[l], 100.0 + 10.0 * fmin(months[l], 4.0));
        }
    }
    for (int l = 0; l < LANES; l++) ck_assert_int_gt(entered[l], 1);
    ck_assert_int_gt(full, 100);
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(a_state_at_the_start_is_in_its_first_month_then)
{
    const char *text =
        HEAD LEG "regimes: {r: {start: a, states: {a: {legs.a.capacity: {add: 30 t/yr, ramp: 3 mo}}}}}\n";
    static const double capacity[] = {110.0, 120.0, 130.0, 130.0};
    struct support support;
    support_open(&support, text, 30);
    struct world_state *state = support_begin(&support);
    for (int block = 0; block < 2; block++) { /* a block leaves nothing behind */
        world_begin(state, (uint64_t)block * LANES);
        for (int m = 0; m < 4; m++) {
            world_month(state, m);
            for (int l = 0; l < LANES; l++)
                ck_assert_double_eq(support_quantity(&support, state, "legs.a.capacity")[l], capacity[m]);
        }
    }
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(a_regime_moves_alike_whatever_its_states_do_and_whatever_else_happens)
{
    static const char *const texts[] = {
        HEAD LEG THREE,
        HEAD LEG "regimes:\n  q: {start: x, states: {x: {}, y: {}}, transition: {x->y: 1 /yr}}\n  r:\n    start: a\n"
                 "    states: {a: {legs.a.capacity: {scale: 0.1}}, b: {}, c: {legs.a.capacity: {set: 3 t/yr}}}\n    "
                 "transition: {a->b: 0.8 /yr, a->c: 0.2 /yr, b->c: 3 /yr, b->a: 0.5 /yr, c->a: 1.2 /yr, c->b: 0.1 "
                 "/yr}\nevents: {e: {rate: 1 /yr, duration: 1 mo}}\n"};
    const gsl_rng_type *const generators[] = {NULL, gsl_rng_mt19937};
    for (int g = 0; g < 2; g++) {
        struct support support[2];
        struct world_state *state[2];
        for (int i = 0; i < 2; i++) {
            support_open_with(&support[i], texts[i], 31, generators[g]);
            state[i] = support_begin(&support[i]);
        }
        for (int m = 0; m < 240; m++) {
            for (int i = 0; i < 2; i++) world_month(state[i], m);
            for (int s = 0; s < 3; s++)
                ck_assert_mem_eq(support_row(&support[0], state[0], three_paths[s]),
                                 support_row(&support[1], state[1], three_paths[s]), LANES * sizeof(double));
        }
        for (int i = 0; i < 2; i++) {
            world_close(state[i]);
            support_close(&support[i]);
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("regimes");
    TCase *facts = tcase_create("facts");
    tcase_add_test(facts, two_states_have_the_closed_form);
    tcase_add_test(facts, more_states_have_the_exponential_of_their_rates);
    tcase_add_test(facts, gsl_finds_the_same_exponential);
    tcase_add_test(facts, rows_are_probabilities_and_two_months_are_a_month_twice);
    tcase_add_test(facts, each_lane_has_its_own_rates);
    tcase_add_test(facts, shares_in_the_long_run_solve_pi_q_is_0);
    tcase_add_test(facts, the_chain_steps_once_before_the_first_month_and_then_by_its_row);
    tcase_add_test(facts, a_stay_is_exponential_with_mean_one_over_minus_q_ii);
    tcase_add_test(facts, a_forced_state_holds_at_its_date_and_transitions_go_on_from_there);
    tcase_add_test(facts, a_force_leaves_the_months_before_it_as_they_were);
    tcase_add_test(facts, a_rate_may_be_drawn_in_each_replication);
    tcase_add_test(facts, a_state_whose_rates_a_policy_sets_to_0_is_never_left);
    tcase_add_test(facts, rates_over_dates_count_in_their_month);
    tcase_add_test(facts, effects_are_in_force_while_the_state_lasts_and_ramps_begin_anew);
    tcase_add_test(facts, a_state_at_the_start_is_in_its_first_month_then);
    tcase_add_test(facts, a_regime_moves_alike_whatever_its_states_do_and_whatever_else_happens);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
