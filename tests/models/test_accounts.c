/* tests/models/test_accounts.c -- the public account and trade balance, indices of concentration and dependence,
 * thresholds and first passage (models/README.md, Indices and thresholds), through whole scenarios.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/models/support.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDING 1e-12

#define HEAD                                                                                                           \
    "scenario: t\ntime: {base: 2019-07, start: 2020-01, months: 36}\nrun: {home: kz, discount: [0.03 /yr, 0.05 /yr, "  \
    "0.08 /yr]}\n"

#define SEED 11

/* Sells to n countries as much each at the same price, and sends a flow over n routes alike. */
static char *equal_shares(int n)
{
    char *text = malloc(16384), *at = text;
    ck_assert_ptr_nonnull(text);
    at += sprintf(at, HEAD "commodities:\n  box: {unit: TEU, value: 1000 USD/TEU, time_value: 10 USD/TEU/d}\nlegs:\n");
    for (int i = 0; i < n; i++) at += sprintf(at, "  l%d: {country: c%d, cost: {box: 500 USD/TEU}, time: 9 d}\n", i, i);
    at += sprintf(at, "flows:\n  f:\n    commodity: box\n    from: x\n    to: y\n    volume: 24 kTEU/yr\n    choice: "
                      "{sensitivity: 1 /kUSD}\n    routes:\n");
    for (int i = 0; i < n; i++) at += sprintf(at, "      r%d: {share: %.17g %%, via: [l%d]}\n", i, 100.0 / n, i);
    at += sprintf(at, "energy:\n  gas:\n    unit: kcm\n    fields:\n      a: {rate: 100 kcm/yr, cost: 1 USD/kcm, "
                      "home_share: 0 %%}\n    outlets:\n");
    for (int i = 0; i < n; i++)
        at +=
            sprintf(at, "      o%d: {from: a, market: c%d, demand: %.17g kcm/yr, price: 90 USD/kcm}\n", i, i, 90.0 / n);
    return text;
}

START_TEST(n_equal_shares_have_a_concentration_of_1_over_n)
{
    for (int n = 2; n <= 6; n++) {
        struct folded folded;
        char *text = equal_shares(n);
        support_fold(&folded, text, SEED);
        for (size_t period = 0; period <= 3; period++) {
            ck_assert_double_eq_tol(support_cell(&folded, "index.hhi.routes", period, 0), 1.0 / n, ROUNDING);
            ck_assert_double_eq_tol(support_cell(&folded, "index.hhi.partners", period, 0), 1.0 / n, ROUNDING);
            ck_assert_double_eq_tol(support_cell(&folded, "index.multivector", period, 0), 1.0, ROUNDING);
            ck_assert_double_eq_tol(support_cell(&folded, "index.multivector-base", period, 0), 1.0, ROUNDING);
        }
        support_unfold(&folded);
        free(text);
    }
}
END_TEST

START_TEST(one_partner_of_several_has_a_multivector_index_of_0)
{
    const char *text = HEAD
        "energy:\n  gas:\n    unit: kcm\n    fields:\n      a: {rate: 9 kcm/yr, cost: 1 USD/kcm, home_share: 0 %}\n"
        "    outlets:\n      o: {from: a, market: cn, price: 90 USD/kcm}\n      p: {from: a, market: ru, demand: 0 "
        "kcm/yr, price: 80 USD/kcm}\n";
    struct folded folded;
    support_fold(&folded, text, SEED);
    ck_assert_double_eq(support_cell(&folded, "index.hhi.partners", 0, 0), 1.0);
    ck_assert_double_eq_tol(support_cell(&folded, "index.multivector", 0, 0), 0.0, ROUNDING);
    support_unfold(&folded);
}
END_TEST

/* A country with exports by three routes, imports, energy with a duty, transit, fees and subsidies, all uncertain;
 * k multiplies every volume and capacity. */
