/* tests/test_fault.c -- faults chain, carry notes and survive without memory.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/fault.h"

#include <check.h>
#include <stdlib.h>

START_TEST(joined_faults_keep_their_order_and_count)
{
    struct fault *faults = fault_join(fault_raise(FAULT_SCENARIO, "first %d", 1), fault_raise(FAULT_USAGE, "second"));
    ck_assert_uint_eq(fault_count(faults), 2);
    ck_assert_str_eq(faults->sentence, "first 1");
    ck_assert_str_eq(faults->next->sentence, "second");
    fault_free(faults);
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

START_TEST(the_fault_of_exhausted_memory_is_never_freed)
{
    fault_free(fault_no_memory());
    ck_assert_str_eq(fault_no_memory()->sentence, "out of memory");
    ck_assert_ptr_eq(fault_join(fault_no_memory(), fault_raise(FAULT_USAGE, "more")), fault_no_memory());
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("fault");
    TCase *facts = tcase_create("facts");
    tcase_add_test(facts, joined_faults_keep_their_order_and_count);
    tcase_add_test(facts, a_note_does_not_count_as_a_fault);
    tcase_add_test(facts, the_fault_of_exhausted_memory_is_never_freed);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
