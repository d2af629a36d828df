/* output/tables/readable.c -- see readable.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/tables/readable.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define YEAR_DAYS 365.25

/* The largest first. */
static const struct larger {
    const char *unit, *name;
    double factor;
    double least; /* amount from which it is used, where nothing lies between the two; 0: the factor */
} larger[] = {
    {"USD", "GUSD", 1e9, 0.0}, {"USD", "MUSD", 1e6, 0.0}, {"USD", "kUSD", 1e3, 0.0},  {"t", "Gt", 1e9, 0.0},
    {"t", "Mt", 1e6, 0.0},     {"t", "kt", 1e3, 0.0},     {"kt", "Gt", 1e6, 0.0},     {"kt", "Mt", 1e3, 0.0},
    {"TEU", "MTEU", 1e6, 0.0}, {"TEU", "kTEU", 1e3, 0.0}, {"kTEU", "MTEU", 1e3, 0.0}, {"kcm", "bcm", 1e6, 1e4},
    {"bbl", "Gbbl", 1e9, 0.0}, {"bbl", "Mbbl", 1e6, 0.0}, {"bbl", "kbbl", 1e3, 0.0},
};

double readable_unit(const char *unit, double most, size_t size, char text[])
{
    const size_t length = strcspn(unit, "/ *^");
    const char *rest = unit + length;
    snprintf(text, size, "%s", unit);
    if (strcmp(unit, "train/yr") == 0 && most >= YEAR_DAYS) { /* as timetables have it */
        snprintf(text, size, "train/d");
        return YEAR_DAYS;
    }
    if (*rest != '/' && *rest != '\0') return 1.0;
    for (size_t i = 0; i < sizeof larger / sizeof *larger; i++) {
        if (strlen(larger[i].unit) != length || strncmp(unit, larger[i].unit, length) != 0) continue;
        if (most < (larger[i].least > 0.0 ? larger[i].least : larger[i].factor)) continue;
        snprintf(text, size, "%s%s", larger[i].name, rest);
        return larger[i].factor;
    }
    return 1.0;
}

void readable_amount(double amount, const char *unit, char text[READABLE_AMOUNT])
{
    char suited[READABLE_AMOUNT / 2];
    const bool pure = unit[0] == '\0' || strcmp(unit, "1") == 0;
    const double scale = readable_unit(pure ? "" : unit, fabs(amount), sizeof suited, suited);
    snprintf(text, READABLE_AMOUNT, "%.4g%s%s", amount == 0.0 ? 0.0 : amount / scale, pure ? "" : " ", suited);
}

void readable_time(double seconds, char text[READABLE_NUMBER])
{
    const double minute = 60.0, hour = 60.0 * minute, day = 24.0 * hour;
    if (seconds < 9.95)
        snprintf(text, READABLE_NUMBER, "%.1f s", seconds);
    else if (seconds < 1.5 * minute)
        snprintf(text, READABLE_NUMBER, "%.0f s", seconds);
    else if (seconds < 1.5 * hour)
        snprintf(text, READABLE_NUMBER, "%.0f min", seconds / minute);
    else if (seconds < 2.0 * day)
        snprintf(text, READABLE_NUMBER, "%.*f h", seconds < 9.95 * hour ? 1 : 0, seconds / hour);
    else
        snprintf(text, READABLE_NUMBER, "%.*f days", seconds < 9.95 * day ? 1 : 0, seconds / day);
}

void readable_size(double bytes, char text[READABLE_NUMBER])
{
    const char *unit = bytes >= 1e9 ? "GB" : bytes >= 1e6 ? "MB" : "kB";
    snprintf(text, READABLE_NUMBER, "%.3g %s", bytes / (bytes >= 1e9 ? 1e9 : bytes >= 1e6 ? 1e6 : 1e3), unit);
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

void readable_label(const char *label, size_t width, FILE *to)
{
    fputs("  ", to);
    if (readable_columns(label) > width) {
        fprintf(to, "%s\n  ", label);
        label = "";
    }
    readable_left(label, width, to);
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
