/* tests/models/test_flows.c -- the demand of flows against its closed forms (models/README.md, Demand).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/models/support.h"

#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HEAD  "scenario: t\ntime: {base: 2020-01, start: 2020-01, months: 240}\n"
#define GOODS "commodities:\n  box: {unit: TEU, value: 1000 USD/TEU}\n"

enum { N = 32768 };

/* The log of the shock of a flow at the ends of months (1 = the first), likewise to support_levels. */
static void shocks_of(const struct support *support, const char *flow, size_t months, const int month[], double out[])
{
    const struct drivers *drivers = world_drivers(support->world);
    const size_t shock = drivers_shock(drivers, flow);
    struct arena arena = {0};
    struct rows *rows = NULL;
    struct drivers_state *state = NULL;
    ck_assert_uint_ne(shock, DRIVERS_NO_SHOCK);
    ck_assert_ptr_null(rows_open(support->plan.store, &arena, &rows));
    ck_assert_ptr_null(drivers_open(drivers, &arena, &state));
    for (size_t first = 0; first < N; first += LANES) {
        rows_start(rows, first);
        rows_step(rows, support->plan.calendar.base);
        drivers_start(state, rows, first);
        int done = 0;
        for (size_t m = 0; m < months; m++) {
            for (; done < month[m]; done++) {
                rows_step(rows, support->plan.calendar.start + done);
                drivers_step(state, rows, done);
            }
            memcpy(out + m * N + first, drivers_log_shock(state, shock), LANES * sizeof *out);
        }
    }
    arena_free(&arena);
}

/* The mean of products against a covariance of two normals of mean 0: its standard error is sqrt((v w + c^2) / n). */
static void assert_covariance(const double x[], const double y[], double v, double w, double c)
{
    double sum = 0.0;
    for (size_t i = 0; i < N; i++) sum += x[i] * y[i];
    ck_assert_double_eq_tol(sum / N, c, SUPPORT_ERRORS * sqrt((v * w + c * c) / N));
}

/* Demand of the flow in month `month` (0 = the first), replication 0. */
static double demand_after(const struct support *support, int month, size_t flow)
{
    struct world_state *state = support_begin(support);
    for (int m = 0; m <= month; m++) world_month(state, m);
    const double demand = flows_demand(world_flows_state(state), flow)[0];
    world_close(state);
    return demand;
}

START_TEST(demand_is_the_base_volume_when_nothing_changes)
{
    struct support support;
    support_open(
        &support,
        HEAD GOODS
        "flows:\n  f: {commodity: box, from: cn, to: eu, volume: 12 kTEU/yr, tariff: 5 %, response: {impact: 0.4, "
        "long_run: 2, speed: 0.27 /yr}}\n",
        1);
    ck_assert_double_eq(demand_after(&support, 0, 0), 12000.0);
    ck_assert_double_eq(demand_after(&support, 239, 0), 12000.0);
    ck_assert_str_eq(flows_unit(world_flows(support.world), 0), "TEU/yr");
    support_close(&support);
}
END_TEST

/* Half a GJ a tonne: 1 GJ are 2 t. Of commodities some may be there for others to move. */
START_TEST(a_flow_in_energy_is_what_its_heat_value_says)
{
    static const char text[] = HEAD "commodities:\n  idle: {unit: TEU, value: 1 USD/TEU}\n  peat: {unit: t, heat: 0.5 "
                                    "GJ/t, value: 2 USD/GJ}\nflows: {f: {commodity: peat, from: a, to: b, volume: 1000 "
                                    "GJ/yr}}\n";
    struct support support;
    support_open(&support, text, 1);
    ck_assert_double_eq_tol(demand_after(&support, 0, 0), 2000.0, 2000.0 * 4 * DBL_EPSILON);
    for (size_t c = 0; c < 2; c++) {
        const struct setting *commodity =
            setting_at(support.plan.root, c == 0 ? "commodities.idle" : "commodities.peat");
        ck_assert(commodity != NULL && commodity->used);
    }
    support_close(&support);
}
END_TEST

