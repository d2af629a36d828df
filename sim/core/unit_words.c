/* sim/core/unit_words.c -- see unit_words.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/unit_words.h"
#include "sim/core/units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SHOWN_MOST = 40, TOKENS_MOST = 16 };

/* The note of an m that is a thousand or a million. */
#define M_OF(things, thousand, million)                                                                                \
    NULL, 1, "a thousand " things " in American reports, a million elsewhere; expected " thousand " or " million

/* What people write for a unit that we have, but for plurals. `ours` divides where it begins with a slash; one of theirs is `times`
 * ours. NULL: it means different things to different people, which `note` says. */
static const struct habit {
    const char *theirs, *ours;
    double times;
    const char *note;
} habits[] = {
    {"tonne", "t", 1, NULL},
    {"ton", "t", 1, NULL},
    {"T", "t", 1, NULL},
    {"mt", NULL, 1, "a metric ton is t, a million of them Mt"},
    {"gt", NULL, 1, "a billion tonnes is Gt; gross tonnage is no mass"},
    {"mmt", "Mt", 1, NULL},
    {"tpa", "t/yr", 1, NULL},
    {"ktpa", "kt/yr", 1, NULL},
    {"mtpa", "Mt/yr", 1, NULL},
    {"mmtpa", "Mt/yr", 1, NULL},
    {"tpd", "t/d", 1, NULL},
    {"day", "d", 1, NULL},
    {"hour", "h", 1, NULL},
    {"hr", "h", 1, NULL},
    {"minute", "min", 1, NULL},
    {"week", "wk", 1, NULL},
    {"w", "wk", 1, NULL},
    {"month", "mo", 1, NULL},
    {"mon", "mo", 1, NULL},
    {"year", "yr", 1, NULL},
    {"y", "yr", 1, NULL},
    {"a", "yr", 1, NULL},
    {"pa", "/yr", 1, NULL},
    {"p.a.", "/yr", 1, NULL},
    {"yearly", "/yr", 1, NULL},
    {"annually", "/yr", 1, NULL},
    {"monthly", "/mo", 1, NULL},
    {"weekly", "/wk", 1, NULL},
    {"daily", "/d", 1, NULL},
    {"metre", "m", 1, NULL},
    {"meter", "m", 1, NULL},
    {"mile", "km", 1.609344, NULL},
    {"barrel", "bbl", 1, NULL},
    {"mbbl", M_OF("barrels", "kbbl", "Mbbl")},
    {"mb", M_OF("barrels", "kbbl", "Mbbl")},
    {"mbd", M_OF("barrels", "kbbl/d", "Mbbl/d")},
    {"mboe", M_OF("boe", "kboe", "Mboe")},
    {"kb", "kbbl", 1, NULL},
    {"mmbbl", "Mbbl", 1, NULL},
    {"mmb", "Mbbl", 1, NULL},
    {"bpd", "bbl/d", 1, NULL},
    {"bopd", "bbl/d", 1, NULL},
    {"kbpd", "kbbl/d", 1, NULL},
    {"kbd", "kbbl/d", 1, NULL},
    {"boed", "boe/d", 1, NULL},
    {"boepd", "boe/d", 1, NULL},
    {"kboed", "kboe/d", 1, NULL},
    {"mmboe", "Mboe", 1, NULL},
    {"mcm", "kcm", 1e3, NULL},
    {"mmcm", "kcm", 1e3, NULL},
    {"tcm", "bcm", 1e3, NULL},
    {"cbm", "m3", 1, NULL},
    {"bcma", "bcm/yr", 1, NULL},
    {"l", "m3", 1e-3, NULL},
    {"litre", "m3", 1e-3, NULL},
    {"bcf", "kcm", 28316.846592, NULL},
    {"tcf", "bcm", 28.316846592, NULL},
    {"mmcf", "kcm", 28.316846592, NULL},
    {"mmscf", "kcm", 28.316846592, NULL},
    {"mcf", NULL, 1,
     "a thousand cubic feet to some, a million to others; expected kcm, of which they are 0.0283 and 28.3"},
    {"box", "TEU", 1, NULL},
    {"container", "TEU", 1, NULL},
    {"kFEU", "kTEU", 2, NULL},
    {"MFEU", "MTEU", 2, NULL},
    {"btu", "MMBtu", 1e-6, NULL},
    {"mbtu", NULL, 1, "a thousand Btu to some, a million to others; expected MMBtu, a million"},
    {"therm", "MMBtu", 0.1, NULL},
    {"Wh", "kWh", 1e-3, NULL},
    {"J", "GJ", 1e-9, NULL},
    {"MJ", "GJ", 1e-3, NULL},
    {"Gcal", "GJ", 4.1868, NULL},
    {"tce", "GJ", 29.3076, NULL},
    {"dollar", "USD", 1, NULL},
    {"$", "USD", 1, NULL},
    {"US$", "USD", 1, NULL},
    {"mUSD", "MUSD", 1, NULL},
    {"USDm", "MUSD", 1, NULL},
    {"mlnUSD", "MUSD", 1, NULL},
    {"bnUSD", "GUSD", 1, NULL},
    {"USDbn", "GUSD", 1, NULL},
    {"percent", "%", 1, NULL},
    {"pct", "%", 1, NULL},
    {"per cent", "%", 1, NULL},
};

