/* tests/models/test_appraisal.c -- present values against sums by hand, transfers, the users' gain, and what loans
 * change (models/accounts/appraisal.h).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/models/support.h"

#include <check.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD                                                                                                           \
    "scenario: t\ntime: {base: 2019-07, start: 2020-01, months: 36}\nrun: {home: kz, discount: [3 %/yr, 5 %/yr, 9 "    \
    "%/yr]}\n"
enum { MONTHS = 36, YEARS = 3, RATES = 3 };
static const double rates[RATES] = {0.03, 0.05, 0.09};
static const char *const suffix[RATES] = {"-low", "", "-high"};

static double factor(double rate, int month)
{
    return pow(1.0 + rate, -month / 12.0);
}

/* The present value of that view and rate, "npv.fiscal-low". */
static double npv(const struct folded *folded, const char *view, int rate, int lane)
{
    char path[32];
    snprintf(path, sizeof path, "npv.%s%s", view, suffix[rate]);
    return support_cell(folded, path, world_years(folded->support.world), lane);
}

/* ---- by hand ---- */

#define COUNTRY                                                                                                        \
    HEAD                                                                                                               \
        "drivers:\n  brent: {model: gbm, start: 60 USD/bbl, drift: 1 %/yr, sigma: 0.3}\n"                              \
        "  gdp: {model: gbm, start: 1, drift: 3 %/yr, sigma: 0.05}\n"                                                  \
        "commodities:\n  box: {unit: TEU, value: 20000 USD/TEU, time_value: 60 USD/TEU/d}\n"                           \
        "  ore: {unit: t, value: 90 USD/t, time_value: 0.1 USD/t/d}\n"                                                 \
        "legs:\n  home: {country: kz, fee: {box: 100 USD/TEU, ore: 3 USD/t}, subsidy: {box: 25 USD/TEU}, cost: {box: " \
        "500 USD/TEU, ore: 9 USD/t}, time: 6 d}\n"                                                                     \
        "  west: {country: ru, fee: {box: 70 USD/TEU}, cost: {box: 900 USD/TEU}, time: 9 d}\n"                         \
        "  sea: {country: fr, cost: {box: 700 USD/TEU}, time: 35 d}\n"                                                 \
        "  pipe: {country: kz, capacity: 1 Mt/yr}\n"                                                                   \
        "flows:\n"                                                                                                     \
        "  out: {commodity: ore, from: kz, to: cn, volume: 900 kt/yr, home_share: 60 %, response: {impact: 0.5, "      \
        "long_run: 2, speed: 0.7 /yr}, routes: {r: {share: 100 %, via: [home]}}}\n"                                    \
        "  in: {commodity: box, from: cn, to: kz, volume: 5 kTEU/yr, home_share: 70 %, income: {gdp: 1.3}, routes: "   \
        "{r: {share: 100 %, via: [home]}}}\n"                                                                          \
        "  transit: {commodity: box, from: cn, to: eu, volume: 50 kTEU/yr, income: {gdp: 1.1}, choice: "               \
        "{sensitivity: 1 /kUSD}, routes: {land: {share: 40 %, via: [home, west]}, sea: {share: 60 %, via: [sea]}}}\n"  \
        "energy:\n  oil:\n    unit: t\n    price: {driver: brent, convert: 7.6 bbl/t}\n    royalty: 12 %\n"            \
        "    duty: {driver: brent, table: {0 USD/bbl: 0 USD/t, 50 USD/bbl: 20 USD/t}}\n"                               \
        "    fields: {k: {rate: 500 kt/yr, cost: 300 USD/t, home_share: 45 %}}\n"                                      \
        "    outlets:\n      sold: {from: k, market: cn, tariff: 30 USD/t}\n"                                          \
        "      through: {transit: true, volume: 200 kt/yr, via: pipe, fee: 11 USD/t}\n"                                \
        "fiscal: {fee_take: 30 %, profit_tax: 20 %, import_duty: {from: cn, rate: 6 %}}\n"                             \
        "policies:\n"                                                                                                  \
        "  rail: {start: 2020-03, build: uniform(8 14) mo, cost: 40 MUSD, overrun: rail, upkeep: 3 %/yr, life: 20 "    \
        "yr, finance: bank, effects: {legs.home.cost.box: {scale: 0.7}, legs.home.cost.ore: {scale: 0.8}}}\n"          \
        "  port: {start: 2020-06, end: 2021-08, build: 4 mo, cost: 5 MUSD, upkeep: 2 %/yr, life: 10 yr}\n"             \
        "  lost: {start: 2020-02, build: 20 mo, cost: 9 MUSD, life: 15 yr, fail: {probability: 50 %, share_spent: "    \
        "40 %}}\n"                                                                                                     \
        "  late: {start: 2022-06, build: 12 mo, cost: 6 MUSD}\n"                                                       \
        "adopt: [rail, port, lost, late]\n"                                                                            \
        "finance:\n  bank: {share: 80 %, rate: 4.2 %/yr, maturity: 10 yr, grace: 2 yr}\n"

