/* output/hdf5/content.h -- the SHA-256 of what a result file says: names, shapes, values and attributes, in the order
 * of the file.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_CONTENT_H
#define ZHOL_CONTENT_H

#include "output/hdf5/layout.h"

enum { CONTENT_DIGITS = 64 };

/* Of a text. */
void content_of_text(const char *text, char hex[CONTENT_DIGITS + 1]);
/* Of an open file, but for the attributes `content_sha256` and `complete` of its root and those that only tie
 * dimensions to datasets. Reads everything. */
MUST_CHECK struct fault *content_of_file(hid_t file, const char *path, char hex[CONTENT_DIGITS + 1]);

/* Writes the file out, and into it what its content is and that it is complete: the last that is done to it. */
MUST_CHECK struct fault *content_seal(const struct layout *layout);

#endif
