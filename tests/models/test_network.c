/* tests/models/test_network.c -- flows, routes and legs through whole scenarios, against closed forms
 * (models/README.md, Legs and routes). "Rounding" tolerances are some tens of units in the last place of the sums at
 * hand; finite differences state their own.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/models/support.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MONTH_DAYS 30.4375
#define ROUNDING   1e-12

#define HEAD                                                                                                           \
    "scenario: t\n"                                                                                                    \
    "time: {base: 2019-07, start: 2020-01, months: 240}\n"                                                             \
    "commodities:\n"                                                                                                   \
    "  box: {unit: TEU, value: 10000 USD/TEU, time_value: 100 USD/TEU/d, reliability_ratio: 0.5}\n"

/* Three routes of which two are in a nest; %s: the change of the cost of leg a at the start, of all legs, and lambda.
 */
#define THREE                                                                                                          \
    HEAD "legs:\n"                                                                                                     \
         "  a: {cost: {box: 900 USD/TEU}, penalty: {box: {2019-07: 0 USD/TEU, 2020-01: %.17g USD/TEU, "                \
         "interpolation: step}}, time: 5 d, sd: 3 d}\n"                                                                \
         "  b: {cost: {box: 700 USD/TEU}, time: 9 d}\n"                                                                \
         "  c: {cost: {box: 300 USD/TEU}, time: 20 d}\n"                                                               \
         "  all: {penalty: {box: {2019-07: 0 USD/TEU, 2020-01: %.17g USD/TEU, interpolation: step}}}\n"                \
         "flows:\n"                                                                                                    \
         "  f:\n"                                                                                                      \
         "    commodity: box\n"                                                                                        \
         "    from: x\n"                                                                                               \
         "    to: y\n"                                                                                                 \
         "    volume: 12000 TEU/yr\n"                                                                                  \
         "    choice: {sensitivity: %s /kUSD, nests: {n: %.17g}}\n"                                                    \
         "    routes:\n"                                                                                               \
         "      a: {share: 20 %%, via: [a, all], nest: n}\n"                                                           \
         "      b: {share: 30 %%, via: [b, all], nest: n}\n"                                                           \
         "      c: {share: 50 %%, via: [c, all]}\n"

struct three {
    double share[3], cost;
};

/* Shares and composite cost in the first month, with leg a dearer by `dearer` and all by `more` USD per TEU. */
static struct three three_at(double dearer, double more, const char *sensitivity, double lambda)
{
    static const char *const paths[] = {"routes.f.a.share", "routes.f.b.share", "routes.f.c.share"};
    char text[2048];
    struct support support;
    struct three three;
    snprintf(text, sizeof text, THREE, dearer, more, sensitivity, lambda);
    support_open(&support, text, 1);
    struct world_state *state = support_begin(&support);
    world_month(state, 0);
    for (int i = 0; i < 3; i++) three.share[i] = support_value(&support, state, paths[i]);
    three.cost = support_value(&support, state, "flows.f.cost");
    world_close(state);
    support_close(&support);
    return three;
}

static const double base_share[3] = {0.2, 0.3, 0.5};
static const double base_cost[3] = {900.0 + 100.0 * (5.0 + 0.5 * 3.0), 700.0 + 900.0, 300.0 + 2000.0};

START_TEST(base_shares_are_reproduced_exactly)
{
    static const double lambdas[] = {0.05, 0.5, 1.0};
    const double mean = 0.2 * base_cost[0] + 0.3 * base_cost[1] + 0.5 * base_cost[2];
    for (int i = 0; i < 3; i++) {
        const struct three at = three_at(0.0, 0.0, "1.7", lambdas[i]);
        for (int r = 0; r < 3; r++) ck_assert_double_eq_tol(at.share[r], base_share[r], ROUNDING);
        ck_assert_double_eq_tol(at.cost, mean, mean * ROUNDING);
    }
}
END_TEST

/* Own and cross elasticities d ln P_j / d ln C_a by central differences, whose error is of order (theta h / lambda)^2
 * relative: 1e-8 here. */
static void assert_elasticities(double lambda)
{
    const double theta = 1e-3, h = 0.05, c = base_cost[0], nest = 0.5, within = 0.4, share = 0.2;
    const struct three up = three_at(h, 0.0, "1", lambda), down = three_at(-h, 0.0, "1", lambda);
    const double expected[3] = {-theta * c * ((1.0 - within) / lambda + within * (1.0 - nest)),
                                theta * c * within * (1.0 / lambda - 1.0 + nest), theta * c * share};
    for (int j = 0; j < 3; j++) {
        const double found = c * (log(up.share[j]) - log(down.share[j])) / (2.0 * h);
        ck_assert_double_eq_tol(found, expected[j], 1e-6);
    }
}

START_TEST(elasticities_are_those_of_the_logit)
{
    assert_elasticities(1.0); /* own -theta C (1 - P), cross theta C P */
}
END_TEST

START_TEST(elasticities_are_those_of_the_nested_logit)
{
    assert_elasticities(0.5);
    assert_elasticities(0.2);
}
END_TEST

