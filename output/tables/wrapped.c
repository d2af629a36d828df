/* output/tables/wrapped.c -- see wrapped.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/tables/wrapped.h"
#include "sim/core/printable.h"

#include <string.h>

enum { WIDTH = 79 };

static void add(struct wrapped *wrapped, const char *mark, const char *text, int length)
{
    if (wrapped->added > 0) {
        fputs(mark, wrapped->to);
        wrapped->column += (int)strlen(mark);
        if (wrapped->column + 1 + length > WIDTH) {
            fprintf(wrapped->to, "\n%*s", wrapped->indent - 1, "");
            wrapped->column = wrapped->indent - 1;
        }
        fputc(' ', wrapped->to);
        wrapped->column++;
    }
    printable_put_some(text, (size_t)length, wrapped->to);
    wrapped->column += length;
    wrapped->added++;
}

void wrapped_add(struct wrapped *wrapped, const char *mark, const char *text)
{
    add(wrapped, mark, text, (int)strlen(text));
}

void wrapped_words(struct wrapped *wrapped, const char *sentence)
{
    while (*sentence != '\0') {
        const size_t length = strcspn(sentence, " ");
        if (length > 0) add(wrapped, "", sentence, (int)length);
        sentence += length;
        while (*sentence == ' ') sentence++;
    }
}
