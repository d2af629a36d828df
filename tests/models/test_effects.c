/* tests/models/test_effects.c -- what effects do to quantities: their order, weights and dates, what they act on, and
 * that an effect that changes nothing changes nothing.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/keys.h"
#include "tests/models/support.h"

#include <check.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDING 1e-12

#define HEAD "scenario: t\ntime: {base: 2019-07, start: 2020-01, months: 24}\nrun: {home: kz}\n"
#define LEG  "legs: {l: {capacity: 24 t/yr}}\n"

/* A quantity in the months 0 .. count-1 of replication 0. */
static void assert_course(const char *yaml, const char *path, int count, const double expected[])
{
    struct support support;
    support_open(&support, yaml, 3);
    struct world_state *state = support_begin(&support);
    for (int m = 0; m < count; m++) {
        world_month(state, m);
        const double found = support_quantity(&support, state, path)[0];
        ck_assert_msg(fabs(found - expected[m]) <= ROUNDING * (1.0 + fabs(expected[m])),
                      "%s in month %d is %.17g, expected %.17g:\n%s", path, m, found, expected[m], yaml);
    }
    world_close(state);
    support_close(&support);
}

/* The capacity of l in the first month, with these disturbances and policies. */
static void assert_capacity(const char *more, double expected)
{
    char text[2048];
    snprintf(text, sizeof text, "%s%s", HEAD LEG, more);
    assert_course(text, "legs.l.capacity", 1, &expected);
}

#define POLICY(effects) "policies: {p: {start: 2019, effects: {" effects "}}}\nadopt: p\n"
#define REGIME(effects) "regimes: {r: {start: s, states: {s: {" effects "}}}}\n"
#define EVENT(effects)  "events: {e: {start: 2020-01, duration: 1 mo, effects: {" effects "}}}\n"

START_TEST(layers_are_policies_then_regimes_then_events)
{
    assert_capacity(POLICY("legs.l.capacity: {add: 8 t/yr}") EVENT("legs.l.capacity: {scale: 0.55}"), 17.6);
    assert_capacity(EVENT("legs.l.capacity: {scale: 0.55}") POLICY("legs.l.capacity: {add: 8 t/yr}"), 17.6);
    assert_capacity(EVENT("legs.l.capacity: {add: 8 t/yr}") POLICY("legs.l.capacity: {scale: 0.5}"), 20.0);
    assert_capacity(EVENT("legs.l.capacity: {add: 3 t/yr}") REGIME("legs.l.capacity: {add: 1 t/yr}")
                        POLICY("legs.l.capacity: {scale: 2}"),
                    52.0);
    assert_capacity(POLICY("legs.l.capacity: {add: 8 t/yr}") REGIME("legs.l.capacity: {set: 20 t/yr}")
                        EVENT("legs.l.capacity: {scale: 0.5}"),
                    10.0);
    assert_capacity(REGIME("legs.l.capacity: {scale: 0.5}") EVENT("legs.l.capacity: {set: 7 t/yr}")
                        POLICY("legs.l.capacity: {set: 5 t/yr}"),
                    7.0);
}
END_TEST

START_TEST(inside_a_layer_set_comes_before_add_and_add_before_scale)
{
    assert_capacity("policies:\n  a: {start: 2019, effects: {legs.l.capacity: {scale: 2}}}\n"
                    "  b: {start: 2019, effects: {legs.l.capacity: {add: 3 t/yr}}}\n"
                    "  c: {start: 2019, effects: {legs.l.capacity: {set: 10 t/yr}}}\nadopt: [c, a, b]\n",
                    26.0);
    assert_capacity("events:\n  a: {start: 2020, duration: 1 mo, effects: {legs.l.capacity: {scale: 2}}}\n"
                    "  b: {start: 2020, duration: 1 mo, effects: {legs.l.capacity: {add: 3 t/yr}}}\n"
                    "  c: {start: 2020, duration: 1 mo, effects: {legs.l.capacity: {set: 10 t/yr}}}\n",
                    26.0);
    assert_capacity("regimes:\n  a: {start: s, states: {s: {legs.l.capacity: {scale: 2}}}}\n"
                    "  b: {start: s, states: {s: {legs.l.capacity: {add: 3 t/yr}}}}\n"
                    "  c: {start: s, states: {s: {legs.l.capacity: {set: 10 t/yr}}}}\n",
                    26.0);
}
END_TEST

START_TEST(of_two_that_set_the_later_in_the_file_wins)
{
    /* the order in which they are adopted, or start, is nothing to it */
    assert_capacity("policies:\n  a: {start: 2019-02, effects: {legs.l.capacity: {set: 7 t/yr}}}\n"
                    "  b: {start: 2019-01, effects: {legs.l.capacity: {set: 9 t/yr}}}\nadopt: [b, a]\n",
                    9.0);
    assert_capacity("events:\n  b: {start: 2020, duration: 1 mo, effects: {legs.l.capacity: {set: 9 t/yr}}}\n"
                    "  a: {start: 2019, duration: 24 mo, effects: {legs.l.capacity: {set: 7 t/yr}}}\n",
                    7.0);
    /* one that is half in force moves half of the way from the one before */
    assert_capacity("events:\n  b: {start: 2020, duration: 1 mo, effects: {legs.l.capacity: {set: 9 t/yr}}}\n"
                    "  a: {start: 2020, duration: 0.5 mo, effects: {legs.l.capacity: {set: 7 t/yr}}}\n",
                    8.0);
}
END_TEST

