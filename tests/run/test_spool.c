/* tests/run/test_spool.c -- what was taken in is read back, from memory and from a file, whoever wrote it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/spool.h"
#include "sim/statistics/samples.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Three chunks and a part of one; of every third cell the samples are kept elsewhere. */
enum { CELLS = 70, REPLICATIONS = 3 * LANES_PER_CHUNK + 77, FIRST = 2 * LANES_PER_CHUNK };

static const float untouched = -1.0F;
static char folder[64];
static bool keep[CELLS];
static struct samples samples;

static void must(struct fault *fault)
{
    if (fault != NULL) ck_abort_msg("%s", fault->sentence);
}

static void make_folder(void)
{
    strcpy(folder, "/tmp/test_spool.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    for (size_t c = 0; c < CELLS; c++) keep[c] = c % 3 == 1;
    must(samples_init(&samples, REPLICATIONS, CELLS, 0));
    samples.first = FIRST;
}

/* What is in it has no name. */
static void take_folder_away(void)
{
    ck_assert_int_eq(rmdir(folder), 0);
    samples_free(&samples);
}

/* Different values in each cell and replication; some are undefined, and some replications are invalid. */
static void deliver(struct sink sink, uint64_t block)
{
    static double cell[CELLS][LANES];
    int month[LANES], cause[LANES] = {0};
    const uint64_t first = FIRST + block * LANES, left = FIRST + REPLICATIONS - first;
    for (size_t l = 0; l < LANES; l++) {
        month[l] = (first + l) % 97 == 3 ? 12 : -1;
        for (size_t c = 0; c < CELLS; c++)
            cell[c][l] = (first + l) % 13 == c % 13 ? __builtin_nan("") : (double)(c * 100000 + first + l) / 7.0;
    }
    const struct block_result result = {.first = first,
                                        .lanes = left < LANES ? (size_t)left : LANES,
                                        .cells = CELLS,
                                        .cell = (const double(*)[LANES])cell,
                                        .failed_month = month,
                                        .failed_cause = cause};
    must(sink.block(sink.self, &result));
}

/* Blocks come in any order. */
static void deliver_all(struct sink sink)
{
    const uint64_t blocks = (REPLICATIONS + LANES - 1) / LANES;
    for (uint64_t b = 0; b < blocks; b++) deliver(sink, b * 7 % blocks);
}

static void check_cells(const struct spool *spool, size_t cell, size_t end, uint64_t first, uint64_t count)
{
    float *value = malloc((end - cell) * count * sizeof *value);
    ck_assert_ptr_nonnull(value);
    for (size_t i = 0; i < (end - cell) * count; i++) value[i] = untouched;
    must(spool_read(spool, cell, end, first, count, value));
    for (size_t c = cell; c < end; c++) {
        const float *found = value + (c - cell) * count;
        ck_assert_int_eq(spool_holds(spool, c), !keep[c]);
        if (!keep[c])
            ck_assert_mem_eq(found, samples_of(&samples, c) + (first - FIRST), count * sizeof *found);
        else
            for (size_t r = 0; r < count; r++) ck_assert(found[r] == untouched);
    }
    free(value);
}

static void check_all(const struct spool *spool)
{
    ck_assert_uint_eq(spool_rows(spool), CELLS - CELLS / 3);
    for (size_t c = 0; c < CELLS; c++) check_cells(spool, c, c + 1, FIRST, REPLICATIONS);
    check_cells(spool, 0, 32, FIRST, REPLICATIONS);
    check_cells(spool, 32, 64, FIRST + LANES_PER_CHUNK, LANES_PER_CHUNK);
    check_cells(spool, 64, CELLS, FIRST + 3 * LANES_PER_CHUNK, REPLICATIONS - 3 * LANES_PER_CHUNK);
}

/* All in memory; all in a file; the first five blocks of 47 cells in memory. */
static const uint64_t memory[] = {UINT64_C(1) << 30, 0, 5 * 47 * LANES * sizeof(float)};

START_TEST(it_holds_what_samples_of_all_cells_would)
{
    struct spool *spool = NULL;
    deliver_all(samples_sink(&samples));
    must(spool_open(CELLS, keep, FIRST, REPLICATIONS, (struct spool_place){folder, memory[_i]}, &spool));
    deliver_all(spool_sink(spool));
    check_all(spool);
    spool_close(spool);
}
END_TEST

START_TEST(what_was_read_can_be_written_into_another)
{
    struct spool *from = NULL, *to = NULL;
    deliver_all(samples_sink(&samples));
    must(spool_open(CELLS, keep, FIRST, REPLICATIONS, (struct spool_place){folder, 0}, &from));
    must(spool_open(CELLS, keep, FIRST, LANES_PER_CHUNK, (struct spool_place){folder, memory[_i]}, &to));
    must(spool_extend(to, REPLICATIONS));
    deliver_all(spool_sink(from));
    const size_t at_once = spool_cells_at_once(REPLICATIONS);
    float *value = malloc(at_once * REPLICATIONS * sizeof *value);
    ck_assert_ptr_nonnull(value);
    for (uint64_t at = 0; at < REPLICATIONS; at += LANES_PER_CHUNK) {
        const uint64_t left = REPLICATIONS - at, count = left < LANES_PER_CHUNK ? left : LANES_PER_CHUNK;
        for (size_t cell = 0; cell < CELLS; cell += at_once) {
            const size_t end = cell + at_once < CELLS ? cell + at_once : CELLS;
            must(spool_read(from, cell, end, FIRST + at, count, value));
            must(spool_write(to, cell, end, FIRST + at, count, value));
        }
    }
    check_all(to);
    free(value);
    spool_close(from);
    spool_close(to);
}
END_TEST

START_TEST(without_a_file_all_stays_in_memory)
{
    struct spool *spool = NULL;
    deliver_all(samples_sink(&samples));
    must(spool_open(CELLS, keep, FIRST, REPLICATIONS, (struct spool_place){"/nowhere/at/all", 0}, &spool));
    deliver_all(spool_sink(spool));
    check_all(spool);
    spool_close(spool);
}
END_TEST

START_TEST(what_does_not_fit_is_refused)
{
    struct spool *spool = NULL;
    float value[LANES];
    must(spool_open(CELLS, keep, FIRST, REPLICATIONS, (struct spool_place){folder, 0}, &spool));
    const struct {
        size_t cell, end;
        uint64_t first, count;
    } wrong[] = {{0, 1, FIRST - LANES, LANES},
                 {0, 1, FIRST + 1, LANES},
                 {0, 1, FIRST, REPLICATIONS + 1},
                 {CELLS, CELLS + 1, FIRST, LANES},
                 {0, 1, FIRST + REPLICATIONS / LANES * LANES + LANES, LANES}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct fault *fault = spool_read(spool, wrong[i].cell, wrong[i].end, wrong[i].first, wrong[i].count, value);
        ck_assert_ptr_nonnull(fault);
        fault_free(fault);
        fault = spool_write(spool, wrong[i].cell, wrong[i].end, wrong[i].first, wrong[i].count, value);
        ck_assert_ptr_nonnull(fault);
        fault_free(fault);
    }
    struct fault *fault = spool_read(spool, 0, 1, FIRST, LANES, value); /* nothing is in */
    ck_assert_ptr_nonnull(fault);
    ck_assert_int_eq(fault->code, FAULT_MACHINE);
    fault_free(fault);
    spool_close(spool);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("spool");
    TCase *facts = tcase_create("facts");
    suite_add_tcase(suite, facts);
    tcase_add_checked_fixture(facts, make_folder, take_folder_away);
    tcase_add_loop_test(facts, it_holds_what_samples_of_all_cells_would, 0, 3);
    tcase_add_loop_test(facts, what_was_read_can_be_written_into_another, 0, 3);
    tcase_add_test(facts, without_a_file_all_stays_in_memory);
    tcase_add_test(facts, what_does_not_fit_is_refused);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
