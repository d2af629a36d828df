/* tests/models/test_events.c -- disturbances: how much of the time they last, when they start, what happens together.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/models/support.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDING 1e-12

#define YEARS(months)                                                                                                  \
    "scenario: t\ntime: {base: 2019-07, start: 2020-01, months: " #months "}\nlegs:\n"                                 \
    "  a: {capacity: 100 t/yr}\n  b: {capacity: 100 t/yr}\n"

/* rate E[T] / (1 + rate E[T]) of a yearly rate and a mean duration in months. */
static double unavailability(double rate, double mean)
{
    return rate / 12.0 * mean / (1.0 + rate / 12.0 * mean);
}

/* How many months an event has lasted, 1 in the first: what its ramps go by. It must have an effect. */
static const double *age_of(const struct support *support, const struct world_state *state, const char *event)
{
    const struct effects *effects = world_effects(support->world);
    size_t i = 0;
    while (i < effects->count && strcmp(effects->effect[i].owner.name, event) != 0) i++;
    ck_assert_uint_lt(i, effects->count);
    return rows_signal(world_rows(state), effects->effect[i].owner.age);
}

static double *numbers(size_t count)
{
    double *x = calloc(count, sizeof *x);
    ck_assert_ptr_nonnull(x);
    return x;
}

static struct world_state *opened(const struct support *support)
{
    struct world_state *state = NULL;
    ck_assert_ptr_null(world_open(support->world, &state));
    return state;
}

/* No event is there at the start, so that the first months are left out: a chain whose slowest event returns at a rate
 * of more than 1/24 a month has forgotten it after 240 of them, to e^-10. */
enum { MONTHS = 1200, SETTLED = 240 };