/* A sum with the sum of magnitudes beside it, by which its rounding is judged. */
struct sum {
    double value, magnitude;
};

static void add(struct sum *sum, double x)
{
    sum->value += x;
    sum->magnitude += fabs(x);
}

/* A value is at most a few dozen terms, each rounded a few times, of 36 months. */
#define ROUNDING (8.0 * MONTHS * DBL_EPSILON)

#define assert_sum(x, sum) ck_assert_double_eq_tol(x, (sum).value, ROUNDING *(sum).magnitude)

/* What a policy leaves at the end, from the months in which it spent and acted. */
struct built {
    double spent;
    int complete;
};

START_TEST(present_values_are_the_discounted_sums_of_their_months)
{
    static const struct {
        const char *name;
        double life;
        bool ends;
        double failed_at; /* spent then; 0: it does not fail */
    } policies[] = {{"rail", 20.0, false, 0.0},
                    {"port", 10.0, true, 0.0},
                    {"lost", 15.0, false, 3.6e6},
                    {"late", 30.0, false, 0.0}};
    enum { POLICIES = sizeof policies / sizeof *policies };
    static struct sum fiscal[RATES][LANES], project[RATES][LANES], national[RATES][LANES], spent[RATES][LANES];
    static struct built built[POLICIES][LANES];
    struct folded folded;
    int loss = 0, lost = 0;
    support_fold(&folded, COUNTRY, 5);
    for (int p = 0; p < POLICIES; p++)
        for (int l = 0; l < LANES; l++) built[p][l] = (struct built){0.0, MONTHS};
    world_begin(folded.state, 0);
    for (int m = 0; m < MONTHS; m++) {
        world_month(folded.state, m);
        for (int l = 0; l < LANES; l++) {
#define NOW(path) (support_row(&folded.support, folded.state, path)[l])
            double invested = 0.0, left = 0.0;
            for (int p = 0; p < POLICIES; p++) {
                struct built *of = &built[p][l];
                char path[64];
                snprintf(path, sizeof path, "policies.%s.spent", policies[p].name);
                invested += NOW(path);
                of->spent += NOW(path) / 12.0;
                snprintf(path, sizeof path, "policies.%s.active", policies[p].name);
                if (NOW(path) == 1.0 && of->complete == MONTHS) of->complete = m;
                if (m < MONTHS - 1 || policies[p].ends) continue;
                const bool failed = policies[p].failed_at > 0.0 && of->spent < 1.01 * policies[p].failed_at;
                lost += failed;
                if (!failed) left += of->spent * (1.0 - (MONTHS - of->complete) / 12.0 / policies[p].life);
            }
            const double volume = NOW("energy.oil.outlets.sold.volume"), fees = NOW("fiscal.fees") / 0.3;
            const double margin =
                NOW("energy.oil.outlets.sold.revenue") - 330.0 * volume - NOW("fiscal.royalty") - NOW("fiscal.duty");
            const double tax = margin > 0.0 ? 0.2 * margin : 0.0;
            loss += margin < 0.0;
            ck_assert_double_eq_tol(NOW("fiscal.profit-tax"), tax, ROUNDING * 330.0 * volume);
            const double total[] = {NOW("fiscal.duty"),        NOW("fiscal.royalty"),     tax,
                                    NOW("fiscal.fees"),        NOW("fiscal.import-duty"), -NOW("fiscal.subsidies"),
                                    -NOW("fiscal.investment"), -NOW("fiscal.upkeep"),     -NOW("fiscal.debt-service")};
            const double costs[] = {fees, -invested, -NOW("fiscal.upkeep"), 12.0 * left};
            const double gains[] = {NOW("fiscal.duty"),
                                    NOW("fiscal.royalty"),
                                    tax,
                                    NOW("fiscal.import-duty"),
                                    -NOW("fiscal.subsidies"),
                                    0.45 * (margin - tax),
                                    0.6 * NOW("flows.out.surplus"),
                                    0.7 * NOW("flows.in.surplus")};
            for (int r = 0; r < RATES; r++) {
                const double now = factor(rates[r], m) / 12.0;
                for (size_t i = 0; i < sizeof total / sizeof *total; i++) add(&fiscal[r][l], now * total[i]);
                for (size_t i = 0; i < sizeof costs / sizeof *costs; i++) {
                    add(&project[r][l], now * costs[i]);
                    add(&national[r][l], now * costs[i]);
                    if (i > 0) add(&spent[r][l], -now * costs[i]); /* all but the fees */
                }
                for (size_t i = 0; i < sizeof gains / sizeof *gains; i++) add(&national[r][l], now * gains[i]);
            }
        }
    }
    for (int l = 0; l < LANES; l++)
        for (int r = 0; r < RATES; r++) {
            assert_sum(npv(&folded, "fiscal", r, l), fiscal[r][l]);
            assert_sum(npv(&folded, "project", r, l), project[r][l]);
            assert_sum(npv(&folded, "national", r, l), national[r][l]);
            assert_sum(npv(&folded, "costs", r, l), spent[r][l]);
            ck_assert_double_eq_tol(built[2][l].spent, built[2][l].complete < MONTHS ? 9e6 : 3.6e6, 1e-3);
        }
    ck_assert(loss > 0 && lost > 0 && lost < LANES); /* both sides of the profit tax, and of failing */
    support_unfold(&folded);
}
END_TEST

