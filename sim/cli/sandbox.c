/* sim/cli/sandbox.c -- see sandbox.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/sandbox.h"
#include "sim/core/cause.h"
#include "sim/core/gib.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A result of the Kazakhstan scenario, with its 12,000 datasets, takes a second; a GiB of samples two to five. */
enum { SECONDS_LEAST = 20, SECONDS_PER_GIB = 20 };
/* A disk that others use too. */
enum { WALL_TIMES = 30 };
/* A dataset, as large as the file at most, is held once or twice; the rest is HDF5's own. */
enum { TIMES_THE_FILE = 4 };
#define BYTES_LEAST (4 * GIB)
/* The exit status of a child that could not tell what it found; a program that HDF5 ends has another. */
enum { CANNOT_TELL = 75 };

/* AddressSanitizer takes terabytes of address space for itself; gcc and clang tell of it each in its way. */
#ifdef __SANITIZE_ADDRESS__
#define WITHOUT_LIMIT_OF_MEMORY
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define WITHOUT_LIMIT_OF_MEMORY
#endif
#endif

struct sandbox_limits sandbox_limits_of(const char *path, uint64_t bytes)
{
    struct stat file;
    /* a file that is not there is the check's to tell */
    const uint64_t size = stat(path, &file) < 0 || file.st_size < 0 ? 0 : (uint64_t)file.st_size;
    const uint64_t seconds = SECONDS_LEAST + SECONDS_PER_GIB * (size / GIB);
    const uint64_t usual = BYTES_LEAST + TIMES_THE_FILE * size, most = bytes == 0 ? usual : bytes;
    return (struct sandbox_limits){seconds, WALL_TIMES * seconds, most, most < usual};
}

/* Lowers a limit of this process; a lower one of the user's stays. */
static bool set_limit(__rlimit_resource_t resource, uint64_t most)
{
    struct rlimit limit;
    if (getrlimit(resource, &limit) < 0) return false;
    if (limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur <= most) return true;
    limit.rlim_cur = (rlim_t)most;
    return setrlimit(resource, &limit) == 0;
}

static bool set_limits(const struct sandbox_limits *limits)
{
    /* neither does a crash leave its memory behind, nor the child outlive its parent */
    bool set =
        set_limit(RLIMIT_CPU, limits->seconds) && set_limit(RLIMIT_CORE, 0) && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0;
#ifndef WITHOUT_LIMIT_OF_MEMORY
    set = set && set_limit(RLIMIT_AS, limits->bytes);
#endif
    return set;
}

/* What the child tells: nothing of a success. */
struct message {
    enum fault_code code;
    bool memory; /* is out */
    char sentence[2000];
};

static void __attribute__((noreturn))
child(struct fault *(*check)(const char *path), const char *path, const struct sandbox_limits *limits, int to)
{
    struct message message = {.code = 0};
    const struct fault *fault = set_limits(limits)
                                    ? check(path)
                                    : fault_raise(FAULT_MACHINE, "a process cannot be limited: %s", strerror(errno));
    if (fault != NULL) {
        message.code = fault->code;
        message.memory = fault_is_memory(fault);
        snprintf(message.sentence, sizeof message.sentence, "%s", fault->sentence);
    }
    _exit(write(to, &message, sizeof message) == (ssize_t)sizeof message ? 0 : CANNOT_TELL);
}

static int64_t milliseconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Whether there is something to read before the end; a wait that a signal ended goes on. */
static bool wait_until(int from, int64_t end)
{
    for (;;) {
        struct pollfd waited = {.fd = from, .events = POLLIN};
        const int64_t left = end - milliseconds_now();
        if (left <= 0) return false;
        const int ready = poll(&waited, 1, left < INT_MAX ? (int)left : INT_MAX);
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) return false;
    }
}

/* The child's message; false if it died without one, or had not ended in time (*late), or could not be listened to
 * (*error, else 0). *status is as waitpid gives it. */
