/* tests/models/test_policies.c -- which policies count, when they start and act, and that nothing else does
 * (models/policy/policies.h).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/models/support.h"

#include <check.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD   "scenario: t\ntime: {base: 2019-07, start: 2020-01, months: 60}\nrun: {home: kz}\n"
#define MONTHS 60
#define GOODS                                                                                                          \
    "commodities:\n  box: {unit: TEU, value: 1000 USD/TEU, time_value: 10 USD/TEU/d}\n"                                \
    "flows:\n  f: {commodity: box, from: kz, to: cn, volume: 120 TEU/yr}\n"

/* The first month in which the policy acts, in a lane; MONTHS: never. Fails if it then rests again. */
static void first_active(const char *yaml, const char *path, uint64_t seed, int first[LANES])
{
    struct support support;
    support_open(&support, yaml, seed);
    struct world_state *state = support_begin(&support);
    for (int l = 0; l < LANES; l++) first[l] = MONTHS;
    for (int m = 0; m < MONTHS; m++) {
        world_month(state, m);
        const double *active = support_row(&support, state, path);
        for (int l = 0; l < LANES; l++) {
            if (active[l] == 1.0 && first[l] == MONTHS) first[l] = m;
            ck_assert_double_eq(active[l], m >= first[l] ? 1.0 : 0.0);
        }
    }
    world_close(state);
    support_close(&support);
}

static int first_of(const char *yaml, const char *path)
{
    int first[LANES];
    first_active(yaml, path, 1, first);
    for (int l = 1; l < LANES; l++) ck_assert_int_eq(first[l], first[0]);
    return first[0];
}

/* Every outcome of `part` is in `whole` with the same bits, in all periods and lanes. */
static void assert_outcomes_kept(const struct folded *part, const struct folded *whole)
{
    const size_t years = world_years(part->support.world), periods = years + 1;
    for (size_t o = 0; o < part->support.outcomes.count; o++) {
        const char *path = part->support.outcomes.item[o].path;
        const size_t other = outcomes_find(&whole->support.outcomes, path);
        ck_assert_msg(other < whole->support.outcomes.count, "%s is gone", path);
        ck_assert_msg(memcmp(part->block.cell[o * periods], whole->block.cell[other * periods],
                             periods * sizeof *part->block.cell) == 0,
                      "%s differs", path);
    }
}

START_TEST(a_project_that_outlasts_its_policy_is_warned_of)
{
    static const struct {
        const char *end;
        bool warned;
    } ends[] = {{"2020-12", true}, {"2021-04", true}, {"2021-05", false}};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char yaml[600];
        struct support support;
        snprintf(yaml, sizeof yaml,
                 HEAD GOODS
                 "policies:\n  p: {start: 2020-01, end: %s, build: 10 mo, delay: uniform(1 2), cost: 1 USD}\n"
                 "adopt: p\n",
                 ends[i].end);
        support_open(&support, yaml, 1);
        ck_assert(ends[i].warned == (support.plan.warnings != NULL));
        if (ends[i].warned)
            ck_assert_ptr_nonnull(strstr(support.plan.warnings->sentence,
                                         "but at the median p takes 15 months to build: it spends and does nothing"));
        support_close(&support);
    }
}
END_TEST

/* ---- which are adopted ---- */

#define THREE                                                                                                          \
    HEAD GOODS "policies:\n"                                                                                           \
               "  a: {start: 2021, cost: 100 USD, effects: {flows.f.volume: {add: 12 TEU/yr}}}\n"                      \
               "  b: {start: 2021, cost: 200 USD, effects: {flows.f.volume: {add: 24 TEU/yr}}}\n"                      \
               "  c: {start: 2021, cost: 400 USD, effects: {flows.f.volume: {add: 48 TEU/yr}}}\n"                      \
               "  d: {start: 2021, cost: 800 USD, effects: {flows.f.volume: {add: 96 TEU/yr}}}\n"                      \
               "  pair: {bundle: [a, b]}\n  one: {title: Only one, bundle: c}\n  both: {bundle: [one, pair]}\n"        \
               "  all: {bundle: [both, pair, c]}\n"

