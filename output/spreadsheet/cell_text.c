/* output/spreadsheet/cell_text.c -- see cell_text.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/spreadsheet/cell_text.h"
#include "output/spreadsheet/spreadsheet.h"
#include "sim/core/printable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char cut[] = " ... (cut here: a cell holds 32,767 characters)";

/* A character and what stands for it in a cell: itself, or something else. */
struct character {
    const char *text;
    size_t bytes;   /* that it takes */
    size_t written; /* of `text` */
    size_t units;   /* of UTF-16, in which a cell counts */
};

/* Whether so many bytes are a character of XML's: no surrogate, nothing beyond U+10FFFF, none in more bytes than it needs. */
static bool is_in_xml(const char *at, size_t size)
{
    static const unsigned least[] = {0, 0x20, 0x80, 0x800, 0x10000};
    unsigned code = (unsigned char)at[0];
    if (size > 1) code &= 0xFFU >> (size + 1);
    for (size_t i = 1; i < size; i++) code = code << 6 | ((unsigned char)at[i] & 0x3F);
    return size > 0 && code >= least[size] && (code < 0xD800 || code > 0xDFFF) && code != 0xFFFE && code != 0xFFFF &&
           code <= 0x10FFFF;
}

/* Whether an escape of Excel's begins here, such as _x0041_. */
static bool is_escape(const char *at)
{
    return strncmp(at, "_x", 2) == 0 && strspn(at + 2, "0123456789abcdefABCDEF") >= 4 && at[6] == '_';
}

static struct character next(const char *at)
{
    static const char unknown[] = "\xEF\xBF\xBD", underscore[] = "_x005F_";
    const size_t size = printable_size(at);
    if (*at == '\n' || *at == '\t') return (struct character){at, 1, 1, 1};
    if (!is_in_xml(at, size)) return (struct character){unknown, size == 0 ? 1 : size, strlen(unknown), 1};
    if (is_escape(at)) return (struct character){underscore, 1, strlen(underscore), strlen(underscore)};
    return (struct character){at, size, size, size < 4 ? 1 : 2};
}

static size_t units_of(const char *text)
{
    size_t units = 0;
    for (struct character c; *text != '\0'; text += c.bytes) {
        c = next(text);
        units += c.units;
    }
    return units;
}

char *cell_text(const char *text)
{
    char *clean = NULL;
    size_t size = 0, left = SPREADSHEET_TEXT;
    const bool too_long = units_of(text) > left;
    FILE *into = open_memstream(&clean, &size);
    if (into == NULL) return NULL;
    if (too_long) left -= strlen(cut);
    for (struct character c; *text != '\0'; text += c.bytes) {
        c = next(text);
        if (c.units > left) break;
        left -= c.units;
        fwrite(c.text, 1, c.written, into);
    }
    if (too_long) fputs(cut, into);
    if (fclose(into) == 0) return clean;
    free(clean);
    return NULL;
}
