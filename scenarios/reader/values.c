/* scenarios/reader/values.c -- see values.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/reader/values.h"
#include "sim/core/printable.h"

#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fault *value_fault(const struct node *node, const char *format, ...)
{
    char *sentence = NULL;
    va_list arguments;
    va_start(arguments, format);
    const int written = vasprintf(&sentence, format, arguments);
    va_end(arguments);
    if (written < 0) return fault_no_memory();
    struct fault *fault = fault_at(FAULT_SCENARIO, node->place, "%s", sentence);
    free(sentence);
    for (const struct node *over = node->over; over != NULL; over = over->over)
        fault = fault_note(fault, over->place, "this value was replaced");
    return fault;
}

/* The sentence of a fault of another part, which knows no place, behind the path. */
static struct fault *value_wrap(const struct node *node, const char *path, struct fault *fault)
{
    if (fault == NULL || fault == fault_no_memory()) return fault;
    struct fault *placed = value_fault(node, "%s: %s", path, fault->sentence);
    fault_free(fault);
    return placed;
}

static struct fault *type_fault(const struct node *node, const struct setting *setting, const char *expected)
{
    char text[64];
    return value_fault(node, "%s is %s; expected %s", setting->path, tree_describe(node, text), expected);
}

/* A key without an upper end states one that no value reaches. */
static bool is_bounded_above(const struct key *key)
{
    return key_has_range(key) && key->max < 1e300;
}

/* "from 0 to 1", "more than 0 USD/bbl", ... */
static const char *range_words(const struct key *key, const char *unit, char text[120])
{
    const bool pure = unit[0] == '\0' || strcmp(unit, "1") == 0, open = !key_has_range(key) || key->min_open;
    const double min = key_has_range(key) ? key->min : -1.0; /* without a range only growth rates are checked */
    const char *in = pure ? "" : " ", *name = pure ? "" : strncmp(unit, "1/", 2) == 0 ? unit + 1 : unit;
    if (!is_bounded_above(key))
        snprintf(text, 120, open ? "more than %g%s%s" : "%g%s%s or more", min, in, name);
    else if (!open && !key->max_open)
        snprintf(text, 120, "from %g to %g%s%s", min, key->max, in, name);
    else
        snprintf(text, 120, "%s %g and %s %g%s%s", open ? "more than" : "at least", min,
                 key->max_open ? "less than" : "at most", key->max, in, name);
    return text;
}

/* Whether everything between the two lies in the range of the key. */
static bool in_range(const struct key *key, double min, double max)
{
    if (key->compounds && !(min > -1.0)) return false;
    if (!key_has_range(key)) return true;
    if (key->min_open ? !(min > key->min) : !(min >= key->min)) return false;
    if (!is_bounded_above(key)) return true;
    return key->max_open ? max < key->max : max <= key->max;
}

/* From here on a number is rather a percentage without its sign than a slip of another kind. */
#define LEAST_PERCENT 2.0

/* What a text without a percent sign would be with one, ", or N %": 6.1 as 6.1 %, 4 /yr as 4 %/yr. Of another unit "". */
static const char *as_percent(const char *text, const char *unit, char words[160])
{
    const char *written = text == NULL ? NULL : quantity_unit_text(text);
    const bool pure = unit[0] == '\0' || strcmp(unit, "1") == 0, rate = strncmp(unit, "1/", 2) == 0;
    words[0] = '\0';
    if (written == NULL || strchr(written, '%') != NULL || (!pure && !rate)) return words;
    const char *rest = strncmp(written, "1/", 2) == 0 ? written + 1 : written;
    if (rest[0] != '\0' && rest[0] != '/') return words;
    size_t head = (size_t)(written - text);
    while (head > 0 && text[head - 1] == ' ') head--;
    snprintf(words, 160, "; did you mean '%.*s %%%s'?", head > 80 ? 80 : (int)head, text, rest);
    return words;
}

/* A share or a yearly growth of more than 1 is rather a percentage without its sign. */
static struct fault *check_percent(const struct key *key, const struct setting *setting, const char *path,
                                   struct place place, const char *text, double least, double most)
{
    char words[160];
    const double beyond = most > 1.0 && isfinite(most) ? most : least < -1.0 && isfinite(least) ? least : 0.0;
    if (beyond == 0.0 || (!key->share && !key->compounds) || as_percent(text, setting->unit, words)[0] == '\0')
        return NULL;
    return fault_at(FAULT_SCENARIO, place,
                    "%s is %s, which is %g %%%s; more than 100 %% has to have its percent sign%s", path, text,
                    100.0 * beyond, key->compounds ? " a year" : "", words);
}

