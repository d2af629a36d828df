/* tests/models/test_treasury.c -- fund, budget and debt of the home state: identities of stocks and flows in every month
 * of every replication, closed forms, loans counted once.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/models/support.h"

#include <check.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IDENTITY 1e-9 /* of the greatest part */

#define HEAD                                                                                                           \
    "scenario: t\ntime: {base: 2019-07, start: 2020-01, months: 120}\nrun: {home: kz}\n"                               \
    "drivers:\n  gdp: {model: path, unit: m3, values: {2019: 1 m3}}\n"

/* A state of 100 GUSD with these further sections. */
#define PLAIN(sections) HEAD "state:\n  gdp: {start: 100 GUSD/yr, driver: gdp, trend: 0 %/yr}\n" sections

static struct world_state *begin(struct support *support, const char *text)
{
    support_open(support, text, 1);
    return support_begin(support);
}

static void end(struct support *support, struct world_state *state)
{
    world_close(state);
    support_close(support);
}

START_TEST(a_fund_earns_and_pays_as_an_annuity)
{
    struct support support;
    struct world_state *state =
        begin(&support, PLAIN("  fund: {start: 50 GUSD, receives: [duty, royalty], return: 3 %/yr, guaranteed: 2 "
                              "GUSD/yr}\n  budget: {revenue: 14 %, spending: 14 %}\n"));
    const double grown = pow(1.03, 1.0 / 12.0);
    for (int m = 0; m < 120; m++) {
        world_month(state, m);
        const double n = m + 1, power = pow(grown, n),
                     expected = 50e9 * power - 2e9 / 12.0 * (power - 1.0) / (grown - 1.0);
        ck_assert_double_eq_tol(support_value(&support, state, "fund.balance"), expected, IDENTITY * 50e9);
        ck_assert_double_eq(support_value(&support, state, "fund.receipts"), 0.0);
        ck_assert_double_eq_tol(support_value(&support, state, "fund.transfer"), 2e9, IDENTITY * 2e9);
        ck_assert_double_eq_tol(support_value(&support, state, "budget.balance"), 2e9, IDENTITY * 14e9);
    }
    end(&support, state);
}
END_TEST

START_TEST(a_transfer_stops_at_the_floor_and_targeted_ones_at_nothing)
{
    /* the floor is 20 GUSD: 3 of 23 may go, at 1 a month; from 2021 on 6 a year more go whatever the floor */
    struct support support;
    struct world_state *state = begin(&support, PLAIN("  budget: {revenue: 14 %, spending: 14 %}\n  fund: {start: 23 "
                                                      "GUSD, receives: duty, return: 0 %/yr, guaranteed: 12 "
                                                      "GUSD/yr, floor: 20 %, targeted: {2020: "
                                                      "0 USD/yr, 2021: 6 GUSD/yr, interpolation: step}}\n"));
    for (int m = 0; m < 72; m++) {
        world_month(state, m);
        const double left = fmax(m < 12 ? fmax(23.0 - (m + 1), 20.0) : 20.0 - 0.5 * (m - 11), 0.0);
        const double before = m == 0 ? 23.0 : fmax(m <= 12 ? fmax(23.0 - m, 20.0) : 20.0 - 0.5 * (m - 12), 0.0);
        ck_assert_double_eq_tol(support_value(&support, state, "fund.balance"), left * 1e9, 1.0);
        ck_assert_double_eq_tol(support_value(&support, state, "fund.transfer"), 12e9 * (before - left), 12.0);
    }
    ck_assert_double_eq_tol(support_value(&support, state, "fund.balance"), 0.0, 1.0);
    end(&support, state);
}
END_TEST

