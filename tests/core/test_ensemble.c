/* tests/core/test_ensemble.c -- each item once, ordered faults, stops that stop, and no thread's state left open.
 * Parallel regions run in Check's forked children only.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/ensemble.h"

#include <check.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { ITEMS = 1000 };

static const int teams[] = {1, 2, 4, 7};
enum { TEAMS = sizeof teams / sizeof teams[0] };

/* What a loop saw. */
struct record {
    atomic_int times[ITEMS];
    atomic_int opened, closed, running;
    uint64_t faulty_from; /* items from here on that are `faulty_step` apart fault */
    uint64_t faulty_step;
    int refuse_opening_after; /* how many threads may open */
    uint64_t stop_after;      /* items, by the progress */
    atomic_ullong seen;
    uint64_t progress; /* calls, not atomic: calls must not meet */
    bool progress_wrong;
};

static void record_start(struct record *record)
{
    memset(record, 0, sizeof *record);
    record->faulty_from = record->faulty_step = UINT64_MAX;
    record->refuse_opening_after = 1000;
    record->stop_after = UINT64_MAX;
}

static struct fault *open_state(void *context, void **state)
{
    struct record *record = context;
    const bool refused = atomic_fetch_add(&record->opened, 1) >= record->refuse_opening_after;
    *state = calloc(1, sizeof(int)); /* a state left open is found as a leak, too, and so is one that opened halfway */
    if (refused) return fault_raise(FAULT_MACHINE, "no room");
    return *state == NULL ? fault_no_memory() : NULL;
}

static struct fault *run_item(void *context, void *state, uint64_t item)
{
    struct record *record = context;
    ++*(int *)state;
    atomic_fetch_add(&record->times[item], 1);
    if (item >= record->faulty_from && (item - record->faulty_from) % record->faulty_step == 0)
        return fault_raise(FAULT_UNTRUSTED, "item %llu", (unsigned long long)item);
    return NULL;
}

static void close_state(void *context, void *state)
{
    struct record *record = context;
    atomic_fetch_add(&record->closed, 1);
    free(state);
}

static bool stop_now(void *context)
{
    struct record *record = context;
    return atomic_load(&record->seen) >= record->stop_after;
}

static void note_progress(void *context, uint64_t done, uint64_t all)
{
    struct record *record = context;
    if (done != ++record->progress || all != ITEMS) record->progress_wrong = true;
    atomic_store(&record->seen, done);
}

static struct fault *run(struct record *record, int threads, bool watched)
{
    const struct ensemble_body body = {open_state, run_item, close_state, record};
    const struct ensemble_watch watch = {stop_now, note_progress, record};
    return ensemble_for(ITEMS, threads, &body, watched ? &watch : NULL);
}

static int items_run(struct record *record)
{
    int sum = 0;
    for (size_t i = 0; i < ITEMS; i++) {
        ck_assert_int_le(atomic_load(&record->times[i]), 1);
        sum += atomic_load(&record->times[i]);
    }
    return sum;
}

START_TEST(each_item_runs_once_on_any_number_of_threads)
{
    for (size_t t = 0; t < TEAMS; t++) {
        struct record record;
        record_start(&record);
        ck_assert_ptr_null(run(&record, teams[t], false));
        ck_assert_int_eq(items_run(&record), ITEMS);
        ck_assert_int_ge(atomic_load(&record.opened), 1);
        ck_assert_int_le(atomic_load(&record.opened), teams[t]);
        ck_assert_int_eq(atomic_load(&record.opened), atomic_load(&record.closed));
    }
}
END_TEST

