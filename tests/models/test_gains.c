/* tests/models/test_gains.c -- who gains: parts add up to their totals, and present values to their parts.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/models/support.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDING 1e-9

/* Imports, exports and transit over legs of three countries and of none, energy with foreign owners and transit. */
#define WORLD(run)                                                                                                     \
    "scenario: t\ntime: {base: 2019-07, start: 2020-01, months: 12}\nrun: {" run "discount: [3 %/yr, 5 %/yr, 9 %/yr]}" \
    "\ndrivers: {p: {model: gbm, start: 60 USD/bbl, drift: 0 %/yr, sigma: 0.4}}\n"                                     \
    "commodities:\n  box: {unit: TEU, value: {base: 20 kUSD/TEU, driver: p}, time_value: 10 USD/TEU/d}\n"              \
    "legs:\n"                                                                                                          \
    "  a: {country: kz, capacity: 300 TEU/yr, use: {box: 1}, cost: {box: 100 USD/TEU}, fee: {box: 30 USD/TEU}, "       \
    "subsidy: {box: 20 USD/TEU}, time: 3 d}\n"                                                                         \
    "  b: {country: cn, cost: {box: 10 USD/TEU}, fee: {box: 7 USD/TEU}, subsidy: {box: 4 USD/TEU}, time: 1 d}\n"       \
    "  c: {country: ru, fee: {box: {2019: 0 USD/TEU, 2021: 200 USD/TEU}}, time: 1 d}\n"                                \
    "  d: {fee: {box: 5 USD/TEU}, time: 1 d}\n"                                                                        \
    "flows:\n"                                                                                                         \
    "  in: {commodity: box, from: cn, to: kz, volume: 120 TEU/yr, tariff: {2019: 5 %, 2021: 15 %}, home_share: 80 %, " \
    "routes: {r: {share: 1, via: [b, a]}}}\n"                                                                          \
    "  out: {commodity: box, from: kz, to: ru, volume: 60 TEU/yr, tariff: 10 %, routes: {r: {share: 1, via: [a, c]}}}" \
    "\n"                                                                                                               \
    "  over: {commodity: box, from: cn, to: eu, volume: 200 TEU/yr, tariff: 3 %, split: 30 %, routes: {r: {share: 1, " \
    "via: [b, a, c, d]}}}\n"                                                                                           \
    "  far: {commodity: box, from: us, to: eu, volume: 50 TEU/yr}\n"
#define OIL                                                                                                            \
    "energy:\n  oil:\n    unit: t\n    price: {driver: p, convert: 7.6 bbl/t}\n    royalty: 10 %\n    fields: {f: "    \
    "{rate: 1 kt/yr, cost: 100 USD/t, home_share: 30 %}}\n    outlets:\n      x: {from: f, market: cn}\n"              \
    "      t: {transit: true, volume: 1 kt/yr, via: pipe, fee: 5 USD/t}\n"                                             \
    "fiscal: {profit_tax: 20 %, fee_take: 40 %}\n"
#define WORKS                                                                                                          \
    "policies: {w: {start: 2020-02, cost: 1 MUSD, upkeep: 2 %/yr, effects: {legs.a.cost.box: {scale: 0.5}}}}\nadopt: " \
    "w\n"

#define NOW(path) support_value(&support, state, path)

/* The sum of the outcomes whose path begins so. */
static double sum_of(const struct support *support, const struct world_state *state, const char *head)
{
    double sum = 0.0;
    for (size_t o = 0; o < support->outcomes.count; o++)
        if (strncmp(support->outcomes.item[o].path, head, strlen(head)) == 0) sum += world_report(state)->row[o][0];
    return sum;
}

START_TEST(gains_of_all_countries_are_all_surplus_fees_and_margins)
{
    struct support support;
    support_open(&support, WORLD("home: kz, "), 41);
    struct world_state *state = support_begin(&support);
    for (int m = 0; m < 12; m++) {
        world_month(state, m);
        const double in = NOW("flows.in.surplus"), out = NOW("flows.out.surplus"), over = NOW("flows.over.surplus"),
                     far = NOW("flows.far.surplus");
        const double most = fabs(in) + fabs(out) + fabs(over) + fabs(far);
        ck_assert_double_eq_tol(sum_of(&support, state, "gains.users."), in + out + over + far, ROUNDING * most);
        ck_assert_double_eq_tol(NOW("gains.users.kz"), 0.8 * in + out, ROUNDING * most);
        ck_assert_double_eq_tol(NOW("gains.users.cn"), 0.2 * in + 0.3 * over, ROUNDING * most);
        ck_assert_double_eq_tol(NOW("gains.users.eu"), 0.7 * over + 0.5 * far, ROUNDING * most);
        ck_assert_double_eq_tol(NOW("gains.users.us"), 0.5 * far, ROUNDING * most);
        ck_assert_double_eq_tol(NOW("gains.users.ru"), 0.0, ROUNDING * most);
        const char *const legs[] = {"legs.a.revenue", "legs.b.revenue", "legs.c.revenue", "legs.d.revenue"},
                          *const fees[] = {"gains.fees.kz", "gains.fees.cn", "gains.fees.ru", "gains.fees.other"};
        for (size_t i = 0; i < 4; i++)
            ck_assert_double_eq_tol(NOW(fees[i]), NOW(legs[i]), ROUNDING * (1.0 + NOW(legs[i])));
    }
    world_close(state);
    support_close(&support);
}
END_TEST

