/* tests/fuzz/mutate_text.c -- changes a scenario as text: words of the format and of YAML, lines, indentation, bytes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fuzz/fuzz_scenario.h"

#include <stdlib.h>
#include <string.h>

/* What means something to YAML, to the reader of quantities, or to a reader of text. */
static const char *const fragments[] = {": ",
                                        "{",
                                        "}",
                                        "[",
                                        "]",
                                        ", ",
                                        "#",
                                        " #",
                                        "&a ",
                                        "*a",
                                        "!!str ",
                                        "| \n",
                                        "> \n",
                                        "---\n",
                                        "...\n",
                                        "%YAML 1.2\n",
                                        "@",
                                        "`",
                                        "\"",
                                        "'",
                                        "\\x00",
                                        "\t",
                                        "\xef\xbb\xbf",
                                        "\xc2\xa0",
                                        "\xe2\x88\x92",
                                        "\xff",
                                        "\x1b[31m",
                                        "\r\n",
                                        "\xe2\x80\xa8",
                                        "? ",
                                        "- ",
                                        "<<: ",
                                        "null",
                                        "~",
                                        "true",
                                        "yes",
                                        ".inf",
                                        ".nan",
                                        "-.inf",
                                        "0x1p4",
                                        "1e309",
                                        "1e-320",
                                        "-0",
                                        "00012",
                                        "1_000",
                                        "1,5",
                                        "9223372036854775808",
                                        "1/0",
                                        "1/382.75 USD",
                                        "%",
                                        " %/yr",
                                        "USD/bbl",
                                        "kTEU/yr",
                                        "USD/t/yr/km/d",
                                        "^-1",
                                        "m2",
                                        "uniform(0 1)",
                                        "uniform(1 0)",
                                        "triangular(0 1 2)",
                                        "normal(0 1)",
                                        "normal(0 1) [0 1]",
                                        "lognormal(1 0.5)",
                                        "discrete(1 2: 0.5 0.5)",
                                        "pert(0 1 2)",
                                        "gamma(1 2)",
                                        "exponential(1)",
                                        "{2020: 1, 2030: 2}",
                                        "{2020-13: 1}",
                                        "times: ",
                                        "interpolation: step",
                                        "extends: minimal\n",
                                        "extends: [minimal, minimal]\n",
                                        "extends: fuzz\n",
                                        "adopt: ",
                                        "like: ",
                                        "each: ",
                                        "{}",
                                        "[]",
                                        "''",
                                        "policies: ",
                                        "effects: ",
                                        "scenario: x\n"};
enum { FRAGMENTS = sizeof fragments / sizeof *fragments };

struct span {
    size_t from, to;
};

/* A line at random, with its end. */
static struct span draw_line(const uint8_t *data, size_t size, uint64_t *state)
{
    size_t at = fuzz_scenario_draw(state, size), to = at;
    while (at > 0 && data[at - 1] != '\n') at--;
    while (to < size && data[to] != '\n') to++;
    return (struct span){at, to < size ? to + 1 : size};
}

static bool is_word(uint8_t byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           byte == '.' || byte == '-' || byte == '_' || byte == '/' || byte == '%';
}

static struct span draw_word(const uint8_t *data, size_t size, uint64_t *state)
{
    size_t at = fuzz_scenario_draw(state, size);
    while (at < size && !is_word(data[at])) at++;
    size_t from = at;
    while (from > 0 && is_word(data[from - 1])) from--;
    while (at < size && is_word(data[at])) at++;
    return (struct span){from, at};
}

/* Puts `length` bytes in place of a span; the size then, or as it was if they do not fit. */
static size_t put(uint8_t *data, size_t size, size_t most, struct span place, const void *text, size_t length)
{
    const size_t grown = size - (place.to - place.from) + length;
    if (grown > most) return size;
    memmove(data + place.from + length, data + place.to, size - place.to);
    memcpy(data + place.from, text, length);
    return grown;
}

/* The bytes of one span in place of another. */
static size_t copy(uint8_t *data, size_t size, size_t most, struct span from, struct span place)
{
    const size_t length = from.to - from.from;
    uint8_t *text = malloc(length + 1);
    if (text == NULL) return size;
    memcpy(text, data + from.from, length);
    size = put(data, size, most, place, text, length);
    free(text);
    return size;
}

static size_t change(uint8_t *data, size_t size, size_t most, uint64_t *state)
{
    const struct span line = draw_line(data, size, state), other = draw_line(data, size, state),
                      word = draw_word(data, size, state);
    const size_t at = fuzz_scenario_draw(state, size + 1);
    const char *fragment = fragments[fuzz_scenario_draw(state, FRAGMENTS)];
    char many[3000];
    switch (fuzz_scenario_draw(state, 11)) {
    case 0: return put(data, size, most, line, "", 0);
    case 1: return copy(data, size, most, other, (struct span){line.from, line.from});
    case 2: return copy(data, size, most, other, line);
    case 3:
        return put(data, size, most, (struct span){line.from, line.from}, "        ", 1 + fuzz_scenario_draw(state, 8));
    case 4: /* less indented */
        return data[line.from] == ' ' ? put(data, size, most, (struct span){line.from, line.from + 1}, "", 0) : size;
    case 5: return copy(data, size, most, draw_word(data, size, state), word);
    case 6: return put(data, size, most, word, fragment, strlen(fragment));
    case 7: return put(data, size, most, (struct span){at, at}, fragment, strlen(fragment));
    case 8: return put(data, size, most, word, "", 0);
    case 9: /* as deep or as long as nobody would write */
        memset(many, "[{0a "[fuzz_scenario_draw(state, 5)], sizeof many);
        return put(data, size, most, word, many, fuzz_scenario_draw(state, sizeof many));
    default: return LLVMFuzzerMutate(data, size, most);
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed)
{
    uint64_t state = seed;
    if (size == 0) return LLVMFuzzerMutate(data, size, most);
    const size_t changes = 1 + fuzz_scenario_draw(&state, 3);
    for (size_t i = 0; i < changes && size > 0; i++) size = change(data, size, most, &state);
    return size;
}
