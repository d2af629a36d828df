/* sim/core/emphasis.h -- what of a text is to stand out where it is shown, as on a terminal. Elsewhere, and in files, nothing does.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_EMPHASIS_H
#define ZHOL_EMPHASIS_H

#include <stdio.h>

enum emphasis { EMPHASIS_NONE, EMPHASIS_STRONG, EMPHASIS_ERROR, EMPHASIS_WARNING };

/* From here on, until another; EMPHASIS_NONE ends it. */
void emphasis_put(FILE *to, enum emphasis emphasis);
/* What does so; without it nothing stands out. */
void emphasis_use(void (*put)(FILE *to, enum emphasis emphasis));

#endif