#define COUNTRY(k)                                                                                                     \
    HEAD "drivers:\n"                                                                                                  \
         "  brent: {model: gbm, start: 60 USD/bbl, drift: 1 %/yr, sigma: 0.3}\n"                                       \
         "  income: {model: gbm, start: 1, drift: 3 %/yr, sigma: 0.05}\n"                                              \
         "commodities:\n"                                                                                              \
         "  box: {unit: TEU, value: 20000 USD/TEU, time_value: 60 USD/TEU/d}\n"                                        \
         "  ore: {unit: t, value: 90 USD/t, time_value: 0.1 USD/t/d}\n"                                                \
         "legs:\n"                                                                                                     \
         "  home: {country: kz, fee: {box: 100 USD/TEU, ore: 3 USD/t}, subsidy: {box: 25 USD/TEU}, cost: {box: 500 "   \
         "USD/TEU, ore: 9 USD/t}, time: 6 d}\n"                                                                        \
         "  east: {country: cn, capacity: " k " kTEU/yr, use: {box: 1 TEU/TEU, ore: 0.1 TEU/t}, cost: {box: 300 "      \
         "USD/TEU, ore: 7 USD/t}, time: 4 d}\n"                                                                        \
         "  west: {country: ru, fee: {box: 70 USD/TEU}, cost: {box: 900 USD/TEU, ore: 20 USD/t}, time: 9 d}\n"         \
         "  sea: {country: fr, cost: {box: 700 USD/TEU}, time: 35 d}\n"                                                \
         "  pipe: {country: cn, capacity: " k " t/yr}\n"                                                               \
         "flows:\n"                                                                                                    \
         "  exports: {commodity: ore, from: kz, to: cn, volume: " k " kt/yr, income: {income: 1.2}, choice: "          \
         "{sensitivity: 0.1 /USD}, routes: {e: {share: 60 %, via: [home, east]}, w: {share: 40 %, via: [home, "        \
         "west]}}}\n"                                                                                                  \
         "  imports: {commodity: box, from: cn, to: kz, volume: " k " TEU/yr, income: {income: 1.1}, choice: "         \
         "{sensitivity: 1 /kUSD}, routes: {e: {share: 80 %, via: [east, home]}, w: {share: 20 %, via: [sea, west, "    \
         "home]}}}\n"                                                                                                  \
         "  russian: {commodity: box, from: ru, to: kz, volume: " k " TEU/yr, tariff: 0 %, routes: {w: {share: 100 "   \
         "%, via: [west, home]}}}\n"                                                                                   \
         "  transit: {commodity: box, from: cn, to: eu, volume: " k " kTEU/yr, income: {income: 1.4}, choice: "        \
         "{sensitivity: 1 /kUSD}, routes: {land: {share: 40 %, via: [east, home, west]}, sea: {share: 60 %, via: "     \
         "[sea]}}}\n"                                                                                                  \
         "energy:\n"                                                                                                   \
         "  oil:\n"                                                                                                    \
         "    unit: t\n"                                                                                               \
         "    price: {driver: brent, convert: 7.6 bbl/t}\n"                                                            \
         "    royalty: 12 %\n"                                                                                         \
         "    duty: {driver: brent, table: {0 USD/bbl: 0 USD/t, 50 USD/bbl: 50 USD/t, 70 USD/bbl: 70 USD/t}}\n"        \
         "    fields: {a: {rate: " k " t/yr, cost: 60 USD/t, home_share: 40 %}}\n"                                     \
         "    outlets:\n"                                                                                              \
         "      china: {from: a, via: pipe, market: cn, tariff: 30 USD/t}\n"                                           \
         "      russia: {from: a, market: ru, tariff: 40 USD/t, price: {ratio: 0.8}}\n"                                \
         "      through: {transit: true, volume: uniform(0 " k ") t/yr, via: pipe, fee: 11 USD/t}\n"                   \
         "fiscal: {fee_take: 30 %, profit_tax: 20 %, import_duty: {from: cn, rate: 6 %}}\n"                            \
         "outcomes:\n"                                                                                                 \
         "  dependence:\n"                                                                                             \
         "    all: {country: [kz, cn, ru], of: [energy.oil, flows.exports]}\n"                                         \
         "    none: {country: fr, of: [energy.oil, flows.exports]}\n"                                                  \
         "    china: {country: cn, of: [energy.oil, flows.exports]}\n"                                                 \
         "    russia: {country: ru, of: flows.transit, by: volume}\n"                                                  \
         "    not-russia: {country: [kz, cn], of: flows.transit, by: volume}\n"                                        \
         "    oil: {country: cn, of: energy.oil, by: volume}\n"

