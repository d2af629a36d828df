/* tests/fuzz/mutate_values.c -- changes a scenario that the reader accepts as its author might: numbers, dates, units, names, lists, order.
 *
 * It starts from what was accepted, so that most of what it makes is accepted too.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fuzz/fuzz_scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLACES = 4096, WORD_MOST = 200 };

struct span {
    size_t from, to;
};

struct document {
    uint8_t *text;
    size_t size, most;
};

static size_t length_of(struct span span)
{
    return span.to - span.from;
}

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_name(uint8_t byte)
{
    return is_digit(byte) || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '-' || byte == '_';
}

static bool put(struct document *document, struct span place, const void *text, size_t length)
{
    const size_t grown = document->size - length_of(place) + length;
    if (grown > document->most) return false;
    memmove(document->text + place.from + length, document->text + place.to, document->size - place.to);
    memcpy(document->text + place.from, text, length);
    document->size = grown;
    return true;
}

/* A NUL-terminated copy; "" of what is too long. */
static void get(const struct document *document, struct span place, char text[WORD_MOST])
{
    const size_t length = length_of(place) < WORD_MOST ? length_of(place) : 0;
    memcpy(text, document->text + place.from, length);
    text[length] = '\0';
}

enum kind { NUMBER, DATE, UNIT, NAME, ITEM, LINE };

/* The end of a comment that begins here, else the place itself. */
static size_t behind_comment(const struct document *document, size_t at)
{
    if (document->text[at] != '#' || (at > 0 && document->text[at - 1] != ' ' && document->text[at - 1] != '\n'))
        return at;
    while (at < document->size && document->text[at] != '\n') at++;
    return at;
}

/* The word of a kind that begins here; empty if none does. */
static struct span word_at(const struct document *document, enum kind kind, size_t at)
{
    const uint8_t *text = document->text, before = at == 0 ? '\n' : text[at - 1];
    size_t to = at;
    const bool begins = before == ' ' || before == '[' || before == '(' || before == '\n' || before == '{';
    if (kind == NUMBER || kind == DATE) {
        if (!begins) return (struct span){at, at};
        if (text[to] == '-') to++;
        const size_t digits = to;
        while (to < document->size && (is_digit(text[to]) || text[to] == '.')) to++;
        if (to == digits) return (struct span){at, at};
        const bool dated = to - digits == 4 && to < document->size && (text[to] == ':' || text[to] == '-');
        if (dated && text[to] == '-')
            while (to < document->size && (is_digit(text[to]) || text[to] == '-')) to++;
        return dated == (kind == DATE) ? (struct span){at, to} : (struct span){at, at};
    }
    if (kind == UNIT) { /* what follows a number and a space */
        if (before != ' ' || at < 2 || !is_digit(text[at - 2])) return (struct span){at, at};
        while (to < document->size && (is_name(text[to]) || text[to] == '/' || text[to] == '%')) to++;
        return is_digit(text[at]) ? (struct span){at, at} : (struct span){at, to};
    }
    if (is_name(before) || before == '.' || is_digit(text[at])) return (struct span){at, at};
    while (to < document->size && is_name(text[to])) to++;
    return (struct span){at, to};
}

/* An item of a list or of a map in one line: what stands between its commas. */
static struct span item_at(const struct document *document, size_t at)
{
    const uint8_t *text = document->text;
    if (at == 0 || (text[at - 1] != '[' && text[at - 1] != '{' && text[at - 1] != ',')) return (struct span){at, at};
    size_t to = at;
    int depth = 0;
    for (; to < document->size && text[to] != '\n' && text[to] != '#'; to++) {
        if (text[to] == '[' || text[to] == '{' || text[to] == '(') depth++;
        if (depth == 0 && (text[to] == ',' || text[to] == ']' || text[to] == '}')) return (struct span){at, to};
        if (text[to] == ']' || text[to] == '}' || text[to] == ')') depth--;
    }
    return (struct span){at, at};
}

/* A line with all that is indented more below it. */
static struct span block_at(const struct document *document, size_t at)
{
    const uint8_t *text = document->text;
    if (at > 0 && text[at - 1] != '\n') return (struct span){at, at};
    size_t to = at, indent = 0;
    while (at + indent < document->size && text[at + indent] == ' ') indent++;
    do {
        while (to < document->size && text[to] != '\n') to++;
        if (to < document->size) to++;
        size_t next = 0;
        while (to + next < document->size && text[to + next] == ' ') next++;
        if (next <= indent) break;
    } while (to < document->size);
    return (struct span){at, to};
}