START_TEST(debt_without_balance_grows_at_its_rate_and_a_deficit_adds_to_it)
{
    for (int i = 0; i < 2; i++) {
        struct support support;
        struct world_state *state =
            begin(&support,
                  i == 0 ? PLAIN("  budget: {revenue: 20 %, spending: 20 %}\n  debt: {start: 20 %, rate: 3 %/yr}\n")
                         : PLAIN("  budget: {revenue: 18 %, spending: 21 %}\n  debt: {start: 20 %, rate: 3 %/yr}\n"));
        const double grown = pow(1.03, 1.0 / 12.0), deficit = i == 0 ? 0.0 : 3e9;
        for (int m = 0; m < 120; m++) {
            world_month(state, m);
            const double power = pow(grown, m + 1),
                         expected = 20e9 * power + deficit / 12.0 * (power - 1.0) / (grown - 1.0);
            ck_assert_double_eq_tol(support_value(&support, state, "debt.balance"), expected, IDENTITY * expected);
            ck_assert_double_eq_tol(support_value(&support, state, "debt.ratio"), expected / 100e9, IDENTITY);
        }
        end(&support, state);
    }
}
END_TEST

START_TEST(a_fall_of_the_product_leaves_a_deficit)
{
    /* the product falls by a tenth in 2021; its trend goes on by 2 % a year */
    const char *text = "scenario: t\ntime: {base: 2019-07, start: 2020-01, months: 36}\nrun: {home: kz}\n"
                       "drivers:\n  gdp: {model: path, unit: m3, values: {2019: 1 m3, 2021: 0.9 m3, interpolation: "
                       "step}}\nstate:\n  gdp: {start: 100 GUSD/yr, driver: gdp, trend: 2 %/yr}\n"
                       "  budget: {revenue: 14 %, spending: 20 %}\n  debt: {start: 0 %, rate: 0 %/yr}\n";
    struct support support;
    double debt = 0.0;
    support_open(&support, text, 1);
    struct world_state *state = support_begin(&support);
    for (int m = 0; m < 36; m++) {
        world_month(state, m);
        const double balance = 14e9 * (m < 12 ? 1.0 : 0.9) - 20e9 * pow(1.02, (m + 1) / 12.0);
        debt -= balance / 12.0;
        ck_assert_double_eq_tol(support_value(&support, state, "budget.balance"), balance, IDENTITY * 20e9);
        ck_assert_double_eq_tol(support_value(&support, state, "debt.balance"), debt, IDENTITY * 100e9);
    }
    end(&support, state);
}
END_TEST

START_TEST(receipts_count_at_the_cut_off_price)
{
    /* oil brings a royalty of a tenth of its price; at 80 USD it is counted at 50 */
    static const struct {
        double price, counted;
    } cases[] = {{80.0, 50.0}, {40.0, 40.0}};
    for (int i = 0; i < 2; i++) {
        char text[2048];
        struct support support;
        snprintf(
            text, sizeof text,
            "scenario: t\ntime: {base: 2019-07, start: 2020-01, months: 12}\nrun: {home: kz}\n"
            "drivers:\n  gdp: {model: path, unit: m3, values: {2019: 1 m3}}\n  brent: {model: path, unit: USD/bbl, "
            "values: {2019: %g USD/bbl}}\n"
            "energy:\n  oil:\n    unit: bbl\n    royalty: 10 %%\n    price: {driver: brent, convert: 1 bbl/bbl}\n"
            "    fields: {f: {rate: 1 Gbbl/yr, cost: 5 USD/bbl, home_share: 1}}\n    outlets: {o: {from: f, market: "
            "cn}}\n"
            "state:\n  gdp: {start: 100 GUSD/yr, driver: gdp}\n  fund: {start: 50 GUSD, receives: royalty, return: 0 "
            "%%/yr, guaranteed: 9 GUSD/yr, cut_off: {driver: brent, price: 50 USD/bbl}}\n",
            cases[i].price);
        support_open(&support, text, 1);
        struct world_state *state = support_begin(&support);
        world_month(state, 0);
        ck_assert_double_eq_tol(support_value(&support, state, "fund.receipts"), 0.1e9 * cases[i].price, 1.0);
        ck_assert_double_eq_tol(support_value(&support, state, "fund.transfer"), 0.1e9 * cases[i].counted, 1.0);
        end(&support, state);
    }
}
END_TEST

