/* tests/cli/failing_reads.c -- preloaded into zhol: lets its k-th reading of a result fail as a disk does.
 *
 * Counts what is read at a place of a file, which is how HDF5 reads. FAIL_AT=k names the reading, in each process by
 * itself; WITH=errno what it fails with; REPORT_TO a file for how many there were, of the process that began.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static long calls;

static long number_of(const char *name)
{
    const char *text = getenv(name);
    return text == NULL ? -1 : strtol(text, NULL, 10);
}

ssize_t pread64(int file, void *to, size_t size, off_t offset)
{
    if (++calls == number_of("FAIL_AT")) {
        errno = (int)number_of("WITH");
        return -1;
    }
    return syscall(SYS_pread64, file, to, size, offset);
}

ssize_t pread(int file, void *to, size_t size, off_t offset)
{
    return pread64(file, to, size, offset);
}

__attribute__((destructor)) static void report(void)
{
    const char *path = getenv("REPORT_TO");
    FILE *to = path == NULL ? NULL : fopen(path, "w");
    if (to == NULL) return;
    fprintf(to, "%ld\n", calls);
    fclose(to);
}
