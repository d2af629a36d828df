/* tests/models/test_energy.c -- energy through whole scenarios: a fixture of a whole country, prices, shortfalls, duty,
 * conservation.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/models/support.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDING 1e-12

#define HEAD "scenario: t\ntime: {base: 2019-07, start: 2020-01, months: 240}\nrun: {home: kz}\n"

/* Made up after Kazakhstan in 2020; the expected volumes are from an independent computation. %s: capacity of cpc. */
#define FIXTURE                                                                                                        \
    HEAD "drivers:\n  brent: {model: path, unit: USD/bbl, values: {2019: 64 USD/bbl}}\n"                               \
         "legs:\n  cpc: {capacity: %s}\n  kto: {capacity: 3 Mt/yr}\n  samara: {capacity: 17.5 Mt/yr}\n"                \
         "  btc: {capacity: 5.2 Mt/yr}\n  china: {capacity: 20 Mt/yr}\n"                                               \
         "energy:\n  oil:\n    unit: t\n    price: {driver: brent, convert: 7.6 bbl/t}\n    fields:\n"                 \
         "      t: {rate: 29.8 Mt/yr, steps: {2024-07: 40 Mt/yr}, cost: 40 USD/t, home_share: 20 %%}\n"                \
         "      k: {rate: 14.1 Mt/yr, steps: {2021-01: 16 Mt/yr}, cost: 75 USD/t, home_share: 17 %%}\n"                \
         "      g: {rate: 11.3 Mt/yr, decline: {from: 2030-01, rate: 5 %%/yr}, cost: 50 USD/t, home_share: 10 %%}\n"   \
         "      w: {rate: 25.5 Mt/yr, decline: 4 %%/yr, cost: 100 USD/t, home_share: 55 %%}\n"                         \
         "      e: {rate: 9.8 Mt/yr, decline: {from: 2020-01, rate: 6.7 %%/yr}, cost: 100 USD/t, home_share: 40 %%}\n" \
         "    outlets:\n"                                                                                              \
         "      rw: {from: [w], demand: 8.5 Mt/yr, growth: 1.5 %%/yr, first: true, price: {ratio: 0.55}}\n"            \
         "      re: {from: [e, w], demand: 8.5 Mt/yr, growth: 1.5 %%/yr, first: true, price: {ratio: 0.55}}\n"         \
         "      cpc: {from: [t, k, g], also: {w: kto}, via: [cpc], market: eu, differential: -1 USD/bbl, tariff: 38 "  \
         "USD/t}\n"                                                                                                    \
         "      samara: {from: [w, k, g], via: [samara], market: eu, differential: -1.5 USD/bbl, tariff: 55 USD/t, "   \
         "term: 12 Mt/yr}\n"                                                                                           \
         "      btc: {from: [w, t], via: [btc], market: eu, differential: -0.5 USD/bbl, tariff: 75 USD/t, "            \
         "ship_or_pay: "                                                                                               \
         "2 Mt/yr}\n"                                                                                                  \
         "      china: {from: [e, w], via: [china], market: cn, differential: -2 USD/bbl, tariff: 50 USD/t, term: 1 "  \
         "Mt/yr}\n"                                                                                                    \
         "      transit: {transit: true, volume: 10 Mt/yr, via: [china], fee: 11.36 USD/t}\n"

struct volumes {
    double rw, re, cpc, samara, btc, china, shut_in, production;
};

static struct volumes fixture_at(const char *cpc, int month)
{
    char text[8192];
    struct support support;
    snprintf(text, sizeof text, FIXTURE, cpc);
    support_open(&support, text, 1);
    struct world_state *state = support_begin(&support);
    for (int m = 0; m <= month; m++) world_month(state, m);
    const struct volumes volumes = {.rw = support_value(&support, state, "energy.oil.outlets.rw.volume") / 1e6,
                                    .re = support_value(&support, state, "energy.oil.outlets.re.volume") / 1e6,
                                    .cpc = support_value(&support, state, "energy.oil.outlets.cpc.volume") / 1e6,
                                    .samara = support_value(&support, state, "energy.oil.outlets.samara.volume") / 1e6,
                                    .btc = support_value(&support, state, "energy.oil.outlets.btc.volume") / 1e6,
                                    .china = support_value(&support, state, "energy.oil.outlets.china.volume") / 1e6,
                                    .shut_in = support_value(&support, state, "energy.oil.shut-in") / 1e6,
                                    .production = support_value(&support, state, "energy.oil.production") / 1e6};
    /* supply is sold or shut in */
    ck_assert_double_eq_tol(volumes.rw + volumes.re + volumes.cpc + volumes.samara + volumes.btc + volumes.china +
                                volumes.shut_in,
                            volumes.production, volumes.production * ROUNDING);
    ck_assert_double_eq_tol(support_value(&support, state, "legs.china.used"), volumes.china + 10.0, 1e-9);
    ck_assert_double_le(support_value(&support, state, "legs.cpc.utilisation"), 1.0 + ROUNDING);
    /* what one field of several sends over its own leg is left open */
    ck_assert_uint_eq(outcomes_find(&support.outcomes, "legs.kto.used"), support.outcomes.count);
    world_close(state);
    support_close(&support);
    return volumes;
}

/* The published figures of the fixture have two or three digits. */
START_TEST(the_fixture_is_reproduced_at_its_start)
{
    const struct volumes v = fixture_at("58 Mt/yr", 0);
    ck_assert_double_eq_tol(v.production, 90.5, 0.1); /* of which two fields decline within the month */
    ck_assert_double_eq(v.rw, 8.5);
    ck_assert_double_eq(v.re, 8.5);
    ck_assert_double_eq_tol(v.cpc, 58.0, 0.2);
    ck_assert_double_eq(v.samara, 12.0);
    ck_assert_double_eq(v.btc, 2.0);
    ck_assert_double_eq_tol(v.china, 1.5, 0.2);
    ck_assert_double_eq(v.shut_in, 0.0);
}
END_TEST

START_TEST(the_fixture_is_reproduced_with_cpc_at_55_per_cent)
{
    const struct volumes v = fixture_at("31.9 Mt/yr", 0);
    ck_assert_double_eq(v.cpc, 31.9);
    ck_assert_double_eq_tol(v.china, 10.0, 1e-9);
    ck_assert_double_eq(v.samara, 17.5);
    ck_assert_double_eq_tol(v.btc, 5.2, 1e-9);
    ck_assert_double_eq_tol(v.shut_in, 8.9, 0.15);
}
END_TEST

START_TEST(the_fixture_is_reproduced_in_january_2030)
{
    const struct volumes v = fixture_at("58 Mt/yr", 120);
    ck_assert_double_eq_tol(v.production, 89.08, 0.005);
    ck_assert_double_eq_tol(v.rw, 9.86, 0.005);
    ck_assert_double_eq_tol(v.re, 9.86, 0.005);
    ck_assert_double_eq_tol(v.cpc, 54.36, 0.005);
    ck_assert_double_eq_tol(v.samara, 12.0, 1e-9);
    ck_assert_double_eq_tol(v.btc, 2.0, 1e-9);
    ck_assert_double_eq_tol(v.china, 1.0, 1e-9);
}
END_TEST

START_TEST(a_months_decline_is_its_exact_mean)
{
    /* integral of 12 exp(-h t) over month n, h = -ln(0.9) a year */
    static const int months[] = {0, 1, 30, 239};
    for (int i = 0; i < 4; i++) {
        const double h = -log(0.9), t = months[i] / 12.0,
                     expected = 12.0 * (exp(-h * t) - exp(-h * (t + 1.0 / 12.0))) / h * 12.0;
        const double found = support_value_of(HEAD "energy:\n  gas:\n    unit: kcm\n    fields:\n      a: {rate: 12 "
                                                   "kcm/yr, decline: 10 %/yr, cost: 1 USD/kcm, home_share: 0 %}\n"
                                                   "    outlets:\n      o: {from: a, price: 50 USD/kcm}\n",
                                              "energy.gas.production", months[i]);
        ck_assert_double_eq_tol(found, expected, expected * 1e-12);
    }
}
END_TEST

