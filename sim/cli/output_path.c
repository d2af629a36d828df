/* sim/cli/output_path.c -- see output_path.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/output_path.h"
#include "output/hdf5/publish.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct fault *check_folder(const char *path, const char *target)
{
    const char *slash = strrchr(target, '/');
    char *folder = slash == NULL ? strdup(".") : strndup(target, (size_t)(slash - target) + 1);
    if (folder == NULL) return fault_no_memory();
    const int error = access(folder, W_OK) < 0 ? errno : 0;
    free(folder);
    return error == 0 ? NULL : fault_raise(FAULT_MACHINE, "%s cannot be written: %s", path, strerror(error));
}

struct fault *output_path_check(const char *path)
{
    if (path == NULL) return NULL;
    char *target = NULL;
    const char *slash = strrchr(path, '/');
    if (slash == NULL ? *path == '\0' : slash[1] == '\0')
        return fault_raise(FAULT_USAGE, "'%s' names no file to write", path);
    struct fault *fault = publish_target(path, &target);
    if (fault == NULL) fault = check_folder(path, target);
    free(target);
    return fault;
}

struct fault *output_path_check_free(const char *path)
{
    if (access(path, F_OK) < 0) return NULL;
    return fault_raise(FAULT_USAGE, "%s is there already; use --force to replace it, or -o for another place", path);
}

struct fault *output_path_check_other(const char *option, const char *path, const char *file)
{
    if (path == NULL || !output_path_is_same(path, file)) return NULL;
    return fault_raise(FAULT_USAGE, "%s %s would replace a file that is read; expected another name", option, path);
}

struct fault *output_path_check_apart(const char *option, const char *path, bool force, size_t files,
                                      const char *const file[])
{
    TRY(output_path_check(path));
    for (size_t i = 0; i < files; i++) TRY(output_path_check_other(option, path, file[i]));
    if (force || access(path, F_OK) < 0) return NULL;
    return fault_raise(FAULT_USAGE, "%s is there already; use --force to replace it, or %s for another place", path,
                       option);
}

struct fault *output_path_check_both(const char *output, const char *workbook, bool force, size_t files,
                                     const char *const file[])
{
    if (output != NULL) TRY(output_path_check_apart("-o", output, force, files, file));
    if (workbook != NULL) TRY(output_path_check_apart("--xlsx", workbook, force, files, file));
    if (output != NULL && workbook != NULL && output_path_is_same(output, workbook))
        return fault_raise(FAULT_USAGE, "-o and --xlsx are both %s; expected two names", output);
    return NULL;
}

struct fault *output_path_check_sources(const char *path, const struct scenario *scenario, const char *file)
{
    if (output_path_is_same(path, file))
        return fault_raise(FAULT_USAGE, "the result %s would replace a scenario; expected another name", path);
    if (!scenario_reads(scenario, path)) return NULL;
    return fault_raise(FAULT_USAGE, "the result %s would replace a scenario that %s extends; expected another name",
                       path, file);
}

bool output_path_is_same(const char *one, const char *other)
{
    struct stat a, b;
    if (strcmp(one, other) == 0) return true;
    return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}
