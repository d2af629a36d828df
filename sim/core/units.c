/* sim/core/units.c -- see units.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/units.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <udunits2.h>

enum base { LENGTH, MASS, TIME, BOX, TRAIN, MONEY, BASES };
enum { FACTORS_MOST = 16, POWER_MOST = 9, SHOWN_MOST = 40, PHRASE_SIZE = 160 };

static const char *const base_name[BASES] = {"m", "t", "mo", "TEU", "train", "USD"};

/* A name is over/under of its bases. The month is the base of time: with the day, 487 would enter every conversion
 * between month and year and push large ones beyond 2^53. One barrel is 158.987294928 litres (42 US gallons of 231
 * cubic inches). */
struct definition {
    const char *name;
    double over, under;
    int power[BASES];
    const char *meaning;
};

#define AS_LENGTH                                                                                                      \
    {                                                                                                                  \
        [LENGTH] = 1                                                                                                   \
    }
#define AS_AREA                                                                                                        \
    {                                                                                                                  \
        [LENGTH] = 2                                                                                                   \
    }
#define AS_VOLUME                                                                                                      \
    {                                                                                                                  \
        [LENGTH] = 3                                                                                                   \
    }
#define AS_MASS                                                                                                        \
    {                                                                                                                  \
        [MASS] = 1                                                                                                     \
    }
#define AS_TIME                                                                                                        \
    {                                                                                                                  \
        [TIME] = 1                                                                                                     \
    }
#define AS_BOX                                                                                                         \
    {                                                                                                                  \
        [BOX] = 1                                                                                                      \
    }
#define AS_MONEY                                                                                                       \
    {                                                                                                                  \
        [MONEY] = 1                                                                                                    \
    }

static const struct definition definitions[] = {
    {"min", 1, 43830, AS_TIME, "minute, 1/60 h"},
    {"h", 2, 1461, AS_TIME, "hour, 1/24 d"},
    {"d", 16, 487, AS_TIME, "day"},
    {"mo", 1, 1, AS_TIME, "month, 1/12 yr = 30.4375 d"},
    {"yr", 12, 1, AS_TIME, "year, 365.25 d"},
    {"m", 1, 1, AS_LENGTH, "metre"},
    {"km", 1000, 1, AS_LENGTH, "kilometre"},
    {"m2", 1, 1, AS_AREA, "square metre"},
    {"m3", 1, 1, AS_VOLUME, "cubic metre"},
    {"kcm", 1e3, 1, AS_VOLUME, "thousand cubic metres"},
    {"bcm", 1e9, 1, AS_VOLUME, "billion (1e9) cubic metres"},
    {"bbl", 9936705933.0, 62500000000.0, AS_VOLUME, "barrel, 0.158987294928 m3"},
    {"kbbl", 9936705933.0, 62500000.0, AS_VOLUME, "thousand barrels"},
    {"Mbbl", 9936705933.0, 62500.0, AS_VOLUME, "million barrels"},
    {"Gbbl", 19873411866.0, 125.0, AS_VOLUME, "billion (1e9) barrels"},
    {"kg", 1, 1000, AS_MASS, "kilogram"},
    {"t", 1, 1, AS_MASS, "tonne, 1000 kg"},
    {"kt", 1e3, 1, AS_MASS, "thousand tonnes"},
    {"Mt", 1e6, 1, AS_MASS, "million tonnes"},
    {"Gt", 1e9, 1, AS_MASS, "billion (1e9) tonnes"},
    {"TEU", 1, 1, AS_BOX, "twenty-foot equivalent unit: one short container"},
    {"kTEU", 1e3, 1, AS_BOX, "thousand TEU"},
    {"MTEU", 1e6, 1, AS_BOX, "million TEU"},
    {"GTEU", 1e9, 1, AS_BOX, "billion (1e9) TEU"},
    {"FEU", 2, 1, AS_BOX, "forty-foot equivalent unit, 2 TEU"},
    {"train", 1, 1, {[TRAIN] = 1}, "train"},
    {"USD", 1, 1, AS_MONEY, "United States dollar at the prices of the scenario"},
    {"kUSD", 1e3, 1, AS_MONEY, "thousand USD"},
    {"MUSD", 1e6, 1, AS_MONEY, "million USD"},
    {"GUSD", 1e9, 1, AS_MONEY, "billion (1e9) USD"},
    {"%", 1, 100, {0}, "per cent, 1/100"},
};
enum { NAMES = sizeof definitions / sizeof definitions[0] };

