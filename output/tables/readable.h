/* output/tables/readable.h -- units that suit the size of a number, for tables.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_READABLE_H
#define ZHOL_READABLE_H

#include "sim/core/outcome.h"

#include <stddef.h>
#include <stdio.h>

enum { READABLE_NUMBER = 32 };

/* For numbers up to `most` in `unit`: the largest unit that leaves at least 1 ("t/yr" and 3e7: "Mt/yr"), into `text`,
 * and what they are to be divided by. Without a larger one the unit itself, and 1. */
double readable_unit(const char *unit, double most, size_t size, char text[]);

/* An amount in the largest unit that suits it, with four digits, such as "1.611
 * MTEU/yr"; of nothing "0 TEU/yr". */
enum { READABLE_AMOUNT = 128 };
void readable_amount(double amount, const char *unit, char text[READABLE_AMOUNT]);

/* A time of the clock in the unit that people would say it in: "0.8 s", "24 s", "15 min", "15 h", "6.2 days". */
void readable_time(double seconds, char text[READABLE_NUMBER]);
/* A size of memory or of a file with three digits, in kB of 1000 bytes, MB or GB. */
void readable_size(double bytes, char text[READABLE_NUMBER]);

/* Whether an outcome is a share, which is read in per cent: a pure number that is a ratio, an index or a probability.
 */
bool readable_share(enum outcome_rule rule, const char *unit);

/* A number with as many digits as its error justifies, whose first two are kept: 1.2345 with 0.0067 is "1.2345" and
 * "0.0067", with 0.067 "1.234" and "0.067". Without an error, or with a large one, four digits. What is beside 0 in its
 * unit, and within its error, is "0" and "<0.0001". */
void readable_pair(double value, double error, char of_value[READABLE_NUMBER], char of_error[READABLE_NUMBER]);

/* 0 for what is beside 0 among numbers up to `most`: less than a ten-thousandth of it. */
double readable_beside(double value, double most);

/* A name in `width` characters at most, 20 or more; of a longer one both ends. */
enum { READABLE_NAME = 128 };
void readable_short(const char *name, int width, char text[READABLE_NAME]);
/* The same behind two spaces, in just as many. */
void readable_name(const char *name, int width, FILE *to);

/* How many characters a text has, which take a column each; and the text in so many columns at least, spaces behind it. */
size_t readable_columns(const char *text);
void readable_left(const char *text, size_t width, FILE *to);
/* The label of a line, behind two spaces; a longer one has a line of its own above. */
void readable_label(const char *label, size_t width, FILE *to);

/* "1,234,567". */
void readable_thousands(uint64_t number, FILE *to);

#endif