START_TEST(growth_compounds_from_the_start)
{
    const char *text = HEAD "energy:\n  gas:\n    unit: kcm\n    fields:\n      a: {rate: 10 kcm/yr, growth: {2020: 5 "
                            "%/yr, 2022-01: 0 %/yr, interpolation: step}, cost: 1 USD/kcm, home_share: 0 %}\n"
                            "    outlets:\n      o: {from: a, price: 50 USD/kcm}\n";
    ck_assert_double_eq(support_value_of(text, "energy.gas.production", 0), 10.0);
    ck_assert_double_eq_tol(support_value_of(text, "energy.gas.production", 12), 10.5, 1e-12);
    ck_assert_double_eq_tol(support_value_of(text, "energy.gas.production", 100), 11.025, 1e-11);
}
END_TEST

/* A commodity with one outlet at an indexed price; %s: further keys of the price. */
#define INDEXED                                                                                                        \
    HEAD "drivers:\n  oil: {model: path, unit: USD/bbl, values: {2019: 60 USD/bbl, 2020-04: 61 USD/bbl, "              \
         "interpolation: step}}\n"                                                                                     \
         "energy:\n  gas:\n    unit: kcm\n    fields:\n      a: {rate: 1 kcm/yr, cost: 1 USD/kcm, home_share: 0 %%}\n" \
         "    outlets:\n      o: {from: a, market: cn, tariff: 35 USD/kcm, price: {driver: oil, intercept: 40 "        \
         "USD/kcm, slope: 2.4 bbl/kcm, "                                                                               \
         "lag: 3 mo, window: 9 mo%s}}\n"

START_TEST(a_step_of_the_index_is_a_linear_ramp_over_the_window)
{
    char text[2048];
    snprintf(text, sizeof text, INDEXED, "");
    for (int month = 0; month < 24; month++) {
        /* the step comes in month 3, is seen three months later, and is whole after nine */
        const double part = fmin(fmax((month - 5) / 9.0, 0.0), 1.0);
        const double expected = 40.0 + 2.4 * (60.0 + part);
        ck_assert_double_eq_tol(support_value_of(text, "energy.gas.outlets.o.revenue", month), expected, 1e-10);
        ck_assert_double_eq_tol(support_value_of(text, "energy.gas.outlets.o.netback", month), expected - 35.0, 1e-10);
    }
}
END_TEST

START_TEST(a_differential_may_be_a_driver)
{
    const char *text = HEAD
        "drivers:\n  brent: {model: path, unit: USD/bbl, values: {2019: 60 USD/bbl}}\n  grade: {model: path, unit: "
        "USD/bbl, "
        "values: {2019: -1 USD/bbl, 2020-03: -31 USD/bbl, interpolation: step}}\n"
        "energy:\n  oil:\n    unit: t\n    price: {driver: brent, convert: 7.6 bbl/t}\n    fields: {a: {rate: 1 t/yr, "
        "cost: 1 USD/t, home_share: 0 %}}\n    outlets:\n      o: {from: a, market: cn, differential: -2 USD/bbl, "
        "differential_driver: grade}\n";
    ck_assert_double_eq_tol(support_value_of(text, "energy.oil.outlets.o.revenue", 0), 57.0 * 7.6, 1e-10);
    ck_assert_double_eq_tol(support_value_of(text, "energy.oil.outlets.o.revenue", 4), 27.0 * 7.6, 1e-10);
}
END_TEST

START_TEST(an_indexed_price_is_held_between_floor_and_ceiling)
{
    char text[2048];
    snprintf(text, sizeof text, INDEXED, ", floor: 200 USD/kcm");
    ck_assert_double_eq_tol(support_value_of(text, "energy.gas.outlets.o.revenue", 0), 200.0, 1e-10);
    snprintf(text, sizeof text, INDEXED, ", ceiling: 150 USD/kcm");
    ck_assert_double_eq_tol(support_value_of(text, "energy.gas.outlets.o.revenue", 0), 150.0, 1e-10);
}
END_TEST

/* 10 produced; a contract of 20 with a minimum of 70 %, and ship-or-pay of 4 at an outlet that is worth less. */
#define SHORT                                                                                                          \
    HEAD "fiscal: {profit_tax: 20 %, fee_take: 25 %}\n"                                                                \
         "energy:\n  gas:\n    unit: kcm\n    royalty: 10 %\n    fields:\n      a: {rate: 10 kcm/yr, cost: 12 "        \
         "USD/kcm, home_share: 40 %}\n"                                                                                \
         "    outlets:\n      c: {from: a, market: cn, contract: 20 kcm/yr, minimum: 70 %, price: 200 USD/kcm, "       \
         "tariff: 30 USD/kcm}\n"                                                                                       \
         "      r: {from: a, market: ru, ship_or_pay: 4 kcm/yr, price: 100 USD/kcm, tariff: 15 USD/kcm}\n"

