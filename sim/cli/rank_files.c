/* sim/cli/rank_files.c -- see rank_files.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/rank_files.h"
#include "output/result/result.h"
#include "sim/cli/guard.h"
#include "sim/core/cause.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_NAMES = 200, MOST_FILES = MOST_NAMES * MOST_NAMES }; /* worlds and policies of a batch, and its cells */

void rank_files_free(struct rank_files *files)
{
    for (size_t i = 0; i < files->cells; i++) {
        free(files->cell[i].path);
        free(files->cell[i].command);
        free(files->cell[i].name);
        free(files->cell[i].world);
        free(files->cell[i].policy);
    }
    free(files->cell);
    free(files->world);
    free(files->policy);
    free(files->file);
    *files = (struct rank_files){.cells = 0};
}

/* ---- what a result says of the cell that it is ---- */

/* Without folders and ending, of the text up to `end`. */
static char *last_part(const char *begin, const char *end)
{
    for (const char *c = begin; c < end; c++)
        if (*c == '/') begin = c + 1;
    size_t length = (size_t)(end - begin);
    if (length > 5 && strncmp(end - 5, ".yaml", 5) == 0) length -= 5;
    return strndup(begin, length);
}

/* "zhol batch NAME ...; cell CELL: extends [WORLD, POLICY]"; what is no such line leaves the names NULL. */
static struct fault *read_cell(const char *history, struct rank_cell *cell)
{
    static const char begin[] = "zhol batch ", mark[] = "; cell ", list[] = ": extends [";
    const char *at = strstr(history, mark), *open = at == NULL ? NULL : strstr(at, list);
    const char *from = open == NULL ? NULL : open + strlen(list), *close = from == NULL ? NULL : strchr(from, ']');
    if (strncmp(history, begin, strlen(begin)) != 0 || close == NULL || close == from) return NULL;
    const char *comma = memchr(from, ',', (size_t)(close - from));
    const char *end = strstr(history, " -n ");
    if (end == NULL || end > at) return NULL;
    cell->command = strndup(history, (size_t)(end - history));
    cell->name = strndup(at + strlen(mark), (size_t)(open - at - (long)strlen(mark)));
    cell->world = last_part(from, comma == NULL ? close : comma);
    if (comma != NULL) cell->policy = last_part(comma + strspn(comma, ", "), close);
    return cell->command == NULL || cell->name == NULL || cell->world == NULL || (comma != NULL && cell->policy == NULL)
               ? fault_no_memory()
               : NULL;
}

/* In a folder other files may lie too, such as a comparison: *is false. */
static struct fault *check_file(const char *path, bool found, bool unsealed, uint64_t memory, bool *is)
{
    struct fault *fault = guard_result(path, unsealed, memory);
    *is = true;
    if (fault == NULL || !found || fault->code != FAULT_FILES) return fault;
    struct fault *other = guard_head(path, memory);
    *is = other == NULL || other->code != FAULT_USAGE;
    fault_free(other);
    if (*is) return fault;
    fault_free(fault);
    return NULL;
}

static struct fault *add_file(struct rank_files *files, const char *path, bool found, bool unsealed, uint64_t memory)
{
    struct result head = {0};
    bool is;
    struct fault *fault = check_file(path, found, unsealed, memory, &is);
    if (fault != NULL || !is) return fault;
    struct rank_cell *grown = reallocarray(files->cell, files->cells + 1, sizeof *grown);
    if (grown == NULL) return fault_no_memory();
    files->cell = grown;
    struct rank_cell *cell = &grown[files->cells++];
    *cell = (struct rank_cell){.path = strdup(path)};
    fault = cell->path == NULL ? fault_no_memory() : result_read_outline(path, &head);
    if (fault == NULL && head.history != NULL) fault = read_cell(head.history, cell);
    result_free(&head);
    return fault;
}

/* ---- a folder ---- */

static bool ends_in(const char *name, const char *ending)
{
    const size_t length = strlen(name), last = strlen(ending);
    return length > last && strcmp(name + length - last, ending) == 0;
}

static int is_of_batch(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && (ends_in(entry->d_name, ".h5") || ends_in(entry->d_name, ".part"));
}

static struct fault *not_finished(const char *folder, const char *cell)
{
    return fault_raise(FAULT_FILES,
                       "the batch of %s is not finished: there is no result of %s; `zhol status %s` tells how to go on",
                       folder, cell, folder);
}

/* A checkpoint without its result. */
static struct fault *check_part(const char *folder, const char *part)
{
    char *result = NULL;
    const int stem = (int)(strlen(part) - strlen(".part"));
    if (asprintf(&result, "%s/%.*s.h5", folder, stem, part) < 0) return fault_no_memory();
    char name[96];
    snprintf(name, sizeof name, "%.*s", stem, part);
    const bool there = access(result, F_OK) == 0;
    free(result);
    return there ? NULL : not_finished(folder, name);
}

static struct fault *add_entry(struct rank_files *files, const char *folder, const char *name, bool unsealed,
                               uint64_t memory)
{
    char *path = NULL;
    if (ends_in(name, ".part")) return check_part(folder, name);
    if (asprintf(&path, "%s/%s", folder, name) < 0) return fault_no_memory();
    struct fault *fault = add_file(files, path, true, unsealed, memory);
    free(path);
    return fault;
}

