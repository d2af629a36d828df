/* tests/statistics/test_tally.c -- the total does not depend on the order of blocks or on threads, and leaves out what
 * is invalid. Parallel regions run in Check's forked children only.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/bytes.h"
#include "sim/core/ensemble.h"
#include "sim/statistics/tally.h"

#include <check.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CELLS = 6 };

static void must(struct fault *fault)
{
    if (fault != NULL) ck_abort_msg("%s", fault->sentence);
}

/* Whole numbers that look random (the finaliser of splitmix64). */
static uint64_t scrambled(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static bool invalid(uint64_t replication)
{
    return scrambled(replication) % 29 == 0;
}

/* Cell 0 is constant, the others spread by the cube of a uniform; cell c is undefined in c of 50 replications. */
static double value_of(size_t cell, uint64_t replication)
{
    const uint64_t word = scrambled(replication * CELLS + cell + 1000000007);
    if (word % 50 < cell) return __builtin_nan("");
    const double u = (double)(word >> 11) * 0x1p-53;
    return cell == 0 ? 0.1 : 100.0 * (double)cell + u * u * u;
}

static struct fault *deliver(struct sink sink, uint64_t count, uint64_t first)
{
    double cell[CELLS][LANES];
    int month[LANES], cause[LANES];
    for (size_t l = 0; l < LANES; l++) {
        const uint64_t r = first + l;
        const bool in = r < count;
        month[l] = in && invalid(r) ? (int)(r % 120) : -1;
        cause[l] = in && invalid(r) ? (int)(r % 3) : -1;
        for (size_t c = 0; c < CELLS; c++) cell[c][l] = !in ? -1e30 : invalid(r) ? 1e30 : value_of(c, r);
    }
    const struct block_result result = {.first = first,
                                        .lanes = count - first < LANES ? (size_t)(count - first) : LANES,
                                        .cells = CELLS,
                                        .cell = (const double(*)[LANES])cell,
                                        .failed_month = month,
                                        .failed_cause = cause};
    return sink.block(sink.self, &result);
}

/* ---- the total by its definition ---- */

static struct moments block_moments(uint64_t count, uint64_t first, size_t cell)
{
    double value[LANES];
    unsigned char mask[LANES];
    for (size_t l = 0; l < LANES; l++) {
        mask[l] = first + l < count && !invalid(first + l);
        value[l] = mask[l] != 0 ? value_of(cell, first + l) : 0;
    }
    return moments_of(LANES, value, mask);
}

/* Of `leaves` blocks from `first` on, a power of two. */
static struct moments tree_moments(uint64_t count, uint64_t first, uint64_t leaves, size_t cell)
{
    if (leaves == 1) return block_moments(count, first, cell);
    const uint64_t half = leaves / 2;
    return moments_combine(tree_moments(count, first, half, cell),
                           tree_moments(count, first + half * LANES, half, cell));
}

/* The complete nodes over `blocks` blocks from `first` on, folded from the right. */
static struct moments fold(uint64_t count, uint64_t first, uint64_t blocks, struct moments right, size_t cell)
{
    if (blocks == 0) return right;
    const uint64_t node = UINT64_C(1) << (63 - __builtin_clzll(blocks));
    right = fold(count, first + node * LANES, blocks - node, right, cell);
    return moments_combine(tree_moments(count, first, node, cell), right);
}

static struct moments total_by_definition(uint64_t count, size_t cell)
{
    const uint64_t full = count / LANES_PER_CHUNK, start = full * LANES_PER_CHUNK;
    const uint64_t rest = (count - start + LANES - 1) / LANES;
    const struct moments last = fold(count, start, rest, moments_none(), cell);
    return fold(count, 0, full * BLOCKS_PER_CHUNK, last, cell);
}

static void check_bits(struct tally *tally, uint64_t count)
{
    struct moments total[CELLS];
    must(tally_total(tally, total));
    for (size_t c = 0; c < CELLS; c++) {
        const struct moments expected = total_by_definition(count, c);
        ck_assert_msg(memcmp(&total[c], &expected, sizeof expected) == 0, "%lu replications, cell %zu",
                      (unsigned long)count, c);
    }
}

static void check_invalid(struct tally *tally, uint64_t count)
{
    const struct invalid_replication *list;
    const size_t found = tally_invalid(tally, &list);
    size_t i = 0;
    for (uint64_t r = 0; r < count; r++) {
        if (!invalid(r)) continue;
        ck_assert_uint_lt(i, found);
        ck_assert_uint_eq(list[i].replication, r);
        ck_assert_int_eq(list[i].month, (int)(r % 120));
        ck_assert_int_eq(list[i].cause, (int)(r % 3));
        i++;
    }
    ck_assert_uint_eq(i, found);
}

static const uint64_t counts[] = {1, 5, 31, 32, 33, 480, 511, 512, 513, 700, 1024, 1536, 37 * 512 + 77};
enum { COUNTS = sizeof counts / sizeof counts[0] };

START_TEST(blocks_in_order_backward_and_shuffled_give_the_total_of_the_definition)
{
    for (size_t n = 0; n < COUNTS; n++)
        for (int way = 0; way < 4; way++) {
            const uint64_t count = counts[n], blocks = (count + LANES - 1) / LANES;
            struct tally *tally;
            must(tally_open(count, CELLS, &tally));
            for (uint64_t b = 0; b < blocks; b++) {
                /* 7919 is a prime and no divisor of these numbers of blocks: b * 7919 visits each */
                const uint64_t block = way == 0 ? b : way == 1 ? blocks - 1 - b : (b * 7919 + (uint64_t)way) % blocks;
                must(deliver(tally_sink(tally), count, block * LANES));
            }
            check_bits(tally, count);
            check_bits(tally, count); /* asking twice changes nothing */
            check_invalid(tally, count);
            tally_close(tally);
        }
}
END_TEST

START_TEST(the_total_is_that_of_the_valid_and_defined_values)
{
    const uint64_t count = 5000;
    struct tally *tally;
    struct moments total[CELLS];
    must(tally_open(count, CELLS, &tally));
    for (uint64_t first = 0; first < count; first += LANES) must(deliver(tally_sink(tally), count, first));
    must(tally_total(tally, total));
    for (size_t c = 0; c < CELLS; c++) {
        long double sum = 0, m2 = 0, m4 = 0;
        double n = 0, undefined = 0, least = 1e300, greatest = -1e300;
        for (uint64_t r = 0; r < count; r++) {
            const double value = value_of(c, r);
            if (invalid(r)) continue;
            undefined += isnan(value) ? 1 : 0;
            if (isnan(value)) continue;
            n++;
            sum += (long double)value;
            least = fmin(least, value);
            greatest = fmax(greatest, value);
        }
        for (uint64_t r = 0; r < count; r++) {
            const long double d = (long double)value_of(c, r) - sum / (long double)n;
            if (invalid(r) || isnan(value_of(c, r))) continue;
            m2 += d * d;
            m4 += d * d * d * d;
        }
        ck_assert_double_eq(total[c].count, n);
        ck_assert_double_eq(total[c].undefined, undefined);
        ck_assert_double_eq(total[c].min, least);
        ck_assert_double_eq(total[c].max, greatest);
        /* means of up to 501 are rounded by 6e-14, deviations are up to 1: 8 levels of the tree stay below 1e-11 */
        ck_assert_double_eq_tol(total[c].mean, (double)(sum / (long double)n), 1e-11);
        if (c == 0) ck_assert_double_eq(total[c].m2, 0);
        if (c > 0) ck_assert_double_eq_tol(total[c].m2 / (double)m2, 1, 1e-11);
        if (c > 0) ck_assert_double_eq_tol(total[c].m4 / (double)m4, 1, 1e-11);
    }
    tally_close(tally);
}
END_TEST

/* ---- threads ---- */

struct loop {
    struct tally *tally;
    uint64_t count;
    bool by_block; /* an item is a block, else a chunk */
};

static struct fault *loop_item(void *context, void *state, uint64_t item)
{
    const struct loop *loop = context;
    (void)state;
    const uint64_t size = loop->by_block ? LANES : LANES_PER_CHUNK;
    for (uint64_t first = item * size; first < loop->count && first < (item + 1) * size; first += LANES)
        TRY(deliver(tally_sink(loop->tally), loop->count, first));
    return NULL;
}

START_TEST(one_two_and_four_threads_give_the_same_bits)
{
    static const int teams[] = {1, 2, 4};
    for (size_t n = 0; n < COUNTS; n++)
        for (size_t t = 0; t < 3; t++)
            for (int by_block = 0; by_block < 2; by_block++) {
                struct loop loop = {.count = counts[n], .by_block = by_block != 0};
                const struct ensemble_body body = {NULL, loop_item, NULL, &loop};
                const uint64_t size = loop.by_block ? LANES : LANES_PER_CHUNK;
                must(tally_open(loop.count, CELLS, &loop.tally));
                must(ensemble_for((loop.count + size - 1) / size, teams[t], &body, NULL));
                check_bits(loop.tally, loop.count);
                check_invalid(loop.tally, loop.count);
                tally_close(loop.tally);
            }
}
END_TEST

/* ---- what is refused ---- */

static void must_fail(struct fault *fault, const char *part)
{
    ck_assert_ptr_nonnull(fault);
    ck_assert_int_eq(fault->code, FAULT_MACHINE);
    ck_assert_msg(strstr(fault->sentence, part) != NULL, "%s", fault->sentence);
    fault_free(fault);
}

START_TEST(a_total_before_all_blocks_are_in_is_refused)
{
    struct tally *tally;
    struct moments total[CELLS];
    must(tally_open(1000, CELLS, &tally));
    for (uint64_t first = 0; first < 1000; first += LANES) {
        must_fail(tally_total(tally, total), "expected all 2");
        must(deliver(tally_sink(tally), 1000, first));
    }
    must(tally_total(tally, total));
    tally_close(tally);
}
END_TEST

START_TEST(a_run_that_goes_on_has_the_bits_of_one_asked_for_at_once)
{
    static const uint64_t stages[] = {512, 1536, 5 * 512, 5 * 512 + 77};
    struct tally *tally = NULL;
    uint64_t done = 0;
    must(tally_open(stages[0], CELLS, &tally));
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++) {
        if (i > 0) must(tally_extend(tally, stages[i]));
        for (; done < stages[i]; done += LANES) must(deliver(tally_sink(tally), stages[i], done));
        check_bits(tally, stages[i]);
        check_invalid(tally, stages[i]);
    }
    must_fail(tally_extend(tally, 6 * 512), "whole chunks");
    tally_close(tally);
}
END_TEST

