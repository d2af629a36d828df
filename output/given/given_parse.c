/* output/given/given_parse.c -- a condition from its text, by recursive descent. See given.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/given/given_condition.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", digits[] = "0123456789";

struct parsing {
    struct source *source;
    const char *at; /* what is not read yet */
    int depth;
};

static struct fault *parse_or(struct parsing *parsing, struct given_node **node);

/* ---- words ---- */

static struct place place_at(const struct parsing *parsing, const char *at)
{
    int column = 1;
    for (const char *c = parsing->source->text; c < at; c++) column += ((unsigned char)*c & 0xC0) != 0x80;
    return (struct place){parsing->source, 1, column};
}

static void skip_spaces(struct parsing *parsing)
{
    parsing->at += strspn(parsing->at, " \t");
}

/* Letters, digits, dots and hyphens from a letter on: how many bytes. */
static size_t word_size(const char *at)
{
    return *at != '\0' && strchr(letters, *at) != NULL
               ? strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                            "0123456789._-")
               : 0;
}

static bool is_word(const char *at, const char *word)
{
    const size_t size = strlen(word);
    return word_size(at) == size && memcmp(at, word, size) == 0;
}

static bool take_word(struct parsing *parsing, const char *word)
{
    skip_spaces(parsing);
    if (!is_word(parsing->at, word)) return false;
    parsing->at += strlen(word);
    return true;
}

static bool is_reserved(const char *at)
{
    return is_word(at, "and") || is_word(at, "or") || is_word(at, "not") || is_word(at, "between");
}

static struct fault *unexpected(const struct parsing *parsing, const char *expected)
{
    const char *at = parsing->at;
    const size_t word = word_size(at), number = strspn(at, "0123456789.");
    const size_t size = word > 0 ? word : number > 0 ? number : strcspn(at, " \t()@");
    if (*at == '\0') return fault_at(FAULT_USAGE, place_at(parsing, at), "expected %s; found the end", expected);
    return fault_at(FAULT_USAGE, place_at(parsing, at), "expected %s; found '%.*s'", expected,
                    (int)(size > 60   ? 60
                          : size == 0 ? 1
                                      : size),
                    at);
}

/* ---- names and numbers ---- */

static struct fault *parse_year(struct parsing *parsing, struct given_operand *operand)
{
    operand->year_place = place_at(parsing, ++parsing->at);
    const size_t size = strspn(parsing->at, digits);
    if (size != 4 || word_size(parsing->at + size) > 0 || (operand->year = atoi(parsing->at)) < 1)
        return unexpected(parsing, "a year such as 2030 after @");
    parsing->at += size;
    return NULL;
}

static struct fault *parse_name(struct parsing *parsing, struct given_operand *operand)
{
    const size_t size = word_size(parsing->at);
    if (size >= sizeof operand->name)
        return fault_at(FAULT_USAGE, operand->place, "a name has %zu letters; expected at most %zu", size,
                        sizeof operand->name - 1);
    memcpy(operand->name, parsing->at, size);
    parsing->at += size;
    skip_spaces(parsing);
    if (*parsing->at != '@') return NULL;
    return parse_year(parsing, operand);
}

/* How many bytes of a decimal number begin there; 0: none. */
static size_t number_size(const char *at)
{
    size_t size = *at == '-' || *at == '+';
    const size_t whole = strspn(at + size, digits);
    size += whole;
    const size_t part = at[size] == '.' ? strspn(at + size + 1, digits) : 0;
    if (whole + part == 0) return 0;
    if (part > 0) size += 1 + part;
    if (at[size] != 'e' && at[size] != 'E') return size;
    const size_t sign = at[size + 1] == '-' || at[size + 1] == '+';
    const size_t power = strspn(at + size + 1 + sign, digits);
    return power > 0 ? size + 1 + sign + power : size;
}