/* Everything drawn, and policies that build with a loan. */
#define ALL                                                                                                            \
    "scenario: t\ntime: {base: 2019-07, start: 2020-01, months: 120}\nrun: {home: kz}\n"                               \
    "drivers:\n  gdp: {model: growth, mean: 3 %/yr, reversion: 0.7 /yr, sigma: 3 %/yr}\n"                              \
    "  brent: {model: gbm, start: 60 USD/bbl, drift: 0 %/yr, sigma: 0.4}\n"                                            \
    "commodities: {goods: {unit: t, value: 1000 USD/t, time_value: 1 USD/t/d}}\n"                                      \
    "legs:\n  line: {country: kz, fee: {goods: 30 USD/t}, subsidy: {goods: 4 USD/t}}\n"                                \
    "flows:\n  f: {commodity: goods, from: cn, to: kz, volume: 5 Mt/yr, tariff: 5 %, income: {gdp: 1}, routes: {r: "   \
    "{share: 100 %, via: [line]}}}\n"                                                                                  \
    "energy:\n  oil:\n    unit: t\n    royalty: 10 %\n    price: {driver: brent, convert: 7.6 bbl/t}\n"                \
    "    duty: {driver: brent, table: {0 USD/bbl: 0 USD/t, 50 USD/bbl: 40 USD/t}}\n"                                   \
    "    fields: {f: {rate: uniform(20 40) Mt/yr, decline: 4 %/yr, cost: 100 USD/t, home_share: 40 %}}\n"              \
    "    outlets: {o: {from: f, market: cn}}\n"                                                                        \
    "fiscal: {fee_take: 40 %, profit_tax: 20 %}\n"                                                                     \
    "policies:\n  rail: {start: 2020-06, build: 30 mo, delay: lognormal(1.3 0.4), cost: 3 GUSD, overrun: rail, "       \
    "upkeep: 3 %/yr, finance: bank, effects: {state.fund.targeted: {add: 0.5 GUSD/yr}, state.budget.spending: {add: "  \
    "1 %}}}\n"                                                                                                         \
    "  port: {start: 2022-01, cost: 1 GUSD}\n"                                                                         \
    "adopt: [rail, port]\n"                                                                                            \
    "finance: {bank: {share: 70 %, rate: uniform(0.02 0.07) /yr, maturity: 5 yr, grace: 1 yr}}\n"                      \
    "state:\n  gdp: {start: uniform(90 110) GUSD/yr, driver: gdp, trend: 3 %/yr}\n"                                    \
    "  fund: {start: 15 GUSD, receives: [duty, royalty, profit-tax], return: uniform(0.01 0.03) /yr, guaranteed: "     \
    "{2020: 4 GUSD/yr, 2025: 8 GUSD/yr}, floor: 12 %}\n"                                                               \
    "  budget: {revenue: uniform(0.12 0.16), spending: 20 %}\n  debt: {start: 20 %, rate: uniform(0.01 0.05) /yr}\n"   \
    "outcomes: {thresholds: {low: {outcome: fund.balance, below: 12 GUSD}, rising: {outcome: debt.change, above: 0, "  \
    "for: 6 mo}}}\n"

