/* sim/cli/terminal.c -- see terminal.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/terminal.h"
#include "sim/core/emphasis.h"
#include "sim/core/printable.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHARACTER = 4, SPACE = 4096 };

/* A stream: the bytes of a character of which some are still to come. */
static struct stream {
    int descriptor;
    bool coloured;
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

/* Around what `put` makes of texts: these bytes are the program's own. */
static void emphasise(FILE *to, enum emphasis emphasis)
{
    static const char *const sequences[] = {[EMPHASIS_NONE] = "\033[0m",
                                            [EMPHASIS_STRONG] = "\033[1m",
                                            [EMPHASIS_ERROR] = "\033[1;31m",
                                            [EMPHASIS_WARNING] = "\033[1;33m"};
    const struct stream *stream = to == stdout ? &streams[0] : to == stderr ? &streams[1] : NULL;
    if (stream == NULL || !stream->coloured || fflush(to) != 0) return;
    (void)write_all(stream->descriptor, sequences[emphasis], strlen(sequences[emphasis])); /* what is said is whole */
}

bool terminal_colour(const char *when)
{
    const char *no = getenv("NO_COLOR"), *kind = getenv("TERM");
    const bool able = (no == NULL || no[0] == '\0') && kind != NULL && strcmp(kind, "dumb") != 0;
    const bool always = strcmp(when, "always") == 0, automatic = strcmp(when, "auto") == 0;
    if (!always && !automatic && strcmp(when, "never") != 0) return false;
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++)
        streams[i].coloured = always || (automatic && able && isatty(streams[i].descriptor));
    return true;
}

void terminal_begin(void)
{
    stdout = shown_in(&streams[0], stdout, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF);
    stderr = shown_in(&streams[1], stderr, _IONBF);
    (void)terminal_colour("auto");
    emphasis_use(emphasise);
}

void terminal_move(const char *sequence)
{
    (void)write_all(STDERR_FILENO, sequence, strlen(sequence)); /* of a bar nothing depends */
}