struct fault *value_check_share(const struct key *key, const struct setting *setting, double min, double max)
{
    return check_percent(key, setting, setting->path, setting->place, setting->text, min, max);
}

struct fault *value_check_range(const struct key *key, const struct setting *setting, double min, double max)
{
    char words[120];
    TRY(value_check_share(key, setting, min, max));
    if (in_range(key, min, max)) return NULL;
    range_words(key, setting->unit, words);
    if (min == max && setting->text != NULL)
        return fault_at(FAULT_SCENARIO, setting->place, "%s is %s; expected %s", setting->path, setting->text, words);
    const bool low = !in_range(key, min, min);
    return fault_at(FAULT_SCENARIO, setting->place, "%s can be as %s as %g%s%s; expected %s", setting->path,
                    low ? "low" : "high", low ? min : max, setting->unit[0] == '\0' ? "" : " ", setting->unit, words);
}

static struct fault *range_fault(const struct node *node, const struct setting *setting, double min, double max)
{
    char words[120];
    range_words(setting->key, setting->unit, words);
    char percent[160] = "";
    const bool counts = strncmp(setting->unit, "1/", 2) == 0 && !setting->key->compounds && !setting->key->share;
    if (node->kind == NODE_SCALAR && max >= LEAST_PERCENT && !counts &&
        /* how often something happens is no share */ in_range(setting->key, min / 100.0, max / 100.0))
        as_percent(node->text, setting->unit, percent);
    if (node->kind == NODE_SCALAR && min == max)
        return value_fault(node, "%s is %s; expected %s%s", setting->path, node->text, words, percent);
    const bool low = !in_range(setting->key, min, min);
    return value_fault(node, "%s can be as %s as %g%s%s; expected %s%s%s", setting->path, low ? "low" : "high",
                       low ? min : max, setting->unit[0] == '\0' ? "" : " ", setting->unit, words, percent,
                       isinf(low ? min : max) ? ", for example through limits, in quotes: 'normal(1 0.2) [0.5 1.5]'"
                                              : "");
}

/* The words that the key accepts in place of a quantity, "rail, road or"; for sentences. */
static struct fault *unknown_word(const struct node *node, const struct setting *setting)
{
    const char *words[16] = {NULL};
    char hint[96], *listed = NULL;
    size_t count = 0, size = 0;
    FILE *to = open_memstream(&listed, &size);
    if (to == NULL) return fault_no_memory();
    for (const struct key_word *w = setting->key->words; w->word != NULL && count < 15; w++) {
        words[count++] = w->word;
        fprintf(to, "%s, ", w->word);
    }
    if (fclose(to) != 0) return fault_no_memory();
    struct fault *fault = value_fault(node, "%s is '%s'; expected %sa number or a distribution%s", setting->path,
                                      node->text, listed, units_hint(node->text, words, sizeof hint, hint));
    free(listed);
    return fault;
}

/* The text of a quantity, or what a word of the key stands for. */
static struct fault *quantity_text(const struct node *node, const struct setting *setting, const char **text)
{
    *text = node->text;
    if (setting->key->words == NULL || strcspn(node->text, "(0123456789") < strlen(node->text)) return NULL;
    for (const struct key_word *w = setting->key->words; w->word != NULL; w++)
        if (strcmp(w->word, node->text) == 0) {
            *text = w->text;
            return NULL;
        }
    return unknown_word(node, setting);
}

/* The path of a quantity in the store: names of draws depend on it. */
static const char *store_path_of(const struct setting *setting)
{
    const struct setting *section = setting->parent;
    const bool plain = section != NULL && section->key->plain && strcmp(section->key->shorthand, setting->name) == 0;
    return plain ? section->path : setting->path;
}

/* Whether a text is a quantity, of whatever unit. */
static bool is_quantity(const struct walk *walk, const char *text)
{
    struct quantity quantity;
    const char *unit = quantity_unit_text(text);
    struct fault *fault = unit == NULL ? NULL : quantity_read(walk->units, text, unit, &quantity);
    if (unit != NULL && fault == NULL) quantity_free(&quantity);
    fault_free(fault);
    return unit != NULL && fault == NULL;
}

