/* sim/cli/apart.c -- see apart.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/apart.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the child tells: nothing of a success. */
struct message {
    enum fault_code code;
    char sentence[2000];
};

static void __attribute__((noreturn)) child(struct fault *(*check)(const char *path), const char *path, int to)
{
    struct message message = {.code = 0};
    const struct fault *fault = check(path);
    if (fault != NULL) {
        message.code = fault->code;
        snprintf(message.sentence, sizeof message.sentence, "%s", fault->sentence);
    }
    _exit(write(to, &message, sizeof message) == (ssize_t)sizeof message ? 0 : FAULT_MACHINE);
}

/* The child's message; false if it died without one. */
static bool listen(pid_t process, int from, struct message *message)
{
    size_t got = 0;
    int status = 0;
    for (;;) {
        const ssize_t more = read(from, (char *)message + got, sizeof *message - got);
        if (more < 0 && errno == EINTR) continue;
        if (more <= 0) break;
        got += (size_t)more;
    }
    while (waitpid(process, &status, 0) < 0 && errno == EINTR) continue;
    return got == sizeof *message && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

struct fault *apart(struct fault *(*check)(const char *path), const char *path)
{
    int end[2];
    struct message message;
    if (pipe(end) < 0) return fault_raise(FAULT_MACHINE, "a pipe cannot be made: %s", strerror(errno));
    const pid_t process = fork();
    if (process == 0) child(check, path, end[1]);
    const int error = errno;
    (void)close(end[1]); /* of a pipe, it loses nothing */
    const bool told = process > 0 && listen(process, end[0], &message);
    (void)close(end[0]);
    if (process < 0) return fault_raise(FAULT_MACHINE, "a process cannot be made: %s", strerror(error));
    if (!told) return fault_raise(FAULT_UNTRUSTED, "%s is damaged: HDF5 crashes when it reads it", path);
    return message.code == 0 ? NULL : fault_raise(message.code, "%s", message.sentence);
}