START_TEST(composite_cost_rises_by_the_share_of_the_route_that_gets_dearer)
{
    const double h = 0.05;
    const struct three up = three_at(h, 0.0, "1", 0.4), down = three_at(-h, 0.0, "1", 0.4);
    ck_assert_double_eq_tol((up.cost - down.cost) / (2.0 * h), 0.2, 1e-8);
}
END_TEST

START_TEST(a_constant_on_all_costs_leaves_shares_and_adds_itself_to_the_composite)
{
    const struct three before = three_at(120.0, 0.0, "1", 0.4), after = three_at(120.0, 777.0, "1", 0.4);
    for (int r = 0; r < 3; r++) ck_assert_double_eq_tol(after.share[r], before.share[r], ROUNDING);
    ck_assert_double_eq_tol(after.cost, before.cost + 777.0, before.cost * ROUNDING);
}
END_TEST

START_TEST(with_endless_sensitivity_all_take_the_cheapest)
{
    /* dearer by 1 USD than at the base: all leave it; cheaper: all come */
    struct three at = three_at(1.0, 0.0, "1000000", 0.5);
    ck_assert_double_eq(at.share[0], 0.0);
    at = three_at(-1.0, 0.0, "1000000", 0.5);
    ck_assert_double_eq(at.share[0], 1.0);
}
END_TEST

START_TEST(a_route_of_prohibitive_cost_leaves_the_others_as_they_were_to_one_another)
{
    const struct three at = three_at(1e9, 0.0, "1", 1.0);
    ck_assert_double_eq(at.share[0], 0.0);
    ck_assert_double_eq_tol(at.share[1] / at.share[2], 0.3 / 0.5, ROUNDING);
    ck_assert_double_eq_tol(at.share[1] + at.share[2], 1.0, ROUNDING);
    const struct three reward = three_at(-1e9, 0.0, "1", 0.3);
    ck_assert_double_eq(reward.share[0], 1.0);
}
END_TEST

START_TEST(a_penalty_in_a_nest_goes_to_the_neighbour_first)
{
    const struct three plain = three_at(400.0, 0.0, "1", 1.0), nested = three_at(400.0, 0.0, "1", 0.3);
    ck_assert_double_eq_tol(plain.share[1] / plain.share[2], 0.6, ROUNDING); /* in proportion */
    ck_assert_double_gt(nested.share[1], plain.share[1]);
    ck_assert_double_lt(nested.share[2], plain.share[2]);
}
END_TEST

START_TEST(a_route_like_another_is_as_attractive_at_the_same_cost)
{
    char text[2048];
    static const char *const offsets[] = {"", ", offset: 500 USD/TEU"};
    for (int i = 0; i < 2; i++) {
        snprintf(
            text, sizeof text,
            HEAD
            "legs:\n  a: {cost: {box: 900 USD/TEU}}\n  b: {cost: {box: 700 USD/TEU}}\n  c: {cost: {box: 900 USD/TEU}}\n"
            "flows:\n  f: {commodity: box, from: x, to: y, volume: 12 kTEU/yr, choice: {sensitivity: 1 /kUSD}, routes: "
            "{\n"
            "    a: {share: 25 %%, via: [a]}, b: {share: 75 %%, via: [b]}, c: {like: a, via: [c]%s}}}\n",
            offsets[i]);
        const double a = support_value_of(text, "routes.f.a.share", 0),
                     c = support_value_of(text, "routes.f.c.share", 0);
        ck_assert_double_eq_tol(c / a, i == 0 ? 1.0 : exp(-0.5), ROUNDING);
    }
}
END_TEST

/* ---- capacity ---- */

/* One flow, one route over one leg of 10,000 of the 12,000 TEU a year that want to pass. */
#define ONE_LEG                                                                                                        \
    HEAD "legs:\n  l: {capacity: 10000 TEU/yr, use: {box: 1}}\n"                                                       \
         "flows:\n  f: {commodity: box, from: x, to: y, volume: 12000 TEU/yr, routes: {r: {share: 100 %%, via: "       \
         "[l]}}}\n"                                                                                                    \
         "network: {renege: %.17g /mo}\n"

START_TEST(the_backlog_of_one_leg_follows_its_closed_form)
{
    const double d = 1000.0, k = 10000.0 / 12.0;
    static const double reneges[] = {0.0, 0.1, 0.5};
    for (int i = 0; i < 3; i++) {
        char text[1024];
        struct support support;
        const double nu = reneges[i];
        snprintf(text, sizeof text, ONE_LEG, nu);
        support_open(&support, text, 1);
        struct world_state *state = support_begin(&support);
        for (int n = 1; n <= 240; n++) {
            world_month(state, n - 1);
            const double expected = nu == 0.0 ? n * (d - k) : (1.0 - nu) * (d - k) * (1.0 - pow(1.0 - nu, n)) / nu;
            const double waited =
                nu == 0.0 ? (n - 1) * (d - k) : (1.0 - nu) * (d - k) * (1.0 - pow(1.0 - nu, n - 1)) / nu;
            /* a leg without room may take 1e-12 of its base capacity in each of two passes */
            ck_assert_double_eq_tol(support_value(&support, state, "flows.f.backlog"), expected,
                                    expected * ROUNDING + n * 2e-12 * k);
            ck_assert_double_eq_tol(support_value(&support, state, "flows.f.shipped"), 12.0 * k, 12.0 * k * ROUNDING);
            const double months = fmin((d + waited) / k - 1.0, 12.0);
            ck_assert_double_eq_tol(support_value(&support, state, "legs.l.delay"), MONTH_DAYS * months, 1e-9);
            ck_assert_double_eq_tol(support_value(&support, state, "routes.f.r.delay"), MONTH_DAYS * months, 1e-9);
            ck_assert_double_eq_tol(support_value(&support, state, "legs.l.utilisation"), 1.0, ROUNDING);
        }
        if (nu > 0.0)
            ck_assert_double_eq_tol(support_value(&support, state, "flows.f.backlog"), (1.0 - nu) * (d - k) / nu, 1e-7);
        world_close(state);
        support_close(&support);
    }
}
END_TEST

