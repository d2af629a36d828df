/* tests/core/test_store.c -- the quantities at run time: how each varies, and who may move it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/store.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { START = 2020 * 12 };

static struct quantity number(double value)
{
    return (struct quantity){.form = QUANTITY_NUMBER, .p = {value}};
}

static struct quantity uniform(double low, double high)
{
    return (struct quantity){.form = QUANTITY_UNIFORM, .p = {low, high}};
}

static struct store *opened(void)
{
    struct store *store = NULL;
    ck_assert_ptr_null(store_open(&store));
    return store;
}

static int added(struct store *store, const char *path, struct quantity quantity)
{
    int slot = -1;
    ck_assert_ptr_null(store_add(store, path, "t/yr", &quantity, &slot));
    return slot;
}

static int profiled(struct store *store, const char *path, struct quantity times, bool step)
{
    static const int month[] = {START, START + 10};
    static const double value[] = {100.0, 200.0};
    int slot = -1;
    ck_assert_ptr_null(store_add_profile(store, path, "t/yr", 2, month, value, step, &times, &slot));
    return slot;
}

static struct arena arena; /* of the rows of a test */

static struct rows *rows_of(struct store *store)
{
    struct rows *rows = NULL;
    ck_assert_ptr_null(store_seal(store, 7, NULL));
    ck_assert_ptr_null(rows_open(store, &arena, &rows));
    return rows;
}

START_TEST(a_number_is_the_same_in_all_lanes_and_months)
{
    struct store *store = opened();
    const int slot = added(store, "flows.a.volume", number(3.5));
    struct rows *rows = rows_of(store);
    rows_start(rows, 64);
    rows_step(rows, START + 5);
    for (int l = 0; l < LANES; l++) ck_assert_double_eq(rows_get(rows, slot)[l], 3.5);
    ck_assert_int_eq(store_variation(store, slot), STORE_ONE);
    ck_assert_int_eq(store_find(store, "flows.a.volume"), slot);
    ck_assert_int_eq(store_find(store, "flows.a"), -1);
    ck_assert_uint_eq(store_inputs(store), 0);
    arena_free(&arena);
    store_close(store);
}
END_TEST

START_TEST(a_distribution_is_drawn_once_per_replication_by_its_path)
{
    struct store *store = opened(), *other = opened();
    const int slot = added(store, "a", uniform(2.0, 4.0));
    added(other, "before", uniform(0.0, 1.0));
    const int same = added(other, "a", uniform(2.0, 4.0));
    struct rows *rows = rows_of(store), *others = rows_of(other);
    rows_start(rows, 0);
    rows_start(others, 0);
    double first[LANES];
    memcpy(first, rows_get(rows, slot), sizeof first);
    ck_assert_mem_eq(first, rows_get(others, same), sizeof first);
    rows_step(rows, START + 1);
    ck_assert_mem_eq(first, rows_get(rows, slot), sizeof first);
    for (int l = 0; l < LANES; l++) {
        ck_assert(first[l] > 2.0 && first[l] < 4.0);
        ck_assert(l == 0 || first[l] != first[0]);
    }
    rows_start(rows, 32);
    ck_assert_mem_ne(first, rows_get(rows, slot), sizeof first);
    rows_start(rows, 0);
    ck_assert_mem_eq(first, rows_get(rows, slot), sizeof first);
    ck_assert_str_eq(store_input_name(store, 0), "a");
    arena_free(&arena);
    store_close(store);
    store_close(other);
}
END_TEST

START_TEST(a_profile_is_linear_between_its_dates_and_constant_outside)
{
    struct store *store = opened();
    const int linear = profiled(store, "linear", number(1.0), false), step = profiled(store, "step", number(1.0), true);
    struct rows *rows = rows_of(store);
    static const struct {
        int month;
        double linear, step;
    } facts[] = {{START - 24, 100, 100},
                 {START, 100, 100},
                 {START + 3, 130, 100},
                 {START + 10, 200, 200},
                 {START + 99, 200, 200}};
    rows_start(rows, 0);
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        rows_step(rows, facts[i].month);
        ck_assert_double_eq_tol(rows_get(rows, linear)[31], facts[i].linear, 1e-12);
        ck_assert_double_eq(rows_get(rows, step)[0], facts[i].step);
        ck_assert_double_eq_tol(store_central(store, linear, facts[i].month), facts[i].linear, 1e-12);
    }
    ck_assert_int_eq(store_variation(store, linear), STORE_PER_MONTH);
    arena_free(&arena);
    store_close(store);
}
END_TEST