/* The world with oil through a pipe that is no flow. */
static void with_oil(char text[8192], const char *more)
{
    const char *world = WORLD("home: kz, "), *flows = strstr(world, "flows:\n");
    snprintf(text, 8192, "%.*s  pipe: {country: kz, capacity: 5 kt/yr}\n%s%s%s", (int)(flows - world), world, flows,
             OIL, more);
}

START_TEST(owners_and_transit_add_up_to_margins_and_fees)
{
    char text[8192];
    struct support support;
    with_oil(text, "");
    support_open(&support, text, 42);
    struct world_state *state = support_begin(&support);
    for (int m = 0; m < 12; m++) {
        world_month(state, m);
        const double margin = energy_margin(world_energy_state(state), 0)[0], tax = NOW("fiscal.profit-tax"),
                     transit = energy_transit_fees(world_energy_state(state), 0)[0];
        ck_assert_double_gt(margin, 0.0);
        ck_assert_double_gt(transit, 0.0);
        ck_assert_double_eq_tol(NOW("gains.owners.kz"), 0.3 * (margin - tax), ROUNDING * margin);
        ck_assert_double_eq_tol(NOW("gains.owners.kz") + NOW("gains.owners.other"), margin - tax, ROUNDING * margin);
        ck_assert_double_eq_tol(sum_of(&support, state, "gains.fees."),
                                NOW("legs.a.revenue") + NOW("legs.b.revenue") + NOW("legs.c.revenue") +
                                    NOW("legs.d.revenue") + transit,
                                ROUNDING * transit);
    }
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(the_value_for_all_is_that_of_home_and_of_everybody_else)
{
    /* month by month: all surplus, fees and margins, all duty and royalty, less all subsidies and what is paid */
    char text[8192];
    struct support support;
    with_oil(text, WORKS);
    support_open(&support, text, 43);
    struct world_state *state = support_begin(&support);
    for (int m = 0; m < 12; m++) {
        world_month(state, m);
        const double factor = pow(1.05, -m / 12.0);
        const double users = sum_of(&support, state, "gains.users."), fees = sum_of(&support, state, "gains.fees."),
                     margin = energy_margin(world_energy_state(state), 0)[0];
        const double duty = NOW("fiscal.import-duty") + 0.10 * NOW("flows.out.value") + 0.03 * NOW("flows.over.value");
        /* on what passed a, and on what passed b, before the queue at a: at 7 USD/TEU its revenue tells how much */
        const double paid = 20.0 * NOW("legs.a.used") + 4.0 * NOW("legs.b.revenue") / 7.0;
        const double all = users + fees + margin + NOW("fiscal.royalty") + duty - paid;
        ck_assert_double_eq_tol(NOW("npv.all") + NOW("npv.costs"), factor * all, ROUNDING * fabs(margin + users));
        const double national = NOW("gains.users.kz") + NOW("gains.fees.kz") + NOW("gains.owners.kz") +
                                NOW("fiscal.royalty") + NOW("fiscal.profit-tax") + NOW("fiscal.import-duty") -
                                NOW("fiscal.subsidies");
        ck_assert_double_eq_tol(NOW("npv.national") + NOW("npv.costs"), factor * national,
                                ROUNDING * fabs(margin + users));
    }
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(what_policies_cost_is_0_in_a_run_without_any)
{
    static const char *const lines[] = {"fiscal.investment", "fiscal.upkeep", "fiscal.debt-service", "npv.costs"};
    struct support support;
    support_open(&support, WORLD("home: kz, "), 44);
    struct world_state *state = support_begin(&support);
    for (int m = 0; m < 12; m++) {
        world_month(state, m);
        for (size_t i = 0; i < 4; i++) ck_assert_double_eq(NOW(lines[i]), 0.0);
    }
    for (size_t i = 0; i < 4; i++) /* and a comparison that names no outcomes has them */
        ck_assert_int_ne(support.outcomes.item[outcomes_find(&support.outcomes, lines[i])].kind->main, MAIN_NOT);
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(without_a_home_all_share_alike)
{
    struct support support;
    support_open(&support,
                 "scenario: t\ntime: {base: 2019-07, start: 2020-01, months: 12}\n"
                 "commodities: {box: {unit: TEU, value: {2019: 20 kUSD/TEU, 2021: 10 kUSD/TEU}}}\n"
                 "flows: {f: {commodity: box, from: cn, to: eu, volume: 100 TEU/yr}}\n",
                 45);
    struct world_state *state = support_begin(&support);
    world_month(state, 0);
    ck_assert_double_gt(NOW("flows.f.surplus"), 0.0);
    ck_assert_double_eq(NOW("gains.users.cn"), 0.5 * NOW("flows.f.surplus"));
    ck_assert_double_eq(NOW("gains.users.eu"), 0.5 * NOW("flows.f.surplus"));
    world_close(state);
    support_close(&support);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("gains");
    TCase *facts = tcase_create("facts");
    tcase_add_test(facts, gains_of_all_countries_are_all_surplus_fees_and_margins);
    tcase_add_test(facts, owners_and_transit_add_up_to_margins_and_fees);
    tcase_add_test(facts, the_value_for_all_is_that_of_home_and_of_everybody_else);
    tcase_add_test(facts, what_policies_cost_is_0_in_a_run_without_any);
    tcase_add_test(facts, without_a_home_all_share_alike);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
