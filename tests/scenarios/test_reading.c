/* tests/scenarios/test_reading.c -- what the texts of a scenario are read as.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/keys.h"
#include "tests/models/support.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TIME "scenario: s\ntime: {base: 2019-07, start: 2020-01, months: 12}\n"
#define GAS                                                                                                            \
    "run: {home: kz}\n"                                                                                                \
    "drivers: {ttf: {model: path, unit: USD/MWh, values: 20 USD/MWh}}\n"                                               \
    "legs: {pipe: {country: kz, capacity: 300 GWh/d}}\n"                                                               \
    "energy:\n  gas:\n    unit: kcm\n    heat: 10.5 MWh/kcm\n"                                                         \
    "    price: {driver: ttf, convert: 10.5 MWh/kcm}\n"                                                                \
    "    fields: {f: {rate: 105 TWh/yr, cost: 2 USD/MWh, home_share: 1}}\n"                                            \
    "    outlets: {cn: {from: [f], via: [pipe], market: cn, tariff: 3 USD/MMBtu, demand: 20 bcm/yr}}\n"

/* The quantity at a path, in the unit that it is kept in. */
static double value_at(const struct support *support, const char *path)
{
    const struct setting *setting = setting_at(support->plan.root, path);
    ck_assert_msg(setting != NULL && setting->slot >= 0, "there is no %s", path);
    return store_central(support->plan.store, setting->slot, support->plan.calendar.start);
}

static void assert_value(const char *yaml, const char *path, double expected)
{
    struct support support;
    support_open(&support, yaml, 1);
    ck_assert_double_eq_tol(value_at(&support, path), expected, 4e-16 * expected); /* a rounding or two */
    support_close(&support);
}

/* 105 TWh at 10.5 MWh/kcm are 10 bcm; 2 USD/MWh are 21 USD/kcm; 3 USD/MMBtu are 3 * 10.5 * 3.6 / 1.05505585262. */
START_TEST(energy_is_converted_by_the_heat_value_of_its_commodity)
{
    assert_value(TIME GAS, "energy.gas.fields.f.rate", 1e7);
    assert_value(TIME GAS, "energy.gas.fields.f.cost", 21.0);
    assert_value(TIME GAS, "energy.gas.outlets.cn.tariff", 3.0 * 10.5 * 3.6 / 1.05505585262);
}
END_TEST

/* A pipe for 300 GWh/d takes 300 * 365.25 / 10.5 million m3 a year, more than the 10 bcm; at 100 GWh/d it is full. */
START_TEST(a_leg_that_counts_in_energy_carries_a_commodity_with_a_heat_value)
{
    ck_assert_double_eq_tol(support_value_of(TIME GAS, "energy.gas.outlets.cn.volume", 0), 1e7, 1e-7);
    char *text = NULL;
    ck_assert_int_gt(asprintf(&text, "%s", TIME GAS), 0);
    char *capacity = strstr(text, "300 GWh/d");
    memcpy(capacity, "100", 3);
    ck_assert_double_eq_tol(support_value_of(text, "energy.gas.outlets.cn.volume", 0), 1e5 * 365.25 / 10.5, 1e-7);
    free(text);
}
END_TEST

/* An effect on what a heat value is in reach of may be stated in energy too. */
START_TEST(an_effect_is_converted_by_the_heat_value_of_its_target)
{
    assert_value(TIME GAS "policies: {p: {start: 2020, effects: {energy.gas.outlets.cn.tariff: {set: 2 USD/MWh}}}}\n",
                 "policies.p.effects.energy.gas.outlets.cn.tariff.set", 21.0);
    assert_value(TIME GAS "policies: {p: {start: 2020, effects: {energy.gas.fields.f.rate: {add: 1.05 TWh/yr}}}}\n",
                 "policies.p.effects.energy.gas.fields.f.rate.add", 1e5);
}
END_TEST

/* A flow converts by the heat value of what it moves, and a cost of a leg by that of what it is the cost of. */
START_TEST(a_flow_and_a_cost_are_converted_by_the_heat_value_of_what_moves)
{
    static const char coal[] = TIME
        "commodities: {coal: {unit: t, heat: 25 GJ/t, value: 4 USD/GJ, time_value: 0.1 USD/t/d}}\n"
        "legs: {rail: {cost: {coal: 0.2 USD/GJ}, time: 5 d}}\n"
        "flows:\n  f: {commodity: coal, from: kz, to: cn, volume: 100 PJ/yr, routes: {r: {share: 1, via: [rail]}}}\n";
    assert_value(coal, "commodities.coal.value.base", 100.0);
    assert_value(coal, "flows.f.volume", 4e6);
    assert_value(coal, "legs.rail.cost.coal", 5.0);
}
END_TEST

