/* tests/core/test_fault.c -- faults chain, carry notes and survive without memory.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/cause.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>

static struct fault *numbered(int number)
{
    return fault_raise(FAULT_SCENARIO, "%d", number);
}

static int number_of(const struct fault *fault)
{
    return atoi(fault->sentence);
}

START_TEST(a_wrong_path_is_the_fault_of_who_named_it_all_else_the_machines)
{
    static const int named[] = {ENOENT, ENOTDIR, EISDIR, EACCES, ELOOP},
                     machine[] = {EIO, EMFILE, ENFILE, ENOMEM, ESTALE};
    for (int i = 0; i < 5; i++) {
        ck_assert_int_eq(cause_code(named[i], FAULT_FILES), FAULT_FILES);
        ck_assert_int_eq(cause_code(named[i], FAULT_SCENARIO), FAULT_SCENARIO);
        ck_assert_int_eq(cause_code(machine[i], FAULT_SCENARIO), FAULT_MACHINE);
    }
}
END_TEST

START_TEST(a_fault_has_its_code_sentence_and_place)
{
    const struct source source = {.name = NULL};
    struct fault *fault = fault_at(FAULT_FILES, (struct place){&source, 3, 14}, "%s has %d, expected %g", "a", 2, 0.5);
    ck_assert_int_eq(fault->code, FAULT_FILES);
    ck_assert_str_eq(fault->sentence, "a has 2, expected 0.5");
    ck_assert_ptr_eq(fault->place.source, &source);
    ck_assert_int_eq(fault->place.line, 3);
    ck_assert_int_eq(fault->place.column, 14);
    ck_assert_ptr_null(fault->note);
    ck_assert_ptr_null(fault->next);
    fault_free(fault);
    fault = numbered(1);
    ck_assert_ptr_null(fault->place.source);
    fault_free(fault);
}
END_TEST

START_TEST(joined_faults_keep_their_order_and_count)
{
    struct fault *faults = fault_join(fault_raise(FAULT_SCENARIO, "first %d", 1), fault_raise(FAULT_USAGE, "second"));
    ck_assert_uint_eq(fault_count(faults), 2);
    ck_assert_str_eq(faults->sentence, "first 1");
    ck_assert_str_eq(faults->next->sentence, "second");
    fault_free(faults);
}
END_TEST

START_TEST(chains_are_joined_whole)
{
    struct fault *first = NULL, *second = NULL;
    for (int i = 0; i < 5; i++) first = fault_join(first, numbered(i));
    for (int i = 5; i < 9; i++) second = fault_join(second, numbered(i));
    struct fault *all = fault_join(first, second);
    ck_assert_uint_eq(fault_count(all), 9);
    int expected = 0;
    for (const struct fault *fault = all; fault != NULL; fault = fault->next)
        ck_assert_int_eq(number_of(fault), expected++);
    fault_free(all);
}
END_TEST

START_TEST(nothing_joins_nothing)
{
    ck_assert_ptr_null(fault_join(NULL, NULL));
    ck_assert_uint_eq(fault_count(NULL), 0);
    struct fault *fault = numbered(1);
    ck_assert_ptr_eq(fault_join(fault, NULL), fault);
    ck_assert_ptr_eq(fault_join(NULL, fault), fault);
    ck_assert_uint_eq(fault_count(fault), 1);
    fault_free(fault);
    fault_free(NULL);
}
END_TEST

START_TEST(a_note_does_not_count_as_a_fault)
{
    struct fault *fault = fault_note(fault_raise(FAULT_SCENARIO, "wrong"), (struct place){0}, "because of %s", "this");
    ck_assert_uint_eq(fault_count(fault), 1);
    ck_assert_str_eq(fault->note->sentence, "because of this");
    fault_free(fault);
}
END_TEST

START_TEST(notes_keep_their_order_and_stay_with_their_fault)
{
    const struct source source = {.name = NULL};
    struct fault *fault = numbered(1);
    for (int i = 10; i < 13; i++) fault = fault_note(fault, (struct place){&source, i, 1}, "note %d", i);
    fault = fault_join(fault, fault_note(numbered(2), (struct place){0}, "other"));
    int line = 10;
    for (const struct fault *note = fault->note; note != NULL; note = note->next, line++) {
        ck_assert_int_eq(note->place.line, line);
        ck_assert_int_eq(note->code, fault->code);
        ck_assert_ptr_null(note->note);
    }
    ck_assert_int_eq(line, 13);
    ck_assert_str_eq(fault->next->note->sentence, "other");
    ck_assert_uint_eq(fault_count(fault), 2);
    fault_free(fault);
}
END_TEST

START_TEST(the_fault_of_exhausted_memory_is_never_freed)
{
    fault_free(fault_no_memory());
    ck_assert_str_eq(fault_no_memory()->sentence, "out of memory");
    ck_assert_int_eq(fault_no_memory()->code, FAULT_MACHINE);
    ck_assert_ptr_eq(fault_no_memory(), fault_no_memory());
    ck_assert_uint_eq(fault_count(fault_no_memory()), 1);
}
END_TEST

/* It is one object for the whole program: linked into a chain it would carry one chain's faults into another. */
START_TEST(the_fault_of_exhausted_memory_stands_alone)
{
    ck_assert_ptr_eq(fault_join(fault_no_memory(), fault_raise(FAULT_USAGE, "more")), fault_no_memory());
    ck_assert_ptr_eq(fault_join(fault_join(numbered(1), numbered(2)), fault_no_memory()), fault_no_memory());
    ck_assert_ptr_eq(fault_join(fault_no_memory(), fault_no_memory()), fault_no_memory());
    ck_assert_ptr_eq(fault_join(NULL, fault_no_memory()), fault_no_memory());
    ck_assert_ptr_eq(fault_note(fault_no_memory(), (struct place){0}, "note"), fault_no_memory());
    ck_assert_ptr_null(fault_no_memory()->next);
    ck_assert_ptr_null(fault_no_memory()->note);
}
END_TEST

static struct fault *try_it(struct fault *fault, int *reached)
{
    TRY(fault);
    *reached += 1;
    return NULL;
}

START_TEST(try_leaves_at_a_fault_and_goes_on_without)
{
    int reached = 0;
    ck_assert_ptr_null(try_it(NULL, &reached));
    ck_assert_int_eq(reached, 1);
    struct fault *fault = numbered(1);
    ck_assert_ptr_eq(try_it(fault, &reached), fault);
    ck_assert_int_eq(reached, 1);
    fault_free(fault);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fault");
    TCase *facts = tcase_create("facts");
    tcase_add_test(facts, a_wrong_path_is_the_fault_of_who_named_it_all_else_the_machines);
    tcase_add_test(facts, a_fault_has_its_code_sentence_and_place);
    tcase_add_test(facts, joined_faults_keep_their_order_and_count);
    tcase_add_test(facts, chains_are_joined_whole);
    tcase_add_test(facts, nothing_joins_nothing);
    tcase_add_test(facts, a_note_does_not_count_as_a_fault);
    tcase_add_test(facts, notes_keep_their_order_and_stay_with_their_fault);
    tcase_add_test(facts, the_fault_of_exhausted_memory_is_never_freed);
    tcase_add_test(facts, the_fault_of_exhausted_memory_stands_alone);
    tcase_add_test(facts, try_leaves_at_a_fault_and_goes_on_without);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
