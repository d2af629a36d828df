/* tests/inject/failing.c -- see failing.h: what is wished, counted and reported.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/inject/failing.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static long calls, fail_at = -1, fail_for = 1;
static int fail_with = EIO;
static unsigned int wished;
static bool kills, is_ready;
static const char *only, *failed = "-";
static char lock;
static pid_t first;

static void read_wishes(void)
{
    static const struct {
        const char *name;
        unsigned int kind;
    } kinds[] = {
        {"memory", FAILING_MEMORY}, {"calls", FAILING_CALLS}, {"reads", FAILING_READS}, {"opens", FAILING_OPENS}};
    static const struct {
        const char *name;
        int number;
    } errors[] = {{"EIO", EIO}, {"ESTALE", ESTALE}, {"ENOSPC", ENOSPC}, {"EMFILE", EMFILE}};
    const char *what = getenv("FAIL_WHAT"), *at = getenv("FAIL_AT"), *with = getenv("FAIL_WITH"),
               *count = getenv("FAIL_FOR");
    is_ready = true;
    first = getpid();
    only = getenv("FAIL_CALL");
    for (size_t i = 0; what != NULL && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(what, kinds[i].name) == 0) wished = kinds[i].kind;
    if (at != NULL) fail_at = strtol(at, NULL, 10);
    if (count != NULL) fail_for = strtol(count, NULL, 10);
    for (size_t i = 0; with != NULL && i < sizeof errors / sizeof *errors; i++)
        if (strcmp(with, errors[i].name) == 0) fail_with = errors[i].number;
    kills = with != NULL && strcmp(with, "KILL") == 0;
}

bool failing(unsigned int kinds, const char *name)
{
    while (__atomic_test_and_set(&lock, __ATOMIC_ACQUIRE)) continue;
    if (!is_ready) read_wishes();
    bool fails = false;
    if ((kinds & wished) != 0 && (only == NULL || strcmp(only, name) == 0)) {
        calls++;
        fails = fail_at > 0 && calls >= fail_at && (fail_for == 0 || calls < fail_at + fail_for);
        if (fails && calls == fail_at) failed = name;
    }
    __atomic_clear(&lock, __ATOMIC_RELEASE);
    if (fails && kills) raise(SIGKILL);
    if (fails) errno = wished == FAILING_MEMORY ? ENOMEM : fail_with;
    return fails;
}

/* By the system's own calls, which nothing here lets fail. */
__attribute__((destructor)) static void report(void)
{
    char text[128];
    const char *path = getenv("REPORT_TO");
    if (path == NULL || getpid() != first) return;
    const int length = snprintf(text, sizeof text, "%ld %s %zu\n", calls, failed, failing_alive());
    const long file = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (file < 0) return;
    if (syscall(SYS_write, file, text, (size_t)length) != length) abort();
    syscall(SYS_close, file);
}