START_TEST(stocks_follow_from_flows_in_every_month_of_every_replication)
{
    struct support support;
    support_open(&support, ALL, 3);
    struct world_state *state = support_begin(&support);
    double fund[LANES], owed[LANES], ratio[120][LANES], trend[LANES];
    bool stopped = false, paid = false, lent = false;
    for (int m = 0; m < 120; m++) {
        world_month(state, m);
#define ROW(name, path)      const double *name = support_row(&support, state, path)
#define QUANTITY(name, path) const double *name = support_quantity(&support, state, path)
        ROW(balance, "fund.balance");
        ROW(receipts, "fund.receipts");
        ROW(transfer, "fund.transfer");
        ROW(budget, "budget.balance");
        ROW(debt, "debt.balance");
        ROW(of_gdp, "debt.ratio");
        ROW(change, "debt.change");
        ROW(level, "drivers.gdp");
        ROW(duty, "fiscal.duty");
        ROW(royalty, "fiscal.royalty");
        ROW(tax, "fiscal.profit-tax");
        ROW(fees, "fiscal.fees");
        ROW(import_duty, "fiscal.import-duty");
        ROW(subsidies, "fiscal.subsidies");
        ROW(investment, "fiscal.investment");
        ROW(upkeep, "fiscal.upkeep");
        QUANTITY(start, "state.gdp.start");
        QUANTITY(earns, "state.fund.return");
        QUANTITY(guaranteed, "state.fund.guaranteed");
        QUANTITY(targeted, "state.fund.targeted");
        QUANTITY(floor_share, "state.fund.floor");
        QUANTITY(revenue, "state.budget.revenue");
        QUANTITY(spending, "state.budget.spending");
        QUANTITY(debt_start, "state.debt.start");
        QUANTITY(rate, "state.debt.rate");
        const struct policies_money money = policies_money(world_policies_state(state));
        for (int l = 0; l < LANES; l++) {
            const double gdp = start[l] * level[l];
            if (m == 0) {
                fund[l] = 15e9;
                /* the product before the first month is in both the trend and the debt at the start; the trend has
                 * grown by a month */
                trend[l] = (revenue[l] * gdp + fees[l] + import_duty[l] - subsidies[l] + transfer[l] - investment[l] -
                            upkeep[l] - (money.service[l] - money.settled[l]) - budget[l]) /
                           spending[l];
                owed[l] = debt_start[l] * trend[l] / pow(1.03, 1.0 / 12.0);
            } else {
                trend[l] *= pow(1.03, 1.0 / 12.0);
            }
            /* the fund */
            const double in = duty[l] + royalty[l] + tax[l],
                         holds = fund[l] * pow(1.0 + earns[l], 1.0 / 12.0) + in / 12.0;
            const double above = fmax(holds - floor_share[l] * gdp, 0.0), first = fmin(guaranteed[l] / 12.0, above),
                         all = first + fmin(targeted[l] / 12.0, holds - first);
            ck_assert_double_eq_tol(receipts[l], in, IDENTITY * fmax(in, 1.0));
            ck_assert_double_eq_tol(transfer[l] / 12.0, all, IDENTITY * holds);
            ck_assert_double_eq_tol(balance[l], holds - all, IDENTITY * holds);
            stopped = stopped || first < guaranteed[l] / 12.0;
            paid = paid || first == guaranteed[l] / 12.0;
            fund[l] = balance[l];
            /* the budget */
            const double left = revenue[l] * gdp + fees[l] + import_duty[l] + transfer[l] - spending[l] * trend[l] -
                                subsidies[l] - investment[l] - upkeep[l] - (money.service[l] - money.settled[l]);
            ck_assert_double_eq_tol(budget[l], left, IDENTITY * gdp);
            /* debt */
            owed[l] = owed[l] * pow(1.0 + rate[l], 1.0 / 12.0) - budget[l] / 12.0;
            ck_assert_double_eq_tol(debt[l], owed[l] + money.outstanding[l], IDENTITY * gdp);
            ck_assert_double_eq_tol(of_gdp[l], debt[l] / gdp, IDENTITY);
            lent = lent || money.outstanding[l] > 0.0;
            ratio[m][l] = of_gdp[l];
            ck_assert_double_eq_tol(change[l], ratio[m][l] - (m < 12 ? debt_start[l] : ratio[m - 12][l]), IDENTITY);
        }
    }
    ck_assert(stopped && paid && lent);
    ck_assert_uint_lt(outcomes_find(&support.outcomes, "thresholds.low"), support.outcomes.count);
    end(&support, state);
}
END_TEST

