/* output/hdf5/content.h -- the SHA-256 of what a file says: names, shapes, values and attributes, in the order in which
 * its objects were made. The writer takes it from what it writes, a reader from what it reads.
 *
 * What describes and what is a value are digested apart, and then together, so that an attribute may be written before
 * or after the values that it describes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_CONTENT_H
#define ZHOL_CONTENT_H

#include "sim/core/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CONTENT_DIGITS = 64 };

/* Of a text. */
void content_of_text(const char *text, char hex[CONTENT_DIGITS + 1]);

struct content;
/* Close it in any case; NULL may be closed. */
MUST_CHECK struct fault *content_open(struct content **content);
void content_close(struct content *content);

/* An object or attribute begins: its path from the root, or its name. */
void content_name(struct content *content, const char *name);
/* Whether an attribute of that name is left out: the digest itself, and references between datasets and dimensions, which
 * are told by names: after its shape and values a dataset names the scale of each dimension that has one. */
bool content_leaves_out(const char *attribute);
/* Its shape, and the bytes of a value; width 0: texts. */
void content_shape(struct content *content, int rank, const uint64_t size[], size_t width);
/* Values of an attribute. */
void content_attribute(struct content *content, size_t bytes, const void *value);
/* Values of a dataset, in any number of parts in their order. */
void content_values(struct content *content, size_t bytes, const void *value);
/* Texts of a dataset; NULL is an empty one. */
void content_texts(struct content *content, size_t count, const char *const text[]);
/* What has been said so far; nothing may be added after it. */
void content_finish(struct content *content, char hex[CONTENT_DIGITS + 1]);

#endif