START_TEST(one_factor_scales_a_whole_profile)
{
    struct store *store = opened();
    const int slot = profiled(store, "legs.a.capacity", uniform(0.5, 1.5), false);
    struct rows *rows = rows_of(store);
    double min, max;
    rows_start(rows, 0);
    rows_step(rows, START + 10);
    for (int l = 0; l < LANES; l++) ck_assert_double_eq(rows_get(rows, slot)[l], 200.0 * rows_input(rows, 0)[l]);
    rows_step(rows, START);
    for (int l = 0; l < LANES; l++) ck_assert_double_eq(rows_get(rows, slot)[l], 100.0 * rows_input(rows, 0)[l]);
    store_range(store, slot, &min, &max);
    ck_assert_double_eq(min, 50.0);
    ck_assert_double_eq(max, 300.0);
    ck_assert_str_eq(store_input_name(store, 0), "legs.a.capacity.times");
    rows_central(rows);
    rows_step(rows, START);
    ck_assert_double_eq(rows_get(rows, slot)[5], 100.0);
    arena_free(&arena);
    store_close(store);
}
END_TEST

/* In one month only, doubles the even lanes. */
static void double_even_lanes(const void *context, const struct rows *rows, int month, double row[LANES])
{
    (void)rows;
    if (month != *(const int *)context) return;
    for (int l = 0; l < LANES; l += 2) row[l] *= 2.0;
}

static void add_one(const void *context, const struct rows *rows, int month, double row[LANES])
{
    (void)context, (void)rows, (void)month;
    for (int l = 0; l < LANES; l++) row[l] += 1.0;
}

START_TEST(writers_move_a_row_lane_by_lane_in_the_order_of_registration)
{
    static const int when = START + 2;
    struct store *store = opened();
    const int slot = added(store, "a", number(10.0)), still = added(store, "b", number(10.0));
    ck_assert_ptr_null(store_move(store, slot, 0, double_even_lanes, &when));
    ck_assert_ptr_null(store_move(store, slot, 0, add_one, NULL));
    ck_assert_int_eq(store_variation(store, slot), STORE_MOVED);
    struct rows *rows = rows_of(store);
    rows_start(rows, 0);
    for (int month = START; month < START + 5; month++) {
        rows_step(rows, month);
        ck_assert_double_eq(rows_get(rows, slot)[0], 10.0);
        rows_move(rows, 1, month);
        ck_assert_double_eq(rows_get(rows, slot)[0], 10.0);
        rows_move(rows, 0, month);
        ck_assert_double_eq(rows_get(rows, slot)[0], month == when ? 21.0 : 11.0);
        ck_assert_double_eq(rows_get(rows, slot)[1], 11.0);
        ck_assert_double_eq(rows_get(rows, still)[0], 10.0);
    }
    rows_step(rows, START);
    ck_assert_double_eq(rows_get(rows, slot)[0], 10.0);
    arena_free(&arena);
    store_close(store);
}
END_TEST

START_TEST(a_moved_distribution_starts_each_month_from_its_draw)
{
    struct store *store = opened();
    const int slot = added(store, "a", uniform(5.0, 6.0));
    ck_assert_ptr_null(store_move(store, slot, 1, add_one, NULL));
    struct rows *rows = rows_of(store);
    rows_start(rows, 0);
    for (int month = START; month < START + 3; month++) {
        rows_step(rows, month);
        rows_move(rows, 1, month);
        for (int l = 0; l < LANES; l++) ck_assert_double_eq(rows_get(rows, slot)[l], rows_input(rows, 0)[l] + 1.0);
    }
    arena_free(&arena);
    store_close(store);
}
END_TEST

START_TEST(a_deferred_slot_is_moved_only_by_its_component)
{
    struct store *store = opened();
    const int slot = added(store, "a", number(10.0));
    ck_assert_ptr_null(store_move(store, slot, 1, add_one, NULL));
    store_defer(store, slot);
    struct rows *rows = rows_of(store);
    rows_start(rows, 0);
    rows_keep(rows, slot);
    rows_step(rows, START);
    for (int stage = 0; stage < STORE_STAGES; stage++) rows_move(rows, stage, START);
    ck_assert_double_eq(rows_get(rows, slot)[3], 10.0);
    _Alignas(LANES_ALIGNMENT) double grown[LANES];
    EACH_LANE(l) grown[l] = 20.0 + l;
    rows_apply(rows, slot, START, grown);
    EACH_LANE(l) ck_assert_double_eq(grown[l], 21.0 + l);
    ck_assert_double_eq(rows_kept(rows), 20.0);
    arena_free(&arena);
    store_close(store);
}
END_TEST

