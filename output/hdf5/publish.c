/* output/hdf5/publish.c -- see publish.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/hdf5/publish.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
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

struct fault *publish_target(const char *path, char **target)
{
    struct stat status;
    *target = NULL;
    if (lstat(path, &status) == 0 && S_ISLNK(status.st_mode)) {
        *target = realpath(path, NULL);
        if (*target == NULL && errno == ENOENT)
            return fault_raise(FAULT_USAGE, "%s is a link that leads nowhere; expected the name of a file", path);
        if (*target == NULL) return fault_raise(FAULT_MACHINE, "%s cannot be written: %s", path, strerror(errno));
    } else if ((*target = strdup(path)) == NULL) {
        return fault_no_memory();
    }
    if (stat(*target, &status) < 0 || S_ISREG(status.st_mode)) return NULL;
    if (S_ISDIR(status.st_mode))
        return fault_raise(FAULT_USAGE, "%s is a folder; expected the name of a file in it", path);
    return fault_raise(FAULT_USAGE, "%s is a pipe or device; expected the name of a file", path);
}

/* ---- temporary names: TARGET.tmp.HOST.PID.RANDOM ---- */

enum { HOST = 33 };

/* Of this machine, letters and digits alone. */
static void host_name(char host[HOST])
{
    if (gethostname(host, HOST) < 0) host[0] = '\0';
    host[HOST - 1] = '\0';
    for (char *c = host; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c)) *c = '-';
    if (host[0] == '\0') strcpy(host, "-");
}

bool publish_is_temporary(const char *path, bool *left)
{
    char mine[HOST], host[HOST], random[9];
    long process = 0;
    int length = 0;
    const char *mark = NULL;
    for (const char *at = path; (at = strstr(at, ".tmp.")) != NULL; at++) mark = at;
    *left = false;
    if (mark == NULL || sscanf(mark, ".tmp.%32[^.].%ld.%8[0-9a-f]%n", host, &process, random, &length) < 3 ||
        mark[length] != '\0' || strlen(random) < 8)
        return false;
    host_name(mine);
    *left =
        strcmp(host, mine) == 0 && process > 0 && process <= INT_MAX && kill((pid_t)process, 0) < 0 && errno == ESRCH;
    return true;
}

/* Whether the name of a file is such a one of the target. */
static bool is_left(const char *name, const char *target)
{
    const size_t length = strlen(target);
    bool left = false;
    return strncmp(name, target, length) == 0 && strncmp(name + length, ".tmp.", 5) == 0 &&
           strstr(name + length + 5, ".tmp.") == NULL && publish_is_temporary(name, &left) && left;
}

/* What writers that were killed left of this target. That it cannot be swept is no reason not to write. */
static void sweep(const char *target)
{
    const char *slash = strrchr(target, '/'), *name = slash == NULL ? target : slash + 1;
    char *folder = slash == NULL ? strdup(".") : strndup(target, (size_t)(slash - target) + 1);
    DIR *opened = folder == NULL ? NULL : opendir(folder);
    const struct dirent *entry;
    while (opened != NULL && (entry = readdir(opened)) != NULL)
        if (is_left(entry->d_name, name)) (void)unlinkat(dirfd(opened), entry->d_name, 0);
    if (opened != NULL) (void)closedir(opened);
    free(folder);
}

static struct fault *write_beside(const char *target, const char *path, bool force,
                                  struct fault *(*write)(const char *temporary, const char *path, const void *context),
                                  const void *context)
{
    char *temporary = NULL, host[HOST];
    uint32_t random = 0;
    host_name(host);
    sweep(target);
    if (getrandom(&random, sizeof random, GRND_NONBLOCK) < 0) random = (uint32_t)time(NULL);
    if (asprintf(&temporary, "%s.tmp.%s.%ld.%08" PRIx32, target, host, (long)getpid(), random) < 0)
        return fault_no_memory();
    struct fault *fault = write(temporary, path, context);
    if (fault == NULL) fault = give_name(temporary, target, force);
    if (fault != NULL) (void)unlink(temporary); /* the fault on the way out matters more */
    free(temporary);
    return fault;
}

struct fault *publish(const char *path, bool force,
                      struct fault *(*write)(const char *temporary, const char *path, const void *context),
                      const void *context)
{
    char *target = NULL;
    if (!force && access(path, F_OK) == 0) return is_there(path);
    struct fault *fault = publish_target(path, &target);
    if (fault == NULL) fault = write_beside(target, path, force, write, context);
    free(target);
    return fault;
}
