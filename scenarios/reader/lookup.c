/* scenarios/reader/lookup.c -- see lookup.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/reader/lookup.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The folder of a path, with its final slash; "" for a bare name. */
static int folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? 0 : (int)(slash - path) + 1;
}

/* The path if a file is there, with or without the ending; NULL otherwise. */
static struct fault *try_path(const struct lookup *lookup, const char *folder, int length, const char *between,
                              const char *name, char **found)
{
    const char *const endings[] = {"", lookup->ending};
    for (size_t i = 0; i < sizeof endings / sizeof *endings && *found == NULL; i++) {
        char *path = NULL;
        if (asprintf(&path, "%.*s%s%s%s", length, folder, between, name, endings[i]) < 0) return fault_no_memory();
        if (access(path, F_OK) == 0 && (endings[i][0] != '\0' || strstr(name, lookup->ending) != NULL))
            *found = path;
        else
            free(path);
    }
    return NULL;
}

bool lookup_leaves_folder(const char *name)
{
    if (name[0] == '/') return true;
    for (const char *part = name; part != NULL; part = strchr(part, '/')) {
        part += *part == '/';
        if (strncmp(part, "..", 2) == 0 && (part[2] == '\0' || part[2] == '/')) return true;
    }
    return false;
}

static struct fault *try_folders(const struct lookup *lookup, const char *name, char **found)
{
    for (size_t i = 0; i < lookup->searches && *found == NULL; i++)
        TRY(try_path(lookup, lookup->search[i], INT_MAX, "/", name, found));
    return *found != NULL ? NULL : try_path(lookup, ZHOL_INSTALLED_SCENARIOS, INT_MAX, "/", name, found);
}

struct fault *lookup_below(const struct lookup *lookup, const char *from, const char *name, char **found)
{
    const int length = folder_length(from);
    *found = NULL;
    TRY(try_path(lookup, from, length, "", name, found));
    if (*found == NULL) TRY(try_path(lookup, from, length, "../", name, found));
    return *found != NULL ? NULL : try_folders(lookup, name, found);
}

struct fault *lookup_named(const struct lookup *lookup, const char *name, char **found)
{
    *found = NULL;
    TRY(try_path(lookup, "", 0, "", name, found));
    return *found != NULL || lookup_leaves_folder(name) ? NULL : try_folders(lookup, name, found);
}