static const char known_names[] =
    "min, h, d, mo, yr, m, km, m2, m3, kcm, bcm, bbl, kg, t, TEU, FEU, train, USD, %, and k, M "
    "or G before bbl, t, TEU and USD";

/* What people write for a unit that we have, where the spelling alone would not lead there. */
static const char *const habits[][2] = {
    {"tonne", "t"},       {"tonnes", "t"},       {"ton", "t"},      {"tons", "t"},      {"day", "d"},
    {"days", "d"},        {"hour", "h"},         {"hours", "h"},    {"hr", "h"},        {"minute", "min"},
    {"minutes", "min"},   {"month", "mo"},       {"months", "mo"},  {"mon", "mo"},      {"year", "yr"},
    {"years", "yr"},      {"y", "yr"},           {"a", "yr"},       {"metre", "m"},     {"metres", "m"},
    {"meter", "m"},       {"meters", "m"},       {"barrel", "bbl"}, {"barrels", "bbl"}, {"box", "TEU"},
    {"container", "TEU"}, {"containers", "TEU"}, {"dollar", "USD"}, {"dollars", "USD"}, {"$", "USD"},
    {"US$", "USD"},       {"usd", "USD"},        {"bnUSD", "GUSD"}, {"percent", "%"},   {"pct", "%"},
    {"per cent", "%"},
};

struct fraction {
    ut_unit *over, *under; /* both scaled by whole numbers only */
};

struct units {
    ut_system *system;
    ut_unit *base[BASES];
    ut_unit *one;
    struct fraction name[NAMES];
};

struct measure {
    double over, under;
    int power[BASES];
};

static struct fault *library_fault(void)
{
    const ut_status status = ut_get_status();
    if (status == UT_OS) return fault_no_memory();
    return fault_raise(FAULT_MACHINE, "the library of units failed with status %d", (int)status);
}

static void fraction_free(struct fraction *fraction)
{
    ut_free(fraction->over);
    ut_free(fraction->under);
    *fraction = (struct fraction){0};
}

/* *product *= factor */
static struct fault *multiply_by(ut_unit **product, const ut_unit *factor)
{
    ut_unit *result = ut_multiply(*product, factor);
    if (result == NULL) return library_fault();
    ut_free(*product);
    *product = result;
    return NULL;
}

static struct fault *name_define(struct units *units, const struct definition *definition, struct fraction *name)
{
    name->over = ut_scale(definition->over, units->one);
    name->under = ut_scale(definition->under, units->one);
    if (name->over == NULL || name->under == NULL) return library_fault();
    for (int b = 0; b < BASES; b++)
        for (int p = 0; p < definition->power[b]; p++) TRY(multiply_by(&name->over, units->base[b]));
    return NULL;
}

static struct fault *units_fill(struct units *units)
{
    units->system = ut_new_system();
    if (units->system == NULL) return library_fault();
    units->one = ut_get_dimensionless_unit_one(units->system);
    if (units->one == NULL) return library_fault();
    for (int b = 0; b < BASES; b++) {
        units->base[b] = ut_new_base_unit(units->system);
        if (units->base[b] == NULL) return library_fault();
    }
    for (int n = 0; n < NAMES; n++) TRY(name_define(units, &definitions[n], &units->name[n]));
    return NULL;
}

struct fault *units_open(struct units **units)
{
    ut_set_error_message_handler(ut_ignore);
    *units = calloc(1, sizeof **units);
    if (*units == NULL) return fault_no_memory();
    struct fault *fault = units_fill(*units);
    if (fault != NULL) {
        units_close(*units);
        *units = NULL;
    }
    return fault;
}