/* Every line from what it is made of, by the year and over the horizon, in every replication. */
START_TEST(the_accounts_balance_in_every_replication)
{
    static const char *const lines[] = {"fiscal.duty", "fiscal.royalty",     "fiscal.profit-tax",
                                        "fiscal.fees", "fiscal.import-duty", "fiscal.subsidies"};
    struct folded folded;
    bool seen[6] = {false};
    support_fold(&folded, COUNTRY("1000"), SEED);
    for (size_t p = 0; p <= 3; p++)
        for (int l = 0; l < LANES; l++) {
#define AT(path) support_cell(&folded, path, p, l)
            double total = 0.0;
            for (int i = 0; i < 6; i++) {
                ck_assert_double_ge(AT(lines[i]), 0.0);
                seen[i] = seen[i] || AT(lines[i]) > 0.0;
                total += i == 5 ? -AT(lines[i]) : AT(lines[i]);
            }
            ck_assert_double_eq_tol(AT("fiscal.total"), total, ROUNDING * fabs(total));
            const double boxes = AT("flows.imports.shipped") + AT("flows.russian.shipped"),
                         land = AT("routes.transit.land.volume"), ore = AT("flows.exports.shipped");
            const double through = AT("energy.oil.outlets.through.volume");
            const double fees = 0.3 * (100.0 * (boxes + land) + 3.0 * ore + 11.0 * through);
            ck_assert_double_eq_tol(AT("fiscal.fees"), fees, ROUNDING * fees);
            ck_assert_double_eq_tol(AT("fiscal.subsidies"), 25.0 * (boxes + land), ROUNDING * 25.0 * (boxes + land));
            const double chinese = 20000.0 * AT("flows.imports.shipped");
            ck_assert_double_eq_tol(AT("trade.imports.cn"), chinese, ROUNDING * chinese);
            ck_assert_double_eq_tol(AT("fiscal.import-duty"), 0.06 * chinese, ROUNDING * 0.06 * chinese);
            const double china = AT("energy.oil.outlets.china.revenue") + 90.0 * ore,
                         russia = AT("energy.oil.outlets.russia.revenue");
            ck_assert_double_eq_tol(AT("trade.exports.cn"), china, ROUNDING * china);
            ck_assert_double_eq_tol(AT("trade.exports.ru"), russia, ROUNDING * russia);
            ck_assert_double_eq_tol(AT("trade.exports"), china + russia, ROUNDING * (china + russia));
            ck_assert_double_eq_tol(AT("trade.imports"), 20000.0 * boxes, ROUNDING * 20000.0 * boxes);
            ck_assert_double_eq_tol(AT("trade.balance"), china + russia - 20000.0 * boxes, ROUNDING * (china + russia));
            /* royalty: of the price at the field */
            const double field = AT("energy.oil.outlets.china.revenue") + russia -
                                 30.0 * AT("energy.oil.outlets.china.volume") -
                                 40.0 * AT("energy.oil.outlets.russia.volume");
            ck_assert_double_eq_tol(AT("fiscal.royalty"), 0.12 * field, ROUNDING * field);
        }
    for (int i = 0; i < 6; i++) ck_assert_msg(seen[i], "%s is 0 in every replication", lines[i]);
    support_unfold(&folded);
}
END_TEST

