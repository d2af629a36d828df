/* scenarios/reader/shipped.c -- see shipped.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/reader/shipped.h"
#include "sim/core/cause.h"
#include "sim/core/installation.h"
#include "sim/core/units.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char ending[] = ".yaml";

static bool is_scenario(const char *name)
{
    const size_t length = strlen(name), end = strlen(ending);
    return name[0] != '.' && length > end && strcmp(name + length - end, ending) == 0;
}

static struct fault *append(struct shipped *shipped, const char *folder, const char *name)
{
    char **grown = reallocarray(shipped->name, shipped->count + 2, sizeof *grown);
    if (grown == NULL) return fault_no_memory();
    shipped->name = grown;
    shipped->name[shipped->count] = NULL;
    const int length = (int)(strlen(name) - strlen(ending));
    if (asprintf(&grown[shipped->count], "%s%.*s", folder, length, name) < 0) {
        grown[shipped->count] = NULL;
        return fault_no_memory();
    }
    shipped->name[++shipped->count] = NULL;
    return NULL;
}

/* `below` is "" or one of its folders, with a slash; of it no further folders. */
static struct fault *read_folder(struct shipped *shipped, const char *below)
{
    struct dirent **entry = NULL;
    struct fault *fault = NULL;
    char *path = NULL;
    if (asprintf(&path, "%s/%s", shipped->folder, below) < 0) return fault_no_memory();
    const int count = scandir(path, &entry, NULL, alphasort);
    const int error = errno;
    free(path);
    if (count < 0) return error == ENOMEM ? fault_no_memory() : NULL; /* what cannot be looked at is not there */
    for (int i = 0; i < count && fault == NULL; i++)
        if (is_scenario(entry[i]->d_name)) fault = append(shipped, below, entry[i]->d_name);
    for (int i = 0; i < count && fault == NULL && below[0] == '\0'; i++) {
        char inner[sizeof entry[i]->d_name + 1];
        if (strchr(entry[i]->d_name, '.') != NULL || is_scenario(entry[i]->d_name)) continue;
        snprintf(inner, sizeof inner, "%s/", entry[i]->d_name);
        fault = read_folder(shipped, inner);
    }
    for (int i = 0; i < count; i++) free(entry[i]);
    free(entry);
    return fault;
}

struct fault *shipped_read(struct shipped *shipped)
{
    *shipped = (struct shipped){.folder = NULL};
    TRY(installation_folder("scenarios", &shipped->folder));
    return shipped->folder == NULL ? NULL : read_folder(shipped, "");
}

void shipped_free(struct shipped *shipped)
{
    for (size_t i = 0; i < shipped->count; i++) free(shipped->name[i]);
    free(shipped->name);
    free(shipped->folder);
    *shipped = (struct shipped){.folder = NULL};
}

/* Its name without the folder. */
static const char *bare(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash == NULL ? name : slash + 1;
}

const char *shipped_find(const struct shipped *shipped, const char *name)
{
    const size_t length = is_scenario(bare(name)) ? strlen(name) - strlen(ending) : strlen(name);
    for (size_t i = 0; i < shipped->count; i++)
        if (strncmp(shipped->name[i], name, length) == 0 && shipped->name[i][length] == '\0') return shipped->name[i];
    for (size_t i = 0; i < shipped->count; i++)
        if (strncmp(bare(shipped->name[i]), name, length) == 0 && bare(shipped->name[i])[length] == '\0')
            return shipped->name[i];
    return NULL;
}

const char *shipped_nearest(const struct shipped *shipped, const char *name)
{
    const char **names = calloc(shipped->count + 1, sizeof *names);
    if (names == NULL) return NULL; /* a hint is not worth more */
    for (size_t i = 0; i < shipped->count; i++) names[i] = bare(shipped->name[i]);
    const char *nearest = units_nearest(bare(name), names);
    size_t i = 0;
    while (nearest != NULL && names[i] != nearest) i++;
    free(names);
    return nearest == NULL ? NULL : shipped->name[i];
}
