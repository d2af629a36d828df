/* output/report/futures.h -- the first futures of the results inside a page, so that it can answer what holds in some of them.
 *
 * Values are whole numbers of 16 bits, 65535 where there is none, one future after the other, the low byte first, as base64: a value
 * is its number and `first`, times `step`, which is 1 / 65,533 of the range of an outcome in a period. So 0 is exact, and all else
 * off by half a step at most, but for what is nearest to 0, which is never told as 0. Of another result than the base they are of
 * its difference from the base, which is nothing where both are the same: a difference is as exact as a value. Of an event it is
 * one bit, whether it ever happened.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_FUTURES_H
#define ZHOL_FUTURES_H

#include "output/report/contents.h"

#include <stdio.h>

enum { FUTURES_MOST = 2000, FUTURES_OF_MANY = 1000 /* of more than two results */ };

struct futures {
    size_t count;           /* of each result; 0: none has any */
    size_t horizon, yearly; /* outcomes with samples inside, over the horizon and by year */
    size_t unsaved, left;   /* outcomes whose yearly samples no file has, and that there was no room for */
};

/* Writes them as an object of JSON of so many bytes at most, outcomes by the order in which a reader asks for them. */
MUST_CHECK struct fault *futures_write(const struct contents *contents, size_t room, FILE *to, struct futures *futures);

#endif