/* A place of a kind at random; empty if there is none. */
static struct span draw(const struct document *document, enum kind kind, uint64_t *state)
{
    static struct span found[PLACES];
    size_t places = 0;
    for (size_t at = 0; at < document->size && places < PLACES; at++) {
        at = behind_comment(document, at);
        if (at >= document->size) break;
        const struct span place = kind == ITEM   ? item_at(document, at)
                                  : kind == LINE ? block_at(document, at)
                                                 : word_at(document, kind, at);
        if (length_of(place) > 0) found[places++] = place;
    }
    return places == 0 ? (struct span){0, 0} : found[fuzz_scenario_draw(state, places)];
}

static void change_number(struct document *document, uint64_t *state)
{
    static const double usual[] = {0.9, 1.1, 0.5, 2.0, 0.99, 1.01, 1.0 / 3.0, 0.75, 1.25},
                        rare[] = {0.0, -1.0, 10.0, 0.1, 1e3, 1e-3, 1e6, 1e-9, 1e12, 1e30, 1e150, 1e300, -1e-300};
    char text[WORD_MOST], changed[WORD_MOST];
    const struct span place = draw(document, NUMBER, state);
    get(document, place, text);
    if (text[0] == '\0') return;
    const bool is_rare = fuzz_scenario_draw(state, 6) == 0;
    double number = strtod(text, NULL) * (is_rare ? rare[fuzz_scenario_draw(state, sizeof rare / sizeof *rare)]
                                                  : usual[fuzz_scenario_draw(state, sizeof usual / sizeof *usual)]);
    if (strchr(text, '.') == NULL && !is_rare) number = (double)(int64_t)number; /* a whole one stays whole */
    const int length = snprintf(changed, sizeof changed, "%.*g", is_rare ? 17 : 6, number);
    (void)put(document, place, changed, (size_t)length);
}

/* A number becomes a distribution or a profile around it. */
static void spread_number(struct document *document, uint64_t *state)
{
    char text[WORD_MOST], unit[WORD_MOST] = "", changed[8 * WORD_MOST];
    struct span place = draw(document, NUMBER, state);
    get(document, place, text);
    if (text[0] == '\0') return;
    if (place.to < document->size && document->text[place.to] == ' ') {
        const struct span behind = word_at(document, UNIT, place.to + 1);
        get(document, behind, unit);
        if (unit[0] != '\0') place.to = behind.to;
    }
    const double number = strtod(text, NULL), low = number * (number < 0 ? 1.1 : 0.9),
                 high = number * (number < 0 ? 0.9 : 1.1);
    const char *space = unit[0] == '\0' ? "" : " ";
    int length = 0;
    switch (fuzz_scenario_draw(state, 6)) {
    case 0: length = snprintf(changed, sizeof changed, "uniform(%g %g)%s%s", low, high, space, unit); break;
    case 1:
        length = snprintf(changed, sizeof changed, "triangular(%g %g %g)%s%s", low, number, high, space, unit);
        break;
    case 2:
        length = snprintf(changed, sizeof changed, "{2020: %g%s%s, 2024: %g%s%s}", low, space, unit, high, space, unit);
        break;
    case 3:
        length = snprintf(changed, sizeof changed, "normal(%g %g)%s%s", number, (high - low) / 8.0, space, unit);
        break;
    case 4: length = snprintf(changed, sizeof changed, "pert(%g %g %g)%s%s", low, number, high, space, unit); break;
    default: length = snprintf(changed, sizeof changed, "discrete(%g %g: 0.5 0.5)%s%s", low, high, space, unit); break;
    }
    (void)put(document, place, changed, (size_t)length);
}

static void change_date(struct document *document, uint64_t *state)
{
    char text[WORD_MOST], changed[WORD_MOST];
    const struct span place = draw(document, DATE, state);
    get(document, place, text);
    if (text[0] == '\0') return;
    const long year = strtol(text, NULL, 10) + (long)fuzz_scenario_draw(state, 5) - 2;
    const int length = snprintf(changed, sizeof changed, "%ld%s", year, strlen(text) > 4 ? text + 4 : "");
    (void)put(document, place, changed, (size_t)length);
}

/* The same with another prefix, or any unit of the document. */
static void change_unit(struct document *document, uint64_t *state)
{
    static const char *const prefixes[] = {"k", "M", "G", "c", "m"};
    char unit[WORD_MOST], changed[WORD_MOST + 2];
    const struct span place = draw(document, UNIT, state), other = draw(document, UNIT, state);
    get(document, place, unit);
    if (unit[0] == '\0') return;
    if (fuzz_scenario_draw(state, 4) == 0)
        get(document, other, changed);
    else if (strchr("kMG", unit[0]) != NULL && unit[1] != '\0' && unit[1] != '/')
        snprintf(changed, sizeof changed, "%s", unit + 1);
    else
        snprintf(changed, sizeof changed, "%s%s",
                 unit[0] == '%' ? "" : prefixes[fuzz_scenario_draw(state, sizeof prefixes / sizeof *prefixes)], unit);
    (void)put(document, place, changed, strlen(changed));
}

