/* tests/statistics/test_samples.c -- every replication stands in its place, what is invalid or undefined is NaN, and
 * sizes that cannot be are refused.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/samples.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS = 5, INPUTS = 2, INVALID = 41 }; /* every INVALID-th replication is invalid */

static void must(struct fault *fault)
{
    if (fault != NULL) ck_abort_msg("%s", fault->sentence);
}

/* A value that says where it belongs; cell 3 is undefined in odd replications. */
static double value_of(size_t cell, uint64_t replication)
{
    if (cell == 3 && replication % 2 == 1) return __builtin_nan("");
    return (double)cell * 1e5 + (double)replication + 1.0 / 3.0;
}

static double input_of(size_t input, uint64_t replication)
{
    return (double)(input + 1) / ((double)replication + 3);
}

static bool invalid(uint64_t replication)
{
    return replication % INVALID == 7;
}

/* Lanes beyond the run hold a value that must not be seen. */
static struct fault *deliver(struct sink sink, uint64_t count, uint64_t first)
{
    static double cell[CELLS][LANES], input[INPUTS][LANES];
    const double *const inputs[INPUTS] = {input[0], input[1]};
    int month[LANES], cause[LANES];
    for (size_t l = 0; l < LANES; l++) {
        const bool in = first + l < count;
        month[l] = in && invalid(first + l) ? 12 : -1;
        cause[l] = 0;
        for (size_t c = 0; c < CELLS; c++) cell[c][l] = in ? value_of(c, first + l) : -1e30;
        for (size_t i = 0; i < INPUTS; i++) input[i][l] = in ? input_of(i, first + l) : -1e30;
    }
    const struct block_result result = {.first = first,
                                        .lanes = count - first < LANES ? (size_t)(count - first) : LANES,
                                        .cells = CELLS,
                                        .cell = (const double(*)[LANES])cell,
                                        .inputs = INPUTS,
                                        .input = inputs,
                                        .failed_month = month,
                                        .failed_cause = cause};
    return sink.block(sink.self, &result);
}

static void check_all(const struct samples *samples, uint64_t count)
{
    for (uint64_t r = 0; r < count; r++) {
        for (size_t c = 0; c < CELLS; c++) {
            const float found = samples->value[c * count + r];
            const double expected = value_of(c, r);
            if (invalid(r) || isnan(expected))
                ck_assert(isnan(found));
            else
                ck_assert_msg(found == (float)expected, "cell %zu, replication %lu", c, (unsigned long)r);
        }
        for (size_t i = 0; i < INPUTS; i++) ck_assert_double_eq(samples->input[i * count + r], input_of(i, r));
    }
}

START_TEST(every_replication_stands_in_its_place_whatever_the_order_of_blocks)
{
    static const uint64_t counts[] = {1, 31, 32, 33, 512, 1000, 1537};
    for (size_t n = 0; n < sizeof counts / sizeof counts[0]; n++)
        for (int backward = 0; backward < 2; backward++) {
            const uint64_t count = counts[n], blocks = (count + LANES - 1) / LANES;
            struct samples samples;
            must(samples_init(&samples, count, CELLS, INPUTS));
            const struct sink sink = samples_sink(&samples);
            for (uint64_t b = 0; b < blocks; b++)
                must(deliver(sink, count, (backward != 0 ? blocks - 1 - b : b) * LANES));
            check_all(&samples, count);
            samples_free(&samples);
            ck_assert_ptr_null(samples.value);
        }
}
END_TEST

START_TEST(of_some_cells_these_alone_are_kept_in_order)
{
    static const bool keep[CELLS] = {false, true, false, true, true};
    struct samples all, some;
    must(samples_init(&all, 70, CELLS, INPUTS));
    must(samples_init_some(&some, 70, CELLS, keep, 0));
    for (uint64_t first = 0; first < 70; first += LANES) {
        must(deliver(samples_sink(&all), 70, first));
        must(deliver(samples_sink(&some), 70, first));
    }
    ck_assert_ptr_null(some.input);
    for (size_t c = 0, row = 0; c < CELLS; c++) {
        ck_assert_ptr_eq(samples_of(&all, c), all.value + c * 70);
        ck_assert_ptr_eq(samples_of(&some, c), keep[c] ? some.value + 70 * row++ : NULL);
        if (keep[c]) ck_assert_mem_eq(samples_of(&some, c), samples_of(&all, c), 70 * sizeof *all.value);
    }
    samples_free(&all);
    samples_free(&some);
    ck_assert_ptr_null(some.row);
}
END_TEST