START_TEST(no_items_open_nothing_and_few_items_open_few_threads)
{
    struct record record;
    record_start(&record);
    const struct ensemble_body body = {open_state, run_item, close_state, &record};
    ck_assert_ptr_null(ensemble_for(0, 4, &body, NULL));
    ck_assert_int_eq(atomic_load(&record.opened), 0);
    ck_assert_ptr_null(ensemble_for(2, 8, &body, NULL));
    ck_assert_int_le(atomic_load(&record.opened), 2);
    ck_assert_int_eq(items_run(&record), 2);
    ck_assert_int_eq(atomic_load(&record.opened), atomic_load(&record.closed));
}
END_TEST

static struct fault *run_stateless(void *context, void *state, uint64_t item)
{
    if (state == NULL) atomic_fetch_add((atomic_ullong *)context, item + 1);
    return NULL;
}

START_TEST(a_body_without_state_needs_no_open_and_close)
{
    atomic_ullong sum = 0;
    const struct ensemble_body body = {NULL, run_stateless, NULL, &sum};
    ck_assert_ptr_null(ensemble_for(100, 2, &body, NULL));
    ck_assert_uint_eq(atomic_load(&sum), 5050);
}
END_TEST

START_TEST(progress_counts_every_item_one_call_at_a_time)
{
    for (size_t t = 0; t < TEAMS; t++) {
        struct record record;
        record_start(&record);
        ck_assert_ptr_null(run(&record, teams[t], true));
        ck_assert_uint_eq(record.progress, ITEMS);
        ck_assert(!record.progress_wrong);
    }
}
END_TEST

START_TEST(the_first_fault_ends_the_loop_and_is_that_of_the_lowest_faulty_item)
{
    for (size_t t = 0; t < TEAMS; t++)
        for (int repeat = 0; repeat < 20; repeat++) {
            struct record record;
            record_start(&record);
            record.faulty_from = 100;
            record.faulty_step = 1;
            struct fault *fault = run(&record, teams[t], false);
            ck_assert_ptr_nonnull(fault);
            ck_assert_int_eq(fault->code, FAULT_UNTRUSTED);
            ck_assert_str_eq(fault->sentence, "item 100");
            /* every thread that was at work faults once, with ascending items; nothing begins after that */
            ck_assert_uint_le(fault_count(fault), (size_t)teams[t]);
            for (const struct fault *f = fault; f->next != NULL; f = f->next)
                ck_assert_int_lt(atoi(f->sentence + strlen("item ")), atoi(f->next->sentence + strlen("item ")));
            ck_assert_int_eq(items_run(&record), 100 + (int)fault_count(fault));
            ck_assert_int_eq(atomic_load(&record.opened), atomic_load(&record.closed));
            fault_free(fault);
        }
}
END_TEST

/* Item 10 alone faults. Whoever begins an item after that waits until the faulty thread has closed its state, by when
 * the fault is known: so each other thread begins one more item at most. */
struct lone_fault {
    atomic_bool faulted, closed;
    atomic_int begun_after;
};

static struct fault *lone_item(void *context, void *state, uint64_t item)
{
    struct lone_fault *lone = context;
    *(bool *)state = item == 10;
    if (item == 10) {
        atomic_store(&lone->faulted, true);
        return fault_raise(FAULT_UNTRUSTED, "item 10");
    }
    if (!atomic_load(&lone->faulted)) return NULL;
    atomic_fetch_add(&lone->begun_after, 1);
    while (!atomic_load(&lone->closed)) (void)sched_yield();
    return NULL;
}

static struct fault *lone_open(void *context, void **state)
{
    (void)context;
    *state = calloc(1, sizeof(bool));
    return *state == NULL ? fault_no_memory() : NULL;
}

static void lone_close(void *context, void *state)
{
    struct lone_fault *lone = context;
    if (*(bool *)state) atomic_store(&lone->closed, true);
    free(state);
}

