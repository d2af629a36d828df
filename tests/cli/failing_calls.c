/* tests/cli/failing_calls.c -- preloaded into zhol: lets its k-th call that changes or opens a file fail, or kills it there.
 *
 * Calls of the program and of the libraries count, but not those on the standard streams, nor those that the C library
 * makes of its own. FAIL_AT=k names the first that fails and FAIL_FOR how many do (1; 0: all from there on). FAIL_WITH is EIO,
 * ENOSPC, or KILL, which ends the program just before that call. FAIL_CALL: only calls of that name count. REPORT_TO is a file
 * for how many there were, and the name of the first that failed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static long calls, fail_at = -1, fail_for = 1;
static int fail_with = EIO;
static bool kills, is_ready;
static const char *only, *failed = "-";
static char lock;

static void read_wishes(void)
{
    const char *at = getenv("FAIL_AT"), *with = getenv("FAIL_WITH"), *count = getenv("FAIL_FOR");
    is_ready = true;
    only = getenv("FAIL_CALL");
    if (at != NULL) fail_at = strtol(at, NULL, 10);
    if (count != NULL) fail_for = strtol(count, NULL, 10);
    if (with != NULL && strcmp(with, "ENOSPC") == 0) fail_with = ENOSPC;
    kills = with != NULL && strcmp(with, "KILL") == 0;
}

/* Counts a call; whether it is one that fails, and errno then. */
static bool fails(const char *name)
{
    while (__atomic_test_and_set(&lock, __ATOMIC_ACQUIRE)) continue;
    if (!is_ready) read_wishes();
    bool failing = false;
    if (only == NULL || strcmp(only, name) == 0) {
        calls++;
        failing = fail_at > 0 && calls >= fail_at && (fail_for == 0 || calls < fail_at + fail_for);
        if (failing && calls == fail_at) failed = name;
    }
    __atomic_clear(&lock, __ATOMIC_RELEASE);
    if (failing && kills) raise(SIGKILL);
    if (failing) errno = fail_with;
    return failing;
}

static bool is_stream(int file)
{
    return file >= 0 && file <= STDERR_FILENO;
}

/* The C library's own function of that name. */
#define NEXT(name) ((__typeof__(&(name)))(uintptr_t)dlsym(RTLD_NEXT, #name))

#define FILE_CALL(type, name, parameters, arguments)                                                                   \
    type name parameters                                                                                               \
    {                                                                                                                  \
        return !is_stream(file) && fails(#name) ? -1 : NEXT(name) arguments;                                           \
    }
#define PATH_CALL(name, parameters, arguments)                                                                         \
    int name parameters                                                                                                \
    {                                                                                                                  \
        return fails(#name) ? -1 : NEXT(name) arguments;                                                               \
    }

FILE_CALL(ssize_t, write, (int file, const void *from, size_t size), (file, from, size))
FILE_CALL(ssize_t, pwrite, (int file, const void *from, size_t size, off_t at), (file, from, size, at))
FILE_CALL(ssize_t, pwrite64, (int file, const void *from, size_t size, off64_t at), (file, from, size, at))
FILE_CALL(int, fsync, (int file), (file))
FILE_CALL(int, fdatasync, (int file), (file))
FILE_CALL(int, ftruncate, (int file, off_t size), (file, size))
FILE_CALL(int, ftruncate64, (int file, off64_t size), (file, size))
PATH_CALL(rename, (const char *from, const char *to), (from, to))
PATH_CALL(renameat2, (int folder, const char *from, int other, const char *to, unsigned flags),
          (folder, from, other, to, flags))
PATH_CALL(mkdir, (const char *path, mode_t mode), (path, mode))
PATH_CALL(rmdir, (const char *path), (path))
PATH_CALL(unlink, (const char *path), (path))
PATH_CALL(unlinkat, (int folder, const char *path, int flags), (folder, path, flags))

/* Of a close that fails, the file is closed none the less. */
int close(int file)
{
    const bool failing = !is_stream(file) && fails("close");
    const int error = errno, closed = NEXT(close)(file);
    if (failing) errno = error;
    return failing ? -1 : closed;
}

#define OPEN_CALL(name)                                                                                                \
    int name(const char *path, int flags, ...)                                                                         \
    {                                                                                                                  \
        va_list more;                                                                                                  \
        va_start(more, flags);                                                                                         \
        const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;                                         \
        va_end(more);                                                                                                  \
        return fails("open") ? -1 : NEXT(name)(path, flags, mode);                                                     \
    }
OPEN_CALL(open)
OPEN_CALL(open64)

__attribute__((destructor)) static void report(void)
{
    const char *path = getenv("REPORT_TO");
    FILE *to = path == NULL ? NULL : fopen(path, "w");
    if (to == NULL) return;
    fprintf(to, "%ld %s\n", calls, failed);
    fclose(to);
}
