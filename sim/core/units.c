/* sim/core/units.c -- see units.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/units.h"
#include "sim/core/unit_words.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <udunits2.h>

enum base { LENGTH, MASS, TIME, BOX, TRAIN, MONEY, ENERGY, BASES };
enum { FACTORS_MOST = 16, POWER_MOST = 9, SHOWN_MOST = 40, OWN_MOST = 16, PHRASE_SIZE = 160 };

static const char *const base_name[BASES] = {"m", "t", "mo", "TEU", "train", "USD", "GJ"};

/* A name is over/under of its bases. The month is the base of time: with the day, 487 would enter every conversion
 * between month and year and push large ones beyond 2^53. One barrel is 158.987294928 litres (42 US gallons of 231
 * cubic inches). A Btu is that of the International Table, 1055.05585262 J; a barrel of oil equivalent is 5.8 MMBtu, a
 * tonne of it 10 Gcal of the same table, 41.868 GJ. */
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

#define AS_ENERGY                                                                                                      \
    {                                                                                                                  \
        [ENERGY] = 1                                                                                                   \
    }

static const struct definition definitions[] = {
    {"min", 1, 43830, AS_TIME, "minute, 1/60 h"},
    {"h", 2, 1461, AS_TIME, "hour, 1/24 d"},
    {"d", 16, 487, AS_TIME, "day"},
    {"wk", 112, 487, AS_TIME, "week, 7 d"},
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
    {"kWh", 9, 2500, AS_ENERGY, "kilowatt-hour, 0.0036 GJ"},
    {"MWh", 18, 5, AS_ENERGY, "megawatt-hour, 3.6 GJ"},
    {"GWh", 3600, 1, AS_ENERGY, "thousand MWh"},
    {"TWh", 3.6e6, 1, AS_ENERGY, "million MWh"},
    {"GJ", 1, 1, AS_ENERGY, "gigajoule"},
    {"TJ", 1e3, 1, AS_ENERGY, "thousand GJ"},
    {"PJ", 1e6, 1, AS_ENERGY, "million GJ"},
    {"EJ", 1e9, 1, AS_ENERGY, "billion (1e9) GJ"},
    {"MMBtu", 52752792631.0, 5e10, AS_ENERGY, "million British thermal units, 1.05505585262 GJ"},
    {"boe", 1529830986299.0, 2.5e11, AS_ENERGY, "barrel of oil equivalent, 5.8 MMBtu"},
    {"kboe", 1529830986299.0, 2.5e8, AS_ENERGY, "thousand boe"},
    {"Mboe", 1529830986299.0, 2.5e5, AS_ENERGY, "million boe"},
    {"Gboe", 1529830986299.0, 250, AS_ENERGY, "billion (1e9) boe"},
    {"toe", 10467, 250, AS_ENERGY, "tonne of oil equivalent, 41.868 GJ"},
    {"ktoe", 41868, 1, AS_ENERGY, "thousand toe"},
    {"Mtoe", 41868e3, 1, AS_ENERGY, "million toe"},
    {"Gtoe", 41868e6, 1, AS_ENERGY, "billion (1e9) toe"},
    {"%", 1, 100, {0}, "per cent, 1/100"},
};
enum { NAMES = sizeof definitions / sizeof definitions[0] };

static const char known_names[] =
    "min, h, d, wk, mo, yr, m, km, m2, m3, kcm, bcm, bbl, kg, t, TEU, FEU, train, USD, kWh, MWh, GWh, TWh, GJ, TJ, PJ, "
    "EJ, MMBtu, boe, toe, %, and k, M or G before bbl, t, TEU, USD, boe and toe";

struct fraction {
    ut_unit *over, *under; /* both scaled by whole numbers only */
};

/* A unit of the scenario's own. */
struct own {
    char *name;
    struct fraction worth;
};

struct measure {
    double over, under;
    int power[BASES];
};

struct units {
    ut_system *system;
    ut_unit *base[BASES];
    ut_unit *one;
    struct fraction name[NAMES];
    struct own *own;
    size_t owns;
    bool has_heat;
    struct measure heat; /* energy of a unit of what is being read */
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
    for (size_t i = 0; i < units->owns; i++) {
        fraction_free(&units->own[i].worth);
        free(units->own[i].name);
    }
    free(units->own);
    for (int b = 0; b < BASES; b++) ut_free(units->base[b]);
    ut_free(units->one);
    ut_free_system(units->system);
    free(units);
}

/* ------------------------------------------------------------------------------------------------ names */

static bool is_named(const char *known, const char *name, size_t length)
{
    return strlen(known) == length && strncmp(known, name, length) == 0;
}

