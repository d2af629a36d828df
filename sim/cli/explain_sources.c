/* sim/cli/explain_sources.c -- see explain_sources.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/explain_sources.h"
#include "output/tables/text.h"
#include "scenarios/reader/provenance.h"
#include "sim/core/printable.h"

#include <stdlib.h>
#include <string.h>

enum { COMMENT_SHOWN = 70 }; /* bytes of a comment in the list for people */

struct listing {
    FILE *to;
    size_t count[PROVENANCE_KINDS];
    enum provenance kind; /* which are listed */
    size_t rows;
};

static const char *file_of(const struct provenance_item *item)
{
    return item->place.source == NULL ? "" : item->place.source->name;
}

/* An option has no lines. */
static int line_of(const struct provenance_item *item)
{
    return item->place.source == NULL || file_of(item)[0] == '-' ? 0 : item->place.line;
}

static struct fault *count(void *context, const struct provenance_item *item)
{
    struct listing *listing = context;
    listing->count[item->kind]++;
    return NULL;
}

static struct fault *list(void *context, const struct provenance_item *item)
{
    const struct listing *listing = context;
    size_t shown = strlen(item->comment);
    if (item->kind != listing->kind) return NULL;
    if (shown > COMMENT_SHOWN) {
        shown = COMMENT_SHOWN;
        while (shown > 0 && ((unsigned char)item->comment[shown] & 0xC0) == 0x80) shown--;
    }
    fprintf(listing->to, "  %s: %s  # ", item->path, item->value);
    printable_put(file_of(item), listing->to);
    if (line_of(item) > 0) fprintf(listing->to, ":%d", line_of(item));
    if (shown > 0)
        fprintf(listing->to, "; %.*s%s", (int)shown, item->comment, item->comment[shown] == '\0' ? "" : "...");
    fputc('\n', listing->to);
    return NULL;
}

static struct fault *add_row(void *context, const struct provenance_item *item)
{
    const struct listing *listing = context;
    const char *const text[] = {provenance_names[item->kind], item->path, item->value, file_of(item)};
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
        text_csv_text(text[i], listing->to);
        fputc(',', listing->to);
    }
    if (line_of(item) > 0) fprintf(listing->to, "%d", line_of(item));
    fputc(',', listing->to);
    text_csv_text(item->comment, listing->to);
    fputc('\n', listing->to);
    return NULL;
}

static struct fault *add_object(void *context, const struct provenance_item *item)
{
    struct listing *listing = context;
    fputs(listing->rows++ == 0 ? "\n    {" : ",\n    {", listing->to);
    text_json_member("kind", provenance_names[item->kind], listing->to);
    fputs(", ", listing->to);
    text_json_member("path", item->path, listing->to);
    fputs(", ", listing->to);
    text_json_member("value", item->value, listing->to);
    fputs(", ", listing->to);
    text_json_member("file", file_of(item), listing->to);
    fprintf(listing->to, ", \"line\": %d, ", line_of(item));
    text_json_member("comment", item->comment, listing->to);
    fputc('}', listing->to);
    return NULL;
}

static size_t all_of(const struct listing *listing)
{
    size_t all = 0;
    for (enum provenance kind = 0; kind < PROVENANCE_KINDS; kind++) all += listing->count[kind];
    return all;
}

static struct fault *list_all(const struct scenario *scenario, struct listing *listing)
{
    static const char *const titles[PROVENANCE_KINDS] = {[PROVENANCE_NONE] = "without a source",
                                                         [PROVENANCE_ASSUMPTION] = "assumptions",
                                                         [PROVENANCE_HINDSIGHT] = "hindsight",
                                                         [PROVENANCE_SOURCED] = "with a source"};
    fprintf(listing->to, "%zu numbers:", all_of(listing));
    for (enum provenance kind = 0; kind < PROVENANCE_KINDS; kind++)
        fprintf(listing->to, "%s %zu %s", kind == 0 ? "" : ",", listing->count[kind], titles[kind]);
    fputc('\n', listing->to);
    for (enum provenance kind = 0; kind < PROVENANCE_KINDS; kind++) {
        if (listing->count[kind] == 0) continue;
        fprintf(listing->to, "\n%s:\n", titles[kind]);
        listing->kind = kind;
        TRY(provenance_visit(scenario->merged, list, listing));
    }
    return NULL;
}

static struct fault *write_json(const struct scenario *scenario, struct listing *listing)
{
    fprintf(listing->to, "{\n  \"numbers\": %zu,\n  \"counts\": {", all_of(listing));
    for (enum provenance kind = 0; kind < PROVENANCE_KINDS; kind++)
        fprintf(listing->to, "%s\"%s\": %zu", kind == 0 ? "" : ", ", provenance_names[kind], listing->count[kind]);
    fputs("},\n  \"sources\": [", listing->to);
    TRY(provenance_visit(scenario->merged, add_object, listing));
    fputs("\n  ]\n}\n", listing->to);
    return NULL;
}

struct fault *explain_sources(const struct scenario *scenario, enum explain_format format, FILE *to)
{
    struct listing listing = {.to = to};
    TRY(provenance_visit(scenario->merged, count, &listing));
    if (format == EXPLAIN_JSON) return write_json(scenario, &listing);
    if (format == EXPLAIN_TEXT) return list_all(scenario, &listing);
    fputs("kind,path,value,file,line,comment\n", to);
    return provenance_visit(scenario->merged, add_row, &listing);
}