/* Up to the next word that is no unit, comparison or parenthesis. */
static struct fault *parse_unit(struct parsing *parsing, struct given_operand *operand)
{
    skip_spaces(parsing);
    const char *from = parsing->at, *end = from;
    while (*parsing->at != '\0' && strchr("<>=()@&|!", *parsing->at) == NULL && !is_reserved(parsing->at)) {
        const size_t word = word_size(parsing->at);
        parsing->at += word > 0 ? word : 1;
        if (parsing->at[-1] != ' ' && parsing->at[-1] != '\t') end = parsing->at;
    }
    if ((size_t)(end - from) >= sizeof operand->unit)
        return fault_at(FAULT_USAGE, place_at(parsing, from), "a unit has %zu letters; expected at most %zu",
                        (size_t)(end - from), sizeof operand->unit - 1);
    memcpy(operand->unit, from, (size_t)(end - from));
    parsing->at = end;
    return NULL;
}

static struct fault *parse_number(struct parsing *parsing, struct given_operand *operand)
{
    char text[GIVEN_NAME] = "";
    const size_t size = number_size(parsing->at);
    if (size == 0 || size >= sizeof text) return unexpected(parsing, "a number with its unit, such as 40 USD/bbl");
    memcpy(text, parsing->at, size);
    operand->number = strtod(text, NULL);
    parsing->at += size;
    return parse_unit(parsing, operand);
}

static struct fault *parse_operand(struct parsing *parsing, const char *expected, struct given_operand *operand)
{
    skip_spaces(parsing);
    operand->place = place_at(parsing, parsing->at);
    if (word_size(parsing->at) > 0 && !is_reserved(parsing->at)) return parse_name(parsing, operand);
    if (number_size(parsing->at) > 0) return parse_number(parsing, operand);
    return unexpected(parsing, expected);
}

/* ---- comparisons ---- */

static bool take_relation(struct parsing *parsing, enum given_relation *relation)
{
    skip_spaces(parsing);
    if (*parsing->at != '<' && *parsing->at != '>') return false;
    const bool less = *parsing->at++ == '<', equal = *parsing->at == '=';
    parsing->at += equal;
    *relation = less ? equal ? GIVEN_AT_MOST : GIVEN_LESS : equal ? GIVEN_AT_LEAST : GIVEN_MORE;
    return true;
}

static struct fault *parse_between(struct parsing *parsing, struct given_node *node)
{
    struct given_operand *low = &node->operand[1], *high = &node->operand[2];
    node->relation = GIVEN_BETWEEN;
    for (size_t i = 1; i <= 2; i++) {
        skip_spaces(parsing);
        node->operand[i].place = place_at(parsing, parsing->at);
        TRY(parse_number(parsing, &node->operand[i]));
        if (i == 1 && !take_word(parsing, "and")) return unexpected(parsing, "`and` and the upper end of `between`");
    }
    if (low->unit[0] == '\0') memcpy(low->unit, high->unit, sizeof low->unit); /* between 20 and 40 USD/bbl */
    return NULL;
}

/* The name to the left, as in 40 USD/bbl > drivers.brent. */
static void turn(struct given_node *node)
{
    static const enum given_relation turned[] = {[GIVEN_LESS] = GIVEN_MORE,
                                                 [GIVEN_AT_MOST] = GIVEN_AT_LEAST,
                                                 [GIVEN_MORE] = GIVEN_LESS,
                                                 [GIVEN_AT_LEAST] = GIVEN_AT_MOST};
    const struct given_operand left = node->operand[0];
    if (left.name[0] != '\0') return;
    node->operand[0] = node->operand[1];
    node->operand[1] = left;
    node->relation = turned[node->relation];
}

static struct fault *parse_comparison(struct parsing *parsing, struct given_node *node)
{
    struct given_operand *left = &node->operand[0], *right = &node->operand[1];
    enum given_relation again;
    TRY(parse_operand(parsing, "the name of an outcome or input, not or (", left));
    if (left->name[0] != '\0' && take_word(parsing, "between")) return parse_between(parsing, node);
    if (!take_relation(parsing, &node->relation))
        return unexpected(parsing, left->name[0] != '\0' ? "<, <=, >, >= or between after the name"
                                                         : "<, <=, > or >= after the number");
    TRY(parse_operand(parsing, "a number with its unit, such as 40 USD/bbl, or a name", right));
    if (left->name[0] == '\0' && right->name[0] == '\0')
        return fault_at(FAULT_USAGE, right->place,
                        "two numbers are compared; expected the name of an outcome or input");
    const struct parsing before = *parsing;
    if (take_relation(parsing, &again)) {
        *parsing = before;
        skip_spaces(parsing);
        return unexpected(parsing, "and, or, ) or the end; a range is `NAME between A and B`");
    }
    turn(node);
    return NULL;
}