START_TEST(what_is_not_delivered_is_charged)
{
    struct support support;
    support_open(&support, SHORT, 1);
    struct world_state *state = support_begin(&support);
    world_month(state, 0);
    ck_assert_double_eq(support_value(&support, state, "energy.gas.outlets.c.volume"), 10.0);
    ck_assert_double_eq(support_value(&support, state, "energy.gas.outlets.r.volume"), 0.0);
    ck_assert_double_eq(support_value(&support, state, "energy.gas.outlets.c.served"), 0.5);
    /* margin: 10 (200 - 30) less royalty of 10 %, cost 12 a unit, 4 x 15 for ship-or-pay, 200 x (14 - 10) for the
     * minimum */
    const double margin = 1700.0 - 170.0 - 120.0 - 60.0 - 800.0;
    ck_assert_double_eq_tol(support_value(&support, state, "fiscal.royalty"), 170.0, 1e-9);
    ck_assert_double_eq_tol(support_value(&support, state, "fiscal.profit-tax"), 0.2 * margin, 1e-9);
    ck_assert_double_eq_tol(support_value(&support, state, "fiscal.total"), 170.0 + 0.2 * margin, 1e-9);
    ck_assert_double_eq_tol(support_value(&support, state, "trade.exports.cn"), 2000.0, 1e-9);
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(ship_or_pay_is_ranked_by_price_because_its_tariff_is_sunk)
{
    /* p pays 100 with a tariff of 30, q pays 90 with none: the booked 4 go to p, the rest to q */
    const char *text = HEAD
        "energy:\n  gas:\n    unit: kcm\n    fields:\n      a: {rate: 10 kcm/yr, cost: 1 USD/kcm, home_share: 40 %}\n"
        "    outlets:\n      p: {from: a, ship_or_pay: 4 kcm/yr, price: 100 USD/kcm, tariff: 30 USD/kcm}\n"
        "      q: {from: a, price: 90 USD/kcm}\n";
    ck_assert_double_eq(support_value_of(text, "energy.gas.outlets.p.volume", 0), 4.0);
    ck_assert_double_eq(support_value_of(text, "energy.gas.outlets.q.volume", 0), 6.0);
}
END_TEST

START_TEST(nothing_is_sold_by_choice_below_the_floor)
{
    char text[1024];
    for (int i = 0; i < 2; i++) {
        snprintf(text, sizeof text,
                 HEAD "energy:\n  gas:\n    unit: kcm\n    floor: %d USD/kcm\n    fields:\n      a: {rate: 10 kcm/yr, "
                      "cost: 1 USD/kcm, home_share: 40 %%}\n"
                      "    outlets:\n      p: {from: a, demand: 6 kcm/yr, price: 50 USD/kcm}\n      q: {from: a, term: "
                      "1 kcm/yr, demand: 4 kcm/yr, price: 20 USD/kcm}\n",
                 i == 0 ? 0 : 30);
        ck_assert_double_eq(support_value_of(text, "energy.gas.outlets.q.volume", 0), i == 0 ? 4.0 : 1.0);
        ck_assert_double_eq(support_value_of(text, "energy.gas.shut-in", 0), i == 0 ? 0.0 : 3.0);
    }
}
END_TEST

START_TEST(spread_cuts_the_spot_volume_into_thirds)
{
    /* a is worth 50, b 45: with a spread of 6, thirds of a at 44, 50, 56 */
    char text[1024];
    for (int i = 0; i < 2; i++) {
        snprintf(text, sizeof text,
                 HEAD "energy:\n  gas:\n    unit: kcm\n    fields:\n      f: {rate: 7 kcm/yr, cost: 1 USD/kcm, "
                      "home_share: 40 %%}\n"
                      "    outlets:\n      a: {from: f, demand: 6 kcm/yr, price: 50 USD/kcm%s}\n      b: {from: f, "
                      "demand: 3 kcm/yr, price: 45 USD/kcm}\n",
                 i == 0 ? "" : ", spread: 6 USD/kcm");
        ck_assert_double_eq(support_value_of(text, "energy.gas.outlets.a.volume", 0), i == 0 ? 6.0 : 4.0);
        ck_assert_double_eq(support_value_of(text, "energy.gas.outlets.b.volume", 0), i == 0 ? 1.0 : 3.0);
    }
}
END_TEST

START_TEST(spread_cuts_thirds_of_what_the_smallest_leg_takes)
{
    /* the leg takes 6, whether or not another outlet stands on it: thirds of 2 at 44, 50 and 56 against 45 */
    static const char *const text[] = {
        HEAD
        "legs: {l: {capacity: 6 kcm/yr}}\nenergy:\n  gas:\n    unit: kcm\n    fields:\n      f: {rate: 7 kcm/yr, "
        "cost: 1 USD/kcm, home_share: 40 %}\n    outlets:\n      a: {from: f, via: l, price: 50 USD/kcm, spread: 6 "
        "USD/kcm}\n      b: {from: f, demand: 3 kcm/yr, price: 45 USD/kcm}\n",
        HEAD
        "legs: {l: {capacity: 6 kcm/yr}}\nenergy:\n  gas:\n    unit: kcm\n    fields:\n      f: {rate: 7 kcm/yr, "
        "cost: 1 USD/kcm, home_share: 40 %}\n    outlets:\n      a: {from: f, via: l, price: 50 USD/kcm, spread: 6 "
        "USD/kcm}\n      b: {from: f, demand: 3 kcm/yr, price: 45 USD/kcm}\n      c: {from: f, via: l, demand: 1 "
        "kcm/yr, price: 1 USD/kcm}\n"};
    for (int i = 0; i < 2; i++) {
        ck_assert_double_eq(support_value_of(text[i], "energy.gas.outlets.a.volume", 0), 4.0);
        ck_assert_double_eq(support_value_of(text[i], "energy.gas.outlets.b.volume", 0), 3.0);
    }
}
END_TEST

START_TEST(a_term_counts_towards_ship_or_pay)
{
    /* a: price 478, tariff 80; 3 of term and 4 booked, so 1 more is sunk; b nets 450 - 50 = 400, a's spot 398 */
    const char *text =
        HEAD "energy:\n  gas:\n    unit: kcm\n    fields:\n      f: {rate: 8 kcm/yr, cost: 1 USD/kcm, "
             "home_share: 40 %}\n    outlets:\n      a: {from: f, term: 3 kcm/yr, ship_or_pay: 4 kcm/yr, "
             "price: 478 USD/kcm, tariff: 80 USD/kcm}\n      b: {from: f, price: 450 USD/kcm, tariff: 50 "
             "USD/kcm}\n";
    ck_assert_double_eq(support_value_of(text, "energy.gas.outlets.a.volume", 0), 4.0);
    ck_assert_double_eq(support_value_of(text, "energy.gas.outlets.b.volume", 0), 4.0);
}
END_TEST

START_TEST(the_state_takes_no_part_in_a_loss)
{
    const char *text =
        HEAD "fiscal: {profit_tax: 20 %}\nenergy:\n  gas:\n    unit: kcm\n    royalty: 10 %\n    fields:\n  "
             "    f: {rate: 8 kcm/yr, cost: 1 USD/kcm, home_share: 40 %}\n    outlets:\n      a: {from: f, "
             "market: cn, term: 3 kcm/yr, price: 50 USD/kcm, tariff: 80 USD/kcm}\n";
    ck_assert_double_eq(support_value_of(text, "energy.gas.outlets.a.volume", 0), 3.0);
    ck_assert_double_eq(support_value_of(text, "fiscal.royalty", 0), 0.0);
    ck_assert_double_eq(support_value_of(text, "fiscal.total", 0), 0.0);
}
END_TEST

/* With capacities, terms, prices, fields and the quota all drawn. */
START_TEST(supply_is_sold_held_back_or_shut_in_and_no_leg_overflows)
{
    static const char *const own[] = {"rw", "re", "cpc", "samara", "btc", "china"}, *const legs[] = {"cpc", "samara",
                                                                                                     "btc", "china"};
    const char *text = HEAD
        "drivers:\n  brent: {model: gbm, start: 30 USD/bbl, drift: -2 %/yr, sigma: 0.5}\n"
        "legs:\n  cpc: {capacity: uniform(0 60) Mt/yr}\n  kto: {capacity: uniform(0 6) Mt/yr}\n"
        "  samara: {capacity: uniform(0 20) Mt/yr}\n  btc: {capacity: uniform(0 8) Mt/yr}\n"
        "  china: {capacity: uniform(0 20) Mt/yr}\n"
        "energy:\n  oil:\n    quota: {2020: 60 Mt/yr, 2030: 90 Mt/yr, times: uniform(0.3 1.7)}\n    unit: t\n    "
        "price: {driver: brent, convert: 7.6 bbl/t}\n    fields:\n"
        "      t: {rate: uniform(0 40) Mt/yr, cost: 40 USD/t, home_share: 20 %}\n"
        "      k: {rate: uniform(0 40) Mt/yr, growth: 3 %/yr, cost: 75 USD/t, home_share: 17 %}\n"
        "      w: {rate: uniform(0 40) Mt/yr, decline: 4 %/yr, cost: 100 USD/t, home_share: 55 %}\n"
        "      e: {rate: uniform(0 20) Mt/yr, decline: 6 %/yr, cost: 100 USD/t, home_share: 40 %}\n"
        "    outlets:\n"
        "      rw: {from: [w], demand: 8.5 Mt/yr, growth: 1.5 %/yr, first: true, price: {ratio: 0.55}}\n"
        "      re: {from: [e, w], demand: 8.5 Mt/yr, growth: 1.5 %/yr, first: true, price: {ratio: 0.55}}\n"
        "      cpc: {from: [t, k], also: {w: kto}, via: [cpc], market: eu, tariff: uniform(20 80) USD/t, spread: 9 "
        "USD/t}\n"
        "      samara: {from: [w, k], via: [samara], market: eu, tariff: uniform(20 80) USD/t, term: uniform(0 15) "
        "Mt/yr}\n"
        "      btc: {from: [w, t], via: [btc], market: eu, tariff: uniform(20 80) USD/t, term: 1 Mt/yr, ship_or_pay: 2 "
        "Mt/yr}\n"
        "      china: {from: [e, w], via: [china], market: cn, tariff: uniform(20 80) USD/t, term: uniform(0 3) "
        "Mt/yr}\n"
        "      transit: {transit: true, volume: 10 Mt/yr, via: [china], fee: 11.36 USD/t}\n";
    struct support support;
    support_open(&support, text, 3);
    struct world_state *state = support_begin(&support);
    size_t volume[6], used[4], utilisation[4];
    char path[96];
    for (int i = 0; i < 6; i++) {
        snprintf(path, sizeof path, "energy.oil.outlets.%s.volume", own[i]);
        volume[i] = outcomes_find(&support.outcomes, path);
    }
    for (int i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "legs.%s.used", legs[i]);
        used[i] = outcomes_find(&support.outcomes, path);
        snprintf(path, sizeof path, "legs.%s.utilisation", legs[i]);
        utilisation[i] = outcomes_find(&support.outcomes, path);
    }
    const size_t production = outcomes_find(&support.outcomes, "energy.oil.production"),
                 shut = outcomes_find(&support.outcomes, "energy.oil.shut-in"),
                 held = outcomes_find(&support.outcomes, "energy.oil.held-back"),
                 transit = outcomes_find(&support.outcomes, "energy.oil.outlets.transit.volume");
    bool full = false, shut_in = false, bound = false;
    for (int m = 0; m < 240; m++) {
        world_month(state, m);
        const double *const *row = world_report(state)->row;
        const double *quota = support_quantity(&support, state, "energy.oil.quota");
        for (int l = 0; l < LANES; l++) {
            double sold = 0.0;
            for (int i = 0; i < 6; i++) {
                ck_assert_double_ge(row[volume[i]][l], 0.0);
                sold += row[volume[i]][l];
            }
            ck_assert_double_eq_tol(sold + row[held][l] + row[shut][l], row[production][l],
                                    ROUNDING * row[production][l]);
            ck_assert_double_le(sold, quota[l] * (1.0 + ROUNDING));
            if (row[held][l] > 0.0) ck_assert_double_eq_tol(sold, quota[l], ROUNDING * quota[l]);
            bound = bound || row[held][l] > 0.0;
            for (int i = 0; i < 4; i++) {
                const double through = row[volume[i + 2]][l] + (i == 3 ? row[transit][l] : 0.0);
                ck_assert_double_eq_tol(row[used[i]][l], through / 1e6, ROUNDING * 1e2);
                ck_assert_double_le(row[utilisation[i]][l], 1.0 + ROUNDING);
                full = full || row[utilisation[i]][l] > 1.0 - ROUNDING;
            }
            shut_in = shut_in || row[shut][l] > 0.0;
        }
    }
    ck_assert(full && shut_in && bound);
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(duty_falls_on_what_exempt_fields_cannot_send_abroad)
{
    /* exports 20: the exempt field can send 12 (its leg), so 8 pay the duty of the band of 64 USD/bbl, 60 USD/t */
    const char *text = HEAD "drivers:\n  brent: {model: path, unit: USD/bbl, values: {2019: 64 USD/bbl}}\n"
                            "legs:\n  x: {capacity: 12 t/yr}\n  y: {capacity: 8 t/yr}\n"
                            "energy:\n  oil:\n    unit: t\n    price: {driver: brent, convert: 7.6 bbl/t}\n"
                            "    duty: {driver: brent, table: {0 USD/bbl: 0 USD/t, 65 USD/bbl: 65 USD/t, 60 USD/bbl: "
                            "60 USD/t}, exempt: [p]}\n"
                            "    fields:\n      p: {rate: 15 t/yr, cost: 1 USD/t, home_share: 40 %}\n      q: {rate: "
                            "10 t/yr, cost: 1 USD/t, home_share: 40 %}\n"
                            "    outlets:\n      h: {from: [p, q], demand: 3 t/yr, first: true, price: 10 USD/t}\n"
                            "      a: {from: p, via: x, market: eu}\n      b: {from: q, via: y, market: cn}\n";
    ck_assert_double_eq_tol(support_value_of(text, "fiscal.duty", 0), 8.0 * 60.0, 1e-9);
}
END_TEST

START_TEST(transit_comes_first_and_leaves_the_rest_of_its_leg)
{
    const char *text = HEAD
        "fiscal: {fee_take: 25 %}\nlegs:\n  l: {capacity: 10 kcm/yr}\n"
        "energy:\n  gas:\n    unit: kcm\n    fields:\n      a: {rate: 8 kcm/yr, cost: 1 USD/kcm, home_share: 40 %}\n"
        "    outlets:\n      o: {from: a, via: l, market: cn, price: 90 USD/kcm}\n"
        "      t1: {transit: true, volume: 3 kcm/yr, via: l, fee: 5 USD/kcm}\n"
        "      t2: {transit: true, volume: 9 kcm/yr, via: l, fee: 4 USD/kcm}\n";
    ck_assert_double_eq(support_value_of(text, "energy.gas.outlets.t1.volume", 0), 3.0);
    ck_assert_double_eq(support_value_of(text, "energy.gas.outlets.t2.volume", 0), 7.0);
    ck_assert_double_eq(support_value_of(text, "energy.gas.outlets.t2.served", 0), 7.0 / 9.0);
    ck_assert_double_eq(support_value_of(text, "energy.gas.outlets.o.volume", 0), 0.0);
    ck_assert_double_eq(support_value_of(text, "energy.gas.shut-in", 0), 8.0);
    ck_assert_double_eq_tol(support_value_of(text, "fiscal.fees", 0), 0.25 * (15.0 + 28.0), 1e-12);
}
END_TEST

START_TEST(winter_demand_curtails_exports_by_the_order_of_classes)
{
    const char *text = HEAD
        "energy:\n  gas:\n    unit: kcm\n    fields:\n      a: {rate: 12 kcm/yr, cost: 1 USD/kcm, home_share: 40 %}\n"
        "    outlets:\n      h: {from: a, demand: 8 kcm/yr, first: true, price: 40 USD/kcm, season: [1.75, 1, 1, 1, "
        "0.5, 0.5, 0.5, 0.5, 1, 1, 1.5, 1.75]}\n"
        "      c: {from: a, market: cn, contract: 6 kcm/yr, price: 200 USD/kcm}\n";
    ck_assert_double_eq_tol(support_value_of(text, "energy.gas.outlets.h.volume", 0), 12.0, 1e-12); /* 14 wanted */
    ck_assert_double_eq_tol(support_value_of(text, "energy.gas.outlets.h.served", 0), 12.0 / 14.0, 1e-12);
    ck_assert_double_eq(support_value_of(text, "energy.gas.outlets.c.volume", 0), 0.0);
    ck_assert_double_eq_tol(support_value_of(text, "energy.gas.outlets.c.volume", 6), 6.0, 1e-12);
}
END_TEST

START_TEST(a_sale_at_home_over_a_foreign_leg_is_warned_of)
{
    struct support support;
    for (int i = 0; i < 2; i++) {
        support_open(&support,
                     i == 0
                         ? HEAD "legs:\n  l: {country: ru, capacity: 5 kcm/yr}\nenergy:\n  gas:\n    unit: kcm\n    "
                                "fields: {a: {rate: 8 kcm/yr, cost: 1 USD/kcm, home_share: 0 %}}\n    outlets:\n      "
                                "o: {from: a, via: l, price: 9 USD/kcm}\n"
                         : HEAD "legs:\n  l: {country: kz, capacity: 5 kcm/yr}\nenergy:\n  gas:\n    unit: kcm\n    "
                                "fields: {a: {rate: 8 kcm/yr, cost: 1 USD/kcm, home_share: 0 %}}\n    outlets:\n      "
                                "o: {from: a, via: l, price: 9 USD/kcm}\n",
                     1);
        if (i == 0)
            ck_assert_str_eq(support.plan.warnings->sentence,
                             "energy.gas.outlets.o has no `market`, so it counts as sold at home, but passes l in ru");
        else
            ck_assert_ptr_null(support.plan.warnings);
        support_close(&support);
    }
}
END_TEST

START_TEST(a_royalty_that_nobody_takes_is_warned_of)
{
    struct support support;
    support_open(
        &support,
        "scenario: t\ntime: {base: 2019-07, start: 2020-01, months: 12}\nenergy:\n  gas:\n    unit: kcm\n    "
        "royalty: 5 %\n    fields: {a: {rate: 8 kcm/yr, cost: 1 USD/kcm, home_share: 0 %}}\n    outlets:\n      o: "
        "{from: a, price: 9 USD/kcm}\n",
        1);
    ck_assert_str_eq(support.plan.warnings->sentence,
                     "energy.gas has a duty or royalty, but no country is home to take "
                     "it; expected `run: {home: ...}`");
    support_close(&support);
}
END_TEST

START_TEST(weather_has_mean_one_and_the_stated_spread)
{
    enum { BLOCKS = 256, N = BLOCKS * LANES };
    struct support support;
    struct world_state *state = NULL;
    support_open(
        &support,
        HEAD
        "energy:\n  gas:\n    unit: kcm\n    fields:\n      a: {rate: 1000 kcm/yr, cost: 1 USD/kcm, home_share: 40 %}\n"
        "    outlets:\n      h: {from: a, demand: 8 kcm/yr, first: true, price: 40 USD/kcm, shock: 0.2}\n",
        5);
    ck_assert_ptr_null(world_open(support.world, &state));
    const size_t outcome = outcomes_find(&support.outcomes, "energy.gas.outlets.h.volume");
    double *x = malloc(N * sizeof *x);
    ck_assert_ptr_nonnull(x);
    for (size_t b = 0; b < BLOCKS; b++) {
        world_begin(state, b * LANES);
        world_month(state, 0);
        memcpy(x + b * LANES, world_report(state)->row[outcome], LANES * sizeof *x);
    }
    const double mean = support_mean(N, x), variance = support_moment(N, x, 2), fourth = support_moment(N, x, 4);
    ck_assert_double_eq_tol(mean, 8.0, 4.5 * 1.6 / sqrt(N));
    ck_assert_double_eq_tol(variance, 1.6 * 1.6, 4.5 * sqrt((fourth - variance * variance) / N));
    free(x);
    world_close(state);
    support_close(&support);
}
END_TEST

/* The weather of an outlet is the same wherever its shock stands, though it be the first number of a file. */
START_TEST(weather_that_a_file_states_first_counts)
{
    static const char *const text[] = {
        "energy:\n  gas:\n    outlets: {h: {shock: 0.2, from: a, demand: 8 kcm/yr, first: true, price: 40 USD/kcm}}\n"
        "    unit: kcm\n    fields: {a: {rate: 1000 kcm/yr, cost: 1 USD/kcm, home_share: 40 %}}\n" HEAD,
        HEAD "energy:\n  gas:\n    unit: kcm\n    fields: {a: {rate: 1000 kcm/yr, cost: 1 USD/kcm, home_share: 40 %}}\n"
             "    outlets: {h: {from: a, demand: 8 kcm/yr, first: true, price: 40 USD/kcm, shock: 0.2}}\n"};
    double volume[2][3];
    for (int i = 0; i < 2; i++)
        for (int m = 0; m < 3; m++) volume[i][m] = support_value_of(text[i], "energy.gas.outlets.h.volume", m);
    ck_assert_mem_eq(volume[0], volume[1], sizeof volume[0]);
    ck_assert_double_ne(volume[0][0], volume[0][1]);
}
END_TEST

START_TEST(duty_in_proportion_to_the_price_begins_and_ends_where_it_is_said_to)
{
#define PRICED(level, duty)                                                                                            \
    HEAD "drivers:\n  brent: {model: path, unit: USD/bbl, values: {2019: " level " USD/bbl}}\n"                        \
         "energy:\n  oil:\n    unit: t\n    price: {driver: brent, convert: 7.6 bbl/t}\n"                              \
         "    duty: {driver: brent, slope: 1 bbl/t" duty "}\n    fields:\n      p: {rate: 15 t/yr, cost: 1 USD/t, "    \
         "home_share: 40 %}\n    outlets:\n      a: {from: p, market: eu}\n"
#define ENDS ", from: 25 USD/bbl, to: 105 USD/bbl"
    static const struct {
        const char *text;
        double duty; /* USD/t */
    } of[] = {{PRICED("24.9", ENDS), 0.0},  {PRICED("25", ENDS), 25.0},   {PRICED("64", ENDS), 64.0},
              {PRICED("105", ENDS), 105.0}, {PRICED("150", ENDS), 105.0}, {PRICED("3", ""), 3.0}};
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        ck_assert_double_eq_tol(support_value_of(of[i].text, "fiscal.duty", 0), 15.0 * of[i].duty, 1e-9);
}
END_TEST

/* Four exporters around a gulf, the largest of them home, at a constant price; the strait shut in the first quarter. */
#define GULF                                                                                                           \
    "scenario: t\ntime: {base: 2025-07, start: 2026-01, months: 12}\nrun: {home: sa}\n"                                \
    "drivers:\n  brent: {model: path, unit: USD/bbl, values: {2025: 70 USD/bbl}}\n"                                    \
    "fiscal: {profit_tax: 20 %}\n"                                                                                     \
    "legs:\n  ras-tanura: {country: sa, capacity: 900000 t/d}\n  yanbu: {country: sa, capacity: 120000 t/d}\n"         \
    "  khalifa: {country: ae, capacity: 74668 t/d}\n  fujairah: {country: ae, capacity: 23971 t/d}\n"                  \
    "  mina-al-ahmadi: {country: kw, capacity: 51813 t/d}\n"                                                           \
    "energy:\n  oil:\n    unit: t\n    price: {driver: brent, convert: 7.3 bbl/t}\n    royalty: 10 %\n"                \
    "    duty: {driver: brent, table: {0 USD/bbl: 5 USD/t}}\n    fields:\n"                                            \
    "      saudi: {rate: 330 Mt/yr, cost: 30 USD/t, home_share: 1}\n"                                                  \
    "      emirates: {country: ae, rate: 30 Mt/yr, cost: 20 USD/t, home_share: 0}\n"                                   \
    "      kuwait: {country: kw, rate: 18 Mt/yr, cost: 10 USD/t, home_share: 0}\n    outlets:\n"                       \
    "      sa-gulf: {from: saudi, via: [ras-tanura], market: asia, tariff: 10 USD/t}\n"                                \
    "      sa-red-sea: {from: saudi, via: [yanbu], market: eu, tariff: 14 USD/t}\n"                                    \
    "      ae-gulf: {from: emirates, via: [khalifa], market: asia, tariff: 10 USD/t}\n"                                \
    "      ae-fujairah: {from: emirates, via: [fujairah], market: asia, tariff: 14 USD/t, ship_or_pay: 1 Mt/yr}\n"     \
    "      kw-gulf: {from: kuwait, via: [mina-al-ahmadi], market: asia, tariff: 10 USD/t}\n"                           \
    "outcomes: {dependence: {gulf: {country: ae, of: energy.oil}}}\n"                                                  \
    "events:\n  blockade: {start: 2026-01, duration: 3 mo, effects: {legs.ras-tanura.capacity: {scale: 0}, "           \
    "legs.khalifa.capacity: {scale: 0}, legs.mina-al-ahmadi.capacity: {scale: 0}}}\n"

START_TEST(what_fields_of_other_countries_sell_is_in_no_account_of_home)
{
    const double port = 900e3 * 365.25, bypass = 120e3 * 365.25, most = 330e6, price = 70.0 * 7.3;
    /* nine months the port takes what it can and the bypass the rest, three months there is the bypass alone */
    const double gulf = 0.75 * port, red_sea = 0.75 * (most - port) + 0.25 * bypass, sold = gulf + red_sea;
    const double royalty = 0.1 * (price * sold - 10.0 * gulf - 14.0 * red_sea), duty = 5.0 * sold,
                 margin = 9.0 * royalty - duty - 30.0 * sold;
    struct folded folded;
    support_fold(&folded, GULF, 1);
    ck_assert_double_eq_tol(support_cell(&folded, "energy.oil.outlets.sa-gulf.volume", 0, 0), gulf, gulf * ROUNDING);
    ck_assert_double_eq_tol(support_cell(&folded, "trade.exports", 0, 0), price * sold, price * sold * ROUNDING);
    ck_assert_double_eq_tol(support_cell(&folded, "fiscal.royalty", 0, 0), royalty, royalty * ROUNDING);
    ck_assert_double_eq_tol(support_cell(&folded, "fiscal.duty", 0, 0), duty, duty * ROUNDING);
    ck_assert_double_eq_tol(support_cell(&folded, "fiscal.profit-tax", 0, 0), 0.2 * margin, margin * ROUNDING);
    ck_assert_double_eq(support_cell(&folded, "index.dependence.gulf", 0, 0), 0.0); /* home's oil passes no leg of ae */
    /* the volumes of all are reported */
    ck_assert_double_eq(support_cell(&folded, "energy.oil.production", 0, 0), 378e6);
    ck_assert_double_eq_tol(support_cell(&folded, "energy.oil.outlets.kw-gulf.volume", 0, 0), 13.5e6, 1e-3);
    support_unfold(&folded);
}
END_TEST

START_TEST(production_is_the_sum_of_that_of_fields)
{
    char text[8192];
    struct support support;
    snprintf(text, sizeof text, FIXTURE, "58 Mt/yr");
    support_open(&support, text, 1);
    struct world_state *state = support_begin(&support);
    for (int m = 0; m < 60; m++) {
        static const char *const fields[] = {"t", "k", "g", "w", "e"};
        double sum = 0.0;
        world_month(state, m);
        for (int f = 0; f < 5; f++) {
            char path[64];
            snprintf(path, sizeof path, "energy.oil.fields.%s.production", fields[f]);
            sum += support_value(&support, state, path);
        }
        ck_assert_double_eq_tol(support_value(&support, state, "energy.oil.production"), sum, sum * ROUNDING);
    }
    ck_assert_double_eq(support_value(&support, state, "energy.oil.fields.t.production"), 40e6);
    world_close(state);
    support_close(&support);
}
END_TEST

/* The mean over a month (from, to] of a rate that steps at a time, both in months from the start. */
static double mean_of_step(double before, double after, double step, int month)
{
    const double part = fmin(fmax(month + 1 - step, 0.0), 1.0);
    return before + part * (after - before);
}

START_TEST(steps_are_late_by_what_is_drawn_of_their_delay)
{
    /* steps after 2 and 8 months, both as late; of b the step would have come before the start */
    const char *text =
        HEAD "energy:\n  gas:\n    unit: kcm\n    fields:\n      a: {rate: 10 kcm/yr, steps: {2020-03: 30 "
             "kcm/yr, 2020-09: 24 kcm/yr}, delay: uniform(0 20) mo, cost: 1 USD/kcm, home_share: 0 %}\n"
             "      b: {rate: 10 kcm/yr, steps: {2019-11: 7 kcm/yr}, delay: 2.25 mo, growth: 3 %/yr, "
             "cost: 1 USD/kcm, home_share: 0 %}\n"
             "    outlets:\n      o: {from: [a, b], price: 50 USD/kcm}\n";
    struct support support;
    support_open(&support, text, 11);
    struct world_state *state = support_begin(&support);
    bool differ = false;
    for (int m = 0; m < 36; m++) {
        world_month(state, m);
        const double *delay = support_quantity(&support, state, "energy.gas.fields.a.delay"),
                     *found = support_row(&support, state, "energy.gas.fields.a.production");
        for (int l = 0; l < LANES; l++) {
            const double first = 2.0 + delay[l], second = 8.0 + delay[l];
            const double expected =
                m < floor(second) ? mean_of_step(10.0, 30.0, first, m) : mean_of_step(30.0, 24.0, second, m);
            ck_assert_double_eq_tol(found[l], expected, 1e-12 * expected);
            differ = differ || found[l] != found[0];
        }
        const double grown = pow(1.03, m / 12.0);
        ck_assert_double_eq_tol(support_value(&support, state, "energy.gas.fields.b.production"),
                                mean_of_step(10.0, 7.0, -2.0 + 2.25, m) * grown, 1e-12 * 10.0 * grown);
    }
    ck_assert(differ);
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(a_quota_takes_from_what_is_worth_least_and_is_told_apart_from_shut_in)
{
    /* outlets take 9 of 10: 6 at 50 and 3 at 40. The quota is 7, halved for two months by an event, and 9.5 in 2021 */
    const char *text =
        HEAD "energy:\n  gas:\n    unit: kcm\n    quota: {2020: 7 kcm/yr, 2021: 9.5 kcm/yr, interpolation: step}\n"
             "    fields:\n      a: {rate: 10 kcm/yr, cost: 1 USD/kcm, home_share: 40 %}\n    outlets:\n"
             "      q: {from: a, demand: 3 kcm/yr, price: 40 USD/kcm}\n      p: {from: a, demand: 6 kcm/yr, price: 50 "
             "USD/kcm}\n"
             "events: {cut: {start: 2020-06, duration: 2 mo, effects: {energy.gas.quota: {scale: 0.5}}}}\n";
    static const struct {
        int month;
        double p, q, held;
    } expected[] = {
        {0, 6.0, 1.0, 2.0}, {5, 3.5, 0.0, 5.5}, {6, 3.5, 0.0, 5.5}, {7, 6.0, 1.0, 2.0}, {12, 6.0, 3.0, 0.0}};
    struct support support;
    support_open(&support, text, 1);
    struct world_state *state = support_begin(&support);
    for (int m = 0, i = 0; i < 5; m++) {
        world_month(state, m);
        if (m != expected[i].month) continue;
        ck_assert_double_eq(support_value(&support, state, "energy.gas.outlets.p.volume"), expected[i].p);
        ck_assert_double_eq(support_value(&support, state, "energy.gas.outlets.q.volume"), expected[i].q);
        ck_assert_double_eq(support_value(&support, state, "energy.gas.held-back"), expected[i].held);
        ck_assert_double_eq(support_value(&support, state, "energy.gas.shut-in"), 1.0);
        ck_assert_double_eq(support_value(&support, state, "energy.gas.production"), 10.0);
        i++;
    }
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(a_quota_above_what_outlets_take_changes_nothing)
{
    char text[8192], with[8192];
    struct support plain, limited;
    snprintf(text, sizeof text, FIXTURE, "31.9 Mt/yr");
    char *at = strstr(text, "    unit: t\n");
    snprintf(with, sizeof with, "%.*s    quota: 81.7 Mt/yr\n%s", (int)(at - text), text, at);
    support_open(&plain, text, 1);
    support_open(&limited, with, 1);
    struct world_state *of_plain = support_begin(&plain), *of_limited = support_begin(&limited);
    world_month(of_plain, 0);
    world_month(of_limited, 0);
    /* supply is 90.5, of which 81.6 find an outlet */
    for (size_t o = 0; o < plain.outcomes.count; o++) {
        const char *path = plain.outcomes.item[o].path;
        if (strncmp(path, "energy.", 7) != 0 && strncmp(path, "fiscal.", 7) != 0) continue;
        ck_assert_mem_eq(support_row(&plain, of_plain, path), support_row(&limited, of_limited, path),
                         sizeof(double[LANES]));
    }
    ck_assert_double_eq(support_value(&limited, of_limited, "energy.oil.held-back"), 0.0);
    world_close(of_plain);
    world_close(of_limited);
    support_close(&plain);
    support_close(&limited);
}
END_TEST

/* Coal and general cargo over one line, everything drawn; the second %s is `energy-first` or `energy-last`. */
#define LINE                                                                                                           \
    "scenario: t\ntime: {base: 2019-07, start: 2020-01, months: 60}\nrun: {home: kz}\n"                                \
    "commodities: {goods: {unit: t, value: 1000 USD/t, time_value: 1 USD/t/d}}\n"                                      \
    "legs:\n  line: {country: kz, capacity: {2020: 10 train/d, 2024: 14 train/d, times: uniform(0.5 1.5)}, use: "      \
    "{goods: 1/1000 train/t, coal: uniform(0.0002 0.0004) train/t, ore: 1/3000 train/t}, shared: %s}\n  other: {}\n"   \
    "flows:\n  f: {commodity: goods, from: kz, to: cn, volume: 2 Mt/yr, choice: {sensitivity: 0.1 /USD}, routes: "     \
    "{a: {share: 80 %%, via: [line]}, b: {share: 20 %%, via: [other]}}}\n"                                             \
    "energy:\n  coal:\n    unit: t\n    fields: {pit: {rate: uniform(2 20) Mt/yr, growth: -3 %%/yr, cost: 5 USD/t, "   \
    "home_share: 50 %%}}\n    outlets:\n      abroad: {from: pit, via: line, market: cn, price: 60 USD/t, demand: "    \
    "9 Mt/yr, season: [2, 2, 1, 1, 0.1, 0.1, 0.1, 0.7, 1, 1, 1, 2]}\n"                                                 \
    "      passing: {transit: true, volume: 1 Mt/yr, via: line, fee: 1 USD/t}\n"                                       \
    "  ore:\n    unit: t\n    fields: {mine: {rate: 3 Mt/yr, cost: 5 USD/t, home_share: 50 %%}}\n"                     \
    "    outlets: {abroad: {from: mine, via: line, market: cn, price: 60 USD/t}}\n"                                    \
    "events:\n  storm: {start: 2021-03, duration: 2 mo, effects: {legs.line.capacity: {scale: 0}}}\n"

START_TEST(a_line_is_shared_in_the_order_that_it_states)
{
    for (int first = 0; first < 2; first++) {
        char text[4096];
        struct support support;
        snprintf(text, sizeof text, LINE, first ? "energy-first" : "energy-last");
        support_open(&support, text, 5);
        struct world_state *state = support_begin(&support);
        bool full = false, some = false, closed = false;
        for (int m = 0; m < 60; m++) {
            world_month(state, m);
            const double *capacity = support_quantity(&support, state, "legs.line.capacity"),
                         *use = support_quantity(&support, state, "legs.line.use.coal"),
                         *coal = support_row(&support, state, "energy.coal.outlets.abroad.volume"),
                         *passing = support_row(&support, state, "energy.coal.outlets.passing.volume"),
                         *pit = support_row(&support, state, "energy.coal.production"),
                         *ore = support_row(&support, state, "energy.ore.outlets.abroad.volume"),
                         *goods = support_row(&support, state, "routes.f.a.volume"),
                         *used = support_row(&support, state, "legs.line.used"),
                         *part = support_row(&support, state, "legs.line.utilisation"),
                         *delay = support_row(&support, state, "legs.line.delay");
            static const double season[] = {2, 2, 1, 1, 0.1, 0.1, 0.1, 0.7, 1, 1, 1, 2};
            for (int l = 0; l < LANES; l++) {
                /* each takes what it wants of what those before it have left: goods, transit of coal, coal, ore */
                const double flows = goods[l] / 1000.0;
                double room = capacity[l] - (first ? 0.0 : flows);
                const double through = fmin(1e6, room / use[l]);
                room = fmax(room - through * use[l], 0.0);
                const double sold = fmin(fmin(pit[l], 9e6 * season[m % 12]), room / use[l]);
                room = fmax(room - sold * use[l], 0.0);
                const double mined = fmin(3e6, room * 3000.0);
                ck_assert_double_eq_tol(passing[l], through, 1e-10 * 1e6);
                ck_assert_double_eq_tol(coal[l], sold, 1e-10 * 1e7);
                ck_assert_double_eq_tol(ore[l], mined, 1e-10 * 1e7);
                const double all = flows + (through + sold) * use[l] + mined / 3000.0;
                ck_assert_double_eq_tol(used[l], all, 1e-10 * 1e4);
                ck_assert_double_le(used[l], capacity[l] * (1.0 + 1e-12));
                ck_assert_double_eq_tol(part[l], capacity[l] > 0.0 ? all / capacity[l] : 0.0, 1e-10);
                if (first && capacity[l] > 0.0 && delay[l] > 0.0)
                    ck_assert_double_ge(part[l], 1.0 - 1e-9); /* who waits leaves no room */
                full = full || part[l] > 1.0 - 1e-9;
                some = some || (part[l] > 0.0 && part[l] < 0.9);
                closed = closed || capacity[l] == 0.0;
            }
            const double *imbalance = support_row(&support, state, "network.imbalance");
            for (int l = 0; l < LANES; l++) ck_assert_double_le(imbalance[l], 1e-9);
        }
        ck_assert(full && some && closed);
        world_close(state);
        support_close(&support);
    }
}
END_TEST

START_TEST(flows_meet_the_capacity_that_energy_leaves_them)
{
    /* 4 Mt of coal take 1000 trains a year off 10 train/d; the same as a line of 2652.5 */
    static const char *const text[] = {
        HEAD "commodities: {goods: {unit: t, value: 1000 USD/t, time_value: 1 USD/t/d}}\n"
             "legs:\n  line: {capacity: 10 train/d, use: {goods: 1/1000 train/t, coal: 1/4000 train/t}, shared: "
             "energy-first}\n  other: {}\n"
             "flows:\n  f: {commodity: goods, from: kz, to: cn, volume: 3 Mt/yr, choice: {sensitivity: 0.1 /USD}, "
             "routes: {a: {share: 95 %, via: [line]}, b: {share: 5 %, via: [other]}}}\n"
             "energy:\n  coal:\n    unit: t\n    fields: {pit: {rate: 4 Mt/yr, cost: 5 USD/t, home_share: 50 %}}\n"
             "    outlets: {abroad: {from: pit, via: line, market: cn, price: 60 USD/t}}\n",
        HEAD "commodities: {goods: {unit: t, value: 1000 USD/t, time_value: 1 USD/t/d}}\n"
             "legs:\n  line: {capacity: 2652.5 train/yr, use: {goods: 1/1000 train/t}}\n  other: {}\n"
             "flows:\n  f: {commodity: goods, from: kz, to: cn, volume: 3 Mt/yr, choice: {sensitivity: 0.1 /USD}, "
             "routes: {a: {share: 95 %, via: [line]}, b: {share: 5 %, via: [other]}}}\n"};
    static const char *const paths[] = {"flows.f.shipped",   "flows.f.backlog",  "flows.f.cost",
                                        "routes.f.a.volume", "routes.f.a.delay", "legs.line.delay"};
    struct support support[2];
    struct world_state *state[2];
    for (int i = 0; i < 2; i++) {
        support_open(&support[i], text[i], 1);
        state[i] = support_begin(&support[i]);
    }
    for (int m = 0; m < 24; m++) {
        world_month(state[0], m);
        world_month(state[1], m);
        for (size_t p = 0; p < sizeof paths / sizeof *paths; p++) {
            const double expected = support_value(&support[1], state[1], paths[p]);
            ck_assert_double_gt(expected, 0.0); /* 2.85 Mt want a line of 2.65 */
            ck_assert_double_eq_tol(support_value(&support[0], state[0], paths[p]), expected, 1e-9 * expected);
        }
    }
    for (int i = 0; i < 2; i++) {
        world_close(state[i]);
        support_close(&support[i]);
    }
}
END_TEST

START_TEST(exporters_share_a_strait_in_the_order_of_the_file)
{
    /* home and two neighbours, a commodity each; the strait takes 300 of 348 that want to pass, and later nothing */
    const char *text =
        "scenario: t\ntime: {base: 2025-07, start: 2026-01, months: 12}\nrun: {home: sa}\n"
        "legs:\n  hormuz: {country: om, capacity: 300 Mt/yr}\n  yanbu: {country: sa, capacity: 40 Mt/yr}\n"
        "energy:\n"
        "  saudi:\n    unit: t\n    fields: {f: {rate: 330 Mt/yr, cost: 30 USD/t, home_share: 1}}\n    outlets:\n"
        "      red-sea: {from: f, via: yanbu, market: eu, price: 520 USD/t}\n      gulf: {from: f, via: hormuz, "
        "market: asia, price: 511 USD/t, demand: 280 Mt/yr}\n"
        "  emirates:\n    unit: t\n    fields: {f: {country: om, rate: 30 Mt/yr, cost: 30 USD/t, home_share: 0}}\n"
        "    outlets: {gulf: {from: f, via: hormuz, market: asia, price: 511 USD/t}}\n"
        "  kuwait:\n    unit: t\n    fields: {f: {country: om, rate: 18 Mt/yr, cost: 30 USD/t, home_share: 0}}\n"
        "    outlets: {gulf: {from: f, via: hormuz, market: asia, price: 511 USD/t}}\n"
        "events: {blockade: {start: 2026-07, duration: 3 mo, effects: {legs.hormuz.capacity: {scale: 0}}}}\n";
    struct support support;
    support_open(&support, text, 1);
    ck_assert_ptr_null(support.plan.warnings);
    struct world_state *state = support_begin(&support);
    for (int m = 0; m < 12; m++) {
        const bool shut = m >= 6 && m < 9;
        world_month(state, m);
        ck_assert_double_eq(support_value(&support, state, "energy.saudi.outlets.red-sea.volume"), 40e6);
        ck_assert_double_eq(support_value(&support, state, "energy.saudi.outlets.gulf.volume"), shut ? 0.0 : 280e6);
        ck_assert_double_eq(support_value(&support, state, "energy.emirates.outlets.gulf.volume"), shut ? 0.0 : 20e6);
        ck_assert_double_eq(support_value(&support, state, "energy.kuwait.outlets.gulf.volume"), 0.0);
        ck_assert_double_eq(support_value(&support, state, "legs.hormuz.used"), shut ? 0.0 : 300.0);
        ck_assert_double_eq(support_value(&support, state, "legs.hormuz.utilisation"), shut ? 0.0 : 1.0);
        ck_assert_double_eq_tol(support_value(&support, state, "trade.exports"),
                                40e6 * 520.0 + (shut ? 0.0 : 280e6 * 511.0), 1.0);
    }
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(at_the_start_flows_take_what_they_do_in_the_base_year)
{
    char text[4096];
    struct support support;
    snprintf(text, sizeof text, LINE, "energy-last");
    support_open(&support, text, 1);
    struct world_state *state = support_begin(&support);
    world_start_central(state);
    world_energy_central(state, 0);
    /* 10 train/d less 1.6 Mt of goods and 1 Mt of transit at the median use of 0.0003 train/t */
    const double room = (3652.5 - 1600.0 - 300.0) / 0.0003;
    ck_assert_double_eq_tol(support_value(&support, state, "energy.coal.outlets.abroad.volume"), room, 1e-9 * room);
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(sharing_that_nobody_does_is_warned_of)
{
    struct support support;
    support_open(&support,
                 HEAD
                 "legs:\n  l: {capacity: 5 kcm/yr, shared: energy-last}\nenergy:\n  gas:\n    unit: kcm\n    fields: "
                 "{a: {rate: 8 kcm/yr, cost: 1 USD/kcm, home_share: 0 %}}\n    outlets: {o: {from: a, via: l, "
                 "price: 9 USD/kcm}}\n",
                 1);
    ck_assert_ptr_nonnull(support.plan.warnings);
    ck_assert_str_eq(support.plan.warnings->sentence,
                     "legs.l.shared has no effect, because not both energy and a flow use the leg");
    support_close(&support);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("energy");
    TCase *facts = tcase_create("facts");
    tcase_add_test(facts, the_fixture_is_reproduced_at_its_start);
    tcase_add_test(facts, the_fixture_is_reproduced_with_cpc_at_55_per_cent);
    tcase_add_test(facts, the_fixture_is_reproduced_in_january_2030);
    tcase_add_test(facts, a_months_decline_is_its_exact_mean);
    tcase_add_test(facts, growth_compounds_from_the_start);
    tcase_add_test(facts, a_step_of_the_index_is_a_linear_ramp_over_the_window);
    tcase_add_test(facts, a_differential_may_be_a_driver);
    tcase_add_test(facts, an_indexed_price_is_held_between_floor_and_ceiling);
    tcase_add_test(facts, what_is_not_delivered_is_charged);
    tcase_add_test(facts, ship_or_pay_is_ranked_by_price_because_its_tariff_is_sunk);
    tcase_add_test(facts, nothing_is_sold_by_choice_below_the_floor);
    tcase_add_test(facts, spread_cuts_the_spot_volume_into_thirds);
    tcase_add_test(facts, spread_cuts_thirds_of_what_the_smallest_leg_takes);
    tcase_add_test(facts, a_term_counts_towards_ship_or_pay);
    tcase_add_test(facts, the_state_takes_no_part_in_a_loss);
    tcase_add_test(facts, supply_is_sold_held_back_or_shut_in_and_no_leg_overflows);
    tcase_add_test(facts, duty_falls_on_what_exempt_fields_cannot_send_abroad);
    tcase_add_test(facts, weather_that_a_file_states_first_counts);
    tcase_add_test(facts, duty_in_proportion_to_the_price_begins_and_ends_where_it_is_said_to);
    tcase_add_test(facts, transit_comes_first_and_leaves_the_rest_of_its_leg);
    tcase_add_test(facts, winter_demand_curtails_exports_by_the_order_of_classes);
    tcase_add_test(facts, a_sale_at_home_over_a_foreign_leg_is_warned_of);
    tcase_add_test(facts, a_royalty_that_nobody_takes_is_warned_of);
    tcase_add_test(facts, weather_has_mean_one_and_the_stated_spread);
    tcase_add_test(facts, what_fields_of_other_countries_sell_is_in_no_account_of_home);
    tcase_add_test(facts, production_is_the_sum_of_that_of_fields);
    tcase_add_test(facts, steps_are_late_by_what_is_drawn_of_their_delay);
    tcase_add_test(facts, a_quota_takes_from_what_is_worth_least_and_is_told_apart_from_shut_in);
    tcase_add_test(facts, a_quota_above_what_outlets_take_changes_nothing);
    tcase_add_test(facts, a_line_is_shared_in_the_order_that_it_states);
    tcase_add_test(facts, flows_meet_the_capacity_that_energy_leaves_them);
    tcase_add_test(facts, exporters_share_a_strait_in_the_order_of_the_file);
    tcase_add_test(facts, at_the_start_flows_take_what_they_do_in_the_base_year);
    tcase_add_test(facts, sharing_that_nobody_does_is_warned_of);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
