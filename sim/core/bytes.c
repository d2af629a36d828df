/* sim/core/bytes.c -- see bytes.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/bytes.h"

#include <stdlib.h>
#include <string.h>

static bool reserve(struct bytes *bytes, size_t size)
{
    if (bytes->failed || size > PTRDIFF_MAX - bytes->size) return false;
    if (size <= bytes->room - bytes->size) return true;
    size_t room = bytes->room < 4096 ? 4096 : 2 * bytes->room;
    if (room < bytes->size + size) room = bytes->size + size;
    unsigned char *grown = realloc(bytes->at, room);
    if (grown == NULL) return false;
    bytes->at = grown;
    bytes->room = room;
    return true;
}

void bytes_put(struct bytes *bytes, const void *from, size_t size)
{
    if (size == 0) return;
    if (!reserve(bytes, size)) {
        bytes->failed = true;
        return;
    }
    memcpy(bytes->at + bytes->size, from, size);
    bytes->size += size;
    if (bytes->drain == NULL || bytes->size < bytes->full) return;
    bytes->failed = !bytes->drain(bytes->context, bytes->at, bytes->size);
    bytes->size = 0;
}

void bytes_put_number(struct bytes *bytes, uint64_t number)
{
    bytes_put(bytes, &number, sizeof number);
}

/* The length is put as one more than it is, 0 for NULL. */
void bytes_put_text(struct bytes *bytes, const char *text)
{
    const size_t length = text == NULL ? 0 : strlen(text);
    bytes_put_number(bytes, text == NULL ? 0 : length + 1);
    bytes_put(bytes, text, length);
}

void bytes_put_texts(struct bytes *bytes, size_t count, const char *const text[])
{
    bytes_put_number(bytes, count);
    for (size_t i = 0; i < count; i++) bytes_put_text(bytes, text[i]);
}

struct fault *bytes_fault(const struct bytes *bytes)
{
    return bytes->failed ? fault_no_memory() : NULL;
}

const void *bytes_take(struct bytes_left *left, size_t size)
{
    if (left->failed || size > left->size) {
        left->failed = true;
        return NULL;
    }
    const unsigned char *at = left->at;
    left->at += size;
    left->size -= size;
    return at;
}

void bytes_take_items(struct bytes_left *left, void *to, uint64_t count, size_t size)
{
    if (count > left->size / size) {
        left->failed = true;
        return;
    }
    const void *from = bytes_take(left, (size_t)count * size);
    if (from != NULL && count > 0) memcpy(to, from, (size_t)count * size);
}

uint64_t bytes_take_number(struct bytes_left *left)
{
    uint64_t number = 0;
    const void *from = bytes_take(left, sizeof number);
    if (from != NULL) memcpy(&number, from, sizeof number);
    return number;
}

char *bytes_take_text(struct bytes_left *left)
{
    const uint64_t put = bytes_take_number(left);
    if (put == 0) return NULL;
    if (put - 1 > left->size) {
        left->failed = true;
        return NULL;
    }
    const void *from = bytes_take(left, (size_t)put - 1);
    char *text = from == NULL ? NULL : strndup(from, (size_t)put - 1);
    if (text == NULL && !left->failed) left->failed = left->no_memory = true;
    return text;
}

char **bytes_take_texts(struct bytes_left *left, size_t *count)
{
    const uint64_t texts = bytes_take_number(left);
    *count = 0;
    if (left->failed || texts > left->size / sizeof texts) {
        left->failed = true;
        return NULL;
    }
    char **text = calloc((size_t)texts + 1, sizeof *text);
    if (text == NULL) {
        left->failed = left->no_memory = true;
        return NULL;
    }
    for (; *count < texts && !left->failed; ++*count) text[*count] = bytes_take_text(left);
    return text;
}

void bytes_free_texts(size_t count, char **text)
{
    for (size_t i = 0; i < count && text != NULL; i++) free(text[i]);
    free(text);
}