/* Where a unit follows from another value, which may be the one that is wrong. */
static struct fault *note_states(const struct walk *walk, const struct node *node, const char *text,
                                 struct fault *fault)
{
    if (fault == NULL || walk->states == NULL || walk->states == node || walk->states->place.source == NULL ||
        !is_quantity(walk, text))
        return fault;
    return fault_note(fault, walk->states->place, "its unit follows from this value");
}

static struct fault *scalar_quantity(struct walk *walk, const struct node *node, struct setting *setting)
{
    struct quantity quantity;
    double min, max;
    const char *text;
    TRY(quantity_text(node, setting, &text));
    TRY(note_states(walk, node, text,
                    value_wrap(node, setting->path, quantity_read(walk->units, text, setting->unit, &quantity))));
    struct fault *fault = NULL;
    if (quantity_is_drawn(&quantity) && !setting->key->draws)
        fault = value_fault(
            node, "%s is a distribution; expected a number, because this key is read once for all replications",
            setting->path);
    quantity_support(&quantity, &min, &max);
    if (fault == NULL) fault = check_percent(setting->key, setting, setting->path, node->place, node->text, min, max);
    if (fault == NULL && !in_range(setting->key, min, max)) fault = range_fault(node, setting, min, max);
    if (fault == NULL && setting->key->redrawn)
        return store_add_occasional(walk->store, store_path_of(setting), setting->unit, &quantity, &setting->slot);
    if (fault == NULL) return store_add(walk->store, store_path_of(setting), setting->unit, &quantity, &setting->slot);
    quantity_free(&quantity);
    return fault;
}

struct profile {
    int *month;
    double *value;
    const struct node **node;
    size_t points;
    bool step;
    struct quantity times;
};

static struct fault *profile_keyword(struct walk *walk, const struct node *node, const struct setting *setting,
                                     struct profile *profile)
{
    char path[256];
    snprintf(path, sizeof path, "%s.%s", setting->path, node->key);
    if (strcmp(node->key, "times") == 0) {
        quantity_free(&profile->times);
        profile->times = (struct quantity){.form = QUANTITY_NUMBER, .p = {1.0}};
        if (node->kind != NODE_SCALAR)
            return value_fault(node, "%s is a map or list; expected a number or a distribution without unit", path);
        struct quantity times;
        TRY(value_wrap(node, path, quantity_read(walk->units, node->text, "", &times)));
        profile->times = times;
        return NULL;
    }
    if (strcmp(node->key, "interpolation") == 0) {
        profile->step = node->kind == NODE_SCALAR && strcmp(node->text, "step") == 0;
        if (profile->step || (node->kind == NODE_SCALAR && strcmp(node->text, "linear") == 0)) return NULL;
        char text[64];
        return value_fault(node, "%s is %s; expected linear or step", path, tree_describe(node, text));
    }
    if (strcmp(node->key, "source") == 0) {
        char text[64];
        if (node->kind == NODE_SCALAR) return NULL;
        return value_fault(node, "%s is %s; expected a text", path, tree_describe(node, text));
    }
    static const char *const words[] = {"times", "interpolation", "source", NULL};
    char hint[96];
    return fault_at(
        FAULT_SCENARIO, node->key_place,
        "%s: '%s' is not a date; expected a year such as 2025, a month such as 2025-07, `times`, `interpolation` or "
        "`source`%s",
        setting->path, node->key, units_hint(node->key, words, sizeof hint, hint));
}

static struct fault *profile_point(struct walk *walk, const struct node *node, const struct setting *setting, int month,
                                   struct profile *profile)
{
    struct quantity quantity;
    char path[256], text[64];
    snprintf(path, sizeof path, "%s.%s", setting->path, node->key);
    if (node->kind != NODE_SCALAR)
        return value_fault(node, "%s is %s; expected a number", path, tree_describe(node, text));
    TRY(note_states(walk, node, node->kind == NODE_SCALAR ? node->text : "",
                    value_wrap(node, path, quantity_read(walk->units, node->text, setting->unit, &quantity))));
    const bool drawn = quantity_is_drawn(&quantity);
    const double value = quantity.p[0];
    quantity_free(&quantity);
    if (!drawn) TRY(check_percent(setting->key, setting, path, node->place, node->text, value, value));
    if (drawn)
        return value_fault(
            node, "%s is a distribution; expected a number: one factor, `times:`, makes a whole profile uncertain",
            path);
    size_t at = profile->points++;
    for (; at > 0 && profile->month[at - 1] > month; at--) {
        profile->month[at] = profile->month[at - 1];
        profile->value[at] = profile->value[at - 1];
        profile->node[at] = profile->node[at - 1];
    }
    profile->month[at] = month;
    profile->value[at] = value;
    profile->node[at] = node;
    if (at > 0 && profile->month[at - 1] == month)
        return value_fault(node, "%s is the same month as %s; expected each month once", path,
                           profile->node[at - 1]->key);
    return NULL;
}

