/* sim/core/installation.c -- see installation.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/installation.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

/* The path without links; NULL where nothing is. */
static struct fault *resolve(const char *path, char **resolved)
{
    errno = 0;
    *resolved = realpath(path, NULL);
    return *resolved == NULL && errno == ENOMEM ? fault_no_memory() : NULL;
}

const char *installation_program(void)
{
    static const char own[] = "/proc/self/exe";
    const char *called = access(own, F_OK) == 0 ? NULL : (const char *)getauxval(AT_EXECFN);
    return called == NULL ? own : called;
}

/* The file whose code this is: the shared library, or the program. */
static const char *own_file(void)
{
    static const char here;
    struct link_map *map = NULL;
    Dl_info info;
    const bool known = dladdr1(&here, &info, (void **)&map, RTLD_DL_LINKMAP) != 0 && map != NULL;
    return known && map->l_name[0] != '\0' ? map->l_name : installation_program();
}

struct fault *installation_folder(const char *name, char **folder)
{
    /* from bin, from the folder of libraries, and from where it was built */
    const char *const shared[] = {ZHOL_SHARED_FROM_PROGRAM, ZHOL_SHARED_FROM_LIBRARY, "share"};
    char *file;
    struct fault *fault = NULL;
    *folder = NULL;
    TRY(resolve(own_file(), &file));
    if (file == NULL) return NULL;
    *strrchr(file, '/') = '\0';
    for (size_t i = 0; i < sizeof shared / sizeof *shared && *folder == NULL && fault == NULL; i++) {
        char *path = NULL;
        fault = asprintf(&path, "%s/%s/zhol/%s", file, shared[i], name) < 0 ? fault_no_memory() : resolve(path, folder);
        free(path);
    }
    free(file);
    return fault;
}