/* A leg that can take less than would come, beside one without limit. */
#define TWO_ROUTES                                                                                                     \
    HEAD "legs:\n  l: {capacity: %.17g TEU/yr, use: {box: 1}, cost: {box: 500 USD/TEU}}\n  m: {cost: {box: 900 "       \
         "USD/TEU}}\n"                                                                                                 \
         "flows:\n  f: {commodity: box, from: x, to: y, volume: 12000 TEU/yr, choice: {sensitivity: 2 /kUSD}, "        \
         "routes: {"                                                                                                   \
         "a: {share: 60 %%, via: [l]}, b: {share: 40 %%, via: [m]}}}\n"                                                \
         "network: {sweeps: 1000}\n"

START_TEST(two_routes_and_one_capacity_meet_where_bisection_says)
{
    static const double capacities[] = {7000.0, 6000.0, 4000.0, 1000.0, 100.0};
    for (int i = 0; i < 5; i++) {
        char text[1024];
        struct support support;
        const double k = capacities[i] / 12.0, d = 1000.0, steep = 2e-3 * 100.0 * MONTH_DAYS;
        double low = 0.0, high = 12.0;
        for (int step = 0; step < 200; step++) {
            const double u = 0.5 * (low + high), x = d / (1.0 + 0.4 / 0.6 * exp(steep * u));
            if (fmax(0.0, x / k - 1.0) > u)
                low = u;
            else
                high = u;
        }
        const double u = 0.5 * (low + high);
        snprintf(text, sizeof text, TWO_ROUTES, capacities[i]);
        support_open(&support, text, 1);
        struct world_state *state = support_begin(&support);
        world_month(state, 0);
        ck_assert_double_eq_tol(support_value(&support, state, "legs.l.delay"), MONTH_DAYS * u, 1e-10);
        const double offered = d / (1.0 + 0.4 / 0.6 * exp(steep * u));
        ck_assert_double_eq_tol(support_value(&support, state, "flows.f.backlog") / 0.9, fmax(0.0, offered - k), 1e-9);
        ck_assert_double_lt(support_value(&support, state, "network.residual"), 1e-12);
        world_close(state);
        support_close(&support);
    }
}
END_TEST