static struct fault *profile_check(const struct node *node, const struct setting *setting,
                                   const struct profile *profile)
{
    double factor[2];
    if (profile->points == 0)
        return value_fault(node, "%s is a map without a date; expected values at dates, such as {2020: ..., 2030: ...}",
                           setting->path);
    quantity_support(&profile->times, &factor[0], &factor[1]);
    for (size_t i = 0; i < profile->points; i++) {
        const double a = profile->value[i] * factor[0], b = profile->value[i] * factor[1];
        /* 0 times an infinite factor is 0 in every replication */
        const double low = isnan(a) || isnan(b) ? 0.0 : fmin(a, b), high = isnan(a) || isnan(b) ? 0.0 : fmax(a, b);
        if (!in_range(setting->key, low, high)) return range_fault(profile->node[i], setting, low, high);
    }
    return NULL;
}

/* The unit of a table, said once and where it is stated rather than of every figure. */
static struct fault *check_table(struct walk *walk, const struct node *node, const struct setting *setting)
{
    const struct node *unit = tree_child(node->table, "unit");
    const bool pure = setting->unit[0] == '\0' || strcmp(setting->unit, "1") == 0;
    if (unit == NULL && pure) return NULL;
    if (unit == NULL)
        return fault_at(FAULT_SCENARIO, node->place, "%s: the table has no `unit`; expected one such as %s",
                        setting->path, setting->unit);
    char path[256], *text = NULL;
    struct quantity quantity;
    snprintf(path, sizeof path, "%s.unit", setting->path);
    if (asprintf(&text, "1 %s", strcmp(unit->text, "1") == 0 ? "" : unit->text) < 0) return fault_no_memory();
    struct fault *fault = value_wrap(unit, path, quantity_read(walk->units, text, setting->unit, &quantity));
    free(text);
    if (fault == NULL) quantity_free(&quantity);
    return fault;
}

/* Where the figures of a table begin and end. */
static void note_table(const struct node *node, struct setting *setting)
{
    int month;
    for (size_t i = 0; node->table != NULL && i < node->children && setting->table.source == NULL; i++)
        if (calendar_read(node->child[i]->key, &month)) setting->table = node->child[i]->key_place;
    setting->table_end = node->end;
}

static struct fault *profile_quantity(struct walk *walk, const struct node *node, struct setting *setting)
{
    struct profile profile = {.times = {.form = QUANTITY_NUMBER, .p = {1.0}}};
    struct fault *faults = NULL;
    char text[64];
    if (!setting->key->profile)
        return value_fault(node, "%s is %s; expected one value, because this key cannot change over time",
                           setting->path, tree_describe(node, text));
    if (node->table != NULL) TRY(check_table(walk, node, setting));
    note_table(node, setting);
    profile.month = calloc(node->children + 1, sizeof *profile.month);
    profile.value = calloc(node->children + 1, sizeof *profile.value);
    profile.node = calloc(node->children + 1, sizeof *profile.node);
    const bool has_room = profile.month != NULL && profile.value != NULL && profile.node != NULL;
    if (!has_room) faults = fault_no_memory();
    for (size_t i = 0; i < node->children && has_room && !fault_enough(faults); i++) {
        int month;
        const struct node *child = node->child[i];
        struct fault *fault = calendar_read(child->key, &month) ? profile_point(walk, child, setting, month, &profile)
                                                                : profile_keyword(walk, child, setting, &profile);
        faults = fault_join(faults, fault);
    }
    if (faults == NULL) faults = profile_check(node, setting, &profile);
    if (faults == NULL)
        faults = store_add_profile(walk->store, store_path_of(setting), setting->unit, profile.points, profile.month,
                                   profile.value, profile.step, &profile.times, &setting->slot);
    else
        quantity_free(&profile.times);
    free(profile.month);
    free(profile.value);
    free(profile.node);
    return faults;
}