/* ---- and, or, not ---- */

static struct fault *new_node(enum given_kind kind, struct given_node **node)
{
    *node = calloc(1, sizeof **node);
    if (*node == NULL) return fault_no_memory();
    (*node)->kind = kind;
    return NULL;
}

/* A place for one more child. */
static struct fault *grow(struct given_node *node, struct given_node ***child)
{
    struct given_node **grown = reallocarray(node->child, node->children + 1, sizeof *grown);
    if (grown == NULL) return fault_no_memory();
    node->child = grown;
    *child = &grown[node->children++];
    **child = NULL;
    return NULL;
}

static struct fault *parse_parentheses(struct parsing *parsing, struct given_node **node)
{
    parsing->at++;
    TRY(parse_or(parsing, node));
    skip_spaces(parsing);
    if (*parsing->at != ')') return unexpected(parsing, "and, or or )");
    parsing->at++;
    return NULL;
}

static struct fault *parse_not(struct parsing *parsing, struct given_node **node)
{
    struct given_node **child;
    struct fault *fault;
    if (++parsing->depth > GIVEN_DEPTH)
        return fault_at(FAULT_USAGE, place_at(parsing, parsing->at), "more than %d conditions in one another",
                        GIVEN_DEPTH);
    if (take_word(parsing, "not")) {
        TRY(new_node(GIVEN_NOT, node));
        TRY(grow(*node, &child));
        fault = parse_not(parsing, child);
    } else if (*parsing->at == '(') {
        fault = parse_parentheses(parsing, node);
    } else {
        TRY(new_node(GIVEN_COMPARISON, node));
        fault = parse_comparison(parsing, *node);
    }
    parsing->depth--;
    return fault;
}

/* What `word` joins; a single one alone. */
static struct fault *parse_joined(struct parsing *parsing, const char *word, enum given_kind kind,
                                  struct fault *(*parse_each)(struct parsing *parsing, struct given_node **node),
                                  struct given_node **node)
{
    struct given_node **child, *joined;
    TRY(parse_each(parsing, node));
    if (!take_word(parsing, word)) return NULL;
    TRY(new_node(kind, &joined));
    struct fault *fault = grow(joined, &child);
    if (fault != NULL) {
        free(joined);
        return fault;
    }
    *child = *node;
    *node = joined;
    do {
        TRY(grow(*node, &child));
        TRY(parse_each(parsing, child));
    } while (take_word(parsing, word));
    return NULL;
}

static struct fault *parse_and(struct parsing *parsing, struct given_node **node)
{
    return parse_joined(parsing, "and", GIVEN_AND, parse_not, node);
}

static struct fault *parse_or(struct parsing *parsing, struct given_node **node)
{
    return parse_joined(parsing, "or", GIVEN_OR, parse_and, node);
}

/* ---- the whole ---- */

static void free_node(struct given_node *node)
{
    if (node == NULL) return;
    for (size_t i = 0; i < node->children; i++) free_node(node->child[i]);
    free(node->child);
    free(node);
}

void given_free(struct given *given)
{
    if (given == NULL) return;
    free_node(given->root);
    free(given->source.name);
    free(given->source.text);
    free(given);
}

const char *given_text(const struct given *given)
{
    return given->source.text;
}

struct fault *given_parse(const char *text, struct given **given)
{
    *given = calloc(1, sizeof **given);
    if (*given == NULL) return fault_no_memory();
    struct source *source = &(*given)->source;
    text += strspn(text, " \t");
    source->length = strlen(text);
    while (source->length > 0 && strchr(" \t", text[source->length - 1]) != NULL) source->length--;
    source->name = strdup("--given");
    source->text = strndup(text, source->length);
    if (source->name == NULL || source->text == NULL) return fault_no_memory();
    struct parsing parsing = {.source = source, .at = source->text};
    TRY(parse_or(&parsing, &(*given)->root));
    skip_spaces(&parsing);
    return *parsing.at == '\0' ? NULL : unexpected(&parsing, "and, or or the end");
}
