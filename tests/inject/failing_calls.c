/* tests/inject/failing_calls.c -- see failing.h: the calls of the system.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/inject/failing.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool is_stream(int file)
{
    return file >= 0 && file <= STDERR_FILENO;
}

/* The C library's own function of that name. */
#define NEXT(name) ((__typeof__(&(name)))(uintptr_t)dlsym(RTLD_NEXT, #name))

#define FILE_CALL(type, name, parameters, arguments)                                                                   \
    type name parameters                                                                                               \
    {                                                                                                                  \
        return !is_stream(file) && failing(FAILING_CALLS, #name) ? -1 : NEXT(name) arguments;                          \
    }
#define PATH_CALL(name, parameters, arguments)                                                                         \
    int name parameters                                                                                                \
    {                                                                                                                  \
        return failing(FAILING_CALLS, #name) ? -1 : NEXT(name) arguments;                                              \
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
    const bool fails = !is_stream(file) && failing(FAILING_CALLS, "close");
    const int error = errno, closed = NEXT(close)(file);
    if (fails) errno = error;
    return fails ? -1 : closed;
}

#define OPEN_CALL(name)                                                                                                \
    int name(const char *path, int flags, ...)                                                                         \
    {                                                                                                                  \
        va_list more;                                                                                                  \
        va_start(more, flags);                                                                                         \
        const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;                                         \
        va_end(more);                                                                                                  \
        return failing(FAILING_CALLS | FAILING_OPENS, "open") ? -1 : NEXT(name)(path, flags, mode);                    \
    }
OPEN_CALL(open)
OPEN_CALL(open64)

/* Streams open and close files by calls of the C library's own. */
FILE *fopen(const char *path, const char *mode)
{
    return failing(FAILING_CALLS | FAILING_OPENS, "fopen") ? NULL : NEXT(fopen)(path, mode);
}

int fclose(FILE *stream)
{
    const bool fails = !is_stream(fileno(stream)) && failing(FAILING_CALLS, "fclose");
    const int error = errno, closed = NEXT(fclose)(stream);
    if (fails) errno = error;
    return fails ? EOF : closed;
}

DIR *opendir(const char *path)
{
    return failing(FAILING_CALLS | FAILING_OPENS, "opendir") ? NULL : NEXT(opendir)(path);
}

int pipe(int ends[2])
{
    return failing(FAILING_CALLS | FAILING_OPENS, "pipe") ? -1 : NEXT(pipe)(ends);
}

pid_t fork(void)
{
    return failing(FAILING_CALLS, "fork") ? -1 : NEXT(fork)();
}

/* Reading: of HDF5 at a place of a file, by the system's own calls, since libraries of the C library's are not asked. */
ssize_t pread64(int file, void *to, size_t size, off_t offset)
{
    return failing(FAILING_READS, "pread") ? -1 : syscall(SYS_pread64, file, to, size, offset);
}

ssize_t pread(int file, void *to, size_t size, off_t offset)
{
    return pread64(file, to, size, offset);
}

ssize_t read(int file, void *to, size_t size)
{
    return !is_stream(file) && failing(FAILING_READS, "read") ? -1 : syscall(SYS_read, file, to, size);
}
