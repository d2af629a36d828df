/* sim/cli/terminal.c -- see terminal.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/terminal.h"
#include "sim/core/printable.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { CHARACTER = 4, SPACE = 4096 };

/* A stream: the bytes of a character of which some are still to come. */
static struct stream {
    int descriptor;
    size_t count;
    char begun[CHARACTER + 1];
} streams[] = {{.descriptor = STDOUT_FILENO}, {.descriptor = STDERR_FILENO}};

static bool write_all(int descriptor, const char *text, size_t length)
{
    while (length > 0) {
        const ssize_t written = write(descriptor, text, length);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        text += written;
        length -= (size_t)written;
    }
    return true;
}

/* How many bytes a character has that begins so. */
static size_t length_of(char first)
{
    const unsigned char byte = (unsigned char)first;
    return byte < 0xC2 || byte > 0xF4 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

/* What of the begun character and one more byte can be shown; how many bytes. */
static size_t take(struct stream *stream, char byte, char shown[CHARACTER + 1])
{
    size_t count = 0;
    if (stream->count > 0 && ((unsigned char)byte & 0xC0) != 0x80) { /* it does not go on */
        stream->count = 0;
        shown[count++] = '?';
    }
    stream->begun[stream->count++] = byte;
    if (stream->count < length_of(stream->begun[0])) return count;
    stream->begun[stream->count] = '\0';
    if (byte == '\n' || byte == '\t' || printable_size(stream->begun) == stream->count) {
        memcpy(shown + count, stream->begun, stream->count);
        count += stream->count;
    } else {
        shown[count++] = '?';
    }
    stream->count = 0;
    return count;
}

static ssize_t put(void *context, const char *text, size_t length)
{
    char shown[SPACE];
    size_t count = 0;
    for (size_t i = 0; i < length; i++) {
        count += take(context, text[i], shown + count);
        if (count + CHARACTER + 1 < SPACE && i + 1 < length) continue;
        if (!write_all(((const struct stream *)context)->descriptor, shown, count)) return 0;
        count = 0;
    }
    return (ssize_t)length;
}

/* As `plain` is buffered: a terminal by lines. */
static FILE *shown_in(struct stream *stream, FILE *plain, int mode)
{
    FILE *made = fopencookie(stream, "w", (cookie_io_functions_t){.write = put});
    if (made == NULL) return plain;
    (void)setvbuf(made, NULL, mode, mode == _IONBF ? 0 : BUFSIZ); /* as it was, it is right too */
    return made;
}

void terminal_begin(void)
{
    stdout = shown_in(&streams[0], stdout, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF);
    stderr = shown_in(&streams[1], stderr, _IONBF);
}

void terminal_move(const char *sequence)
{
    (void)write_all(STDERR_FILENO, sequence, strlen(sequence)); /* of a bar nothing depends */
}