/* The heat value that the quantity may be converted by. One that is wrong is a fault where it stands. */
static struct fault *set_heat(struct walk *walk, const struct scope *scope, const struct node *node,
                              struct setting *setting)
{
    const bool own = setting->key->heat && node->kind == NODE_SCALAR;
    struct fault *fault = units_set_heat(walk->units, own ? node->text : scope_heat(scope));
    if (own) {
        setting->used = true;
        return value_wrap(node, setting->path, fault);
    }
    fault_free(fault);
    return NULL;
}

static struct fault *read_quantity(struct walk *walk, const struct scope *scope, const struct node *node,
                                   struct setting *setting)
{
    char expected[200];
    struct scope here = *scope;
    here.target = setting->parent == NULL ? NULL : setting->parent->key->target;
    here.entry = setting->name;
    here.states = &walk->states;
    walk->states = NULL;
    TRY(scope_unit(&here, setting->key->unit, &setting->unit));
    TRY(set_heat(walk, &here, node, setting));
    const size_t name = strlen(setting->key->name);
    const bool own = setting->key->unit[0] == '$' && strncmp(setting->key->unit + 1, setting->key->name, name) == 0 &&
                     strchr("!", setting->key->unit[1 + name]) != NULL;
    if (setting->unit == NULL && own) { /* it states the unit, but cannot be read, or is no rate */
        const char *unit = node->kind == NODE_SCALAR ? quantity_unit_text(node->text) : NULL;
        if (unit != NULL && unit[0] == '\0')
            return value_fault(node, "%s: %s has no unit; expected a rate with its unit, such as 14 train/d",
                               setting->path, node->text);
        if (node->kind == NODE_MAP && setting->key->profile)
            return value_fault(node, "%s has no value with a unit at its first date; expected one such as 14 train/d",
                               setting->path);
        if (node->kind != NODE_SCALAR || tree_is_null(node)) return type_fault(node, setting, "a number with its unit");
        struct quantity quantity;
        char rate[160];
        snprintf(rate, sizeof rate, "%s/yr", unit == NULL ? "" : unit);
        struct fault *fault = quantity_read(walk->units, node->text, rate, &quantity);
        if (fault != NULL) return value_wrap(node, setting->path, fault);
        quantity_free(&quantity);
        return type_fault(node, setting, "a rate with its time last, such as 14 train/d");
    }
    if (setting->unit == NULL) return NULL; /* it depends on a key that is a fault of its own */
    struct fault *unknown = units_check(walk->units, setting->unit);
    if (unknown != NULL && !own) { /* the unit came from another key, where it is reported */
        fault_free(unknown);
        return NULL;
    }
    fault_free(unknown);
    if (node->kind == NODE_MAP) return profile_quantity(walk, node, setting);
    const bool pure = setting->unit[0] == '\0' || strcmp(setting->unit, "1") == 0;
    snprintf(expected, sizeof expected, pure ? "a number%.0s%s" : "a number in %.100s%s", setting->unit,
             setting->key->draws ? ", or a distribution" : "");
    if (node->kind == NODE_LIST || tree_is_null(node)) return type_fault(node, setting, expected);
    return scalar_quantity(walk, node, setting);
}

static struct fault *read_integer(const struct node *node, struct setting *setting)
{
    const struct key *key = setting->key;
    const char *digits = node->text;
    char *end = NULL;
    if (*digits == '-') digits++;
    if (*digits == '\0' || strspn(digits, "0123456789") != strlen(digits)) {
        const bool digit = *digits >= '0' && *digits <= '9'; /* 10,000, 1e4, 24 mo */
        return type_fault(node, setting, digit ? "a whole number, of digits alone" : "a whole number");
    }
    errno = 0;
    setting->integer = strtol(node->text, &end, 10);
    const double value = (double)setting->integer;
    if (errno == 0 && (!key_has_range(key) || (value >= key->min && value <= key->max))) return NULL;
    return value_fault(node, "%s is %.40s; expected a whole number from %.0f to %.0f", setting->path, node->text,
                       key->min, key->max);
}

bool value_is_name(const char *text)
{
    if (!islower((unsigned char)*text)) return false;
    for (const char *c = text; *c != '\0'; c++) {
        const bool word = islower((unsigned char)*c) || isdigit((unsigned char)*c);
        if (!word && !(*c == '-' && c[1] != '-' && c[1] != '\0')) return false;
    }
    return true;
}

