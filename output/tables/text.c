/* output/tables/text.c -- see text.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/tables/text.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

size_t text_width(const struct text_columns *columns, enum dataset_along along)
{
    return dataset_columns(along, columns->quantiles, columns->levels);
}

void text_csv_names(const struct text_columns *columns, const char *name, enum dataset_along along, FILE *to)
{
    for (size_t k = 0; k < text_width(columns, along); k++)
        if (along == ALONG_NOTHING)
            fprintf(to, ",%s", name);
        else if (along == ALONG_QUANTILE)
            fprintf(to, ",%s_%g", name, columns->probability[k]);
        else
            fprintf(to, ",%s_%s_%g", name, tail_is_upper(columns->level[k]) ? "upper" : "lower",
                    1.0 - tail_share(columns->level[k]));
}

/* As short as it can be and still be read back as the same number. */
static void write_number(double value, FILE *to)
{
    char text[32];
    snprintf(text, sizeof text, "%.15g", value);
    if (strtod(text, NULL) == value)
        fputs(text, to);
    else
        fprintf(to, "%.17g", value);
}

void text_csv_value(double value, FILE *to)
{
    fputc(',', to);
    if (!isnan(value)) write_number(value, to);
}

void text_csv_text(const char *text, FILE *to)
{
    const bool quoted = text[strcspn(text, ",\"\r\n")] != '\0';
    if (quoted) fputc('"', to);
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"') fputc('"', to);
        fputc(*c, to);
    }
    if (quoted) fputc('"', to);
}

static void json_string(const char *text, size_t length, FILE *to)
{
    fputc('"', to);
    for (const unsigned char *c = (const unsigned char *)text, *end = c + length; c < end; c++)
        if (*c == '"' || *c == '\\')
            fprintf(to, "\\%c", *c);
        else if (*c < 0x20 || *c == 0x7F)
            fprintf(to, "\\u%04x", (unsigned)*c);
        else if (*c == 0xC2 && c[1] >= 0x80 && c[1] < 0xA0) /* control characters too, in UTF-8 */
            fprintf(to, "\\u%04x", (unsigned)*++c);
        else
            fputc(*c, to);
    fputc('"', to);
}

void text_json_string(const char *text, FILE *to)
{
    json_string(text == NULL ? "" : text, text == NULL ? 0 : strlen(text), to);
}

void text_json_member(const char *name, const char *text, FILE *to)
{
    fprintf(to, "\"%s\": ", name);
    text_json_string(text, to);
}

void text_json_lines(const char *name, const char *text, FILE *to)
{
    fprintf(to, "\"%s\": [", name);
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        if (line != text) line++;
        if (line != text) fputs(", ", to);
        json_string(line, strcspn(line, "\n"), to);
    }
    fputc(']', to);
}

void text_json_number(double value, FILE *to)
{
    if (isfinite(value))
        write_number(value, to);
    else
        fputs("null", to);
}

static void write_list(size_t count, double (*get)(const void *of, size_t k), const void *of, FILE *to)
{
    fputc('[', to);
    for (size_t k = 0; k < count; k++) {
        if (k > 0) fputs(", ", to);
        text_json_number(get(of, k), to);
    }
    fputc(']', to);
}

/* One end, in the order of the stated levels. */
static void write_tail(size_t levels, bool upper, double (*get)(const void *of, size_t k), const void *of, FILE *to)
{
    fprintf(to, "\"%s\": [", upper ? "upper" : "lower");
    for (size_t i = 0; i < levels / 2; i++) {
        if (i > 0) fputs(", ", to);
        text_json_number(get(of, dataset_tail(levels, upper, i)), to);
    }
    fputc(']', to);
}

void text_json_values(const struct text_columns *columns, const char *name, enum dataset_along along,
                      double (*get)(const void *of, size_t k), const void *of, FILE *to)
{
    fprintf(to, "\"%s\": ", name);
    if (along == ALONG_NOTHING) text_json_number(get(of, 0), to);
    if (along == ALONG_QUANTILE) write_list(columns->quantiles, get, of, to);
    if (along != ALONG_TAIL) return;
    fputc('{', to);
    write_tail(columns->levels, false, get, of, to);
    fputs(", ", to);
    write_tail(columns->levels, true, get, of, to);
    fputc('}', to);
}

static double number_at(const void *of, size_t k)
{
    return ((const double *)of)[k];
}

void text_json_columns(const struct text_columns *columns, FILE *to)
{
    fputs("\"quantile\": ", to);
    write_list(columns->quantiles, number_at, columns->probability, to);
    fputs(",\n  \"level\": ", to);
    write_list(columns->levels / 2, number_at, columns->level + columns->levels / 2, to);
}
