/* tests/models/test_series.c -- queues in front of legs in series, through whole scenarios, against closed forms and
 * plain computations (models/README.md, Queues). Where shares do not depend on delays a month is exact, and tolerances
 * are some tens of units in the last place of the sums at hand.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/models/support.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MONTH_DAYS 30.4375
#define ROUNDING   1e-13

/* A day costs 100 USD per TEU, so that a month's delay takes 3.04375 off the log odds at a sensitivity of 1 /kUSD. */
#define HEAD                                                                                                           \
    "scenario: t\n"                                                                                                    \
    "time: {base: 2019-07, start: 2020-01, months: 60}\n"                                                              \
    "commodities:\n"                                                                                                   \
    "  box: {unit: TEU, value: 10000 USD/TEU, time_value: 100 USD/TEU/d}\n"
#define STEEP 3.04375

static void near(const struct support *support, const struct world_state *state, const char *path, double expected,
                 double scale)
{
    const double found = support_value(support, state, path);
    ck_assert_msg(fabs(found - expected) <= ROUNDING * scale, "%s is %.17g, expected %.17g", path, found, expected);
}

/* What waits in front of a leg that gets `over` a month more than it takes, after n months in which a tenth of what
 * waits is lost. */
static double backlog(double over, int n)
{
    return 0.9 * over * (1.0 - pow(0.9, n)) / 0.1;
}

/* The second leg stands first in the file: what counts is the order of the way. */
#define SERIES                                                                                                         \
    HEAD                                                                                                               \
        "legs:\n  second: {capacity: %g000 TEU/yr, use: {box: 1}}\n  first: {capacity: %g000 TEU/yr, use: {box: 1}}\n" \
        "flows:\n  f: {commodity: box, from: x, to: y, volume: 150 kTEU/yr, routes: {r: {share: 100 %%, via: "         \
        "[first, second]}}}\n"