/* With small letters and hyphens it may be one. */
static struct fault *no_name(const struct node *node, const struct setting *setting)
{
    static const char rule[] = "a name of lower-case letters, digits and single hyphens, such as kazakhstan-2019";
    char small[SCOPE_NAME], expected[sizeof rule + SCOPE_NAME + 20];
    size_t length = 0;
    for (; node->text[length] != '\0' && length + 1 < sizeof small; length++) {
        const char c = node->text[length];
        small[length] = (char)(c == ' ' || c == '_' ? '-' : tolower((unsigned char)c));
    }
    small[length] = '\0';
    const bool whole = node->text[length] == '\0' && value_is_name(small);
    snprintf(expected, sizeof expected, "%s%s%s%s", rule, whole ? "; did you mean '" : "", whole ? small : "",
             whole ? "'?" : "");
    return type_fault(node, setting, expected);
}

/* One of the words of `choices`, which spaces part. */
static struct fault *read_word(const struct node *node, const struct setting *setting, const char *choices)
{
    const char *words[16] = {NULL};
    char copy[256], hint[96];
    size_t count = 0;
    snprintf(copy, sizeof copy, "%s", choices);
    for (char *rest = copy, *word; count < 15 && (word = strsep(&rest, " ")) != NULL;) words[count++] = word;
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i], node->text) == 0) return NULL;
    char text[64], *listed = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&listed, &size);
    if (to == NULL) return fault_no_memory();
    for (size_t i = 0; i < count; i++) fprintf(to, "%s%s", i == 0 ? "" : i + 1 == count ? " or " : ", ", words[i]);
    if (fclose(to) != 0) return fault_no_memory();
    struct fault *fault = value_fault(node, "%s is %s; expected %s%s", setting->path, tree_describe(node, text), listed,
                                      units_hint(node->text, words, sizeof hint, hint));
    free(listed);
    return fault;
}

static struct fault *read_boolean(const struct node *node, struct setting *setting)
{
    TRY(read_word(node, setting, "true false"));
    setting->truth = strcmp(node->text, "true") == 0;
    return NULL;
}

static const struct key *declared(const struct walk *walk, const char *name)
{
    const struct key *key = walk->top->keys;
    while (key->name != NULL && strcmp(key->name, name) != 0) key++;
    return key;
}

/* A key of the format inside a map of names, such as `correlation` among the drivers. */
static bool is_reserved(const struct key *map, const char *name)
{
    for (const struct key *key = map->keys; key != NULL && key->name != NULL; key++)
        if (strcmp(key->name, name) == 0) return true;
    return false;
}

/* Whether one of the top-level maps `target` has an entry of that name, which then is referred to. */
static bool is_entry(const struct walk *walk, const char *target, const char *name)
{
    char map[SCOPE_NAME];
    for (const char *at = target; (at = scope_target(at, map)) != NULL;) {
        struct node *entry = tree_child(tree_child(walk->top->node, map), name);
        if (entry == NULL || is_reserved(declared(walk, map), name)) continue;
        entry->referred = true;
        return true;
    }
    return false;
}

/* Names that are listed where none is like the one that is wrong; more of them would hide the sentence. */
enum { MOST_LISTED = 6 };

static struct fault *dangling(const struct walk *walk, const char *target, const char *wanted, struct place place,
                              const char *path)
{
    char map[SCOPE_NAME], where[2 * SCOPE_NAME] = "", hint[96];
    size_t most = 0, known = 0;
    for (const char *at = target; (at = scope_target(at, map)) != NULL;) {
        const struct node *entries = tree_child(walk->top->node, map);
        most += entries == NULL || entries->kind != NODE_MAP ? 0 : entries->children;
    }
    const char **words = calloc(most + 1, sizeof *words);
    if (words == NULL) return fault_no_memory();
    for (const char *at = target; (at = scope_target(at, map)) != NULL;) {
        const struct node *entries = tree_child(walk->top->node, map);
        const size_t said = strlen(where);
        snprintf(where + said, sizeof where - said, "%s`%s`", said == 0 ? "" : " or ", map);
        for (size_t i = 0; entries != NULL && entries->kind == NODE_MAP && i < entries->children; i++)
            if (!is_reserved(declared(walk, map), entries->child[i]->key)) words[known++] = entries->child[i]->key;
    }
    char *listed = NULL;
    size_t size = 0;
    const bool short_list =
        units_hint(wanted, words, sizeof hint, hint)[0] == '\0' && known > 0 && known <= MOST_LISTED;
    FILE *to = short_list ? open_memstream(&listed, &size) : NULL;
    for (size_t i = 0; to != NULL && i < known; i++)
        fprintf(to, "%s%s", i == 0 ? "" : i + 1 == known ? " or " : ", ", words[i]);
    const bool made = to != NULL && fclose(to) == 0;
    const char *expected = made ? listed : known == 0 ? "it there too" : "one of its names";
    struct fault *fault = fault_at(FAULT_SCENARIO, place, "%s: there is no '%s' in %s; expected %s%s", path, wanted,
                                   where, expected, hint);
    free(listed);
    free(words);
    return fault;
}