START_TEST(unavailability_is_rate_et_over_one_plus_rate_et)
{
    /* at 7 and 48 a year several start in a month; the last is closed for two days, four times a month */
    enum { REPLICATIONS = 16 * LANES, PAIRS = 9 };
    static const double rate[PAIRS] = {0.5, 0.5, 0.5, 7.0, 7.0, 7.0, 48.0, 48.0, 48.0},
                        mean[PAIRS] = {0.4, 1.5, 6.0, 0.4, 1.5, 6.0, 0.4, 1.5, 0.066};
    static const char *const laws[][2] = {
        {"lognormal(", " 0.8)"}, {"gamma(", " 0.7)"}, {"exponential(", ")"}, {"", ""}};
    char text[4096], what[64];
    struct support support;
    int at = snprintf(text, sizeof text, "%sevents:\n", YEARS(1200));
    for (int i = 0; i < PAIRS; i++) {
        at += snprintf(text + at, sizeof text - (size_t)at, "  e%d: {rate: %g /yr, duration: %s%g%s mo}\n", i, rate[i],
                       laws[_i][0], mean[i], laws[_i][1]);
    }
    support_open(&support, text, 11);
    struct world_state *state = opened(&support);
    double *down = numbers((size_t)PAIRS * REPLICATIONS);
    const double *row[PAIRS];
    for (int i = 0; i < PAIRS; i++) {
        snprintf(what, sizeof what, "events.e%d.down", i);
        row[i] = support_row(&support, state, what);
    }
    for (size_t first = 0; first < REPLICATIONS; first += LANES) {
        world_begin(state, first);
        for (int m = 0; m < MONTHS; m++) {
            world_month(state, m);
            for (size_t i = 0; i < PAIRS && m >= SETTLED; i++)
                for (size_t l = 0; l < LANES; l++) down[i * REPLICATIONS + first + l] += row[i][l] / (MONTHS - SETTLED);
        }
    }
    for (size_t i = 0; i < PAIRS; i++) {
        snprintf(what, sizeof what, "rate %g /yr, %s%g%s mo", rate[i], laws[_i][0], mean[i], laws[_i][1]);
        support_mean_is(REPLICATIONS, down + i * REPLICATIONS, unavailability(rate[i], mean[i]), what);
    }
    free(down);
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(a_month_begins_up_with_the_product_of_the_shares_up)
{
    enum { REPLICATIONS = 32 * LANES };
    const double u0 = unavailability(1.5, 1.2), u1 = unavailability(2.0, 0.8), u2 = unavailability(0.6, 3.0);
    struct support support;
    support_open(&support,
                 YEARS(1200) "events:\n"
                             "  both: {rate: 1.5 /yr, duration: lognormal(1.2 0.8) mo, effects: {legs.a.capacity: "
                             "{scale: 0}, legs.b.capacity: {scale: 0}}}\n"
                             "  first: {rate: 2 /yr, duration: 0.8 mo, effects: {legs.a.capacity: {scale: 0}}}\n"
                             "  second: {rate: 0.6 /yr, duration: exponential(3) mo, effects: {legs.b.capacity: "
                             "{scale: 0}}}\n",
                 12);
    struct world_state *state = opened(&support);
    const double *age[3] = {age_of(&support, state, "event both"), age_of(&support, state, "event first"),
                            age_of(&support, state, "event second")};
    double *a = numbers(REPLICATIONS), *b = numbers(REPLICATIONS), *both = numbers(REPLICATIONS);
    for (size_t first = 0; first < REPLICATIONS; first += LANES) {
        world_begin(state, first);
        for (int m = 0; m < MONTHS; m++) {
            world_month(state, m);
            for (size_t l = 0; l < LANES && m >= SETTLED; l++) {
                /* it begins down where the event is past its first month */
                const bool a_up = age[0][l] < 2.0 && age[1][l] < 2.0, b_up = age[0][l] < 2.0 && age[2][l] < 2.0;
                a[first + l] += a_up / (double)(MONTHS - SETTLED);
                b[first + l] += b_up / (double)(MONTHS - SETTLED);
                both[first + l] += (a_up && b_up) / (double)(MONTHS - SETTLED);
            }
        }
    }
    support_mean_is(REPLICATIONS, a, (1.0 - u0) * (1.0 - u1), "a begins up");
    support_mean_is(REPLICATIONS, b, (1.0 - u0) * (1.0 - u2), "b begins up");
    support_mean_is(REPLICATIONS, both, (1.0 - u0) * (1.0 - u1) * (1.0 - u2), "both begin up");
    free(a);
    free(b);
    free(both);
    world_close(state);
    support_close(&support);
}
END_TEST

/* For each month of the year, in how many of the months that begin up an event starts. */
struct starts {
    double up[12], started[12];
};

static struct starts starts_of(const char *event, size_t replications)
{
    char text[512];
    struct support support;
    struct starts starts = {0};
    snprintf(text, sizeof text, YEARS(120) "events:\n  e: {%s, effects: {legs.a.capacity: {scale: 0.5}}}\n", event);
    support_open(&support, text, 13);
    struct world_state *state = opened(&support);
    const double *age = age_of(&support, state, "event e");
    for (size_t first = 0; first < replications; first += LANES) {
        world_begin(state, first);
        for (int m = 0; m < 120; m++) {
            world_month(state, m);
            for (int l = 0; l < LANES; l++) {
                starts.up[m % 12] += age[l] < 2.0;
                starts.started[m % 12] += age[l] == 1.0;
            }
        }
    }
    world_close(state);
    support_close(&support);
    return starts;
}

static void assert_share(double events, double trials, double p, int month)
{
    ck_assert_msg(fabs(events / trials - p) <= SUPPORT_ERRORS * sqrt(p * (1.0 - p) / trials),
                  "month %d: %g of %g, expected %g", month + 1, events, trials, p);
}

START_TEST(no_event_starts_outside_its_months)
{
    const struct starts starts = starts_of("rate: 4 /yr, months: [11, 12, 1], duration: gamma(1.5 0.7) mo", 2048);
    for (int m = 0; m < 12; m++) {
        if (m == 10 || m == 11 || m == 0)
            assert_share(starts.started[m], starts.up[m], -expm1(-4.0 / 12.0), m);
        else
            ck_assert_double_eq(starts.started[m], 0.0);
    }
}
END_TEST

START_TEST(factors_of_a_season_multiply_the_rate_and_are_normalised)
{
    /* the sum is 18, so that each counts two thirds */
    static const double factor[12] = {4, 3, 2, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 2, 2};
    const struct starts starts =
        starts_of("rate: 3 /yr, season: [4, 3, 2, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 2, 2], duration: 0.5 mo", 2048);
    for (int m = 0; m < 12; m++)
        assert_share(starts.started[m], starts.up[m], -expm1(-3.0 / 12.0 * factor[m] / 1.5), m);
}
END_TEST

START_TEST(a_single_month_may_stand_alone)
{
    const struct starts starts = starts_of("rate: 6 /yr, months: 7, duration: 1 mo", 256);
    for (int m = 0; m < 12; m++) ck_assert_int_eq(starts.started[m] > 0.0, m == 6);
}
END_TEST

START_TEST(a_dated_event_lasts_exactly_its_months)
{
    static const struct {
        const char *event;
        double down[8];
    } cases[] = {{"start: 2020-04, duration: 2 mo", {0, 0, 0, 1, 1, 0, 0, 0}},
                 {"start: 2020-04, duration: 2.5 mo", {0, 0, 0, 1, 1, 0.5, 0, 0}},
                 {"start: 2020-02, duration: 0.25 mo", {0, 0.25, 0, 0, 0, 0, 0, 0}},
                 {"start: 2020-01, duration: 1.5 mo", {1, 0.5, 0, 0, 0, 0, 0, 0}},
                 {"start: 2019-11, duration: 3.25 mo", {1, 0.25, 0, 0, 0, 0, 0, 0}},
                 {"start: 2019-11, duration: 2 mo", {0, 0, 0, 0, 0, 0, 0, 0}},
                 {"start: 2001, duration: 3 mo", {0, 0, 0, 0, 0, 0, 0, 0}}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        char text[512];
        struct support support;
        snprintf(text, sizeof text, YEARS(12) "events: {e: {%s}}\n", cases[c].event);
        support_open(&support, text, 14);
        struct world_state *state = support_begin(&support);
        const double *down = support_row(&support, state, "events.e.down");
        for (int block = 0; block < 2; block++) { /* a block leaves nothing behind */
            world_begin(state, (uint64_t)block * LANES);
            for (int m = 0; m < 8; m++) {
                world_month(state, m);
                for (int l = 0; l < LANES; l++) ck_assert_double_eq(down[l], cases[c].down[m]);
            }
        }
        world_close(state);
        support_close(&support);
    }
}
END_TEST

START_TEST(a_dated_event_draws_its_duration_in_each_replication)
{
    enum { REPLICATIONS = 64 * LANES };
    struct support support;
    support_open(&support, YEARS(12) "events: {e: {start: 2020-03, duration: uniform(1 5) mo}}\n", 15);
    struct world_state *state = opened(&support);
    const double *down = support_row(&support, state, "events.e.down");
    double *sum = numbers(REPLICATIONS);
    for (size_t first = 0; first < REPLICATIONS; first += LANES) {
        world_begin(state, first);
        for (int m = 0; m < 12; m++) {
            world_month(state, m);
            for (int l = 0; l < LANES; l++) {
                double *passed = &sum[first + (size_t)l];
                /* full months until its last, and nothing after that */
                ck_assert(m < 2 ? down[l] == 0.0 : *passed == m - 2 || down[l] == 0.0);
                *passed += down[l];
            }
        }
    }
    for (size_t i = 0; i < REPLICATIONS; i++) ck_assert(sum[i] > 1.0 && sum[i] < 5.0);
    support_mean_is(REPLICATIONS, sum, 3.0, "months down");
    free(sum);
    world_close(state);
    support_close(&support);
}
END_TEST

/* How often event e starts in each of `months` months of replications 0 .. count - 1, [replication * months + month]:
 * it lasts next to nothing, so that the time it takes counts its starts. */
#define INSTANT "1e-9 mo"
static double *starts_in(const char *text, size_t count, size_t months, uint64_t seed)
{
    struct support support;
    support_open(&support, text, seed);
    struct world_state *state = opened(&support);
    const double *down = support_row(&support, state, "events.e.down");
    double *starts = numbers(count * months);
    for (size_t first = 0; first < count; first += LANES) {
        world_begin(state, first);
        for (size_t m = 0; m < months; m++) {
            world_month(state, (int)m);
            for (size_t l = 0; l < LANES; l++) {
                const double n = round(down[l] * 1e9);
                ck_assert_double_eq_tol(down[l] * 1e9, n, 1e-6);
                starts[(first + l) * months + m] = n;
            }
        }
    }
    world_close(state);
    support_close(&support);
    return starts;
}

/* Counts x of a Poisson law: their mean, and the mean of x (x - 1), which is the square of it. */
static void assert_poisson(size_t count, const double x[], double mean, const char *what)
{
    double *pairs = numbers(count);
    for (size_t i = 0; i < count; i++) pairs[i] = x[i] * (x[i] - 1.0);
    support_mean_is(count, x, mean, what);
    support_mean_is(count, pairs, mean * mean, what);
    free(pairs);
}

START_TEST(an_instant_event_starts_as_often_as_its_rate_says_at_any_rate)
{
    static const double rates[] = {0.5, 7.0, 48.0};
    for (size_t r = 0; r < 3; r++) {
        char text[256];
        snprintf(text, sizeof text, YEARS(120) "events: {e: {rate: %g /yr, duration: " INSTANT "}}\n", rates[r]);
        double *starts = starts_in(text, 16 * LANES, 120, 21);
        assert_poisson(16 * LANES * 120, starts, rates[r] / 12.0, text);
        free(starts);
    }
}
END_TEST

START_TEST(what_would_start_more_than_sixteen_times_in_a_month_is_counted)
{
    /* 100 starts a month: fewer than 17 once in 10^23 months; none is missed without the driver */
    struct support support;
    support_open(&support,
                 YEARS(12) "drivers: {p: {model: path, unit: USD/t, values: {2019-07: 1 USD/t, 2020-01: 25 USD/t, "
                           "2020-07: 25 USD/t, 2020-08: 1 USD/t}}}\n"
                           "events: {e: {rate: 48 /yr, duration: " INSTANT ", driver: p}}\n",
                 22);
    struct world_state *state = support_begin(&support);
    const double *down = support_row(&support, state, "events.e.down"),
                 *missed = support_row(&support, state, "events.missed");
    for (int m = 0; m < 12; m++) {
        world_month(state, m);
        for (int l = 0; l < LANES; l++) {
            if (m < 7) ck_assert_double_eq_tol(down[l] * 1e9, 16.0, 1e-6);
            ck_assert_double_eq(missed[l], m < 7 ? 1.0 : 0.0);
        }
    }
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(a_rate_follows_the_ratio_of_a_driver_to_its_base)
{
    enum { REPLICATIONS = 64 * LANES };
    double *starts = starts_in(
        YEARS(12) "drivers: {p: {model: path, unit: USD/t, values: {2019-07: 4 USD/t, 2020-01: 4 USD/t, 2020-12: "
                  "15 USD/t}}}\n"
                  "events: {e: {rate: 6 /yr, duration: " INSTANT ", driver: p}}\n",
        REPLICATIONS, 12, 23);
    double *x = numbers(REPLICATIONS);
    for (size_t m = 0; m < 12; m++) {
        for (size_t i = 0; i < REPLICATIONS; i++) x[i] = starts[i * 12 + m];
        assert_poisson(REPLICATIONS, x, 0.5 * (4.0 + (double)m) / 4.0, "starts of a month");
    }
    free(x);
    free(starts);
}
END_TEST

START_TEST(an_event_during_another_starts_only_while_that_is_there)
{
    /* the other stands behind it in the file, and takes all of March and a quarter of April */
    enum { REPLICATIONS = 64 * LANES };
    double *starts = starts_in(YEARS(12) "events: {e: {rate: 12 /yr, duration: " INSTANT
                                         ", during: f}, f: {start: 2020-03, duration: 1.25 mo}}\n",
                               REPLICATIONS, 12, 24);
    double *x = numbers(REPLICATIONS);
    for (size_t m = 0; m < 12; m++) {
        for (size_t i = 0; i < REPLICATIONS; i++) {
            x[i] = starts[i * 12 + m];
            ck_assert(m == 2 || m == 3 || x[i] == 0.0);
        }
        if (m == 2 || m == 3) assert_poisson(REPLICATIONS, x, m == 2 ? 1.0 : 0.25, "starts of a month");
    }
    free(x);
    free(starts);
}
END_TEST

START_TEST(after_an_event_ends_the_wait_for_the_next_begins_at_once)
{
    /* lasting 1.5 months it ends at r of a month, in whose rest a new one starts with probability
     * 1 - e^{-h (1 - r)} */
    enum { REPLICATIONS = 256 * LANES };
    struct support support;
    support_open(&support,
                 YEARS(12) "events: {e: {rate: 24 /yr, duration: 1.5 mo, effects: {legs.a.capacity: {scale: 0.5}}}}\n",
                 25);
    struct world_state *state = opened(&support);
    const double *down = support_row(&support, state, "events.e.down"), *age = age_of(&support, state, "event e");
    double *error = numbers(REPLICATIONS);
    size_t count = 0;
    for (size_t first = 0; first < REPLICATIONS; first += LANES) {
        double began[LANES];
        world_begin(state, first);
        for (int m = 0; m < 3; m++) {
            world_month(state, m);
            for (int l = 0; l < LANES; l++) {
                ck_assert(down[l] >= 0.0 && down[l] <= 1.0);
                if (m == 0) began[l] = 1.0 - down[l]; /* 1: not in this month */
                if (m == 0) ck_assert_double_eq(age[l], down[l] > 0.0 ? 1.0 : 0.0);
                /* it ends at began + 1.5: in the second month from its half on, or in the third */
                const int ends_in = began[l] < 0.5 ? 1 : 2;
                if (began[l] == 1.0 || m != ends_in) continue;
                const double r = began[l] + 1.5 - m;
                ck_assert_double_eq(age[l], m + 1.0);
                ck_assert(down[l] >= r - ROUNDING);
                error[count++] = (down[l] > r + ROUNDING ? 1.0 : 0.0) - -expm1(-2.0 * (1.0 - r));
            }
        }
    }
    ck_assert_uint_gt(count, REPLICATIONS / 2);
    support_mean_is(count, error, 0.0, "starts in the rest of the month");
    free(error);
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(an_event_of_every_year_is_there_in_its_months_the_first_included)
{
    static const struct {
        const char *event;
        int first; /* month from which it counts */
    } cases[] = {{"months: [12, 1, 2, 3, 4]", 0}, {"months: [12, 1, 2, 3, 4], start: 2021-02", 13}};
    for (size_t c = 0; c < 2; c++) {
        char text[512];
        struct folded folded;
        snprintf(text, sizeof text, YEARS(36) "events: {e: {%s, effects: {legs.a.capacity: {scale: 0}}}}\n",
                 cases[c].event);
        support_fold(&folded, text, 26);
        for (size_t year = 0; year < 3; year++) {
            int months = 0;
            for (int m = 0; m < 12; m++) months += (m < 4 || m == 11) && (int)year * 12 + m >= cases[c].first;
            ck_assert_double_eq_tol(support_cell(&folded, "events.e.down", year, 7), months / 12.0, ROUNDING);
        }
        support_unfold(&folded);
        struct support support;
        support_open(&support, text, 26);
        struct world_state *state = support_begin(&support);
        const double *age = age_of(&support, state, "event e");
        int expected = c == 0 ? 1 : 0; /* since December, before the run */
        for (int m = 0; m < 36; m++) {
            world_month(state, m);
            const bool there = (m % 12 < 4 || m % 12 == 11) && m >= cases[c].first;
            expected = there ? expected + 1 : 0;
            ck_assert_double_eq(age[3], expected);
            ck_assert_double_eq(support_quantity(&support, state, "legs.a.capacity")[3], there ? 0.0 : 100.0);
        }
        world_close(state);
        support_close(&support);
    }
}
END_TEST

START_TEST(a_leg_that_freezes_is_closed_in_its_months_of_every_year)
{
    /* five months closed are 41.7 % of every year; an effect acts on what the season leaves; the base load counts none */
    struct support support;
    support_open(
        &support,
        "scenario: t\ntime: {base: 2019-01, start: 2020-01, months: 36}\n"
        "commodities: {box: {unit: TEU, value: 1000 USD/TEU, time_value: 1 USD/TEU/d}}\n"
        "legs: {nsr: {capacity: 600 TEU/yr, use: {box: 1}, time: 20 d, season: [0, 0, 0, 0, 0.5, 1, 1, 1, 1, 1.5, "
        "1, 0]}}\n"
        "flows: {f: {commodity: box, from: cn, to: eu, volume: 120 TEU/yr, routes: {r: {share: 1, via: [nsr]}}}}\n"
        "network: {renege: 100 %/mo}\n"
        "events: {e: {months: [1, 6], effects: {legs.nsr.capacity: {add: 30 TEU/yr}}}}\n",
        29);
    struct world_state *state = support_begin(&support);
    const double season[12] = {0, 0, 0, 0, 0.5, 1, 1, 1, 1, 1.5, 1, 0};
    const double *shipped = support_row(&support, state, "flows.f.shipped");
    ck_assert_double_eq_tol(network_base_load(world_network_state(state), 0)[0], 0.2, 1e-15);
    int closed = 0;
    for (int m = 0; m < 36; m++) {
        world_month(state, m);
        const double capacity = 600.0 * season[m % 12] + (m % 12 == 0 || m % 12 == 5 ? 30.0 : 0.0);
        ck_assert_double_eq_tol(support_quantity(&support, state, "legs.nsr.capacity")[5], capacity, 1e-10);
        ck_assert_double_eq_tol(shipped[5], fmin(120.0, capacity), 1e-10);
        closed += capacity == 0.0 || m % 12 == 0;
    }
    ck_assert_int_eq(closed, 3 * 5);
    world_close(state);
    support_close(&support);
}
END_TEST

START_TEST(a_severity_is_drawn_each_time_where_it_says_so)
{
    /* twenty Januaries, each closed to its own part */
    enum { REPLICATIONS = 16 * LANES, AGES = 20 };
    for (int each = 0; each < 2; each++) {
        char text[512];
        struct support support;
        snprintf(text, sizeof text,
                 YEARS(240) "events: {e: {months: 1, effects: {legs.a.capacity: {scale: uniform(0.2 0.6)%s}}}}\n",
                 each ? ", each: true" : "");
        support_open(&support, text, 27);
        ck_assert_uint_eq(store_inputs(support.plan.store), each ? 0 : 1);
        struct world_state *state = opened(&support);
        double *x = numbers((size_t)AGES * REPLICATIONS), *product = numbers((AGES - 1) * REPLICATIONS);
        for (size_t first = 0; first < REPLICATIONS; first += LANES) {
            world_begin(state, first);
            for (int m = 0; m < 240; m++) {
                world_month(state, m);
                const double *capacity = support_quantity(&support, state, "legs.a.capacity");
                for (size_t l = 0; l < LANES; l++) {
                    if (m % 12 == 0) x[(size_t)(m / 12) * REPLICATIONS + first + l] = capacity[l] / 100.0;
                    ck_assert(m % 12 == 0 ? capacity[l] > 20.0 && capacity[l] < 60.0 : capacity[l] == 100.0);
                }
            }
        }
        for (size_t i = 0; i < (AGES - 1) * REPLICATIONS; i++) {
            product[i] = (x[i] - 0.4) * (x[i + REPLICATIONS] - 0.4);
            ck_assert(each || x[i] == x[i + REPLICATIONS]);
        }
        support_mean_is(each ? AGES * REPLICATIONS : REPLICATIONS, x, 0.4, "severity");
        if (each) support_mean_is((AGES - 1) * REPLICATIONS, product, 0.0, "product of two years");
        free(product);
        free(x);
        world_close(state);
        support_close(&support);
    }
}
END_TEST

START_TEST(several_severities_in_a_month_count_by_their_time)
{
    /* 1 - (1 - E s) u, whatever starts together; and no severity changes when it happens */
    enum { REPLICATIONS = 32 * LANES };
    struct support support, once;
#define STORMS(each)                                                                                                   \
    YEARS(240)                                                                                                         \
    "events: {e: {rate: 40 /yr, duration: exponential(0.1) mo, effects: {legs.a.capacity: {scale: uniform(0 0.5)" each \
    "}, legs.b.capacity: {add: -10 t/yr}}}}\n"
    support_open(&support, STORMS(", each: true"), 28);
    support_open(&once, STORMS(""), 28);
    struct world_state *state = opened(&support), *other = opened(&once);
    const double *down = support_row(&support, state, "events.e.down"),
                 *same = support_row(&once, other, "events.e.down");
    double *mean = numbers(REPLICATIONS);
    const double u = unavailability(40.0, 0.1);
    for (size_t first = 0; first < REPLICATIONS; first += LANES) {
        world_begin(state, first);
        world_begin(other, first);
        for (int m = 0; m < 240; m++) {
            world_month(state, m);
            world_month(other, m);
            ck_assert_mem_eq(down, same, LANES * sizeof *down);
            const double *capacity = support_quantity(&support, state, "legs.a.capacity");
            for (size_t l = 0; l < LANES; l++) {
                ck_assert(capacity[l] >= 100.0 * (1.0 - down[l]) - 100.0 * ROUNDING);
                ck_assert(capacity[l] <= 100.0 * (1.0 - 0.5 * down[l]) + 100.0 * ROUNDING);
                if (m >= 24) mean[first + l] += capacity[l] / (240 - 24);
            }
        }
    }
    support_mean_is(REPLICATIONS, mean, 100.0 * (1.0 - 0.75 * u), "capacity");
    free(mean);
    world_close(state);
    world_close(other);
    support_close(&support);
    support_close(&once);
#undef STORMS
}
END_TEST

START_TEST(ramps_of_an_event_go_by_the_months_since_it_began)
{
    /* 100 + d * 40 at a ramp of four months; what began two months before the run is in its third */
    static const struct {
        const char *event;
        double capacity[6];
    } cases[] = {{"start: 2020-02, duration: 4.5 mo", {100, 110, 120, 130, 140, 120}},
                 {"start: 2019-11, duration: 4.5 mo", {130, 140, 120, 100, 100, 100}},
                 {"start: 2020-01, duration: 2.5 mo", {110, 120, 115, 100, 100, 100}}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        char text[512];
        struct support support;
        snprintf(text, sizeof text,
                 YEARS(12) "events: {e: {%s, effects: {legs.a.capacity: {add: 40 t/yr, ramp: 4 mo}}}}\n",
                 cases[c].event);
        support_open(&support, text, 17);
        struct world_state *state = support_begin(&support);
        for (int m = 0; m < 6; m++) {
            world_month(state, m);
            ck_assert_double_eq_tol(support_quantity(&support, state, "legs.a.capacity")[0], cases[c].capacity[m],
                                    100.0 * ROUNDING);
        }
        world_close(state);
        support_close(&support);
    }
}
END_TEST

START_TEST(the_expected_loss_of_capacity_is_severity_times_unavailability)
{
    enum { REPLICATIONS = 32 * LANES };
    struct support support;
    support_open(&support,
                 YEARS(1200) "events: {e: {rate: 2 /yr, duration: lognormal(1.2 0.8) mo, effects: "
                             "{legs.a.capacity: {scale: 0.3}}}}\n",
                 18);
    struct world_state *state = opened(&support);
    const double *down = support_row(&support, state, "events.e.down");
    double *mean = numbers(REPLICATIONS);
    for (size_t first = 0; first < REPLICATIONS; first += LANES) {
        world_begin(state, first);
        for (int m = 0; m < MONTHS; m++) {
            world_month(state, m);
            const double *capacity = support_quantity(&support, state, "legs.a.capacity");
            for (size_t l = 0; l < LANES; l++) {
                ck_assert_double_eq_tol(capacity[l], 100.0 - 70.0 * down[l], 100.0 * ROUNDING);
                if (m >= SETTLED) mean[first + l] += capacity[l] / (MONTHS - SETTLED);
            }
        }
    }
    support_mean_is(REPLICATIONS, mean, 100.0 * (1.0 - (1.0 - 0.3) * unavailability(2.0, 1.2)), "capacity");
    free(mean);
    world_close(state);
    support_close(&support);
}
END_TEST

/* The months of event e, [month][replication], of so many blocks, taken from the last to the first. */
enum { BLOCKS = 3, STEPS = 120, PATH = STEPS * BLOCKS * LANES };

static double *path_of(const char *events, const gsl_rng_type *generator)
{
    char text[1024];
    struct support support;
    snprintf(text, sizeof text, YEARS(120) "events:\n%s", events);
    support_open_with(&support, text, 19, generator);
    struct world_state *state = opened(&support);
    const double *down = support_row(&support, state, "events.e.down");
    double *path = numbers(PATH);
    for (size_t block = BLOCKS; block-- > 0;) {
        world_begin(state, block * LANES);
        for (int m = 0; m < STEPS; m++) {
            world_month(state, m);
            memcpy(path + ((size_t)m * BLOCKS + block) * LANES, down, LANES * sizeof *down);
        }
    }
    world_close(state);
    support_close(&support);
    return path;
}

#define EVENT(severity)                                                                                                \
    "  e: {rate: 1 /yr, duration: gamma(2 0.7) mo, effects: {legs.a.capacity: {scale: " #severity "}}}\n"
#define BEFORE "  c: {rate: 2 /yr, duration: exponential(1) mo, effects: {legs.a.capacity: {scale: 0.9}}}\n"
#define BEHIND "  f: {start: 2020-05, duration: uniform(1 2) mo}\n"

START_TEST(an_event_happens_alike_whatever_it_does_and_whatever_else_happens)
{
    static const char *const others[] = {EVENT(0.1), BEFORE EVENT(uniform(0 1)), EVENT(0.5) BEHIND,
                                         BEFORE EVENT(0.5) BEHIND};
    const gsl_rng_type *const generators[] = {NULL, gsl_rng_mt19937, gsl_rng_ranlxd2};
    for (size_t g = 0; g < sizeof generators / sizeof *generators; g++) {
        double *path = path_of(EVENT(0.5), generators[g]);
        for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
            double *other = path_of(others[i], generators[g]);
            ck_assert_mem_eq(path, other, PATH * sizeof *path);
            free(other);
        }
        free(path);
    }
}
END_TEST

START_TEST(another_generator_gives_other_events_as_often)
{
    enum { REPLICATIONS = 16 * LANES };
    double *philox = path_of(EVENT(0.5), NULL), *mt = path_of(EVENT(0.5), gsl_rng_mt19937),
           *again = path_of(EVENT(0.5), gsl_rng_mt19937);
    ck_assert_mem_eq(mt, again, PATH * sizeof *mt);
    ck_assert_mem_ne(mt, philox, PATH * sizeof *mt);
    free(philox);
    free(mt);
    free(again);
    struct support support;
    support_open_with(&support, YEARS(1200) "events:\n" EVENT(0.5), 20, gsl_rng_mt19937);
    struct world_state *state = opened(&support);
    const double *down = support_row(&support, state, "events.e.down");
    double *share = numbers(REPLICATIONS);
    for (size_t first = 0; first < REPLICATIONS; first += LANES) {
        world_begin(state, first);
        for (int m = 0; m < MONTHS; m++) {
            world_month(state, m);
            for (size_t l = 0; l < LANES && m >= SETTLED; l++) share[first + l] += down[l] / (MONTHS - SETTLED);
        }
    }
    support_mean_is(REPLICATIONS, share, unavailability(1.0, 2.0), "share down");
    free(share);
    world_close(state);
    support_close(&support);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("events");
    TCase *facts = tcase_create("facts");
    tcase_add_loop_test(facts, unavailability_is_rate_et_over_one_plus_rate_et, 0, 4);
    tcase_add_test(facts, a_month_begins_up_with_the_product_of_the_shares_up);
    tcase_add_test(facts, no_event_starts_outside_its_months);
    tcase_add_test(facts, factors_of_a_season_multiply_the_rate_and_are_normalised);
    tcase_add_test(facts, a_single_month_may_stand_alone);
    tcase_add_test(facts, a_dated_event_lasts_exactly_its_months);
    tcase_add_test(facts, a_dated_event_draws_its_duration_in_each_replication);
    tcase_add_test(facts, an_instant_event_starts_as_often_as_its_rate_says_at_any_rate);
    tcase_add_test(facts, what_would_start_more_than_sixteen_times_in_a_month_is_counted);
    tcase_add_test(facts, a_rate_follows_the_ratio_of_a_driver_to_its_base);
    tcase_add_test(facts, an_event_during_another_starts_only_while_that_is_there);
    tcase_add_test(facts, after_an_event_ends_the_wait_for_the_next_begins_at_once);
    tcase_add_test(facts, an_event_of_every_year_is_there_in_its_months_the_first_included);
    tcase_add_test(facts, a_leg_that_freezes_is_closed_in_its_months_of_every_year);
    tcase_add_test(facts, a_severity_is_drawn_each_time_where_it_says_so);
    tcase_add_test(facts, several_severities_in_a_month_count_by_their_time);
    tcase_add_test(facts, ramps_of_an_event_go_by_the_months_since_it_began);
    tcase_add_test(facts, the_expected_loss_of_capacity_is_severity_times_unavailability);
    tcase_add_test(facts, an_event_happens_alike_whatever_it_does_and_whatever_else_happens);
    tcase_add_test(facts, another_generator_gives_other_events_as_often);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