START_TEST(a_block_that_came_before_or_does_not_fit_is_refused)
{
    struct tally *tally;
    must(tally_open(1000, CELLS, &tally));
    must(deliver(tally_sink(tally), 1000, 64));
    must_fail(deliver(tally_sink(tally), 1000, 64), "twice");
    must_fail(deliver(tally_sink(tally), 1000, 48), "does not fit");
    must_fail(deliver(tally_sink(tally), 2000, 1024), "does not fit");
    must_fail(deliver(tally_sink(tally), 1024, 992), "does not fit"); /* 32 lanes where 8 are part of the run */
    tally_close(tally);
}
END_TEST

START_TEST(a_run_of_no_replications_has_an_empty_total)
{
    struct tally *tally;
    struct moments total[CELLS];
    const struct invalid_replication *list;
    must(tally_open(0, CELLS, &tally));
    must(tally_total(tally, total));
    ck_assert_double_eq(total[0].count, 0);
    ck_assert_uint_eq(tally_invalid(tally, &list), 0);
    tally_close(tally);
}
END_TEST

/* Of a part of a run that states more than its bytes hold, or ends before it is done. */
START_TEST(a_part_with_more_invalid_replications_than_bytes_is_refused)
{
    static const uint64_t claims[] = {1, UINT64_C(1) << 20, UINT64_MAX / 32, UINT64_MAX};
    for (size_t i = 0; i <= sizeof claims / sizeof *claims; i++) {
        struct tally *tally;
        struct bytes bytes = {0};
        must(tally_open(LANES, CELLS, &tally));
        bytes_put_number(&bytes, 0); /* chunks */
        bytes_put_number(&bytes, 0); /* the last */
        if (i < sizeof claims / sizeof *claims) bytes_put_number(&bytes, claims[i]);
        must(bytes_fault(&bytes));
        struct bytes_left left = {.at = bytes.at, .size = bytes.size};
        struct fault *fault = tally_take(tally, &left);
        ck_assert_ptr_nonnull(fault);
        ck_assert_int_eq(fault->code, FAULT_FILES);
        fault_free(fault);
        tally_close(tally);
        free(bytes.at);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tally");
    TCase *facts = tcase_create("facts");
    tcase_add_test(facts, blocks_in_order_backward_and_shuffled_give_the_total_of_the_definition);
    tcase_add_test(facts, the_total_is_that_of_the_valid_and_defined_values);
    tcase_add_test(facts, one_two_and_four_threads_give_the_same_bits);
    tcase_add_test(facts, a_total_before_all_blocks_are_in_is_refused);
    tcase_add_test(facts, a_run_that_goes_on_has_the_bits_of_one_asked_for_at_once);
    tcase_add_test(facts, a_block_that_came_before_or_does_not_fit_is_refused);
    tcase_add_test(facts, a_run_of_no_replications_has_an_empty_total);
    tcase_add_test(facts, a_part_with_more_invalid_replications_than_bytes_is_refused);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