/* Takes in the first 64 replications, changes the room, takes in the rest of 96 and gives back the room that is left.
 */
static void take_in_two_parts(const bool keep[], size_t inputs, struct samples *samples)
{
    must(samples_init(samples, 64, CELLS, INPUTS));
    for (uint64_t first = 0; first < 64; first += LANES) must(deliver(samples_sink(samples), 64, first));
    must(samples_refit(samples, 200, keep, inputs, 64));
    must(deliver(samples_sink(samples), 96, 64));
    ck_assert_uint_eq(samples->count, 200);
    samples_cut(samples, 96);
    ck_assert_uint_eq(samples->count, 96);
}

START_TEST(samples_that_move_to_other_room_are_those_of_one_go)
{
    static const bool keep[CELLS] = {false, true, false, true, true};
    struct samples all, some, whole;
    must(samples_init(&whole, 96, CELLS, INPUTS));
    for (uint64_t first = 0; first < 96; first += LANES) must(deliver(samples_sink(&whole), 96, first));
    take_in_two_parts(NULL, INPUTS, &all);
    take_in_two_parts(keep, 0, &some);
    check_all(&all, 96);
    for (size_t c = 0; c < CELLS; c++) {
        if (keep[c])
            ck_assert_mem_eq(samples_of(&some, c), samples_of(&whole, c), 96 * sizeof *whole.value);
        else
            ck_assert_ptr_null(samples_of(&some, c));
    }
    ck_assert_ptr_null(some.input);
    samples_cut(&all, 96); /* no less than it holds: nothing */
    check_all(&all, 96);
    samples_free(&all);
    samples_free(&some);
    samples_free(&whole);
}
END_TEST

START_TEST(a_block_that_does_not_fit_is_refused_and_writes_nothing)
{
    struct samples samples;
    must(samples_init(&samples, 40, CELLS, INPUTS));
    memset(samples.value, 0, CELLS * 40 * sizeof *samples.value);
    struct fault *fault = deliver(samples_sink(&samples), 96, 32);
    ck_assert_ptr_nonnull(fault);
    ck_assert_int_eq(fault->code, FAULT_MACHINE);
    fault_free(fault);
    for (size_t i = 0; i < CELLS * 40; i++) ck_assert(samples.value[i] == 0.0F);
    samples_free(&samples);
}
END_TEST

static void assert_refused(struct sink sink, struct block_result result)
{
    struct fault *fault = sink.block(sink.self, &result);
    ck_assert_ptr_nonnull(fault);
    ck_assert_int_eq(fault->code, FAULT_MACHINE);
    fault_free(fault);
}

/* Each is wrong in one thing only. */
START_TEST(a_block_of_other_cells_inputs_or_lanes_is_refused)
{
    struct samples samples;
    must(samples_init(&samples, 64, CELLS, INPUTS));
    const struct sink sink = samples_sink(&samples);
    assert_refused(sink, (struct block_result){.lanes = 32, .cells = CELLS - 1, .inputs = INPUTS});
    assert_refused(sink, (struct block_result){.lanes = 32, .cells = CELLS, .inputs = INPUTS + 1});
    assert_refused(sink, (struct block_result){.lanes = LANES + 1, .cells = CELLS, .inputs = INPUTS});
    assert_refused(sink, (struct block_result){.first = 65, .lanes = 0, .cells = CELLS, .inputs = INPUTS});
    assert_refused(sink, (struct block_result){.first = 33, .lanes = 32, .cells = CELLS, .inputs = INPUTS});
    samples_free(&samples);
}
END_TEST