void units_close(struct units *units)
{
    if (units == NULL) return;
    for (int n = 0; n < NAMES; n++) fraction_free(&units->name[n]);
    for (int b = 0; b < BASES; b++) ut_free(units->base[b]);
    ut_free(units->one);
    ut_free_system(units->system);
    free(units);
}

/* ------------------------------------------------------------------------------------------------ names */

const char *const *units_names(void)
{
    static const char *names[NAMES + 1];
    for (int n = 0; n < NAMES; n++) names[n] = definitions[n].name;
    return names;
}

const char *units_meaning(const char *name)
{
    for (int n = 0; n < NAMES; n++)
        if (strcmp(definitions[n].name, name) == 0) return definitions[n].meaning;
    return NULL;
}

/* How many letters must be put in, left out, replaced or exchanged with their neighbour to turn a into b (Damerau and
 * Levenshtein, no place touched twice). Both at most SHOWN_MOST long. */
static size_t slips_between(const char *a, const char *b)
{
    size_t row[3][SHOWN_MOST + 1];
    size_t *before = row[0], *last = row[1], *next = row[2];
    const size_t length = strlen(b);
    for (size_t j = 0; j <= length; j++) last[j] = j;
    for (size_t i = 0; a[i] != '\0'; i++) {
        next[0] = i + 1;
        for (size_t j = 0; j < length; j++) {
            const size_t replaced = last[j] + (a[i] == b[j] ? 0 : 1);
            const size_t moved = (next[j] < last[j + 1] ? next[j] : last[j + 1]) + 1;
            next[j + 1] = replaced < moved ? replaced : moved;
            if (i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] && before[j - 1] + 1 < next[j + 1])
                next[j + 1] = before[j - 1] + 1;
        }
        size_t *free_row = before;
        before = last;
        last = next;
        next = free_row;
    }
    return last[length];
}

const char *units_nearest(const char *name, const char *const words[])
{
    const size_t length = strlen(name);
    if (length > SHOWN_MOST) return NULL;
    for (size_t i = 0; words[i] != NULL; i++)
        if (strcasecmp(words[i], name) == 0) return words[i];
    const char *nearest = NULL;
    size_t least = (length <= 2 ? 0 : length <= 4 ? 1 : 2) + 1; /* one slip in `km` would lead anywhere */
    for (size_t i = 0; words[i] != NULL; i++) {
        if (strlen(words[i]) > SHOWN_MOST) continue;
        const size_t slips = slips_between(name, words[i]);
        if (slips < least) {
            least = slips;
            nearest = words[i];
        }
    }
    return nearest;
}

const char *units_hint(const char *name, const char *const words[], size_t size, char text[])
{
    const char *nearest = units_nearest(name, words);
    text[0] = '\0';
    if (nearest != NULL) snprintf(text, size, "; did you mean '%s'?", nearest);
    return text;
}

/* How many bytes of the text to show: all, or up to a whole character before SHOWN_MOST. */
static int shown(const char *text, size_t length)
{
    if (length <= SHOWN_MOST) return (int)length;
    length = SHOWN_MOST;
    while (length > 0 && ((unsigned char)text[length] & 0xC0U) == 0x80U) length--;
    return (int)length;
}

static struct fault *unknown_name(const char *text, size_t length)
{
    char name[SHOWN_MOST + 1];
    snprintf(name, sizeof name, "%.*s", shown(text, length), text);
    const char *meant = NULL;
    for (size_t i = 0; i < sizeof habits / sizeof habits[0]; i++)
        if (strcasecmp(habits[i][0], name) == 0) meant = habits[i][1];
    if (meant == NULL) meant = units_nearest(name, units_names());
    if (meant != NULL && length <= SHOWN_MOST)
        return fault_raise(FAULT_SCENARIO, "'%s' is not a unit; did you mean '%s'?", name, meant);
    return fault_raise(FAULT_SCENARIO, "'%s' is not a unit; known are %s", name, known_names);
}

