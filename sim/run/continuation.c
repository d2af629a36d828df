/* sim/run/continuation.c -- see continuation.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/continuation.h"
#include "sim/core/printable.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool is_plain(const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./,:+@%";
    return *word != '\0' && strspn(word, plain) == strlen(word);
}

void continuation_quote(const char *word, FILE *to)
{
    if (is_plain(word))
        fputs(word, to);
    else
        continuation_quote_all(word, to);
}

void continuation_quote_all(const char *word, FILE *to)
{
    const bool simple = printable_all(word);
    fputs(simple ? "'" : "$'", to);
    for (const char *at = word; *at != '\0';) {
        const size_t size = printable_size(at);
        if (simple && *at == '\'')
            fputs("'\\''", to);
        else if (size == 0)
            fprintf(to, "\\%03o", (unsigned)(unsigned char)*at);
        else if (!simple && (*at == '\'' || *at == '\\'))
            fprintf(to, "\\%c", *at);
        else
            fwrite(at, 1, size, to);
        at += size == 0 ? 1 : size;
    }
    fputc('\'', to);
}

void continuation_options(const char *option, const char *const word[], size_t count, FILE *to)
{
    for (size_t i = 0; i < count; i++) {
        fputs(option, to);
        continuation_quote_all(word[i], to);
    }
}

void continuation_file(const char *path, FILE *to)
{
    const char *slash = strrchr(path, '/');
    fputc(' ', to);
    continuation_quote(slash == NULL || slash[1] == '\0' ? path : slash + 1, to);
}

char *continuation_typed(int argc, char **argv)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    if (to == NULL) return NULL;
    fputs(argv[0], to);
    for (int i = 1; i < argc; i++) {
        fputc(' ', to);
        continuation_quote(argv[i], to);
    }
    return fclose(to) == 0 ? text : (free(text), NULL);
}

static void put_option(const char *option, const char *word, FILE *to)
{
    fprintf(to, " %s ", option);
    continuation_quote(word, to);
}

static void put_options(const char *option, size_t count, char *const word[], FILE *to)
{
    for (size_t i = 0; i < count; i++) put_option(option, word[i], to);
}

void continuation_put(const struct identity *identity, const char *output, const char *shard, const char *how, FILE *to)
{
    if (identity->command != NULL) {
        fputs(identity->command, to);
        return;
    }
    fputs("zhol run ", to);
    continuation_quote(identity->file, to);
    if (identity->goals == 0) fprintf(to, " -n %" PRIu64, identity->replications);
    if (identity->goals > 0) put_options("--precision", identity->precisions, identity->precision, to);
    fprintf(to, " --seed %" PRIu64, identity->seed);
    put_options("--path", identity->paths, identity->path, to);
    if (strcmp(identity->rng, "philox") != 0) put_option("--rng", identity->rng, to);
    put_options("--set", identity->sets, identity->set, to);
    put_options("--adopt", identity->adopts, identity->adopt, to);
    if (identity->save != NULL) put_option("--save", identity->save, to);
    if (identity->memory != settings_usual().memory) fprintf(to, " --memory %" PRIu64, identity->memory);
    if (identity->compressed) fputs(" --compress", to);
    put_option("-o", output, to);
    if (shard != NULL) fprintf(to, " --shard %s", shard);
    if (identity->keep) fputs(" --keep", to);
    fprintf(to, " %s", how);
}