START_TEST(a_leg_closed_for_months_lets_nothing_pass_and_opens_again)
{
    struct support support;
    support_open(&support,
                 HEAD "legs:\n  l: {capacity: {2019-07: 20000 TEU/yr, 2020-03: 0 TEU/yr, 2020-07: 20000 TEU/yr, "
                      "interpolation: step}, use: {box: 1}}\n  m: {}\n"
                      "flows:\n  f: {commodity: box, from: x, to: y, volume: 12000 TEU/yr, choice: {sensitivity: 0.01 "
                      "/kUSD}, routes: {"
                      "a: {share: 60 %, via: [l]}, b: {share: 40 %, via: [m]}}}\n",
                 1);
    struct world_state *state = support_begin(&support);
    for (int m = 0; m < 24; m++) {
        world_month(state, m);
        const bool closed = m >= 2 && m < 6;
        const double volume = support_value(&support, state, "routes.f.a.volume"),
                     delay = support_value(&support, state, "legs.l.delay");
        if (closed) {
            ck_assert_double_eq(volume, 0.0);
            ck_assert_double_eq(delay, 12.0 * MONTH_DAYS);
            ck_assert_double_eq(support_value(&support, state, "legs.l.utilisation"), 0.0);
            /* shippers see a delay of 12 months: theta VOT 365.25 d = 0.365 off the log odds of 1.5 */
            ck_assert_double_eq_tol(support_value(&support, state, "routes.f.b.volume"),
                                    12000.0 / (1.0 + 1.5 * exp(-0.36525)), 1e-7);
        } else {
            ck_assert_double_gt(volume, 0.0);
            ck_assert_double_le(volume, 20000.0 * (1.0 + ROUNDING));
        }
        if (m == 5) ck_assert_double_gt(support_value(&support, state, "flows.f.backlog"), 1000.0);
    }
    ck_assert_double_eq(support_value(&support, state, "flows.f.backlog"), 0.0);
    ck_assert_double_eq_tol(support_value(&support, state, "routes.f.a.volume"), 7200.0, 7200.0 * ROUNDING);
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(when_every_route_is_closed_all_waits_or_is_lost)
{
    struct support support;
    struct block_result result;
    support_open(
        &support,
        HEAD
        "legs:\n  l: {capacity: {2019-07: 20000 TEU/yr, 2020-01: 0 TEU/yr, 2021-01: 20000 TEU/yr, interpolation: "
        "step}, use: {box: 1}}\n"
        "  m: {capacity: {2019-07: 20000 TEU/yr, 2020-01: 0 TEU/yr, 2021-01: 20000 TEU/yr, interpolation: step}, use: "
        "{box: 1}}\n"
        "flows:\n  f: {commodity: box, from: x, to: y, volume: 12000 TEU/yr, choice: {sensitivity: 1 /kUSD}, routes: {"
        "a: {share: 60 %, via: [l]}, b: {share: 40 %, via: [m]}}}\n",
        1);
    struct world_state *state = support_begin(&support);
    world_simulate(state, 0, LANES, &result);
    const size_t years = 21;
    const double *shipped = result.cell[outcomes_find(&support.outcomes, "flows.f.shipped") * years];
    const double *lost = result.cell[outcomes_find(&support.outcomes, "flows.f.lost") * years];
    const double *backlog = result.cell[outcomes_find(&support.outcomes, "flows.f.backlog") * years];
    const double *cost = result.cell[outcomes_find(&support.outcomes, "flows.f.cost") * years];
    const double *share = result.cell[outcomes_find(&support.outcomes, "routes.f.a.share") * years];
    ck_assert_double_eq(shipped[0], 0.0);
    ck_assert_double_eq_tol(lost[0] + backlog[0], 12000.0, 1e-8);
    ck_assert_double_nan(cost[0]); /* of nothing: left out of statistics, and counted */
    ck_assert_double_nan(share[0]);
    ck_assert_int_eq(result.failed_month[0], -1);
    ck_assert_double_gt(shipped[LANES], 12000.0); /* next year also what waited */
    ck_assert_double_eq_tol(share[LANES], 0.6, 0.05);
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(soft_congestion_adds_time_by_the_load_of_last_month)
{
    struct support support;
    support_open(
        &support,
        HEAD "legs:\n  l: {capacity: 15000 TEU/yr, use: {box: 1}, cost: {box: 100 USD/TEU}, time: 8 d, bpr: [0.5, 3]}\n"
             "drivers:\n  g: {model: path, values: {2019-07: 1, 2020-01: 1, 2020-02: 1.125}}\n"
             "flows:\n  f: {commodity: box, from: x, to: y, volume: 12000 TEU/yr, income: {g: 1}, routes: {r: {share: "
             "100 %, via: [l]}}}\n",
        1);
    struct world_state *state = support_begin(&support);
    static const double rho[] = {0.8, 0.8, 0.9, 0.9};
    for (int m = 0; m < 4; m++) {
        world_month(state, m);
        const double days = 8.0 * (1.0 + 0.5 * pow(rho[m], 3.0)), volume = m == 0 ? 12000.0 : 13500.0;
        ck_assert_double_eq_tol(support_value(&support, state, "flows.f.cost"), 100.0 + 100.0 * days, 1e-9);
        ck_assert_double_eq_tol(support_value(&support, state, "flows.f.in-transit"), volume / 12.0 * days / MONTH_DAYS,
                                1e-9);
    }
    world_close(state);
    support_close(&support);
}
END_TEST

/* What a file states first is as good as the rest: of each leg the only number, or its first, is the first of all. */
START_TEST(what_a_file_states_first_counts)
{
    static const struct {
        const char *leg;
        double cost; /* USD/TEU */
    } first[] = {
        {"cost: {box: 40 USD/TEU}", 40.0},
        {"fee: {box: 40 USD/TEU}", 40.0},
        {"subsidy: {box: 40 USD/TEU}", -40.0},
        {"penalty: {box: 40 USD/TEU}", 40.0},
        {"time: 3 d", 3.0 * 100.0},
        {"sd: 3 d", 0.5 * 3.0 * 100.0},
        {"capacity: 15000 TEU/yr, use: {box: 1}, time: 8 d, bpr: [0.5, 3]", 800.0 * (1.0 + 0.5 * 0.8 * 0.8 * 0.8)},
    };
    for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
        char text[1024];
        snprintf(text, sizeof text,
                 "legs: {l: {%s}}\n" HEAD
                 "flows: {f: {commodity: box, from: x, to: y, volume: 12000 TEU/yr, routes: {r: "
                 "{share: 100 %%, via: [l]}}}}\n",
                 first[i].leg);
        ck_assert_double_eq_tol(support_value_of(text, "flows.f.cost", 0), first[i].cost, 800.0 * ROUNDING);
    }
}
END_TEST

START_TEST(a_draught_takes_capacity_down_to_a_tenth)
{
    /* 20 %/m beyond 0.5 m: at 0.5, 1, 3 and 9 m */
    static const double level[] = {0.5, 1.0, 3.0, 9.0}, left[] = {1.0, 0.9, 0.5, 0.1};
    for (int i = 0; i < 4; i++) {
        char text[1024];
        snprintf(text, sizeof text,
                 HEAD "drivers:\n  fall: {model: path, unit: m, values: {2019-07: 0 m, 2020-01: %g m}}\n"
                      "legs:\n  l: {capacity: 20000 TEU/yr, use: {box: 1}, draught: {driver: fall, loss: 20 %%/m, "
                      "offset: 0.5 m}}\n"
                      "flows:\n  f: {commodity: box, from: x, to: y, volume: 24000 TEU/yr, routes: {r: {share: 100 %%, "
                      "via: [l]}}}\n",
                 level[i]);
        ck_assert_double_eq_tol(support_value_of(text, "legs.l.used", 3), 20000.0 * left[i], 20000.0 * ROUNDING);
    }
}
END_TEST

START_TEST(a_cost_follows_its_driver_and_a_fee_does_not)
{
    const char *text = HEAD
        "drivers:\n  rate: {model: path, values: {2019-07: 2, 2020-01: 3}}\n"
        "legs:\n  l: {cost: {box: 400 USD/TEU}, fee: {box: 30 USD/TEU}, subsidy: {box: 5 USD/TEU}, cost_driver: rate}\n"
        "flows:\n  f: {commodity: box, from: x, to: y, volume: 12000 TEU/yr, routes: {r: {share: 100 %, via: [l]}}}\n";
    ck_assert_double_eq_tol(support_value_of(text, "flows.f.cost", 0), 400.0 * 1.5 + 25.0, 1e-9);
    ck_assert_double_eq_tol(support_value_of(text, "legs.l.revenue", 0), 30.0 * 12000.0, 1e-6);
}
END_TEST

START_TEST(by_leg_tells_what_each_leg_on_the_way_costs_takes_and_delays)
{
    /* the base year fills half of the wide leg; 24,000 TEU come to the narrow one, which takes 20,000 */
    struct support support;
    support_open(&support,
                 HEAD
                 "drivers:\n  rate: {model: path, values: {2019-07: 2, 2020-01: 3}}\n"
                 "legs:\n"
                 "  wide: {capacity: 48000 TEU/yr, use: {box: 1}, time: 2 d, bpr: [0.5, 4], cost: {box: 400 USD/TEU}, "
                 "fee: {box: 30 USD/TEU}, subsidy: {box: 5 USD/TEU}, penalty: {box: 7 USD/TEU}, cost_driver: rate}\n"
                 "  narrow: {capacity: 20000 TEU/yr, use: {box: 1}, time: 1 d}\n"
                 "flows:\n"
                 "  f: {commodity: box, from: x, to: y, volume: 24000 TEU/yr, routes: {r: {share: 100 %, via: [wide, "
                 "narrow]}}}\n"
                 "  g: {commodity: box, from: x, to: y, volume: 1 TEU/yr, routes: {r: {share: 100 %, via: [wide]}}}\n"
                 "outcomes: {by_leg: [f]}\n",
                 1);
    struct world_state *state = support_begin(&support);
    world_month(state, 0);
    const double rho = 24001.0 / 48000.0, days = 2.0 * (1.0 + 0.5 * rho * rho * rho * rho);
    ck_assert_double_eq_tol(support_value(&support, state, "routes.f.r.legs.wide.cost"), 400.0 * 1.5 + 32.0, 1e-9);
    ck_assert_double_eq_tol(support_value(&support, state, "routes.f.r.legs.wide.time"), days, 1e-12);
    ck_assert_double_eq(support_value(&support, state, "routes.f.r.legs.wide.delay"), 0.0);
    ck_assert_double_eq(support_value(&support, state, "routes.f.r.legs.narrow.cost"), 0.0);
    ck_assert_double_eq_tol(support_value(&support, state, "routes.f.r.legs.narrow.time"), 1.0, 1e-12);
    ck_assert_double_eq_tol(support_value(&support, state, "routes.f.r.legs.narrow.delay"), 0.2 * MONTH_DAYS, 1e-9);
    ck_assert_double_eq_tol(support_value(&support, state, "routes.f.r.delay"), 0.2 * MONTH_DAYS, 1e-9);
    ck_assert_str_eq(support.outcomes.item[outcomes_find(&support.outcomes, "routes.f.r.legs.wide.cost")].unit,
                     "USD/TEU");
    ck_assert_uint_eq(outcomes_find(&support.outcomes, "routes.g.r.legs.wide.cost"), support.outcomes.count);
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(users_of_one_leg_share_it_in_its_own_unit)
{
    /* 1/100 train/TEU and 1/4000 train/t: 12,000 TEU are 120 trains, 1.2 Mt are 300; there is room for 280 */
    struct support support;
    support_open(
        &support,
        HEAD
        "  ore: {unit: t, value: 100 USD/t, time_value: 0.1 USD/t/d}\n"
        "legs:\n  l: {capacity: 280 train/yr, use: {box: 1/100 train/TEU, ore: 1/4000 train/t}}\n"
        "flows:\n  f: {commodity: box, from: x, to: y, volume: 12000 TEU/yr, routes: {r: {share: 100 %, via: [l]}}}\n"
        "  g: {commodity: ore, from: x, to: y, volume: 1.2 Mt/yr, routes: {r: {share: 100 %, via: [l]}}}\n"
        "outcomes: {corridors: {both: [f.r, g.r]}}\n",
        1);
    struct world_state *state = support_begin(&support);
    world_month(state, 0);
    ck_assert_double_eq_tol(support_value(&support, state, "legs.l.used"), 280.0, 280.0 * ROUNDING);
    ck_assert_double_eq_tol(support_value(&support, state, "corridors.both.box"), 12000.0 * 280.0 / 420.0, 1e-8);
    ck_assert_double_eq_tol(support_value(&support, state, "corridors.both.ore"), 1.2e6 * 280.0 / 420.0, 1e-6);
    ck_assert_str_eq(support.outcomes.item[outcomes_find(&support.outcomes, "legs.l.used")].unit, "train/yr");
    ck_assert_str_eq(support.outcomes.item[outcomes_find(&support.outcomes, "corridors.both.ore")].unit, "t/yr");
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(demand_and_surplus_follow_last_months_cost)
{
    /* the leg gets 2,000 USD/TEU cheaper at the start: P0 = 10,000 + 3,000, P = 11,000 from the second month on */
    struct support support;
    support_open(&support,
                 HEAD "legs:\n  l: {cost: {box: {2019-07: 3000 USD/TEU, 2020-01: 1000 USD/TEU, interpolation: step}}}\n"
                      "flows:\n  f: {commodity: box, from: x, to: y, volume: 12000 TEU/yr, response: {impact: 0.4, "
                      "long_run: 2, speed: 0.5 /yr},\n"
                      "    routes: {r: {share: 100 %, via: [l]}}}\n",
                 1);
    struct world_state *state = support_begin(&support);
    world_month(state, 0);
    ck_assert_double_eq(support_value(&support, state, "flows.f.demand"), 12000.0);
    ck_assert_double_eq(support_value(&support, state, "flows.f.surplus"), 0.0);
    for (int m = 1; m < 60; m++) {
        world_month(state, m);
        const double elasticity = 0.4 + 1.6 * -expm1(-0.5 * (m - 1) / 12.0);
        const double demand = 12000.0 * pow(11000.0 / 13000.0, -elasticity);
        ck_assert_double_eq_tol(support_value(&support, state, "flows.f.demand"), demand, demand * ROUNDING);
        const double surplus = 0.5 * (demand + 12000.0) * 2000.0;
        ck_assert_double_eq_tol(support_value(&support, state, "flows.f.surplus"), surplus, surplus * ROUNDING);
    }
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(generalised_cost_is_money_time_and_the_root_of_squared_deviations)
{
    /* VOT 100, RR 0.8, sd 3 and 4 on the way: 0.8 * 5 days more */
    const char *text =
        "scenario: t\ntime: {base: 2019-07, start: 2020-01, months: 12}\n"
        "commodities:\n  box: {unit: TEU, value: 10000 USD/TEU, time_value: 100 USD/TEU/d, reliability_ratio: 0.8}\n"
        "legs:\n  a: {cost: {box: 100 USD/TEU}, fee: {box: 20 USD/TEU}, time: 2 d, sd: 3 d}\n"
        "  b: {subsidy: {box: 30 USD/TEU}, penalty: {box: 7 USD/TEU}, time: 5 d, sd: 4 d}\n"
        "flows:\n  f: {commodity: box, from: x, to: y, volume: 12000 TEU/yr, routes: {r: {share: 100 %, via: [a, "
        "b]}}}\n";
    ck_assert_double_eq_tol(support_value_of(text, "flows.f.cost", 0), 100 + 20 - 30 + 7 + 100.0 * (7.0 + 0.8 * 5.0),
                            1e-10);
}
END_TEST

START_TEST(the_queue_of_an_only_route_is_part_of_its_cost)
{
    char text[1024];
    snprintf(text, sizeof text, ONE_LEG, 0.1);
    const double months = 12000.0 / 10000.0 - 1.0;
    ck_assert_double_eq_tol(support_value_of(text, "flows.f.cost", 0), 100.0 * MONTH_DAYS * months, 1e-9);
}
END_TEST

START_TEST(what_is_on_the_way_was_dispatched)
{
    const char *text = HEAD
        "legs:\n  l: {capacity: 10000 TEU/yr, use: {box: 1}, time: 15 d}\n"
        "flows:\n  f: {commodity: box, from: x, to: y, volume: 12000 TEU/yr, routes: {r: {share: 100 %, via: [l]}}}\n";
    ck_assert_double_eq_tol(support_value_of(text, "flows.f.in-transit", 0), 10000.0 / 12.0 * 15.0 / MONTH_DAYS, 1e-9);
}
END_TEST

START_TEST(shares_follow_costs_that_change_later)
{
    /* 500 USD dearer from the second year on: log odds fall by 0.5 */
    const char *text = HEAD
        "legs:\n  a: {penalty: {box: {2019-07: 0 USD/TEU, 2021-01: 500 USD/TEU, interpolation: step}}}\n  b: {time: 1 "
        "d}\n"
        "flows:\n  f: {commodity: box, from: x, to: y, volume: 12000 TEU/yr, choice: {sensitivity: 1 /kUSD}, routes: {"
        "a: {share: 60 %, via: [a]}, b: {share: 40 %, via: [b]}}}\n";
    ck_assert_double_eq_tol(support_value_of(text, "routes.f.a.share", 11), 0.6, ROUNDING);
    ck_assert_double_eq_tol(support_value_of(text, "routes.f.a.share", 12), 1.0 / (1.0 + exp(0.5) * 0.4 / 0.6),
                            ROUNDING);
}
END_TEST

START_TEST(the_base_year_counts_use_draught_and_a_load_of_at_most_one)
{
    /* 12,000 TEU of 0.5 t take 6,000 t; the sea is 1 m low in the base year too, which leaves 80 % of 5,000 t: a load
     * of 1.5, held at 1 in soft congestion, whose base cost then shows no change in the first month */
    const char *text = HEAD
        "drivers:\n  fall: {model: path, unit: m, values: {2019: 1 m}}\n"
        "legs:\n  l: {capacity: 5000 t/yr, use: {box: 0.5 t/TEU}, time: 8 d, bpr: [0.5, 2], draught: {driver: fall, "
        "loss: 20 %/m}}\n  m: {time: 30 d}\n"
        "flows:\n  f: {commodity: box, from: x, to: y, volume: 12000 TEU/yr, routes: {r: {share: 100 %, via: [l]}}}\n";
    struct support support;
    struct world_state *state = NULL;
    support_open(&support, text, 1);
    ck_assert_ptr_null(world_open(support.world, &state));
    world_start_central(state);
    const struct network_state *network = world_network_state(state);
    ck_assert_double_eq_tol(network_base_capacity(network, 0)[0], 4000.0, 1e-9);
    ck_assert_double_eq_tol(network_base_load(network, 0)[0], 1.5, 1e-12);
    ck_assert_double_eq_tol(network_base_cost(network, 0)[0], 100.0 * 8.0 * 1.5, 1e-9);
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(fees_of_all_flows_over_a_leg_are_its_revenue)
{
    const char *text = HEAD
        "  ore: {unit: t, value: 100 USD/t, time_value: 0.1 USD/t/d}\n"
        "legs:\n  l: {fee: {box: 30 USD/TEU, ore: 2 USD/t}}\n"
        "flows:\n  f: {commodity: box, from: x, to: y, volume: 12000 TEU/yr, routes: {r: {share: 100 %, via: [l]}}}\n"
        "  g: {commodity: ore, from: x, to: y, volume: 1 Mt/yr, routes: {r: {share: 100 %, via: [l]}}}\n"
        "  h: {commodity: box, from: y, to: x, volume: 1000 TEU/yr, routes: {r: {share: 100 %, via: [l]}}}\n";
    ck_assert_double_eq_tol(support_value_of(text, "legs.l.revenue", 0), 30.0 * 13000.0 + 2e6, 1e-6);
}
END_TEST

START_TEST(each_replication_has_its_own_renege_and_a_new_block_begins_without_a_backlog)
{
    struct support support;
    support_open(
        &support,
        HEAD
        "legs:\n  l: {capacity: 10000 TEU/yr, use: {box: 1}}\n"
        "flows:\n  f: {commodity: box, from: x, to: y, volume: 12000 TEU/yr, routes: {r: {share: 100 %, via: [l]}}}\n"
        "network: {renege: uniform(0.05 0.5) /mo}\n",
        1);
    struct world_state *state = support_begin(&support);
    const struct outcome_rows *rows = world_report(state);
    const size_t lost = outcomes_find(&support.outcomes, "flows.f.lost"),
                 backlog = outcomes_find(&support.outcomes, "flows.f.backlog"),
                 imbalance = outcomes_find(&support.outcomes, "network.imbalance");
    for (uint64_t first = 0; first < 3 * LANES; first += LANES) {
        double share[LANES];
        world_begin(state, first);
        for (int m = 0; m < 24; m++) {
            world_month(state, m);
            for (int l = 0; l < LANES; l++) {
                const double part = rows->row[lost][l] / 12.0 / (rows->row[lost][l] / 12.0 + rows->row[backlog][l]);
                if (m == 0)
                    share[l] = part;
                else
                    ck_assert_double_eq_tol(part, share[l], 1e-9);
                ck_assert(part >= 0.05 - 1e-9 && part <= 0.5 + 1e-9);
                ck_assert_double_lt(rows->row[imbalance][l], 1e-11);
            }
        }
        ck_assert_double_ne(share[0], share[1]);
    }
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(a_route_like_another_counts_its_own_cost)
{
    const char *text = HEAD
        "legs:\n  a: {cost: {box: 900 USD/TEU}}\n  b: {cost: {box: 700 USD/TEU}}\n  c: {cost: {box: 1200 USD/TEU}}\n"
        "flows:\n  f: {commodity: box, from: x, to: y, volume: 12 kTEU/yr, choice: {sensitivity: 1 /kUSD}, routes: {\n"
        "    a: {share: 25 %, via: [a]}, b: {share: 75 %, via: [b]}, c: {like: a, via: [c]}}}\n";
    ck_assert_double_eq_tol(support_value_of(text, "routes.f.c.share", 0) /
                                support_value_of(text, "routes.f.a.share", 0),
                            exp(-0.3), ROUNDING);
}
END_TEST

START_TEST(a_leg_that_nothing_uses_is_allowed_and_reports_nothing)
{
    struct support support;
    support_open(
        &support,
        HEAD
        "legs:\n  l: {time: 1 d}\n  idle: {capacity: 5 train/d, use: {box: 0.01 train/TEU}, fee: {box: 5 USD/TEU}}\n"
        "flows:\n  f: {commodity: box, from: x, to: y, volume: 12000 TEU/yr, routes: {r: {share: 100 %, via: [l]}}}\n",
        1);
    ck_assert_uint_eq(outcomes_find(&support.outcomes, "legs.idle.used"), support.outcomes.count);
    ck_assert_uint_eq(outcomes_find(&support.outcomes, "legs.idle.revenue"), support.outcomes.count);
    support_close(&support);
}
END_TEST

/* The order of flows, routes and legs in the file is no part of the model: sums may round otherwise, nothing more. */
START_TEST(the_order_of_a_file_changes_nothing)
{
    static const char *const legs[] = {
        "  l: {capacity: 9000 TEU/yr, use: {box: 1}, cost: {box: 500 USD/TEU}, time: 3 d}\n",
        "  m: {cost: {box: 900 USD/TEU}, time: 1 d}\n", "  o: {cost: {box: 100 USD/TEU}, time: 9 d}\n"};
    static const char *const routes[] = {"      a: {share: 55 %, via: [l], nest: n}\n",
                                         "      b: {share: 25 %, via: [m], nest: n}\n",
                                         "      c: {share: 20 %, via: [o]}\n"};
    double volume[6][3];
    static const int order[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (int i = 0; i < 6; i++) {
        char text[2048];
        snprintf(text, sizeof text,
                 HEAD
                 "legs:\n%s%s%sflows:\n  f:\n    commodity: box\n    from: x\n    to: y\n    volume: 20000 TEU/yr\n"
                 "    choice: {sensitivity: 1 /kUSD, nests: {n: 0.4}}\n    routes:\n%s%s%s",
                 legs[order[i][2]], legs[order[i][1]], legs[order[i][0]], routes[order[i][0]], routes[order[i][1]],
                 routes[order[i][2]]);
        volume[i][0] = support_value_of(text, "routes.f.a.volume", 30);
        volume[i][1] = support_value_of(text, "routes.f.b.volume", 30);
        volume[i][2] = support_value_of(text, "routes.f.c.volume", 30);
        for (int r = 0; r < 3; r++) ck_assert_double_eq_tol(volume[i][r], volume[0][r], volume[0][r] * 1e-11);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("network");
    TCase *choice = tcase_create("choice"), *capacity = tcase_create("capacity");
    tcase_add_test(choice, base_shares_are_reproduced_exactly);
    tcase_add_test(choice, elasticities_are_those_of_the_logit);
    tcase_add_test(choice, elasticities_are_those_of_the_nested_logit);
    tcase_add_test(choice, composite_cost_rises_by_the_share_of_the_route_that_gets_dearer);
    tcase_add_test(choice, a_constant_on_all_costs_leaves_shares_and_adds_itself_to_the_composite);
    tcase_add_test(choice, with_endless_sensitivity_all_take_the_cheapest);
    tcase_add_test(choice, a_route_of_prohibitive_cost_leaves_the_others_as_they_were_to_one_another);
    tcase_add_test(choice, a_penalty_in_a_nest_goes_to_the_neighbour_first);
    tcase_add_test(choice, a_route_like_another_is_as_attractive_at_the_same_cost);
    suite_add_tcase(suite, choice);
    tcase_add_test(capacity, the_backlog_of_one_leg_follows_its_closed_form);
    tcase_add_test(capacity, two_routes_and_one_capacity_meet_where_bisection_says);
    tcase_add_test(capacity, a_leg_closed_for_months_lets_nothing_pass_and_opens_again);
    tcase_add_test(capacity, when_every_route_is_closed_all_waits_or_is_lost);
    tcase_add_test(capacity, soft_congestion_adds_time_by_the_load_of_last_month);
    tcase_add_test(capacity, what_a_file_states_first_counts);
    tcase_add_test(capacity, a_draught_takes_capacity_down_to_a_tenth);
    tcase_add_test(capacity, a_cost_follows_its_driver_and_a_fee_does_not);
    tcase_add_test(capacity, users_of_one_leg_share_it_in_its_own_unit);
    tcase_add_test(capacity, demand_and_surplus_follow_last_months_cost);
    tcase_add_test(choice, generalised_cost_is_money_time_and_the_root_of_squared_deviations);
    tcase_add_test(choice, shares_follow_costs_that_change_later);
    tcase_add_test(choice, a_route_like_another_counts_its_own_cost);
    tcase_add_test(capacity, the_queue_of_an_only_route_is_part_of_its_cost);
    tcase_add_test(capacity, what_is_on_the_way_was_dispatched);
    tcase_add_test(capacity, the_base_year_counts_use_draught_and_a_load_of_at_most_one);
    tcase_add_test(capacity, by_leg_tells_what_each_leg_on_the_way_costs_takes_and_delays);
    tcase_add_test(capacity, fees_of_all_flows_over_a_leg_are_its_revenue);
    tcase_add_test(capacity, each_replication_has_its_own_renege_and_a_new_block_begins_without_a_backlog);
    tcase_add_test(capacity, a_leg_that_nothing_uses_is_allowed_and_reports_nothing);
    tcase_add_test(capacity, the_order_of_a_file_changes_nothing);
    suite_add_tcase(suite, capacity);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
