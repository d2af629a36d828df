/* output/hdf5/content.c -- see content.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/hdf5/content.h"

#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct content {
    struct sha256_ctx words, values;
};

static void write_hex(struct sha256_ctx *sha, char hex[CONTENT_DIGITS + 1])
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_digest(sha, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++) snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

void content_of_text(const char *text, char hex[CONTENT_DIGITS + 1])
{
    struct sha256_ctx sha;
    sha256_init(&sha);
    sha256_update(&sha, strlen(text), (const uint8_t *)text);
    write_hex(&sha, hex);
}

struct fault *content_open(struct content **content)
{
    *content = malloc(sizeof **content);
    if (*content == NULL) return fault_no_memory();
    sha256_init(&(*content)->words);
    sha256_init(&(*content)->values);
    return NULL;
}

void content_close(struct content *content)
{
    free(content);
}

/* With its NUL, so that no two lists of texts give the same bytes. */
static void add_text(struct sha256_ctx *sha, const char *text)
{
    sha256_update(sha, strlen(text) + 1, (const uint8_t *)text);
}

void content_name(struct content *content, const char *name)
{
    add_text(&content->words, name);
}

bool content_leaves_out(const char *attribute)
{
    static const char *const left_out[] = {"content_sha256", "complete", "DIMENSION_LIST", "REFERENCE_LIST"};
    for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++)
        if (strcmp(attribute, left_out[i]) == 0) return true;
    return false;
}

void content_shape(struct content *content, int rank, const uint64_t size[], size_t width)
{
    const uint64_t head[2] = {(uint64_t)rank, width};
    sha256_update(&content->words, sizeof head, (const uint8_t *)head);
    if (rank > 0) sha256_update(&content->words, (size_t)rank * sizeof *size, (const uint8_t *)size);
}

void content_attribute(struct content *content, size_t bytes, const void *value)
{
    sha256_update(&content->words, bytes, value);
}

void content_values(struct content *content, size_t bytes, const void *value)
{
    sha256_update(&content->values, bytes, value);
}

void content_texts(struct content *content, size_t count, const char *const text[])
{
    for (size_t i = 0; i < count; i++) add_text(&content->values, text[i] == NULL ? "" : text[i]);
}

void content_finish(struct content *content, char hex[CONTENT_DIGITS + 1])
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_digest(&content->values, sizeof digest, digest);
    sha256_update(&content->words, sizeof digest, digest);
    write_hex(&content->words, hex);
}