/* Checks that the first `length` bytes of `name` are an entry of a top-level map of `target`; of a driver what is
 * before a dot, because NAME.FACTOR is a part of it. */
static struct fault *check_reference(const struct walk *walk, const char *target, const char *name, size_t length,
                                     struct place place, const char *path)
{
    const size_t dot = strcspn(name, "."), stem = strcmp(target, "drivers") == 0 && dot < length ? dot : length;
    char *wanted = strndup(name, stem);
    if (wanted == NULL) return fault_no_memory();
    struct fault *fault = is_entry(walk, target, wanted) ? NULL : dangling(walk, target, wanted, place, path);
    free(wanted);
    return fault;
}

/* One side of a pair: a driver or its factor; or flows.NAME.shock of a flow that has one. */
static struct fault *check_shock(const struct walk *walk, const char *target, const char *name, size_t length,
                                 struct place place, const char *path)
{
    static const char head[] = "flows.", tail[] = ".shock";
    const size_t ends = sizeof head - 1 + sizeof tail - 1;
    if (length <= ends || strncmp(name, head, sizeof head - 1) != 0 ||
        strncmp(name + length - (sizeof tail - 1), tail, sizeof tail - 1) != 0)
        return check_reference(walk, target, name, length, place, path);
    char *flow = strndup(name + sizeof head - 1, length - ends);
    if (flow == NULL) return fault_no_memory();
    const struct node *node = tree_child(tree_child(walk->top->node, "flows"), flow);
    struct fault *fault = NULL;
    if (node == NULL)
        fault = dangling(walk, "flows", flow, place, path);
    else if (tree_child(node, "shock") == NULL)
        fault = fault_at(FAULT_SCENARIO, place, "%s: flows.%s has no shock; expected its `shock:` too", path, flow);
    free(flow);
    return fault;
}

struct fault *value_check_name(struct walk *walk, const struct key *map, const struct node *node,
                               struct setting *setting)
{
    const char *name = node->key, *path = setting->parent->path, *slash = strchr(name, '/');
    switch (map->names) {
    case NAME_PLAIN:
        if (value_is_name(name)) return NULL;
        return fault_at(
            FAULT_SCENARIO, node->key_place,
            "%s: '%s' is not a name; expected lower-case letters, digits and single hyphens, such as china-europe",
            path, name);
    case NAME_MONTH:
        if (calendar_read(name, &setting->month)) return NULL;
        return fault_at(FAULT_SCENARIO, node->key_place,
                        "%s: '%s' is not a date; expected a year such as 2025 or a month such as 2025-07", path, name);
    case NAME_REFERENCE: return check_reference(walk, map->target, name, strlen(name), node->key_place, path);
    case NAME_QUANTITY:
        if (*name >= '0' && *name <= '9') return NULL;
        return fault_at(FAULT_SCENARIO, node->key_place,
                        "%s: '%s' is not a number with its unit; expected one such as 25 USD/bbl", path, name);
    case NAME_ARROW: {
        const char *arrow = strstr(name, "->");
        char left[TREE_MOST_KEY + 1];
        snprintf(left, sizeof left, "%.*s", (int)(arrow == NULL ? 0 : arrow - name), name);
        if (arrow != NULL && value_is_name(left) && value_is_name(arrow + 2)) return NULL;
        return fault_at(FAULT_SCENARIO, node->key_place,
                        "%s: '%s' is not a transition; expected two names joined by ->, such as normal->strained", path,
                        name);
    }
    case NAME_UNIT:                /* see units_define */
    case NAME_TARGET: return NULL; /* see targets.h */
    case NAME_INPUTS:
        if (slash != NULL && strchr(slash + 1, '/') == NULL) return NULL;
        return fault_at(FAULT_SCENARIO, node->key_place,
                        "%s: '%s' is not a pair; expected two paths of what is drawn joined by a slash", path, name);
    case NAME_PAIR:
        if (slash == NULL || strchr(slash + 1, '/') != NULL)
            return fault_at(FAULT_SCENARIO, node->key_place,
                            "%s: '%s' is not a pair; expected two names joined by a slash, such as brent.long/gdp-kz",
                            path, name);
        return fault_join(check_shock(walk, map->target, name, (size_t)(slash - name), node->key_place, path),
                          check_shock(walk, map->target, slash + 1, strlen(slash + 1), node->key_place, path));
    }
    return NULL;
}