START_TEST(only_what_is_adopted_acts_directly_or_through_bundles)
{
#define TWO                                                                                                            \
    "policies:\n  a: {start: 2019, effects: {legs.l.capacity: {add: 1 t/yr}}}\n  b: {start: 2019, effects: "           \
    "{legs.l.capacity: {add: 10 t/yr}}}\n  both: {bundle: [a, b]}\n  more: {bundle: both}\n"
    assert_capacity(TWO, 24.0);
    assert_capacity(TWO "adopt: []\n", 24.0);
    assert_capacity(TWO "adopt: a\n", 25.0);
    assert_capacity(TWO "adopt: [b, a]\n", 35.0);
    assert_capacity(TWO "adopt: [more, a]\n", 35.0); /* once */
#undef TWO
}
END_TEST

START_TEST(an_event_there_for_a_part_of_the_month_moves_the_value_by_that_part)
{
    /* x + d (x' - x), d = 0.25 */
#define QUARTER(effects) "events: {e: {start: 2020-01, duration: 0.25 mo, effects: {" effects "}}}\n"
    assert_capacity(QUARTER("legs.l.capacity: {set: 4 t/yr}"), 24.0 + 0.25 * (4.0 - 24.0));
    assert_capacity(QUARTER("legs.l.capacity: {add: 8 t/yr}"), 24.0 + 0.25 * 8.0);
    assert_capacity(QUARTER("legs.l.capacity: {scale: 0.5}"), 24.0 + 0.25 * (12.0 - 24.0));
    assert_capacity(QUARTER("legs.l.capacity: {scale: 0.5}") POLICY("legs.l.capacity: {add: 8 t/yr}"),
                    32.0 + 0.25 * (16.0 - 32.0));
#undef QUARTER
    /* one after the other: 24 to 21, then half of the way to a fifth of it */
    assert_capacity("events:\n  a: {start: 2020, duration: 0.25 mo, effects: {legs.l.capacity: {scale: 0.5}}}\n"
                    "  b: {start: 2020, duration: 0.5 mo, effects: {legs.l.capacity: {scale: 0.2}}}\n",
                    21.0 + 0.5 * (4.2 - 21.0));
}
END_TEST

START_TEST(a_ramp_has_done_its_months_and_one_over_its_length)
{
    assert_course(HEAD LEG "policies: {p: {start: 2020-03, effects: {legs.l.capacity: {add: 12 t/yr, ramp: 3 "
                           "mo}}}}\nadopt: p\n",
                  "legs.l.capacity", 7, (const double[]){24, 24, 28, 32, 36, 36, 36});
    assert_course(HEAD LEG "policies: {p: {start: 2020-01, effects: {legs.l.capacity: {set: 34 t/yr, ramp: 2.5 "
                           "mo}}}}\nadopt: p\n",
                  "legs.l.capacity", 4, (const double[]){28, 32, 34, 34});
    assert_course(HEAD LEG "policies: {p: {start: 2020-02, effects: {legs.l.capacity: {scale: 0.5, ramp: 0.5 "
                           "mo}}}}\nadopt: p\n",
                  "legs.l.capacity", 3, (const double[]){24, 12, 12});
}
END_TEST

START_TEST(a_ramp_begins_when_a_policy_is_complete_also_before_the_run)
{
    /* built for two and a half months: complete from May on */
    assert_course(HEAD LEG "policies: {p: {start: 2020-02, build: 2.5 mo, effects: {legs.l.capacity: {add: 12 t/yr, "
                           "ramp: 4 mo}}}}\nadopt: p\n",
                  "legs.l.capacity", 9, (const double[]){24, 24, 24, 24, 27, 30, 33, 36, 36});
    /* since June 2019: January is its eighth month */
    assert_course(HEAD LEG "policies: {p: {start: 2019-06, effects: {legs.l.capacity: {add: 12 t/yr, ramp: 12 "
                           "mo}}}}\nadopt: p\n",
                  "legs.l.capacity", 6, (const double[]){32, 33, 34, 35, 36, 36});
}
END_TEST