START_TEST(values_keep_their_sign_their_infinities_and_what_single_precision_can_hold)
{
    static const double given[6] = {-0.0, 1e-50, 1e39, -1e39, 16777217.0, 0.1};
    static const float expected[6] = {-0.0F, 0.0F, __builtin_inff(), -__builtin_inff(), 16777216.0F, 0.1F};
    double cell[1][LANES] = {{0}};
    int month[LANES], cause[LANES] = {0};
    memcpy(cell[0], given, sizeof given);
    for (size_t l = 0; l < LANES; l++) month[l] = -1;
    const struct block_result result = {
        .lanes = 6, .cells = 1, .cell = (const double(*)[LANES])cell, .failed_month = month, .failed_cause = cause};
    struct samples samples;
    must(samples_init(&samples, 6, 1, 0));
    ck_assert_ptr_null(samples.input);
    must(samples_sink(&samples).block(&samples, &result));
    ck_assert_mem_eq(samples.value, expected, sizeof expected);
    samples_free(&samples);
}
END_TEST

START_TEST(what_is_undefined_has_the_same_bits_whatever_made_it)
{
    static const uint64_t given[4] = {0x7ff8000000000000u, 0xfff8000000000000u, 0x7ff8123456789abcu,
                                      0xffffffffffffffffu};
    double cell[1][LANES] = {{0}};
    int month[LANES], cause[LANES] = {0};
    memcpy(cell[0], given, sizeof given);
    for (size_t l = 0; l < LANES; l++) month[l] = -1;
    const struct block_result result = {
        .lanes = 4, .cells = 1, .cell = (const double(*)[LANES])cell, .failed_month = month, .failed_cause = cause};
    static const uint32_t expected[4] = {0xffc00000u, 0xffc00000u, 0xffc00000u, 0xffc00000u};
    struct samples samples;
    must(samples_init(&samples, 4, 1, 0));
    must(samples_sink(&samples).block(&samples, &result));
    ck_assert_mem_eq(samples.value, expected, sizeof expected);
    samples_free(&samples);
}
END_TEST

START_TEST(bytes_are_four_for_a_value_and_eight_for_an_input)
{
    uint64_t bytes;
    ck_assert(samples_bytes(20000, 640, 16, &bytes));
    ck_assert_uint_eq(bytes, UINT64_C(20000) * (640 * 4 + 16 * 8));
    ck_assert(samples_bytes(0, 640, 16, &bytes));
    ck_assert_uint_eq(bytes, 0);
}
END_TEST

START_TEST(sizes_that_overflow_are_refused)
{
    uint64_t bytes;
    ck_assert(!samples_bytes(UINT64_MAX, 2, 0, &bytes));
    ck_assert(!samples_bytes(UINT64_MAX / 4 + 1, 1, 0, &bytes));
    ck_assert(!samples_bytes(UINT64_MAX / 8 + 1, 0, 1, &bytes));
    ck_assert(!samples_bytes(UINT64_C(1) << 61, 4, 4, &bytes));
    struct samples samples;
    struct fault *fault = samples_init(&samples, UINT64_C(1) << 62, 1, 1);
    ck_assert_ptr_nonnull(fault);
    ck_assert_int_eq(fault->code, FAULT_MACHINE);
    ck_assert_ptr_null(samples.value);
    fault_free(fault);
    samples_free(&samples);
}
END_TEST

START_TEST(samples_of_nothing_hold_nothing)
{
    struct samples samples;
    must(samples_init(&samples, 0, 10, 10));
    ck_assert_ptr_null(samples.value);
    ck_assert_ptr_null(samples.input);
    samples_free(&samples);
    samples_free(&samples); /* twice does no harm */
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("samples");
    TCase *facts = tcase_create("facts");
    tcase_add_test(facts, every_replication_stands_in_its_place_whatever_the_order_of_blocks);
    tcase_add_test(facts, of_some_cells_these_alone_are_kept_in_order);
    tcase_add_test(facts, samples_that_move_to_other_room_are_those_of_one_go);
    tcase_add_test(facts, a_block_that_does_not_fit_is_refused_and_writes_nothing);
    tcase_add_test(facts, a_block_of_other_cells_inputs_or_lanes_is_refused);
    tcase_add_test(facts, values_keep_their_sign_their_infinities_and_what_single_precision_can_hold);
    tcase_add_test(facts, what_is_undefined_has_the_same_bits_whatever_made_it);
    tcase_add_test(facts, bytes_are_four_for_a_value_and_eight_for_an_input);
    tcase_add_test(facts, sizes_that_overflow_are_refused);
    tcase_add_test(facts, samples_of_nothing_hold_nothing);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