START_TEST(behind_a_narrower_leg_there_is_no_queue)
{
    char text[1024];
    struct support support;
    snprintf(text, sizeof text, SERIES, 120.0, 100.0);
    support_open(&support, text, 1);
    struct world_state *state = support_begin(&support);
    const double over = 50e3 / 12.0, k = 100e3 / 12.0;
    for (int n = 1; n <= 24; n++) {
        world_month(state, n - 1);
        const double days = MONTH_DAYS * backlog(over, n) / 0.9 / k;
        near(&support, state, "flows.f.backlog", backlog(over, n), 1e5);
        near(&support, state, "legs.first.delay", days, 1e3);
        near(&support, state, "routes.f.r.delay", days, 1e3);
        near(&support, state, "flows.f.cost", 100.0 * days, 1e5); /* the only route, with its queue */
        near(&support, state, "legs.first.used", 100e3, 1e5);
        near(&support, state, "legs.second.used", 100e3, 1e5);
        ck_assert_double_eq(support_value(&support, state, "legs.second.delay"), 0.0);
        if (n == 12) ck_assert_double_eq_tol(backlog(over, n), 26908.89, 0.005); /* as published with the model */
        if (n == 24) ck_assert_double_eq_tol(backlog(over, n), 34508.76, 0.005);
    }
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(each_of_two_ever_narrower_legs_has_the_queue_of_what_it_holds_back)
{
    char text[1024];
    struct support support;
    snprintf(text, sizeof text, SERIES, 100.0, 120.0);
    support_open(&support, text, 1);
    struct world_state *state = support_begin(&support);
    const double k1 = 120e3 / 12.0, k2 = 100e3 / 12.0, over1 = 30e3 / 12.0, over2 = 20e3 / 12.0;
    for (int n = 1; n <= 24; n++) {
        world_month(state, n - 1);
        const double first = backlog(over1, n), second = backlog(over2, n);
        const double months = first / 0.9 / k1 + second / 0.9 / k2;
        near(&support, state, "flows.f.backlog", first + second, 1e5);
        near(&support, state, "legs.first.delay", MONTH_DAYS * first / 0.9 / k1, 1e3);
        near(&support, state, "legs.second.delay", MONTH_DAYS * second / 0.9 / k2, 1e3);
        near(&support, state, "routes.f.r.delay", MONTH_DAYS * months, 1e3);
        near(&support, state, "flows.f.cost", 100.0 * MONTH_DAYS * months, 1e5);
        near(&support, state, "flows.f.shipped", 100e3, 1e5);
        near(&support, state, "legs.first.used", 120e3, 1e5);
        if (n == 24) ck_assert_double_eq_tol(months, 4.141051, 5e-7);
    }
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(who_meets_at_a_leg_is_let_through_in_the_same_part)
{
    /* of 120 by a, 90 come to c; of 60 by b, all; c takes 100 of 150 */
    struct support support;
    support_open(&support,
                 HEAD
                 "legs:\n  c: {capacity: 1200 TEU/yr, use: {box: 1}}\n  a: {capacity: 1080 TEU/yr, use: {box: 1}}\n"
                 "  b: {capacity: 720 TEU/yr, use: {box: 1}}\n"
                 "flows:\n  f: {commodity: box, from: x, to: y, volume: 1440 TEU/yr, routes: {r: {share: 100 %, "
                 "via: [a, c]}}}\n"
                 "  g: {commodity: box, from: z, to: y, volume: 720 TEU/yr, routes: {r: {share: 100 %, via: [b, "
                 "c]}}}\n",
                 1);
    struct world_state *state = support_begin(&support);
    world_month(state, 0);
    near(&support, state, "flows.f.shipped", 12.0 * 60.0, 1e3);
    near(&support, state, "flows.g.shipped", 12.0 * 40.0, 1e3);
    near(&support, state, "flows.f.backlog", 27.0 + 27.0, 1e2);
    near(&support, state, "flows.g.backlog", 18.0, 1e2);
    near(&support, state, "legs.b.delay", 0.0, 0.0);
    near(&support, state, "legs.c.delay", MONTH_DAYS * 0.5, 1e2);
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(what_waits_elsewhere_is_no_load)
{
    /* the ore fills its berth, which falls to 1 Mt/yr; the ship that follows has room for all, and boxes stay on it */
    struct support support;
    support_open(
        &support,
        HEAD "  ore: {unit: t, value: 100 USD/t, time_value: 0.1 USD/t/d}\n"
             "legs:\n  ship: {capacity: 3 Mt/yr, use: {box: 12 t/TEU, ore: 1}}\n  road: {cost: {box: 300 USD/TEU}}\n"
             "  berth: {capacity: {2020-01: 2 Mt/yr, 2021-01: 1 Mt/yr}, use: {ore: 1}}\n"
             "flows:\n  boxes: {commodity: box, from: x, to: y, volume: 100 kTEU/yr, choice: {sensitivity: 10 /kUSD}, "
             "routes: {sea: {share: 50 %, via: [ship]}, land: {share: 50 %, via: [road]}}}\n"
             "  rocks: {commodity: ore, from: x, to: y, volume: 1.8 Mt/yr, routes: {sea: {share: 100 %, via: [berth, "
             "ship]}}}\n",
        1);
    struct world_state *state = support_begin(&support);
    double waits = 0.0;
    for (int m = 0; m < 36; m++) {
        world_month(state, m);
        const double capacity = 1e6 * (m < 12 ? 2.0 - m / 12.0 : 1.0) / 12.0;
        waits = 0.9 * fmax(0.0, 1.8e6 / 12.0 + waits - capacity);
        ck_assert_double_eq(support_value(&support, state, "legs.ship.delay"), 0.0);
        near(&support, state, "routes.boxes.sea.volume", 50e3, 1e5);
        near(&support, state, "flows.rocks.backlog", waits, 1e6);
        if (m == 11) ck_assert_double_eq_tol(waits, 202609.54, 0.005);
        if (m == 23) ck_assert_double_eq_tol(waits, 487765.20, 0.005);
        if (m == 35) ck_assert_double_eq_tol(waits, 568301.58, 0.005);
    }
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(a_queue_upstream_is_none_on_the_bridge_behind_it)
{
    /* the border shuts for 2021; the bridge behind it has room for both flows, and the second never sees the border */
    struct folded folded;
    support_fold(
        &folded,
        "scenario: phantom\ntime: {base: 2019-07, start: 2020-01, months: 36}\n"
        "run: {replications: 1, seed: 1, home: de}\n"
        "commodities: {box: {unit: TEU, value: 40000 USD/TEU, time_value: 30 USD/TEU/d}}\n"
        "legs:\n  border: {country: by, capacity: 60 kTEU/yr, use: {box: 1}}\n"
        "  bridge: {country: pl, capacity: 100 kTEU/yr, use: {box: 1}}\n"
        "  road: {country: pl, cost: {box: 300 USD/TEU}}\n"
        "flows:\n  ru-de: {commodity: box, from: ru, to: de, volume: 50 kTEU/yr, routes: {rail: {share: 100 %, via: "
        "[border, bridge]}}}\n"
        "  pl-de: {commodity: box, from: pl, to: de, volume: 40 kTEU/yr, choice: {sensitivity: 10 /kUSD}, routes: "
        "{rail: {share: 90 %, via: [bridge]}, road: {share: 10 %, via: [road]}}}\n"
        "events: {closure: {start: 2021-01, duration: 12 mo, effects: {legs.border.capacity: {scale: 0}}}}\n",
        1);
    for (size_t year = 0; year < 3; year++) {
        ck_assert_double_eq(support_cell(&folded, "legs.bridge.delay", year, 0), 0.0);
        ck_assert_double_eq_tol(support_cell(&folded, "routes.pl-de.rail.volume", year, 0), 36e3, 1e-8);
        ck_assert_double_eq_tol(support_cell(&folded, "routes.pl-de.rail.share", year, 0), 0.9, 1e-12);
        ck_assert_double_eq(support_cell(&folded, "flows.pl-de.surplus", year, 0), 0.0);
    }
    ck_assert_double_eq(support_cell(&folded, "legs.border.delay", 1, 0), 12.0 * MONTH_DAYS);
    ck_assert_double_eq_tol(support_cell(&folded, "legs.bridge.utilisation", 2, 0), 0.96, 1e-12);
    support_unfold(&folded);
}
END_TEST

START_TEST(two_routes_meet_where_the_sum_of_delays_says)
{
    /* one of them by a (100) and b (70): x go where the delays of both, W, leave x; by bisection on W */
    struct support support;
    support_open(&support,
                 HEAD "legs:\n  b: {capacity: 840 TEU/yr, use: {box: 1}}\n  a: {capacity: 1200 TEU/yr, use: {box: 1}}\n"
                      "  free: {}\n"
                      "flows:\n  f: {commodity: box, from: x, to: y, volume: 2400 TEU/yr, choice: {sensitivity: 1 "
                      "/kUSD}, routes: {narrow: {share: 60 %, via: [a, b]}, wide: {share: 40 %, via: [free]}}}\n"
                      "network: {sweeps: 200}\n",
                 1);
    struct world_state *state = support_begin(&support);
    double low = 0.0, high = 24.0, x = 0.0;
    for (int i = 0; i < 100; i++) {
        const double w = 0.5 * (low + high), e = 0.6 * exp(-STEEP * w);
        x = 200.0 * e / (e + 0.4);
        if (fmax(0.0, x / 100.0 - 1.0) + fmax(0.0, fmin(x, 100.0) / 70.0 - 1.0) > w)
            low = w;
        else
            high = w;
    }
    world_month(state, 0);
    ck_assert_double_eq_tol(low, 0.22669352, 5e-9);
    near(&support, state, "legs.a.delay", MONTH_DAYS * fmax(0.0, x / 100.0 - 1.0), 1e2);
    near(&support, state, "legs.b.delay", MONTH_DAYS * fmax(0.0, fmin(x, 100.0) / 70.0 - 1.0), 1e2);
    near(&support, state, "routes.f.narrow.delay", MONTH_DAYS * low, 1e2);
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(flows_in_opposite_directions_through_two_legs_share_both)
{
    /* each leg gets 80 of its own and what the other lets through: X = 80 + 80 (100/X), 100 of it from each leg used */
    struct support support;
    support_open(&support,
                 HEAD
                 "legs:\n  a: {capacity: 1200 TEU/yr, use: {box: 1}}\n  b: {capacity: 1200 TEU/yr, use: {box: 1}}\n"
                 "flows:\n  f: {commodity: box, from: x, to: y, volume: 960 TEU/yr, routes: {r: {share: 100 %, "
                 "via: [a, b]}}}\n"
                 "  g: {commodity: box, from: y, to: x, volume: 960 TEU/yr, routes: {r: {share: 100 %, via: [b, "
                 "a]}}}\n"
                 "network: {sweeps: 200}\n",
                 1);
    struct world_state *state = support_begin(&support);
    const double load = 40.0 + sqrt(1600.0 + 8000.0), through = 80.0 * 100.0 / load * 100.0 / load;
    world_month(state, 0);
    ck_assert_double_eq_tol(through, 42.020410, 5e-7);
    near(&support, state, "flows.f.shipped", 12.0 * through, 1e3);
    near(&support, state, "flows.g.shipped", 12.0 * through, 1e3);
    near(&support, state, "legs.a.used", 1200.0, 1e4);
    near(&support, state, "legs.b.used", 1200.0, 1e4);
    near(&support, state, "legs.a.delay", MONTH_DAYS * (load / 100.0 - 1.0), 1e2);
    near(&support, state, "network.residual", 0.0, 1.0);
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(a_queue_moves_on_when_a_closed_leg_opens)
{
    static const double shipped[] = {80, 0, 90, 90, 90}, at_a[] = {0, 72, 46.8, 24.12, 3.708},
                        at_b[] = {0, 0, 9, 17.1, 24.39}, late_b[] = {0, 0, 10, 19, 27.1};
    struct support support;
    support_open(&support,
                 HEAD "legs:\n  b: {capacity: 1080 TEU/yr, use: {box: 1}}\n"
                      "  a: {capacity: {2019-07: 1200 TEU/yr, 2020-03: 0 TEU/yr, 2020-04: 1200 TEU/yr, interpolation: "
                      "step}, use: {box: 1}}\n"
                      "flows:\n  f: {commodity: box, from: x, to: y, volume: 960 TEU/yr, routes: {r: {share: 100 %, "
                      "via: [a, b]}}}\n",
                 1);
    struct world_state *state = support_begin(&support);
    world_month(state, 0);
    for (int i = 0; i < 5; i++) {
        world_month(state, 1 + i);
        near(&support, state, "flows.f.shipped", 12.0 * shipped[i], 1e3);
        near(&support, state, "flows.f.backlog", at_a[i] + at_b[i], 1e2);
        near(&support, state, "legs.a.delay", MONTH_DAYS * (i == 1 ? 12.0 : at_a[i] / 90.0), 1e2);
        near(&support, state, "legs.b.delay", MONTH_DAYS * late_b[i] / 90.0, 1e2);
    }
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(fees_are_due_where_cargo_passed)
{
    /* 150 want to pass, 120 get beyond a, 100 beyond b; tolls before, between and behind; home pays on the second */
    struct support support;
    support_open(
        &support,
        "scenario: t\ntime: {base: 2019-07, start: 2020-01, months: 12}\nrun: {home: h}\n"
        "commodities:\n  box: {unit: TEU, value: 10000 USD/TEU, time_value: 100 USD/TEU/d}\n"
        "legs:\n  b: {country: h, capacity: 1200 TEU/yr, use: {box: 1}, fee: {box: 16 USD/TEU}}\n"
        "  road: {country: h, fee: {box: 4 USD/TEU}, subsidy: {box: 3 USD/TEU}}\n"
        "  a: {country: h, capacity: 1440 TEU/yr, use: {box: 1}, fee: {box: 2 USD/TEU}}\n"
        "  gate: {country: h, fee: {box: 1 USD/TEU}}\n  end: {country: z, fee: {box: 32 USD/TEU}}\n"
        "flows:\n  f: {commodity: box, from: x, to: y, volume: 1800 TEU/yr, routes: {r: {share: 100 %, via: [gate, a, "
        "road, b, end]}}}\n",
        1);
    struct world_state *state = support_begin(&support);
    world_month(state, 0);
    near(&support, state, "legs.gate.revenue", 1.0 * 1800.0, 1e4);
    near(&support, state, "legs.a.revenue", 2.0 * 1440.0, 1e4);
    near(&support, state, "legs.road.revenue", 4.0 * 1440.0, 1e4);
    near(&support, state, "legs.b.revenue", 16.0 * 1200.0, 1e5);
    near(&support, state, "legs.end.revenue", 32.0 * 1200.0, 1e5);
    near(&support, state, "fiscal.fees", 1800.0 + 6.0 * 1440.0 + 16.0 * 1200.0, 1e5);
    near(&support, state, "fiscal.subsidies", 3.0 * 1440.0, 1e4);
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(who_has_priority_goes_first_at_every_leg)
{
    /* 60 of each want to pass a, which takes 100, then b, which takes 90: first all of the one, then of the other what
     * there is room for */
    struct support support;
    support_open(&support,
                 HEAD
                 "legs:\n  b: {capacity: 1080 TEU/yr, use: {box: 1}}\n  a: {capacity: 1200 TEU/yr, use: {box: 1}}\n"
                 "  c: {capacity: 1200 TEU/yr, use: {box: 1}}\n"
                 "flows:\n  late: {commodity: box, from: x, to: y, volume: 720 TEU/yr, priority: 3, routes: {r: "
                 "{share: 100 %, via: [a, b]}}}\n"
                 "  first: {commodity: box, from: x, to: y, volume: 720 TEU/yr, priority: 1, routes: {r: {share: "
                 "100 %, via: [a, b]}}}\n"
                 "  alone: {commodity: box, from: x, to: y, volume: 1800 TEU/yr, priority: 3, routes: {r: {share: "
                 "100 %, via: [c]}}}\n",
                 1);
    struct world_state *state = support_begin(&support);
    double at_a = 0.0, at_b = 0.0;
    for (int m = 0; m < 12; m++) {
        world_month(state, m);
        const double through = fmin(40.0, 60.0 + at_a), arrived = through + at_b;
        near(&support, state, "flows.first.shipped", 720.0, 1e3);
        near(&support, state, "flows.first.backlog", 0.0, 0.0);
        near(&support, state, "routes.first.r.delay", 0.0, 0.0);
        near(&support, state, "legs.a.delay", MONTH_DAYS * fmin(12.0, (60.0 + at_a) / 40.0 - 1.0), 1e3);
        near(&support, state, "legs.b.delay", MONTH_DAYS * fmin(12.0, arrived / 30.0 - 1.0), 1e3);
        at_a = 0.9 * (60.0 + at_a - through);
        at_b = 0.9 * (arrived - 30.0);
        near(&support, state, "flows.late.shipped", 12.0 * 30.0, 1e3);
        near(&support, state, "flows.late.backlog", at_a + at_b, 1e3);
        near(&support, state, "legs.a.used", 1200.0, 1e4);
        near(&support, state, "legs.b.used", 1080.0, 1e4);
        near(&support, state, "legs.b.utilisation", 1.0, 1e1);
        near(&support, state, "flows.alone.shipped", 1200.0, 1e4); /* nobody goes before it at c */
        ck_assert_double_lt(support_value(&support, state, "network.imbalance"), 1e-14);
    }
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(those_who_come_after_choose_by_their_own_queue)
{
    /* 80 of 100 are taken: of the other 120, who may go round, x come where (x / 20 - 1) months keep the rest away */
    struct support support;
    support_open(&support,
                 HEAD
                 "legs:\n  a: {capacity: 1200 TEU/yr, use: {box: 1}}\n  free: {}\n"
                 "flows:\n  first: {commodity: box, from: x, to: y, volume: 960 TEU/yr, choice: {sensitivity: 1 "
                 "/kUSD}, routes: {r: {share: 99 %, via: [a]}, s: {share: 1 %, via: [free]}}}\n"
                 "  late: {commodity: box, from: x, to: y, volume: 1440 TEU/yr, priority: 1, choice: {sensitivity: "
                 "1 /kUSD}, routes: {r: {share: 60 %, via: [a]}, s: {share: 40 %, via: [free]}}}\n"
                 "network: {sweeps: 200}\n",
                 1);
    struct world_state *state = support_begin(&support);
    const double room = 100.0 - 0.99 * 80.0;
    double low = 0.0, high = 12.0;
    for (int i = 0; i < 100; i++) {
        const double u = 0.5 * (low + high), e = 0.6 * exp(-STEEP * u);
        if (fmax(0.0, 120.0 * e / (e + 0.4) / room - 1.0) > u)
            low = u;
        else
            high = u;
    }
    world_month(state, 0);
    ck_assert_double_gt(low, 0.1);
    near(&support, state, "routes.late.r.delay", MONTH_DAYS * low, 1e2);
    near(&support, state, "routes.first.r.delay", 0.0, 0.0);
    near(&support, state, "routes.first.r.volume", 0.99 * 960.0, 1e3);
    near(&support, state, "legs.a.used", 1200.0, 1e3);
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(delays_of_many_closed_legs_overflow_nothing)
{
    /* three closed legs are 36 months, at 1 MUSD a day and a lambda of 0.05 some 2e10 off V/lam: nothing of it is left,
     * and nothing of it stays when they open */
    struct support support;
    support_open(
        &support,
        "scenario: t\ntime: {base: 2019-07, start: 2020-01, months: 24}\n"
        "commodities:\n  box: {unit: TEU, value: 10000 USD/TEU, time_value: 1000000 USD/TEU/d}\n"
        "legs:\n  c: {capacity: 1200 TEU/yr, use: {box: 1}}\n  b: {capacity: 1200 TEU/yr, use: {box: 1}}\n"
        "  a: {capacity: 1200 TEU/yr, use: {box: 1}}\n  d: {capacity: 1200 TEU/yr, use: {box: 1}}\n"
        "flows:\n  f: {commodity: box, from: x, to: y, volume: 1080 TEU/yr, choice: {sensitivity: 1 /USD, nests: "
        "{n: 0.05}}, routes: {r: {share: 20 %, via: [a, b, c], nest: n}, s: {share: 30 %, via: [d], nest: n}, "
        "t: {share: 50 %, via: [d]}}}\n"
        "events: {shut: {start: 2020-02, duration: 2 mo, effects: {legs.a.capacity: {scale: 0}, "
        "legs.b.capacity: {scale: 0}, legs.c.capacity: {scale: 0}}},\n"
        "  all: {start: 2020-03, duration: 1 mo, effects: {legs.d.capacity: {scale: 0}}}}\n",
        1);
    struct world_state *state = support_begin(&support);
    world_month(state, 0);
    near(&support, state, "routes.f.r.share", 0.2, 1.0);
    world_month(state, 1);
    ck_assert_double_eq(support_value(&support, state, "routes.f.r.volume"), 0.0);
    near(&support, state, "routes.f.s.share", pow(0.6, 0.05) / (pow(0.6, 0.05) + 1.0), 1.0); /* the nest lost 40 % */
    near(&support, state, "flows.f.shipped", 1080.0, 1e4);
    ck_assert_double_eq(support_value(&support, state, "flows.f.backlog"), 0.0);
    for (int m = 2; m < 24; m++) {
        world_month(state, m);
        ck_assert(isfinite(support_value(&support, state, "flows.f.shipped")));
        ck_assert(isfinite(support_value(&support, state, "network.residual")));
        ck_assert(m == 2 || isfinite(support_value(&support, state, "flows.f.cost")));
    }
    near(&support, state, "routes.f.r.share", 0.2, 1.0);
    world_close(state);
    support_close(&support);
}
END_TEST

/* ---- a strait that shuts for three months ---- */

/* Containers into the Gulf, after a public configuration: 20 Mt a year by the strait or by two ports before it. */
#define STRAIT                                                                                                         \
    "scenario: boxes\n"                                                                                                \
    "time: {base: 2025-07, start: 2026-01, months: 12}\n"                                                              \
    "commodities:\n  box: {unit: t, value: 3000 USD/t, time_value: 12 USD/t/d}\n"                                      \
    "legs:\n"                                                                                                          \
    "  hormuz: {capacity: 1 Gt/yr, use: {box: 1}}\n"                                                                   \
    "  jebel-ali: {capacity: 80000 t/d, use: {box: 1}, time: 1 d}\n"                                                   \
    "  fujairah: {capacity: 20000 t/d, use: {box: 1}, cost: {box: 8 USD/t}, time: 0.75 d}\n"                           \
    "  khor-fakkan: {capacity: 31251 t/d, use: {box: 1}, cost: {box: 10 USD/t}, time: 0.75 d}\n"                       \
    "  road-east: {capacity: 100000 t/d, use: {box: 1}, cost: {box: 12 USD/t}, time: 0.2 d}\n"                         \
    "flows:\n  asia-ae: {commodity: box, from: asia, to: ae, volume: 20 Mt/yr, choice: {sensitivity: 0.05 /USD}, "     \
    "routes: {gulf: {share: 90 %%, via: [hormuz, jebel-ali]}, fujairah: {share: 5 %%, via: [fujairah, road-east]}, "   \
    "khor-fakkan: {share: 5 %%, via: [khor-fakkan, road-east]}}}\n"                                                    \
    "events: {blockade: {start: 2026-01, duration: 3 mo, effects: {legs.hormuz.capacity: {scale: 0}}}}\n%s"

enum { HORMUZ, JEBEL_ALI, FUJAIRAH, KHOR_FAKKAN, ROAD_EAST, STRAIT_LEGS };

struct strait {
    double surplus, volume[3];
};

/* The year, plainly: each month by many small steps of the delays towards what follows from them. */
static struct strait strait_plainly(void)
{
    static const double year[STRAIT_LEGS] = {1e9, 80e3 * 365.25, 20e3 * 365.25, 31251 * 365.25, 100e3 * 365.25};
    static const double base[3] = {0.9, 0.05, 0.05};
    static const int via[3][2] = {{HORMUZ, JEBEL_ALI}, {FUJAIRAH, ROAD_EAST}, {KHOR_FAKKAN, ROAD_EAST}};
    const double demand = 20e6 / 12.0, theta = 0.05, month_cost = 12.0 * MONTH_DAYS;
    double waits[3][2] = {{0.0}}, u[STRAIT_LEGS] = {0.0}, rise = 0.0;
    struct strait strait = {0};
    for (int m = 0; m < 12; m++) {
        double capacity[STRAIT_LEGS], offered[3][2], load[STRAIT_LEGS], share[3], sum = 0.0;
        for (int l = 0; l < STRAIT_LEGS; l++) capacity[l] = l == HORMUZ && m < 3 ? 0.0 : year[l] / 12.0;
        strait.surplus -= demand * rise; /* by last month's cost; demand does not respond */
        for (int step = 0; step < 20000; step++) {
            sum = 0.0;
            for (int r = 0; r < 3; r++) sum += base[r] * exp(-theta * month_cost * (u[via[r][0]] + u[via[r][1]]));
            memset(load, 0, sizeof load);
            for (int r = 0; r < 3; r++) {
                share[r] = base[r] * exp(-theta * month_cost * (u[via[r][0]] + u[via[r][1]])) / sum;
                offered[r][0] = demand * share[r] + waits[r][0];
                load[via[r][0]] += offered[r][0];
            }
            for (int r = 0; r < 3; r++) {
                const int first = via[r][0];
                offered[r][1] = offered[r][0] * fmin(1.0, capacity[first] / load[first]) + waits[r][1];
                load[via[r][1]] += offered[r][1];
            }
            for (int l = 0; l < STRAIT_LEGS; l++) {
                const double aim = capacity[l] > 0.0 ? fmin(12.0, fmax(0.0, load[l] / capacity[l] - 1.0)) : 12.0;
                u[l] += 0.01 * (aim - u[l]);
            }
        }
        rise = -log(sum) / theta;
        for (int r = 0; r < 3; r++)
            for (int k = 0; k < 2; k++) {
                const double through = offered[r][k] * fmin(1.0, capacity[via[r][k]] / load[via[r][k]]);
                waits[r][k] = 0.9 * (offered[r][k] - through);
                if (k == 1) strait.volume[r] += through;
            }
    }
    return strait;
}

static double strait_cell(const char *network, const char *path)
{
    char text[2048];
    struct folded folded;
    snprintf(text, sizeof text, STRAIT, network);
    support_fold(&folded, text, 1);
    const double value = support_cell(&folded, path, 0, 0);
    support_unfold(&folded);
    return value;
}

START_TEST(users_lose_by_a_closure_what_a_plain_computation_says)
{
    const struct strait plain = strait_plainly();
    const char *exact = "network: {tolerance: 0 mo, most_sweeps: 2000}\n";
    const double surplus = strait_cell(exact, "flows.asia-ae.surplus");
    ck_assert_double_eq_tol(surplus, plain.surplus, 1e-7 * fabs(plain.surplus));
    ck_assert_double_eq_tol(strait_cell(exact, "routes.asia-ae.gulf.volume"), plain.volume[0], 1.0);
    ck_assert_double_eq_tol(strait_cell(exact, "routes.asia-ae.fujairah.volume"), plain.volume[1], 1.0);
    ck_assert_double_eq_tol(strait_cell(exact, "routes.asia-ae.khor-fakkan.volume"), plain.volume[2], 1.0);
    ck_assert_double_eq_tol(surplus, -466.3e6, 0.05e6);
    /* as the scenario comes the error is below half a per cent, and what the run says of it is right to first order */
    static const char *const settings[] = {"", "network: {tolerance: 1 d}\n", "network: {tolerance: 0.1 d}\n"};
    for (int i = 0; i < 3; i++) {
        const double off = fabs(strait_cell(settings[i], "flows.asia-ae.surplus") - surplus),
                     said = strait_cell(settings[i], "network.residual-cost");
        ck_assert_double_le(off, 1.01 * said);
        ck_assert_double_ge(off, 0.1 * said); /* nor far below */
        if (i == 0) ck_assert_double_le(off, 5e-3 * fabs(surplus));
    }
}
END_TEST

/* ---- time that is worth nothing ---- */

#define GAS                                                                                                            \
    "scenario: net\ntime: {base: 2019-07, start: 2020-01, months: 36}\n"                                               \
    "commodities: {gas: {unit: kcm, value: 200 USD/kcm, time_value: %s}}\n"                                            \
    "legs:\n  mallnow: {capacity: 32.249 bcm/yr, use: {gas: 1}, cost: {gas: 6 USD/kcm}}\n"                             \
    "  kondratki: {capacity: 35.462 bcm/yr, use: {gas: 1}, cost: {gas: 22 USD/kcm}}\n"                                 \
    "  lanzhot: {capacity: 13.862 bcm/yr, use: {gas: 1}, cost: {gas: 35 USD/kcm}}\n"                                   \
    "  greifswald: {capacity: 60.310 bcm/yr, use: {gas: 1}, cost: {gas: 18 USD/kcm}}\n"                                \
    "flows:\n  ru-de: {commodity: gas, from: ru, to: de, volume: 70 bcm/yr, choice: {sensitivity: 0.2 /USD}, routes: " \
    "{north: {share: 60 %%, via: [greifswald]}, yamal: {share: 25 %%, via: [kondratki, mallnow]}, ukraine: {share: "   \
    "15 %%, via: [lanzhot]}}}\n"                                                                                       \
    "events: {stop: {start: 2022-01, duration: 12 mo, effects: {legs.kondratki.capacity: {scale: 0}}}}\n"

START_TEST(a_closed_route_is_left_and_worthless_time_is_warned_of)
{
    char text[2048];
    struct folded folded;
    snprintf(text, sizeof text, GAS, "0 USD/kcm/d");
    support_fold(&folded, text, 1);
    ck_assert_double_eq_tol(support_cell(&folded, "routes.ru-de.yamal.volume", 1, 0), 17.5e6, 1.0);
    ck_assert_double_eq(support_cell(&folded, "routes.ru-de.yamal.volume", 2, 0), 0.0);
    ck_assert_double_eq_tol(support_cell(&folded, "routes.ru-de.north.volume", 2, 0), 56e6, 1.0); /* 60 of 75 */
    ck_assert_double_eq_tol(support_cell(&folded, "routes.ru-de.ukraine.volume", 2, 0), 13.862e6, 1.0);
    ck_assert_double_eq(support_cell(&folded, "legs.mallnow.delay", 2, 0), 0.0);
    ck_assert_ptr_nonnull(folded.support.plan.warnings);
    ck_assert_ptr_nonnull(strstr(folded.support.plan.warnings->sentence, "commodities.gas.time_value is 0"));
    support_unfold(&folded);
    snprintf(text, sizeof text, GAS, "0.1 USD/kcm/d");
    support_fold(&folded, text, 1);
    ck_assert_ptr_null(folded.support.plan.warnings);
    support_unfold(&folded);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("series");
    TCase *facts = tcase_create("facts");
    tcase_add_test(facts, behind_a_narrower_leg_there_is_no_queue);
    tcase_add_test(facts, each_of_two_ever_narrower_legs_has_the_queue_of_what_it_holds_back);
    tcase_add_test(facts, who_meets_at_a_leg_is_let_through_in_the_same_part);
    tcase_add_test(facts, what_waits_elsewhere_is_no_load);
    tcase_add_test(facts, a_queue_upstream_is_none_on_the_bridge_behind_it);
    tcase_add_test(facts, two_routes_meet_where_the_sum_of_delays_says);
    tcase_add_test(facts, flows_in_opposite_directions_through_two_legs_share_both);
    tcase_add_test(facts, a_queue_moves_on_when_a_closed_leg_opens);
    tcase_add_test(facts, fees_are_due_where_cargo_passed);
    tcase_add_test(facts, who_has_priority_goes_first_at_every_leg);
    tcase_add_test(facts, those_who_come_after_choose_by_their_own_queue);
    tcase_add_test(facts, delays_of_many_closed_legs_overflow_nothing);
    tcase_add_test(facts, users_lose_by_a_closure_what_a_plain_computation_says);
    tcase_add_test(facts, a_closed_route_is_left_and_worthless_time_is_warned_of);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
