/* output/hdf5/locked.c -- see locked.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/hdf5/locked.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

struct fault *locked_check(const char *path)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) return NULL; /* said elsewhere */
    const int error = flock(file, LOCK_SH | LOCK_NB) == 0 ? 0 : errno;
    close(file);
    if (error == EWOULDBLOCK) return fault_raise(FAULT_MACHINE, "%s is open for writing in another program", path);
    if (error == ENOLCK || error == ENOSYS || error == EOPNOTSUPP)
        return fault_raise(FAULT_MACHINE,
                           "%s cannot be locked, because its file system has no locks; set HDF5_USE_FILE_LOCKING=FALSE",
                           path);
    return NULL;
}