START_TEST(the_public_account_holds_investment_upkeep_and_debt_service)
{
    struct folded folded;
    support_fold(&folded, COUNTRY, 5);
    static const char *const in[] = {"fiscal.duty", "fiscal.royalty", "fiscal.profit-tax", "fiscal.fees",
                                     "fiscal.import-duty"},
                             *const out[] = {"fiscal.subsidies", "fiscal.investment", "fiscal.upkeep",
                                             "fiscal.debt-service"};
    for (size_t p = 0; p <= YEARS; p++)
        for (int l = 0; l < LANES; l++) {
            struct sum total = {0};
            for (size_t i = 0; i < sizeof in / sizeof *in; i++) add(&total, support_cell(&folded, in[i], p, l));
            for (size_t i = 0; i < sizeof out / sizeof *out; i++) {
                ck_assert_double_ge(support_cell(&folded, out[i], p, l), 0.0);
                add(&total, -support_cell(&folded, out[i], p, l));
            }
            assert_sum(support_cell(&folded, "fiscal.total", p, l), total);
        }
    for (size_t i = 0; i < sizeof out / sizeof *out; i++)
        ck_assert_double_gt(support_cell(&folded, out[i], YEARS, 0), 0.0);
    support_unfold(&folded);
}
END_TEST

/* ---- transfers ---- */

#define EXPORTS(shipper)                                                                                               \
    HEAD "drivers:\n  gdp: {model: gbm, start: 1, drift: 3 %/yr, sigma: 0.05}\n"                                       \
         "commodities:\n  box: {unit: TEU, value: 1000 USD/TEU, time_value: 10 USD/TEU/d}\n"                           \
         "legs:\n  home: {country: kz, fee: {box: 100 USD/TEU}, cost: {box: 500 USD/TEU}, time: 4 d}\n"                \
         "flows:\n  f: {commodity: box, from: kz, to: cn, volume: 120 TEU/yr, income: {gdp: 1.2}, " shipper            \
         "routes: {r: {share: 100 %, via: [home]}}}\n"