static struct fault *read_folder(struct rank_files *files, const char *folder, bool unsealed, uint64_t memory)
{
    struct dirent **entry = NULL;
    const int entries = scandir(folder, &entry, is_of_batch, alphasort);
    if (entries < 0)
        return fault_raise(cause_code(errno, FAULT_FILES), "%s cannot be read: %s", folder, strerror(errno));
    struct fault *fault = entries > MOST_FILES
                              ? fault_raise(FAULT_FILES, "%s has %d files; expected those of a batch, %d at most",
                                            folder, entries, MOST_FILES)
                              : NULL;
    for (int i = 0; i < entries; i++) {
        if (fault == NULL) fault = add_entry(files, folder, entry[i]->d_name, unsealed, memory);
        free(entry[i]);
    }
    free(entry);
    return fault;
}

/* ---- worlds and policies ---- */

static bool is_same(const char *one, const char *other)
{
    return one == NULL || other == NULL ? one == other : strcmp(one, other) == 0;
}

/* Its place in a list, to which it is added if it is not there. */
static size_t place_in(const char *list[], size_t *count, const char *name)
{
    for (size_t i = 0; i < *count; i++)
        if (is_same(list[i], name)) return i;
    list[*count] = name;
    return (*count)++;
}

/* What the policy that does nothing is called: as the world in which a policy alone is the cell's name. */
static const char *base_of(const struct rank_files *files)
{
    for (size_t i = 0; i < files->cells; i++)
        if (files->cell[i].policy != NULL && strcmp(files->cell[i].policy, files->cell[i].name) == 0)
            return files->cell[i].world;
    return "base";
}

static struct fault *missing(const struct rank_files *files, size_t index)
{
    const char *policy = files->policy[index % files->policies];
    char cell[256];
    snprintf(cell, sizeof cell, "the world %s with %s", files->world[index / files->policies], policy);
    return fault_raise(FAULT_FILES,
                       "there is no result of %s, though there are %zu worlds and %zu policies; finish the batch with "
                       "its command, or name results of one world",
                       cell, files->worlds, files->policies);
}

static struct fault *arrange(struct rank_files *files)
{
    files->world = calloc(files->cells + 1, sizeof *files->world);
    files->policy = calloc(files->cells + 1, sizeof *files->policy);
    if (files->world == NULL || files->policy == NULL) return fault_no_memory();
    for (size_t i = 0; i < files->cells && files->policies == 0; i++)
        if (files->cell[i].policy == NULL) place_in(files->policy, &files->policies, NULL); /* the first of all */
    for (size_t i = 0; i < files->cells; i++) {
        place_in(files->world, &files->worlds, files->cell[i].world);
        place_in(files->policy, &files->policies, files->cell[i].policy);
    }
    if (files->worlds > MOST_NAMES || files->policies > MOST_NAMES)
        return fault_raise(FAULT_FILES, "the files are of %zu worlds and %zu policies; expected %d of each at most",
                           files->worlds, files->policies, MOST_NAMES);
    const size_t count = files->worlds * files->policies;
    files->file = calloc(count + 1, sizeof *files->file);
    if (files->file == NULL) return fault_no_memory();
    for (size_t i = 0; i < files->cells; i++) {
        const size_t index = place_in(files->world, &files->worlds, files->cell[i].world) * files->policies +
                             place_in(files->policy, &files->policies, files->cell[i].policy);
        if (files->file[index] != NULL)
            return fault_raise(FAULT_FILES, "%s and %s are the same cell of a batch; expected one of them",
                               files->file[index], files->cell[i].path);
        files->file[index] = files->cell[i].path;
    }
    for (size_t p = 0; p < files->policies; p++)
        if (files->policy[p] == NULL) files->policy[p] = base_of(files);
    for (size_t i = 0; i < count; i++)
        if (files->file[i] == NULL) return missing(files, i);
    files->batch = files->cell[0].command;
    return NULL;
}

static struct fault *one_world(struct rank_files *files)
{
    files->file = calloc(files->cells + 1, sizeof *files->file);
    if (files->file == NULL) return fault_no_memory();
    files->worlds = 1;
    files->policies = files->cells;
    for (size_t i = 0; i < files->cells; i++) files->file[i] = files->cell[i].path;
    return NULL;
}

static bool are_of_one_batch(const struct rank_files *files)
{
    for (size_t i = 0; i < files->cells; i++)
        if (files->cell[i].world == NULL || strcmp(files->cell[i].command, files->cell[0].command) != 0) return false;
    return files->cells > 0;
}

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

struct fault *rank_files_read(const char *const path[], size_t paths, bool unsealed, uint64_t memory,
                              struct rank_files *files)
{
    const bool folder = paths == 1 && is_folder(path[0]);
    *files = (struct rank_files){.cells = 0};
    if (folder) TRY(read_folder(files, path[0], unsealed, memory));
    for (size_t i = 0; i < paths && !folder; i++) TRY(add_file(files, path[i], false, unsealed, memory));
    if (folder && files->cells == 0)
        return fault_raise(FAULT_FILES, "%s holds no result; expected the folder of a batch", path[0]);
    return are_of_one_batch(files) ? arrange(files) : one_world(files);
}
