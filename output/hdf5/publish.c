/* output/hdf5/publish.c -- see publish.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/hdf5/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct fault *sync_path(const char *path, int flags)
{
    const int file = open(path, flags | O_CLOEXEC);
    if (file < 0) return fault_raise(FAULT_MACHINE, "%s cannot be opened to make it last: %s", path, strerror(errno));
    const int failed = fsync(file) < 0 ? errno : 0;
    if (close(file) < 0 || failed != 0)
        return fault_raise(FAULT_MACHINE, "%s cannot be written to the disk: %s", path,
                           strerror(failed != 0 ? failed : errno));
    return NULL;
}

static struct fault *is_there(const char *path)
{
    return fault_raise(FAULT_USAGE, "%s is there already; use --force to replace it", path);
}

/* Gives the finished file its name; without `force` never over another. */
static struct fault *give_name(const char *temporary, const char *path, bool force)
{
    TRY(sync_path(temporary, O_RDONLY));
    if (renameat2(AT_FDCWD, temporary, AT_FDCWD, path, force ? 0 : RENAME_NOREPLACE) < 0) {
        if (errno == EEXIST) return is_there(path);
        /* file systems without that call: a check just before is the best there is */
        if (errno != EINVAL && errno != ENOSYS)
            return fault_raise(FAULT_MACHINE, "%s cannot be written: %s", path, strerror(errno));
        if (!force && access(path, F_OK) == 0) return is_there(path);
        if (rename(temporary, path) < 0)
            return fault_raise(FAULT_MACHINE, "%s cannot be written: %s", path, strerror(errno));
    }
    char *folder = strdup(path);
    if (folder == NULL) return fault_no_memory();
    char *slash = strrchr(folder, '/');
    if (slash != NULL) slash[slash == folder] = '\0';
    struct fault *fault = sync_path(slash == NULL ? "." : folder, O_RDONLY | O_DIRECTORY);
    free(folder);
    return fault;
}

struct fault *publish(const char *path, bool force,
                      struct fault *(*write)(const char *temporary, const char *path, const void *context),
                      const void *context)
{
    char *temporary = NULL;
    if (!force && access(path, F_OK) == 0) return is_there(path);
    if (asprintf(&temporary, "%s.tmp.%ld", path, (long)getpid()) < 0) return fault_no_memory();
    struct fault *fault = NULL;
    if (unlink(temporary) < 0 && errno != ENOENT)
        fault = fault_raise(FAULT_MACHINE, "%s cannot be written: %s", temporary, strerror(errno));
    const bool begun = fault == NULL;
    if (fault == NULL) fault = write(temporary, path, context);
    if (fault == NULL) fault = give_name(temporary, path, force);
    if (fault != NULL && begun) (void)unlink(temporary); /* the fault on the way out matters more */
    free(temporary);
    return fault;
}
