/* sim/run/write_text.c -- see write_text.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/write_text.h"
#include "output/hdf5/publish.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static struct fault *write(const char *temporary, const char *path, const void *text)
{
    FILE *to = fopen(temporary, "wx");
    const bool written = to != NULL && fputs(text, to) >= 0 && fflush(to) == 0;
    int error = errno;
    const bool closed = to == NULL || fclose(to) == 0;
    if (written && !closed) error = errno;
    return written && closed ? NULL : fault_raise(FAULT_MACHINE, "%s cannot be written: %s", path, strerror(error));
}

struct fault *write_text(const char *path, const char *text)
{
    return publish(path, true, write, text);
}