struct fault *value_define_units(struct units *units, const struct node *map)
{
    struct fault *faults = NULL;
    for (size_t i = 0; map != NULL && map->kind == NODE_MAP && i < map->children && !fault_enough(faults); i++) {
        const struct node *unit = map->child[i];
        char path[TREE_MOST_KEY + 8];
        snprintf(path, sizeof path, "units.%s", unit->key);
        if (unit->kind == NODE_SCALAR && !tree_is_null(unit))
            faults = fault_join(faults, value_wrap(unit, path, units_define(units, unit->key, unit->text)));
    }
    return faults;
}

/* What people read in tables: one line that is not long. */
static struct fault *read_title(const struct node *node, const struct setting *setting)
{
    size_t count = 0;
    for (const char *at = node->text; *at != '\0'; count++) {
        const size_t size = printable_size(at);
        if (size == 0)
            return value_fault(node, "%s has %s; expected one line without control characters", setting->path,
                               *at == '\n' || *at == '\r' ? "more than one line"
                               : *at == '\t'              ? "a tab"
                                                          : "a control character");
        at += size;
    }
    if (count == 0) return type_fault(node, setting, "a text");
    if (count <= KEY_TITLE_MOST) return NULL;
    return value_fault(node, "%s has %zu characters; expected at most %d", setting->path, count, KEY_TITLE_MOST);
}

struct fault *value_read(struct walk *walk, const struct scope *scope, const struct node *node, struct setting *setting)
{
    const struct key *key = setting->key;
    if (node->kind == NODE_SCALAR && (setting->text = strdup(node->text)) == NULL) return fault_no_memory();
    if (node->kind == NODE_SCALAR && key->kind != KEY_TEXT && key->kind != KEY_TITLE)
        TRY(value_wrap(node, setting->path, tree_check_text(node->text, false)));
    if (key->kind == KEY_QUANTITY) return read_quantity(walk, scope, node, setting);
    static const char *const expected[] = {[KEY_BOOLEAN] = "true or false",
                                           [KEY_INTEGER] = "a whole number",
                                           [KEY_TEXT] = "a text",
                                           [KEY_TITLE] = "a text",
                                           [KEY_NAME] = "a name",
                                           [KEY_UNIT] = "a unit such as TEU",
                                           [KEY_CHOICE] = "a word",
                                           [KEY_REFERENCE] = "a name",
                                           [KEY_MONTH] = "a date such as 2020-01"};
    if (node->kind != NODE_SCALAR || tree_is_null(node)) return type_fault(node, setting, expected[key->kind]);
    int month;
    switch (key->kind) {
    case KEY_INTEGER: return read_integer(node, setting);
    case KEY_BOOLEAN: return read_boolean(node, setting);
    case KEY_TITLE: return read_title(node, setting);
    case KEY_CHOICE: return read_word(node, setting, key->choices);
    case KEY_UNIT:
        if (node->text[0] == '\0') return type_fault(node, setting, "a unit such as TEU, or 1 for a pure number");
        return value_wrap(node, setting->path, units_check(walk->units, node->text));
    case KEY_REFERENCE:
        return check_reference(walk, key->target, node->text, strlen(node->text), node->place, setting->path);
    case KEY_NAME:
        if (value_is_name(node->text)) return NULL;
        return no_name(node, setting);
    case KEY_MONTH:
        if (!calendar_read(node->text, &month))
            return type_fault(node, setting, "a year such as 2020 or a month such as 2020-01");
        setting->integer = month;
        return NULL;
    default: return NULL;
    }
}
