/* sim/core/emphasis.c -- see emphasis.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/emphasis.h"

static void (*used)(FILE *to, enum emphasis emphasis);

void emphasis_put(FILE *to, enum emphasis emphasis)
{
    if (used != NULL) used(to, emphasis);
}

void emphasis_use(void (*put)(FILE *to, enum emphasis emphasis))
{
    used = put;
}