#define TOLL(start_end)                                                                                                \
    "policies:\n  toll: {" start_end ", effects: {legs.home.fee.box: {add: 30 USD/TEU}}}\nadopt: toll\n"

/* The cost of transport moves the price a month later: users lose from then on what the state gains, so that the first
 * month of a toll is all gain, and the first without it all loss. */
START_TEST(a_toll_is_a_transfer_but_for_the_month_by_which_prices_lag)
{
    enum { FROM = 5, TO = 20 };
    static const char *const text[] = {EXPORTS(""), EXPORTS("") TOLL("start: 2020-06, end: 2021-09")};
    struct support support[2];
    struct world_state *state[2];
    for (int i = 0; i < 2; i++) {
        support_open(&support[i], text[i], 3);
        state[i] = support_begin(&support[i]);
    }
    for (int m = 0; m < MONTHS; m++) {
        const double *row[2], *fees[2];
        for (int i = 0; i < 2; i++) {
            world_month(state[i], m);
            row[i] = support_row(&support[i], state[i], "npv.national");
            fees[i] = support_row(&support[i], state[i], "fiscal.fees");
        }
        const double *demand = support_row(&support[0], state[0], "flows.f.demand");
        for (int l = 0; l < LANES; l++) {
            /* prices are some 1640 USD, in two roundings or so */
            const double toll = 30.0 * demand[l], price = ROUNDING * 1640.0 * demand[l];
            const double expected = m == FROM ? toll : m == TO ? -toll : 0.0;
            ck_assert_double_eq_tol(row[1][l] - row[0][l], factor(0.05, m) * expected, price);
            ck_assert_double_eq_tol(fees[1][l] - fees[0][l], m >= FROM && m < TO ? toll : 0.0, price);
        }
    }
    for (int i = 0; i < 2; i++) {
        world_close(state[i]);
        support_close(&support[i]);
    }
}
END_TEST

/* Of users abroad the state takes what the country does not lose. */
START_TEST(what_foreign_users_pay_is_a_gain)
{
    struct folded without, with;
    support_fold(&without, EXPORTS("home_share: 25 %, "), 3);
    support_fold(&with, EXPORTS("home_share: 25 %, ") TOLL("start: 2020-01"), 3);
    world_begin(with.state, 0);
    static double gain[LANES], boxes[LANES];
    for (int m = 0; m < MONTHS; m++) {
        world_month(with.state, m);
        const double *demand = support_row(&with.support, with.state, "flows.f.demand");
        for (int l = 0; l < LANES; l++) {
            gain[l] += factor(0.05, m) * 30.0 * demand[l] * (m == 0 ? 1.0 : 0.75) / 12.0;
            boxes[l] += demand[l] / 12.0;
        }
    }
    for (int l = 0; l < LANES; l++)
        ck_assert_double_eq_tol(npv(&with, "national", 1, l) - npv(&without, "national", 1, l), gain[l],
                                ROUNDING * 1640.0 * boxes[l]);
    support_unfold(&without);
    support_unfold(&with);
}
END_TEST

#define OIL(royalty, share)                                                                                            \
    HEAD "drivers:\n  brent: {model: gbm, start: 60 USD/bbl, drift: 1 %/yr, sigma: 0.3}\n"                             \
         "energy:\n  oil: {unit: t, royalty: " royalty " %, price: {driver: brent, convert: 7.6 bbl/t}, fields: {k: "  \
         "{rate: 500 t/yr, cost: 20 USD/t, home_share: " share " %}}, outlets: {o: {from: k, market: cn, tariff: 10 "  \
         "USD/t}}}\nfiscal: {profit_tax: 20 %}\n"

START_TEST(a_royalty_on_home_producers_is_a_transfer)
{
    struct folded low, high;
    support_fold(&low, OIL("10", "100"), 3);
    support_fold(&high, OIL("30", "100"), 3);
    for (int r = 0; r < RATES; r++)
        for (int l = 0; l < LANES; l++) {
            const double value = npv(&low, "national", r, l);
            ck_assert_double_gt(npv(&high, "fiscal", r, l), npv(&low, "fiscal", r, l));
            ck_assert_double_eq_tol(npv(&high, "national", r, l), value, ROUNDING * value);
        }
    support_unfold(&low);
    support_unfold(&high);
}
END_TEST

