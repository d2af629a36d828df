/* output/report/markup.h -- texts and numbers as HTML and as JSON inside a script. Texts of files are anybody's: nothing of them
 * may act.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_MARKUP_H
#define ZHOL_MARKUP_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* As text of an element, or of an attribute between double quotes. What is no character, or acts on a terminal, is U+FFFD; line
 * feeds and tabs stay. NULL is "". */
void markup_text(const char *text, FILE *to);
/* The first `length` bytes alone. */
void markup_part(const char *text, size_t length, FILE *to);
/* A string of JSON that may stand in a script element: without <, > and & and the line ends of JavaScript. */
void markup_json_string(const char *text, FILE *to);
/* With seven digits; what is not finite is null. */
void markup_json_number(double value, FILE *to);
/* Bytes as base64. */
void markup_base64(const unsigned char *bytes, size_t size, FILE *to);

/* "10,000" */
void markup_count(uint64_t number, FILE *to);
/* As readable_pair of `value` with `error`, with a minus in place of a hyphen. */
void markup_number(double value, double error, FILE *to);
/* Two ends of a range as "1.2 to 3.4": no more than four digits, nor more than the error of their mean justifies. */
void markup_range(double low, double high, double error, FILE *to);
/* That error itself. */
void markup_error(double value, double error, FILE *to);

#endif
