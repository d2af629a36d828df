/* scenarios/reader/diagnostics.c -- see diagnostics.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/reader/diagnostics.h"
#include "sim/core/emphasis.h"
#include "sim/core/printable.h"

#include <string.h>

enum { SHOWN_MOST = 160 }; /* bytes of a source line */

static const char *line_of(struct place place)
{
    const char *line = place.source->text;
    for (int i = 1; i < place.line; i++) {
        line = strchr(line, '\n');
        if (line == NULL) return NULL;
        line++;
    }
    return line;
}

/* Prints so many bytes of a text, which ends with a 0 byte. A character that would act on a terminal is a question mark,
 * so that columns stay; tabs stay. */
static void print_bytes(const char *text, size_t length, FILE *to)
{
    for (const char *at = text, *end = text + length; at < end;) {
        const size_t size = printable_size(at);
        if (size == 0)
            fputc(*at == '\t' ? '\t' : '?', to);
        else
            fwrite(at, 1, size, to);
        at += size == 0 ? 1 : size;
        while (size == 0 && at < end && ((unsigned char)at[-1] & 0x80) != 0 && ((unsigned char)*at & 0xC0) == 0x80)
            at++;
    }
}

static void print_text(const char *text, FILE *to)
{
    print_bytes(text, strlen(text), to);
}

/* The source line, and under it a caret; tabs are copied so that the caret stands where the character does. */
static void print_line(struct place place, FILE *to)
{
    const char *line = line_of(place);
    if (line == NULL) return;
    int length = (int)strcspn(line, "\r\n");
    if (length > SHOWN_MOST) length = SHOWN_MOST;
    while (length > 0 && ((unsigned char)line[length] & 0xC0) == 0x80) length--;
    fprintf(to, "%5d | ", place.line);
    print_bytes(line, (size_t)length, to);
    fputs("\n      | ", to);
    int column = 1;
    for (int i = 0; i < length && column < place.column; i++) {
        if (((unsigned char)line[i] & 0xC0) == 0x80) continue;
        fputc(line[i] == '\t' ? '\t' : ' ', to);
        column++;
    }
    fputs(column == place.column ? "^\n" : "...\n", to);
}

/* "FILE:line:column: error: ", the place and the kind apart. */
static void print_head(struct place place, const char *kind, FILE *to)
{
    emphasis_put(to, EMPHASIS_STRONG);
    if (place.source == NULL) {
        fputs("zhol:", to);
    } else {
        print_text(place.source->name, to);
        fprintf(to, ":%d:%d:", place.line, place.column);
    }
    emphasis_put(to, EMPHASIS_NONE);
    fputc(' ', to);
    emphasis_put(to, strcmp(kind, "error") == 0     ? EMPHASIS_ERROR
                     : strcmp(kind, "warning") == 0 ? EMPHASIS_WARNING
                                                    : EMPHASIS_STRONG);
    fprintf(to, "%s:", kind);
    emphasis_put(to, EMPHASIS_NONE);
    fputc(' ', to);
}

static void print_one(const struct fault *fault, const char *kind, FILE *to)
{
    print_head(fault->place, kind, to);
    print_text(fault->sentence, to);
    fputc('\n', to);
    if (fault->place.source == NULL) return;
    print_line(fault->place, to);
}

static bool stands_before(struct place one, struct place other)
{
    return one.source == other.source &&
           (one.line < other.line || (one.line == other.line && one.column < other.column));
}

/* Each behind those of its file that stand before it; files stay in the order in which they come. */
static size_t put_in_order(const struct fault *faults, const struct fault *ordered[FAULT_SHOWN_MOST + 1])
{
    size_t count = 0;
    for (; faults != NULL && count < FAULT_SHOWN_MOST; faults = faults->next) {
        size_t at = count;
        for (size_t i = 0; i < count && at == count; i++)
            if (stands_before(faults->place, ordered[i]->place)) at = i;
        memmove(ordered + at + 1, ordered + at, (count - at) * sizeof *ordered);
        ordered[at] = faults;
        count++;
    }
    return count;
}

void diagnostics_print(const struct fault *faults, const char *kind, FILE *to)
{
    const struct fault *ordered[FAULT_SHOWN_MOST + 1];
    const size_t count = put_in_order(faults, ordered);
    for (size_t i = 0; i < count; i++) {
        print_one(ordered[i], kind, to);
        for (const struct fault *note = ordered[i]->note; note != NULL; note = note->next) print_one(note, "note", to);
    }
    if (fault_count(faults) > count)
        fprintf(to, "zhol: %s: there are more; these are the first %d\n", kind, FAULT_SHOWN_MOST);
}

void diagnostics_print_first(const struct fault *faults, const char *kind, const char *rest, FILE *to)
{
    const size_t more = fault_count(faults) - 1;
    print_head(faults->place, kind, to);
    print_text(faults->sentence, to);
    fprintf(to, "; %zu more: %s\n", more, rest);
}