/* 382.75 tenge are a dollar; week, currency and thousand together. */
START_TEST(a_scenario_has_units_of_its_own)
{
    static const char own[] =
        "scenario: s\nunits: {KZT: 1/382.75 USD, wagon: 2 TEU}\ntime: {base: 2019-07, start: 2020-01, months: 12}\n"
        "commodities: {box: {unit: TEU, value: 30000 USD/TEU, time_value: 20 USD/TEU/d}}\n"
        "legs: {rail: {cost: {box: 765.5 kKZT/wagon}, time: 2 wk}}\n"
        "flows:\n  f: {commodity: box, from: kz, to: cn, volume: 1000 wagon/wk, routes: {r: {share: 1, via: "
        "[rail]}}}\n";
    assert_value(own, "legs.rail.cost.box", 1000.0);
    assert_value(own, "legs.rail.time", 14.0);
    assert_value(own, "flows.f.volume", 2000.0 * 365.25 / 7.0);
}
END_TEST

/* The sentences of warnings after reading red-sea-cape with these settings, or "". */
static void assert_warned(size_t sets, const char *const set[], const char *expected)
{
    struct scenario *scenario = NULL;
    const struct reader_request request = {
        .file = ZHOL_SCENARIOS "/red-sea-cape.yaml", .set = set, .sets = sets, .keys = keys_root()};
    struct fault *fault = scenario_read(&request, &scenario);
    ck_assert_msg(fault == NULL, "%s", fault == NULL ? "" : fault->sentence);
    const struct fault *warning = scenario->warnings;
    ck_assert_str_eq(warning == NULL ? "" : warning->sentence, expected);
    ck_assert(warning == NULL || warning->next == NULL);
    scenario_free(scenario);
}

/* A misspelt name in a variant makes a new entry, which does nothing. One that something names is meant. */
START_TEST(a_new_entry_that_nothing_uses_is_warned_of)
{
    const char *leg[] = {"legs.red-see={time: 3 d}"}, *driver[] = {"drivers.nile={model: path, values: 3 m, unit: m}"},
               *used[] = {"legs.other={time: 3 d}", "flows.europe-asia.routes.other={via: [other], like: rail}"},
               *known[] = {"legs.red-sea.time=30 d"},
               *shown[] = {"drivers.nile={model: path, values: 3 m, unit: m}",
                           "outcomes.thresholds.flood={outcome: drivers.nile, above: 4 m}"};
    assert_warned(1, leg, "legs.red-see is new here, and nothing uses it; did you mean 'red-sea'?");
    assert_warned(1, driver, "drivers.nile is new here, and nothing uses it");
    assert_warned(2, used, "");
    assert_warned(1, known, "");
    assert_warned(2, shown, "");
    assert_warned(0, NULL, "");
}
END_TEST

/* However long its name: a path is longer than that. */
START_TEST(a_long_name_is_found_where_it_is_used)
{
    enum { LONG = 196 };
    char name[LONG + 1], set[2][3 * LONG];
    memset(name, 'a', LONG);
    name[LONG] = '\0';
    snprintf(set[0], sizeof set[0], "drivers.%s={model: path, values: 3 m, unit: m}", name);
    snprintf(set[1], sizeof set[1], "outcomes.thresholds.flood={outcome: drivers.%s, above: 4 m}", name);
    assert_warned(2, (const char *const[]){set[0], set[1]}, "");
}
END_TEST