static bool listen(pid_t process, int from, const struct sandbox_limits *limits, struct message *message, int *status,
                   bool *late, int *error)
{
    size_t got = 0;
    const int64_t end = milliseconds_now() + (int64_t)limits->wall_seconds * 1000;
    for (;;) {
        *late = !wait_until(from, end);
        if (*late) {
            (void)kill(process, SIGKILL); /* it ends, or has ended */
            break;
        }
        const ssize_t more = read(from, (char *)message + got, sizeof *message - got);
        if (more < 0 && errno == EINTR) continue;
        if (more < 0) *error = errno;
        if (more <= 0) break;
        got += (size_t)more;
    }
    while (waitpid(process, status, 0) < 0 && errno == EINTR) continue;
    return got == sizeof *message && WIFEXITED(*status) && WEXITSTATUS(*status) == 0;
}

static struct fault *no_memory(const char *path, const struct sandbox_limits *limits)
{
    return fault_raise(FAULT_MACHINE, "out of memory: %.3g GiB do not suffice to read %s, see --memory",
                       (double)limits->bytes / (double)GIB, path);
}

static struct fault *fault_of(const char *path, const struct sandbox_limits *limits, const struct message *message)
{
    if (message->code == 0) return NULL;
    if (message->memory) return no_memory(path, limits);
    return fault_raise(message->code, "%s", message->sentence);
}

static bool is_crash(int ended)
{
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGTRAP};
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
        if (ended == crashes[i]) return true;
    return false;
}

/* Whether the machine reads the file from its beginning to its end; HDF5 may crash where a disk fails it. */
static struct fault *check_readable(const char *path)
{
    char buffer[1 << 16];
    ssize_t got = 1;
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0 && cause_code(errno, FAULT_FILES) == FAULT_FILES) return NULL; /* which is the check's to tell */
    while (file >= 0 && (got > 0 || (got < 0 && errno == EINTR))) got = read(file, buffer, sizeof buffer);
    const int error = errno;
    if (file >= 0) (void)close(file); /* it was only read */
    return file >= 0 && got == 0 ? NULL : fault_raise(FAULT_MACHINE, "%s cannot be read: %s", path, strerror(error));
}

/* Of a child that told nothing. HDF5 and the C library do not always survive that there is no more memory. */
static struct fault *end_of(const char *path, const struct sandbox_limits *limits, int status)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == CANNOT_TELL)
        return fault_raise(FAULT_MACHINE, "%s was not read: the process that read it could not tell what it found",
                           path);
    if (limits->tight && (!WIFSIGNALED(status) || is_crash(WTERMSIG(status)))) return no_memory(path, limits);
    TRY(check_readable(path));
    if (!WIFSIGNALED(status)) /* HDF5 ends a program that it cannot go on with */
        return fault_raise(FAULT_FILES, "%s is damaged: HDF5 ends when it reads it", path);
    const int ended = WTERMSIG(status);
    if (ended == SIGXCPU) return fault_raise(FAULT_FILES, "%s is damaged: reading it does not end", path);
    if (is_crash(ended)) return fault_raise(FAULT_FILES, "%s is damaged: HDF5 crashes when it reads it", path);
    return fault_raise(FAULT_MACHINE, "%s was not read: the process that read it was ended by the signal %d (%s)", path,
                       ended, strsignal(ended));
}

struct fault *sandbox_run(struct fault *(*check)(const char *path), const char *path,
                          const struct sandbox_limits *limits)
{
    int end[2], status = 0;
    struct message message;
    if (pipe(end) < 0) return fault_raise(FAULT_MACHINE, "a pipe cannot be made: %s", strerror(errno));
    const pid_t process = fork();
    if (process == 0) child(check, path, limits, end[1]);
    const int error = errno;
    int unheard = 0;
    (void)close(end[1]); /* of a pipe, it loses nothing */
    bool late = false;
    const bool told = process > 0 && listen(process, end[0], limits, &message, &status, &late, &unheard);
    (void)close(end[0]);
    if (process < 0) return fault_raise(FAULT_MACHINE, "a process cannot be made: %s", strerror(error));
    if (unheard != 0)
        return fault_raise(FAULT_MACHINE, "%s was not read: the process that read it cannot be listened to: %s", path,
                           strerror(unheard));
    if (told) return fault_of(path, limits, &message);
    if (late)
        return fault_raise(FAULT_MACHINE, "%s could not be read within %" PRIu64 " s", path, limits->wall_seconds);
    return end_of(path, limits, status);
}