/* What others own pays the royalty, less the profit tax that it no longer pays. */
START_TEST(a_royalty_on_foreign_producers_is_a_gain)
{
    struct folded low, high;
    support_fold(&low, OIL("10", "45"), 3);
    support_fold(&high, OIL("30", "45"), 3);
    world_begin(low.state, 0);
    static double royalty[LANES];
    for (int m = 0; m < MONTHS; m++) {
        world_month(low.state, m);
        for (int l = 0; l < LANES; l++)
            royalty[l] += factor(0.05, m) * 2.0 * support_row(&low.support, low.state, "fiscal.royalty")[l] / 12.0;
    }
    for (int l = 0; l < LANES; l++)
        ck_assert_double_eq_tol(npv(&high, "national", 1, l) - npv(&low, "national", 1, l), 0.55 * 0.8 * royalty[l],
                                ROUNDING * 10.0 * royalty[l]);
    support_unfold(&low);
    support_unfold(&high);
}
END_TEST

/* ---- costs ---- */

/* 100 USD in the first month, 2 % of it a year for 3 years, of 20 of which it lasts. */
START_TEST(the_costs_of_a_known_investment)
{
    struct folded folded;
    support_fold(&folded,
                 HEAD "policies:\n  p: {start: 2020-01, cost: 100 USD, upkeep: 2 %/yr, life: 20 yr}\nadopt: p\n", 3);
    for (int r = 0; r < RATES; r++) {
        const double months = (1.0 - factor(rates[r], MONTHS)) / (1.0 - factor(rates[r], 1));
        const double costs = 100.0 + 2.0 / 12.0 * months - 100.0 * 17.0 / 20.0 * factor(rates[r], MONTHS - 1);
        ck_assert_double_eq_tol(npv(&folded, "costs", r, 0), costs, ROUNDING * 200.0);
    }
    support_unfold(&folded);
}
END_TEST

START_TEST(what_spends_nothing_costs_exactly_nothing)
{
    struct folded folded;
    support_fold(&folded, EXPORTS("") TOLL("start: 2020-06"), 3);
    for (int r = 0; r < RATES; r++)
        for (int l = 0; l < LANES; l++) {
            ck_assert_double_eq(npv(&folded, "costs", r, l), 0.0);
            ck_assert_double_gt(npv(&folded, "project", r, l), 0.0); /* fees alone */
        }
    support_unfold(&folded);
}
END_TEST

/* ---- users' gain ---- */

#define SHIFTED(shipper, shift)                                                                                        \
    EXPORTS(shipper)                                                                                                   \
    "policies:\n  p: {start: 2020-01, effects: {legs.home.cost.box: {add: " shift " USD/TEU}}}\nadopt: p\n"
#define P0 1640.0 /* 1000 of value, 500 of cost, 100 of fee, 4 days at 10 */

struct users {
    double demand, unmoved, surplus;
};

static void users_of(const char *yaml, const char *unmoved, struct users of[MONTHS])
{
    struct support support[2];
    struct world_state *state[2];
    support_open(&support[0], yaml, 3);
    support_open(&support[1], unmoved, 3);
    for (int i = 0; i < 2; i++) state[i] = support_begin(&support[i]);
    for (int m = 0; m < MONTHS; m++) {
        for (int i = 0; i < 2; i++) world_month(state[i], m);
        of[m] = (struct users){support_value(&support[0], state[0], "flows.f.demand"),
                               support_value(&support[1], state[1], "flows.f.demand"),
                               support_value(&support[0], state[0], "flows.f.surplus")};
    }
    for (int i = 0; i < 2; i++) {
        world_close(state[i]);
        support_close(&support[i]);
    }
}

