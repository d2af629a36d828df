/* output/report/markup.c -- see markup.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/report/markup.h"
#include "output/tables/readable.h"
#include "sim/core/printable.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */

/* The characters of a text one by one; 0 at its end. */
static size_t next_size(const char *at, const char *end)
{
    const size_t size = at < end ? printable_size(at) : 0;
    return size > (size_t)(end - at) ? 0 : size;
}

void markup_part(const char *text, size_t length, FILE *to)
{
    for (const char *at = text, *end = text + length; at < end;) {
        const size_t size = next_size(at, end);
        if (size > 1)
            fwrite(at, 1, size, to);
        else if (size == 0 && *at != '\n' && *at != '\t')
            fputs(replacement, to);
        else if (*at == '&')
            fputs("&amp;", to);
        else if (*at == '<')
            fputs("&lt;", to);
        else if (*at == '>')
            fputs("&gt;", to);
        else if (*at == '"')
            fputs("&quot;", to);
        else
            fputc(*at, to);
        at += size == 0 ? 1 : size;
    }
}

void markup_text(const char *text, FILE *to)
{
    if (text != NULL) markup_part(text, strlen(text), to);
}

/* The line ends of JavaScript that are none of JSON: U+2028, U+2029. */
static int is_line_end(const char *at, size_t size)
{
    return size == 3 && memcmp(at, "\xE2\x80", 2) == 0 &&
           ((unsigned char)at[2] == 0xA8 || (unsigned char)at[2] == 0xA9);
}

void markup_json_string(const char *text, FILE *to)
{
    const char *at = text == NULL ? "" : text, *end = at + strlen(at);
    fputc('"', to);
    while (at < end) {
        const size_t size = next_size(at, end);
        if (is_line_end(at, size))
            fprintf(to, "\\u20%02x", (unsigned)((unsigned char)at[2] - 0x80));
        else if (size > 1)
            fwrite(at, 1, size, to);
        else if (size == 1 && strchr("<>&'\"\\", *at) == NULL)
            fputc(*at, to);
        else if (size == 1 || *at == '\n' || *at == '\t')
            fprintf(to, "\\u%04x", (unsigned)(unsigned char)*at);
        else
            fputs("\\ufffd", to);
        at += size == 0 ? 1 : size;
    }
    fputc('"', to);
}

void markup_json_number(double value, FILE *to)
{
    if (isfinite(value))
        fprintf(to, "%.7g", value);
    else
        fputs("null", to);
}

void markup_base64(const unsigned char *bytes, size_t size, FILE *to)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        const unsigned one = bytes[i], two = i + 1 < size ? bytes[i + 1] : 0, three = i + 2 < size ? bytes[i + 2] : 0;
        fputc(digit[one >> 2], to);
        fputc(digit[(one & 3) << 4 | two >> 4], to);
        fputc(i + 1 < size ? digit[(two & 15) << 2 | three >> 6] : '=', to);
        fputc(i + 2 < size ? digit[three & 63] : '=', to);
    }
}

void markup_count(uint64_t number, FILE *to)
{
    if (number < 1000) {
        fprintf(to, "%" PRIu64, number);
        return;
    }
    markup_count(number / 1000, to);
    fprintf(to, ",%03" PRIu64, number % 1000);
}

/* A hyphen before a number is a minus; one in an exponent stays. */
static void put_number(const char *text, FILE *to)
{
    if (*text == '-' && text[1] != '\0')
        fprintf(to, "\xE2\x88\x92%s", text + 1);
    else
        fputs(*text == '-' ? "\xE2\x80\x93" : text, to);
}

/* Of a number that is 0 as it is written, no sign. */
static const char *unsigned_zero(const char *text)
{
    return *text == '-' && strspn(text + 1, "0.") == strlen(text + 1) ? text + 1 : text;
}

void markup_number(double value, double error, FILE *to)
{
    char number[READABLE_NUMBER], of_error[READABLE_NUMBER];
    if (isnan(value)) {
        put_number("-", to);
        return;
    }
    readable_pair(value, error, number, of_error);
    put_number(unsigned_zero(number), to);
}

void markup_range(double low, double high, double error, FILE *to)
{
    const double most = fmax(fabs(low), fabs(high));
    /* an error whose two digits end where the four of the greater end do */
    const double coarse = most > 0.0 ? pow(10.0, floor(log10(most)) - 2.0) : 0.0;
    const double digits = isnan(error) ? coarse : fmax(error, coarse);
    markup_number(low, digits, to);
    if (isnan(high)) return;
    fputs(" to ", to);
    markup_number(high, digits, to);
}

void markup_error(double value, double error, FILE *to)
{
    char number[READABLE_NUMBER], of_error[READABLE_NUMBER];
    readable_pair(value, error, number, of_error);
    put_number(of_error, to);
}