START_TEST(an_occasional_quantity_is_no_input_and_shows_its_median)
{
    struct store *store = opened();
    struct quantity law = uniform(2.0, 6.0);
    int slot;
    ck_assert_ptr_null(store_add_occasional(store, "a", "mo", &law, &slot));
    const int drawn = added(store, "b", uniform(0.0, 1.0)), idle = added(store, "c", uniform(0.0, 1.0));
    store_idle(store, idle);
    struct rows *rows = rows_of(store);
    ck_assert_uint_eq(store_inputs(store), 1);
    ck_assert_int_eq(store_input_slot(store, 0), drawn);
    rows_start(rows, 0);
    rows_step(rows, START);
    EACH_LANE(l) ck_assert_double_eq(rows_get(rows, slot)[l], 4.0);
    ck_assert_double_eq(quantity_mean(store_quantity(store, slot)), 4.0);
    EACH_LANE(l) ck_assert_double_eq(rows_get(rows, drawn)[l], rows_input(rows, 0)[l]);
    arena_free(&arena);
    store_close(store);
}
END_TEST

/* The correlation of two uniforms that a Gaussian copula ties with r is (6 / pi) asin(r / 2) (Pearson 1907). */
START_TEST(ties_give_the_correlation_of_a_gaussian_copula_and_leave_the_first_draw)
{
    enum { BLOCKS = 4000 };
    static const double correlation[] = {0.3, -0.8, 0.0, 1.0};
    for (size_t i = 0; i < sizeof correlation / sizeof *correlation; i++) {
        const double r = correlation[i], expected = 6.0 / 3.14159265358979323846 * asin(r / 2.0);
        struct store *store = opened(), *alone = opened();
        const int a = added(store, "a", uniform(0.0, 1.0)), b = added(store, "b", uniform(0.0, 1.0)),
                  free_b = added(alone, "b", uniform(0.0, 1.0));
        added(alone, "a", uniform(0.0, 1.0));
        store_tie(store, b, a, r);
        struct rows *rows = rows_of(store), *untied = rows_of(alone);
        double product = 0.0, sum = 0.0, square = 0.0;
        for (uint64_t block = 0; block < BLOCKS; block++) {
            rows_start(rows, block * LANES);
            rows_start(untied, block * LANES);
            for (int l = 0; l < LANES; l++) {
                const double x = rows_get(rows, a)[l], y = rows_get(rows, b)[l];
                ck_assert_double_eq(x, rows_input(untied, 1)[l]);
                if (r == 0.0) ck_assert_double_eq(y, rows_get(untied, free_b)[l]);
                if (r == 1.0) ck_assert_double_eq_tol(x, y, 1e-12);
                product += (x - 0.5) * (y - 0.5);
                sum += y;
                square += (y - 0.5) * (y - 0.5);
            }
        }
        const double n = (double)BLOCKS * LANES;
        ck_assert_double_eq_tol(12.0 * product / n, expected, 4.0 / sqrt(n)); /* 12: 1 / variance */
        ck_assert_double_eq_tol(sum / n, 0.5, 4.0 * sqrt(1.0 / 12.0 / n));
        ck_assert_double_eq_tol(square / n, 1.0 / 12.0, 4.0 * sqrt(1.0 / 180.0 / n));
        arena_free(&arena);
        store_close(store);
        store_close(alone);
    }
}
END_TEST

START_TEST(signals_are_cleared_for_each_block)
{
    struct store *store = opened();
    const int first = store_signal(store), second = store_signal(store);
    struct rows *rows = rows_of(store);
    rows_start(rows, 0);
    EACH_LANE(l) ck_assert_double_eq(rows_signal(rows, second)[l], 0.0);
    rows_signal(rows, second)[5] = 1.0;
    ck_assert_double_eq(rows_signal(rows, first)[5], 0.0);
    ck_assert_double_eq(rows_signal(rows, second)[5], 1.0);
    rows_start(rows, LANES);
    ck_assert_double_eq(rows_signal(rows, second)[5], 0.0);
    arena_free(&arena);
    store_close(store);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("store");
    TCase *facts = tcase_create("facts");
    tcase_add_test(facts, a_number_is_the_same_in_all_lanes_and_months);
    tcase_add_test(facts, a_distribution_is_drawn_once_per_replication_by_its_path);
    tcase_add_test(facts, a_profile_is_linear_between_its_dates_and_constant_outside);
    tcase_add_test(facts, one_factor_scales_a_whole_profile);
    tcase_add_test(facts, writers_move_a_row_lane_by_lane_in_the_order_of_registration);
    tcase_add_test(facts, a_moved_distribution_starts_each_month_from_its_draw);
    tcase_add_test(facts, a_deferred_slot_is_moved_only_by_its_component);
    tcase_add_test(facts, an_occasional_quantity_is_no_input_and_shows_its_median);
    tcase_add_test(facts, ties_give_the_correlation_of_a_gaussian_copula_and_leave_the_first_draw);
    tcase_add_test(facts, signals_are_cleared_for_each_block);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
