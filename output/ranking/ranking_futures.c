/* output/ranking/ranking_futures.c -- see ranking_futures.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/ranking/ranking_futures.h"

#include <stdlib.h>

/* The first policy of each world. */
struct firsts {
    size_t worlds;
    struct result *outline;  /* [worlds] */
    struct stored **stored;  /* [worlds] */
    struct given_file *file; /* [worlds] */
};

static struct fault *find(const struct ranking_files *files, const struct given *given, const struct firsts *firsts,
                          struct given_futures *futures)
{
    for (size_t w = 0; w < firsts->worlds; w++) {
        const char *path = files->file[w * files->policies];
        TRY(result_read_outline(path, &firsts->outline[w]));
        TRY(stored_open(path, &firsts->stored[w]));
        firsts->file[w] = (struct given_file){path, firsts->stored[w], &firsts->outline[w]};
    }
    return given_find_in_all(given, firsts->worlds, firsts->file, futures);
}

struct fault *ranking_futures_find(const struct ranking_files *files, const struct given *given,
                                   struct given_futures *futures)
{
    const struct firsts firsts = {.worlds = files->worlds,
                                  .outline = calloc(files->worlds + 1, sizeof *firsts.outline),
                                  .stored = calloc(files->worlds + 1, sizeof *firsts.stored),
                                  .file = calloc(files->worlds + 1, sizeof *firsts.file)};
    const bool made = firsts.outline != NULL && firsts.stored != NULL && firsts.file != NULL;
    struct fault *fault = made ? find(files, given, &firsts, futures) : fault_no_memory();
    for (size_t w = 0; w < firsts.worlds && made; w++) {
        fault = stored_close(firsts.stored[w], fault);
        result_free(&firsts.outline[w]);
    }
    free(firsts.outline);
    free(firsts.stored);
    free(firsts.file);
    return fault;
}