/* ------------------------------------------------------------------------------------------------ reading */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Reads "^n" if it is there. */
static struct fault *power_read(const char *text, const char **at, int *power)
{
    *power = 1;
    if (**at != '^') return NULL;
    const char *digit = *at + 1;
    const bool negative = *digit == '-';
    if (negative) digit++;
    if (*digit < '1' || *digit > '9' || (digit[1] >= '0' && digit[1] <= '9'))
        return fault_raise(FAULT_SCENARIO, "'%.*s' is not a unit: after '^' a whole number from 1 to %d is expected",
                           shown(text, strlen(text)), text, POWER_MOST);
    *power = negative ? '0' - *digit : *digit - '0';
    *at = digit + 1;
    return NULL;
}

/* total *= name^power */
static struct fault *factor_apply(struct units *units, const char *name, size_t length, int power,
                                  struct fraction *total)
{
    if (length == 1 && name[0] == '1') return NULL;
    int n = 0;
    while (n < NAMES && (strlen(definitions[n].name) != length || strncmp(definitions[n].name, name, length) != 0)) n++;
    if (n == NAMES) return unknown_name(name, length);
    const struct fraction *factor = &units->name[n];
    for (int p = 0; p < abs(power); p++) {
        TRY(multiply_by(&total->over, power > 0 ? factor->over : factor->under));
        TRY(multiply_by(&total->under, power > 0 ? factor->under : factor->over));
    }
    return NULL;
}

static struct fault *factors_read(struct units *units, const char *text, struct fraction *total)
{
    const char *at = text;
    while (is_blank(*at)) at++;
    if (*at == '\0') return NULL;
    bool divide = *at == '/';
    if (divide) at++;
    for (int factors = 1;; factors++) {
        while (is_blank(*at)) at++;
        const size_t length = strcspn(at, " \t*/^");
        if (length == 0)
            return fault_raise(FAULT_SCENARIO, "'%.*s' is not a unit: %s '%s' is expected", shown(text, strlen(text)),
                               text, "the name of a unit such as", "USD/t");
        if (factors > FACTORS_MOST)
            return fault_raise(FAULT_SCENARIO, "'%.*s...' is not a unit: at most %d names are expected",
                               shown(text, strlen(text)), text, FACTORS_MOST);
        const char *name = at;
        int power = 1;
        at += length;
        TRY(power_read(text, &at, &power));
        TRY(factor_apply(units, name, length, divide ? -power : power, total));
        while (is_blank(*at)) at++;
        if (*at == '\0') return NULL;
        divide = *at == '/';
        if (*at == '/' || *at == '*') at++;
    }
}

struct visit {
    const struct units *units;
    double scale;
    int power[BASES];
};

static void visit_base(struct visit *visit, const ut_unit *unit, int power)
{
    for (int b = 0; b < BASES; b++)
        if (ut_compare(visit->units->base[b], unit) == 0) visit->power[b] += power;
}

static ut_status visit_basic(const ut_unit *unit, void *context)
{
    visit_base(context, unit, 1);
    return UT_SUCCESS;
}

static ut_status visit_product(const ut_unit *unit, int count, const ut_unit *const *basic, const int *power,
                               void *context)
{
    (void)unit;
    for (int i = 0; i < count; i++) visit_base(context, basic[i], power[i]);
    return UT_SUCCESS;
}

static ut_status visit_scaled(const ut_unit *unit, double scale, const ut_unit *underlying, double offset,
                              void *context);

static const ut_visitor visitor = {
    .visit_basic = visit_basic, .visit_product = visit_product, .visit_galilean = visit_scaled};

static ut_status visit_scaled(const ut_unit *unit, double scale, const ut_unit *underlying, double offset,
                              void *context)
{
    (void)unit;
    (void)offset;
    struct visit *visit = context;
    visit->scale *= scale;
    return ut_accept_visitor(underlying, &visitor, visit);
}