START_TEST(without_response_users_gain_demand_times_the_fall_of_the_price)
{
    static struct users one[MONTHS], two[MONTHS];
    users_of(SHIFTED("", "-100"), EXPORTS(""), one);
    users_of(SHIFTED("", "150"), EXPORTS(""), two);
    ck_assert_double_eq(one[0].surplus, 0.0); /* prices lag by a month */
    for (int m = 1; m < MONTHS; m++) {
        ck_assert_double_eq(one[m].demand, one[m].unmoved);
        ck_assert_double_eq_tol(two[m].surplus - one[m].surplus, -250.0 * one[m].demand, ROUNDING * P0 * one[m].demand);
    }
}
END_TEST

/* Two costs, both counted from the base price P0 with demand D0, x = P0 - P: the difference of gains is
 *   (D1 + D2)(P1 - P2)/2 + ((D2 - D0) x1 - (D1 - D0) x2)/2
 * whatever the demand. The second part is 0 of a linear demand; else x1 x2 (x2 - x1) D''/4 somewhere between the
 * prices, of third order. Against the area under the demand curve a gain is off by x^3 D''/12, likewise. */
START_TEST(two_gains_differ_by_the_rule_of_half_between_them)
{
#define E       1.5
#define ELASTIC "response: {impact: 1.5, long_run: 1.5, speed: 1 /yr}, "
    static struct users one[MONTHS], two[MONTHS];
    const double x1 = 100.0, x2 = -150.0;
    users_of(SHIFTED(ELASTIC, "-100"), EXPORTS(""), one);
    users_of(SHIFTED(ELASTIC, "150"), EXPORTS(""), two);
    for (int m = 1; m < MONTHS; m++) {
        const double d0 = one[m].unmoved, d1 = one[m].demand, d2 = two[m].demand, rounding = ROUNDING * P0 * d0;
        ck_assert_double_eq_tol(d1, d0 * pow((P0 - x1) / P0, -E), ROUNDING * d1);
        ck_assert_double_eq_tol(d2, d0 * pow((P0 - x2) / P0, -E), ROUNDING * d2);
        const double half = 0.5 * (d1 + d2) * (x2 - x1), rest = 0.5 * ((d2 - d0) * x1 - (d1 - d0) * x2);
        const double difference = two[m].surplus - one[m].surplus;
        ck_assert_double_eq_tol(difference, half + rest, rounding);
        /* D'' falls with the price: greatest at P1, least at P2 */
        const double most = E * (E + 1.0) * d1 / pow(P0 - x1, 2.0), least = E * (E + 1.0) * d2 / pow(P0 - x2, 2.0);
        const double third = 0.25 * x1 * x2 * (x2 - x1);
        ck_assert_double_ge(difference - half, third * least - rounding);
        ck_assert_double_le(difference - half, third * most + rounding);
        ck_assert_double_lt(fabs(difference - half), 0.01 * fabs(difference));
        const double area = d0 * P0 / (1.0 - E) * (1.0 - pow((P0 - x1) / P0, 1.0 - E)),
                     over = one[m].surplus - area; /* a chord lies above a convex demand */
        ck_assert_double_gt(over, 0.0);
        ck_assert_double_le(over, most * x1 * x1 * x1 / 12.0 + rounding);
    }
}
END_TEST

/* ---- loans ---- */

#define BUILT(finance)                                                                                                 \
    EXPORTS("")                                                                                                        \
    "policies:\n  p: {start: 2020-04, build: uniform(6 15) mo, cost: 7 kUSD, overrun: road, upkeep: 2 %/yr, life: 25 " \
    "yr" finance ", effects: {legs.home.cost.box: {scale: 0.8}}}\nadopt: p\n"                                          \
    "finance:\n  bank: {share: 85 %, rate: 4.2 %/yr, maturity: 20 mo, grace: 6 mo, inflation: 2.5 %/yr}\n"