START_TEST(a_permanent_change_of_price_is_answered_between_impact_and_long_run)
{
    /* duty jumps from 0 to 10 % in the first month: D ratio q^-(e0 + (e1 - e0)(1 - exp(-s n D))) after n months */
    struct support support;
    support_open(
        &support,
        HEAD GOODS
        "flows:\n  f: {commodity: box, from: cn, to: eu, volume: 1 TEU/yr, tariff: {2020-01: 0 %, 2020-02: 10 %}, "
        "response: {impact: 0.37, long_run: 2, speed: 0.27 /yr}}\n",
        1);
    static const int month[] = {1, 2, 13, 121, 239};
    ck_assert_double_eq_tol(demand_after(&support, 0, 0), 1.0, 1e-15);
    for (size_t i = 0; i < sizeof month / sizeof *month; i++) {
        const int n = month[i] - 1;
        const double elasticity = 0.37 + (2.0 - 0.37) * -expm1(-0.27 * n / 12.0);
        ck_assert_double_eq_tol(demand_after(&support, month[i], 0), pow(1.1, -elasticity), 1e-13);
    }
    support_close(&support);
}
END_TEST

START_TEST(scaling_all_drivers_by_k_scales_demand_by_k_to_the_sum_of_elasticities)
{
    struct support support;
    support_open(&support,
                 HEAD GOODS
                 "drivers:\n  a: {model: growth, mean: 7.2 %/yr, reversion: 1 /yr, sigma: 0 %/yr}\n"
                 "  p: {model: path, unit: USD/t, values: {2020-01: 5 USD/t, 2021-01: 10 USD/t}}\n"
                 "flows:\n  f: {commodity: box, from: cn, to: eu, volume: 100 TEU/yr, income: {a: 0.5, p: 0.7}}\n",
                 1);
    const double grown = pow(1.072, 13.0 / 12.0);
    ck_assert_double_eq_tol(demand_after(&support, 12, 0), 100.0 * pow(grown, 0.5) * pow(2.0, 0.7), 1e-10);
    support_close(&support);
}
END_TEST