static struct fault *scale_find(const struct units *units, const ut_unit *unit, struct visit *visit)
{
    *visit = (struct visit){.units = units, .scale = 1.0};
    return ut_accept_visitor(unit, &visitor, visit) == UT_SUCCESS ? NULL : library_fault();
}

static struct fault *fraction_measure(const struct units *units, const struct fraction *fraction,
                                      struct measure *measure)
{
    struct visit over, under;
    TRY(scale_find(units, fraction->over, &over));
    TRY(scale_find(units, fraction->under, &under));
    *measure = (struct measure){.over = over.scale, .under = under.scale};
    for (int b = 0; b < BASES; b++) measure->power[b] = over.power[b] - under.power[b];
    return NULL;
}

static struct fault *measure_read(struct units *units, const char *text, struct measure *measure)
{
    struct fraction total = {.over = ut_clone(units->one), .under = ut_clone(units->one)};
    struct fault *fault = total.over == NULL || total.under == NULL ? library_fault() : NULL;
    if (fault == NULL) fault = factors_read(units, text, &total);
    if (fault == NULL) fault = fraction_measure(units, &total, measure);
    fraction_free(&total);
    return fault;
}

/* ------------------------------------------------------------------------------------------------ dimensions in words
 */

static const struct thing {
    int power[BASES];
    const char *article; /* "a mass"         */
    const char *noun;    /* "a rate of mass" */
    const char *each;    /* "a price per mass" */
} things[] = {
    {AS_LENGTH, "a length", "length", "length"},
    {AS_AREA, "an area", "area", "area"},
    {AS_VOLUME, "a volume", "volume", "volume"},
    {AS_MASS, "a mass", "mass", "mass"},
    {AS_BOX, "a number of containers", "containers", "TEU"},
    {{[TRAIN] = 1}, "a number of trains", "trains", "train"},
    {AS_MONEY, "an amount of money", "money", "amount of money"},
};

/* The thing that the powers of one sign (time left out) make; *none tells an empty product from an unknown one. */
static const struct thing *thing_find(const int power[BASES], int sign, bool *none)
{
    int part[BASES] = {0};
    *none = true;
    for (int b = 0; b < BASES; b++)
        if (b != TIME && sign * power[b] > 0) {
            part[b] = sign * power[b];
            *none = false;
        }
    for (size_t i = 0; i < sizeof things / sizeof things[0]; i++)
        if (memcmp(things[i].power, part, sizeof part) == 0) return &things[i];
    return NULL;
}

static void dimension_write(const int power[BASES], size_t size, char phrase[])
{
    size_t used = 0;
    phrase[0] = '\0';
    for (int sign = 1; sign >= -1; sign -= 2)
        for (int b = 0; b < BASES && used < size; b++) {
            const int p = sign * power[b];
            if (p <= 0) continue;
            const char *joint = sign < 0 ? "/" : used > 0 ? " " : "";
            int wrote = p == 1 ? snprintf(phrase + used, size - used, "%s%s", joint, base_name[b])
                               : snprintf(phrase + used, size - used, "%s%s^%d", joint, base_name[b], p);
            if (wrote > 0) used += (size_t)wrote;
        }
}

/* Writes "a rate of mass"; returns false, and writes a formula such as "USD^2/t", where there are no plain words. */
static bool kind_write(const int power[BASES], char phrase[PHRASE_SIZE])
{
    bool no_top, no_bottom;
    const struct thing *top = thing_find(power, 1, &no_top), *bottom = thing_find(power, -1, &no_bottom);
    const bool named = (no_top || top != NULL) && (no_bottom || bottom != NULL);
    const bool price = top != NULL && bottom != NULL && top->power[MONEY] == 1;
    const int time = power[TIME];
    if (!named || time > 1 || time < -1 || (time == 1 && !(no_top && no_bottom))) {
        dimension_write(power, PHRASE_SIZE, phrase);
        return false;
    }
    const char *start = "", *middle = "", *end = "", *last = "";
    if (no_top && no_bottom) {
        start = time == 1 ? "a duration" : time == 0 ? "a pure number" : "a rate";
    } else if (price) {
        start = "a price per ";
        middle = bottom->each;
        end = time < 0 ? " and time" : "";
    } else {
        start = time < 0 ? no_top ? "a rate" : "a rate of " : no_top ? "a number" : top->article;
        middle = time < 0 && !no_top ? top->noun : "";
        end = no_bottom ? "" : " per ";
        last = no_bottom ? "" : bottom->each;
    }
    snprintf(phrase, PHRASE_SIZE, "%s%s%s%s", start, middle, end, last);
    return true;
}