/* Currencies by the names that are met most; each needs a rate of the scenario. */
static const char *const currencies[] = {"EUR", "KZT", "RUB", "CNY", "RMB",  "GBP",   "JPY",    "CHF",   "TRY", "INR",
                                         "AED", "AZN", "GEL", "UZS", "euro", "tenge", "rouble", "ruble", "yuan"};

/* Words for how many, before a unit. */
static const struct many {
    const char *word;
    double times;
} manys[] = {{"k", 1e3},  {"thousand", 1e3}, {"ths", 1e3},     {"thsd", 1e3}, {"tsd", 1e3},  {"M", 1e6},
             {"MM", 1e6}, {"mm", 1e6},       {"mln", 1e6},     {"mn", 1e6},   {"mio", 1e6},  {"million", 1e6},
             {"bn", 1e9}, {"bln", 1e9},      {"billion", 1e9}, {"mrd", 1e9},  {"trn", 1e12}, {"trillion", 1e12}};

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

/* What is known of the words of a text while it is rewritten. */
struct rewriting {
    const char *const *names;
    struct unit_meaning *meant;
    double many;  /* of a word for how many, which waits for its unit */
    int replaced; /* words that are no names */
};

static bool is_name(const char *const names[], const char *word)
{
    for (size_t i = 0; names[i] != NULL; i++)
        if (strcmp(names[i], word) == 0) return true;
    return strcmp(word, "1") == 0;
}

/* Whether a word is the known one, or the plural of one of three letters or more. */
static bool is_said(const char *known, const char *word, int (*compare)(const char *a, const char *b, size_t length))
{
    const size_t length = strlen(known), said = strlen(word);
    const bool plural = length >= 3 && said == length + 1 && word[length] == 's';
    return (said == length || plural) && compare(known, word, length) == 0;
}

/* First as it is written: mt is no Mt. */
static const struct habit *habit_of(const char *word)
{
    for (size_t i = 0; i < sizeof habits / sizeof *habits; i++)
        if (is_said(habits[i].theirs, word, strncmp)) return &habits[i];
    for (size_t i = 0; i < sizeof habits / sizeof *habits; i++)
        if (is_said(habits[i].theirs, word, strncasecmp)) return &habits[i];
    return NULL;
}

static double many_of(const char *word)
{
    for (size_t i = 0; i < sizeof manys / sizeof *manys; i++)
        if (is_said(manys[i].word, word, strncmp)) return manys[i].times;
    return 1.0;
}

static bool is_currency(const char *word)
{
    for (size_t i = 0; i < sizeof currencies / sizeof *currencies; i++)
        if (is_said(currencies[i], word, strncasecmp)) return true;
    return false;
}

/* A name that differs by its case, or a longer one by a slip behind its first letter or a letter too many at its end: a
 * slip in a short name, or in a prefix, leads to another size. */
static const char *misspelt(const char *const names[], const char *word)
{
    const char *near = units_nearest(word, names);
    if (near == NULL || strcasecmp(near, word) == 0) return near;
    const bool ends_later = strncmp(near, word, strlen(near)) == 0;
    return strlen(word) < 4 || near[0] != word[0] || (strlen(near) < strlen(word) && !ends_later) ? NULL : near;
}