START_TEST(a_fault_of_one_thread_keeps_the_others_from_further_items)
{
    for (size_t t = 0; t < TEAMS; t++) {
        struct lone_fault lone = {false, false, 0};
        const struct ensemble_body body = {lone_open, lone_item, lone_close, &lone};
        struct fault *fault = ensemble_for(100000, teams[t], &body, NULL);
        ck_assert_uint_eq(fault_count(fault), 1);
        ck_assert_str_eq(fault->sentence, "item 10");
        ck_assert_int_lt(atomic_load(&lone.begun_after), teams[t]);
        fault_free(fault);
    }
}
END_TEST

START_TEST(a_thread_that_cannot_open_ends_the_loop_and_all_close)
{
    for (int allowed = 0; allowed < 4; allowed++) {
        struct record record;
        record_start(&record);
        record.refuse_opening_after = allowed;
        struct fault *fault = run(&record, 4, false);
        /* with fewer threads than asked for there may be nobody who is refused */
        if (allowed == 0) ck_assert_ptr_nonnull(fault);
        if (fault != NULL) ck_assert_str_eq(fault->sentence, "no room");
        if (allowed == 0) ck_assert_int_eq(items_run(&record), 0);
        ck_assert_int_eq(atomic_load(&record.opened), atomic_load(&record.closed));
        fault_free(fault);
    }
}
END_TEST

START_TEST(a_stop_ends_the_loop_with_an_interruption)
{
    for (size_t t = 0; t < TEAMS; t++) {
        struct record record;
        record_start(&record);
        record.stop_after = 50;
        struct fault *fault = run(&record, teams[t], true);
        ck_assert_ptr_nonnull(fault);
        ck_assert_int_eq(fault->code, FAULT_INTERRUPTED);
        ck_assert_uint_eq(fault_count(fault), 1);
        /* an item may be under way, or just begun, in each other thread */
        ck_assert_int_ge(items_run(&record), 50);
        ck_assert_int_lt(items_run(&record), 50 + teams[t]);
        ck_assert_uint_eq(record.progress, (uint64_t)items_run(&record));
        ck_assert_int_eq(atomic_load(&record.opened), atomic_load(&record.closed));
        fault_free(fault);
    }
}
END_TEST

START_TEST(a_stop_before_the_first_item_runs_none_and_one_after_the_last_is_no_interruption)
{
    struct record record;
    record_start(&record);
    record.stop_after = 0;
    struct fault *fault = run(&record, 2, true);
    ck_assert_ptr_nonnull(fault);
    ck_assert_int_eq(fault->code, FAULT_INTERRUPTED);
    ck_assert_int_eq(items_run(&record), 0);
    fault_free(fault);
    record_start(&record);
    record.stop_after = ITEMS;
    ck_assert_ptr_null(run(&record, 2, true));
}
END_TEST

START_TEST(a_number_of_threads_is_taken_and_zero_means_at_least_one)
{
    ck_assert_int_eq(ensemble_threads(3), 3);
    ck_assert_int_ge(ensemble_threads(0), 1);
    ck_assert_int_eq(ensemble_threads(-1), ensemble_threads(0));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ensemble");
    TCase *facts = tcase_create("facts");
    tcase_add_test(facts, each_item_runs_once_on_any_number_of_threads);
    tcase_add_test(facts, no_items_open_nothing_and_few_items_open_few_threads);
    tcase_add_test(facts, a_body_without_state_needs_no_open_and_close);
    tcase_add_test(facts, progress_counts_every_item_one_call_at_a_time);
    tcase_add_test(facts, the_first_fault_ends_the_loop_and_is_that_of_the_lowest_faulty_item);
    tcase_add_test(facts, a_fault_of_one_thread_keeps_the_others_from_further_items);
    tcase_add_test(facts, a_thread_that_cannot_open_ends_the_loop_and_all_close);
    tcase_add_test(facts, a_stop_ends_the_loop_with_an_interruption);
    tcase_add_test(facts, a_stop_before_the_first_item_runs_none_and_one_after_the_last_is_no_interruption);
    tcase_add_test(facts, a_number_of_threads_is_taken_and_zero_means_at_least_one);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
