/* sim/core/bytes.h -- numbers and texts as bytes, one after the other: written into memory that grows, and read back with
 * every length checked, for they may come from a file that is damaged. Numbers are stored as this machine has them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_BYTES_H
#define ZHOL_BYTES_H

#include "sim/core/fault.h"

#include <stdint.h>

/* Begin with {0}; the memory is freed by free(bytes.at). A failure is remembered, so that it needs to be asked for only
 * once, at the end. With `drain` they need not all be in memory: it is given what there is whenever that reaches `full`
 * bytes, which are then gone, and says whether it could take them; its failure is remembered too. */
struct bytes {
    unsigned char *at;
    size_t size, room;
    bool failed;
    bool (*drain)(void *context, const unsigned char *at, size_t size);
    void *context;
    size_t full;
};
void bytes_put(struct bytes *bytes, const void *from, size_t size);
void bytes_put_number(struct bytes *bytes, uint64_t number);
/* NULL is a text of its own. */
void bytes_put_text(struct bytes *bytes, const char *text);
void bytes_put_texts(struct bytes *bytes, size_t count, const char *const text[]);
/* Of all that was put; the memory that there was not. */
MUST_CHECK struct fault *bytes_fault(const struct bytes *bytes);

/* What is left to be read. A length that goes beyond it is remembered, as is a text without memory; what was read then is
 * 0 or NULL. */
struct bytes_left {
    const unsigned char *at;
    size_t size;
    bool failed, no_memory;
};
/* The next `size` bytes, where they stand (not aligned); NULL if there are fewer. */
const void *bytes_take(struct bytes_left *left, size_t size);
/* The next `count` items of `size` bytes into to[]; nothing if there are fewer. */
void bytes_take_items(struct bytes_left *left, void *to, uint64_t count, size_t size);
uint64_t bytes_take_number(struct bytes_left *left);
/* Allocated. */
char *bytes_take_text(struct bytes_left *left);
/* The list, allocated with its texts. */
char **bytes_take_texts(struct bytes_left *left, size_t *count);
void bytes_free_texts(size_t count, char **text);

#endif