/* What a loan of 1 costs in the months up to the last one of the run, at the prices of when it is drawn. */
static double cost_of_loan(double rate, int drawn)
{
    enum { MATURITY = 20, GRACE = 6 };
    const double i = 0.042 / 12.0, level = i / (1.0 - pow(1.0 + i, -(MATURITY - GRACE)));
    double owed = 1.0, cost = 0.0;
    for (int k = 1; k <= MATURITY && drawn + k < MONTHS; k++) {
        const double paid = k <= GRACE ? i : level;
        owed = owed * (1.0 + i) - paid;
        cost += paid * pow(1.025, -k / 12.0) * factor(rate, drawn + k);
    }
    const int left = MONTHS - 1 - drawn;
    if (left < MATURITY) cost += owed * pow(1.025, -left / 12.0) * factor(rate, MONTHS - 1);
    return cost;
}

START_TEST(loans_change_the_public_account_only_by_their_grant_element)
{
    struct folded cash, loan;
    static double grant[RATES][LANES];
    support_fold(&cash, BUILT(""), 3);
    support_fold(&loan, BUILT(", finance: bank"), 3);
    world_begin(cash.state, 0);
    for (int m = 0; m < MONTHS; m++) {
        world_month(cash.state, m);
        const double *spent = support_row(&cash.support, cash.state, "policies.p.spent");
        for (int l = 0; l < LANES; l++)
            for (int r = 0; r < RATES; r++)
                grant[r][l] += 0.85 * spent[l] / 12.0 * (factor(rates[r], m) - cost_of_loan(rates[r], m));
    }
    for (int r = 0; r < RATES; r++)
        for (int l = 0; l < LANES; l++) {
            ck_assert_double_eq(npv(&loan, "project", r, l), npv(&cash, "project", r, l));
            ck_assert_double_eq(npv(&loan, "national", r, l), npv(&cash, "national", r, l));
            ck_assert_double_eq(npv(&loan, "costs", r, l), npv(&cash, "costs", r, l));
            const double fees = 36e3; /* a little more than 100 USD for each of 120 TEU/yr in 3 years */
            ck_assert_double_eq_tol(npv(&loan, "fiscal", r, l) - npv(&cash, "fiscal", r, l), grant[r][l],
                                    2.0 * ROUNDING * (fees + 7e3));
        }
    ck_assert_double_gt(grant[2][0], 1.0);
    support_unfold(&cash);
    support_unfold(&loan);
}
END_TEST

START_TEST(the_grant_element_of_a_known_loan)
{
    /* 100 USD at 4.2 %/yr over 10 years, 2 of them grace, discounted at 5 %/yr; the run ends in its very last payment
     */
    struct folded folded;
    support_fold(&folded,
                 "scenario: t\ntime: {base: 2019-07, start: 2020-01, months: 132}\n"
                 "run: {home: kz, discount: [4 %/yr, 5 %/yr, 6 %/yr]}\n"
                 "policies:\n  p: {start: 2020-01, cost: 100 USD, finance: bank}\nadopt: p\n"
                 "finance:\n  bank: {share: 100 %, rate: 4.2 %/yr, maturity: 10 yr, grace: 2 yr, inflation: 0 %/yr}\n",
                 3);
    ck_assert_double_eq_tol(npv(&folded, "fiscal", 1, 0), 3.6454 - 100.0, 0.5e-4);
    support_unfold(&folded);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("appraisal");
    TCase *facts = tcase_create("facts");
    tcase_add_test(facts, present_values_are_the_discounted_sums_of_their_months);
    tcase_add_test(facts, the_public_account_holds_investment_upkeep_and_debt_service);
    tcase_add_test(facts, a_toll_is_a_transfer_but_for_the_month_by_which_prices_lag);
    tcase_add_test(facts, what_foreign_users_pay_is_a_gain);
    tcase_add_test(facts, a_royalty_on_home_producers_is_a_transfer);
    tcase_add_test(facts, a_royalty_on_foreign_producers_is_a_gain);
    tcase_add_test(facts, the_costs_of_a_known_investment);
    tcase_add_test(facts, what_spends_nothing_costs_exactly_nothing);
    tcase_add_test(facts, without_response_users_gain_demand_times_the_fall_of_the_price);
    tcase_add_test(facts, two_gains_differ_by_the_rule_of_half_between_them);
    tcase_add_test(facts, loans_change_the_public_account_only_by_their_grant_element);
    tcase_add_test(facts, the_grant_element_of_a_known_loan);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