START_TEST(a_ramp_may_be_drawn)
{
    struct support support;
    support_open(&support,
                 HEAD LEG "policies: {p: {start: 2020, effects: {legs.l.capacity: {add: 12 t/yr, ramp: uniform(1 6) "
                          "mo}}}}\nadopt: p\n",
                 4);
    struct world_state *state = support_begin(&support);
    for (int m = 0; m < 8; m++) {
        world_month(state, m);
        const double *capacity = support_quantity(&support, state, "legs.l.capacity"),
                     *ramp = support_quantity(&support, state, "policies.p.effects.legs.l.capacity.ramp");
        for (int l = 0; l < LANES; l++) {
            ck_assert(ramp[l] != ramp[(l + 1) % LANES]);
            ck_assert_double_eq_tol(capacity[l], 24.0 + 12.0 * fmin((m + 1) / ramp[l], 1.0), 36.0 * ROUNDING);
        }
    }
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(an_effect_counts_from_its_first_month_until_the_first_without)
{
    assert_course(HEAD LEG POLICY("legs.l.capacity: {add: 6 t/yr, from: 2020-03, until: 2020-05}"), "legs.l.capacity",
                  6, (const double[]){24, 24, 30, 30, 24, 24});
    assert_course(HEAD LEG POLICY("legs.l.capacity: {add: 6 t/yr, until: 2020-03}"), "legs.l.capacity", 4,
                  (const double[]){30, 30, 24, 24});
    assert_course(HEAD LEG REGIME("legs.l.capacity: {add: 6 t/yr, from: 2020-03}"), "legs.l.capacity", 4,
                  (const double[]){24, 24, 30, 30});
    assert_course(HEAD LEG "events: {e: {start: 2020-01, duration: 3.5 mo, effects: {legs.l.capacity: {add: 6 t/yr, "
                           "from: 2020-02}}}}\n",
                  "legs.l.capacity", 6, (const double[]){24, 30, 30, 27, 24, 24});
    /* the ramp is that of the policy, whatever the window */
    assert_course(HEAD LEG "policies: {p: {start: 2020-01, effects: {legs.l.capacity: {add: 12 t/yr, ramp: 4 mo, from: "
                           "2020-03, until: 2020-06}}}}\nadopt: p\n",
                  "legs.l.capacity", 6, (const double[]){24, 24, 33, 36, 36, 24});
}
END_TEST

START_TEST(a_policy_acts_until_its_end)
{
    assert_course(HEAD LEG "policies: {p: {start: 2020-02, end: 2020-04, effects: {legs.l.capacity: {add: 6 "
                           "t/yr}}}}\nadopt: p\n",
                  "legs.l.capacity", 5, (const double[]){24, 30, 30, 24, 24});
}
END_TEST

START_TEST(what_an_effect_does_may_vary_over_dates_and_be_drawn)
{
    assert_course(HEAD LEG POLICY("legs.l.capacity: {add: {2020-02: 2 t/yr, 2020-05: 5 t/yr}}"), "legs.l.capacity", 6,
                  (const double[]){26, 26, 27, 28, 29, 29});
    assert_course(HEAD
                  "legs: {l: {capacity: {2020-01: 20 t/yr, 2020-05: 28 t/yr}}}\n" POLICY("legs.l.capacity: {scale: 2}"),
                  "legs.l.capacity", 6, (const double[]){40, 44, 48, 52, 56, 56});
    struct support support;
    support_open(&support, HEAD LEG EVENT("legs.l.capacity: {scale: uniform(0.2 0.8)}"), 5);
    struct world_state *state = support_begin(&support);
    world_month(state, 0);
    const double *capacity = support_quantity(&support, state, "legs.l.capacity"),
                 *scale = support_quantity(&support, state, "events.e.effects.legs.l.capacity.scale");
    for (int l = 0; l < LANES; l++) {
        ck_assert(scale[l] > 0.2 && scale[l] < 0.8);
        ck_assert_double_eq(capacity[l], scale[l] * 24.0);
    }
    world_close(state);
    support_close(&support);
}
END_TEST

#define TRADE                                                                                                          \
    "commodities: {box: {unit: TEU, value: 1 USD/TEU, time_value: 1 USD/TEU/d}, ore: {unit: t, value: 1 USD/t}}\n"     \
    "flows: {f: {commodity: box, from: kz, to: b, volume: 12 TEU/yr, routes: {r: {share: 100 %, via: [l]}}}}\n"

START_TEST(an_effect_on_a_map_acts_on_each_of_its_entries)
{
    const char *text =
        HEAD TRADE "legs: {l: {cost: {box: 100 USD/TEU, ore: 7 USD/t}, fee: {box: 10 USD/TEU}}}\n" POLICY(
            "legs.l.cost: {scale: 3}, legs.l.fee: {add: 5 USD/TEU}") EVENT("legs.l.cost.ore: {set: 1 USD/t}");
    assert_course(text, "legs.l.cost.box", 2, (const double[]){300, 300});
    assert_course(text, "legs.l.cost.ore", 2, (const double[]){1, 21});
    assert_course(text, "legs.l.fee.box", 2, (const double[]){15, 15});
    /* also on an entry that is only there because another effect adds it */
    assert_course(HEAD TRADE "legs: {l: {cost: {box: 100 USD/TEU}}}\n" POLICY("legs.l.cost.ore: {add: 4 USD/t}")
                      EVENT("legs.l.cost: {scale: 2}"),
                  "legs.l.cost.ore", 2, (const double[]){8, 4});
}
END_TEST

/* ---- what grows by itself ---- */

#define GAS(field, outlet)                                                                                             \
    "energy: {gas: {unit: kcm, fields: {f: {cost: 1 USD/kcm, home_share: 40 %, " field "}}, outlets: {o: {from: f, "   \
    "first: true, price: 1 USD/kcm, " outlet "}, rest: {from: f, price: 1 USD/kcm}}}}\n"

/* An outcome of month 14, with effects that begin in that month. */
static double in_march_2021(const char *text, const char *outcome)
{
    return support_value_of(text, outcome, 14);
}

START_TEST(effects_on_a_fields_rate_act_after_growth_decline_and_steps)
{
#define FIELD         GAS("rate: 12 kcm/yr, steps: {2020-07: 20 kcm/yr}, growth: 10 %/yr, decline: 5 %/yr", "demand: 1 kcm/yr")
#define MARCH(effect) "policies: {p: {start: 2021-03, effects: {energy.gas.fields.f.rate: {" effect "}}}}\nadopt: p\n"
    const double h = -log(0.95) / 12.0, grown = 20.0 * pow(1.1, 14.0 / 12.0) * exp(-14.0 * h) * -expm1(-h) / h;
    static const char *const produced = "energy.gas.production";
    ck_assert_double_eq_tol(in_march_2021(HEAD FIELD, produced), grown, grown * ROUNDING);
    ck_assert_double_eq(in_march_2021(HEAD FIELD MARCH("set: 5 kcm/yr"), produced), 5.0);
    ck_assert_double_eq_tol(in_march_2021(HEAD FIELD MARCH("add: 2 kcm/yr"), produced), grown + 2.0, grown * ROUNDING);
    ck_assert_double_eq_tol(in_march_2021(HEAD FIELD MARCH("scale: 0.5"), produced), grown * 0.5, grown * ROUNDING);
    /* and what was done for a while leaves no trace in the growth */
    ck_assert_double_eq_tol(
        in_march_2021(HEAD FIELD "events: {e: {start: 2020-03, duration: 4 mo, effects: {energy.gas.fields.f.rate: "
                                 "{set: 0 kcm/yr}}}}\n",
                      produced),
        grown, grown * ROUNDING);
#undef FIELD
#undef MARCH
}
END_TEST

START_TEST(effects_on_what_an_outlet_wants_act_after_growth_and_decline)
{
#define FIELD GAS("rate: 100 kcm/yr", "demand: 12 kcm/yr, growth: 10 %/yr, decline: 5 %/yr")
#define MARCH(effect)                                                                                                  \
    "policies: {p: {start: 2021-03, effects: {energy.gas.outlets.o.demand: {" effect "}}}}\nadopt: p\n"
    const double h = -log(0.95) / 12.0, grown = 12.0 * pow(1.1, 14.0 / 12.0) * exp(-14.0 * h) * -expm1(-h) / h;
    static const char *const sold = "energy.gas.outlets.o.volume";
    ck_assert_double_eq_tol(in_march_2021(HEAD FIELD, sold), grown, grown * ROUNDING);
    ck_assert_double_eq(in_march_2021(HEAD FIELD MARCH("set: 5 kcm/yr"), sold), 5.0);
    ck_assert_double_eq_tol(in_march_2021(HEAD FIELD MARCH("add: 2 kcm/yr"), sold), grown + 2.0, grown * ROUNDING);
    ck_assert_double_eq_tol(in_march_2021(HEAD FIELD MARCH("scale: 0.5"), sold), grown * 0.5, grown * ROUNDING);
#undef FIELD
#undef MARCH
    static const char *const transit =
        HEAD "legs: {l: {capacity: 100 kcm/yr}}\nenergy: {gas: {unit: kcm, fields: {f: {rate: 1 kcm/yr, cost: 1 "
             "USD/kcm, home_share: 0 %}}, outlets: {o: {from: f, price: 1 USD/kcm}, t: {transit: true, volume: 10 "
             "kcm/yr, growth: 10 %/yr, via: l, fee: 1 USD/kcm}}}}\n" POLICY("energy.gas.outlets.t.volume: {add: 3 "
                                                                            "kcm/yr}");
    ck_assert_double_eq_tol(in_march_2021(transit, "energy.gas.outlets.t.volume"), 10.0 * pow(1.1, 14.0 / 12.0) + 3.0,
                            20.0 * ROUNDING);
}
END_TEST

/* The capacity of l after the draught, in the first month. */
static double after_draught(const char *more)
{
    char text[2048];
    struct support support;
    double capacity[LANES];
    snprintf(text, sizeof text, "%s%s",
             HEAD
             "drivers: {fall: {model: path, unit: m, values: {2019: 3 m}}}\nlegs: {l: {capacity: 100 t/yr, draught: "
             "{driver: fall, loss: 10 %/m}}}\n",
             more);
    support_open(&support, text, 6);
    struct world_state *state = support_begin(&support);
    world_month(state, 0);
    const struct legs *legs = network_legs(world_network(support.world));
    leg_capacity(&legs->leg[legs_find(legs, "l")], world_rows(state), world_drivers_state(state), false, capacity);
    world_close(state);
    support_close(&support);
    return capacity[0];
}

START_TEST(the_draught_takes_its_share_of_what_effects_leave)
{
    ck_assert_double_eq_tol(after_draught(""), 70.0, 1e-10);
    ck_assert_double_eq_tol(after_draught(EVENT("legs.l.capacity: {scale: 0.5}")), 35.0, 1e-10);
    ck_assert_double_eq_tol(after_draught(POLICY("legs.l.capacity: {set: 40 t/yr}")), 28.0, 1e-10);
    ck_assert_double_eq_tol(after_draught(POLICY("legs.l.draught.loss: {scale: 2}")), 40.0, 1e-10);
    ck_assert_double_eq_tol(after_draught(POLICY("legs.l.draught.loss: {scale: 9}")), 10.0, 1e-10); /* a tenth stays */
}
END_TEST

/* ---- ranges ---- */

static double held(const char *more)
{
    char text[2048];
    snprintf(text, sizeof text, "%s%s", HEAD LEG GAS("rate: 9 kcm/yr", "demand: 1 kcm/yr"), more);
    return support_value_of(text, "effects.held", 0);
}

START_TEST(a_quantity_is_held_in_the_range_of_its_key_and_counted)
{
#define FIELD "energy.gas.fields.f.home_share"
    assert_capacity(POLICY("legs.l.capacity: {add: -25 t/yr}"), 0.0);
    assert_capacity(EVENT("legs.l.capacity: {add: -1e9 t/yr}"), 0.0);
    assert_course(HEAD LEG GAS("rate: 9 kcm/yr", "demand: 1 kcm/yr") POLICY(FIELD ": {add: 80 %}"), FIELD, 1,
                  (const double[]){1.0});
    ck_assert_double_eq(held(POLICY("legs.l.capacity: {add: -25 t/yr}")), 1.0);
    ck_assert_double_eq(held(POLICY("legs.l.capacity: {add: -24 t/yr}")), 0.0);
    ck_assert_double_eq(held(POLICY("legs.l.capacity: {add: -25 t/yr}, " FIELD ": {scale: 3}")), 2.0);
    ck_assert_double_eq(held(POLICY("legs.l.capacity: {scale: 0}, " FIELD ": {scale: 2}")), 0.0);
    /* what the component calls by itself is counted too */
    ck_assert_double_eq(held(POLICY("energy.gas.fields.f.rate: {add: -10 kcm/yr}")), 1.0);
    /* a quantity without a range is not held */
    ck_assert_double_eq(held(POLICY("energy.gas.fields.f.cost: {add: -10 USD/kcm}")), 0.0);
#undef FIELD
}
END_TEST

START_TEST(a_quantity_is_held_once_all_layers_have_acted)
{
    assert_capacity(POLICY("legs.l.capacity: {add: -30 t/yr}") EVENT("legs.l.capacity: {add: 10 t/yr}"), 4.0);
    ck_assert_double_eq(held(POLICY("legs.l.capacity: {add: -30 t/yr}") EVENT("legs.l.capacity: {add: 10 t/yr}")), 0.0);
    assert_course(HEAD LEG POLICY("legs.l.capacity: {add: -30 t/yr}") EVENT("legs.l.capacity: {add: 10 t/yr}"),
                  "legs.l.capacity", 3, (const double[]){4, 0, 0}); /* the event is over */
}
END_TEST

START_TEST(a_quantity_is_held_inside_an_open_end)
{
    /* with a tariff of -100 % the price would be 0, and demand infinite */
    static const char *const text = HEAD
        "commodities: {box: {unit: TEU, value: 1 USD/TEU}}\nflows: {f: {commodity: box, from: kz, to: b, volume: 9 "
        "TEU/yr, response: {impact: 0.3, long_run: 0.5, speed: 1 /yr}}}\n" POLICY("flows.f.tariff: {add: -200 %}");
    assert_course(text, "flows.f.tariff", 1, (const double[]){nextafter(-1.0, 0.0)});
    ck_assert_double_eq(support_value_of(text, "effects.held", 0), 1.0);
    ck_assert(isfinite(support_value_of(text, "flows.f.demand", 23)));
}
END_TEST

/* ---- what is not stated ---- */

START_TEST(what_is_not_stated_and_means_0_may_be_edited)
{
    /* a penalty, with or without others; it is part of what the route seems to cost */
    static const char *const legs[] = {"legs: {l: {cost: {box: 100 USD/TEU}}}\n",
                                       "legs: {l: {cost: {box: 100 USD/TEU}, penalty: {ore: 1 USD/t}}}\n"};
    char text[2048];
    for (int i = 0; i < 2; i++) {
        snprintf(text, sizeof text, "%s%s%s", HEAD TRADE, legs[i], EVENT("legs.l.penalty.box: {add: 40 USD/TEU}"));
        assert_course(text, "legs.l.penalty.box", 2, (const double[]){40, 0});
        ck_assert_double_eq_tol(support_value_of(text, "flows.f.cost", 0), 140.0, 140.0 * ROUNDING);
        ck_assert_double_eq_tol(support_value_of(text, "flows.f.cost", 1), 100.0, 100.0 * ROUNDING);
    }
    /* a term: 3 of 9 go there though it pays less */
    static const char *const gas =
        HEAD "energy: {gas: {unit: kcm, fields: {f: {rate: 9 kcm/yr, cost: 1 USD/kcm, home_share: 40 %}}, outlets: {o: "
             "{from: f, price: 5 USD/kcm}, rest: {from: f, price: 9 USD/kcm}}}}\n" EVENT("energy.gas.outlets.o.term: "
                                                                                         "{add: 3 kcm/yr}");
    ck_assert_double_eq(support_value_of(gas, "energy.gas.outlets.o.volume", 0), 3.0);
    ck_assert_double_eq(support_value_of(gas, "energy.gas.outlets.o.volume", 1), 0.0);
    /* the level from which on a draught takes anything */
    ck_assert_double_eq_tol(after_draught(POLICY("legs.l.draught.offset: {set: 2 m}")), 90.0, 1e-10);
}
END_TEST

/* ---- effects on what decides about effects ---- */

START_TEST(transition_rates_edited_by_a_policy_act_in_the_same_month)
{
    struct support support;
    support_open(&support,
                 HEAD
                 "regimes: {r: {start: a, states: {a: {}, b: {}}, transition: {a->b: 0 /yr}}}\n"
                 "policies: {p: {start: 2020-06, effects: {regimes.r.transition.a->b: {set: 100 /yr}}}}\nadopt: p\n",
                 7);
    struct world_state *state = support_begin(&support);
    const double *in = support_row(&support, state, "regimes.r.b");
    for (int m = 0; m < 6; m++) {
        world_month(state, m);
        double sum = 0.0;
        for (int l = 0; l < LANES; l++) sum += in[l];
        /* each moves with a probability of 1 - e^(-100/12) = 0.9998 */
        ck_assert(m < 5 ? sum == 0.0 : sum >= LANES - 1);
    }
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(event_rates_edited_by_a_policy_act_in_the_same_month)
{
    struct support support;
    support_open(&support,
                 HEAD "events: {e: {rate: 0 /yr, duration: 30 mo}}\n"
                      "policies: {p: {start: 2020-06, effects: {events.e.rate: {set: 48 /yr}}}}\nadopt: p\n",
                 8);
    struct world_state *state = support_begin(&support);
    const double *down = support_row(&support, state, "events.e.down");
    for (int m = 0; m < 7; m++) {
        world_month(state, m);
        int began = 0;
        for (int l = 0; l < LANES; l++) {
            ck_assert(m >= 5 || down[l] == 0.0);
            ck_assert(m != 5 || down[l] < 1.0);
            began += down[l] > 0.0;
        }
        /* from June on, but for e^-4 = 1.8 % of lanes a month: fewer than 25 of 32 once in 10^7 times */
        ck_assert(m < 5 || began >= 25);
    }
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(event_rates_edited_by_a_regime_act_in_the_month_of_its_state)
{
    /* nowhere but in b an event starts, and in b with probability 1 - e^-4; it is over at once */
    struct support support;
    support_open(&support,
                 HEAD "events: {e: {rate: 0 /yr, duration: 1e-9 mo}}\n"
                      "regimes: {r: {start: a, states: {a: {}, b: {events.e.rate: {add: 48 /yr}}}, transition: {a->b: "
                      "4 /yr, b->a: 4 /yr}}}\n",
                 9);
    struct world_state *state = support_begin(&support);
    const double *in = support_row(&support, state, "regimes.r.b"),
                 *down = support_row(&support, state, "events.e.down");
    int there = 0, began = 0;
    for (int m = 0; m < 24; m++) {
        world_month(state, m);
        for (int l = 0; l < LANES; l++) {
            ck_assert(in[l] == 1.0 || down[l] == 0.0);
            there += in[l] == 1.0;
            began += down[l] > 0.0;
        }
    }
    const double p = -expm1(-4.0);
    ck_assert_double_eq_tol((double)began / there, p, SUPPORT_ERRORS * sqrt(p * (1.0 - p) / there));
    ck_assert(there > 200 && there < 24 * LANES - 200);
    world_close(state);
    support_close(&support);
}
END_TEST

/* ---- effects that change nothing ---- */

/* Writes an effect on every quantity that an owner of that layer may edit. */
static void write_effects(const struct setting *setting, bool scale, enum effect_layer layer, FILE *to)
{
    const bool event = strncmp(setting->path, "events.", 7) == 0, regime = strncmp(setting->path, "regimes.", 8) == 0;
    const bool may = layer == EFFECT_POLICY || (!regime && (layer == EFFECT_REGIME || !event));
    if (setting->key->kind == KEY_QUANTITY && setting->key->editable && may) {
        /* a tariff that is not the flow's own cannot be */
        if (strcmp(setting->path, "flows.dutiable.tariff") == 0) return;
        fprintf(to, "      %s: {", setting->path);
        if (scale)
            fprintf(to, "scale: 1}\n");
        else
            fprintf(to, "add: 0 %s}\n", strcmp(setting->unit, "1") == 0 ? "" : setting->unit);
    }
    for (size_t i = 0; i < setting->children; i++) write_effects(setting->child[i], scale, layer, to);
}

/* How many declarations of quantities that may be edited lie below these keys, and how many of them are settings. */
static size_t count_edited(const struct key *key)
{
    size_t count = key->kind == KEY_QUANTITY && key->editable;
    for (const struct key *k = key->keys; k != NULL && k->name != NULL; k++) count += count_edited(k);
    if (key->kind == KEY_ENTRIES && key->names != NAME_TARGET) count += count_edited(key->entry);
    return count;
}

static void note_edited(const struct setting *setting, size_t most, size_t *count, const struct key *seen[])
{
    if (setting->key->kind == KEY_QUANTITY && setting->key->editable) {
        size_t i = 0;
        while (i < *count && seen[i] != setting->key) i++;
        ck_assert_uint_lt(i, most);
        seen[i] = setting->key;
        if (i == *count) ++*count;
    }
    for (size_t i = 0; i < setting->children; i++) note_edited(setting->child[i], most, count, seen);
}

static char *read_all_keys(void)
{
    FILE *file = fopen(ZHOL_FIXTURES "/all-keys.yaml", "r");
    char *text = calloc(1, 1 << 16);
    ck_assert(file != NULL && text != NULL);
    ck_assert_uint_lt(fread(text, 1, (1 << 16) - 1, file), (1 << 16) - 1);
    fclose(file);
    return text;
}

/* `text` with more behind its line `after`. */
static void put_behind(char **text, const char *after, const char *more)
{
    char *at = strstr(*text, after), *whole = NULL;
    ck_assert_ptr_nonnull(at);
    at += strlen(after);
    ck_assert_int_ge(asprintf(&whole, "%.*s%s%s", (int)(at - *text), *text, more, at), 0);
    free(*text);
    *text = whole;
}

START_TEST(every_quantity_that_may_be_edited_is_in_the_fixture)
{
    struct support support;
    const struct key *seen[128];
    size_t declared = 0, found = 0;
    char *text = read_all_keys();
    support_open(&support, text, 1);
    for (const struct key *key = keys_root(); key->name != NULL; key++) declared += count_edited(key);
    note_edited(support.scenario->root, 128, &found, seen);
    ck_assert_uint_gt(declared, 30);
    ck_assert_uint_eq(found, declared);
    support_close(&support);
    free(text);
}
END_TEST

/* The effects that change nothing are a policy's, a state's, or an event's that is there for months and parts of them.
 */
static const struct {
    const char *name, *head, *behind;
    enum effect_layer layer;
} owners[] = {
    {"a policy", "  neutral:\n    start: 2019\n    effects:\n", "policies:\n", EFFECT_POLICY},
    {"a state", "  neutral:\n    start: s\n    states:\n     s:\n", "regimes:\n", EFFECT_REGIME},
    {"an event", "  neutral:\n    start: 2020-03\n    duration: 7.3 mo\n    effects:\n", "events:\n", EFFECT_EVENT},
};

static void assert_same_outcomes(const struct support *plain, const struct support *edited, const char *what)
{
    struct world_state *a = NULL, *b = NULL;
    ck_assert_ptr_null(world_open(plain->world, &a));
    ck_assert_ptr_null(world_open(edited->world, &b));
    const size_t periods = world_years(plain->world) + 1;
    for (uint64_t block = 0; block < 4; block++) {
        struct block_result before, after;
        world_simulate(a, block * LANES, LANES, &before);
        world_simulate(b, block * LANES, LANES, &after);
        for (size_t o = 0; o < plain->outcomes.count; o++) {
            const char *path = plain->outcomes.item[o].path;
            const size_t other = outcomes_find(&edited->outcomes, path);
            ck_assert_uint_lt(other, edited->outcomes.count);
            ck_assert_msg(
                memcmp(before.cell[o * periods], after.cell[other * periods], periods * sizeof *before.cell) == 0,
                "%s: %s is %.17g, was %.17g", what, path, after.cell[other * periods][0], before.cell[o * periods][0]);
        }
        ck_assert_uint_eq(before.inputs, after.inputs);
        for (size_t i = 0; i < before.inputs; i++)
            ck_assert_mem_eq(before.input[i], after.input[i], LANES * sizeof(double));
    }
    world_start_central(a); /* and what is shown before any draw */
    world_start_central(b);
    for (int m = 0; m < 24; m++) {
        world_energy_central(a, m);
        world_energy_central(b, m);
        const struct energy_commodity *oil = &world_energy(plain->world)->commodity[0];
        for (size_t o = 0; o < oil->outlets; o++) {
            const double *before = energy_volume(world_energy_state(a), 0, o);
            ck_assert_msg(memcmp(before, energy_volume(world_energy_state(b), 0, o), LANES * sizeof *before) == 0,
                          "%s: %s in month %d", what, oil->outlet[o].name, m);
        }
    }
    world_close(a);
    world_close(b);
}

START_TEST(effects_that_change_nothing_leave_all_outcomes_bit_by_bit)
{
    const bool scale = _i % 2 == 0;
    const size_t owner = (size_t)_i / 2;
    struct support plain, edited;
    char *text = read_all_keys(), *effects = NULL, *whole = strdup(text);
    size_t size;
    support_open(&plain, text, 1);
    FILE *to = open_memstream(&effects, &size);
    ck_assert(to != NULL && whole != NULL);
    fputs(owners[owner].head, to);
    write_effects(plain.scenario->root, scale, owners[owner].layer, to);
    ck_assert_int_eq(fclose(to), 0);
    put_behind(&whole, owners[owner].behind, effects);
    if (owner == 0) put_behind(&whole, "adopt: [plan", ", neutral");
    support_open(&edited, whole, 1);
    ck_assert_uint_gt(world_effects(edited.world)->count, world_effects(plain.world)->count + 40);
    assert_same_outcomes(&plain, &edited, owners[owner].name);
    support_close(&plain);
    support_close(&edited);
    free(text);
    free(effects);
    free(whole);
}
END_TEST

START_TEST(a_term_or_penalty_of_nothing_leaves_all_outcomes_bit_by_bit)
{
    struct support plain, edited;
    char *text = read_all_keys(), *whole = strdup(text);
    put_behind(&whole, "policies:\n",
               "  neutral:\n    start: 2019\n    effects:\n"
               "      legs.sea.penalty.box: {add: 0 USD/TEU}\n      legs.sea.fee.box: {scale: 2}\n"
               "      energy.oil.outlets.south.term: {add: 0 t/yr}\n      energy.oil.outlets.south.tariff: {scale: 3}\n"
               "      energy.oil.outlets.south.ship_or_pay: {set: 0 t/yr}\n");
    put_behind(&whole, "adopt: [plan", ", neutral");
    support_open(&plain, text, 1);
    support_open(&edited, whole, 1);
    assert_same_outcomes(&plain, &edited, "a policy");
    support_close(&plain);
    support_close(&edited);
    free(text);
    free(whole);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("effects");
    TCase *facts = tcase_create("facts");
    tcase_add_test(facts, layers_are_policies_then_regimes_then_events);
    tcase_add_test(facts, inside_a_layer_set_comes_before_add_and_add_before_scale);
    tcase_add_test(facts, of_two_that_set_the_later_in_the_file_wins);
    tcase_add_test(facts, only_what_is_adopted_acts_directly_or_through_bundles);
    tcase_add_test(facts, an_event_there_for_a_part_of_the_month_moves_the_value_by_that_part);
    tcase_add_test(facts, a_ramp_has_done_its_months_and_one_over_its_length);
    tcase_add_test(facts, a_ramp_begins_when_a_policy_is_complete_also_before_the_run);
    tcase_add_test(facts, a_ramp_may_be_drawn);
    tcase_add_test(facts, an_effect_counts_from_its_first_month_until_the_first_without);
    tcase_add_test(facts, a_policy_acts_until_its_end);
    tcase_add_test(facts, what_an_effect_does_may_vary_over_dates_and_be_drawn);
    tcase_add_test(facts, an_effect_on_a_map_acts_on_each_of_its_entries);
    tcase_add_test(facts, effects_on_a_fields_rate_act_after_growth_decline_and_steps);
    tcase_add_test(facts, effects_on_what_an_outlet_wants_act_after_growth_and_decline);
    tcase_add_test(facts, the_draught_takes_its_share_of_what_effects_leave);
    tcase_add_test(facts, a_quantity_is_held_in_the_range_of_its_key_and_counted);
    tcase_add_test(facts, a_quantity_is_held_once_all_layers_have_acted);
    tcase_add_test(facts, a_quantity_is_held_inside_an_open_end);
    tcase_add_test(facts, what_is_not_stated_and_means_0_may_be_edited);
    tcase_add_test(facts, transition_rates_edited_by_a_policy_act_in_the_same_month);
    tcase_add_test(facts, event_rates_edited_by_a_policy_act_in_the_same_month);
    tcase_add_test(facts, event_rates_edited_by_a_regime_act_in_the_month_of_its_state);
    tcase_add_test(facts, every_quantity_that_may_be_edited_is_in_the_fixture);
    tcase_add_loop_test(facts, effects_that_change_nothing_leave_all_outcomes_bit_by_bit, 0, 6);
    tcase_add_test(facts, a_term_or_penalty_of_nothing_leaves_all_outcomes_bit_by_bit);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
