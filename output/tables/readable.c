/* output/tables/readable.c -- see readable.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/tables/readable.h"

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
    const double least = 1e-9, size = fabs(error);
    snprintf(of_error, READABLE_NUMBER, isnan(error) ? "-" : "%.2g", error);
    if (!isfinite(value) || !(size > least) || size >= 100.0 || fabs(value) >= 1e9) {
        snprintf(of_value, READABLE_NUMBER, "%.4g", value);
        return;
    }
    int decimals = 1 - (int)floor(log10(size));
    if (decimals < 0) decimals = 0;
    snprintf(of_value, READABLE_NUMBER, "%.*f", decimals, value);
    if (size < 1e-4) return;
    snprintf(of_error, READABLE_NUMBER, "%.*f", decimals, error);
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
