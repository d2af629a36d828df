/* scenarios/reader/lookup.c -- see lookup.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/reader/lookup.h"
#include "scenarios/reader/shipped.h"
#include "sim/core/installation.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

static struct fault *try_asked(const struct lookup *lookup, const char *name, char **found)
{
    for (size_t i = 0; i < lookup->searches && *found == NULL; i++)
        TRY(try_path(lookup, lookup->search[i], INT_MAX, "/", name, found));
    return NULL;
}

struct fault *lookup_below(const struct lookup *lookup, const char *from, const char *name, char **found)
{
    const int length = folder_length(from);
    char *shipped = NULL;
    *found = NULL;
    TRY(try_path(lookup, from, length, "", name, found));
    if (*found == NULL) TRY(try_path(lookup, from, length, "../", name, found));
    if (*found == NULL) TRY(try_asked(lookup, name, found));
    if (*found != NULL) return NULL;
    TRY(installation_folder("scenarios", &shipped));
    if (shipped == NULL) return NULL;
    struct fault *fault = try_path(lookup, shipped, INT_MAX, "/", name, found);
    free(shipped);
    return fault;
}

static struct fault *try_shipped(const struct lookup *lookup, const char *name, char **found)
{
    struct shipped shipped;
    struct fault *fault = shipped_read(&shipped);
    const char *known = fault == NULL ? shipped_find(&shipped, name) : NULL;
    if (known != NULL && asprintf(found, "%s/%s%s", shipped.folder, known, lookup->ending) < 0) {
        *found = NULL;
        fault = fault_no_memory();
    }
    shipped_free(&shipped);
    return fault;
}

/* A folder of that name, such as one of results, is no document. */
static bool is_document(const char *name)
{
    struct stat status;
    return stat(name, &status) == 0 && !S_ISDIR(status.st_mode);
}

struct fault *lookup_named(const struct lookup *lookup, const char *name, char **found)
{
    *found = NULL;
    if (is_document(name)) {
        *found = strdup(name);
        return *found == NULL ? fault_no_memory() : NULL;
    }
    TRY(try_path(lookup, "", 0, "", name, found));
    if (*found != NULL || lookup_leaves_folder(name)) return NULL;
    TRY(try_asked(lookup, name, found));
    return *found != NULL ? NULL : try_shipped(lookup, name, found);
}

struct fault *lookup_folders(const struct lookup *lookup, char **words)
{
    char *shipped = NULL;
    size_t length = 0;
    TRY(installation_folder("scenarios", &shipped));
    FILE *to = open_memstream(words, &length);
    if (to == NULL) {
        free(shipped);
        return fault_no_memory();
    }
    for (size_t i = 0; i < lookup->searches; i++) fprintf(to, "%s%s", i == 0 ? "--path " : ", ", lookup->search[i]);
    fprintf(to, "%sthe scenarios that come with zhol (%s)", lookup->searches == 0 ? "" : " or ",
            shipped == NULL ? "which are not beside the program" : shipped);
    const bool whole = !ferror(to);
    free(shipped);
    if (fclose(to) == 0 && whole) return NULL;
    free(*words);
    return fault_no_memory();
}
