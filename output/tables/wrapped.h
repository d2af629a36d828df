/* output/tables/wrapped.h -- names or words one after the other, in lines of 79 characters.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_WRAPPED_H
#define ZHOL_WRAPPED_H

#include <stddef.h>
#include <stdio.h>

struct wrapped {
    FILE *to;
    int indent; /* columns in front of what begins a line, 1 or more */
    int column; /* where the line stands */
    size_t added;
};

/* After the ones before, the mark ("," or nothing), and a space or the end of the line. */
void wrapped_add(struct wrapped *wrapped, const char *mark, const char *text);
/* A sentence, word by word. */
void wrapped_words(struct wrapped *wrapped, const char *sentence);

#endif