START_TEST(a_leg_counts_for_its_territory_or_for_who_decides_over_it)
{
    /* 30 by a consortium's line through ru, 20 by a line of ru through kz, 50 by neither */
    struct support support;
    support_open(
        &support,
        HEAD
        "commodities: {box: {unit: TEU, value: 1 kUSD/TEU, time_value: 1 USD/TEU/d}}\n"
        "legs:\n  a: {country: ru, control: pool}\n  b: {country: kz, control: ru}\n  c: {country: kz}\n"
        "flows: {f: {commodity: box, from: kz, to: eu, volume: 100 TEU/yr, choice: {sensitivity: 1 /kUSD}, routes: {x: "
        "{share: 30 %, via: [c, a]}, y: {share: 20 %, via: [c, b]}, z: {share: 50 %, via: [c]}}}}\n"
        "outcomes:\n  dependence:\n    land: {country: ru, of: flows.f}\n"
        "    will: {country: ru, of: flows.f, over: control}\n"
        "    pool: {country: pool, of: flows.f, over: control, by: volume}\n"
        "    kz: {country: kz, of: flows.f, over: control}\n",
        1);
    struct world_state *state = support_begin(&support);
    world_month(state, 0);
    ck_assert_double_eq_tol(support_value(&support, state, "index.dependence.land"), 0.3, ROUNDING);
    ck_assert_double_eq_tol(support_value(&support, state, "index.dependence.will"), 0.2, ROUNDING);
    ck_assert_double_eq_tol(support_value(&support, state, "index.dependence.pool"), 0.3, ROUNDING);
    ck_assert_double_eq_tol(support_value(&support, state, "index.dependence.kz"), 1.0, ROUNDING);
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(dependence_on_all_countries_is_1_and_on_none_0)
{
    struct folded folded;
    support_fold(&folded, COUNTRY("1000"), SEED);
    for (size_t p = 0; p <= 3; p++)
        for (int l = 0; l < LANES; l++) {
            /* the oil that goes to Russia passes no leg, so it depends on none */
            const double free_oil = AT("energy.oil.outlets.russia.revenue"),
                         china = AT("energy.oil.outlets.china.volume"), russia = AT("energy.oil.outlets.russia.volume");
            ck_assert_double_eq_tol(AT("index.dependence.all"), 1.0 - free_oil / AT("trade.exports"), ROUNDING);
            ck_assert_double_eq(AT("index.dependence.none"), 0.0);
            ck_assert_double_eq_tol(AT("index.dependence.oil"), china / (china + russia), ROUNDING);
            /* all land routes of transit pass both countries */
            const double land = AT("routes.transit.land.volume") / AT("flows.transit.shipped");
            ck_assert_double_eq_tol(AT("index.dependence.russia"), land, ROUNDING);
            ck_assert_double_eq_tol(AT("index.dependence.not-russia"), land, ROUNDING);
            const double east = AT("routes.exports.e.volume") / AT("flows.exports.shipped");
            const double through_china =
                AT("energy.oil.outlets.china.revenue") + 90.0 * AT("flows.exports.shipped") * east;
            ck_assert_double_eq_tol(AT("index.dependence.china"), through_china / AT("trade.exports"), ROUNDING);
        }
    support_unfold(&folded);
}
END_TEST

/* The sum of squares over the square of the sum. */
static double hhi_of(size_t count, const double x[])
{
    double sum = 0.0, squares = 0.0;
    for (size_t i = 0; i < count; i++) {
        sum += x[i];
        squares += x[i] * x[i];
    }
    return squares / (sum * sum);
}

/* Of each year, and of the horizon, from what was moved and sold in it: of each flow by the value that it moved. */
START_TEST(concentration_is_that_of_what_a_period_moved_and_sold)
{
    struct folded folded;
    support_fold(&folded, COUNTRY("1000"), SEED);
    for (size_t p = 0; p <= 3; p++)
        for (int l = 0; l < LANES; l++) {
            const double routes[3][2] = {{AT("routes.exports.e.volume"), AT("routes.exports.w.volume")},
                                         {AT("routes.imports.e.volume"), AT("routes.imports.w.volume")},
                                         {AT("routes.transit.land.volume"), AT("routes.transit.sea.volume")}};
            const double price[3] = {90.0, 20000.0, 20000.0}, alone = 20000.0 * AT("routes.russian.w.volume");
            double value = alone, weighted = alone;
            for (size_t f = 0; f < 3; f++) {
                const double moved = price[f] * (routes[f][0] + routes[f][1]);
                value += moved;
                weighted += moved * hhi_of(2, routes[f]);
            }
            ck_assert_double_eq_tol(AT("index.hhi.routes"), weighted / value, ROUNDING);
            const double sold[2] = {AT("trade.exports.cn"), AT("trade.exports.ru")}, hhi = hhi_of(2, sold);
            ck_assert_double_eq_tol(AT("index.hhi.partners"), hhi, ROUNDING);
            ck_assert_double_eq_tol(AT("index.multivector"), 1.0 - (hhi - 0.5) / 0.5, 2.0 * ROUNDING);
        }
    support_unfold(&folded);
}
END_TEST

START_TEST(scaling_all_volumes_leaves_the_indices)
{
    static const char *const indices[] = {"index.hhi.routes",        "index.hhi.partners",   "index.multivector",
                                          "index.multivector-base",  "index.dependence.all", "index.dependence.china",
                                          "index.dependence.russia", "index.dependence.oil"};
    struct folded one, many;
    support_fold(&one, COUNTRY("1000"), SEED);
    support_fold(&many, COUNTRY("7000"), SEED);
    for (size_t i = 0; i < sizeof indices / sizeof *indices; i++)
        for (size_t p = 0; p <= 3; p++)
            for (int l = 0; l < LANES; l++) {
                const double base = support_cell(&one, indices[i], p, l);
                ck_assert(base > 0.0 && base <= 1.0);
                ck_assert_double_eq_tol(support_cell(&many, indices[i], p, l), base, 1e-10);
            }
    support_unfold(&one);
    support_unfold(&many);
}
END_TEST

/* Below 65 in months 2 to 4 and 20 to 21 (counted from 0), above 80 in month 30. */
#define COURSE                                                                                                         \
    HEAD "drivers:\n  x: {model: path, unit: USD/bbl, values: {2019-07: 70 USD/bbl, 2020-03: 60 USD/bbl, 2020-06: 70 " \
         "USD/bbl, 2021-09: 64 USD/bbl, 2021-11: 70 USD/bbl, 2022-07: 90 USD/bbl, 2022-08: 70 USD/bbl, "               \
         "interpolation: step}}\n  y: {model: path, unit: USD/bbl, values: {2019-07: 70 USD/bbl, 2021-01: 50 "         \
         "USD/bbl, 2021-03: 70 USD/bbl, interpolation: step}}\noutcomes:\n  thresholds:\n"                             \
         "    low: {outcome: drivers.x, below: 65 USD/bbl, for: 3 mo}\n"                                               \
         "    dip: {outcome: drivers.x, below: 65 USD/bbl}\n"                                                          \
         "    high: {outcome: drivers.x, above: 80 USD/bbl}\n"                                                         \
         "    either: {outcome: [drivers.x, drivers.y], below: 65 USD/bbl, for: 2 mo}\n"                               \
         "    together: {outcome: [drivers.x, drivers.y], below: 65 USD/bbl, for: 4 mo}\n"                             \
         "    edge: {outcome: drivers.x, below: 60 USD/bbl}\n"

START_TEST(a_threshold_happens_after_as_many_months_in_a_row)
{
    static const struct {
        const char *name;
        double happened[4], passage[4]; /* of three years and the horizon; 0: undefined */
    } expected[] = {
        {"low", {1, 0, 0, 1}, {5, 5, 5, 5}},      {"dip", {1, 1, 0, 1}, {3, 3, 3, 3}},
        {"high", {0, 0, 1, 1}, {0, 0, 31, 31}},   {"either", {1, 1, 0, 1}, {4, 4, 4, 4}},
        {"together", {0, 0, 0, 0}, {0, 0, 0, 0}}, {"edge", {0, 0, 0, 0}, {0, 0, 0, 0}},
    };
    struct folded folded;
    support_fold(&folded, COURSE, SEED);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        for (size_t p = 0; p <= 3; p++) {
            char path[64], passage[64];
            snprintf(path, sizeof path, "thresholds.%s", expected[i].name);
            snprintf(passage, sizeof passage, "thresholds.%s.first-passage", expected[i].name);
            ck_assert_msg(support_cell(&folded, path, p, 0) == expected[i].happened[p], "%s, period %zu: %g", path, p,
                          support_cell(&folded, path, p, 0));
            const double month = support_cell(&folded, passage, p, 0);
            if (expected[i].passage[p] == 0.0)
                ck_assert_double_nan(month);
            else
                ck_assert_msg(fabs(month - expected[i].passage[p]) < 1e-12, "%s, period %zu: %g", passage, p, month);
        }
    support_unfold(&folded);
}
END_TEST

/* Counted by hand from the driver's levels. */
START_TEST(first_passage_is_that_of_the_path)
{
    enum { MONTHS = 36, ROW = 2 };
    static double level[MONTHS * LANES];
    int months[MONTHS], seen = 0;
    struct folded folded;
    support_fold(&folded,
                 HEAD "drivers:\n  x: {model: gbm, start: 60 USD/bbl, drift: 0 %/yr, sigma: 0.4}\n"
                      "outcomes:\n  thresholds:\n    low: {outcome: drivers.x, below: 45 USD/bbl, for: 2 mo}\n",
                 SEED);
    for (int m = 0; m < MONTHS; m++) months[m] = m + 1;
    support_levels(&folded.support, "x", LANES, MONTHS, months, level);
    for (int l = 0; l < LANES; l++) {
        int run = 0, first = 0;
        for (int m = 0; m < MONTHS; m++) {
            run = level[m * LANES + l] < 45.0 ? run + 1 : 0;
            if (run >= ROW && first == 0) first = m + 1;
            if (m % 12 != 11) continue;
            const double month = support_cell(&folded, "thresholds.low.first-passage", (size_t)m / 12, l);
            if (first == 0)
                ck_assert_double_nan(month);
            else
                ck_assert_double_eq_tol(month, first, 1e-12);
        }
        ck_assert_double_eq(support_cell(&folded, "thresholds.low", MONTHS / 12, l), first > 0);
        seen += first > 0;
    }
    ck_assert(seen > 0 && seen < LANES);
    support_unfold(&folded);
}
END_TEST

START_TEST(import_duty_is_the_tariff_of_flows_that_state_none)
{
    /* the price of delivery holds it, and so does demand: of a flow that states as much the same bits */
#define RATE "{2019-07: 4 %, 2020-01: 9 %, interpolation: step}"
#define DUTIABLE(tariff, fiscal)                                                                                       \
    HEAD "commodities:\n  box: {unit: TEU, value: 1000 USD/TEU, time_value: 10 USD/TEU/d}\n"                           \
         "flows:\n  a: {commodity: box, from: cn, to: kz, volume: 10 TEU/yr, " tariff                                  \
         "response: {impact: 0.5, long_run: 2, speed: 0.3 /yr}}\n"                                                     \
         "  b: {commodity: box, from: ru, to: kz, volume: 10 TEU/yr}\nfiscal: {" fiscal "}\n"
    static const char *const text[] = {DUTIABLE("tariff: " RATE ", ", "fee_take: 1"),
                                       DUTIABLE("", "import_duty: {from: cn, rate: " RATE "}")};
    double demand[2];
    for (int i = 0; i < 2; i++) {
        demand[i] = support_value_of(text[i], "flows.a.demand", 20);
        ck_assert_double_lt(demand[i], 10.0);
        ck_assert_double_eq_tol(support_value_of(text[i], "fiscal.import-duty", 20), 0.09 * 1000.0 * demand[i], 1e-9);
    }
    ck_assert_double_eq(demand[0], demand[1]);
}
END_TEST

START_TEST(a_customs_union_shares_what_all_collect_and_moves_it_between_states)
{
    static const char *const text[] = {DUTIABLE("", "import_duty: {from: cn, rate: 9 %}"),
                                       DUTIABLE("", "import_duty: {from: cn, rate: 9 %, pooled: {share: 7 %, others: "
                                                    "5 kUSD/yr}}")};
    struct folded alone, pooled;
    support_fold(&alone, text[0], SEED);
    support_fold(&pooled, text[1], SEED);
    const double collected = support_cell(&alone, "fiscal.import-duty", 1, 0),
                 all = support_cell(&alone, "npv.all", 3, 0), national = support_cell(&alone, "npv.national", 3, 0);
    ck_assert_double_gt(collected, 0.0);
    ck_assert_double_eq_tol(support_cell(&pooled, "fiscal.import-duty", 1, 0), 0.07 * (collected + 5000.0), 1e-9);
    ck_assert_double_eq_tol(support_cell(&pooled, "npv.all", 3, 0), all, ROUNDING * (fabs(all) + 3.0 * 5000.0));
    ck_assert_double_ne(support_cell(&pooled, "npv.national", 3, 0), national);
    support_unfold(&alone);
    support_unfold(&pooled);
}
END_TEST

START_TEST(profit_is_taxed_after_investment_and_with_its_lag)
{
#define TAXED(tax)                                                                                                     \
    HEAD                                                                                                               \
        "fiscal: {profit_tax: " tax "}\n"                                                                              \
        "energy:\n  gas:\n    unit: kcm\n    fields:\n      a: {rate: 10 kcm/yr, cost: 1 USD/kcm, home_share: 30 %}\n" \
        "    outlets:\n      o: {from: a, market: cn, price: {2020-01: 91 USD/kcm, 2021-01: 61 USD/kcm, "              \
        "2022-01: 21 USD/kcm, interpolation: step}}\n"
    static const char *const text[] = {TAXED("20 %"), TAXED("{rate: 20 %, deduct: {gas: {investment: 300 USD/yr}}}"),
                                       TAXED("{rate: 20 %, deduct: {gas: {investment: 300 USD/yr, lag: 12 mo}}}"),
                                       TAXED("{rate: 20 %, deduct: {gas: {investment: 0 USD/yr, lag: 6 mo}}}")};
    static const double
        tax[][3] = {{180.0, 120.0, 40.0}, {120.0, 60.0, 0.0}, {120.0, 120.0, 60.0}, {180.0, 150.0, 80.0}},
        profit[][3] = {{900.0, 600.0, 200.0}, {600.0, 300.0, -100.0}, {600.0, 300.0, -100.0}, {900.0, 600.0, 200.0}};
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
        struct folded folded;
        support_fold(&folded, text[i], SEED);
        for (size_t year = 0; year < 3; year++) {
            const double left = profit[i][year] - tax[i][year];
            ck_assert_double_eq_tol(support_cell(&folded, "fiscal.profit-tax", year, 0), tax[i][year], 1e-9);
            ck_assert_double_eq_tol(support_cell(&folded, "gains.owners.kz", year, 0), 0.3 * left, 1e-9);
            ck_assert_double_eq_tol(support_cell(&folded, "gains.owners.other", year, 0), 0.7 * left, 1e-9);
        }
        support_unfold(&folded);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("accounts");
    TCase *facts = tcase_create("facts");
    tcase_add_test(facts, n_equal_shares_have_a_concentration_of_1_over_n);
    tcase_add_test(facts, one_partner_of_several_has_a_multivector_index_of_0);
    tcase_add_test(facts, the_accounts_balance_in_every_replication);
    tcase_add_test(facts, a_leg_counts_for_its_territory_or_for_who_decides_over_it);
    tcase_add_test(facts, dependence_on_all_countries_is_1_and_on_none_0);
    tcase_add_test(facts, concentration_is_that_of_what_a_period_moved_and_sold);
    tcase_add_test(facts, scaling_all_volumes_leaves_the_indices);
    tcase_add_test(facts, a_threshold_happens_after_as_many_months_in_a_row);
    tcase_add_test(facts, first_passage_is_that_of_the_path);
    tcase_add_test(facts, import_duty_is_the_tariff_of_flows_that_state_none);
    tcase_add_test(facts, a_customs_union_shares_what_all_collect_and_moves_it_between_states);
    tcase_add_test(facts, profit_is_taxed_after_investment_and_with_its_lag);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