START_TEST(a_season_moves_demand_between_months_but_not_the_year)
{
    struct support support;
    struct world_state *state = NULL;
    struct block_result result;
    support_open(&support,
                 HEAD GOODS "flows:\n  f: {commodity: box, from: cn, to: eu, volume: 100 TEU/yr, season: [2, 1, 1, 1, "
                            "1, 1, 1, 1, 1, 1, 0.5, 0.5]}\n",
                 1);
    ck_assert_double_eq_tol(demand_after(&support, 0, 0), 200.0, 1e-11);
    ck_assert_double_eq_tol(demand_after(&support, 10, 0), 50.0, 1e-11);
    ck_assert_ptr_null(world_open(support.world, &state));
    world_simulate(state, 0, LANES, &result);
    const size_t cell = outcomes_find(&support.outcomes, "flows.f.demand") * 21;
    for (size_t year = 0; year < 20; year++) ck_assert_double_eq_tol(result.cell[cell + year][0], 100.0, 1e-11);
    ck_assert_double_eq_tol(result.cell[cell + 20][0], 2000.0, 1e-9);
    ck_assert_str_eq(support.outcomes.item[cell / 21].total, "TEU");
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(a_trend_alone_multiplies_demand_by_its_factor_since_the_base)
{
    /* n months since the base: 6 in the first month; a step profile has 6 months at 25 %, then 24 at 3 %, twice that */
    struct support support;
    support_open(&support,
                 "scenario: t\ntime: {base: 2019-07, start: 2020-01, months: 24}\n" GOODS
                 "flows:\n  f: {commodity: box, from: cn, to: eu, volume: 100 TEU/yr, trend: 7 %/yr}\n"
                 "  g: {commodity: box, from: cn, to: eu, volume: 100 TEU/yr, trend: {2019: 25 %/yr, 2020: 3 %/yr, "
                 "interpolation: step, times: 2}}\n"
                 "  h: {commodity: box, from: cn, to: eu, volume: 100 TEU/yr, trend: uniform(-5 10) %/yr}\n",
                 1);
    struct world_state *state = support_begin(&support);
    const double *drawn = support_quantity(&support, state, "flows.h.trend");
    ck_assert_double_ne(drawn[0], drawn[1]);
    for (int m = 0; m < 24; m++) {
        world_month(state, m);
        const double *f = flows_demand(world_flows_state(state), 0), *g = flows_demand(world_flows_state(state), 1),
                     *h = flows_demand(world_flows_state(state), 2);
        ck_assert_double_eq_tol(f[0] / (100.0 * pow(1.07, (m + 6) / 12.0)), 1.0, 1e-14);
        ck_assert_double_eq_tol(g[0] / (100.0 * pow(1.5, 0.5) * pow(1.06, m / 12.0)), 1.0, 1e-14);
        for (int l = 0; l < LANES; l++)
            ck_assert_double_eq_tol(h[l] / (100.0 * pow(1.0 + drawn[l], (m + 6) / 12.0)), 1.0, 1e-14);
    }
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(a_profile_of_volume_is_followed_and_its_base_value_fills_the_legs)
{
    /* linear from 120 at 2019-07 to 360 at 2021-07: 10 TEU/yr more each month */
    struct support support;
    support_open(&support,
                 "scenario: t\ntime: {base: 2019-07, start: 2020-01, months: 24}\n"
                 "commodities:\n  box: {unit: TEU, value: 1000 USD/TEU, time_value: 1 USD/TEU/d}\n"
                 "legs:\n  line: {capacity: 480 TEU/yr, use: {box: 1}, time: 1 d}\n"
                 "flows:\n  f: {commodity: box, from: cn, to: eu, volume: {2019-07: 120 TEU/yr, 2021-07: 360 TEU/yr, "
                 "times: 1.5}, "
                 "routes: {r: {share: 100 %, via: [line]}}}\n",
                 1);
    struct world_state *state = support_begin(&support);
    ck_assert_double_eq_tol(network_base_load(world_network_state(state), 0)[0], 1.5 * 120.0 / 480.0, 1e-15);
    for (int m = 0; m < 24; m++) {
        world_month(state, m);
        const double volume = m + 6 < 24 ? 120.0 + 10.0 * (m + 6) : 360.0;
        ck_assert_double_eq_tol(flows_demand(world_flows_state(state), 0)[0], 1.5 * volume, 1e-12 * volume);
    }
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(a_shock_has_its_variance_from_the_first_month_on)
{
    /* Cov(ln S_t, ln S_t+h) = sigma^2 exp(-kappa h) */
    static const int month[] = {1, 2, 13, 240};
    struct support support;
    support_open(&support,
                 "scenario: t\ntime: {base: 2019-07, start: 2020-01, months: 240}\n" GOODS
                 "flows:\n  f: {commodity: box, from: cn, to: eu, volume: 100 TEU/yr, shock: {sigma: 0.2, reversion: "
                 "0.8 /yr}}\n",
                 7);
    double *x = malloc(4 * N * sizeof *x);
    ck_assert_ptr_nonnull(x);
    shocks_of(&support, "f", 4, month, x);
    for (size_t i = 0; i < 4; i++) {
        support_mean_is(N, x + i * N, 0.0, "ln S");
        ck_assert_double_eq_tol(support_moment(N, x + i * N, 4) / pow(support_moment(N, x + i * N, 2), 2.0), 3.0,
                                SUPPORT_ERRORS * sqrt(24.0 / N));
        for (size_t j = i; j < 4; j++)
            assert_covariance(x + i * N, x + j * N, 0.04, 0.04, 0.04 * exp(-0.8 * (month[j] - month[i]) / 12.0));
    }
    struct world_state *state = support_begin(&support);
    world_month(state, 0);
    for (int l = 0; l < LANES; l++)
        ck_assert_double_eq_tol(flows_demand(world_flows_state(state), 0)[l], 100.0 * exp(x[l]), 1e-12);
    world_close(state);
    free(x);
    support_close(&support);
}
END_TEST

START_TEST(a_shock_drawn_per_replication_keeps_its_law_in_each)
{
    /* sigma and reversion drawn: x / sigma is standard normal, with the correlation exp(-kappa h) of its replication */
    static const int month[] = {1, 7};
    struct support support;
    support_open(&support,
                 HEAD GOODS
                 "flows:\n  f: {commodity: box, from: cn, to: eu, volume: 100 TEU/yr, shock: {sigma: uniform(0.1 0.5), "
                 "reversion: uniform(0.2 3) /yr}}\n",
                 8);
    double *x = malloc(2 * N * sizeof *x), *product = malloc(N * sizeof *product);
    struct arena arena = {0};
    struct rows *rows = NULL;
    ck_assert(x != NULL && product != NULL);
    ck_assert_ptr_null(rows_open(support.plan.store, &arena, &rows));
    shocks_of(&support, "f", 2, month, x);
    const int sigma = store_find(support.plan.store, "flows.f.shock.sigma"),
              reversion = store_find(support.plan.store, "flows.f.shock.reversion");
    for (size_t first = 0; first < N; first += LANES) {
        rows_start(rows, first);
        for (size_t l = 0; l < LANES; l++) {
            const double s = rows_get(rows, sigma)[l], k = rows_get(rows, reversion)[l];
            const double a = x[first + l] / s, b = x[N + first + l] / s;
            x[first + l] = a * a;
            product[first + l] = a * b - exp(-0.5 * k);
        }
    }
    support_mean_is(N, x, 1.0, "square of ln S over sigma");
    support_mean_is(N, product, 0.0, "product six months apart");
    arena_free(&arena);
    free(product);
    free(x);
    support_close(&support);
}
END_TEST

START_TEST(a_shock_hangs_together_with_a_driver_and_with_another_shock)
{
    /* with a walk from the start on: rho s sigma sqrt(2 kappa) (1 - e^-kappa t) / kappa; with another shock for ever:
     * rho sigma1 sigma2 2 sqrt(k1 k2) / (k1 + k2) */
    static const int month[] = {1, 24};
    struct support support;
    support_open(&support,
                 "scenario: t\ntime: {base: 2019-07, start: 2020-01, months: 24}\n" GOODS
                 "drivers:\n  w: {model: trend, start: 0 m, drift: 0 m/yr, sigma: 0.3 m}\n"
                 "  correlation: {pairs: {w/flows.f.shock: 0.5, flows.f.shock/flows.g.shock: -0.4}}\n"
                 "flows:\n"
                 "  f: {commodity: box, from: cn, to: eu, volume: 1 TEU/yr, shock: {sigma: 0.2, reversion: 0.8 /yr}}\n"
                 "  g: {commodity: box, from: cn, to: eu, volume: 1 TEU/yr, shock: {sigma: 0.1, reversion: 3 /yr}}\n",
                 9);
    double *f = malloc(2 * N * sizeof *f), *g = malloc(2 * N * sizeof *g), *w = malloc(2 * N * sizeof *w);
    ck_assert(f != NULL && g != NULL && w != NULL);
    shocks_of(&support, "f", 2, month, f);
    shocks_of(&support, "g", 2, month, g);
    support_levels(&support, "w", N, 2, month, w);
    for (size_t i = 0; i < 2; i++) {
        const double t = month[i] / 12.0;
        assert_covariance(f + i * N, w + i * N, 0.04, 0.09 * t,
                          0.5 * 0.3 * 0.2 * sqrt(1.6) * (1.0 - exp(-0.8 * t)) / 0.8);
        assert_covariance(f + i * N, g + i * N, 0.04, 0.01, -0.4 * 0.2 * 0.1 * 2.0 * sqrt(0.8 * 3.0) / 3.8);
    }
    free(f);
    free(g);
    free(w);
    support_close(&support);
}
END_TEST

START_TEST(a_shock_of_its_own_leaves_the_bits_of_everything_else)
{
#define TWO(more)                                                                                                      \
    "scenario: t\ntime: {base: 2019-07, start: 2020-01, months: 24}\n" GOODS                                           \
    "drivers:\n  y: {model: growth, mean: 3 %/yr, reversion: 0.6 /yr, sigma: 2 %/yr}\n"                                \
    "flows:\n  f: {commodity: box, from: cn, to: eu, volume: 100 TEU/yr, income: {y: 1}}\n"                            \
    "  g: {commodity: box, from: cn, to: eu, volume: uniform(1 2) TEU/yr" more "}\n"
    struct support with, without;
    support_open(&with, TWO(", shock: {sigma: 0.2, reversion: 0.8 /yr}"), 3);
    support_open(&without, TWO(""), 3);
    struct world_state *a = support_begin(&with), *b = support_begin(&without);
    for (int m = 0; m < 24; m++) {
        world_month(a, m);
        world_month(b, m);
        ck_assert_mem_eq(flows_demand(world_flows_state(a), 0), flows_demand(world_flows_state(b), 0),
                         LANES * sizeof(double));
        ck_assert_mem_ne(flows_demand(world_flows_state(a), 1), flows_demand(world_flows_state(b), 1),
                         LANES * sizeof(double));
    }
    world_close(a);
    world_close(b);
    support_close(&with);
    support_close(&without);
#undef TWO
}
END_TEST

START_TEST(the_value_of_goods_follows_their_price)
{
    /* the price doubles after a year: exports, what is delivered and its answer with it; base prices stay */
    struct support support;
    support_open(
        &support,
        "scenario: t\ntime: {base: 2020-01, start: 2020-01, months: 24}\nrun: {home: kz}\n"
        "drivers:\n  copper: {model: path, unit: USD/t, values: {2020-01: 6 kUSD/t, 2021-01: 12 kUSD/t}}\n"
        "commodities:\n  cathode: {unit: t, value: {base: 5 kUSD/t, driver: copper}}\n"
        "flows:\n"
        "  f: {commodity: cathode, from: kz, to: cn, volume: 100 t/yr}\n"
        "  g: {commodity: cathode, from: kz, to: eu, volume: 100 t/yr, value: {base: {2020-01: 6 kUSD/t, 2021-01: "
        "7 kUSD/t}, driver: copper}, response: {impact: 0.5, long_run: 0.5, speed: 1 /yr}}\n"
        "  h: {commodity: cathode, from: kz, to: ru, volume: 100 t/yr, value: uniform(4 5) kUSD/t}\n",
        1);
    ck_assert_str_eq(store_input_name(support.plan.store, 0), "flows.h.value"); /* as ever */
    struct world_state *state = support_begin(&support);
    const double *h = support_quantity(&support, state, "flows.h.value");
    for (int m = 0; m < 24; m++) {
        world_month(state, m);
        const double part = m < 12 ? m / 12.0 : 1.0, ratio = 1.0 + part, unit = (6000.0 + 1000.0 * part) * ratio;
        const double demand = 100.0 * pow(unit / 6000.0, -0.5);
        ck_assert_double_eq_tol(support_value(&support, state, "flows.f.value"), 5e5 * ratio, 1e-8);
        ck_assert_double_eq_tol(support_value(&support, state, "flows.g.demand"), demand, 1e-10);
        ck_assert_double_eq_tol(support_value(&support, state, "trade.exports.eu"), demand * unit, 1e-6);
        ck_assert_double_eq_tol(support_value(&support, state, "trade.exports.ru"), 100.0 * h[0], 1e-8);
        ck_assert_double_eq_tol(support_value(&support, state, "flows.g.surplus"),
                                0.5 * (demand + 100.0) * (6000.0 - unit), 1e-6);
    }
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(demand_has_no_elasticity_to_a_driver_that_may_cross_zero)
{
    struct support support;
    struct fault *fault = support_try(
        &support,
        HEAD GOODS "drivers:\n  sea: {model: trend, start: 1 m, drift: 0 m/yr, sigma: 1 m}\n"
                   "flows:\n  f: {commodity: box, from: cn, to: eu, volume: 100 TEU/yr, income: {sea: 1}}\n",
        1);
    ck_assert_ptr_nonnull(fault);
    ck_assert_ptr_nonnull(strstr(fault->sentence, "driver sea may cross zero"));
    ck_assert_int_eq(fault->place.line, 8);
    fault_free(fault);
    support_close(&support);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("flows");
    TCase *facts = tcase_create("facts");
    tcase_add_test(facts, demand_is_the_base_volume_when_nothing_changes);
    tcase_add_test(facts, a_flow_in_energy_is_what_its_heat_value_says);
    tcase_add_test(facts, a_permanent_change_of_price_is_answered_between_impact_and_long_run);
    tcase_add_test(facts, scaling_all_drivers_by_k_scales_demand_by_k_to_the_sum_of_elasticities);
    tcase_add_test(facts, a_season_moves_demand_between_months_but_not_the_year);
    tcase_add_test(facts, a_trend_alone_multiplies_demand_by_its_factor_since_the_base);
    tcase_add_test(facts, a_profile_of_volume_is_followed_and_its_base_value_fills_the_legs);
    tcase_add_test(facts, a_shock_has_its_variance_from_the_first_month_on);
    tcase_add_test(facts, a_shock_drawn_per_replication_keeps_its_law_in_each);
    tcase_add_test(facts, a_shock_hangs_together_with_a_driver_and_with_another_shock);
    tcase_add_test(facts, a_shock_of_its_own_leaves_the_bits_of_everything_else);
    tcase_add_test(facts, the_value_of_goods_follows_their_price);
    tcase_add_test(facts, demand_has_no_elasticity_to_a_driver_that_may_cross_zero);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