START_TEST(policies_are_adopted_directly_and_through_bundles_each_once)
{
    static const struct {
        const char *yaml;
        size_t count;
        double cost;
    } cases[] = {{THREE, 0, 0},
                 {THREE "adopt: []\n", 0, 0},
                 {THREE "adopt: a\n", 1, 100},
                 {THREE "adopt: [a, a]\n", 1, 100},
                 {THREE "adopt: pair\n", 2, 300},
                 {THREE "adopt: [pair, b]\n", 2, 300},
                 {THREE "adopt: all\n", 3, 700},
                 {THREE "adopt: [c, all, both, a, pair, one]\n", 3, 700}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct folded folded;
        support_fold(&folded, cases[i].yaml, 1);
        const struct policies *policies = world_policies(folded.support.world);
        double spent = 0.0;
        ck_assert_uint_eq(policies_count(policies), cases[i].count);
        for (size_t p = 0; p < policies_count(policies); p++) {
            char path[64];
            snprintf(path, sizeof path, "policies.%s.spent", policies_name(policies, p));
            spent += support_cell(&folded, path, 5, 0);
        }
        ck_assert_double_eq_tol(spent, cases[i].cost, 1e-9);
        /* 12 TEU/yr for each 100 USD */
        ck_assert_double_eq(support_cell(&folded, "flows.f.demand", 0, 0), 120.0);
        ck_assert_double_eq(support_cell(&folded, "flows.f.demand", 1, 0), 120.0 + 0.12 * cases[i].cost);
        support_unfold(&folded);
    }
}
END_TEST

START_TEST(a_bundle_is_the_same_as_its_policies)
{
    struct folded bundle, list;
    support_fold(&bundle, THREE "adopt: all\n", 1);
    support_fold(&list, THREE "adopt: [c, b, a]\n", 1);
    assert_outcomes_kept(&bundle, &list);
    assert_outcomes_kept(&list, &bundle);
    support_unfold(&bundle);
    support_unfold(&list);
}
END_TEST

/* Uncertain all over, with a leg that queues. */
#define UNCERTAIN                                                                                                      \
    HEAD "drivers:\n  oil: {model: gbm, start: uniform(55 65) USD/bbl, drift: 1 %/yr, sigma: 0.3}\n"                   \
         "  gdp: {model: gbm, start: 1, drift: 5 %/yr, sigma: 0.05}\n"                                                 \
         "commodities:\n  box: {unit: TEU, value: 1000 USD/TEU, time_value: uniform(5 15) USD/TEU/d}\n"                \
         "legs:\n  home: {country: kz, capacity: 130 TEU/yr, use: {box: 1 TEU/TEU}, cost: {box: uniform(300 400) "     \
         "USD/TEU}, time: 4 d}\n  sea: {country: fr, cost: {box: 200 USD/TEU}, time: 30 d}\n"                          \
         "flows:\n  f: {commodity: box, from: kz, to: cn, volume: 120 TEU/yr, income: {gdp: uniform(1 2)}, choice: "   \
         "{sensitivity: 1 /kUSD}, response: {impact: 0.5, long_run: 2, speed: 0.5 /yr}, routes: {land: {share: 60 %, " \
         "via: [home]}, sea: {share: 40 %, via: [sea]}}}\n"                                                            \
         "energy:\n  oil: {unit: t, royalty: 10 %, price: {driver: oil, convert: 7.6 bbl/t}, fields: {k: {rate: 9 "    \
         "t/yr, cost: uniform(90 110) USD/t, home_share: 50 %}}, outlets: {o: {from: k, market: cn, tariff: 30 "       \
         "USD/t}}}\n"
#define CHOICES                                                                                                        \
    "policies:\n"                                                                                                      \
    "  rail: {start: 2020-06, build: pert(12 18 30) mo, delay: lognormal(1.4 0.4), cost: uniform(1 2) kUSD, overrun: " \
    "rail, upkeep: uniform(1 3) %/yr, life: uniform(20 40) yr, finance: china, fail: {probability: uniform(0.1 0.2), " \
    "share_spent: uniform(0 1)}, effects: {legs.home.capacity: {scale: uniform(1.2 1.4), ramp: uniform(1 9) mo}, "     \
    "legs.sea.fee.box: {add: 3 USD/TEU}}}\n"                                                                           \
    "  late: {when: {driver: oil, below: 50 USD/bbl, for: 3 mo}, effects: {energy.oil.royalty: {set: uniform(0.05 "    \
    "0.1)}}}\n"                                                                                                        \
    "  toll: {start: 2020, effects: {legs.home.fee.box: {add: 30 USD/TEU}, fiscal.profit_tax: {set: 20 %}}}\n"         \
    "  both: {bundle: [rail, late]}\n"
