/* output/spreadsheet/archive.c -- see archive.h
 *
 * A zip archive ends with a record that says where its directory is; that has a record for each part, with its sizes and where it
 * begins (APPNOTE.TXT of PKWARE, 4.3). Parts are deflated.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define ZLIB_CONST
#include "output/spreadsheet/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { END = 22, ENTRY = 46, LOCAL = 30, DEFLATED = 8 };

struct archive {
    const unsigned char *byte;
    size_t size;
};

/* A part, as it is in the archive. */
struct part {
    const char *name;
    size_t name_length, stored, size, at;
    unsigned long crc;
};

static size_t number(const unsigned char *at, int bytes)
{
    size_t value = 0;
    for (int i = bytes - 1; i >= 0; i--) value = value << 8 | at[i];
    return value;
}

static bool is_record(const struct archive *archive, size_t at, size_t bytes, const char signature[4])
{
    return at <= archive->size && archive->size - at >= bytes && memcmp(archive->byte + at, signature, 4) == 0;
}

/* The part of the record at a place of the directory, and where the next is. */
static bool read_entry(const struct archive *archive, size_t *at, struct part *part)
{
    if (!is_record(archive, *at, ENTRY, "PK\1\2")) return false;
    const unsigned char *entry = archive->byte + *at;
    const size_t name = number(entry + 28, 2), rest = number(entry + 30, 2) + number(entry + 32, 2),
                 local = number(entry + 42, 4);
    *part = (struct part){.name = (const char *)entry + ENTRY,
                          .name_length = name,
                          .stored = number(entry + 20, 4),
                          .size = number(entry + 24, 4),
                          .crc = number(entry + 16, 4)};
    *at += ENTRY + name + rest;
    if (*at > archive->size || number(entry + 10, 2) != DEFLATED || !is_record(archive, local, LOCAL, "PK\3\4"))
        return false;
    part->at = local + LOCAL + number(archive->byte + local + 26, 2) + number(archive->byte + local + 28, 2);
    return part->at <= archive->size && archive->size - part->at >= part->stored;
}

static bool unpack(const struct archive *archive, const struct part *part, char *text)
{
    z_stream stream = {.next_in = archive->byte + part->at,
                       .avail_in = (unsigned)part->stored,
                       .next_out = (unsigned char *)text,
                       .avail_out = (unsigned)part->size};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return false;
    const bool ended = inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_out == 0;
    return inflateEnd(&stream) == Z_OK && ended && crc32_z(0, (const unsigned char *)text, part->size) == part->crc;
}

/* Whether the text is to its end what it begins with: <?xml ... ?> and one element. */
static bool is_closed(const char *text, size_t size)
{
    const char *head = strstr(text, "?>"), *root = head == NULL ? NULL : strchr(head, '<');
    if (root == NULL) return false;
    const size_t name = strcspn(root + 1, " />\n");
    while (size > 0 && text[size - 1] == '\n') size--;
    if (size < name + 3) return false;
    const char *end = text + size - name - 3;
    return memcmp(end, "</", 2) == 0 && memcmp(end + 2, root + 1, name) == 0 && end[2 + name] == '>';
}

static uint64_t count_of(const char *text, const char *word)
{
    uint64_t count = 0;
    for (const char *at = text; (at = strstr(at, word)) != NULL; at += strlen(word)) count++;
    return count;
}

/* Texts of cells are stored once: as many as the part says in front. */
static bool has_its_strings(const char *text)
{
    const char *said = strstr(text, "uniqueCount=\"");
    return said == NULL || strtoull(said + strlen("uniqueCount=\""), NULL, 10) == count_of(text, "<si>");
}

static bool is_sheet(const struct part *part)
{
    static const char folder[] = "xl/worksheets/sheet";
    return part->name_length >= strlen(folder) && memcmp(part->name, folder, strlen(folder)) == 0;
}

/* Takes the cells of the part from those that are to be found. */
static struct fault *check_part(const struct archive *archive, const struct part *part, uint64_t *cells, bool *whole)
{
    char *text = malloc(part->size + 1);
    if (text == NULL) return fault_no_memory();
    *whole = unpack(archive, part, text);
    if (*whole) {
        text[part->size] = '\0';
        *whole = is_closed(text, part->size) && has_its_strings(text);
        if (is_sheet(part)) *cells += count_of(text, "<c r=");
    }
    free(text);
    return NULL;
}

static struct fault *check_parts(const struct archive *archive, uint64_t cells, bool *whole)
{
    uint64_t found = 0;
    *whole = false;
    if (archive->size < END || !is_record(archive, archive->size - END, END, "PK\5\6")) return NULL;
    const unsigned char *end = archive->byte + archive->size - END;
    const size_t parts = number(end + 10, 2);
    size_t at = number(end + 16, 4);
    for (size_t i = 0; i < parts; i++) {
        struct part part;
        *whole = read_entry(archive, &at, &part);
        if (*whole) TRY(check_part(archive, &part, &found, whole));
        if (!*whole) return NULL;
    }
    *whole = parts > 0 && found == cells;
    return NULL;
}

static struct fault *cannot_read(const char *path)
{
    return fault_raise(FAULT_MACHINE, "%s cannot be read again: %s", path, strerror(errno));
}

static struct fault *check_open(const char *path, int file, uint64_t cells, bool *whole)
{
    struct stat status;
    if (fstat(file, &status) < 0) return cannot_read(path);
    if (status.st_size < END) return NULL;
    const size_t size = (size_t)status.st_size;
    void *byte = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
    if (byte == MAP_FAILED) return cannot_read(path);
    const struct archive archive = {.byte = byte, .size = size};
    struct fault *fault = check_parts(&archive, cells, whole);
    if (munmap(byte, size) < 0 && fault == NULL) fault = cannot_read(path);
    return fault;
}

struct fault *archive_check(const char *path, uint64_t cells, bool *whole)
{
    *whole = false;
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return cannot_read(path);
    struct fault *fault = check_open(path, file, cells, whole);
    if (close(file) < 0 && fault == NULL) fault = cannot_read(path);
    return fault;
}