/* NULL: there is no such name. */
static const struct fraction *fraction_named(const struct units *units, const char *name, size_t length)
{
    for (int n = 0; n < NAMES; n++)
        if (is_named(definitions[n].name, name, length)) return &units->name[n];
    for (size_t i = 0; i < units->owns; i++)
        if (is_named(units->own[i].name, name, length)) return &units->own[i].worth;
    return NULL;
}

bool units_meant(const struct units *units, const char *text, struct unit_meaning *meant)
{
    const char **names = calloc((size_t)NAMES + units->owns + 1, sizeof *names);
    if (names == NULL) return false;
    for (int n = 0; n < NAMES; n++) names[n] = definitions[n].name;
    for (size_t i = 0; i < units->owns; i++) names[NAMES + i] = units->own[i].name;
    const bool found = unit_words_find(names, text, meant);
    free(names);
    return found;
}

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

/* How many bytes of the text to show: all, or up to a whole character before SHOWN_MOST. */
static int shown(const char *text, size_t length)
{
    if (length <= SHOWN_MOST) return (int)length;
    length = SHOWN_MOST;
    while (length > 0 && ((unsigned char)text[length] & 0xC0U) == 0x80U) length--;
    return (int)length;
}

static struct fault *unknown_name(const struct units *units, const char *text, const char *name, size_t length)
{
    struct unit_meaning meant;
    char word[SHOWN_MOST + 1];
    snprintf(word, sizeof word, "%.*s", shown(name, length), name);
    const bool known = length <= SHOWN_MOST && units_meant(units, text, &meant);
    if (known && meant.note != NULL) return fault_raise(FAULT_SCENARIO, "'%s' is not a unit: %s", word, meant.note);
    if (known && meant.currency)
        return fault_raise(FAULT_SCENARIO,
                           "'%s' is not a unit; expected USD, or what one is worth in the base year among `units`, "
                           "such as `units: {%s: 1/N USD}`",
                           word, word);
    if (known && meant.times == 1.0)
        return fault_raise(FAULT_SCENARIO, "'%s' is not a unit; did you mean '%s'?", word,
                           meant.one_word ? meant.right : meant.unit);
    if (known && meant.unit[0] != '\0')
        return fault_raise(FAULT_SCENARIO, "'%s' is not a unit; expected '%s', of which it is %.10g", word, meant.unit,
                           meant.times);
    return fault_raise(FAULT_SCENARIO, "'%s' is not a unit; known are %s", word, known_names);
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
static struct fault *factor_apply(struct units *units, const char *text, const char *name, size_t length, int power,
                                  struct fraction *total)
{
    if (length == 1 && name[0] == '1') return NULL;
    const struct fraction *factor = fraction_named(units, name, length);
    if (factor == NULL) return unknown_name(units, text, name, length);
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
        TRY(factor_apply(units, text, name, length, divide ? -power : power, total));
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
    {AS_ENERGY, "an amount of energy", "energy", "amount of energy"},
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

/* Turns a measure into the dimension of another by the heat value, where that is what they differ by. */
static void heat_apply(const struct units *units, struct measure *a, const struct measure *b)
{
    if (!units->has_heat) return;
    for (int sign = 1; sign >= -1; sign -= 2) {
        int power[BASES];
        for (int i = 0; i < BASES; i++) power[i] = a->power[i] + sign * units->heat.power[i];
        if (memcmp(power, b->power, sizeof power) != 0) continue;
        a->over *= sign > 0 ? units->heat.over : units->heat.under;
        a->under *= sign > 0 ? units->heat.under : units->heat.over;
        memcpy(a->power, power, sizeof power);
        return;
    }
}

static struct fault *ratio_find(struct units *units, const char *from, const char *to, bool with_heat, double *multiply,
                                double *divide)
{
    struct measure a, b;
    TRY(measure_read(units, from, &a));
    TRY(measure_read(units, to, &b));
    if (with_heat) heat_apply(units, &a, &b);
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

struct fault *units_ratio(struct units *units, const char *from, const char *to, double *multiply, double *divide)
{
    return ratio_find(units, from, to, true, multiply, divide);
}

struct fault *units_factor(struct units *units, const char *from, const char *to, double *factor)
{
    double multiply, divide;
    TRY(units_ratio(units, from, to, &multiply, &divide));
    *factor = multiply / divide;
    return NULL;
}

bool units_are_pure(struct units *units, const char *text)
{
    double multiply, divide;
    struct fault *fault = ratio_find(units, text, "", false, &multiply, &divide);
    const bool pure = fault == NULL;
    fault_free(fault);
    return pure;
}

/* ------------------------------------------------------------------------------------------------ own units */

/* A plain decimal as a fraction of whole numbers, exactly. */
static struct fault *decimal_exact(const char **at, double *over, double *under)
{
    enum { MOST_DIGITS = 15 }; /* below 2^53 */
    const char *start = *at;
    int digits = 0;
    *over = 0.0;
    *under = 1.0;
    for (bool point = false; (**at >= '0' && **at <= '9') || (**at == '.' && !point); ++*at) {
        if (**at == '.') {
            point = true;
            continue;
        }
        *over = 10.0 * *over + (**at - '0');
        *under *= point ? 10.0 : 1.0;
        digits += *over > 0.0 || point;
    }
    if (*over > 0.0 && digits <= MOST_DIGITS) return NULL;
    return fault_raise(FAULT_SCENARIO,
                       "'%.*s' is not a number that a unit can be worth; expected one above 0, of at most %d digits",
                       shown(start, strlen(start)), start, MOST_DIGITS);
}

/* "1/382.75 USD" */
static struct fault *worth_read(struct units *units, const char *text, struct fraction *worth)
{
    double over, under, divisor_over = 1.0, divisor_under = 1.0;
    const char *at = text;
    while (is_blank(*at)) at++;
    TRY(decimal_exact(&at, &over, &under));
    if (*at == '/' && ((at[1] >= '0' && at[1] <= '9') || at[1] == '.')) {
        at++;
        TRY(decimal_exact(&at, &divisor_over, &divisor_under));
    }
    while (is_blank(*at)) at++;
    const double common = greatest_divisor(over * divisor_under, under * divisor_over);
    worth->over = ut_scale(over * divisor_under / common, units->one);
    worth->under = ut_scale(under * divisor_over / common, units->one);
    if (worth->over == NULL || worth->under == NULL) return library_fault();
    return factors_read(units, at, worth);
}

static bool is_unit_name(const char *name)
{
    const size_t letters = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    return letters > 0 && letters <= OWN_MOST && name[letters] == '\0';
}

/* Takes over the worth, also where it fails. */
static struct fault *own_add(struct units *units, const char *prefix, const char *name, struct fraction *worth)
{
    struct own *grown = realloc(units->own, (units->owns + 1) * sizeof *grown);
    if (grown != NULL) units->own = grown;
    char *whole = NULL;
    if (grown == NULL || asprintf(&whole, "%s%s", prefix, name) < 0) {
        fraction_free(worth);
        return fault_no_memory();
    }
    units->own[units->owns++] = (struct own){whole, *worth};
    return NULL;
}

/* The prefixes of a currency. */
static struct fault *own_prefixes(struct units *units, const char *name, size_t own)
{
    static const struct {
        const char *prefix;
        double times;
    } prefixes[] = {{"k", 1e3}, {"M", 1e6}, {"G", 1e9}};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        char whole[OWN_MOST + 2];
        snprintf(whole, sizeof whole, "%s%s", prefixes[i].prefix, name);
        if (fraction_named(units, whole, strlen(whole)) != NULL) continue;
        const struct fraction *worth = &units->own[own].worth; /* which moves as others are added */
        struct fraction scaled = {ut_scale(prefixes[i].times, worth->over), ut_clone(worth->under)};
        if (scaled.over == NULL || scaled.under == NULL) {
            fraction_free(&scaled);
            return library_fault();
        }
        TRY(own_add(units, prefixes[i].prefix, name, &scaled));
    }
    return NULL;
}

struct fault *units_define(struct units *units, const char *name, const char *text)
{
    static const int money[BASES] = AS_MONEY;
    struct fraction worth = {NULL, NULL};
    struct measure measure;
    if (!is_unit_name(name))
        return fault_raise(FAULT_SCENARIO, "'%.*s' is not a name for a unit; expected at most %d letters, such as KZT",
                           shown(name, strlen(name)), name, OWN_MOST);
    if (fraction_named(units, name, strlen(name)) != NULL)
        return fault_raise(FAULT_SCENARIO, "'%s' is a unit already; expected another name", name);
    struct fault *fault = worth_read(units, text, &worth);
    if (fault == NULL) fault = fraction_measure(units, &worth, &measure);
    if (fault != NULL) {
        fraction_free(&worth);
        return fault;
    }
    TRY(own_add(units, "", name, &worth));
    if (memcmp(measure.power, money, sizeof money) != 0) return NULL;
    return own_prefixes(units, name, units->owns - 1);
}

struct fault *units_set_heat(struct units *units, const char *text)
{
    struct fraction heat = {NULL, NULL};
    units->has_heat = false;
    if (text == NULL) return NULL;
    struct fault *fault = worth_read(units, text, &heat);
    if (fault == NULL) fault = fraction_measure(units, &heat, &units->heat);
    units->has_heat = fault == NULL && units->heat.power[ENERGY] == 1;
    fraction_free(&heat);
    return fault;
}

/* ------------------------------------------------------------------------------------------------ for callers */

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
