/* output/tables/readable.c -- see readable.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/tables/readable.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* The largest first. */
static const struct larger {
    const char *unit, *name;
    double factor;
} larger[] = {
    {"USD", "GUSD", 1e9},  {"USD", "MUSD", 1e6}, {"USD", "kUSD", 1e3}, {"t", "Gt", 1e9},     {"t", "Mt", 1e6},
    {"t", "kt", 1e3},      {"kt", "Gt", 1e6},    {"kt", "Mt", 1e3},    {"TEU", "MTEU", 1e6}, {"TEU", "kTEU", 1e3},
    {"kTEU", "MTEU", 1e3}, {"kcm", "bcm", 1e6},  {"bbl", "Gbbl", 1e9}, {"bbl", "Mbbl", 1e6}, {"bbl", "kbbl", 1e3},
};

double readable_unit(const char *unit, double most, size_t size, char text[])
{
    const size_t length = strcspn(unit, "/ *^");
    const char *rest = unit + length;
    snprintf(text, size, "%s", unit);
    if (*rest != '/' && *rest != '\0') return 1.0;
    for (size_t i = 0; i < sizeof larger / sizeof *larger; i++) {
        if (strlen(larger[i].unit) != length || strncmp(unit, larger[i].unit, length) != 0) continue;
        if (most < larger[i].factor) continue;
        snprintf(text, size, "%s%s", larger[i].name, rest);
        return larger[i].factor;
    }
    return 1.0;
}

bool readable_share(enum outcome_rule rule, const char *unit)
{
    const bool pure = unit[0] == '\0' || strcmp(unit, "1") == 0;
    return pure && (rule == OUTCOME_RATIO || rule == OUTCOME_MAXIMUM || rule == OUTCOME_DERIVED);
}

void readable_pair(double value, double error, char of_value[READABLE_NUMBER], char of_error[READABLE_NUMBER])
{
    const double least = 1e-9, beside = 1e-4, size = fabs(error);
    snprintf(of_error, READABLE_NUMBER, isnan(error) ? "-" : "%.2g", error);
    if (size > 0.0 && size < beside && fabs(value) <= size) {
        strcpy(of_value, "0");
        strcpy(of_error, "<0.0001");
        return;
    }
    if (size > 0.0 && size < beside && fabs(value) < beside) {
        snprintf(of_value, READABLE_NUMBER, "%.2g", value);
        return;
    }
    if (size >= 100.0 && size < 1e6 && fabs(value) < 1e6) { /* "264" and "520" */
        const double unit = pow(10.0, floor(log10(size)) - 1.0);
        snprintf(of_value, READABLE_NUMBER, "%.0f", value);
        snprintf(of_error, READABLE_NUMBER, "%.0f", round(error / unit) * unit);
        return;
    }
    if (!isfinite(value) || !(size > least) || size >= 100.0 || fabs(value) >= 1e9) {
        snprintf(of_value, READABLE_NUMBER, "%.4g", value);
        return;
    }
    int decimals = 1 - (int)floor(log10(size));
    if (decimals < 0) decimals = 0;
    snprintf(of_value, READABLE_NUMBER, "%.*f", decimals, value);
    if (of_value[0] == '-' && of_value[strspn(of_value, "-0.")] == '\0') /* no 0 below 0 */
        memmove(of_value, of_value + 1, strlen(of_value));
    if (size < 1e-4) return;
    snprintf(of_error, READABLE_NUMBER, "%.*f", decimals, error);
}

double readable_beside(double value, double most)
{
    return fabs(value) < 1e-4 * most ? 0.0 : value;
}

void readable_short(const char *name, int width, char text[READABLE_NAME])
{
    enum { HEAD = 14 };
    const size_t length = strlen(name), tail = (size_t)width - HEAD - 2;
    if (length <= (size_t)width)
        snprintf(text, READABLE_NAME, "%s", name);
    else
        snprintf(text, READABLE_NAME, "%.*s..%s", HEAD, name, name + length - tail);
}

void readable_name(const char *name, int width, FILE *to)
{
    char text[READABLE_NAME];
    readable_short(name, width, text);
    fprintf(to, "  %-*s", width, text);
}

size_t readable_columns(const char *text)
{
    size_t columns = 0;
    for (const char *c = text; *c != '\0'; c++) columns += ((unsigned char)*c & 0xC0) != 0x80;
    return columns;
}

void readable_left(const char *text, size_t width, FILE *to)
{
    const size_t columns = readable_columns(text);
    fprintf(to, "%s%*s", text, columns < width ? (int)(width - columns) : 0, "");
}

void readable_thousands(uint64_t number, FILE *to)
{
    if (number >= 1000) {
        readable_thousands(number / 1000, to);
        fprintf(to, ",%03" PRIu64, number % 1000);
    } else {
        fprintf(to, "%" PRIu64, number);
    }
}