#define LOANS "finance:\n  china: {share: uniform(0.7 0.9), rate: uniform(2 4) %/yr, maturity: 15 yr, grace: 5 yr}\n"

START_TEST(what_is_not_adopted_changes_nothing_and_is_no_input)
{
    struct folded without, with;
    support_fold(&without, UNCERTAIN, 7);
    support_fold(&with, UNCERTAIN CHOICES LOANS, 7);
    assert_outcomes_kept(&without, &with);
    const size_t inputs = store_inputs(without.support.plan.store);
    ck_assert_uint_eq(inputs, 5);
    ck_assert_uint_eq(store_inputs(with.support.plan.store), inputs);
    for (size_t i = 0; i < inputs; i++)
        ck_assert_str_eq(store_input_name(with.support.plan.store, i), store_input_name(without.support.plan.store, i));
    support_unfold(&without);
    support_unfold(&with);
}
END_TEST

START_TEST(only_what_is_adopted_is_an_input_and_other_draws_stay)
{
    struct folded without, with;
    support_fold(&without, UNCERTAIN, 7);
    support_fold(&with, UNCERTAIN CHOICES LOANS "adopt: late\n", 7);
    ck_assert_uint_eq(store_inputs(with.support.plan.store), store_inputs(without.support.plan.store) + 1);
    static const char *const kept[] = {"drivers.oil", "drivers.gdp", "flows.f.demand", "energy.oil.production"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        for (size_t p = 0; p <= 5; p++)
            for (int l = 0; l < LANES; l++)
                ck_assert_double_eq(support_cell(&with, kept[i], p, l), support_cell(&without, kept[i], p, l));
    int lower = 0;
    for (int l = 0; l < LANES; l++)
        lower += support_cell(&with, "fiscal.royalty", 5, l) < support_cell(&without, "fiscal.royalty", 5, l);
    ck_assert_int_gt(lower, 0);
    support_unfold(&without);
    support_unfold(&with);
}
END_TEST

/* ---- start and end ---- */

START_TEST(a_policy_acts_from_completion_until_its_end)
{
    struct support support;
    support_open(&support,
                 HEAD GOODS "policies:\n  p: {start: 2021-02, build: 4.5 mo, end: 2023-10, cost: 90 USD, upkeep: 10 "
                            "%/yr, effects: {flows.f.volume: {scale: 2}}}\n"
                            "  never: {start: 2021-02, build: 40 mo, end: 2023-10, cost: 90 USD, effects: "
                            "{flows.f.volume: {scale: 3}}}\nadopt: [p, never]\n",
                 1);
    struct world_state *state = support_begin(&support);
    for (int m = 0; m < MONTHS; m++) {
        const bool acts = m >= 18 && m < 45; /* 2021-02 is month 13 */
        world_month(state, m);
        ck_assert_double_eq(support_value(&support, state, "policies.p.active"), acts ? 1.0 : 0.0);
        ck_assert_double_eq(support_value(&support, state, "flows.f.demand"), acts ? 240.0 : 120.0);
        ck_assert_double_eq_tol(support_value(&support, state, "fiscal.upkeep"), acts ? 9.0 : 0.0, 1e-14);
        ck_assert_double_eq(support_value(&support, state, "policies.never.active"), 0.0);
    }
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(active_is_a_share_of_time_and_spent_a_sum_of_money)
{
    struct folded folded;
    support_fold(&folded,
                 HEAD GOODS "policies:\n  p: {start: 2021-04, end: 2022-07, cost: 90 USD}\n  q: {start: 2022}\n"
                            "adopt: [p, q]\n",
                 1);
    static const double active[] = {0.0, 0.75, 0.5, 0.0, 0.0, 0.25};
    for (size_t p = 0; p <= 5; p++)
        ck_assert_double_eq_tol(support_cell(&folded, "policies.p.active", p, 0), active[p], 4.0 * DBL_EPSILON);
    ck_assert_double_eq_tol(support_cell(&folded, "policies.p.spent", 1, 0), 90.0, 90.0 * 4.0 * DBL_EPSILON);
    ck_assert_double_eq_tol(support_cell(&folded, "policies.p.spent", 5, 0), 90.0, 90.0 * 4.0 * DBL_EPSILON);
    ck_assert_double_eq_tol(support_cell(&folded, "policies.q.active", 5, 0), 0.6, 4.0 * DBL_EPSILON);
    const struct outcomes *outcomes = &folded.support.outcomes;
    ck_assert_uint_eq(outcomes_find(outcomes, "policies.q.spent"), outcomes->count); /* it has no cost */
    ck_assert_str_eq(outcomes->item[outcomes_find(outcomes, "policies.p.spent")].total, "USD");
    support_unfold(&folded);
}
END_TEST

/* ---- triggers ---- */

/* Below 65 in months 2 to 4 and 20 to 21, above 80 in month 30. */
#define COURSE                                                                                                         \
    HEAD "drivers:\n  x: {model: path, unit: USD/bbl, values: {2019-07: 70 USD/bbl, 2020-03: 60 USD/bbl, 2020-06: 70 " \
         "USD/bbl, 2021-09: 64 USD/bbl, 2021-11: 70 USD/bbl, 2022-07: 90 USD/bbl, 2022-08: 70 USD/bbl, "               \
         "interpolation: step}}\npolicies:\n"

START_TEST(a_trigger_reads_this_months_driver_and_last_months_outcome)
{
    static const struct {
        const char *when; /* of the driver */
        int first;        /* month in which it acts, of the driver; of its outcome one later */
    } cases[] = {{"below: 65 USD/bbl", 2},
                 {"below: 65 USD/bbl, for: 2 mo", 3},
                 {"below: 65 USD/bbl, for: 3 mo", 4},
                 {"below: 65 USD/bbl, for: 4 mo", MONTHS},
                 {"below: 60 USD/bbl", MONTHS},
                 {"above: 80 USD/bbl", 30},
                 {"above: 90 USD/bbl", MONTHS},
                 {"above: 65 USD/bbl, for: 12 mo", 16}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[2048];
        const int first = cases[i].first;
        snprintf(text, sizeof text, COURSE "  p: {when: {driver: x, %s}}\nadopt: p\n", cases[i].when);
        ck_assert_int_eq(first_of(text, "policies.p.active"), first);
        snprintf(text, sizeof text, COURSE "  p: {when: {outcome: drivers.x, %s}}\nadopt: p\n", cases[i].when);
        ck_assert_int_eq(first_of(text, "policies.p.active"), first == MONTHS ? MONTHS : first + 1);
    }
}
END_TEST

START_TEST(a_trigger_starts_nothing_before_the_start)
{
    /* the months in a row may have begun before */
    ck_assert_int_eq(first_of(COURSE "  p: {start: 2020-05, when: {driver: x, below: 65 USD/bbl, for: 2 mo}}\nadopt: "
                                     "p\n",
                              "policies.p.active"),
                     4);
    ck_assert_int_eq(first_of(COURSE "  p: {start: 2020-06, when: {driver: x, below: 65 USD/bbl, for: 2 mo}}\nadopt: "
                                     "p\n",
                              "policies.p.active"),
                     21);
}
END_TEST

/* What would never act is not paid for. */
START_TEST(a_trigger_starts_nothing_from_the_end_on)
{
    struct folded folded;
    support_fold(&folded,
                 COURSE "  p: {end: 2022-07, when: {driver: x, above: 80 USD/bbl}, cost: 60 USD}\n"
                        "  q: {end: 2022-08, when: {driver: x, above: 80 USD/bbl}, cost: 60 USD}\nadopt: [p, q]\n",
                 1);
    ck_assert_double_eq(support_cell(&folded, "policies.p.spent", 5, 0), 0.0);
    ck_assert_double_eq(support_cell(&folded, "policies.p.active", 5, 0), 0.0);
    ck_assert_double_eq_tol(support_cell(&folded, "policies.q.spent", 5, 0), 60.0, 60.0 * 4.0 * DBL_EPSILON);
    ck_assert_double_eq_tol(support_cell(&folded, "policies.q.active", 5, 0), 1.0 / 60.0, 4.0 * DBL_EPSILON);
    support_unfold(&folded);
}
END_TEST

START_TEST(a_trigger_starts_what_then_has_to_be_built)
{
    struct support support;
    support_open(&support,
                 COURSE "  p: {when: {driver: x, below: 65 USD/bbl}, build: 5 mo, cost: 60 USD, upkeep: 10 %/yr}\n"
                        "adopt: p\n",
                 1);
    struct world_state *state = support_begin(&support);
    double spent = 0.0;
    for (int m = 0; m < MONTHS; m++) {
        world_month(state, m);
        const double part = fmin(fmax((m + 1 - 2) / 5.0, 0.0), 1.0);
        spent += support_value(&support, state, "policies.p.spent") / 12.0;
        ck_assert_double_eq_tol(spent, 60.0 * part * part * (3.0 - 2.0 * part), 4.0 * MONTHS * DBL_EPSILON * 60.0);
        ck_assert_double_eq(support_value(&support, state, "policies.p.active"), m >= 7 ? 1.0 : 0.0);
    }
    world_close(state);
    support_close(&support);
}
END_TEST

/* Whatever the order of the file: what one policy does in a month another sees in the next. */
START_TEST(policies_that_wait_for_each_other_follow_month_by_month)
{
#define AFTER(name, other) "  " name ": {when: {outcome: policies." other ".active, above: 0.5}}\n"
    const char *text = HEAD "policies:\n" AFTER("d", "c") "  a: {start: 2020-05}\n" AFTER("b", "a")
        AFTER("c", "b") "adopt: [a, b, c, d]\n";
    static const char *const paths[] = {"policies.a.active", "policies.b.active", "policies.c.active",
                                        "policies.d.active"};
    for (int i = 0; i < 4; i++) ck_assert_int_eq(first_of(text, paths[i]), 4 + i);
}
END_TEST

START_TEST(a_trigger_on_what_effects_would_push_out_of_range_sees_last_month)
{
    const char *text = HEAD GOODS "policies:\n  p: {start: 2020-04, effects: {flows.f.volume: {add: -200 TEU/yr}}}\n"
                                  "  q: {when: {outcome: effects.held, above: 0.5, for: 2 mo}}\nadopt: [p, q]\n";
    ck_assert_int_eq(first_of(text, "policies.q.active"), 5);
}
END_TEST

START_TEST(a_trigger_on_demand_starts_the_month_after_its_last_month_in_a_row)
{
    /* 120 TEU/yr, from month 9 on 156 */
    const char *text = HEAD "drivers:\n  y: {model: path, values: {2019-07: 1, 2020-10: 1.3, interpolation: step}}\n"
                            "commodities:\n  box: {unit: TEU, value: 1000 USD/TEU}\n"
                            "flows:\n  f: {commodity: box, from: kz, to: cn, volume: 120 TEU/yr, income: {y: 1}}\n"
                            "policies:\n  one: {when: {outcome: flows.f.demand, above: 150 TEU/yr}}\n"
                            "  four: {when: {outcome: flows.f.demand, above: 150 TEU/yr, for: 4 mo}}\n"
                            "  high: {when: {outcome: flows.f.demand, above: 160 TEU/yr}}\n"
                            "  first: {when: {outcome: flows.f.demand, below: 121 TEU/yr}}\n"
                            "adopt: [one, four, high, first]\n";
    ck_assert_int_eq(first_of(text, "policies.one.active"), 10);
    ck_assert_int_eq(first_of(text, "policies.four.active"), 13);
    ck_assert_int_eq(first_of(text, "policies.high.active"), MONTHS);
    ck_assert_int_eq(first_of(text, "policies.first.active"), 1); /* no last month in the first */
}
END_TEST

START_TEST(a_trigger_on_a_ratio_reads_its_value)
{
    /* the cost of a box is 500 USD, from month 6 on 600; times what is shipped it would be above 700 always */
    const char *text =
        HEAD "drivers:\n  rate: {model: path, unit: USD, values: {2019-07: 100 USD, 2020-07: 120 USD, interpolation: "
             "step}}\n"
             "commodities:\n  box: {unit: TEU, value: 1000 USD/TEU, time_value: 0 USD/TEU/d}\n"
             "legs:\n  home: {country: kz, cost: {box: 500 USD/TEU}, cost_driver: rate}\n"
             "flows:\n  f: {commodity: box, from: kz, to: cn, volume: 120 TEU/yr, routes: {r: {share: 100 %, via: "
             "[home]}}}\n"
             "policies:\n  low: {when: {outcome: flows.f.cost, above: 590 USD/TEU, for: 2 mo}}\n"
             "  high: {when: {outcome: flows.f.cost, above: 610 USD/TEU}}\n"
             "  below: {when: {outcome: flows.f.cost, below: 510 USD/TEU}}\nadopt: [low, high, below]\n";
    ck_assert_int_eq(first_of(text, "policies.low.active"), 8);
    ck_assert_int_eq(first_of(text, "policies.high.active"), MONTHS);
    ck_assert_int_eq(first_of(text, "policies.below.active"), 1);
}
END_TEST

/* Counted by hand from the driver's levels, each replication by itself. */
START_TEST(each_replication_starts_when_its_own_driver_says_so)
{
    enum { ROW = 3, START = 7 };
    static double level[MONTHS * LANES];
    int months[MONTHS], first[LANES], seen[MONTHS + 1] = {0};
    const char *text = HEAD "drivers:\n  x: {model: gbm, start: 60 USD/bbl, drift: 0 %/yr, sigma: 0.3}\n"
                            "policies:\n  p: {start: 2020-08, when: {driver: x, below: 52 USD/bbl, for: 3 mo}}\n"
                            "adopt: p\n";
    struct support support;
    support_open(&support, text, 11);
    for (int m = 0; m < MONTHS; m++) months[m] = m + 1;
    support_levels(&support, "x", LANES, MONTHS, months, level);
    support_close(&support);
    first_active(text, "policies.p.active", 11, first);
    int different = 0;
    for (int l = 0; l < LANES; l++) {
        int row = 0, expected = MONTHS;
        for (int m = 0; m < MONTHS && expected == MONTHS; m++) {
            row = level[m * LANES + l] < 52.0 ? row + 1 : 0;
            if (row >= ROW && m >= START) expected = m;
        }
        ck_assert_int_eq(first[l], expected);
        different += seen[expected]++ == 0;
    }
    ck_assert_int_gt(different, 5);
    ck_assert(seen[START] > 0 && seen[MONTHS] > 0); /* some as soon as they may, some never */
}
END_TEST

/* ---- blocks ---- */

START_TEST(nothing_carries_over_from_one_block_to_the_next)
{
    const char *text = UNCERTAIN CHOICES
        "  dear: {when: {outcome: flows.f.cost, above: 900 USD/TEU}, start: 2021, build: 4 mo, cost: 5 kUSD, finance: "
        "china, effects: {legs.home.capacity: {add: 9 TEU/yr, ramp: 8 mo}}}\n" LOANS "adopt: [both, toll, dear]\n";
    struct support support;
    support_open(&support, text, 7);
    struct world_state *used = NULL, *fresh = NULL;
    struct block_result after, alone;
    ck_assert_ptr_null(world_open(support.world, &used));
    ck_assert_ptr_null(world_open(support.world, &fresh));
    world_simulate(used, 0, LANES, &after);
    const size_t outcome = outcomes_find(&support.outcomes, "policies.late.active"), years = 5;
    int acted = 0;
    for (int l = 0; l < LANES; l++) acted += after.cell[outcome * (years + 1) + years][l] > 0.0;
    ck_assert(acted > 0 && acted < LANES);
    world_simulate(used, LANES, LANES, &after);
    world_simulate(fresh, LANES, LANES, &alone);
    ck_assert_mem_eq(after.cell, alone.cell, alone.cells * sizeof *alone.cell);
    world_close(used);
    world_close(fresh);
    support_close(&support);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("policies");
    TCase *facts = tcase_create("facts");
    tcase_add_test(facts, a_project_that_outlasts_its_policy_is_warned_of);
    tcase_add_test(facts, policies_are_adopted_directly_and_through_bundles_each_once);
    tcase_add_test(facts, a_bundle_is_the_same_as_its_policies);
    tcase_add_test(facts, what_is_not_adopted_changes_nothing_and_is_no_input);
    tcase_add_test(facts, only_what_is_adopted_is_an_input_and_other_draws_stay);
    tcase_add_test(facts, a_policy_acts_from_completion_until_its_end);
    tcase_add_test(facts, active_is_a_share_of_time_and_spent_a_sum_of_money);
    tcase_add_test(facts, a_trigger_reads_this_months_driver_and_last_months_outcome);
    tcase_add_test(facts, a_trigger_starts_nothing_before_the_start);
    tcase_add_test(facts, a_trigger_starts_nothing_from_the_end_on);
    tcase_add_test(facts, a_trigger_starts_what_then_has_to_be_built);
    tcase_add_test(facts, policies_that_wait_for_each_other_follow_month_by_month);
    tcase_add_test(facts, a_trigger_on_what_effects_would_push_out_of_range_sees_last_month);
    tcase_add_test(facts, a_trigger_on_demand_starts_the_month_after_its_last_month_in_a_row);
    tcase_add_test(facts, a_trigger_on_a_ratio_reads_its_value);
    tcase_add_test(facts, each_replication_starts_when_its_own_driver_says_so);
    tcase_add_test(facts, nothing_carries_over_from_one_block_to_the_next);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
