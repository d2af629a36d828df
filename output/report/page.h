/* output/report/page.h -- a page of HTML that needs nothing beside it and asks for nothing.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_PAGE_H
#define ZHOL_PAGE_H

#include "output/report/contents.h"

enum { PAGE_BYTES = 3000000 }; /* at most, so that it can be mailed */

/* What the page had no room for. */
struct page_size {
    size_t bytes;
    size_t futures, sampled, of; /* futures of so many of the outcomes by year */
};

/* Writes the whole page under a temporary name, syncs and renames; an existing file is replaced only with `force`. Samples are
 * read from the files of the results. Same contents, same bytes. */
MUST_CHECK struct fault *page_write(const struct contents *contents, const char *path, bool force,
                                    struct page_size *size);

#endif
