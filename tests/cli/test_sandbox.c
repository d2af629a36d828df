/* tests/cli/test_sandbox.c -- what a check in a process of its own does, its parent tells in one sentence.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/sandbox.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GIB (UINT64_C(1) << 30)

static struct fault *agree(const char *path)
{
    (void)path;
    return NULL;
}

static struct fault *object(const char *path)
{
    return fault_raise(FAULT_FILES, "%s is a list of groceries", path);
}

#if !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__ /* which catch it, and exit */
static struct fault *crash(const char *path)
{
    (void)path;
    (void)raise(SIGSEGV);
    return NULL;
}
#endif

static struct fault *be_killed(const char *path)
{
    (void)path;
    (void)raise(SIGKILL);
    return NULL;
}

static struct fault *sleep_long(const char *path)
{
    (void)path;
    (void)sleep(100);
    return NULL;
}

static struct fault *spin(const char *path)
{
    volatile bool again = path != NULL;
    while (again) continue;
    return NULL;
}

static struct fault *leave(const char *path)
{
    (void)path;
    _exit(0);
}

static struct fault *lose_the_pipe(const char *path)
{
    (void)path;
    for (int file = STDERR_FILENO + 1; file < 256; file++) (void)close(file);
    return NULL;
}

static struct fault *take_two_gib(const char *path)
{
    (void)path;
    char *volatile much = malloc(2 * GIB);
    struct fault *fault = much == NULL ? fault_no_memory() : NULL;
    free(much);
    return fault;
}

/* Checks a file within a second and a GiB: what is said of it; "" of no fault. */
static void assert_said(struct fault *(*check)(const char *path), enum fault_code code, const char *said)
{
    const struct sandbox_limits limits = {1, 4, GIB, false};
    struct fault *fault = sandbox_run(check, "r.h5", &limits);
    ck_assert_str_eq(fault == NULL ? "" : fault->sentence, said);
    if (fault != NULL) ck_assert_int_eq(fault->code, code);
    fault_free(fault);
}

START_TEST(a_fault_comes_over_with_its_code_and_sentence)
{
    assert_said(agree, FAULT_MACHINE, "");
    assert_said(object, FAULT_FILES, "r.h5 is a list of groceries");
}
END_TEST

START_TEST(a_check_that_dies_says_that_the_file_is_damaged)
{
#if !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__
    assert_said(crash, FAULT_FILES, "r.h5 is damaged: HDF5 crashes when it reads it");
#endif
    assert_said(leave, FAULT_FILES, "r.h5 is damaged: HDF5 ends when it reads it");
}
END_TEST

START_TEST(a_check_that_dies_of_a_disk_that_fails_says_that)
{
    const struct sandbox_limits limits = {1, 4, GIB, false};
    struct fault *fault = sandbox_run(leave, "/proc/self/mem", &limits); /* whose beginning cannot be read */
    ck_assert_ptr_nonnull(fault);
    ck_assert_int_eq(fault->code, FAULT_MACHINE);
    ck_assert_str_eq(fault->sentence, "/proc/self/mem cannot be read: Input/output error");
    fault_free(fault);
}
END_TEST

START_TEST(a_check_that_is_killed_says_nothing_of_the_file)
{
    assert_said(be_killed, FAULT_MACHINE,
                "r.h5 was not read: the process that read it was ended by the signal 9 (Killed)");
}
END_TEST

START_TEST(a_check_that_cannot_tell_says_nothing_of_the_file)
{
    assert_said(lose_the_pipe, FAULT_MACHINE,
                "r.h5 was not read: the process that read it could not tell what it found");
}
END_TEST

START_TEST(a_check_that_does_not_end_is_ended)
{
    const struct sandbox_limits by_processor = {1, 600, GIB,
                                                false}; /* of which a machine that others use gives little */
    struct fault *fault = sandbox_run(spin, "r.h5", &by_processor);
    ck_assert_ptr_nonnull(fault);
    ck_assert_int_eq(fault->code, FAULT_FILES);
    ck_assert_str_eq(fault->sentence, "r.h5 is damaged: reading it does not end");
    fault_free(fault);
    assert_said(sleep_long, FAULT_MACHINE, "r.h5 could not be read within 4 s");
}
END_TEST

START_TEST(a_check_that_takes_too_much_memory_is_refused_it)
{
    const struct sandbox_limits wide = {1, 60, 16 * GIB, false};
    struct fault *fault = sandbox_run(take_two_gib, "r.h5", &wide);
    ck_assert_ptr_null(fault);
#ifndef __SANITIZE_ADDRESS__ /* with which memory is not limited */
    assert_said(take_two_gib, FAULT_MACHINE, "out of memory: 1 GiB do not suffice to read r.h5, see --memory");
#endif
}
END_TEST

/* Of less memory than the size says, HDF5 may die: the file is as good as it was. */
START_TEST(a_crash_in_little_memory_says_nothing_of_the_file)
{
    const struct sandbox_limits limits = sandbox_limits_of("r.h5", GIB);
    ck_assert(limits.tight && !sandbox_limits_of("r.h5", 0).tight && !sandbox_limits_of("r.h5", 64 * GIB).tight);
    ck_assert_uint_eq(limits.bytes, GIB);
    struct fault *fault = sandbox_run(leave, "r.h5", &limits);
    ck_assert_ptr_nonnull(fault);
    ck_assert_str_eq(fault->sentence, "out of memory: 1 GiB do not suffice to read r.h5, see --memory");
    ck_assert_int_eq(fault->code, FAULT_MACHINE);
    fault_free(fault);
}
END_TEST

START_TEST(limits_grow_with_the_file)
{
    char file[] = "/tmp/zhol-apart-XXXXXX";
    const int made = mkstemp(file);
    ck_assert_int_ge(made, 0);
    const struct sandbox_limits none = sandbox_limits_of("none.h5", 0), empty = sandbox_limits_of(file, 0);
    ck_assert_int_eq(ftruncate(made, (off_t)(10 * GIB)), 0); /* of zeros, which take no room */
    const struct sandbox_limits large = sandbox_limits_of(file, 0);
    ck_assert_int_eq(close(made), 0);
    ck_assert_int_eq(unlink(file), 0);
    ck_assert_uint_eq(none.seconds, empty.seconds);
    ck_assert_uint_gt(large.seconds, empty.seconds);
    ck_assert_uint_gt(large.bytes, 20 * GIB);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("apart");
    TCase *cases = tcase_create("apart");
    tcase_add_test(cases, a_fault_comes_over_with_its_code_and_sentence);
    tcase_set_timeout(cases, 60);
    tcase_add_test(cases, a_check_that_dies_says_that_the_file_is_damaged);
    tcase_add_test(cases, a_check_that_dies_of_a_disk_that_fails_says_that);
    tcase_add_test(cases, a_check_that_is_killed_says_nothing_of_the_file);
    tcase_add_test(cases, a_check_that_cannot_tell_says_nothing_of_the_file);
    tcase_add_test(cases, a_check_that_does_not_end_is_ended);
    tcase_add_test(cases, a_check_that_takes_too_much_memory_is_refused_it);
    tcase_add_test(cases, a_crash_in_little_memory_says_nothing_of_the_file);
    tcase_add_test(cases, limits_grow_with_the_file);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