/* Figures of years and of months from a table are those of a profile in steps at the same dates. */
START_TEST(a_table_has_the_dates_of_its_periods)
{
#define OIL TIME "drivers: {oil: {model: path, unit: USD/bbl, values: "
    static const char *const rows
        [] = {"date,oil\n2019,40\n2020,50\n2021,70\n",
              "date,oil\n2019-07,50\n2019-08,50\n2019-09,50\n2019-10,50\n2019-11,50\n2019-12,50\n2020-01,50\n2020-02,"
              "55\n2020-03,60\n2020-04,90\n"},
    *const profiles[] = {
        "{2019: 40 USD/bbl, 2020: 50 USD/bbl, 2021: 70 USD/bbl, interpolation: step}",
        "{2019-07: 50 USD/bbl, 2020-02: 55 USD/bbl, 2020-03: 60 USD/bbl, 2020-04: 90 USD/bbl, interpolation: step}"};
    char path[] = "/tmp/zhol-test-XXXXXX.csv", text[512]; /* beside the scenarios of tests */
    const int descriptor = mkstemps(path, 4);
    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(close(descriptor), 0);
    for (size_t i = 0; i < 2; i++) {
        FILE *file = fopen(path, "w");
        ck_assert_ptr_nonnull(file);
        ck_assert_int_ge(fputs(rows[i], file), 0);
        ck_assert_int_eq(fclose(file), 0);
        double level[2][6];
        for (int m = 0; m < 6; m++) {
            snprintf(text, sizeof text, OIL "{csv: %s, column: oil, unit: USD/bbl}}}\n", strrchr(path, '/') + 1);
            level[0][m] = support_value_of(text, "drivers.oil", m);
            snprintf(text, sizeof text, OIL "%s}}\n", profiles[i]);
            level[1][m] = support_value_of(text, "drivers.oil", m);
        }
        ck_assert_mem_eq(level[0], level[1], sizeof level[0]);
        ck_assert_double_eq(level[0][0], 50.0);
        ck_assert_double_eq(level[0][5], i == 0 ? 50.0 : 90.0);
    }
    ck_assert_int_eq(remove(path), 0);
#undef OIL
}
END_TEST

/* Building takes 24 months and began 12 before the run: 3 s^2 - 2 s^3 = 1/2 at s = 1/2. One without a cost spends
 * nothing. */
START_TEST(what_is_spent_before_the_run_is_warned_of)
{
    static const char head[] = TIME "run: {home: kz}\nlegs: {rail: {country: kz, capacity: 1 t/yr}}\n"
                                    "policies:\n  p: {start: %s, build: 24 mo, cost: 100 MUSD}\n"
                                    "  q: {start: 2019-08, effects: {legs.rail.capacity: {scale: 2}}}\nadopt: [p, q]\n";
    static const struct {
        const char *start, *share;
    } cases[] = {{"2019-01", "50 %"}, {"2019-07", "15.6 %"}, {"2015", "100 %"}, {"2020-01", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct support support;
        char text[512], sentence[256];
        snprintf(text, sizeof text, head, cases[i].start);
        support_open(&support, text, 1);
        const struct fault *warning = support.plan.warnings;
        if (cases[i].share == NULL)
            ck_assert_ptr_null(warning);
        else {
            snprintf(sentence, sizeof sentence,
                     "policies.p.start is %s, before the run begins in 2020-01: at the median %s of its cost is spent "
                     "before and is in no account",
                     cases[i].start, cases[i].share);
            ck_assert_ptr_nonnull(warning);
            ck_assert_str_eq(warning->sentence, sentence);
            ck_assert_ptr_null(warning->next);
        }
        support_close(&support);
    }
}
END_TEST

/* Where flows alone name countries the accounts of another stay empty, which may be meant. */
START_TEST(a_home_that_no_flow_is_of_is_warned_of)
{
    static const char text[] = TIME "run: {home: kz}\ncommodities: {box: {unit: TEU, value: 1 USD/TEU}}\n"
                                    "flows: {f: {commodity: box, from: cn, to: eu, volume: 1 TEU/yr}}\n";
    struct support support;
    support_open(&support, text, 1);
    ck_assert_ptr_nonnull(support.plan.warnings);
    ck_assert_str_eq(support.plan.warnings->sentence,
                     "run.home is 'kz', to which no leg, flow or field belongs; expected "
                     "a country that is named, such as cn");
    support_close(&support);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reading");
    TCase *facts = tcase_create("facts");
    tcase_add_test(facts, energy_is_converted_by_the_heat_value_of_its_commodity);
    tcase_add_test(facts, a_leg_that_counts_in_energy_carries_a_commodity_with_a_heat_value);
    tcase_add_test(facts, an_effect_is_converted_by_the_heat_value_of_its_target);
    tcase_add_test(facts, a_flow_and_a_cost_are_converted_by_the_heat_value_of_what_moves);
    tcase_add_test(facts, a_scenario_has_units_of_its_own);
    tcase_add_test(facts, a_new_entry_that_nothing_uses_is_warned_of);
    tcase_add_test(facts, a_long_name_is_found_where_it_is_used);
    tcase_add_test(facts, a_table_has_the_dates_of_its_periods);
    tcase_add_test(facts, what_is_spent_before_the_run_is_warned_of);
    tcase_add_test(facts, a_home_that_no_flow_is_of_is_warned_of);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
