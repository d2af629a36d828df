/* sim/core/printable.c -- see printable.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/printable.h"

#include <string.h>

size_t printable_size(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    if (at[0] < 0x80) return at[0] >= 0x20 && at[0] != 0x7F;
    if (at[0] < 0xC2 || at[0] > 0xF4 || (at[0] == 0xC2 && at[1] < 0xA0)) return 0;
    const size_t size = at[0] >= 0xF0 ? 4 : at[0] >= 0xE0 ? 3 : 2;
    for (size_t i = 1; i < size; i++)
        if ((at[i] & 0xC0) != 0x80) return 0;
    return size;
}

bool printable_all(const char *text)
{
    for (size_t size; *text != '\0'; text += size)
        if ((size = printable_size(text)) == 0) return false;
    return true;
}

void printable_put_some(const char *text, size_t length, FILE *to)
{
    for (const char *end = text + length; text < end;) {
        const size_t size = printable_size(text);
        if (size == 0)
            fputc('?', to);
        else
            fwrite(text, 1, size, to);
        text += size == 0 ? 1 : size;
    }
}

void printable_put(const char *text, FILE *to)
{
    printable_put_some(text, strlen(text), to);
}
