/* sim/run/write_text.c -- see write_text.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/write_text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fault *write_text(const char *path, const char *text)
{
    char *temporary = NULL;
    if (asprintf(&temporary, "%s.tmp.%ld", path, (long)getpid()) < 0) return fault_no_memory();
    FILE *to = fopen(temporary, "wx");
    bool written = to != NULL && fputs(text, to) >= 0 && fflush(to) == 0 && fsync(fileno(to)) == 0;
    int error = errno;
    if (to != NULL && fclose(to) != 0 && written) {
        written = false;
        error = errno;
    }
    if (written && rename(temporary, path) < 0) {
        written = false;
        error = errno;
    }
    if (!written && to != NULL) (void)unlink(temporary); /* the fault on the way out matters more */
    free(temporary);
    return written ? NULL : fault_raise(FAULT_MACHINE, "%s cannot be written: %s", path, strerror(error));
}