/* Whether b is a per time. */
static bool is_rate_of(const int b[BASES], const int a[BASES])
{
    int rate[BASES];
    memcpy(rate, a, sizeof rate);
    rate[TIME]--;
    return memcmp(rate, b, sizeof rate) == 0;
}

static struct fault *other_dimension(const char *from, const int found[BASES], const char *to,
                                     const int expected[BASES])
{
    char is[PHRASE_SIZE], wanted[PHRASE_SIZE];
    const char *verb = kind_write(found, is) ? "is" : "has dimension";
    if (!kind_write(expected, wanted)) snprintf(wanted, sizeof wanted, "a unit");
    const int length = shown(from, strlen(from));
    const char *subject = from[0] == '\0' ? "1" : from;
    const int subject_length = from[0] == '\0' ? 1 : length;
    if (strcmp(wanted, "a pure number") == 0)
        return fault_raise(FAULT_SCENARIO, "%.*s %s %s; expected a pure number", subject_length, subject, verb, is);
    if (from[0] != '\0' && strchr(from, '/') == NULL && is_rate_of(expected, found))
        return fault_raise(FAULT_SCENARIO, "%.*s %s %s; expected a rate such as %.*s/yr", subject_length, subject, verb,
                           is, length, from);
    if (to[0] == '1' && to[1] == '/') to++;
    return fault_raise(FAULT_SCENARIO, "%.*s %s %s; expected %s such as %.*s", subject_length, subject, verb, is,
                       wanted, shown(to, strlen(to)), to);
}

/* ------------------------------------------------------------------------------------------------ converting */

static double greatest_divisor(double a, double b)
{
    while (b > 0.0) {
        const double rest = fmod(a, b);
        a = b;
        b = rest;
    }
    return a;
}

struct fault *units_ratio(struct units *units, const char *from, const char *to, double *multiply, double *divide)
{
    struct measure a, b;
    TRY(measure_read(units, from, &a));
    TRY(measure_read(units, to, &b));
    /* Not ut_are_convertible: to UDUNITS d and /d are convertible, by their reciprocal. */
    if (memcmp(a.power, b.power, sizeof a.power) != 0) return other_dimension(from, a.power, to, b.power);
    const double cross_a = greatest_divisor(a.over, b.over), cross_b = greatest_divisor(a.under, b.under);
    const double over = a.over / cross_a * (b.under / cross_b), under = a.under / cross_b * (b.over / cross_a);
    if (!isfinite(over) || !isfinite(under))
        return fault_raise(FAULT_SCENARIO, "%.*s is beyond the range of numbers", shown(from, strlen(from)), from);
    const double common = greatest_divisor(over, under);
    *multiply = over / common;
    *divide = under / common;
    return NULL;
}

struct fault *units_factor(struct units *units, const char *from, const char *to, double *factor)
{
    double multiply, divide;
    TRY(units_ratio(units, from, to, &multiply, &divide));
    *factor = multiply / divide;
    return NULL;
}

struct fault *units_check(struct units *units, const char *text)
{
    struct measure measure;
    return measure_read(units, text, &measure);
}

void unit_per(const char *unit, const char *per, size_t size, char text[])
{
    const bool pure = per[0] == '\0' || strcmp(per, "1") == 0;
    snprintf(text, size, "%s%s%s", unit, pure ? "" : "/", pure ? "" : per);
}