static void put(struct rewriting *rewriting, const char *joint, const char *text)
{
    char *unit = rewriting->meant->unit;
    const size_t used = strlen(unit);
    snprintf(unit + used, sizeof rewriting->meant->unit - used, "%s%s", joint, text);
}

/* "mln" and "USD" are MUSD, and "million" and "m3" a thousand kcm. */
static bool put_many(struct rewriting *rewriting, const char *joint, const char *word)
{
    char whole[SHOWN_MOST + 2];
    const double many = rewriting->many;
    rewriting->many = 1.0;
    snprintf(whole, sizeof whole, "%s%s", many == 1e3 ? "k" : many == 1e6 ? "M" : many == 1e9 ? "G" : "", word);
    if (many < 1e12 && is_name(rewriting->names, whole)) {
        put(rewriting, joint, whole);
        return true;
    }
    const bool volume = strcmp(word, "m3") == 0;
    rewriting->meant->times *= !volume ? many : many == 1e9 ? 1.0 : many == 1e12 ? 1e3 : many / 1e3;
    put(rewriting, joint, !volume ? word : many >= 1e9 ? "bcm" : "kcm");
    return true;
}

/* One word, which `joint` joins to those before it. */
static bool rewrite(struct rewriting *rewriting, const char *joint, const char *word, bool power)
{
    struct unit_meaning *meant = rewriting->meant;
    const bool divides = joint[0] == '/';
    const char *ours = word;
    if (!is_name(rewriting->names, word)) {
        const struct habit *habit = habit_of(word);
        const double many = habit == NULL || habit->ours == NULL ? many_of(word) : 1.0;
        if (rewriting->replaced++ == 0) snprintf(meant->wrong, sizeof meant->wrong, "%s", word);
        if (many != 1.0) {
            rewriting->many *= many;
            return !divides;
        }
        meant->currency = is_currency(word);
        meant->note = habit == NULL ? NULL : habit->note;
        if (meant->currency || meant->note != NULL) return true;
        ours = habit == NULL ? misspelt(rewriting->names, word) : habit->ours;
        if (ours == NULL || (power && habit != NULL && (habit->times != 1.0 || strpbrk(ours, "/") != NULL)))
            return false;
        if (habit != NULL) meant->times *= divides ? 1.0 / habit->times : habit->times;
        if (rewriting->replaced == 1) snprintf(meant->right, sizeof meant->right, "%s", ours);
    }
    if (rewriting->many != 1.0) return !divides && put_many(rewriting, joint, ours);
    put(rewriting, ours[0] == '/' ? "" : joint, ours);
    return true;
}

bool unit_words_find(const char *const names[], const char *text, struct unit_meaning *meant)
{
    struct rewriting rewriting = {.names = names, .meant = meant, .many = 1.0};
    *meant = (struct unit_meaning){.times = 1.0};
    const char *at = text, *joint = "";
    for (int tokens = 0;; tokens++) {
        char word[SHOWN_MOST + 1];
        for (; strchr(" \t*/", *at) != NULL && *at != '\0'; at++)
            if (*at == '/') joint = "/";
        const size_t length = strcspn(at, " \t*/^"), power = at[length] == '^' ? strcspn(at + length, " \t*/") : 0;
        if (length == 0) break;
        if (length > SHOWN_MOST || tokens == TOKENS_MOST) return false;
        snprintf(word, sizeof word, "%.*s", (int)length, at);
        at += length;
        if (strcmp(word, "per") == 0) {
            if (rewriting.replaced++ == 0) snprintf(meant->wrong, sizeof meant->wrong, "%s", word);
            joint = "/";
            continue;
        }
        if (!rewrite(&rewriting, joint, word, power > 0)) return false;
        if (meant->currency || meant->note != NULL) return rewriting.replaced == 1;
        snprintf(word, sizeof word, "%.*s", (int)power, at);
        put(&rewriting, "", word);
        at += power;
        joint = meant->unit[0] == '\0' ? "" : " ";
    }
    meant->one_word =
        rewriting.replaced == 1 && meant->times == 1.0 && meant->right[0] != '\0' && strchr(meant->right, '/') == NULL;
    return rewriting.replaced > 0 && rewriting.many == 1.0 && strlen(meant->unit) + 1 < sizeof meant->unit;
}