/* A name everywhere; now and then only here, or another one of the document. */
static void change_name(struct document *document, uint64_t *state)
{
    char name[WORD_MOST], other[WORD_MOST], changed[WORD_MOST + 8];
    const struct span place = draw(document, NAME, state);
    get(document, place, name);
    get(document, draw(document, NAME, state), other);
    if (name[0] == '\0') return;
    snprintf(changed, sizeof changed, "%s%c", name, "xz7"[fuzz_scenario_draw(state, 3)]);
    const size_t way = fuzz_scenario_draw(state, 4);
    if (way < 2) {
        if (way == 0) snprintf(changed, sizeof changed, "%s", other);
        (void)put(document, place, changed, strlen(changed));
        return;
    }
    for (size_t at = 0; at < document->size; at++) {
        const struct span here = word_at(document, NAME, at);
        if (length_of(here) != strlen(name) || memcmp(document->text + here.from, name, strlen(name)) != 0) continue;
        if (!put(document, here, changed, strlen(changed))) return;
        at += strlen(changed);
    }
}

/* Two spans that do not overlap change places. */
static void swap(struct document *document, struct span first, struct span second)
{
    if (first.from > second.from) {
        const struct span other = first;
        first = second;
        second = other;
    }
    if (first.to > second.from || length_of(first) == 0 || length_of(second) == 0) return;
    uint8_t *copy = malloc(second.to - first.from);
    if (copy == NULL) return;
    uint8_t *at = copy;
    memcpy(at, document->text + second.from, length_of(second));
    at += length_of(second);
    memcpy(at, document->text + first.to, second.from - first.to);
    at += second.from - first.to;
    memcpy(at, document->text + first.from, length_of(first));
    memcpy(document->text + first.from, copy, second.to - first.from);
    free(copy);
}

/* An item of a list or of a map in one line goes, comes twice, or changes its place with the next one. */
static void change_list(struct document *document, uint64_t *state)
{
    const struct span item = draw(document, ITEM, state);
    char text[WORD_MOST + 1];
    get(document, item, text);
    if (text[0] == '\0') return;
    const bool has_next = document->text[item.to] == ',';
    switch (fuzz_scenario_draw(state, 4)) {
    case 0: (void)put(document, (struct span){item.from, item.to + has_next}, "", 0); break;
    case 1:
        strcat(text, ",");
        (void)put(document, (struct span){item.from, item.from}, text, strlen(text));
        break;
    default:
        if (has_next) swap(document, item, item_at(document, item.to + 1));
        break;
    }
}

static size_t indent_of(const struct document *document, struct span block)
{
    size_t indent = 0;
    while (block.from + indent < block.to && document->text[block.from + indent] == ' ') indent++;
    return indent;
}

/* A block goes, comes twice under another name, or changes its place with the next one of its map. */
static void change_order(struct document *document, uint64_t *state)
{
    const struct span block = draw(document, LINE, state);
    if (length_of(block) == 0 || document->text[block.to - 1] != '\n') return;
    const struct span next =
        block.to < document->size ? block_at(document, block.to) : (struct span){block.to, block.to};
    switch (fuzz_scenario_draw(state, 8)) {
    case 0: (void)put(document, block, "", 0); break;
    case 1: {
        const size_t length = length_of(block), name = indent_of(document, block);
        uint8_t *copy = malloc(length + 1);
        if (copy == NULL) return;
        memcpy(copy, document->text + block.from, name);
        copy[name] = 'q';
        memcpy(copy + name + 1, document->text + block.from + name, length - name);
        (void)put(document, (struct span){block.to, block.to}, copy, length + 1);
        free(copy);
        break;
    }
    default:
        if (length_of(next) > 0 && document->text[next.to - 1] == '\n' &&
            indent_of(document, block) == indent_of(document, next))
            swap(document, block, next);
        break;
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed)
{
    static void (*const ways[])(struct document * document, uint64_t * state) = {
        change_number, change_number, change_number, change_number, spread_number, change_date,
        change_unit,   change_name,   change_list,   change_order,  change_order};
    uint64_t state = seed;
    struct document document = {.text = data, .size = size, .most = most};
    (void)fuzz_scenario_accepted(data, &document.size, most, &state);
    const size_t changes = 1 + (fuzz_scenario_draw(&state, 3) == 0);
    for (size_t i = 0; i < changes; i++)
        ways[fuzz_scenario_draw(&state, sizeof ways / sizeof *ways)](&document, &state);
    return document.size;
}