START_TEST(a_loan_at_the_rate_of_debt_leaves_debt_as_it_was)
{
    /* nominal rate of the loan: that of debt, 3 %, and inflation of 2 %, monthly */
    const double nominal = 12.0 * (pow(1.03 * 1.02, 1.0 / 12.0) - 1.0);
    struct support support[2];
    struct world_state *state[2];
    for (int i = 0; i < 2; i++) {
        char text[4096];
        snprintf(text, sizeof text,
                 HEAD
                 "policies: {rail: {start: 2020-06, build: 30 mo, cost: 3 GUSD, upkeep: 3 %%/yr%s}}\nadopt: [rail]\n"
                 "finance: {bank: {share: 70 %%, rate: %.17g /yr, maturity: 5 yr, grace: 1 yr, inflation: 2 %%/yr}}\n"
                 "state:\n  gdp: {start: 100 GUSD/yr, driver: gdp, trend: 0 %%/yr}\n  budget: {revenue: 20 %%, "
                 "spending: 20 %%}\n  debt: {start: 20 %%, rate: 3 %%/yr}\n",
                 i == 0 ? "" : ", finance: bank", nominal);
        support_open(&support[i], text, 1);
        state[i] = support_begin(&support[i]);
    }
    bool served = false;
    for (int m = 0; m < 120; m++) {
        for (int i = 0; i < 2; i++) world_month(state[i], m);
        const double plain = support_value(&support[0], state[0], "debt.balance");
        ck_assert_double_eq_tol(support_value(&support[1], state[1], "debt.balance"), plain, IDENTITY * plain);
        served = served || support_value(&support[1], state[1], "fiscal.debt-service") > 0.0;
    }
    ck_assert(served);
    for (int i = 0; i < 2; i++) end(&support[i], state[i]);
}
END_TEST

START_TEST(what_the_fund_does_not_receive_goes_to_the_budget)
{
    /* moving a line between the two leaves their sum: the fund earns what debt costs */
    static const char *const receives[] = {"duty", "royalty"};
    double worth[2] = {0.0};
    for (int i = 0; i < 2; i++) {
        char text[4096];
        struct support support;
        snprintf(text, sizeof text,
                 HEAD
                 "energy:\n  oil:\n    unit: t\n    royalty: 10 %%\n    fields: {f: {rate: 10 Mt/yr, cost: 5 USD/t, "
                 "home_share: 1}}\n    outlets: {o: {from: f, market: cn, price: 400 USD/t}}\n"
                 "state:\n  gdp: {start: 100 GUSD/yr, driver: gdp, trend: 0 %%/yr}\n  fund: {start: 50 GUSD, receives: "
                 "[%s], return: 3 %%/yr, guaranteed: 1 GUSD/yr}\n  budget: {revenue: 20 %%, spending: 20 %%}\n  debt: "
                 "{start: 20 %%, rate: 3 %%/yr}\n",
                 receives[i]);
        support_open(&support, text, 1);
        struct world_state *state = support_begin(&support);
        for (int m = 0; m < 120; m++) world_month(state, m);
        worth[i] = support_value(&support, state, "fund.balance") - support_value(&support, state, "debt.balance");
        ck_assert_double_eq_tol(support_value(&support, state, "fund.receipts"), i == 0 ? 0.0 : 0.4e9, 1.0);
        end(&support, state);
    }
    ck_assert_double_eq_tol(worth[0], worth[1], IDENTITY * 100e9);
}
END_TEST

START_TEST(without_the_section_nothing_is_reported)
{
    struct support support;
    support_open(&support, HEAD, 1);
    ck_assert_uint_eq(outcomes_find(&support.outcomes, "fund.balance"), support.outcomes.count);
    ck_assert_uint_eq(outcomes_find(&support.outcomes, "debt.balance"), support.outcomes.count);
    support_close(&support);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("treasury");
    TCase *facts = tcase_create("facts");
    gsl_set_error_handler_off();
    tcase_add_test(facts, a_fund_earns_and_pays_as_an_annuity);
    tcase_add_test(facts, a_transfer_stops_at_the_floor_and_targeted_ones_at_nothing);
    tcase_add_test(facts, debt_without_balance_grows_at_its_rate_and_a_deficit_adds_to_it);
    tcase_add_test(facts, a_fall_of_the_product_leaves_a_deficit);
    tcase_add_test(facts, receipts_count_at_the_cut_off_price);
    tcase_add_test(facts, stocks_follow_from_flows_in_every_month_of_every_replication);
    tcase_add_test(facts, a_loan_at_the_rate_of_debt_leaves_debt_as_it_was);
    tcase_add_test(facts, what_the_fund_does_not_receive_goes_to_the_budget);
    tcase_add_test(facts, without_the_section_nothing_is_reported);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
